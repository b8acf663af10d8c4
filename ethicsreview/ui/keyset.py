"""Pages of a list by key: as quick on the last page as on the first, and no row twice when others are added."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.http import Http404

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: list[Row]
    next: str
    is_first: bool


def page(queryset: QuerySet[Row], *, by: Sequence[str], cursor: str = "", size: int = 50) -> Page[Row]:
    """The rows after `cursor` in the order of `by` ("due_at", "-pk"), which must end in a unique field.

    Rows without a value come last. Raises Http404 for a cursor that we did not make.
    """
    rows = list(after(queryset, by=by, cursor=cursor)[: size + 1])
    return cut(queryset.model, rows, by=by, size=size, is_first=not cursor)


def after(queryset: QuerySet[Row], *, by: Sequence[str], cursor: str = "") -> QuerySet[Row]:
    """In that order, whatever comes after the cursor. Raises Http404 for a cursor that we did not make."""
    keys = _keys(queryset.model, by)
    if cursor:
        queryset = queryset.filter(_after(keys, _decode(cursor, keys)))
    return queryset.order_by(*(key.order for key in keys))


def opening(queryset: QuerySet[Row], *, by: Sequence[str], size: int) -> QuerySet[Row]:
    """What the first page asks for: its rows and one more, which says that there is another page."""
    return after(queryset, by=by)[: size + 1]


def cut(model: type[Any], rows: list[Any], *, by: Sequence[str], size: int, is_first: bool = True) -> Page[Any]:
    """The page of rows that were read in that order, one more than the page holds."""
    more = len(rows) > size
    rows = rows[:size]
    return Page(rows, _encode(rows[-1], _keys(model, by)) if more else "", is_first=is_first)


def _keys(model: type[Any], by: Sequence[str]) -> "list[_Key]":
    return [_Key.read(model, name) for name in by]


@dataclass(frozen=True)
class _Key:
    name: str
    descending: bool
    field: Any

    @classmethod
    def read(cls, model: type[Model], name: str) -> "_Key":
        bare = name.removeprefix("-")
        try:
            field = model._meta.pk if bare == "pk" else model._meta.get_field(bare)
        except FieldDoesNotExist:
            # An annotation: it is compared as the database answers it.
            field = None
        return cls(bare, name.startswith("-"), field)

    @property
    def order(self) -> OrderBy:
        reference, last = F(self.name), True if self._may_be_null else None
        return reference.desc(nulls_last=last) if self.descending else reference.asc(nulls_last=last)

    def equal(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def later(self, value: Any) -> Q | None:
        if value is None:
            return None
        beyond = Q(**{f"{self.name}__{'lt' if self.descending else 'gt'}": value})
        return beyond | Q(**{f"{self.name}__isnull": True}) if self._may_be_null else beyond

    def parse(self, value: Any) -> Any:
        return self.field.to_python(value) if self.field is not None else value

    @property
    def _may_be_null(self) -> bool:
        return bool(self.field is not None and self.field.null)


def _after(keys: Sequence[_Key], values: Sequence[Any]) -> Q:
    condition, same = Q(pk__in=[]), Q()
    for key, value in zip(keys, values, strict=True):
        if (later := key.later(value)) is not None:
            condition |= same & later
        same &= key.equal(value)
    return condition


def _encode(row: Model, keys: Sequence[_Key]) -> str:
    values = [getattr(row, key.name) for key in keys]
    plain = [value if value is None or isinstance(value, int) else str(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def _decode(cursor: str, keys: Sequence[_Key]) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [key.parse(value) for key, value in zip(keys, values, strict=True)]
    except (ValueError, TypeError, ValidationError) as error:
        raise Http404 from error
