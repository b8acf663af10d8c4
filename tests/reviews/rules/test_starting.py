"""What keeps the gate shut, by plain values."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviews.rules.starting import CLEARED, Clearance, Obstacle, lacking, obstacles

TODAY = date(2026, 6, 1)
STATES = ("wanted", "entered", "returned", "confirmed", "superseded", "dropped")


def on_file(country: str, state: str, days: int | None = None) -> Clearance:
    return Clearance(country, state, None if days is None else TODAY + timedelta(days=days))


def test_an_approved_project_without_partners_may_start() -> None:
    assert obstacles("approved", (), (), TODAY) == ()


@pytest.mark.parametrize("state", ["draft", "assessed", "under_review", "rejected", "suspended", "terminated"])
def test_no_other_state_may_start(state: str) -> None:
    assert obstacles(state, (), (), TODAY) == (Obstacle("project_state"),)


@pytest.mark.parametrize(
    ("records", "lack"),
    [
        ([], "foreign_wanted"),
        ([on_file("DE", "wanted")], "foreign_wanted"),
        ([on_file("DE", "returned")], "foreign_returned"),
        ([on_file("DE", "entered")], "foreign_unconfirmed"),
        ([on_file("DE", "confirmed", -1)], "foreign_lapsed"),
        ([on_file("DE", "confirmed", -1), on_file("DE", "wanted")], "foreign_lapsed"),
        ([on_file("DE", "confirmed", -1), on_file("DE", "entered")], "foreign_unconfirmed"),
        ([on_file("FR", "confirmed")], "foreign_wanted"),
        ([on_file("DE", "dropped")], "foreign_wanted"),
    ],
)
def test_what_a_country_lacks(records: list[Clearance], lack: str) -> None:
    assert lacking(["DE"], records, TODAY) == {lack: ("DE",)}


@pytest.mark.parametrize("days", [None, 0, 1])
def test_an_approval_holds_through_its_last_day(days: int | None) -> None:
    assert lacking(["DE"], [on_file("DE", "confirmed", days)], TODAY) == {}


def test_every_reason_is_told_at_once() -> None:
    found = obstacles("assessed", ["DE", "FR", "US"], [on_file("US", "entered")], TODAY)

    assert [one.code for one in found] == ["project_state", "foreign_wanted", "foreign_unconfirmed"]
    assert found[1].countries == ("DE", "FR")


def test_outside_the_scope_no_country_is_asked() -> None:
    assert obstacles("not_required", ["DE"], [], TODAY) == ()


def test_an_exempt_activity_still_needs_its_partners_review() -> None:
    assert [one.code for one in obstacles("exempt", ["DE"], [], TODAY)] == ["foreign_wanted"]


records = st.builds(on_file, st.sampled_from(["DE", "FR"]), st.sampled_from(STATES), st.sampled_from([None, -1, 0, 9]))


@given(st.lists(records, max_size=5), st.sampled_from([*sorted(CLEARED - {"not_required"}), "under_review"]))
def test_the_gate_is_open_only_when_every_country_is_cleared(on_record: list[Clearance], state: str) -> None:
    cleared = {one.country for one in on_record if one.state == "confirmed" and one.expires_on != date(2026, 5, 31)}

    is_open = not obstacles(state, ["DE", "FR"], on_record, TODAY)

    assert is_open == (state in CLEARED and cleared >= {"DE", "FR"})
