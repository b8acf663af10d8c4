"""A listed activity is registered within thirty days of its approval, and a receipt says so (Measures 44)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import open_steps, perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted
from reviews.models import Project
from tests.committees.builders import keeper_of
from tests.reviews.builders import PASSWORD, case
from tests.reviews.recheck_builders import Listed, listed

pytestmark = pytest.mark.django_db
AT = datetime(2026, 4, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


def approved() -> Listed:
    path = listed(at=AT).passed().delivered()
    path.do("conclude_by_recheck", path.chair, password=PASSWORD)
    return path


@pytest.mark.article("national", 44)
def test_receipt_meets_the_registration_and_the_step_is_gone() -> None:
    path = approved()
    project = Project.objects.get(pk=path.project.pk)
    owed = Deadline.objects.of(project).get()
    before = {view.name for view in open_steps(project, path.officer, at=path.at)}

    with pytest.raises(InvalidInput) as future:
        perform(project, "record_registration", by=path.officer, at=path.at, number="登-1", handled_on="2026-12-31")
    with pytest.raises(NotPermitted):
        perform(project, "record_registration", by=path.secretary, at=path.at, number="登-1", handled_on="2026-04-01")
    project = perform(
        project,
        "record_registration",
        by=path.officer,
        at=path.at + timedelta(days=29),
        number="登-1",
        handled_on="2026-04-20",
    )

    assert (owed.last_day, owed.citation) == (date(2026, 5, 1), "national:44")
    assert set(future.value.errors) == {"handled_on"}
    assert Deadline.objects.get(pk=owed.pk).outcome == "met"
    after = {view.name for view in open_steps(Project.objects.get(pk=project.pk), path.officer, at=path.at)}
    assert before - after == {"record_registration"}


def test_activity_that_is_not_listed_has_no_such_step() -> None:
    path = case(at=AT).concluded()
    project = Project.objects.get(pk=path.project.pk)

    shown = {view.name for view in open_steps(project, keeper_of(path.committee), at=path.at, every=True)}
    assert "record_registration" not in shown
