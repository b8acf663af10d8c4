"""The input of a review's steps around its re-check."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Authority
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.lifecycle.forms import PasswordAgain, StepForm
from reviews.models.reviewing import timing


class ReferForm(StepForm):
    """At whom the unit applies; with several departments, which of them leads."""

    authority = forms.ChoiceField(label=_("受理复核的主管部门"), choices=[], widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("其他材料说明"),
        max_length=8000,
        required=False,
        empty_value="",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("申请材料和初步审查意见按已封存的版本自动报送，此处说明需要补充的情况。"),
    )

    def build(self) -> None:
        from reviews.models.rechecks.dossier import authorities_for

        offered: list[Authority] = self.act.once("authorities", lambda: authorities_for(self.obj, self.act.at))
        self.offered = {one.ref: one for one in offered}
        field: Any = self.fields["authority"]
        field.choices = [(ref, one.name) for ref, one in self.offered.items()]
        if len(offered) > 1:
            field.help_text = _("领域交叉或者有多个部门时，请选择牵头部门；其余部门记为协同部门。")

    def clean_authority(self) -> Authority:
        return self.offered[self.cleaned_data["authority"]]


class ConcludeForm(PasswordAgain):
    """What is written with a decision whose outcome is given."""

    reasons = forms.CharField(
        label=_("理由"), required=False, max_length=8000, widget=forms.Textarea(attrs={"rows": 4}), empty_value=""
    )
    follow_up_months = forms.IntegerField(
        label=_("跟踪审查间隔（月）"),
        required=False,
        min_value=1,
        help_text=_("不填则按清单内科技活动的一般间隔；只能缩短，不能延长。"),
    )
    field_order = ["reasons", "follow_up_months", "password"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.obj.recheck_result == "disagreed" and not cleaned.get("reasons"):
            self.add_error("reasons", _("不予批准的，应当说明理由（《办法》第十六条）。"))
        months = cleaned.get("follow_up_months")
        limit = timing.follow_up_months(self.obj, self.obj.policy_at(self.act.at)).value
        if months and months > limit:
            self.add_error("follow_up_months", _("跟踪审查间隔一般不超过%(months)d个月。") % {"months": limit})
        return cleaned


class _Papers(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.document.ref})"


class ExceptionForm(PasswordAgain):
    """The State's approval, and where it stands among the documents that were handed in."""

    excepted = forms.ChoiceField(
        label=_("是否属于免予复核的情形"),
        choices=[("no", _("不属于")), ("yes", _("属于"))],
        widget=forms.RadioSelect,
    )
    approval = forms.CharField(label=_("行政审批事项"), max_length=200, required=False)
    granted_by = forms.CharField(label=_("审批机关"), max_length=200, required=False)
    number = forms.CharField(label=_("审批文号"), max_length=100, required=False)
    granted_on = forms.DateField(label=_("审批日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    evidence = _Papers(
        label=_("证明文件"),
        queryset=DocumentVersion.objects.none(),
        required=False,
        empty_label=_("请选择"),
        help_text=_("在申请材料中选择；没有的，应当由项目负责人补充。"),
    )
    ground = forms.CharField(
        label=_("符合伦理要求是审批条件的依据"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ["excepted", "approval", "granted_by", "number", "granted_on", "evidence", "ground", "password"]
    ASKED = ("approval", "granted_by", "number", "granted_on", "evidence", "ground")

    def build(self) -> None:
        version = self.obj.submission
        papers = version.materials.values("version") if version is not None else []
        rows = DocumentVersion.objects.filter(pk__in=papers).select_related("document").order_by("pk")
        self.fields["evidence"].queryset = rows  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        excepted, granted = cleaned.get("excepted"), cleaned.get("granted_on")
        for name in self.ASKED if excepted == "yes" else ():
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("免予复核的认定应当写明这一项。"))
        if granted and granted > law_day(self.act.at):
            self.add_error("granted_on", _("日期不能晚于今天。"))
        return cleaned
