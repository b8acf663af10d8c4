"""What runs in time: from which step, how long, by which article, who answers for it; and what has no row, and why."""

from collections.abc import Iterator

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.obligations import Obligation, Without, lists
from ethicsreview.policy.loading import library
from reviews.describing.words import table
from reviews.models.projects.parties import CAPACITIES

HEADS = ("期限 deadline", "由此起算 starts with", "长度 length", "由谁 by", "逐级上报 then to", "规则 rules")
REASONS = {
    "no_number": "条文没有数字 · no number is stated",
    "outside": "不由本系统的步骤起算 · begins with no step here",
    "comparison": "供比较 · for comparison",
    "arithmetic": "计算方法 · how to count",
    "gate": "条件，不是期限 · a condition, no limit",
    "elsewhere": "由监管方的流程起算 · with the regulators' own lifecycles",
    "condition": "没有到期应办的事项 · nothing falls due",
}


def page() -> Iterator[str]:
    yield "# 期限 · Obligations in time"
    yield ""
    yield "每项义务自所列步骤起算；提醒、催办、上报的间隔是规则项的值。没有列出的步骤不能起算任何期限。"
    yield ""
    yield "Each runs from the steps named here and from no other. When to remind and to escalate, the packs say."
    yield ""
    found = lists()
    yield from table(HEADS, map(_row, found.obligations.values()))
    yield ""
    yield "## 没有期限行的规则 · Rules with a time and no row"
    yield ""
    yield from table(("规则 rules", "原因 reason", "说明 in words"), map(_reason, found.without))


def _row(one: Obligation) -> tuple[str, ...]:
    values = "；".join(_value(key) for key in one.values) or (f"由人定日期 · a day that is set ({one.cite})")
    if one.pauses:
        values += f"；暂停 · stands still: `{one.pauses}`"
    return (
        f"{one.zh} · {one.en} `{one.kind}`",
        " ".join(f"`{step}`" for step in one.starts),
        values,
        _capacity(one.by),
        " → ".join(map(_capacity, one.above)),
        " ".join(one.rules),
    )


def _reason(one: Without) -> tuple[str, ...]:
    return (" ".join(one.rules), REASONS[one.why], f"{one.zh} · {one.en}")


def _value(key: str) -> str:
    question = library().registry.questions[key]
    return f"{question.spec.zh} `{key}`"


def _capacity(name: str) -> str:
    return str(CAPACITIES.get(name) or Role(name).label)
