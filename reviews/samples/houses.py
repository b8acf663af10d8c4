"""An institution with its committee and their people: set up, staffed and established by the steps that do it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import cycle

from django.core.files.base import ContentFile

from committees.kinds import CommitteeType, PaperKind, Regime, RuleKind, Sex
from committees.models import Committee, undeclared
from ethicsreview.accounts.models import Institution, Person, Role
from ethicsreview.deadlines.calendar import add_months, law_day
from ethicsreview.documents.storage import store
from ethicsreview.lifecycle.door import create, perform
from reviews.samples.people import appoint, person, signing_at_once

TERM_YEARS = 3


@dataclass(frozen=True)
class Place:
    """Where an institution is; `key` begins its people's user names, `name` ends their names."""

    key: str
    name: str
    region: str
    institution: str
    type: str = Institution.Type.HOSPITAL


@dataclass(frozen=True)
class Seat:
    """What a member brings. The seats together are lawful under every regime and in both provinces."""

    key: str
    title: str
    role: str = Role.MEMBER
    category: str = "peer"
    external: bool = False
    local_knowledge: bool = False
    ai_categories: tuple[str, ...] = ()
    human_categories: tuple[str, ...] = ()


SEATS = (
    Seat("chair", "主任委员", Role.CHAIR, ai_categories=("technology",), human_categories=("life_science",)),
    Seat("vicechair", "副主任委员", Role.VICE_CHAIR, ai_categories=("application",), human_categories=("medicine",)),
    Seat("member1", "委员一", category="ethics", ai_categories=("ethics",), human_categories=("bioethics",)),
    Seat("member2", "委员二", category="law", ai_categories=("law",), human_categories=("law",)),
    Seat("member3", "委员三", category="other", external=True, local_knowledge=True, human_categories=("public",)),
    Seat("member4", "委员四", local_knowledge=True, human_categories=("medicine",)),
    Seat("member5", "委员五", human_categories=("life_science",)),
)
SECRETARY = Seat("secretary", "秘书", Role.SECRETARY, category="other")


@dataclass
class House:
    place: Place
    institution: Institution
    officer: Person
    leads: list[Person]
    committee: Committee = field(init=False)
    secretary: Person = field(init=False)
    seated: list[Person] = field(default_factory=list)

    @property
    def chair(self) -> Person:
        return self.seated[0]

    @property
    def officials(self) -> list[Person]:
        return [*self.seated, self.secretary, self.officer]

    def declare(self, at: datetime) -> None:
        """Whoever has no declaration of interests that counts makes one for the year: nothing to declare."""
        silent = undeclared(self.committee, self.seated, at)
        for member in self.seated:
            if member.pk in silent:
                perform(self.committee, "declare_interests", by=member, at=at, none_to_declare="yes")

    @cached_property
    def seats(self) -> list[int]:
        """The members' seats, in the order of `seated`."""
        by_person = dict(self.committee.memberships.values_list("appointment__person", "pk"))
        return [by_person[member.pk] for member in self.seated]


def found(place: Place, *, at: datetime, leads: int = 1) -> House:
    """A new institution with its officer, `leads` researchers and an active committee."""
    institution = Institution.objects.create(name=place.institution, region=place.region, type=place.type)
    return furnish(institution, place, at=at, leads=leads)


def furnish(institution: Institution, place: Place, *, at: datetime, leads: int = 1) -> House:
    """The same for an institution that is there. About fifty steps."""
    day = law_day(at)
    officer = appoint(_role(place, "officer", "单位管理人员"), Role.INSTITUTION_OFFICER, institution, day)
    researchers = [
        appoint(_role(place, f"lead{n or ''}", f"项目负责人{n or ''}"), Role.RESEARCHER, institution, day)
        for n in (0, *range(2, leads + 1))
    ]
    house = House(place, institution, officer, researchers)
    _committee(house, at, day)
    return house


def reopened(place: Place) -> House | None:
    """A house that was founded before, with the same people in their seats; None where there is none."""
    people = {who.username.removeprefix(f"{place.key}-"): who for who in _people_of(place)}
    if SECRETARY.key not in people:
        return None
    committee = Committee.objects.select_related("institution").get(appointments__person=people[SECRETARY.key])
    assert committee.institution is not None
    leads = [who for key, who in people.items() if key.startswith("lead")]
    house = House(place, committee.institution, people["officer"], leads)
    house.committee, house.secretary = committee, people[SECRETARY.key]
    house.seated = [people[seat.key] for seat in SEATS]
    return house


def _people_of(place: Place) -> Iterable[Person]:
    return map(signing_at_once, Person.objects.filter(username__startswith=f"{place.key}-").order_by("pk"))


def _committee(house: House, at: datetime, day: date) -> None:
    place, officer = house.place, house.officer
    committee = Committee(
        region=place.region,
        type=CommitteeType.INSTITUTION,
        institution=house.institution,
        name=f"{place.institution}科技伦理（审查）委员会",
        regimes=Regime.values,
    )
    house.committee = create(committee, by=officer, at=at)
    *house.seated, house.secretary = [
        _sit(house, seat, sex, at, day) for seat, sex in zip((*SEATS, SECRETARY), cycle(Sex.values))
    ]
    policy = house.committee.policy(Regime.values, at)
    _adopt_rules(house, [*policy.value("committee.rules_required"), RuleKind.VIDEO], at, day)
    if policy.has("committee.signed_papers"):
        for member in (*house.seated, house.secretary):
            for kind in PaperKind.values:
                terms = {"person": member.username, "kind": kind, "signed_on": day}
                perform(house.committee, "sign_paper", by=officer, at=at, **terms)
    house.declare(at)
    house.committee = perform(house.committee, "establish", by=officer, at=at, set_up_on=day)


def _sit(house: House, seat: Seat, sex: str, at: datetime, day: date) -> Person:
    member = _role(house.place, seat.key, seat.title)
    terms = {name: value for name, value in vars(seat).items() if name not in {"key", "title"}}
    terms |= {"person": member.username, "sex": sex, "starts": day, "ends": add_months(day, 12 * TERM_YEARS)}
    perform(house.committee, "appoint", by=house.officer, at=at, **terms)
    return member


def _adopt_rules(house: House, kinds: list[str], at: datetime, day: date) -> None:
    words = (
        f"{house.committee.name}章程和制度。\n第一条　本制度自公布之日起施行。\n第二条　本委员会可以视频方式召开会议。"
    )
    file = ContentFile(words.encode(), name="章程和制度.txt")
    text = store(None, file, by=house.officer, at=at, title="章程和制度", kind="committee_rule")
    for kind in kinds:
        terms = {"kind": kind, "document": text.document.ref, "effective": day}
        perform(house.committee, "adopt_rule", by=house.officer, at=at, **terms)


def _role(place: Place, key: str, title: str) -> Person:
    return person(f"{place.key}-{key}", f"{title}·{place.name}")
