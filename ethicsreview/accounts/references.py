"""What a row refers to, and what refers to it, read by a question that is put together once for each kind of row.

A step reads some twenty of them, and to put such a question together takes five times as long as its answer.
"""

from functools import cache
from typing import Any, TypeVar

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor

from ethicsreview.accounts.prepared import Given, Prepared

M = TypeVar("M", bound=models.Model)


@cache
def _by(model: type[models.Model], column: str) -> Prepared:
    return Prepared(lambda: model._base_manager.filter(**{column: Given("key")}))


@cache
def _to_lock(model: type[models.Model]) -> Prepared:
    # No key is ever changed here, so rows that only refer to this one need not wait for it.
    rows = model._base_manager.select_for_update(of=("self",), no_key=True)
    return Prepared(lambda: rows.filter(pk=Given("key")))


def lock(obj: M) -> M:
    """The row of the object afresh, which nobody else changes until the transaction ends.

    Raises the model's DoesNotExist.
    """
    row: M = _only(_to_lock(type(obj))(key=obj.pk), type(obj))
    return row


@cache
def _to_refer(field: "models.ForeignKey[Any, Any]") -> Prepared:
    return Prepared(lambda: field.model._default_manager.filter(**{field.attname: Given("key")}))


def referring(obj: models.Model, name: str) -> list[Any]:
    """All rows of the relation, as `getattr(obj, name).all()` gives them: those read beforehand, or read now."""
    known = getattr(obj, "_prefetched_objects_cache", {}).get(name)
    if known is not None:
        return list(known)
    field: Any = obj._meta.get_field(name).remote_field
    rows = _to_refer(field)(key=obj.pk)
    for row in rows:
        field.set_cached_value(row, obj)
    return rows


class Reference(ForwardManyToOneDescriptor):
    """Django's, but for how it asks."""

    def get_object(self, instance: models.Model) -> Any:
        if (instance._state.db or DEFAULT_DB_ALIAS) != DEFAULT_DB_ALIAS:
            return super().get_object(instance)
        model, (key,) = self.field.remote_field.model, self.field.get_local_related_value(instance)
        return _only(_by(model, self.field.target_field.attname)(key=key), model)


def _only(rows: list[Any], model: Any) -> Any:
    if not rows:
        raise model.DoesNotExist(f"{model._meta.object_name} matching query does not exist.")
    return rows[0]


def prepare() -> None:
    """Every reference of every model. Called once, when all models are known."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.local_fields:
            if type(vars(model).get(field.name)) is ForwardManyToOneDescriptor:
                setattr(model, field.name, Reference(field))
