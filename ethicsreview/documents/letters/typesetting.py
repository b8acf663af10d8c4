"""From data to PDF. Data goes to typst as JSON and is set as text; nothing of it is ever markup."""

import datetime as dt
import io
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import segno
import typst

from ethicsreview.documents.digest import canonical_json
from ethicsreview.documents.letters.fonts import coverage, fonts
from ethicsreview.documents.letters.schema import SCHEMAS

SHANGHAI = ZoneInfo("Asia/Shanghai")
FOLDER = Path(__file__).parent
ARCHIVAL: Final = "a-2a"  # PDF/A-2a: fonts embedded, text extractable and tagged, readable in thirty years


def render(template: str, data: Mapping[str, Any]) -> bytes:
    """The PDF of one letter, the same bytes for the same data.

    Raises KeyError for an unknown template, and pydantic's ValidationError naming every wrong field.
    """
    letter = SCHEMAS[template].model_validate(dict(data))
    content = _each_text(letter.model_dump(), printable)
    issued_at: dt.datetime = content["issued_at"]
    content["issued_on"] = issued_at.astimezone(SHANGHAI).date()
    return typst.compile(
        str(FOLDER / f"{template}.typ"),
        root=str(FOLDER),
        font_paths=fonts(),
        ignore_system_fonts=True,
        sys_inputs={
            "data": canonical_json(content).decode(),
            "qr": qr_code(content["verification_url"]).decode(),
        },
        pdf_standards=ARCHIVAL,
        timestamp=int(issued_at.timestamp()),
    )


def qr_code(text: str) -> bytes:
    """SVG without size, so that whoever places it decides."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", xmldecl=False, omitsize=True, border=0)
    return out.getvalue()


def printable(text: str) -> str:
    """What can be shown, as it is; what cannot, by its code point, so that no gap is taken for the text.

    Either no face of ours has it (〔U+2A6D6〕), or it would change how its neighbours read (〔U+202E〕).
    """
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character == "\n" or ord(character) in coverage():
        category = unicodedata.category(character)
        if character == "\n" or category not in ("Cc", "Cf"):
            return character
    if character.isspace():
        return " "
    if 0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF:
        return ""  # a variant of the character before, which stands without it
    return f"〔U+{ord(character):04X}〕"


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case dict():
            return {key: _each_text(item, change) for key, item in value.items()}
        case list():
            return [_each_text(item, change) for item in value]
        case _:
            return value
