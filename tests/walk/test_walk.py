"""No situation that can be reached breaks an invariant. Here a part; `python -m tests.walk` goes to the end."""

import os
from collections.abc import Callable
from typing import Any

import pytest

from tests.walk.beginnings import BEGINNINGS
from tests.walk.place import Place
from tests.walk.supervision import SUPERVISION
from tests.walk.walking import Walk, aloud

pytestmark = pytest.mark.django_db

# How many situations of each beginning are visited, of supervision a part of that; "all" goes to the end.
WALK = os.environ.get("WALK", "12")
MOST = None if WALK == "all" else int(WALK)
PART = 12
# Of people who are turned away it makes no difference where the walk began.
asked: set[tuple[str, ...]] = set()


@pytest.mark.parametrize("beginning", [*BEGINNINGS, *SUPERVISION], ids=lambda beginning: beginning.__name__)
def test_no_situation_from_this_beginning_breaks_an_invariant(
    beginning: Callable[[], Place], record_property: Callable[[str, Any], None]
) -> None:
    # What is not offered to somebody is tried on the whole way alone: here the step table says it.
    part = MOST is not None
    most = MOST // PART if MOST is not None and beginning in SUPERVISION else MOST
    walk = Walk(beginning(), most=most, tell=None if part else aloud, asked=asked, offered_only=part)

    figures = walk.run()

    record_property("walk", str(figures))
    print(f"\n{figures}\n    {dict(figures.steps.most_common())}")
    assert figures.whole == (MOST is None)
    assert figures.taken > figures.states
    if figures.whole:
        assert figures.in_vain == set(), "what is never taken is not walked"
        trap = "\n    ".join(min(figures.traps, key=len, default=()))
        assert not figures.traps, f"nothing leads to an end from {len(figures.traps)} situations:\n    {trap}"
