"""What is entered in the course of an investigation."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Body, Institution, Person
from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.models import Document, DocumentVersion
from ethicsreview.lifecycle.forms import StepForm
from reviews.models.complaints.forms import area, people_named
from reviews.models.complaints.kinds import Track, measures, offences
from reviews.models.investigations.kinds import EvidenceKind, Origin

DAY = {"type": "date"}
EVIDENCE = "investigation_evidence"


class OpenForm(forms.Form):
    """An investigation that no complaint began; every face checks it here."""

    title = forms.CharField(label=_("案件名称"), max_length=200, validators=[plain_text])
    origin = forms.ChoiceField(
        label=_("线索来源"),
        choices=[one for one in Origin.choices if one[0] != Origin.COMPLAINT],
        widget=forms.RadioSelect,
    )
    origin_ref = forms.CharField(
        label=_("来源编号"), max_length=20, required=False, validators=[plain_text], help_text=_("如抽中件的编号。")
    )
    track = forms.ChoiceField(label=_("性质"), choices=Track.choices, widget=forms.RadioSelect)
    account = forms.CharField(label=_("线索内容"), max_length=10_000, widget=area(6))


class NameInvestigatorsForm(StepForm):
    investigators = forms.CharField(
        label=_("调查人员的用户名"), max_length=2000, widget=area(3), help_text=_("每行一个，不少于两人为宜。")
    )

    def build(self) -> None:
        named = self.obj.investigators.order_by("pk").values_list("person__username", flat=True)
        self.initial = {"investigators": "\n".join(named)}

    def clean_investigators(self) -> list[Person]:
        found = people_named(self.cleaned_data["investigators"])
        problems = [text for one in found for text in self.obj.against_investigating(one)]
        if problems:
            raise forms.ValidationError([forms.ValidationError(text, code="conflict") for text in problems])
        return found


class RespondentForm(StepForm):
    """A person or a body of the register, or a name alone."""

    username = forms.CharField(
        label=_("人员的用户名"), max_length=150, required=False, help_text=_("个人为被调查人的填写。")
    )
    body = forms.CharField(
        label=_("单位或者委员会（编号或者全称）"), max_length=200, required=False, validators=[plain_text]
    )
    name = forms.CharField(
        label=_("姓名或者名称"),
        max_length=200,
        required=False,
        validators=[plain_text],
        help_text=_("不在登记册中的填写；这样的人不能在本系统陈述申辩，也不能被系统限制申请。"),
    )

    def clean_username(self) -> Person | None:
        given = self.cleaned_data["username"].strip()
        if not given:
            return None
        found: Person = people_named(given)[0]
        return found

    def clean_body(self) -> Body | None:
        given = self.cleaned_data["body"].strip()
        if not given:
            return None
        found = list(Body.objects.filter(ref=given)) or list(Body.objects.filter(name=given)[:2])
        if len(found) != 1:
            raise forms.ValidationError(_("登记册中没有这个单位或者委员会，或者有几个同名。"), code="unknown")
        return found[0]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        given = [name for name in ("username", "body", "name") if cleaned.get(name)]
        if len(given) != 1 and not self.errors:
            raise forms.ValidationError(_("三项中填写一项。"), code="one")
        return cleaned


class EvidenceForm(StepForm):
    """`document`: the reference of a paper that this person has just handed in; its newest version is meant."""

    kind = forms.ChoiceField(label=_("种类"), choices=EvidenceKind.choices, widget=forms.RadioSelect)
    title = forms.CharField(label=_("名称"), max_length=200, validators=[plain_text])
    text = forms.CharField(label=_("内容"), max_length=20_000, required=False, widget=area(6))
    document = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def clean_document(self) -> DocumentVersion | None:
        given = self.cleaned_data["document"]
        if not given:
            return None
        found = Document.objects.filter(ref=given, kind=EVIDENCE).first()
        version = found.latest() if found else None
        if version is None or version.uploaded_by_id != self.act.actor.pk:
            raise forms.ValidationError(_("没有这份材料。"), code="unknown")
        return version

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("text") and not cleaned.get("document") and not self.errors:
            self.add_error("text", forms.ValidationError(_("请填写内容，或者上传文件。"), code="required"))
        return cleaned

    def recorded(self) -> dict[str, Any]:
        """The words stay with the evidence."""
        version: DocumentVersion | None = self.cleaned_data["document"]
        found: dict[str, Any] = {"kind": self.cleaned_data["kind"], "title": self.cleaned_data["title"]}
        if version is not None:
            found |= {"document": version.document.ref, "version": version.number, "digest": version.digest}
        return found


class RevealForm(StepForm):
    reason = forms.CharField(
        label=_("查看的理由"),
        max_length=1000,
        widget=area(3),
        help_text=_("查看一次记一次；身份只在查看后的页面上显示。"),
    )


class ExtendForm(StepForm):
    due_on = forms.DateField(label=_("延长至"), widget=forms.DateInput(attrs=DAY))
    reason = forms.CharField(label=_("理由"), max_length=2000, widget=area(3))

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day <= law_day(self.obj.next_due_at or self.act.at):
            raise forms.ValidationError(_("应当晚于现在的期限。"), code="earlier")
        return day


class ConcludeForm(StepForm):
    summary = forms.CharField(label=_("调查报告"), max_length=20_000, widget=area(8))
    answer = forms.CharField(
        label=_("给举报人的答复"),
        max_length=2000,
        required=False,
        widget=area(3),
        help_text=_("举报人用密钥查询时可以看到；不要写被调查人的个人信息。"),
    )


class FindForm(StepForm):
    """One allegation against one respondent. Nothing is chosen beforehand."""

    offence = forms.ChoiceField(label=_("违规行为"), widget=forms.RadioSelect)
    occurred_on = forms.DateField(
        label=_("行为发生（终了）日期"),
        widget=forms.DateInput(attrs=DAY),
        help_text=_("决定适用哪一部处理规定。"),
    )
    result = forms.ChoiceField(
        label=_("认定"),
        choices=[("established", _("属实")), ("not_established", _("不属实"))],
        widget=forms.RadioSelect,
    )
    account = forms.CharField(label=_("事实和证据"), max_length=10_000, widget=area(5))

    def build(self) -> None:
        fields: Any = self.fields
        fields["offence"].choices = offences(self.act.at, self.obj.investigation.region)

    def clean_occurred_on(self) -> date:
        day: date = self.cleaned_data["occurred_on"]
        if day > law_day(self.act.at):
            raise forms.ValidationError(_("不能晚于今天。"), code="future")
        return day


class NotifyForm(StepForm):
    until = forms.DateField(label=_("陈述申辩截止日期"), widget=forms.DateInput(attrs=DAY))

    def build(self) -> None:
        self.initial = {"until": self.obj.heard_until_at_least(self.act.at)}

    def clean_until(self) -> date:
        day: date = self.cleaned_data["until"]
        least: date = self.obj.heard_until_at_least(self.act.at)
        if day < least:
            raise forms.ValidationError(_("不得早于%(day)s。"), code="early", params={"day": least.isoformat()})
        return day


class StatementForm(StepForm):
    statement = forms.CharField(label=_("陈述申辩"), max_length=20_000, widget=area(10))

    def recorded(self) -> dict[str, Any]:
        return {}


class SettleForm(StepForm):
    weighed = forms.CharField(label=_("对陈述申辩的采纳情况和认定的理由"), max_length=10_000, widget=area(5))


class ProposeForm(StepForm):
    """A measure for one respondent, out of those that the place's rules know."""

    measure = forms.ChoiceField(label=_("处理措施"), widget=forms.RadioSelect)
    content = forms.CharField(label=_("具体内容和理由"), max_length=4000, widget=area(4))
    starts = forms.DateField(label=_("开始日期"), required=False, widget=forms.DateInput(attrs=DAY))
    ends = forms.DateField(
        label=_("结束日期"),
        required=False,
        widget=forms.DateInput(attrs=DAY),
        help_text=_("禁止承担或者参与的，必须填写；改正的，为改正期限。"),
    )

    def build(self) -> None:
        policy = self.obj.investigation.policy_at(self.act.at)
        fields: Any = self.fields
        fields["measure"].choices = [(code, name) for code, (name, _cite) in measures(policy).items()]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        measure, starts, ends = (cleaned.get(name) for name in ("measure", "starts", "ends"))
        today = law_day(self.act.at)
        if measure in ("ban", "correct") and ends is None and "ends" not in self.errors:
            self.add_error("ends", forms.ValidationError(_("请填写。"), code="required"))
        if ends is not None and ends <= max(starts or today, today):
            self.add_error("ends", forms.ValidationError(_("应当晚于开始日期和今天。"), code="order"))
        barred = self.obj.person_id is not None or isinstance(self.obj.institution, Institution)
        if measure == "ban" and not barred:
            self.add_error(
                "measure", forms.ValidationError(_("只有登记册中的人员和单位可以被系统限制申请。"), code="unknown")
            )
        return cleaned
