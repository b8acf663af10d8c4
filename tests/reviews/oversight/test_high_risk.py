"""What the database keeps of high-risk projects is what its three tables say, at every step of a project's way."""

from typing import Any

import pytest
from django.db.models import QuerySet

from ethicsreview.accounts.models import Role
from ethicsreview.accounts.standing import standing_of
from reviews.models import HighRisk, Project
from reviews.models.triggers import missing
from reviews.oversight.scope import supervised_projects
from tests.committees.builders import authority, holder
from tests.reviews.builders import case, signing
from tests.reviews.rules.answers import BCI

pytestmark = pytest.mark.django_db


def kept(project: Project) -> bool | None:
    """None where the database keeps nothing of it."""
    return HighRisk.objects.filter(project=project).values_list("audited", flat=True).first()


def wrote(row: Any, **values: Any) -> None:
    """Past the steps, as a move or a restore writes."""
    QuerySet(type(row)).filter(pk=row.pk).update(**values)


def test_no_trigger_is_missing() -> None:
    assert missing() == []


def test_rated_by_the_answers_and_a_case_once_it_is_handed_in() -> None:
    path = case(answers=BCI).drafted()
    watcher = standing_of(holder(Role.REGULATOR, authority("370000")), path.at)
    assert kept(path.project) is False
    assert path.project in Project.objects.visible_to(watcher)
    assert path.project not in supervised_projects(watcher)

    path.do("submit", path.lead, **signing(path.lead))
    assert kept(path.project) is True
    assert path.project in supervised_projects(watcher)


def test_a_determination_makes_a_case_of_what_the_answers_did_not_and_its_end_ends_it() -> None:
    path = case().submitted()
    watcher = standing_of(holder(Role.REGULATOR, authority("370000")), path.at)
    assert kept(path.project) is None
    assert path.project not in Project.objects.visible_to(watcher)

    path.accepted(listed="yes", listed_items=["invasive_bci"], listed_reason="实为侵入式")
    assert kept(path.project) is True
    assert path.project in supervised_projects(watcher)

    wrote(path.review, listed=False)
    assert kept(path.project) is None


def test_answers_that_no_longer_hold_do_not_count() -> None:
    path = case(answers=BCI).drafted()
    assert kept(path.project) is False

    wrote(path.project.assessments.get(), state="superseded")
    assert kept(path.project) is None


def test_what_is_exempt_is_a_case_and_another_territory_has_none() -> None:
    path = case().drafted()
    wrote(path.project, state=Project.State.EXEMPT)

    assert kept(path.project) is True
    assert path.project in supervised_projects(standing_of(holder(Role.REGULATOR, authority("370000")), path.at))
    assert path.project not in supervised_projects(standing_of(holder(Role.REGULATOR, authority("510000")), path.at))

    wrote(path.project, state=Project.State.DRAFT)
    assert kept(path.project) is None
