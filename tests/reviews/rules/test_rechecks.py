"""The plain rules of a re-check: where it goes, which panel is lawful, how it is counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.rules.panels import Candidate, findings, propose
from reviews.rules.recheck_routing import Department, competent, domains, routes
from reviews.rules.recheck_votes import AGREE, DISAGREE, PanelFormula, count

TWO_THIRDS = PanelFormula(2, 3)
REQUIRED = ("peer", "ethics", "law")
TABLE = {"human": {}, "ai": {}, "animal": {}, "agriculture": {}, "other": {}}


@given(panel=st.integers(1, 30), agree=st.integers(0, 30), disagree=st.integers(0, 30))
def test_two_thirds_are_of_the_whole_panel(panel: int, agree: int, disagree: int) -> None:
    if agree + disagree > panel:
        return
    votes = dict.fromkeys(range(agree), AGREE) | {agree + n: DISAGREE for n in range(disagree)}

    found = count(votes, panel=range(panel), formulas=[TWO_THIRDS])

    assert (found.result == "agreed") == (3 * agree >= 2 * panel)
    assert (found.agree, found.disagree, found.absent) == (agree, disagree, panel - agree - disagree)
    assert 3 * found.need >= 2 * panel > 3 * (found.need - 1)
    # Settled: however those speak who have not, the result is the same.
    best = 3 * (agree + found.absent) >= 2 * panel
    assert found.settled == (found.result == "agreed" or not best)


@pytest.mark.parametrize(("panel", "need"), [(5, 4), (6, 4), (7, 5), (9, 6)])
def test_votes_that_panels_of_some_size_need(panel: int, need: int) -> None:
    assert count({}, panel=range(panel), formulas=[TWO_THIRDS]).need == need


def test_wrong_input_is_named_whole() -> None:
    with pytest.raises(ValueError, match="not on the panel: 9; no such vote: maybe"):
        count({9: "maybe"}, panel=[1], formulas=[TWO_THIRDS])
    with pytest.raises(ValueError, match="no vote formula applies; nobody sits"):
        count({}, panel=[], formulas=[])
    with pytest.raises(ValueError, match="not the whole panel"):
        PanelFormula.from_value({"numerator": 2, "denominator": 3, "of": "attending", "strict": False})


@given(
    st.lists(
        st.builds(
            Candidate,
            person=st.integers(0, 99),
            category=st.sampled_from(["peer", "ethics", "law", "other"]),
            fields=st.frozensets(st.sampled_from(["medicine", "ai"])),
            load=st.integers(0, 5),
        ),
        unique_by=lambda one: one.person,
        max_size=14,
    )
)
def test_what_is_proposed_is_lawful_and_proposed_whenever_it_can_be(free: list[Candidate[int]]) -> None:
    found = propose(free, fields={"medicine"}, size=5, categories_required=REQUIRED)

    by_person = {one.person: one.category for one in free}
    chosen = [by_person[one.person] for one in found]
    possible = len(free) >= 5 and set(REQUIRED) <= set(by_person.values())
    assert bool(found) == possible
    assert not found or findings(chosen, size_min=5, categories_required=REQUIRED) == ()
    assert len({one.person for one in found}) == len(found) <= 5


def test_findings_name_everything_that_is_lacking() -> None:
    found = findings(["peer", "other"], size_min=5, categories_required=REQUIRED)

    assert [(one.code, one.params) for one in found] == [
        ("panel_too_small", {"have": 2, "need": 5}),
        ("panel_category", {"category": "ethics"}),
        ("panel_category", {"category": "law"}),
    ]


def test_overlapping_domains_offer_every_department_in_the_tables_order() -> None:
    departments = [
        Department("ai", "province", "ai", "51"),
        Department("health", "province", "human", "51"),
        Department("science", "province", "general", "51"),
        Department("elsewhere", "province", "human", "37"),
    ]
    touched = domains(regimes={"human", "ai", "general"}, fields={"medicine"})

    assert touched == ("human", "ai")
    asked = routes(touched, TABLE)
    offered = competent(departments, asked=asked, levels=["provincial_departments"], place="510100")
    assert offered == ("health", "ai")


def test_without_a_domain_the_general_department_has_it() -> None:
    departments = [Department("science", "province", "general", "37"), Department("city", "city", "general", "3701")]
    asked = routes(domains(regimes={"general"}, fields={"engineering"}), TABLE)

    assert competent(departments, asked=asked, levels=["city", "sector"], place="370100") == ("science", "city")
    assert competent(departments, asked=asked, levels=["city", "sector"], place="370200") == ("science",)
