"""The terms of the deadlines of a committee and of those who sit on it."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Body, Role, authority_over
from ethicsreview.deadlines import calendar
from ethicsreview.deadlines.ladders import Seat, ladder, levels
from ethicsreview.deadlines.models import Unit
from ethicsreview.policy import Policy

if TYPE_CHECKING:
    from committees.models.committee import Committee
    from committees.models.membership import Membership
    from committees.models.training_plan import TrainingPlan

REGISTRATION, FILING, REPORT = "committee.registration", "committee.filing", "committee.annual_report"
UPDATE = "committee.registration_update"
DRILL, TERM, TRAINING = "committee.drill", "membership.term", "member.training"
PLAN = "training_plan.close"


@dataclass(frozen=True)
class Member:
    """One person on one committee, over all their terms: what training is owed on."""

    committee: "Committee"
    person_id: int
    noun = "member"

    @property
    def ref(self) -> str:
        return f"{self.committee.ref}-{self.person_id}"

    def subject(self) -> "Committee":
        return self.committee

    def get_absolute_url(self) -> str:
        return self.committee.get_absolute_url()


def registration(committee: "Committee", set_up_on: date, policy: Policy) -> dict[str, Any]:
    """Measures 43. Counted from the day of setting up, which may lie before the day on which it is entered here."""
    limit = policy.entry("committee.registration_days")
    shift = policy.value("calendar.shift_holidays")
    return {
        "label": _("在国家科技伦理管理信息登记平台登记委员会"),
        "due_at": calendar.end_of_days(set_up_on, limit.value, shift_holidays=shift),
        "length": limit.value,
        "unit": Unit.DAYS,
        "shift_holidays": shift,
        "citation": limit.cite,
        "ladder": ladder(policy, "reminders.registration"),
        **_keeper(committee),
        "escalate_to": _above(committee, policy),
    }


def update(committee: "Committee", policy: Policy) -> dict[str, Any]:
    """Measures 43, 44: what is registered is updated “in time”; how many days that is, is a setting."""
    limit = policy.entry("registration.update_days")
    return {
        "label": _("更新国家平台上的委员会登记信息"),
        "length": limit.value,
        "unit": Unit.DAYS,
        "shift_holidays": policy.value("calendar.shift_holidays"),
        "citation": policy.entry("registration.update").cite,
        "ladder": ladder(policy, "reminders.registration"),
        **_keeper(committee),
        "escalate_to": _above(committee, policy),
    }


def filing(committee: "Committee", set_up_on: date, policy: Policy) -> dict[str, Any]:
    """Human Measures 13: filed, and uploaded to the national register of medical research."""
    limit = policy.entry("committee.filing_months")
    shift = policy.value("calendar.shift_holidays")
    return {
        "label": _("向卫生健康主管部门备案，并上传国家医学研究登记备案信息系统"),
        "due_at": calendar.end_of_months(set_up_on, limit.value, shift_holidays=shift),
        "length": limit.value,
        "unit": Unit.MONTHS,
        "shift_holidays": shift,
        "citation": limit.cite,
        "ladder": ladder(policy, "reminders.registration"),
        **_keeper(committee),
        "escalate_to": _above(committee, policy),
    }


def report(committee: "Committee", year: int, policy: Policy) -> dict[str, Any]:
    """Measures 45: the report on `year` is due in the next one, on the day that policy names."""
    day = policy.entry("annual_report.due")
    return {
        "label": _("提交上一年度工作报告"),
        "due_at": calendar.end_of_day(date.fromisoformat(f"{year + 1:04}-{day.value}")),
        "citation": day.cite,
        "ladder": ladder(policy, "reminders.annual_report"),
        **_keeper(committee),
        "escalate_to": _above(committee, policy),
    }


def drill(committee: "Committee", held_on: date, policy: Policy) -> dict[str, Any]:
    """Measures 35: how long a training or drill counts is a setting."""
    months = policy.entry("emergency.drill_months")
    return {
        "label": _("组织应急培训或者演练"),
        "due_at": calendar.end_of_months(held_on, months.value),
        "length": months.value,
        "unit": Unit.MONTHS,
        "citation": policy.entry("emergency.system_parts").cite,
        "body": committee.pk,
        "role": Role.SECRETARY,
        "ladder": ladder(policy, "reminders.training"),
        "escalate_to": levels(policy, (Role.CHAIR, committee.pk)),
    }


def term(seat: "Membership", policy: Policy) -> dict[str, Any]:
    """Measures 7: before the term ends it is renewed, or somebody else is appointed. With its last day it is over."""
    assert seat.appointment.ends is not None
    return {
        "label": _("委员任期届满"),
        "due_at": calendar.end_of_day(seat.appointment.ends),
        "citation": policy.entry("committee.term_years_max").cite,
        "ladder": [rung for rung in ladder(policy, "reminders.term") if rung.days < 0],
        "lapses": True,
        **_keeper(seat.committee),
    }


def training(member: Member, until: date, policy: Policy) -> dict[str, Any]:
    """Measures 8; Shandong 16, Sichuan 13 say “regularly”: how long a training counts is a setting."""
    return {
        "label": _("委员培训"),
        "due_at": calendar.end_of_day(until),
        "citation": policy.entry("committee.member_duties").cite,
        "person": member.person_id,
        "body": member.committee.pk,
        "ladder": ladder(policy, "reminders.training"),
        "escalate_to": levels(policy, (Role.SECRETARY, member.committee.pk), (Role.CHAIR, member.committee.pk)),
    }


def plan(training: "TrainingPlan", policy: Policy) -> dict[str, Any]:
    """By the day that the plan itself names."""
    committee = training.organiser.kind == Body.Kind.COMMITTEE
    department = training.organiser.kind == Body.Kind.AUTHORITY
    role = Role.SECRETARY if committee else Role.REGULATOR if department else Role.INSTITUTION_OFFICER
    above = (Role.CHAIR, training.organiser_id) if committee else None
    return {
        "label": _("完成培训计划"),
        "due_at": calendar.end_of_day(training.until),
        "citation": "national:5(5)",
        "body": training.organiser_id,
        "role": role,
        "ladder": ladder(policy, "reminders.training"),
        "escalate_to": levels(policy, above),
    }


def trained_until(held_on: date, valid_until: date | None, policy: Policy) -> date:
    """The last day a training counts: what the committee says, and never longer than policy."""
    latest = calendar.add_months(held_on, policy.value("training.validity_months"))
    return min(latest, valid_until) if valid_until else latest


def _keeper(committee: "Committee") -> dict[str, Any]:
    """Who answers for it. A centre has no institution whose officer could: its secretary does."""
    role = Role.INSTITUTION_OFFICER if committee.institution_id else Role.SECRETARY
    return {"body": committee.institution_id or committee.pk, "role": role}


def _above(committee: "Committee", policy: Policy) -> Any:
    authority = authority_over(committee.region)
    regulator: Seat | None = (Role.REGULATOR, authority.pk) if authority is not None else None
    return levels(policy, (Role.SECRETARY, committee.pk), (Role.CHAIR, committee.pk), regulator)
