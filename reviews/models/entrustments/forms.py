"""What an entrustment agrees on, and what its two sides sign."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from committees.kinds import Regime
from ethicsreview.accounts.models import Institution
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.forms import PasswordAgain
from ethicsreview.policy import policy_for, with_article
from reviews.models.meetings.forms import ReasonForm
from reviews.models.projects.project import Project

__all__ = ["ReasonForm"]

AGREED = ("case", "scope", "project", "regimes", "starts", "ends", "arrangements")
# Projects that are over are not entrusted any more.
OVER = ("completed", "terminated", "not_required")


class GradedForm(PasswordAgain):
    """Where Human Measures 14 applies, each side says of what grade it is."""

    grade_name = ""

    def build(self) -> None:
        from reviews.models.entrustments.entrustment import Grade

        if self.obj is None or self.obj.institution.type != Institution.Type.HOSPITAL:
            return
        choices = [("", _("不适用")), *Grade.choices]
        self.fields[self.grade_name] = forms.TypedChoiceField(
            label=_("本机构的等级"),
            choices=choices,
            coerce=int,
            empty_value=None,
            required=False,
            help_text=_("涉及人的生命科学和医学研究，应当委托不低于委托方等级的机构。"),
        )


class ProposeForm(GradedForm):
    grade_name = "truster_grade"
    case = forms.ChoiceField(label=_("委托的情形"), choices=[], widget=forms.RadioSelect)
    scope = forms.ChoiceField(label=_("委托的范围"), choices=[], widget=forms.RadioSelect)
    project = forms.CharField(
        label=_("科技活动编号"),
        max_length=20,
        required=False,
        help_text=_("只委托一项科技活动的，填写其编号，如P2026-000001。"),
    )
    regimes = forms.MultipleChoiceField(
        label=_("委托的领域"), choices=Regime.choices, widget=forms.CheckboxSelectMultiple
    )
    starts = forms.DateField(label=_("自"), widget=forms.DateInput(attrs={"type": "date"}))
    ends = forms.DateField(
        label=_("至"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("未约定终止日的留空；有终止日的，期满前提醒。"),
    )
    arrangements = forms.CharField(
        label=_("约定"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("例如材料报送、费用、跟踪审查的安排。"),
    )
    field_order = ["case", "scope", "project", "regimes", "starts", "ends", "arrangements", "truster_grade", "password"]

    def build(self) -> None:
        from reviews.models.entrustments.entrustment import Case, Scope

        super().build()
        case: Any = self.fields["case"]
        scope: Any = self.fields["scope"]
        case.choices, scope.choices = Case.choices, Scope.choices
        if self.obj is None:
            return
        for name in ("case", "scope", "regimes", "arrangements"):
            self.initial.setdefault(name, getattr(self.obj, name) or None)
        if len(self.possible) == 1:
            self.initial["case"] = self.possible[0]

    @property
    def possible(self) -> list[str]:
        """The cases that the entrusting side can be in."""
        unit = self.obj.institution
        if unit.type == Institution.Type.INDIVIDUAL:
            return ["no_unit"]
        has_one = unit.committees.filter(state="active").exists()
        return ["not_competent"] if has_one else ["no_committee"]

    def clean_project(self) -> Project | None:
        if not (ref := self.cleaned_data["project"].strip()):
            return None
        rows = Project.objects.filter(institution=self.obj.institution_id).exclude(state__in=OVER)
        if (found := rows.filter(ref=ref).first()) is None:
            raise forms.ValidationError(_("委托方没有这个编号的、未结束的科技活动。"), code="unknown")
        return found

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if (case := cleaned.get("case")) and case not in self.possible:
            self.add_error("case", _("与登记的情况不符：是否为无单位人员、是否设有委员会，以系统登记为准。"))
        scope, project = cleaned.get("scope"), cleaned.get("project")
        if scope == "project" and project is None and "project" not in self.errors:
            self.add_error("project", _("只委托一项的，请填写科技活动编号。"))
        elif scope == "general":
            cleaned["project"] = None
        regimes = cleaned.get("regimes") or []
        if lacking := [name for key, name in Regime.choices if key in set(regimes) - set(self.obj.trustee.regimes)]:
            words = _("受托委员会的审查范围不含：%(regimes)s")
            self.add_error("regimes", words % {"regimes": "、".join(map(str, lacking))})
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if ends and (ends < law_day(self.act.at) or (starts and ends < starts)):
            self.add_error("ends", _("终止日不能早于今天和开始日。"))
        return cleaned


class AcceptForm(GradedForm):
    grade_name = "trustee_grade"
    checked = forms.BooleanField(label=_("已核对委托书，本委员会能够胜任所委托领域的审查和跟踪审查"))
    field_order = ["checked", "trustee_grade", "password"]

    def clean(self) -> dict[str, Any]:
        from reviews.models.entrustments.guards import of_equal_level

        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        policy = policy_for(region=self.obj.institution.region, regimes=self.obj.regimes, at=self.act.at)
        found = of_equal_level(self.obj, cleaned.get("trustee_grade"), policy)
        if found is not None:
            self.add_error("trustee_grade", with_article(found, found.cite))
        return cleaned
