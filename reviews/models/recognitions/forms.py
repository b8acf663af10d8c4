"""What is filled in around an alliance, and around the request to recognise a result."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Institution, Role
from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.forms import PasswordAgain, StepForm
from reviews.models.meetings.forms import ReasonForm

__all__ = ["ReasonForm"]


class _UnitForm(StepForm):
    """One of the person's own units, chosen beforehand where there is one only."""

    institution = forms.ChoiceField(label=_("单位"), choices=[])

    def units(self) -> list[Institution]:
        raise NotImplementedError

    def build(self) -> None:
        self.by_ref = {unit.ref: unit for unit in self.units()} if self.obj is not None else {}
        field: Any = self.fields["institution"]
        field.choices = [(ref, unit.name) for ref, unit in self.by_ref.items()]

    def clean_institution(self) -> Institution:
        return self.by_ref[self.cleaned_data["institution"]]

    def own(self) -> Any:
        return Institution.objects.filter(pk__in=self.act.standing.bodies(Role.INSTITUTION_OFFICER)).order_by("pk")


class JoinForm(_UnitForm):
    def units(self) -> list[Institution]:
        seated = self.obj.seats.filter(left_at=None).values("institution")
        return list(self.own().exclude(pk__in=seated))


class LeaveForm(_UnitForm):
    reason = forms.CharField(label=_("理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def units(self) -> list[Institution]:
        seated = self.obj.seats.current().values("institution")
        return list(self.own().filter(pk__in=seated).exclude(pk=self.obj.founder_id))


class AdmitForm(StepForm):
    institutions = forms.MultipleChoiceField(label=_("接纳的单位"), choices=[], widget=forms.CheckboxSelectMultiple)

    def build(self) -> None:
        waiting = self.obj.seats.filter(left_at=None, admitted_at=None) if self.obj is not None else []
        self.by_ref = {seat.institution.ref: seat.institution for seat in waiting}
        field: Any = self.fields["institutions"]
        field.choices = [(ref, unit.name) for ref, unit in self.by_ref.items()]

    def clean_institutions(self) -> list[Institution]:
        return [self.by_ref[ref] for ref in self.cleaned_data["institutions"]]


class RequestForm(StepForm):
    """A letter of this service by its code, or another's entered by hand with its evidence: one of the two."""

    code = forms.CharField(
        label=_("批件的验证码"),
        max_length=60,
        required=False,
        help_text=_("本系统出具的批件，填写二维码旁的验证码，系统自动核验；其他的留空，逐项登记并上传证明文件。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    body = forms.CharField(label=_("作出决定的委员会"), max_length=200, required=False, validators=[plain_text])
    number = forms.CharField(label=_("批件文号"), max_length=100, required=False, validators=[plain_text])
    decided_on = forms.DateField(label=_("决定日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    alliance = forms.ChoiceField(label=_("依据的互认联盟"), choices=[], required=False)
    note = forms.CharField(
        label=_("请求的说明"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("所认可的结果与本单位部分的关系，本地有哪些不同。"),
    )

    def build(self) -> None:
        from reviews.models.recognitions.alliance import Alliance, AllianceSeat

        if self.obj is None:
            return
        unit = self.obj.review.project.institution_id
        joined = AllianceSeat.objects.current().filter(institution=unit).values("alliance")
        rows = Alliance.objects.filter(pk__in=joined, state="active").order_by("name", "pk")
        self.by_ref = {one.ref: one for one in rows}
        field: Any = self.fields["alliance"]
        field.choices = [("", _("（不依据联盟）")), *[(ref, one.name) for ref, one in self.by_ref.items()]]

    def clean_code(self) -> Any:
        """The decision whose letter bears the code; what does not stand today is not recognised."""
        from reviews.models.recognitions.sources import decision_of

        typed = "".join(self.cleaned_data["code"].split()).replace("-", "")
        if not typed:
            return None
        found = decision_of(typed)
        if found is None:
            raise forms.ValidationError(_("没有这个验证码的审查批件。"), code="unknown")
        return found

    def clean_alliance(self) -> Any:
        ref = self.cleaned_data["alliance"]
        return self.by_ref[ref] if ref else None

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        by_hand = [name for name in ("body", "number", "decided_on") if cleaned.get(name)]
        if cleaned.get("code") and by_hand:
            self.add_error("code", _("已填写验证码的，不再逐项登记。"))
        elif not cleaned.get("code") and "code" not in self.errors:
            for name in ("body", "number", "decided_on"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("没有验证码的，此项必填。"))
            if self.obj.document_id is None:
                self.add_error(None, _("没有验证码的，请先上传批件作为证明文件。"))
        if (day := cleaned.get("decided_on")) and day > law_day(self.act.at):
            self.add_error("decided_on", _("决定日期不能晚于今天。"))
        return cleaned


class ConfirmForm(PasswordAgain):
    """Each of the two looks for themselves and signs."""

    checked = forms.BooleanField(label=_("已核对批件、所审版本和证明文件，同意认可该结果"))
    remark = forms.CharField(
        label=_("认可的理由和本地要求"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    field_order = ["checked", "remark", "password"]


class AnswerForm(StepForm):
    note = forms.CharField(label=_("补充说明"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
