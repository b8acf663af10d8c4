"""Registration 登记 of a listed activity (Measures 44): what the step asks, whether it is owed, and when anew."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from committees.kinds import Regime, Registered
from committees.models.registration import note, told
from ethicsreview.accounts.models import Role, authority_over
from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.ladders import Seat, ladder, levels
from ethicsreview.deadlines.models import Deadline, Outcome
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.forms import StepForm
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.policy import policy_for
from reviews.models.projects.registration import activity_facts

if TYPE_CHECKING:
    from reviews.models.projects.after_approval import AfterApproval

REGISTRATION, UPDATE = "registration.activity", "registration.activity_update"
OWED = (REGISTRATION, UPDATE)


class RegistrationForm(StepForm):
    number = forms.CharField(label=_("回执编号"), max_length=100, validators=[plain_text])
    handled_on = forms.DateField(label=_("办理日期"), widget=forms.DateInput(attrs={"type": "date"}))

    medical_number = forms.CharField(
        label=_("国家医学研究登记备案信息系统编号"),
        max_length=100,
        required=False,
        validators=[plain_text],
        help_text=_("涉及人的生命科学和医学研究，实施前还应上传该系统；已上传的在此填写。"),
    )

    def build(self) -> None:
        version = self.obj.in_force
        if version is None or Regime.HUMAN not in version.review.regimes:
            del self.fields["medical_number"]

    def clean(self) -> None:
        if (day := self.cleaned_data.get("handled_on")) and day > law_day(self.act.at):
            self.add_error("handled_on", forms.ValidationError(_("日期不能晚于今天。"), code="future"))


def registration_owed(project: "AfterApproval", act: Act) -> Iterator[Refusal]:
    if not owed(project):
        yield Refusal("nothing_owed", _("没有等待登记的清单内科技活动，或者已经登记"), cite="national:44")


def owed(project: Any) -> set[str]:
    rows = Deadline.objects.of(project).open().filter(kind__in=OWED)
    return set(rows.values_list("kind", flat=True))


def keep(project: Any, act: Act, number: str, handled_on: date, medical_number: str) -> None:
    """The receipt stands beside what the platform was told with it."""
    rows, person = project.registrations, act.standing.person
    what = Registered.REGISTRATION if REGISTRATION in owed(project) else Registered.UPDATE
    facts = told(rows, activity_facts(project, act.at))
    note(rows, what, at=act.at, person=person, number=number, handled_on=handled_on, facts=facts)
    if medical_number:
        note(rows, Registered.MEDICAL, at=act.at, person=person, number=medical_number, handled_on=handled_on)


def registered_changes(project: Any, act: Act) -> None:
    """What the platform was told is so no more: it is to be updated there (Measures 44: in time).

    One that is to be registered anew, after its second re-check, owes that and nothing beside it.
    """
    rows = Deadline.objects.of(project).filter(kind__in=OWED).values_list("kind", "outcome")
    known = set(rows)
    if (REGISTRATION, Outcome.MET) not in known or known & {(REGISTRATION, ""), (UPDATE, "")}:
        return
    policy = policy_for(region=project.region, at=act.at)
    limit = policy.entry("registration.update_days")
    terms: dict[str, Any] = {
        "label": _("更新国家平台上的清单内科技活动登记信息"),
        "length": limit.value,
        "unit": "days",
        "shift_holidays": policy.value("calendar.shift_holidays"),
        "citation": policy.entry("registration.update").cite,
        "body": project.institution_id,
        "role": Role.INSTITUTION_OFFICER,
        "ladder": ladder(policy, "reminders.registration"),
        "escalate_to": levels(policy, regulator_over(project)),
    }
    act.start(UPDATE, **terms)


def regulator_over(project: Any) -> Seat | None:
    authority = authority_over(project.region)
    return (Role.REGULATOR, authority.pk) if authority is not None else None
