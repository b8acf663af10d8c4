"""What a page of a draft answers to a save that htmx sent: the new token, the time, and a conflict if there is one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from reviews.portal.keeping import Conflict


@dataclass(frozen=True)
class Row:
    label: str
    saved: str
    typed: str


@dataclass(frozen=True)
class ConflictShown:
    rows: list[Row]
    token: str


def shown(conflict: Conflict | None, form: forms.Form, text: Callable[[str, Any], str]) -> ConflictShown | None:
    """The conflict in the words of the form's labels."""
    if conflict is None:
        return None
    rows = [
        Row(
            str(form.fields[difference.key].label),
            text(difference.key, difference.saved),
            text(difference.key, difference.typed),
        )
        for difference in conflict.differences
    ]
    return ConflictShown(rows, conflict.token)


def autosaved(
    request: HttpRequest, *, token: str, conflict: ConflictShown | None, form: forms.Form | None = None
) -> HttpResponse:
    """`form` is given where the fields themselves must be drawn again, because others are asked now."""
    return render(request, "portal/autosaved.html", {"token": token, "conflict": conflict, "form": form})
