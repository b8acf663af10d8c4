"""Planting bugs, so that it is seen whether anything notices."""

from collections.abc import Iterator

import pytest

from ethicsreview.lifecycle.models import Lifecycle


def nothing(*_args: object, **_terms: object) -> Iterator[object]:
    return iter(())


def unguard(patch: pytest.MonkeyPatch, model: type[Lifecycle], step: str, *guards: object) -> None:
    """The step without these requirements, until the patch is undone."""
    declared = getattr(model, step).step
    left = tuple(guard for guard in declared.requires if guard not in guards)
    assert len(left) == len(declared.requires) - len(guards), "it never had them"
    # A declaration is frozen, because it is not changed in life.
    patch.setitem(vars(declared), "requires", left)
