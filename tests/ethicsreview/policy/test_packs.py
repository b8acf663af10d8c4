"""The packs hold the numbers of the law, each with its article and how sure it is."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from ethicsreview.policy import Policy, catalogues, policy_for
from ethicsreview.policy.library import Entry
from ethicsreview.policy.loading import library

DAY = date(2026, 6, 1)
JINAN, CHENGDU = "370100", "510100"


def said_by(pack: str, key: str) -> Entry:
    return next(entry for entry in library().pack(pack).entries if entry.key == key and entry.in_force(DAY))


TWO_THIRDS = {"numerator": 2, "denominator": 3, "strict": False}
MORE_THAN_HALF = {"numerator": 1, "denominator": 2, "strict": True}


def row(document: str, article: int, key: str, value: Any, sure: str) -> Any:
    pack = document.removesuffix("-rules")
    marks = pytest.mark.article(document, article)
    return pytest.param(pack, key, value, f"{document}:{article}", sure, marks=marks, id=f"{document}:{article} {key}")


@pytest.mark.parametrize(
    ("pack", "key", "value", "cite", "sure"),
    [
        row("national", 7, "committee.min_members", 7, "V1"),
        row("sichuan-rules", 7, "committee.min_members", 7, "V2"),
        row("sichuan-rules", 7, "committee.odd", value=True, sure="V2"),
        row("national", 14, "meeting.quorum", 5, "V1"),
        row("national", 14, "meeting.categories_required", ("peer", "ethics", "law"), "V2"),
        row("national", 16, "vote.formula", TWO_THIRDS | {"of": "attending"}, "V2"),
        row("human", 22, "vote.formula", MORE_THAN_HALF | {"of": "all_members"}, "V2"),
        row("national", 23, "simplified.reviewers_min", 2, "M-h"),
        row("national", 17, "review.decision_days", 30, "V2"),
        row("national", 31, "recheck.days", 30, "M-h"),
        row("national", 28, "recheck.panel_min", 5, "V1"),
        row("national", 30, "recheck.vote_formula", TWO_THIRDS | {"of": "all_panel"}, "V1"),
        row("national", 36, "emergency.hours", 72, "M-h"),
        row("national", 36, "emergency.includes_recheck", value=True, sure="M-h"),
        row("human", 16, "emergency.hours", 72, "V2"),
        row("national", 19, "follow_up.months", 12, "V2"),
        row("national", 33, "follow_up.months_listed", 6, "M-h"),
        row("national", 43, "committee.registration_days", 30, "V2"),
        row("national", 44, "registration.activity_days", 30, "V2"),
        row("national", 45, "annual_report.due", "03-31", "V2"),
        row("national", 7, "committee.term_years_max", 5, "V1"),
    ],
)
def test_the_numbers_of_the_law(pack: str, key: str, value: Any, cite: str, sure: str) -> None:
    entry = said_by(pack, key)

    assert (entry.value, entry.cite, entry.sure) == (value, cite, sure)


@pytest.mark.parametrize(
    ("pack", "key", "count", "cite", "sure"),
    [
        row("national", 25, "listed.items", 7, "V2"),
        pytest.param("ai", "listed.items", 3, "ai:annex", "V1"),
        row("national", 9, "application.materials", 6, "V1"),
        row("ai", 12, "application.materials", 3, "V1"),
        row("human", 18, "application.materials", 11, "M-h"),
        row("shandong", 12, "programme.stages", 6, "S"),
        row("sichuan", 10, "programme.stages", 5, "S"),
        row("national", 15, "criteria.heads", 7, "M-h"),
        row("human", 36, "consent.contents", 12, "M-h"),
        row("sichuan", 12, "sanction.kinds", 6, "S"),
        row("ai", 10, "committee.ai_categories", 4, "V1"),
    ],
)
def test_how_long_the_lists_of_the_law_are(pack: str, key: str, count: int, cite: str, sure: str) -> None:
    entry = said_by(pack, key)

    assert (len(entry.value), entry.cite, entry.sure) == (count, cite, sure)


@pytest.mark.article("civil-code", 201, 203)
@pytest.mark.article("national", 53)
def test_how_time_is_counted() -> None:
    policy = policy_for(region="", at=DAY)

    assert policy.value("calendar.day_kind") == "calendar"
    assert policy.value("calendar.first_day_counted") is False
    assert policy.value("calendar.shift_holidays") is False
    assert policy.value("calendar.hours_continuous") is True


def test_the_list_of_activities_is_that_of_the_catalogue() -> None:
    listed = said_by("national", "listed.items").value

    assert listed == tuple(item.key for item in catalogues.listed_items(DAY))


def test_the_criteria_are_those_of_the_catalogue() -> None:
    assert said_by("national", "criteria.heads").value == tuple(item.key for item in catalogues.criteria(DAY))


def test_every_key_of_the_registry_is_answered_somewhere() -> None:
    answered = {entry.key for pack in library().packs for entry in pack.entries}

    assert set(library().registry.questions) == answered


def test_what_is_no_law_is_never_cited_as_sure() -> None:
    settings_pack = library().pack("service")

    assert {entry.sure for entry in settings_pack.entries} <= {"set", "V2"}
    assert {entry.cite for entry in settings_pack.entries} == {"service"}


def test_the_uncertain_day_of_the_sichuan_rules_is_marked() -> None:
    document = library().documents["sichuan-rules"]

    assert document.in_force == date(2025, 1, 1)
    assert document.note is not None
    assert "核对" in document.note.zh


def test_every_key_that_code_asks_for_is_in_the_registry() -> None:
    asked = {
        key
        for room in ("committees", "reviews", "ethicsreview")
        for path in (Path(settings.BASE_DIR) / room).rglob("*.py")
        for key in re.findall(r'\b(?:value|entry|entries|has|asked)\(\s*"([a-z_]+\.[a-z_]+)"', path.read_text("utf-8"))
    }

    assert asked - set(library().registry.questions) == set()


@pytest.mark.parametrize(
    "policy", [policy_for(region=JINAN, regimes={"general"}, at=DAY), policy_for(region=CHENGDU, at=DAY)]
)
def test_reminders_come_before_the_end(policy: Policy) -> None:
    for key in ("reminders.decision", "reminders.recheck"):
        assert max(policy.value(key)) < 30
    assert max(policy.value("reminders.emergency")) < policy.value("emergency.hours")
    assert policy.value("emergency.panel_hours") < policy.value("emergency.hours")
