"""Reports that stop an activity or let it go on: by the chair at once, and by the lead."""

import pytest

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, Refused
from ethicsreview.notices.models import Notice
from reviews.models import FollowUp, Project, Report
from reviews.models.following.contents import Kind
from reviews.models.projects.starting import gates
from tests.committees.builders import people_of
from tests.reviews.builders import PASSWORD, Case, codes
from tests.reviews.following import (
    assess,
    assessed,
    before_committee,
    begin,
    decided,
    dispose,
    filed,
    human,
    state_of,
    step,
)

pytestmark = pytest.mark.django_db


def deadline(report: Report, kind: str) -> Deadline:
    return Deadline.objects.get(object_kind="report", object_ref=report.ref, kind=kind)


# --- at once ------------------------------------------------------------------------------------------------------


def provisional(path: Case, report: Report) -> Report:
    reason = {"reason": "继续给药危及生命", "password": PASSWORD}
    report = step(path, report, "suspend_provisionally", path.chair, **reason)
    path.review = report.proceeding
    return report


@pytest.mark.parametrize(
    ("verdict", "project"),
    [("suspended", "suspended"), ("continued", "approved"), ("terminated", "terminated")],
)
def test_the_chair_suspends_at_once_and_the_committee_confirms_or_not(verdict: str, project: str) -> None:
    path = human()
    report = provisional(path, filed(path, "sae"))

    assert (report.state, state_of(path)) == ("in_review", "suspended")
    assert not gates(Project.objects.get(pk=path.project.pk), path.at).start.open
    clock = deadline(report, "report.confirm")
    assert (clock.is_open, clock.length, clock.role) == (True, 15, "secretary")
    told = set(Notice.objects.filter(key="report.suspend_provisionally").values_list("person", flat=True))
    assert {path.lead.pk, path.members[4].pk} <= told

    decided(path, verdict)

    report.refresh_from_db()
    assert (report.state, state_of(path)) == (verdict, project)
    assert deadline(report, "report.confirm").outcome == "met"


def test_only_the_chair_suspends_at_once_and_only_what_runs() -> None:
    path = human()
    report = filed(path, "sae")
    for other in (path.secretary, path.lead, path.members[3]):
        with pytest.raises(NotPermitted):
            step(path, report, "suspend_provisionally", other, reason="x", password=PASSWORD)
    vice = people_of(path.committee, Role.VICE_CHAIR)
    for one in vice:
        with pytest.raises(Refused) as caught:
            step(path, report, "suspend_provisionally", one, reason="x", password=PASSWORD)
        assert codes(caught) == {"chair"}
    report = provisional(path, report)
    with pytest.raises(Refused) as caught:
        step(path, report, "suspend_provisionally", path.chair, reason="x", password=PASSWORD)
    assert codes(caught) == {"project_state"}


def test_the_secretary_may_still_assess_what_the_chair_has_put_before_the_committee() -> None:
    path = human()
    report = provisional(path, filed(path, "sae"))

    report = assess(path, report, "suspended")

    assert (report.state, report.recommendation) == ("in_review", "suspended")


# --- by the lead --------------------------------------------------------------------------------------------------


def test_what_the_lead_suspends_stands_still_at_once_and_what_is_owed_stays_owed() -> None:
    path = human()
    report = filed(path, "suspension", action="suspend")
    assert state_of(path) == "suspended"
    assert FollowUp.objects.filter(project=path.project).outstanding().count() == 1

    report = dispose(path, assess(path, report, "suspended"), "suspended")

    assert (report.state, state_of(path)) == ("suspended", "suspended")
    with pytest.raises(InvalidInput) as caught:
        filed(path, "suspension", action="suspend")
    assert set(caught.value.errors) == {"action"}


def test_a_termination_stands_still_first_and_ends_when_the_care_of_participants_was_looked_at() -> None:
    path = human()
    report = filed(path, "suspension", action="terminate")
    assert state_of(path) == "suspended"

    report = dispose(path, assess(path, report, "terminated"), "terminated")

    assert (report.state, state_of(path)) == ("terminated", "terminated")
    assert not FollowUp.objects.filter(project=path.project).outstanding().exists()
    assert not Deadline.objects.open().filter(object_kind="follow_up").exists()


def test_resumption_is_for_the_committee_alone() -> None:
    path = human()
    dispose(path, assess(path, filed(path, "suspension", action="suspend"), "suspended"), "suspended")
    report = assessed(path, "resumption")
    with pytest.raises(Refused) as caught:
        dispose(path, report, "continued")
    assert codes(caught) == {"vote"}
    assert state_of(path) == "suspended"

    before_committee(path, report)
    decided(path, "continued")

    assert state_of(path) == "approved"
    assert Notice.objects.filter(key="project.resume", person=path.lead).exists()


def test_going_on_after_an_event_does_not_resume_what_stands_still_for_another_reason() -> None:
    path = human()
    dispose(path, assess(path, filed(path, "suspension", action="suspend"), "suspended"), "suspended")
    before_committee(path, assessed(path, "sae"))

    decided(path, "continued")

    assert state_of(path) == "suspended"


def test_completion_ends_what_is_owed_and_later_events_are_still_reported() -> None:
    path = human()
    report = dispose(path, assess(path, filed(path, "completion"), "completed"), "completed")

    assert (report.state, state_of(path)) == ("completed", "completed")
    assert not FollowUp.objects.filter(project=path.project).outstanding().exists()
    assert begin(path, "sae").kind == Kind.SAE
    for kind in ("risk_change", "deviation", "suspension", "resumption", "completion"):
        with pytest.raises(Refused):
            begin(path, kind)
