"""What an authority fills in of a re-check expert."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from committees.forms import PersonField, day_field
from committees.kinds import Category, ExpertField
from ethicsreview.accounts.models import Institution
from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.forms import StepForm


class InstitutionField(forms.CharField):
    """One institution by its reference: a province has too many for a list to choose from."""

    default_error_messages = {"unknown": _("没有编号为“%(ref)s”的单位。")}

    def clean(self, value: Any) -> Institution | None:
        ref = super().clean(value)
        if not ref:
            return None
        found = Institution.objects.filter(ref=ref).first()
        if found is None:
            raise forms.ValidationError(self.error_messages["unknown"], code="unknown", params={"ref": ref})
        return found


class Described(forms.Form):
    """What is known of an expert, and how long they are in the register."""

    category = forms.ChoiceField(label=_("类别"), choices=Category.choices, widget=forms.RadioSelect)
    fields_known = forms.MultipleChoiceField(
        label=_("专业领域"),
        choices=ExpertField.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("同行专家按领域与科技活动相配；伦理学、法学专家也请写明熟悉的领域。"),
    )
    institution = InstitutionField(
        label=_("所在单位编号"), max_length=20, required=False, help_text=_("本系统中的单位；没有的填写名称。")
    )
    employer = forms.CharField(label=_("所在单位名称"), max_length=200, required=False, validators=[plain_text])
    specialty = forms.CharField(label=_("专长"), max_length=300, required=False, validators=[plain_text])
    ends = day_field(_("任期届满"), required=False, help_text=_("不填为长期。"))

    def check_workplace(self) -> None:
        """Where somebody works decides what they may re-check: it cannot be left open."""
        known = self.cleaned_data.get("institution") or self.cleaned_data.get("employer")
        if not known and "institution" not in self.errors:
            self.add_error("employer", forms.ValidationError(_("请填写所在单位。"), code="required"))


class EnrolForm(Described):
    """A new expert."""

    person = PersonField(label=_("用户名"), max_length=150)
    starts = day_field(_("任期开始"))
    field_order = ["person", "category", "fields_known", "institution", "employer", "specialty", "starts", "ends"]

    def clean(self) -> None:
        self.check_workplace()
        starts, ends = self.cleaned_data.get("starts"), self.cleaned_data.get("ends")
        if starts and ends and ends < starts:
            self.add_error("ends", forms.ValidationError(_("终止日期不能早于起始日期。"), code="order"))


class ReviseExpertForm(Described, StepForm):
    def build(self) -> None:
        expert = self.obj
        self.initial = {
            "category": expert.category,
            "fields_known": expert.fields,
            "institution": expert.institution.ref if expert.institution else "",
            "employer": expert.employer,
            "specialty": expert.specialty,
            "ends": expert.appointment.ends,
            **self.initial,
        }

    def clean(self) -> None:
        self.check_workplace()
        ends = self.cleaned_data.get("ends")
        if ends and ends < law_day(self.act.at):
            self.add_error("ends", forms.ValidationError(_("日期不能早于今天。"), code="past"))

    def terms(self) -> dict[str, Any]:
        given = super().terms()
        return {("fields" if name == "fields_known" else name): value for name, value in given.items()}


class ExpertTrainingForm(StepForm):
    title = forms.CharField(label=_("培训名称"), max_length=200)
    held_on = day_field(_("培训日期"))
    hours = forms.DecimalField(label=_("学时"), max_digits=5, decimal_places=1, min_value=0.5)

    def clean_held_on(self) -> Any:
        if (day := self.cleaned_data["held_on"]) > law_day(self.act.at):
            raise forms.ValidationError(_("日期不能晚于今天。"), code="future")
        return day


class EndExpertForm(StepForm):
    reason = forms.CharField(label=_("原因"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
