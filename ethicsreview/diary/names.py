"""What the object of a deadline is called for people."""

from collections.abc import Mapping
from typing import Any

from django.db.models import F, QuerySet, TextField, Value
from django.db.models.functions import Cast, Coalesce

from ethicsreview.deadlines.naming import Name
from ethicsreview.diary.watched import Object, objects_seen
from ethicsreview.lifecycle.models import NamedTo
from ethicsreview.lifecycle.registry import nouns


def called(noun: str) -> Cast:
    """An expression on rows of this kind; of one without a name it is empty."""
    columns = nouns()[noun].called.split()
    return Cast(Coalesce(*map(F, columns), Value("")) if columns else Value(""), TextField())


def names_for_notices(objects: Mapping[Object, bool]) -> dict[Object, Name]:
    """Of those whose name may be written to somebody who is told of their deadlines. One question, or none."""
    found = objects_seen([one for one, is_own in objects.items() if _is_written(one[0], is_own=is_own)], _all, called)
    return {one: Name(text, own=nouns()[one[0]].named_to == NamedTo.OWN) for one, text in found.items()}


def _is_written(noun: str, *, is_own: bool) -> bool:
    model = nouns().get(noun)
    if model is None or not model.called:
        return False
    return model.named_to == NamedTo.ALL or (is_own and model.named_to == NamedTo.OWN)


def _all(model: Any) -> "QuerySet[Any]":
    rows: QuerySet[Any] = model._base_manager.all()
    return rows
