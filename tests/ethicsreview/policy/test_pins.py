"""A review is judged by the rules in force when it was accepted, and a change of them cannot pass unseen."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from ethicsreview.policy import PinnedPolicyChanged, Policy, policy_for
from ethicsreview.policy.library import Library
from ethicsreview.policy.loading import load

Change = Callable[[str, str, str], Library]
QUORUM = '{key = "meeting.quorum", value = 5, cite = "national:14", rule = "PR-03", sure = "V1"}'


@pytest.fixture
def pinned() -> Policy:
    return policy_for(region="370100", regimes={"general", "human"}, at=date(2026, 6, 1))


def test_a_pin_is_plain_data_and_brings_the_policy_back(pinned: Policy) -> None:
    pin = json.loads(json.dumps(pinned.pin()))

    again = Policy.from_pin(pin)

    assert again == pinned
    assert again.all() == pinned.all()
    assert set(pin["packs"]) == {"national", "human", "shandong"}


def test_the_pinned_day_holds_whatever_day_it_is(pinned: Policy) -> None:
    old = policy_for(region="370100", at=date(2023, 6, 1))

    assert not Policy.from_pin(old.pin()).has("meeting.quorum")


def test_a_changed_value_is_named(pinned: Policy, changed: Change) -> None:
    books = changed("national.toml", QUORUM, QUORUM.replace("value = 5", "value = 4"))

    with pytest.raises(PinnedPolicyChanged) as caught:
        Policy.from_pin(pinned.pin(), library=books)

    assert caught.value.packs == ("national",)
    assert str(caught.value) == "2026-06-01 所据的规则已被改动：national。改规则应结束旧值、另加新值"


def test_a_removed_pack_is_named(pinned: Policy, folder: Path) -> None:
    (folder / "shandong.toml").unlink()

    with pytest.raises(PinnedPolicyChanged) as caught:
        Policy.from_pin(pinned.pin(), library=load(folder))

    assert caught.value.packs == ("shandong",)


UNTIL_2027 = QUORUM.replace("}", ", until = 2027-01-01}")
SIX_FROM_2027 = QUORUM.replace("5", "6").replace("}", ", since = 2027-01-01}")


@pytest.mark.parametrize(
    "new",
    [
        f"# a comment\n  {QUORUM}",
        QUORUM.replace('"V1"', '"V2"'),
        QUORUM.replace("}", ', note = {zh = "已核对", en = "Checked"}}'),
        UNTIL_2027,
        f"{UNTIL_2027},\n  {SIX_FROM_2027}",
    ],
    ids=["comment", "mark", "note", "until", "later value"],
)
def test_what_changes_no_value_of_that_day_changes_no_pin(pinned: Policy, changed: Change, new: str) -> None:
    books = changed("national.toml", QUORUM, new)

    assert Policy.from_pin(pinned.pin(), library=books).value("meeting.quorum") == 5


def test_a_key_that_is_added_later_breaks_no_pin(pinned: Policy, folder: Path) -> None:
    keys, national = folder / "registry" / "keys.toml", folder / "national.toml"
    edition = pinned.library.registry.edition + 1
    key = f'{{key = "meeting.tea", type = "flag", zh = "茶歇", en = "Tea", edition = {edition}}},'
    row = '{key = "meeting.tea", value = true, cite = "national:14", rule = "PR-03", sure = "M-l"},'
    for path, line in ((keys, key), (national, row)):
        path.write_text(f"{path.read_text(encoding='utf-8').rstrip().removesuffix(']')}  {line}\n]\n", encoding="utf-8")

    again = Policy.from_pin(pinned.pin(), library=load(folder))

    assert again.value("meeting.tea") is True


def test_a_pack_that_is_added_later_has_no_say(folder: Path) -> None:
    pin = policy_for(region="420100", at=date(2026, 6, 1)).pin()
    (folder / "hubei.toml").write_text(
        'pack = {name = "hubei", layer = "province", region = "42",'
        ' place = {zh = "湖北", en = "Hubei"}, zh = "湖北", en = "Hubei"}\n'
        'document = [{name = "hubei", zh = "办法", en = "Rules", number = "1",'
        " issued = 2025-01-01, in_force = 2025-01-01}]\n"
        'value = [{key = "committee.odd", value = true, cite = "hubei:1", rule = "CM-05", sure = "V1"}]\n',
        encoding="utf-8",
    )
    books = load(folder)

    assert policy_for(region="420100", at=date(2026, 6, 1), library=books).has("committee.odd")
    assert not Policy.from_pin(pin, library=books).has("committee.odd")


def test_settings_of_the_service_are_not_pinned(pinned: Policy, changed: Change) -> None:
    books = changed("service.toml", "value = [10, 3, 1]", "value = [5]")

    assert Policy.from_pin(pinned.pin(), library=books).value("reminders.decision") == (5,)


def test_a_pin_keeps_its_algorithm(pinned: Policy, settings: object) -> None:
    pin = pinned.pin()

    settings.TRAIL_DIGEST = "sha256"  # type: ignore[attr-defined]

    assert Policy.from_pin(pin) == pinned
    assert all(digest.startswith("sm3:") for digest in pin["packs"].values())
