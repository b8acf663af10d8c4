"""The desk's prepared questions answer each kind of person with what is put together for that person alone."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from committees.models import InterestDeclaration
from ethicsreview.accounts.patterns import PreparedFor
from ethicsreview.accounts.prepared import Prepared
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import law_day
from reviews.desk import besides, clockroom, queue, reading
from reviews.portal import addressed
from reviews.portal.views import home
from tests.reviews.step_scene import Scene, scene

pytestmark = pytest.mark.django_db

PAGES: dict[str, PreparedFor] = {
    **{f"reviews, {side}": asked for side, asked in queue.OPENING.items()},
    "ballots": queue.BALLOTS,
    "meetings": queue.MEETINGS,
    "to be done": besides.TO_BE_DONE,
    "of the institution": besides.OF_INSTITUTION,
    "late": besides.LATE,
    "addressed": addressed.ADDRESSED,
    **{f"duties, {side}": asked for side, asked in clockroom.HELD.items()},
    "own projects": home.OPENING,
}


def differences(made: Scene, asked: PreparedFor, **given: Any) -> tuple[list[str], int]:
    """Those who are answered otherwise than by a question put together for them alone; how many rows were compared."""
    wrong, rows = [], 0
    for who, one in made.people.items():
        standing = standing_of(one, made.at)
        found, alone = asked(standing, **given), Prepared(lambda standing=standing: asked.build(standing)).ask(given)
        rows += len(found)
        if Counter(map(repr, found)) != Counter(map(repr, alone)):
            wrong.append(who)
    return wrong, rows


def test_everybody_is_answered_with_their_own() -> None:
    made = scene()
    declaration = InterestDeclaration.objects.create(
        committee=made.path.committee,
        person=made.people["other member"],
        year=made.at.year,
        declared_at=made.at,
        none_to_declare=False,
        details="与负责人合作",
    )
    declaration.people.add(made.path.lead)
    compared = {}
    for name, asked in PAGES.items():
        wrong, compared[name] = differences(made, asked, day=law_day(made.at + timedelta(days=500)))
        assert wrong == [], name
    wrong, compared["review page"] = differences(made, reading.SEEN, ref=made.path.review.ref)
    assert wrong == []

    # Somebody sees something at each of them, or nothing was compared.
    assert {name for name, rows in compared.items() if rows == 0} <= set()
    assert compared["to be done"] > 3
