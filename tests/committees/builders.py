"""Lawful committees and their people, made through the steps that make them in life."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from committees.kinds import CommitteeType, PaperKind
from committees.models import Committee, InterestDeclaration, undeclared
from ethicsreview.accounts.models import Authority, Body, Institution, Person, Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.documents.storage import store
from ethicsreview.lifecycle.door import create, perform
from tests.factories import FIRST, AppointmentFactory, AuthorityFactory, InstitutionFactory, PersonFactory
from tests.memory import remembered

_numbers = count(FIRST + 1)
TERM = timedelta(days=3 * 365)


def person(**fields: Any) -> Person:
    return PersonFactory(**fields)


def institution(region: str = "370100", **fields: Any) -> Institution:
    return InstitutionFactory(region=region, **fields)


def authority(region: str = "370000", **fields: Any) -> Authority:
    return AuthorityFactory(region=region, **fields)


def holder(role: str, body: Body, *, since: date = date(2024, 1, 1), until: date | None = None) -> Person:
    """A new person who holds the role in the body."""
    return AppointmentFactory(role=role, body=body, starts=since, ends=until).person


def keeper_of(body: Committee | Institution | None) -> Person:
    """Who may set up, staff and dissolve: an officer of the institution; for a centre, an operator."""
    owner = body.institution if isinstance(body, Committee) else body
    if owner is None:
        return holder(Role.OPERATOR, authority())
    held = owner.appointments.filter(role=Role.INSTITUTION_OFFICER).select_related("person").first()
    return held.person if held else holder(Role.INSTITUTION_OFFICER, owner)


@dataclass(frozen=True)
class Seat:
    """What a member brings, so that the seats together are a lawful committee under every regime."""

    role: str = Role.MEMBER
    category: str = "peer"
    external: bool = False
    local_knowledge: bool = False
    ai_categories: tuple[str, ...] = ()
    human_categories: tuple[str, ...] = ()


SEATS = (
    Seat(role=Role.CHAIR, ai_categories=("technology",), human_categories=("life_science",)),
    Seat(role=Role.VICE_CHAIR, ai_categories=("application",), human_categories=("medicine",)),
    Seat(category="ethics", human_categories=("bioethics",)),
    Seat(category="law"),
    Seat(category="other", external=True, local_knowledge=True, human_categories=("public",)),
)


@remembered
def draft(region: str = "370100", *, by: Person | None = None, at: datetime | None = None, **fields: Any) -> Committee:
    """A committee in preparation, with nobody on it."""
    if fields.get("type", CommitteeType.INSTITUTION) == CommitteeType.INSTITUTION:
        fields.setdefault("institution", institution(region))
    fields = {"type": CommitteeType.INSTITUTION, "regimes": ["general", "human", "ai", "animal"], **fields}
    fields.setdefault("name", f"科技伦理（审查）委员会{next(_numbers)}")
    keeper = by or keeper_of(fields.get("institution"))
    return create(Committee(region=region, **fields), by=keeper, at=at)


def appoint(committee: Committee, number: int = 1, *, by: Person, at: datetime | None = None, **changes: Any) -> Person:
    """A new person on the committee, in the seat of that number (after the special seats, an ordinary one)."""
    seat = SEATS[number - 1] if number <= len(SEATS) else Seat()
    starts = law_day(at or timezone.now())
    newcomer = changes.pop("person", None) or person()
    terms = {
        "person": newcomer.username,
        "sex": "female" if number % 2 else "male",
        "starts": starts,
        "ends": starts + TERM,
        **vars(seat),
        **changes,
    }
    perform(committee, "appoint", by=by, at=at, **terms)
    return newcomer


def rule_document(by: Person, at: datetime | None = None) -> DocumentVersion:
    file = ContentFile("第一条　本制度自公布之日起施行。".encode(), name="制度.txt")
    return store(None, file, by=by, at=at or timezone.now(), title="制度", kind="committee_rule")


@remembered
def committee(size: int = 7, region: str = "370100", *, at: datetime | None = None, **fields: Any) -> Committee:
    """An active committee that every regime it is set up for finds lawful, with its people and papers."""
    at = at or timezone.now()
    made = ready(size, region, at=at, **fields)
    return perform(made, "establish", by=keeper_of(made), at=at, set_up_on=law_day(at))


@remembered
def ready(
    size: int = 7, region: str = "370100", *, at: datetime | None = None, secretary: bool = True, **fields: Any
) -> Committee:
    """A committee that only waits to be established."""
    at = at or timezone.now()
    made = draft(region, at=at, **fields)
    keeper = keeper_of(made)
    sitting = [appoint(made, number, by=keeper, at=at) for number in range(1, size + 1)]
    if secretary:
        appoint(made, size + 1, by=keeper, at=at, role=Role.SECRETARY, category="other")
    complete_papers(made, sitting, by=keeper, at=at)
    declare_for_the_year(made, at)
    return made


def declare_for_the_year(made: Committee, at: datetime) -> None:
    """Whoever sits on it without a declaration that counts has nothing to declare. Rows, for the sake of speed: the
    step by which one declares is tested by itself."""
    seats = [seat.person for seat in made.members_at(law_day(at))]
    silent = undeclared(made, seats, at)
    InterestDeclaration.objects.bulk_create(
        InterestDeclaration(
            committee=made, person_id=person, year=law_day(at).year, declared_at=at, none_to_declare=True
        )
        for person in silent
    )


def complete_papers(made: Committee, sitting: list[Person], *, by: Person, at: datetime) -> None:
    """The rules on file and the papers signed, as the policy of the region asks."""
    today, policy = law_day(at), made.policy(made.regimes, at)
    text = rule_document(by, at)
    for kind in policy.value("committee.rules_required"):
        perform(made, "adopt_rule", by=by, at=at, kind=kind, document=text.document.ref, effective=today)
    if policy.has("committee.signed_papers"):
        for member in sitting:
            for kind in PaperKind:
                perform(made, "sign_paper", by=by, at=at, person=member.username, kind=kind, signed_on=today)


def people_of(made: Committee, role: str) -> list[Person]:
    seats = made.memberships.filter(appointment__role=role).with_people().order_by("pk")
    return [seat.person for seat in seats]
