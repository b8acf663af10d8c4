"""The yearly declaration of interests: who may not judge for want of one, and the row that reminds before it lapses.

Measures 8 asks members to declare interests and to stand back. That nobody sits, is designated or votes without a
declaration that counts follows from it and is a policy value; how long one counts, no text says: a setting.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from committees.models.interests import InterestDeclaration
from ethicsreview.accounts.models import Person, Role
from ethicsreview.deadlines.calendar import add_months, end_of_day, law_day
from ethicsreview.deadlines.ladders import ladder, levels
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.policy import Policy

if TYPE_CHECKING:
    from committees.models.committee import Committee

DEADLINE = "committee.declaration"


@dataclass(frozen=True)
class Duty:
    """What one member owes one committee: the row of it hangs on the two."""

    committee: "Committee"
    person: Person
    noun: ClassVar[str] = "declaration"

    @property
    def pk(self) -> tuple[int, int]:
        return self.committee.pk, self.person.pk

    @property
    def ref(self) -> str:
        return f"{self.committee.ref}:{self.person.pk}"

    def subject(self) -> "Committee":
        return self.committee

    def get_absolute_url(self) -> str:
        return reverse("desk:step", args=[self.committee.collection, self.committee.ref, "declare_interests"])

    def note_next_due(self) -> None:
        """Nothing shows it but the row itself."""

    @property
    def is_owed(self) -> bool:
        return Deadline.objects.of(self).open().filter(kind=DEADLINE).exists()


def declared_until(committee: "Committee", people: Iterable[int], policy: Policy) -> dict[int, date]:
    """The last day on which each person's declaration to the committee counts; none, who never declared. One query."""
    rows = InterestDeclaration.objects.filter(committee=committee.pk, person__in=list(people)).order_by()
    latest = rows.values_list("person").annotate(last=Max("declared_at"))
    months = policy.value("interests.declaration_months")
    return {person: add_months(law_day(last), months) for person, last in latest}


def undeclared(committee: "Committee", people: Iterable[Person], at: datetime) -> dict[int, Refusal]:
    """Who of them may not sit, be designated or vote for want of a declaration that counts; by person."""
    policy, people = _policy(committee, at), list(people)
    gate = policy.entry("interests.declaration_gate")
    if not gate.value:
        return {}
    until, day = declared_until(committee, [person.pk for person in people], policy), law_day(at)
    found = {}
    for person in people:
        last = until.get(person.pk)
        if last is None:
            words, told = _("%(name)s尚未向本委员会声明利益关系，不能到会、承办和表决"), {"name": person.name}
            found[person.pk] = Refusal("interests_undeclared", words, told, gate.cite)
        elif last < day:
            words = _("%(name)s的利益关系声明有效期至%(day)s，重新声明前不能到会、承办和表决")
            told = {"name": person.name, "day": last.isoformat()}
            found[person.pk] = Refusal("interests_lapsed", words, told, gate.cite)
    return found


def remind(committee: "Committee", person: Person, act: Act) -> None:
    """Part of the step by which somebody declares: the next declaration is due when this one lapses."""
    policy, duty = _policy(committee, act.at), _on(committee, person)
    gate = policy.entry("interests.declaration_gate")
    if duty.is_owed:
        act.meet(DEADLINE, on=duty)
    if gate.value:
        months = policy.value("interests.declaration_months")
        act.start(
            DEADLINE,
            on=duty,
            label=_("声明本年度利益关系"),
            due_at=end_of_day(add_months(law_day(act.at), months)),
            citation=gate.cite,
            person=person,
            ladder=ladder(policy, "reminders.declaration"),
            escalate_to=levels(policy, (Role.SECRETARY, committee.pk)),
        )


def forget(committee: "Committee", people: Iterable[Person], act: Act) -> None:
    """Who has left owes no declaration."""
    for person in people:
        act.cancel(DEADLINE, on=_on(committee, person))


def _on(committee: "Committee", person: Person) -> Any:
    return Duty(committee, person)


def _policy(committee: "Committee", at: datetime) -> Policy:
    return committee.policy(committee.regimes, at)
