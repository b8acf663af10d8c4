"""Which rule holds: by region, regime and day."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from ethicsreview.policy import SeveralAnswers, UnknownPolicyKey, policy_for
from ethicsreview.policy.library import Library
from ethicsreview.policy.loading import library, load
from ethicsreview.policy.schema import REGIMES

JINAN, CHENGDU, WUHAN = "370100", "510100", "420100"
BEFORE, AFTER = date(2023, 6, 1), date(2026, 6, 1)


@pytest.mark.article("national", 14)
def test_before_the_measures_no_rule_sets_a_quorum() -> None:
    with pytest.raises(UnknownPolicyKey) as caught:
        policy_for(region=JINAN, regimes={"general"}, at=BEFORE).value("meeting.quorum")

    assert str(caught.value) == "meeting.quorum 没有现行规则（地区 370100，2023-06-01）"
    assert policy_for(region=JINAN, regimes={"general"}, at=AFTER).value("meeting.quorum") == 5


def test_a_default_stands_in_for_a_missing_rule_but_not_for_a_mistyped_key() -> None:
    policy = policy_for(region=JINAN, regimes={"general"}, at=BEFORE)

    assert policy.value("meeting.quorum", 3) == 3
    assert not policy.has("meeting.quorum")
    for ask in (policy.has, policy.entries, policy.entry, lambda key: policy.value(key, 3)):
        with pytest.raises(UnknownPolicyKey):
            ask("meeting.quorom")


def test_a_rule_holds_from_the_first_midnight_in_shanghai() -> None:
    last_moment = datetime(2023, 11, 30, 15, 59, 59, tzinfo=UTC)
    first_moment = datetime(2023, 11, 30, 16, 0, tzinfo=UTC)

    assert not policy_for(region="", at=last_moment).has("meeting.quorum")
    assert policy_for(region="", at=first_moment).has("meeting.quorum")


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        policy_for(region="", at=datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize("region", ["37", "3701000", "济南", "37010x"])
def test_a_region_is_six_digits(region: str) -> None:
    with pytest.raises(ValueError, match="six-digit"):
        policy_for(region=region, at=AFTER)


def test_an_unknown_regime_is_refused() -> None:
    with pytest.raises(ValueError, match="space"):
        policy_for(region="", regimes={"space"}, at=AFTER)


@pytest.mark.parametrize(
    ("day", "basis"),
    [
        (date(2020, 9, 1), "order-19"),
        (date(2023, 6, 1), "order-19"),
        (date(2026, 3, 19), "order-19"),
        (date(2026, 3, 20), "order-24"),
    ],
)
def test_sanctions_rest_on_the_order_in_force(day: date, basis: str) -> None:
    assert policy_for(region=JINAN, at=day).value("sanction.basis") == basis


@pytest.mark.article("ai", 35)
def test_ai_falls_back_to_the_measures_until_its_own_are_in_force() -> None:
    before = policy_for(region=CHENGDU, regimes={"ai"}, at=date(2026, 3, 19))
    after = policy_for(region=CHENGDU, regimes={"ai"}, at=date(2026, 3, 20))

    assert before.entry("review.decision_days").cite == "national:17"
    assert after.entry("review.decision_days").cite == "ai:16"
    assert not before.has("committee.ai_categories")
    assert after.value("committee.ai_categories") == ("technology", "application", "ethics", "law")
    # Where the AI Measures are silent, the Measures apply.
    assert after.entry("meeting.quorum").cite == "national:14"


@pytest.mark.article("national", 16)
@pytest.mark.article("human", 22)
def test_both_vote_formulas_hold_where_both_regimes_do() -> None:
    policy = policy_for(region=JINAN, regimes={"general", "human"}, at=AFTER)

    measures, human = policy.entries("vote.formula")

    assert measures.value == {"numerator": 2, "denominator": 3, "of": "attending", "strict": False}
    assert human.value == {"numerator": 1, "denominator": 2, "of": "all_members", "strict": True}
    with pytest.raises(SeveralAnswers):
        policy.value("vote.formula")


def test_one_vote_formula_alone_is_its_value() -> None:
    assert policy_for(region=JINAN, at=AFTER).value("vote.formula")["of"] == "attending"
    assert policy_for(region=JINAN, regimes={"human"}, at=BEFORE).value("vote.formula")["of"] == "all_members"


@pytest.mark.article("sichuan-rules", 7)
def test_sichuan_tightens_committees_from_its_later_rules() -> None:
    in_2024 = policy_for(region=CHENGDU, at=date(2024, 6, 1))
    now = policy_for(region=CHENGDU, at=AFTER)

    assert in_2024.entry("committee.min_members").cite == "national:7"
    assert not in_2024.has("committee.odd")
    assert now.entry("committee.min_members").cite == "sichuan-rules:7"
    assert (now.value("committee.odd"), now.value("committee.vice_chairs_min")) == (True, 1)
    assert now.value("committee.vice_chairs_max") == 2
    assert now.value("committee.signed_papers") == ("confidentiality", "interests")
    assert not policy_for(region=JINAN, at=AFTER).has("committee.odd")


@pytest.mark.article("shandong", 8)
@pytest.mark.article("shandong", 12)
@pytest.mark.article("sichuan", 8)
@pytest.mark.article("sichuan", 9)
@pytest.mark.article("sichuan", 10)
def test_the_two_provinces_differ() -> None:
    shandong = policy_for(region=JINAN, at=AFTER)
    sichuan = policy_for(region=CHENGDU, at=AFTER)

    assert shandong.value("collaboration.confirmation_procedure") == "simplified"
    assert sichuan.value("collaboration.confirmation_procedure") == "general"
    assert (shandong.value("commitment.hard_gate"), sichuan.value("commitment.hard_gate")) == (False, True)
    assert (shandong.value("international.gate"), sichuan.value("international.gate")) == ("start", "project_approval")
    assert (shandong.has("sampling.required"), sichuan.value("sampling.required")) == (False, True)
    assert set(shandong.value("programme.stages")) - set(sichuan.value("programme.stages")) == {"intake"}


@pytest.mark.article("national", 26)
@pytest.mark.article("shandong", 11)
def test_recheck_of_every_listed_activity_binds_sichuan_from_the_measures_on() -> None:
    assert policy_for(region=JINAN, at=BEFORE).value("recheck.required")
    assert not policy_for(region=CHENGDU, at=BEFORE).has("recheck.required")
    assert policy_for(region=CHENGDU, at=AFTER).value("recheck.required")


@pytest.mark.article("national", 2)
def test_a_province_cannot_narrow_the_national_scope() -> None:
    assert policy_for(region=CHENGDU, at=BEFORE).value("scope.heads") == ("humans", "animals")
    assert len(policy_for(region=CHENGDU, at=AFTER).value("scope.heads")) == 4


def test_a_province_without_a_pack_has_the_national_floor() -> None:
    policy = policy_for(region=WUHAN, at=AFTER)

    assert {entry.pack for entry in policy.all()} == {"national", "service"}


@pytest.mark.article("human", 32)
def test_exemption_exists_on_the_human_track_only() -> None:
    assert policy_for(region=JINAN, regimes={"general"}, at=AFTER).value("exemption.allowed") is False
    assert policy_for(region=JINAN, regimes={"human"}, at=AFTER).value("exemption.allowed") is True


def test_the_strictest_holds_whoever_says_it(changed: Callable[[str, str, str], Library]) -> None:
    row = '{key = "follow_up.months", value = 12, cite = "human:25"'
    books = changed("human.toml", row, row.replace("12", "18"))

    entry = policy_for(region=JINAN, regimes={"human"}, at=AFTER, library=books).entry("follow_up.months")

    assert (entry.value, entry.cite) == (12, "national:19")


def test_a_setting_yields_to_a_rule_even_if_it_is_stricter(folder: Path) -> None:
    path = folder / "service.toml"
    row = '{key = "follow_up.months", value = 1, cite = "service", rule = "FU-01", sure = "set"},'
    text = path.read_text(encoding="utf-8").rstrip()
    path.write_text(f"{text.removesuffix(']')}  {row}\n]\n", encoding="utf-8")
    books = load(folder)

    assert policy_for(region=JINAN, at=AFTER, library=books).value("follow_up.months") == 12
    assert policy_for(region=JINAN, at=BEFORE, library=books).value("follow_up.months") == 1


def test_within_a_layer_the_later_rule_wins(folder: Path) -> None:
    for name, region, day, gate in (
        ("hubei", "42", "2025-01-01", "start"),
        ("hubei-new", "42", "2026-01-01", "project_approval"),
        ("wuhan", "4201", "2024-01-01", "start"),
    ):
        (folder / f"{name}.toml").write_text(
            f'pack = {{name = "{name}", layer = "province", region = "{region}",'
            f' place = {{zh = "湖北", en = "Hubei"}}, zh = "湖北规定", en = "Hubei rules"}}\n'
            f'document = [{{name = "{name}", zh = "办法", en = "Rules", number = "1",'
            f" issued = {day}, in_force = {day}}}]\n"
            f'value = [{{key = "international.gate", value = "{gate}",'
            f' cite = "{name}:1", rule = "IN-03", sure = "V1"}}]\n',
            encoding="utf-8",
        )
    books = load(folder)

    assert policy_for(region="420200", at=AFTER, library=books).entry("international.gate").cite == "hubei-new:1"
    # A city's own rule prevails over the province's, though it is older.
    assert policy_for(region="420100", at=AFTER, library=books).entry("international.gate").cite == "wuhan:1"


def test_an_entry_speaks_both_languages() -> None:
    entry = policy_for(region=CHENGDU, regimes={"human"}, at=AFTER).entry("meeting.quorum")

    assert (entry.label, entry.words, entry.note) == ("到会委员最低人数", "5人", "")
    with override("en"):
        assert entry.label == "Members attending, at least"


@given(
    region=st.sampled_from(["", JINAN, CHENGDU, WUHAN]),
    regimes=st.sets(st.sampled_from(REGIMES)),
    day=st.dates(date(2018, 1, 1), date(2030, 12, 31)),
)
def test_what_holds_is_in_force_applies_and_can_be_read(region: str, regimes: set[str], day: date) -> None:
    policy = policy_for(region=region, regimes=regimes, at=day)
    packs = {pack.name: pack for pack in library().packs}

    for entry in policy.all():
        assert entry.in_force(day)
        assert packs[entry.pack].applies(region, frozenset(regimes))
        assert entry in policy.entries(entry.key)
        assert entry.words
        assert entry.label


@given(
    regimes=st.sets(st.sampled_from(REGIMES)),
    more=st.sets(st.sampled_from(REGIMES)),
    day=st.dates(date(2018, 1, 1), date(2030, 12, 31)),
)
def test_another_regime_never_loosens_a_strictest_rule(regimes: set[str], more: set[str], day: date) -> None:
    few, many = (policy_for(region=CHENGDU, regimes=kept, at=day) for kept in (regimes, regimes | more))

    for entry in few.all():
        combine = entry.question.spec.combine
        if not combine.startswith("strictest") or entry.pack == "service":
            continue
        value, other = (len(v) if isinstance(v, tuple) else v for v in (entry.value, many.value(entry.key)))
        assert other >= value if combine == "strictest_max" else other <= value
