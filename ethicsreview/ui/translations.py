"""The message catalogue, without GNU gettext: what the code says in Chinese, and its English.

Needs Babel, which is in the development group: a running service reads only what was compiled.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as extract_messages
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOMS = ("config", "ethicsreview", "committees", "reviews")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(("_", "gettext", "translated", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
HEADER = "# What the service says in Chinese, in English. `make messages` brings it up to the code."
PLACE = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")


@dataclass(frozen=True)
class Problem:
    place: str
    kind: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.kind}: {self.message!r}"


def extract(root: Path) -> Catalog:
    """Every message of our Python files and templates, each with the files that say it."""
    found = Catalog(charset="utf-8")
    for path in _sources(root):
        text = path.read_text(encoding="utf-8")
        code = text if path.suffix == ".py" else _code_of(text, path)
        name = path.relative_to(root).as_posix()
        for _line, words, _comments, context in extract_messages("python", BytesIO(code.encode()), KEYWORDS):
            found.add(words, locations=[(name, 0)], context=context)
    return found


def update(root: Path, po: Path) -> int:
    """Bring the catalogue up to the code; keeps what is translated, drops what nobody says. Returns how many
    messages it holds.
    """
    catalogue = _read(po) if po.exists() else Catalog(locale="en", charset="utf-8", fuzzy=False)
    made, revised = catalogue.creation_date, catalogue.revision_date
    catalogue.update(extract(root), no_fuzzy_matching=True)
    # Dates would change the file each time, and git knows them.
    catalogue.creation_date, catalogue.revision_date = made, revised
    catalogue.project, catalogue.header_comment = "ethicsreview", HEADER
    po.parent.mkdir(parents=True, exist_ok=True)
    with po.open("wb") as file:
        write_po(file, catalogue, width=110, sort_output=True, ignore_obsolete=True, include_lineno=False)
    return len(catalogue)


def compile_catalogue(po: Path) -> Path:
    target = po.with_suffix(".mo")
    with target.open("wb") as file:
        write_mo(file, _read(po))
    return target


def check(root: Path, po: Path) -> list[Problem]:
    """All that keeps the English from being complete."""
    said, catalogue = extract(root), _read(po) if po.exists() else Catalog(locale="en")
    known = {_key(message): message for message in catalogue if message.id}
    wanted = {_key(message): message for message in said if message.id}
    problems = [Problem(_first_place(wanted[key]), "missing", key[1]) for key in wanted.keys() - known.keys()]
    for key, message in known.items():
        problems += _problems_of(message, f"{po.name}:{message.lineno}", is_said=key in wanted)
    obsolete = [Problem(po.name, "obsolete", _words(message)[0]) for message in catalogue.obsolete.values()]
    return sorted(problems + obsolete, key=str)


def _code_of(template: str, path: Path) -> str:
    """The template's messages as Python calls, one message a line; its indentation would mean something to Python."""
    return "\n".join(line.lstrip() for line in templatize(template, origin=str(path)).splitlines())


def _problems_of(message: Message, place: str, *, is_said: bool) -> Iterator[Problem]:
    words, answers = _words(message), _answers(message)
    if not is_said:
        yield Problem(place, "obsolete", words[0])
    if message.fuzzy:
        yield Problem(place, "fuzzy", words[0])
    if not all(answers):
        yield Problem(place, "untranslated", words[0])
        return
    # The last of the words is the plural; it may not say more or less than each of its answers.
    places = Counter(PLACE.findall(words[-1]))
    if any(set(PLACE.findall(answer)) != set(places) for answer in answers):
        yield Problem(place, "placeholders", words[0])


def _sources(root: Path) -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((root / room).rglob("*")):
            is_source = path.suffix == ".py" or ("templates" in path.parts and path.suffix in {".html", ".txt"})
            if is_source and "migrations" not in path.parts:
                yield path


def _read(po: Path) -> Catalog:
    with po.open("rb") as file:
        return read_po(file, locale="en")


def _key(message: Message) -> tuple[str, str]:
    return message.context or "", _words(message)[0]


def _words(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _answers(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def _first_place(message: Message) -> str:
    return str(message.locations[0][0])
