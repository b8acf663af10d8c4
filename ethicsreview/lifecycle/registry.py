"""Every kind of object with a lifecycle, by the name it has in addresses and in the trail."""

from functools import cache
from typing import Any

from django.apps import apps

from ethicsreview.lifecycle.models import Lifecycle


@cache
def collections() -> dict[str, type[Lifecycle]]:
    """{"reviews": Review, …}"""
    return {model.collection: model for model in _models()}


@cache
def nouns() -> dict[str, type[Lifecycle]]:
    """{"review": Review, …}"""
    return {model.noun: model for model in _models()}


def _models() -> list[Any]:
    return [model for model in apps.get_models() if issubclass(model, Lifecycle)]
