"""Each lifecycle as a diagram and a table: from the declared steps, and from the table of notices."""

import inspect
from collections.abc import Iterable, Iterator
from typing import Any

from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.registry import nouns
from ethicsreview.lifecycle.steps import Guard, Step, steps_of
from ethicsreview.notices.tables import notice_for
from reviews.describing.words import both, cited, table
from reviews.models.projects.parties import CAPACITIES

# A step out of more states than this is told in a note; its arrows would hide the others.
ARROWS = 3
HEADS = (
    "步骤 step",
    "自 from",
    "至 to",
    "由谁 by",
    "要求 requirements",
    "依据 article",
    "告知 notice to",
)


def page() -> Iterator[str]:
    yield "# 流程 · Lifecycles"
    yield ""
    yield "每个对象的状态只能由下列步骤改变。图中虚拟的起点是新建。表中“法定”指法定通知，不能关闭。"
    yield ""
    yield (
        "Only these steps change the state of an object. A diagram begins where the object is created. "
        "“Statutory” notices cannot be switched off."
    )
    for model in nouns().values():
        yield ""
        yield from _section(model)


def _section(model: type[Lifecycle]) -> Iterator[str]:
    field: Any = model._meta.get_field("state")  # type: ignore[misc]  # each subclass declares its own
    labels = {str(value): both(label) for value, label in field.flatchoices}
    steps = steps_in_order(model)
    reached = reached_states(model)
    yield f"## {both(model._meta.verbose_name)} `{model.noun}`"
    yield ""
    yield f"编号以 {model.letter} 开头 · its reference begins with {model.letter} · `/api/v1/{model.collection}/`"
    yield ""
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield from (f"    {line}" for line in _diagram(reached, labels, steps))
    yield "```"
    if waiting := [name for name in labels if name not in reached]:
        yield ""
        yield f"尚无步骤到达 · no step leads here yet: {'、'.join(f'{labels[name]} `{name}`' for name in waiting)}"
    yield ""
    if steps:
        yield from table(HEADS, (_row(model, declared) for declared in steps))
    else:
        yield "尚无步骤 · no steps yet"


def steps_in_order(model: type[Lifecycle]) -> list[Step]:
    """As an object meets them on its way; those that are open nearly everywhere come last."""
    reached = reached_states(model)

    def place(declared: Step) -> tuple[bool, int]:
        first = min((reached.index(state) for state in declared.sources if state in reached), default=len(reached))
        return len(declared.sources) > ARROWS, first

    return sorted(steps_of(model).values(), key=place)


def reached_states(model: type[Lifecycle]) -> list[str]:
    """The states an object can come into, the initial one first, in the order in which steps lead to them."""
    field: Any = model._meta.get_field("state")  # type: ignore[misc]
    found = [str(field.default)]
    for state in found:
        for declared in steps_of(model).values():
            if state in declared.sources:
                found += [target for target in declared.targets if target not in found]
    return found


def _diagram(reached: list[str], labels: dict[str, str], steps: Iterable[Step]) -> Iterator[str]:
    moving = [declared for declared in steps if declared.targets]
    left = {state for declared in moving for state in declared.sources}
    yield from (f'state "{labels[state]}" as {state}' for state in reached)
    yield f"[*] --> {reached[0]}"
    for declared in moving:
        sources = [source for source in reached if source in declared.sources]
        if len(sources) > ARROWS:
            yield f"note right of {declared.targets[0]}"
            yield f"    {both(declared.label)}: {', '.join(sources)}"
            yield "end note"
            continue
        for source in sources:
            for target in declared.targets:
                yield f"{source} --> {target}: {both(declared.label)}"
    yield from (f"{state} --> [*]" for state in reached if state not in left)


def _row(model: type[Lifecycle], declared: Step) -> list[str]:
    return [
        f"{both(declared.label)}<br>`{declared.name}`",
        _codes(declared.sources),
        _codes(declared.targets) or "不变 the same",
        "<br>".join(both(CAPACITIES[capacity]) for capacity in sorted(map(str, declared.by))),
        "<br>".join(_requirements(declared)),
        cited(declared.cite),
        _recipients(model, declared),
    ]


def _requirements(declared: Step) -> Iterator[str]:
    yield from (_requirement(guard) for guard in declared.requires)
    if declared.judges:
        yield "与本项无利害关系 no interest in the matter"


def _requirement(guard: Guard) -> str:
    words = (inspect.getdoc(guard) or "").partition("\n\n")[0]
    return f"`{guard.__name__}` {words}".rstrip()


def _recipients(model: type[Lifecycle], declared: Step) -> str:
    rule = notice_for(f"{model.noun}.{declared.name}")
    if rule is None:
        return ""
    return _codes(rule.to) + ("<br>法定 statutory" if rule.statutory else "")


def _codes(names: Iterable[str]) -> str:
    return "<br>".join(f"`{name}`" for name in names)
