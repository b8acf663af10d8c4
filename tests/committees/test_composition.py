"""What the composition rules find, article by article, by the policy packs that are in force."""

from dataclasses import replace
from datetime import date

import pytest

from committees.composition import CommitteeFacts, Finding, PaperFacts, RuleFacts, Severity, check
from ethicsreview.policy import policy_for
from tests.committees.facts import DAY, changed, lawful, member, without

SHANDONG, SICHUAN, LIANGSHAN = "370100", "510100", "513400"


def found(
    committee: CommitteeFacts, *regimes: str, region: str = SHANDONG, day: date = DAY
) -> dict[tuple[str, str], Finding]:
    policy = policy_for(region=region, regimes=regimes or ("general",), at=day)
    findings = check(committee, policy, regimes=regimes or ("general",), day=day)
    assert len({finding.key for finding in findings}) == len(findings)
    return {finding.key: finding for finding in findings}


def codes(committee: CommitteeFacts, *regimes: str, region: str = SHANDONG, day: date = DAY) -> set[str]:
    return {code for code, _about in found(committee, *regimes, region=region, day=day)}


@pytest.mark.parametrize("region", [SHANDONG, SICHUAN])
@pytest.mark.parametrize("regimes", [("general",), ("human",), ("ai",), ("general", "human", "ai")])
def test_check_of_a_lawful_committee(region: str, regimes: tuple[str, ...]) -> None:
    assert found(lawful(), *regimes, region=region) == {}


@pytest.mark.article("national", 7)
@pytest.mark.parametrize(("size", "expected"), [(6, {"too_few"}), (7, set()), (8, set()), (9, set())])
def test_check_of_size(size: int, expected: set[str]) -> None:
    assert codes(lawful(size)) == expected


@pytest.mark.article("sichuan-rules", 7)
@pytest.mark.parametrize(("size", "expected"), [(6, {"too_few", "not_odd"}), (7, set()), (8, {"not_odd"}), (9, set())])
def test_check_of_size_in_sichuan(size: int, expected: set[str]) -> None:
    assert codes(lawful(size), region=SICHUAN) == expected


@pytest.mark.article("national", 7)
def test_check_of_size_cites_and_counts() -> None:
    finding = found(without(lawful(), 7))["too_few", ""]

    assert (finding.cite, finding.params, finding.severity) == (
        "national:7",
        {"have": 6, "need": 7},
        Severity.BLOCKS,
    )


@pytest.mark.article("national", 7)
def test_check_of_chair_absent_or_two() -> None:
    none = found(changed(lawful(), 1, role="member"))
    two = found(changed(lawful(), 3, role="chair"))

    assert none["chairs", ""].params == {"have": 0, "need": 1}
    assert two["chairs", ""].params == {"have": 2, "need": 1}


@pytest.mark.article("sichuan-rules", 7)
@pytest.mark.parametrize(
    ("vice_chairs", "expected"),
    [((), {"vice_chairs_few"}), ((2,), set()), ((2, 3), set()), ((2, 3, 4), {"vice_chairs_many"})],
)
def test_check_of_vice_chairs_in_sichuan(vice_chairs: tuple[int, ...], expected: set[str]) -> None:
    committee = changed(lawful(), 2, role="member")
    for person_id in vice_chairs:
        committee = changed(committee, person_id, role="vice_chair")

    assert codes(committee, region=SICHUAN) == expected


@pytest.mark.article("national", 7)
@pytest.mark.parametrize(
    ("person_id", "changes", "expected"),
    [
        (3, {"category": "peer"}, {("category_missing", "ethics")}),
        (4, {"category": "peer"}, {("category_missing", "law")}),
        (5, {"external": False}, {("external_few", "")}),
    ],
)
def test_check_of_categories(person_id: int, changes: dict[str, object], expected: set[tuple[str, str]]) -> None:
    assert found(changed(lawful(), person_id, **changes)).keys() == expected


@pytest.mark.article("national", 7)
@pytest.mark.parametrize("sex", ["female", "male"])
def test_check_of_one_sex(sex: str) -> None:
    committee = lawful()
    committee = replace(committee, members=tuple(replace(m, sex=sex) for m in committee.members))

    assert codes(committee) == {"one_sex"}


@pytest.mark.article("national", 7)
def test_check_of_autonomous_area() -> None:
    stranger = changed(lawful(autonomous=True), 5, local_knowledge=False)

    assert codes(lawful(autonomous=True), region=LIANGSHAN) == set()
    assert codes(stranger, region=LIANGSHAN) == {"local_few"}
    assert codes(replace(stranger, autonomous=False)) == set()


@pytest.mark.article("ai", 10)
def test_check_of_ai_backgrounds_counts_ethics_and_law_by_category() -> None:
    committee = changed(changed(lawful(), 1, ai_categories=frozenset()), 2, ai_categories=frozenset())

    assert found(committee, "ai").keys() == {("ai_missing", "technology"), ("ai_missing", "application")}
    assert codes(committee, "general") == set()


@pytest.mark.article("human", 8)
def test_check_of_human_backgrounds() -> None:
    committee = changed(changed(lawful(), 5, human_categories=frozenset()), 6, human_categories=frozenset())

    assert found(committee, "human").keys() == {
        ("human_missing", "life_science"),
        ("human_missing", "medicine"),
        ("human_missing", "public"),
    }
    assert codes(committee, "general") == set()


@pytest.mark.article("national", 7)
@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        (date(2028, 12, 31), set()),
        (date(2029, 1, 1), set()),  # five years to the day: the first day is not counted
        (date(2029, 1, 2), {"term_too_long"}),
        (None, {"term_too_long"}),
    ],
)
def test_check_of_term(ends: date | None, expected: set[str]) -> None:
    assert codes(changed(lawful(), 7, ends=ends)) == expected


@pytest.mark.article("sichuan-rules", 7, 8)
def test_check_of_papers_in_sichuan() -> None:
    confidentiality = PaperFacts("confidentiality", date(2024, 1, 1), date(2026, 5, 31))
    future = PaperFacts("interests", date(2026, 6, 2))
    committee = changed(lawful(), 7, papers=(confidentiality, future))

    assert found(committee, region=SICHUAN).keys() == {
        ("paper_expired", "7 2024-01-01 confidentiality"),
        ("paper_missing", "7 2024-01-01 interests"),
    }
    assert codes(committee) == set()


@pytest.mark.article("national", 6)
def test_check_of_rules_on_file() -> None:
    expired = RuleFacts("charter", date(2024, 1, 1), date(2026, 5, 31))

    assert {code for code, _about in found(lawful(rules=()))} == {"rule_missing"}
    assert ("rule_missing", "charter") in found(lawful(rules=(expired,)))


@pytest.mark.article("national", 13)
def test_check_of_a_regime_the_committee_was_not_set_up_for() -> None:
    committee = lawful(competent=frozenset({"general"}))

    assert found(committee, "general", "ai").keys() == {("not_competent", "ai")}


def test_check_of_one_person_on_two_seats_counts_one() -> None:
    committee = lawful()
    doubled = replace(committee, members=(*committee.members[:6], member(1, role="member")))

    assert codes(doubled) == {"person_twice", "too_few"}


@pytest.mark.article("national", 14)
def test_check_of_an_adviser_who_is_a_member_warns() -> None:
    committee = lawful()
    findings = found(replace(committee, members=(*committee.members, member(7, role="adviser"))))

    assert [finding.severity for finding in findings.values()] == [Severity.WARNS]


def test_check_before_the_measures_asks_for_less() -> None:
    assert "too_few" not in codes(lawful(3), day=date(2022, 12, 1))


def test_check_of_nobody_names_everything() -> None:
    nobody = CommitteeFacts(members=(), competent=frozenset(), autonomous=True)

    assert codes(nobody, "general", "human", "ai", region=LIANGSHAN) == {
        "not_competent",
        "too_few",
        "not_odd",
        "chairs",
        "vice_chairs_few",
        "category_missing",
        "human_missing",
        "ai_missing",
        "one_sex",
        "external_few",
        "local_few",
        "rule_missing",
    }
