"""Listed activities (Measures 33): a major change of risk is reviewed and re-checked again; another is not."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from committees.registered import differences
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from reviews.models import FollowUp, Project
from reviews.models.amending.beginning import start_amendment
from reviews.models.projects.registering import REGISTRATION, UPDATE
from reviews.models.projects.registration import activity_facts
from reviews.models.submissions.submission import keep_section
from tests.reviews.amendments import DESIGN, explained
from tests.reviews.builders import PASSWORD, signing
from tests.reviews.recheck_builders import LISTED, Listed, listed

pytestmark = pytest.mark.django_db


def approved() -> Listed:
    path = listed().passed().delivered()
    path.do("conclude_by_recheck", path.chair, password=PASSWORD)
    path.initial = path.review
    return path


def handed_in(path: Listed, major: str) -> Listed:
    path.at += timedelta(minutes=1)
    path.review = start_amendment(Project.objects.get(pk=path.project.pk), by=path.lead, at=path.at)
    path.do("choose_parts", path.lead, parts=["plan"], reason="扩大样本", risk_changed="no")
    version = path.review.draft_submission
    keep_section(version, by=path.lead, revision=version.revision, values={"design": DESIGN}, at=path.at)
    path.do("explain_change", path.lead, **explained(path.review))
    path.do("submit", path.lead, **signing(path.lead))
    path.do("weigh_change", path.secretary, small="no", major_risk=major, ground="见方案")
    path.do("accept", path.secretary, procedure="general", procedure_ground="列入清单", **LISTED)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()
    path.do("conclude", path.chair, password=PASSWORD)
    path.close()
    return path


def in_force(path: Listed):
    return Project.objects.get(pk=path.project.pk).in_force


def test_a_major_change_of_risk_passes_preliminarily_and_is_rechecked():
    path = handed_in(approved(), "yes")
    waiting = path.review.state, in_force(path)
    path.referred().paneled().accept().speak()
    path.step("conclude", compliance="程序合规。", reasonableness="判断合理。", password=PASSWORD)
    path.step("deliver")
    path.review.refresh_from_db()

    path.do("conclude_by_recheck", path.chair, password=PASSWORD)

    assert waiting == ("preliminarily_passed", path.initial.submission)
    assert path.review.state == "approved"
    assert in_force(path) == path.review.submission
    assert path.review.rechecks.count() == 1


def test_a_panel_that_disagrees_leaves_what_was_approved():
    path = handed_in(approved(), "yes")
    path.referred().paneled().accept().speak(*["disagree"] * 5)
    path.step("conclude", compliance="程序合规。", reasonableness="风险未受控。", password=PASSWORD)
    path.step("deliver")
    path.review.refresh_from_db()

    path.do("conclude_by_recheck", path.chair, reasons="复核不同意", password=PASSWORD)

    project = Project.objects.get(pk=path.project.pk)
    assert path.review.state == "rejected"
    assert (project.state, project.in_force) == ("approved", path.initial.submission)


def test_without_a_major_change_of_risk_the_committee_decides_by_itself():
    path = handed_in(approved(), "no")

    assert path.review.state == "approved"
    assert not path.review.decision.preliminary
    assert in_force(path) == path.review.submission
    assert FollowUp.objects.filter(project=path.project).count() == 1


def test_what_becomes_listed_by_its_change_is_rechecked_whatever_is_said_of_its_risk():
    path = approved()
    # The version in force was approved as not listed.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_review SET listed = %s WHERE id = %s", [False, path.initial.pk])

    handed_in(path, "no")

    assert path.review.state == "preliminarily_passed"


def test_the_database_too_refuses_a_listed_amendment_without_a_finding_or_a_recheck():
    path = handed_in(approved(), "no")

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_review SET risk_steady = %s WHERE id = %s", [False, path.review.pk])


def registered(path: Listed) -> Project:
    project = Project.objects.get(pk=path.project.pk)
    day = timezone.localdate(path.at)
    return perform(project, "record_registration", by=path.officer, at=path.at, number="登-1", handled_on=day)


@pytest.mark.article("national", 44)
@pytest.mark.parametrize(("major", "owed"), [("no", UPDATE), ("yes", REGISTRATION)])
def test_what_is_registered_is_told_anew_once_it_is_changed(major: str, owed: str):
    path = approved()
    registered(path)
    handed_in(path, major)
    if major == "yes":
        path.referred().paneled().accept().speak()
        path.step("conclude", compliance="程序合规。", reasonableness="判断合理。", password=PASSWORD)
        path.step("deliver")
        path.review.refresh_from_db()
        path.do("conclude_by_recheck", path.chair, password=PASSWORD)
    project = Project.objects.get(pk=path.project.pk)
    held = project.registrations.held().first()
    changed = {one.field for one in differences(held.facts, activity_facts(project, path.at))}
    running = set(Deadline.objects.of(project).open().values_list("kind", flat=True))

    registered(path)

    assert running == {owed}
    assert changed >= {"plan", "decision"}
    assert list(Deadline.objects.of(project).open()) == []
    now = project.registrations.held().first()
    assert differences(now.facts, activity_facts(project, path.at)) == []
