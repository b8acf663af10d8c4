"""Every kind of object with a lifecycle, by the name it has in addresses and in the trail."""

from functools import cache
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _

from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.steps import steps_of


@cache
def collections() -> dict[str, type[Lifecycle]]:
    """{"reviews": Review, …}"""
    return {model.collection: model for model in _models()}


@cache
def nouns() -> dict[str, type[Lifecycle]]:
    """{"review": Review, …}"""
    return {model.noun: model for model in _models()}


# What an upper floor writes into the record that is no step: {"gate": "…"}. It enters its words when it is loaded.
NOTED: dict[str, Any] = {}


def step_name(object_kind: str, step: str) -> str:
    """The step in words; a step that no longer exists keeps its name."""
    if step == "create":
        return _("新建")
    model = nouns().get(object_kind)
    declared = steps_of(model).get(step) if model else None
    return str(declared.label) if declared else str(NOTED.get(step, step))


def _models() -> list[Any]:
    return [model for model in apps.get_models() if issubclass(model, Lifecycle)]
