"""Declaring a step: a django-fsm transition that carries who may take it, what it requires, and its words."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from django.utils.functional import Promise
from django_fsm import RETURN_VALUE, transition

from ethicsreview.lifecycle.forms import StepForm
from ethicsreview.lifecycle.refusals import Refusal, SideDoor

if TYPE_CHECKING:
    from ethicsreview.lifecycle.act import Act

Guard = Callable[[Any, "Act"], Iterable[Refusal]]
Method = TypeVar("Method", bound=Callable[..., Any])

# A step that nobody takes by hand: another step brings it about, or the clock does.
CONSEQUENCE = "consequence"


@dataclass(frozen=True)
class Step:
    """What is declared of a step. `by` holds capacities, as the object's `capacities` names them."""

    name: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    label: str | Promise
    by: frozenset[str]
    requires: tuple[Guard, ...]
    cite: str
    form: type[StepForm]
    judges: bool
    danger: bool
    help: str | Promise


def step(
    *,
    source: str | Iterable[str],
    target: str | RETURN_VALUE | None,
    label: str | Promise,
    by: Iterable[str],
    requires: Iterable[Guard] = (),
    cite: str = "",
    form: type[StepForm] = StepForm,
    judges: bool = False,
    danger: bool = False,
    help: str | Promise = "",  # noqa: A002 - the same word as in Django's forms
) -> Callable[[Method], Method]:
    """Declare a method as a step of its model's `state`.

    `target` None keeps the state. `requires` are guards: each yields a Refusal for what is unmet, and all are
    asked. `judges` marks steps that a person with an interest in the matter may not take. `danger` asks the
    faces for a confirmation. The method gets `act` and the cleaned input by name; `perform` alone calls it.
    """
    sources = (str(source),) if isinstance(source, str) else tuple(str(state) for state in source)

    def declare(method: Method) -> Method:
        if isinstance(target, RETURN_VALUE):
            targets = tuple(str(state) for state in target.allowed_states)
        else:
            targets = (str(target),) if target is not None else ()
        declared = Step(
            name=method.__name__,
            sources=sources,
            targets=targets,
            label=label,
            by=frozenset(by),
            requires=tuple(requires),
            cite=cite,
            form=form,
            judges=judges,
            danger=danger,
            help=help,
        )

        @wraps(method)
        def through_the_door(self: Any, act: "Act", **cleaned: Any) -> Any:
            if act.doing != (self, declared.name):
                raise SideDoor(f"{type(self).__name__}.{declared.name} is called by perform alone")
            return method(self, act, **cleaned)

        moved: Method = transition(field="state", source=list(sources), target=target, custom={"step": declared})(
            through_the_door
        )
        moved.step = declared  # type: ignore[attr-defined]  # read back by steps_of
        return moved

    return declare


def steps_of(model: type[Any]) -> dict[str, Step]:
    """The steps a model declares, by name, in the order they are written."""
    found: dict[str, Step] = {}
    for cls in reversed(model.__mro__):
        for name, attribute in vars(cls).items():
            if isinstance(declared := getattr(attribute, "step", None), Step):
                found[name] = declared
    return found
