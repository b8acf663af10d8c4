"""Whether a person may know of an object: asked on the way to every page, and by every step."""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from django.db.models import QuerySet

from ethicsreview.accounts.patterns import PreparedFor
from ethicsreview.accounts.prepared import Given
from ethicsreview.accounts.standing import Standing
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.refusals import NotVisible

Object = TypeVar("Object", bound=Lifecycle)
Among = Callable[[Any, Standing], "QuerySet[Any]"]


def visible(model: Any, standing: Standing) -> "QuerySet[Any]":
    rows: QuerySet[Any] = model.objects.visible_to(standing)
    return rows


def find(model: type[Object], ref: str, standing: Standing, *related: str, among: Among = visible) -> Object:
    """The object of this reference, with what stands beside it (`select_related`).

    `among`: the rows that the asking face shows. Raises NotVisible where it is not one of them, whether it exists or
    not.
    """
    found: list[Object] = _of_reference(model, related, among)(standing, ref=ref)
    if not found:
        raise NotVisible(f"{model.noun}:{ref}")
    return found[0]


def sees(obj: Lifecycle, standing: Standing) -> bool:
    return bool(_of_key(type(obj))(standing, key=obj.pk))


@cache
def _of_reference(model: Any, related: tuple[str, ...], among: Among) -> PreparedFor:
    return PreparedFor(
        lambda standing: among(model, standing).filter(ref=Given("ref")).select_related(*related).order_by("pk")[:1]
    )


@cache
def _of_key(model: Any) -> PreparedFor:
    return PreparedFor(
        lambda standing: visible(model, standing).filter(pk=Given("key")).order_by().values_list("pk")[:1]
    )
