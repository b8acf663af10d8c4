"""What is drawn once and kept: never what another reader, another content or another language is to see."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template import engines
from django.test import RequestFactory
from django.utils.translation import override

from ethicsreview.deadlines.ending import Ending
from ethicsreview.ui import drawn as keeping
from ethicsreview.ui.drawn import drawn

DUE = "ui/drawn/due.html"
END = Ending(datetime(2026, 3, 12, 16, tzinfo=UTC), by_day=True, is_provisional=False, left="还剩2天", late=False)
# Whatever a reader brings along, or the moment does: none of it may stand in what is kept.
OF_THE_READER = re.compile(r"\b(request|user|perms|messages|csrf_token|unread_notices|now|step_view|debug)\b")


def pieces() -> list[Path]:
    rooms = [Path(settings.BASE_DIR) / room for room in ("ethicsreview", "committees", "reviews", "config")]
    return sorted(path for room in rooms for path in room.rglob("templates/**/drawn/*.html"))


def test_there_are_pieces() -> None:
    assert len(pieces()) >= 10


@pytest.mark.parametrize("path", pieces(), ids=lambda path: path.name)
def test_a_piece_speaks_of_its_content_alone(path: Path) -> None:
    source = path.read_text()
    tags = " ".join(re.findall(r"{[{%](.*?)[%}]}", source))

    assert not OF_THE_READER.search(re.sub(r'"[^"]*"', "", tags))
    assert "{% extends" not in source


def test_a_piece_is_given_nothing_of_the_page_around_it(tmp_path: Path) -> None:
    page = engines["django"].from_string('{% load ui %}{% drawn "ui/drawn/due.html" end %}')
    request = RequestFactory().get("/")

    with_secret = page.render({"end": END, "it": "secret", "deadline": "secret"}, request)

    assert "secret" not in with_secret
    assert with_secret == drawn(DUE, END)


def test_a_piece_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    keeping._drawn.cache_clear()

    for _time in range(3):
        drawn(DUE, END)

    assert keeping._drawn.cache_info()[:2] == (2, 1)


@pytest.mark.parametrize(
    "other",
    [{"left": "还剩1天"}, {"late": True}, {"is_provisional": True}, {"due_at": datetime(2026, 3, 13, 16, tzinfo=UTC)}],
)
def test_another_content_is_another_piece(other: dict[str, Any]) -> None:
    assert drawn(DUE, END) != drawn(DUE, Ending(**(vars(END) | other)))


def test_each_language_has_its_own() -> None:
    provisional = Ending(**(vars(END) | {"is_provisional": True}))
    chinese = drawn(DUE, provisional)

    with override("en"):
        english = drawn(DUE, provisional)

    assert "暂定" in chinese
    assert "暂定" not in english
    assert drawn(DUE, provisional) == chinese


def test_content_that_could_change_is_refused() -> None:
    @dataclass
    class Open:
        left: str

    with pytest.raises(TypeError, match="unhashable"):
        drawn(DUE, Open("还剩2天"))  # type: ignore[arg-type]


def test_what_a_person_wrote_stays_text() -> None:
    html = drawn(DUE, Ending(**(vars(END) | {"left": "<script>alert(1)</script>"})))

    assert "<script>" not in html
