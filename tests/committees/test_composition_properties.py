"""What holds of the composition check for any committee."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from committees.composition import CommitteeFacts, MemberFacts, PaperFacts, RuleFacts, check, forecast

DAY = date(2026, 6, 1)
HORIZON = 40


@dataclass(frozen=True)
class Given:
    value: Any
    cite: str = "test:1"


@dataclass(frozen=True)
class Values:
    """Policy values of any size, not only today's."""

    values: dict[str, Any]

    def has(self, key: str) -> bool:
        return key in self.values

    def entry(self, key: str) -> Given:
        return Given(self.values[key])


days = st.integers(-30, HORIZON + 5).map(lambda number: DAY + timedelta(days=number))


@st.composite
def spans(draw: st.DrawFn) -> tuple[date, date | None]:
    first = draw(days)
    return first, draw(st.none() | st.integers(0, 60).map(lambda length: first + timedelta(days=length)))


@st.composite
def members(draw: st.DrawFn) -> MemberFacts:
    starts, ends = draw(spans())
    papers = draw(st.lists(st.tuples(st.sampled_from(["confidentiality", "interests"]), spans()), max_size=3))
    person_id = draw(st.integers(1, 12))
    return MemberFacts(
        person_id=person_id,
        name=str(person_id),
        role=draw(st.sampled_from(["chair", "vice_chair", "member", "secretary", "adviser"])),
        sex=draw(st.sampled_from(["female", "male"])),
        category=draw(st.sampled_from(["peer", "ethics", "law", "other"])),
        starts=starts,
        ends=ends,
        external=draw(st.booleans()),
        local_knowledge=draw(st.booleans()),
        ai_categories=draw(st.frozensets(st.sampled_from(["technology", "application"]))),
        papers=tuple(PaperFacts(kind, *span) for kind, span in papers),
    )


committees = st.builds(
    CommitteeFacts,
    members=st.lists(members(), max_size=12).map(tuple),
    competent=st.frozensets(st.sampled_from(["general", "ai"])),
    rules=st.lists(st.builds(lambda span: RuleFacts("charter", *span), spans()), max_size=2).map(tuple),
    autonomous=st.booleans(),
)
policies = st.fixed_dictionaries(
    {},
    optional={
        "committee.min_members": st.integers(1, 9),
        "committee.odd": st.booleans(),
        "committee.chairs": st.just(1),
        "committee.vice_chairs_min": st.integers(0, 2),
        "committee.vice_chairs_max": st.integers(1, 3),
        "committee.external_min": st.integers(0, 2),
        "committee.sexes": st.just(2),
        "committee.local_member": st.just(1),
        "committee.term_years_max": st.integers(1, 5),
        "committee.categories_required": st.just(["peer", "ethics", "law"]),
        "committee.ai_categories": st.just(["technology", "application", "ethics", "law"]),
        "committee.signed_papers": st.just(["confidentiality", "interests"]),
        "committee.rules_required": st.just(["charter"]),
    },
).map(Values)


def codes(committee: CommitteeFacts, policy: Values, day: date = DAY) -> set[tuple[str, str]]:
    return {finding.key for finding in check(committee, policy, regimes=["general", "ai"], day=day)}


@given(committees, policies)
@settings(deadline=None)
def test_forecast_is_what_looking_at_each_day_would_find(committee: CommitteeFacts, policy: Values) -> None:
    until = DAY + timedelta(days=HORIZON)
    day_by_day = {}
    for number in range(1, HORIZON + 1):
        day = DAY + timedelta(days=number)
        if new := codes(committee, policy, day) - codes(committee, policy, day - timedelta(days=1)):
            day_by_day[day] = new

    ahead = forecast(committee, policy, regimes=["general", "ai"], day=DAY, until=until)

    assert {day: {finding.key for finding in findings} for day, findings in ahead} == day_by_day


@given(committees, policies, st.randoms(use_true_random=False))
@settings(deadline=None)
def test_check_does_not_depend_on_the_order_of_members(committee: CommitteeFacts, policy: Values, random: Any) -> None:
    shuffled = list(committee.members)
    random.shuffle(shuffled)

    assert codes(replace(committee, members=tuple(shuffled)), policy) == codes(committee, policy)


@given(committees, policies, st.sampled_from(["peer", "ethics", "law", "other"]), st.sampled_from(["female", "male"]))
@settings(deadline=None)
def test_check_finds_nothing_lacking_by_one_more_member(
    committee: CommitteeFacts, policy: Values, category: str, sex: str
) -> None:
    """One more lawful ordinary member can only disturb the parity."""
    newcomer = MemberFacts(
        person_id=99,
        name="99",
        role="member",
        sex=sex,
        category=category,
        starts=DAY,
        ends=DAY + timedelta(days=30),
        papers=(PaperFacts("confidentiality", DAY), PaperFacts("interests", DAY)),
    )

    more = codes(replace(committee, members=(*committee.members, newcomer)), policy)

    assert more - codes(committee, policy) <= {("not_odd", "")}


@given(committees, policies)
@settings(deadline=None)
def test_check_says_everything_at_once(committee: CommitteeFacts, policy: Values) -> None:
    """Together the values find what each finds alone."""
    alone = [codes(committee, Values({key: value})) for key, value in policy.values.items()]

    assert codes(committee, policy) == codes(committee, Values({})).union(*alone)


@given(committees, policies)
@settings(deadline=None)
def test_check_is_silent_about_those_who_do_not_sit(committee: CommitteeFacts, policy: Values) -> None:
    sitting = tuple(member for member in committee.members if member.sits_on(DAY))

    assert codes(replace(committee, members=sitting), policy) == codes(committee, policy)
