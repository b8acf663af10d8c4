"""What kinds of work there are. Every app's `work.py` names its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from django import forms

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import Standing
from ethicsreview.work.models import Job


class Failed(Exception):
    """It cannot be done, and trying again would not help: said to whoever asked, with what they can do."""


class Cancelled(Exception):
    """Somebody asked for it to be stopped."""


class Lost(Exception):
    """The lease is another's: this worker was thought dead. It must leave everything as it is."""


class Running(Protocol):
    """The work as its kind sees it. What it makes it writes to `out`, which nobody sees before all of it is there."""

    job: Job
    out: Path

    @property
    def given(self) -> Path: ...
    @property
    def asker(self) -> Person: ...
    def tell(self, done: int, total: int | None = None, words: str = "") -> None: ...


@dataclass(frozen=True)
class Made:
    """What came of it. With a `name` the file at `out` is the result. `subject`: in whose chain of the trail it is
    recorded, with `facts`; none for work that hands nothing out.
    """

    summary: str = ""
    name: str = ""
    media_type: str = ""
    subject: tuple[str, str] | None = None
    step: str = "exported"
    object: tuple[str, str] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


class AskForm(forms.Form):
    """What is asked of whoever wants it done. What it has cleaned is what the job is given; a file goes apart."""

    def __init__(self, *args: Any, standing: Standing, **kwargs: Any) -> None:
        self.standing = standing
        super().__init__(*args, **kwargs)

    def title(self, label: str) -> str:
        """What the job is called on its page. Asked of a form that is valid."""
        return label

    def terms(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name not in self.files}


@dataclass(frozen=True)
class Kind:
    """`may`: who can ask for it by themselves; nobody, where the service alone asks. `listed`: whether it stands among
    what one can ask for, or is reached only from the thing it is about.
    """

    name: str
    label: Any
    run: Callable[[Running], Made]
    form: type[AskForm]
    may: Callable[[Standing], bool] | None
    listed: bool


KINDS: dict[str, Kind] = {}


def kind(
    name: str,
    *,
    label: Any,
    form: type[AskForm] = AskForm,
    may: Callable[[Standing], bool] | None = None,
    listed: bool = True,
) -> Callable[[Callable[[Running], Made]], Callable[[Running], Made]]:
    """A function that does it in pieces: it calls `tell` between them, and may be begun again from the start."""

    def enter(run: Callable[[Running], Made]) -> Callable[[Running], Made]:
        KINDS[name] = Kind(name, label, run, form, may, listed)
        return run

    return enter


def open_to(standing: Standing) -> list[Kind]:
    """What this person can ask for."""
    return [one for one in KINDS.values() if one.listed and one.may is not None and one.may(standing)]


def label_of(name: str) -> str:
    """A job may be older than its kind is known."""
    return str(KINDS[name].label) if name in KINDS else name
