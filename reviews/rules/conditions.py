"""Conditions over facts: whether one holds, and on which facts that rests.

Facts are answers, conclusions and form content by name: a bool, a text, or a list of texts. A fact that is not
there equals nothing, is in nothing and has nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from ethicsreview.policy.catalogue_models import Condition

Facts = Mapping[str, Any]
Ground = tuple[str, Any]


def evaluate(condition: Condition | None, facts: Facts) -> bool:
    """No condition always holds."""
    if condition is None:
        return True
    if condition.all_ is not None:
        return all(evaluate(inner, facts) for inner in condition.all_)
    if condition.any_ is not None:
        return any(evaluate(inner, facts) for inner in condition.any_)
    if condition.not_ is not None:
        return not evaluate(condition.not_, facts)
    if condition.is_ is not None:
        key, value = condition.is_
        return key in facts and facts[key] == value
    if condition.in_ is not None:
        key, values = condition.in_
        return facts.get(key) in values
    if condition.has is not None:
        key, value = condition.has
        return value in _several(facts.get(key))
    return bool(_several(facts.get(str(condition.some))))


def explain(condition: Condition | None, facts: Facts) -> list[Ground]:
    """The facts that make the condition true, in its order: (name, value); empty when it is false.

    Where one of several values decides, the value is that one.
    """
    found: list[Ground] = []
    for ground in _grounds(condition, facts, wanted=True):
        if ground not in found:
            found.append(ground)
    return found


def _grounds(condition: Condition | None, facts: Facts, *, wanted: bool) -> Iterable[Ground]:
    """The facts that make the condition come out as `wanted`; an absent fact is no ground to show."""
    if condition is None or evaluate(condition, facts) != wanted:
        return
    if condition.not_ is not None:
        yield from _grounds(condition.not_, facts, wanted=not wanted)
        return
    for inner in (*(condition.all_ or ()), *(condition.any_ or ())):
        yield from _grounds(inner, facts, wanted=wanted)
    if condition.has is not None and wanted:
        yield condition.has
        return
    for operands in (condition.is_, condition.in_, condition.has, (condition.some,)):
        key = operands[0] if operands else None
        if key is not None and key in facts:
            value = facts[key]
            yield key, tuple(value) if isinstance(value, list) else value


def _several(value: Any) -> tuple[Any, ...]:
    """A text is one value, never its letters."""
    return tuple(value) if isinstance(value, list | tuple | set | frozenset) else ()
