"""An entry of the record as it was written, for people: each fact under its own name, input by the words of its form,
and no value as a program prints it.
"""

import json
from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from ethicsreview.lifecycle.registry import nouns
from ethicsreview.lifecycle.steps import steps_of
from ethicsreview.trail.models import Entry


def original(entry: Entry) -> list[tuple[str, str, str]]:
    """The name in the record, what the form called it (empty of what the step recorded itself), and the value."""
    return list(_lines(entry))


def _lines(entry: Entry) -> Iterator[tuple[str, str, str]]:
    asked = _fields(entry)
    for name, value in entry.facts.items():
        if name == "input" and isinstance(value, dict):
            for given, one in value.items():
                field = asked.get(given)
                yield f"input.{given}", str(field.label or "") if field else "", _text(one, field)
        else:
            yield name, "", _text(value)


def _fields(entry: Entry) -> dict[str, forms.Field]:
    """Those that the form of the step always has; none of a step that is no more."""
    model = nouns().get(entry.object_kind)
    declared = steps_of(model).get(entry.step) if model else None
    return declared.form.base_fields if declared else {}


def _text(value: Any, field: forms.Field | None = None) -> str:
    if value is None or value in ("", []):
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        return _("、").join(_text(one, field) for one in value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, indent=2)
    if isinstance(field, forms.ChoiceField) and not callable(field.choices):
        named = {str(key): str(label) for key, label in field.choices if not isinstance(label, list | tuple)}
        return named.get(str(value), str(value))
    return str(value)
