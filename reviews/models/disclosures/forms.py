"""What an authority enters of a disclosure."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.standing import Standing
from ethicsreview.accounts.validators import plain_text
from ethicsreview.lifecycle.forms import StepForm
from ethicsreview.ui.choosing import ManyCheckboxes
from reviews.models.disclosures import sources
from reviews.models.disclosures.kinds import MENTIONED, DisclosureKind

TEXTS = ("title", "kind", "happened", "facts", "basis", "measures", "contact")


def area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class Written(forms.Form):
    """What is told; the same for a new disclosure and for one that is written anew."""

    title = forms.CharField(label=_("标题"), max_length=200, validators=[plain_text])
    kind = forms.ChoiceField(label=_("类别"), choices=DisclosureKind.choices, widget=forms.RadioSelect)
    happened = forms.CharField(
        label=_("事件经过"),
        max_length=10_000,
        widget=area(5),
        help_text=_("何时何地发生了什么。不写受试者、患者、举报人的姓名和能够指认他们的情节。"),
    )
    facts = forms.CharField(
        label=_("查明的事实"), max_length=10_000, widget=area(5), help_text=_("只写已经查明的，尚未查明的不写。")
    )
    sources = forms.MultipleChoiceField(
        label=_("事实的来源"),
        required=False,
        widget=ManyCheckboxes,
        help_text=_("您能看到的、已经查明的调查、处理、突发事件和预警中最近的几件。公开时只写类别，不写编号。"),
    )
    other_sources = forms.CharField(
        label=_("其他来源的编号"),
        max_length=400,
        required=False,
        help_text=_("上面没有列出的，写编号，用空格或者顿号分开。"),
    )
    basis = forms.CharField(
        label=_("其他依据"),
        max_length=1000,
        required=False,
        widget=area(2),
        help_text=_("系统以外的依据，例如鉴定意见的名称。会公开。"),
    )
    measures = forms.CharField(label=_("处置情况"), max_length=10_000, widget=area(4))
    contact = forms.CharField(
        label=_("联系方式"),
        max_length=300,
        validators=[plain_text],
        help_text=_("公众询问的部门、电话或者邮箱，会公开。"),
    )

    def offer(self, standing: Standing, chosen: list[str]) -> None:
        """What the person may see, and what was chosen before by whoever wrote it."""
        self.standing = standing
        choices = dict(sources.offered(standing))
        for value, one in sources.seen([one for one in chosen if one not in choices], standing).items():
            choices[value] = sources.called(one)
        self.fields["sources"].choices = list(choices.items())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        typed = [one for one in re.split(r"[\s,\uff0c、;\uff1b]+", cleaned.pop("other_sources", "").upper()) if one]
        known = sources.by_reference(typed, self.standing)
        if unknown := [one for one in typed if one not in known]:
            words = _("没有找到，或者您看不到：%(refs)s")
            wrong = forms.ValidationError(words, code="unknown", params={"refs": "、".join(unknown)})
            self.add_error("other_sources", wrong)
        if "sources" in cleaned:
            cleaned["sources"] = list(dict.fromkeys([*cleaned["sources"], *known.values()]))
        if not self.errors and not cleaned["sources"] and not cleaned["basis"]:
            self.add_error("basis", forms.ValidationError(_("请选择来源，或者写明其他依据。"), code="required"))
        return cleaned


class DraftForm(Written):
    """A new disclosure; every face checks it here. The department itself is chosen by the face."""

    def __init__(self, *args: Any, standing: Standing, named: list[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(standing, named or [])


class ReviseForm(StepForm, Written):
    def build(self) -> None:
        self.offer(self.act.standing, list(self.obj.sources))
        self.initial = {name: getattr(self.obj, name) for name in (*TEXTS, "sources")} | dict(self.initial)


class ReasonedForm(StepForm):
    reason = forms.CharField(label=_("理由"), max_length=2000, widget=area(3))


class PublicReasonForm(StepForm):
    reason = forms.CharField(label=_("理由"), max_length=2000, widget=area(3), help_text=_("会公开，不写个人信息。"))


class CheckedForm(StepForm):
    """Where something may say who somebody is, it goes on only when somebody has looked and said so."""

    checked = forms.BooleanField(
        label=_("已核对：没有写明受试者、研究参与者、患者或者举报人，所提到的人可以公开"), required=False
    )

    def clean_checked(self) -> bool:
        checked: bool = self.cleaned_data["checked"]
        found = self.obj.mentions(self.act.standing)
        if found and not checked:
            told = [MENTIONED[one.kind] % {"text": one.text} for one in found]
            raise forms.ValidationError([gettext("以下内容可能指明个人，请删改，或者核对后勾选。"), *told])
        return checked


class ApproveForm(CheckedForm):
    publish_at = forms.DateTimeField(
        label=_("发布时间"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("不填为立即发布。"),
    )

    def clean_publish_at(self) -> Any:
        at = self.cleaned_data["publish_at"]
        if at is not None and at < self.act.at:
            raise forms.ValidationError(gettext("发布时间已经过去；立即发布的不填。"), code="past")
        return at
