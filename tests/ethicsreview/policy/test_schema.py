"""Mistakes in a pack: all of them at once, each with its place and reason."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.checks.registry import registry
from django.core.management import CommandError, call_command

from ethicsreview.policy import checks
from ethicsreview.policy.loading import load
from ethicsreview.policy.problems import PackError, Problem

TEN_MISTAKES = Path(__file__).with_name("ten_mistakes.toml").read_text(encoding="utf-8")


def problems(folder: Path) -> list[Problem]:
    with pytest.raises(PackError) as caught:
        load(folder)
    return list(caught.value.problems)


def test_ten_mistakes_are_ten_lines_each_with_its_place(folder: Path) -> None:
    (folder / "hubei.toml").write_text(TEN_MISTAKES, encoding="utf-8")

    found = {(problem.line, problem.place, problem.reason) for problem in problems(folder)}

    assert found == {
        (8, "value[1] meeting.quorum: value", "应为不小于0的整数"),
        (9, "value[2] meeting.quorom: key", "规则项目录（registry/keys.toml）没有这一项"),
        (10, "value[3] committee.odd: cite", "没有规则包写有这一规则文件"),
        (11, "value[4] committee.chairs: sure", "不在可选范围：'V1', 'V2', 'S', 'M-h', 'M-m', 'M-l' or 'set'"),
        (12, "value[5] committee.sexes: rule", "缺少此项"),
        (13, "value[6] follow_up.months: until", "失效日应在施行日之后"),
        (15, "value[8] review.decision_days: key", "与 value[7] 的有效期重叠"),
        (16, "value[9] programme.stages: value", (
            "没有选项 party；可选：guide、intake、approval、process、acceptance、evaluation"
        )),
        (17, "value[10] emergency.hours: colour", "没有这一项"),
        (18, "value[11] vote.formula: value", "分子大于分母"),
    }  # fmt: skip
    assert len(problems(folder)) == 10


def test_the_command_lists_every_mistake_and_fails(folder: Path) -> None:
    (folder / "hubei.toml").write_text(TEN_MISTAKES, encoding="utf-8")

    with pytest.raises(CommandError) as caught:
        call_command("policy", "check", folder=folder)

    lines = str(caught.value).splitlines()
    assert caught.value.returncode == 1
    assert lines[0] == "hubei.toml:8: value[1] meeting.quorum: value: 应为不小于0的整数"
    assert lines[-1] == "10 处错误"
    assert len(lines) == 11


def test_the_command_is_content_with_our_packs() -> None:
    out = StringIO()

    call_command("policy", "check", stdout=out)

    assert "没有错误" in out.getvalue()


@pytest.mark.parametrize(
    ("head", "place"),
    [
        ('layer = "province"', "pack: region"),
        ('layer = "sector"', "pack: regimes"),
        ('layer = "national", region = "42"', "pack: region"),
        ('layer = "village"', "pack: layer"),
    ],
)
def test_a_head_that_does_not_say_to_whom_it_applies(folder: Path, head: str, place: str) -> None:
    (folder / "hubei.toml").write_text(
        f'pack = {{name = "hubei", zh = "湖北", en = "Hubei", {head}}}', encoding="utf-8"
    )

    assert place in {problem.place for problem in problems(folder)}


def test_a_file_that_cannot_be_parsed_hides_no_mistake_of_another(folder: Path) -> None:
    (folder / "hubei.toml").write_text("pack = {name = ", encoding="utf-8")
    (folder / "hunan.toml").write_text(
        'pack = {name = "hebei", layer = "national", zh = "湖南", en = "Hunan"}', encoding="utf-8"
    )

    found = problems(folder)

    assert [(problem.file, problem.place) for problem in found] == [("hubei.toml", ""), ("hunan.toml", "pack: name")]
    assert found[0].reason.startswith("读不出来：")


def test_a_value_may_be_written_as_a_block_too(folder: Path) -> None:
    path = folder / "animal.toml"
    block = '\n[[value]]\nkey = "animal.licences"\nvalue = ["SCXK"]\ncite = "nobody"\nrule = "LA-03"\nsure = "V1"\n'
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("value = [")] + block, encoding="utf-8")

    (problem,) = problems(folder)

    assert problem.place == "value[1] animal.licences: cite"
    assert path.read_text(encoding="utf-8").splitlines()[problem.line - 1] == "[[value]]"


def test_two_lists_of_which_neither_holds_the_other_cannot_be_compared(folder: Path) -> None:
    path = folder / "sichuan.toml"
    row = '{key = "scope.heads", value = ["humans", "animals"]'
    text = path.read_text(encoding="utf-8")
    (folder / "shandong.toml").unlink()
    path.write_text(text.replace(row, row.replace('"animals"', '"other_legal"')), encoding="utf-8")
    national = (folder / "national.toml").read_text(encoding="utf-8")
    (folder / "national.toml").write_text(
        national.replace('"humans", "animals", "other_risk", "other_legal"', '"humans", "animals"'), encoding="utf-8"
    )

    (problem,) = problems(folder)

    assert (problem.file, problem.place) == ("sichuan.toml", "scope.heads")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('{key = "weather.rain", type = "flag", zh = "雨", en = "Rain"}', "words.toml 没有主题 weather"),
        ('{key = "meeting.length", type = "count", unit = "ells", zh = "长", en = "Length"}', "没有单位 ells"),
        ('{key = "meeting.length", type = "flag", unit = "hours", zh = "长", en = "Length"}', "只有数目才有单位"),
        ('{key = "meeting.mood", type = "choice", zh = "气氛", en = "Mood"}', "选项类的项应写明选项，其他的不写"),
        (
            '{key = "meeting.mood", type = "choice", options = "moods", zh = "气氛", en = "Mood"}',
            "words.toml 没有选项 moods",
        ),
        ('{key = "meeting.quorum", type = "count", zh = "人数", en = "Quorum"}', "此项重复"),
        ('{key = "meeting.length", type = "count", zh = "长"}', "缺少此项"),
    ],
)
def test_a_mistake_in_the_registry_of_keys(folder: Path, row: str, reason: str) -> None:
    path = folder / "registry" / "keys.toml"
    text = path.read_text(encoding="utf-8").rstrip()
    path.write_text(f"{text.removesuffix(']')}  {row},\n]\n", encoding="utf-8")

    (problem,) = problems(folder)

    assert problem.reason == reason
    assert path.read_text(encoding="utf-8").splitlines()[problem.line - 1].strip() == f"{row},"


def test_the_system_check_runs_the_schema(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "hubei.toml").write_text(TEN_MISTAKES, encoding="utf-8")
    monkeypatch.setattr(checks, "library", lambda: load(folder))

    found = checks.check_packs()

    assert checks.check_packs in registry.registered_checks
    assert len(found) == 10
    assert {message.id for message in found} == {"policy.E002", "policy.E003"}


def test_switch_that_is_off_says_why(folder: Path) -> None:
    names = 'zh = "湖北", en = "Hubei"'
    head = f'pack = {{name = "hubei", layer = "province", {names}, region = "42", place = {{{names}}}}}'
    line = '{key = "warning.bursts_on", value = false, cite = "service", rule = "MW-05", sure = "set"%s},'
    pack = folder / "hubei.toml"

    pack.write_text("\n".join([head, "value = [", line % "", "]"]), encoding="utf-8")
    silent = [problem.reason for problem in problems(folder)]
    pack.write_text(
        "\n".join([head, "value = [", line % ', note = {zh = "另行监测", en = "Watched elsewhere"}', "]"]), "utf-8"
    )

    assert silent == ["停用的应当写明理由"]
    assert load(folder).pack("hubei").entries[0].note
