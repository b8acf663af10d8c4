"""Why something may not be done: in plain words, with the article."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise


@dataclass(frozen=True)
class Refusal:
    """One unmet requirement.

    `code` is for machines; `message` (lazily translated, with %(name)s places for `params`) for people;
    `cite` names the article as the policy room does, e.g. "national:14", and is empty where no article but
    the nature of the thing refuses.
    """

    code: str
    message: str | Promise
    params: Mapping[str, Any] = field(default_factory=dict)
    cite: str = ""

    def __str__(self) -> str:
        """A day among the params is said as people read it."""
        said = {name: date_format(one) if isinstance(one, date) else one for name, one in self.params.items()}
        return str(self.message) % said if said else str(self.message)


class StepError(Exception):
    """What `perform` answers when it does not do what was asked."""


class NotVisible(StepError):
    """The person may not know that the object exists. Faces answer 404."""


class NotPermitted(StepError):
    """The person sees the object, and this step is not theirs to take. Faces answer 403."""

    def __init__(self, label: str, allowed: Sequence[str]) -> None:
        self.label, self.allowed = label, tuple(allowed)
        super().__init__(f"{label}: {', '.join(self.allowed)}")


class Refused(StepError):
    """Requirements are unmet: all of them are in `refusals`. Faces answer 409."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("；".join(str(refusal) for refusal in self.refusals))


class InvalidInput(StepError):
    """The input is wrong: `errors` names every wrong field. Faces answer 422."""

    def __init__(self, errors: Mapping[str, Sequence[str]]) -> None:
        self.errors = {name: list(messages) for name, messages in errors.items()}
        super().__init__("；".join(f"{name}: {' '.join(messages)}" for name, messages in self.errors.items()))


class SideDoor(RuntimeError):
    """Somebody called a step, or saved a lifecycle object, past `perform`. A mistake in the code, not of a person."""
