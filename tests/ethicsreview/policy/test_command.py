from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command


def run(*args: Any, **options: Any) -> list[str]:
    out = StringIO()
    call_command("policy", *args, stdout=out, **options)
    return out.getvalue().splitlines()


def test_show_answers_for_a_region_a_regime_and_a_day() -> None:
    (line,) = run("show", "--region", "370100", "--regime", "human", "--at", "2026-06-01", "--key", "meeting.quorum")

    assert line == "meeting.quorum = 5人  [《科技伦理审查办法（试行）》第十四条; V1; 2023-12-01]  到会委员最低人数"


def test_show_before_the_measures_has_no_meetings() -> None:
    assert run("show", "--region", "370100", "--at", "2023-06-01", "--key", "meeting.") == []


def test_show_gives_every_vote_that_must_be_passed() -> None:
    lines = run("show", "--regime", "human", "--at", "2026-06-01", "--key", "vote.formula")

    assert [line.split("  ")[0] for line in lines] == [
        "vote.formula = 到会委员的 2/3 以上（含）",
        "vote.formula = 超过全体委员的 1/2",
    ]


def test_diff_between_two_days_shows_old_and_new() -> None:
    lines = run("diff", "--from", "2026-03-19", "--to", "2026-03-20", "--key", "sanction")

    assert [line[:2] + line.split("[")[1].split("]")[0] for line in lines] == [
        "- 《科学技术活动违规行为处理暂行规定》; V2; 2020-09-01",
        "+ 《科学技术活动违规行为调查处理规定》; V2; 2026-03-20",
    ]


def test_diff_between_two_regions() -> None:
    lines = run(
        "diff", "--region", "370100", "--to-region", "510100", "--to", "2026-06-01", "--key", "commitment.hard_gate"
    )

    assert [line.split("  ")[0] for line in lines] == ["- commitment.hard_gate = 否", "+ commitment.hard_gate = 是"]


def test_diff_needs_something_to_compare() -> None:
    with pytest.raises(CommandError, match="--from"):
        run("diff", "--region", "370100")


def test_a_wrong_region_is_named() -> None:
    with pytest.raises(CommandError, match="3701"):
        run("show", "--region", "3701")


def test_a_wrong_day_is_named() -> None:
    with pytest.raises(CommandError, match="2026-13-01"):
        run("show", "--at", "2026-13-01")
