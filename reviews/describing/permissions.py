"""Who may take which step: the table that the door itself goes by."""

from collections.abc import Iterator

from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.registry import nouns
from ethicsreview.lifecycle.steps import CONSEQUENCE, steps_of
from reviews.describing.lifecycles import steps_in_order
from reviews.describing.words import both, table
from reviews.models.projects.parties import CAPACITIES


def page() -> Iterator[str]:
    yield "# 谁可以办理哪一步 · Who may take which step"
    yield ""
    yield (
        "● 表示以该身份可以办理，状态栏列出可以办理的状态；要求见[流程](lifecycles.md)。"
        "“由其他步骤引起”的步骤无人直接办理。项目组的人在本项目上只以项目组的身份办理，所任委员会职务不起作用。"
    )
    yield ""
    yield (
        "● marks a capacity in which the step may be taken, from the states named; what it requires is under "
        "[Lifecycles](lifecycles.md). Nobody takes by hand a step that others bring about. The people of a project "
        "act in it for the project alone, whatever seat they hold on the committee."
    )
    for model in nouns().values():
        if steps_of(model):
            yield ""
            yield from _section(model)


def _section(model: type[Lifecycle]) -> Iterator[str]:
    steps = steps_in_order(model)
    used = {str(capacity) for declared in steps for capacity in declared.by} | model.creators
    columns = [capacity for capacity in CAPACITIES if capacity in used and capacity != CONSEQUENCE]
    if CONSEQUENCE in used:
        columns.append(CONSEQUENCE)
    yield f"## {both(model._meta.verbose_name)} `{model.noun}`"
    yield ""
    heads = ["步骤 step", "状态 states", *(both(CAPACITIES[capacity]) for capacity in columns)]
    rows = []
    if model.creators:
        rows.append(["新建 create", "", *("●" if capacity in model.creators else "" for capacity in columns)])
    for declared in steps:
        allowed = {str(capacity) for capacity in declared.by}
        states = "<br>".join(f"`{state}`" for state in declared.sources)
        marks = ["●" if capacity in allowed else "" for capacity in columns]
        rows.append([f"{both(declared.label)}<br>`{declared.name}`", states, *marks])
    yield from table(heads, rows)
