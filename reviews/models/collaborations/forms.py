"""What the lead unit, a participating unit and its lead fill in around a collaborative review."""

from typing import Any

from django import forms
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from committees.forms import PersonField
from ethicsreview.accounts.models import Appointment, Institution, Role
from ethicsreview.lifecycle.forms import StepForm
from reviews.models.meetings.forms import ReasonForm

__all__ = ["ReasonForm"]

# A province's largest trial has fewer; one invitation more is one more step.
MOST_UNITS = 100


class UnitsField(forms.CharField):
    """Institutions by name or reference, one a line; all that are not known are named."""

    def clean(self, value: Any) -> list[Institution]:
        lines = value if isinstance(value, list | tuple) else str(super().clean(value)).splitlines()
        named = list(dict.fromkeys(line.strip() for line in map(str, lines) if line.strip()))
        if len(named) > MOST_UNITS:
            raise forms.ValidationError(translated("一次最多邀请%(most)d个单位。") % {"most": MOST_UNITS})
        rows = Institution.objects.filter(is_active=True)
        by_ref = {unit.ref: unit for unit in rows.filter(ref__in=named)}
        by_name = {unit.name: unit for unit in rows.filter(name__in=named)}
        if unknown := [one for one in named if one not in by_ref and one not in by_name]:
            words = translated("没有登记的单位：%(names)s") % {"names": translated("、").join(unknown)}
            raise forms.ValidationError(words, code="unknown")
        found = [by_ref.get(one) or by_name[one] for one in named]
        return list({unit.pk: unit for unit in found}.values())


class InviteForm(StepForm):
    units = UnitsField(
        label=_("参与单位"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("每行一个，填写单位全称或者单位编号。"),
    )
    note = forms.CharField(
        label=_("任务分工和说明"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean_units(self) -> list[Institution]:
        units: list[Institution] = self.cleaned_data["units"]
        taking_part = set(self.obj.participations.present().values_list("institution", flat=True))
        if self.obj.project.institution_id in {unit.pk for unit in units}:
            raise forms.ValidationError(_("本单位是牵头单位，不必邀请。"), code="lead_unit")
        if again := [unit.name for unit in units if unit.pk in taking_part]:
            words = _("已在协作中：%(names)s") % {"names": translated("、").join(again)}
            raise forms.ValidationError(words, code="again")
        return units


class ChangeForm(StepForm):
    """What the lead unit tells the others; each is shown what it means for it."""

    change = forms.ChoiceField(
        label=_("情况"),
        widget=forms.RadioSelect,
        choices=[
            ("changed", _("方案或者外部条件发生变更")),
            ("suspended", _("牵头单位已暂停实施")),
            ("resumed", _("牵头单位恢复实施")),
            ("terminated", _("牵头单位已终止")),
        ],
    )
    reason = forms.CharField(label=_("内容和理由"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class JoinForm(StepForm):
    local_lead = PersonField(
        label=_("本单位负责人的用户名"),
        max_length=150,
        help_text=_("须是已登记为本单位科技人员的人员，由其申请本单位的确认审查。"),
    )

    def clean_local_lead(self) -> Any:
        person = self.cleaned_data["local_lead"]
        held = Appointment.objects.current(self.act.at).filter(
            person=person, role=Role.RESEARCHER, body=self.obj.institution_id
        )
        if not held.exists():
            raise forms.ValidationError(_("该人员没有登记为本单位的科技人员。"), code="not_here")
        if person.pk == self.obj.collaboration.project.lead_id:
            raise forms.ValidationError(_("牵头单位的项目负责人不能同时是参与单位的负责人。"), code="lead")
        return person


class BeginForm(StepForm):
    """Before which committee, where several are competent; nothing is chosen for the applicant but the only one."""

    committee = forms.ChoiceField(label=_("审查委员会"), choices=[], widget=forms.RadioSelect)

    def build(self) -> None:
        offered = self.obj.committees_offered(self.act) if self.obj is not None else []
        self.by_ref = {committee.ref: committee for committee in offered}
        field: Any = self.fields["committee"]
        field.choices = [(ref, committee.name) for ref, committee in self.by_ref.items()]
        if len(offered) == 1:
            field.initial = offered[0].ref

    def clean_committee(self) -> Any:
        return self.by_ref[self.cleaned_data["committee"]]
