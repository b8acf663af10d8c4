"""Reports while an activity runs: filed, assessed by one, settled by another or by vote, and what follows at once."""

from datetime import timedelta

import pytest

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Entry
from reviews.models import FollowUp, Report, Review
from tests.committees.builders import committee, people_of, person
from tests.reviews.builders import PASSWORD, Case, codes
from tests.reviews.following import (
    approved,
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


# --- filing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["risk_change", "sae", "deviation", "suspension", "completion"])
def test_each_kind_is_filed_with_its_own_form_and_waits_for_the_secretary(kind: str) -> None:
    path = human()
    report = begin(path, kind)
    with pytest.raises(InvalidInput) as caught:
        step(path, report, "file", path.lead)
    asked = report.asked(report.policy_at(path.at))
    assert set(caught.value.errors) == {one.key for one in asked if one.required}

    report = filed(path, kind)

    assert (report.state, report.filed_by, bool(report.digest)) == ("filed", path.lead, True)
    clock = deadline(report, "report.assess")
    assert (clock.role, clock.body_id) == ("secretary", path.committee.pk)
    assert (clock.unit, clock.length) == (("hours", 24) if kind == "sae" else ("days", 10))
    told = set(Notice.objects.filter(key="report.file").values_list("person", flat=True))
    assert {path.secretary.pk, path.chair.pk} <= told


def test_two_tabs_begin_one_draft_and_nothing_is_reported_before_an_approval() -> None:
    path = approved()
    assert begin(path, "sae") == begin(path, "sae")

    early = Case(path.committee, path.lead, path.at).submitted()
    with pytest.raises(Refused) as caught:
        begin(early, "sae")
    assert codes(caught) == {"project_state"}


def test_only_the_lead_begins_and_files() -> None:
    path = approved()
    report = begin(path, "deviation")
    for other in (path.secretary, path.chair, path.members[3]):
        with pytest.raises((NotVisible, NotPermitted)):
            perform(report, "file", by=other, at=path.at)


def test_what_was_never_handed_in_its_own_people_alone_see() -> None:
    path = approved()
    report = begin(path, "deviation")
    from ethicsreview.accounts.standing import standing_of

    seen = {
        who: Report.objects.visible_to(standing_of(someone, path.at)).filter(pk=report.pk).exists()
        for who, someone in (("lead", path.lead), ("secretary", path.secretary), ("nobody", person()))
    }
    assert seen == {"lead": True, "secretary": False, "nobody": False}
    filed(path, "deviation")
    assert Report.objects.visible_to(standing_of(path.secretary, path.at)).filter(pk=report.pk).exists()
    stranger = people_of(committee(at=path.at), Role.SECRETARY)[0]
    assert not Report.objects.visible_to(standing_of(stranger, path.at)).exists()


def test_nobody_reports_what_has_not_happened_yet() -> None:
    path = human()
    with pytest.raises(InvalidInput) as caught:
        filed(path, "sae", event_on="2030-01-01")
    assert set(caught.value.errors) == {"event_on"}


@pytest.mark.parametrize(
    ("given", "days"),
    [
        ({"seriousness": "death", "expected": "unexpected", "related": "possible"}, 7),
        ({"seriousness": "hospitalisation", "expected": "unexpected", "related": "related"}, 15),
        ({"seriousness": "death", "expected": "expected", "related": "related"}, None),
        ({"seriousness": "death", "expected": "unexpected", "related": "unrelated"}, None),
    ],
)
def test_of_a_drug_trial_the_rule_has_a_number_of_days_else_it_is_at_once(
    given: dict[str, str], days: int | None
) -> None:
    path = human()
    known = path.at.date() - timedelta(days=9)

    report = filed(path, "sae", known_on=known.isoformat(), event_on=known.isoformat(), **given)

    assert report.limit_on == (known + timedelta(days=days) if days else None)
    assert report.was_late(path.at) is (days == 7)


def test_where_no_drug_is_tried_no_number_is_invented() -> None:
    path = approved()

    report = filed(path, "sae", seriousness="death", expected="unexpected", related="related")

    assert (report.limit_on, report.was_late(path.at)) == (None, False)


def test_the_trail_proves_what_was_said_and_does_not_say_it() -> None:
    path = human()
    report = filed(path, "sae", event="参与者出现休克")

    entry = Entry.objects.get(object_kind="report", step="file")
    assert entry.facts["digest"] == report.digest
    assert "休克" not in str(entry.facts)


def test_a_report_sent_back_is_completed_and_filed_again_and_cannot_be_given_up() -> None:
    path = approved()
    report = filed(path, "deviation")
    report = step(path, report, "send_back", path.secretary, reason="未写原因")
    assert (report.state, Deadline.objects.of(report).open().count()) == ("draft", 0)
    with pytest.raises(Refused) as caught:
        step(path, report, "withdraw", path.lead)
    assert codes(caught) == {"filed"}

    again = filed(path, "deviation", why="设备故障")

    assert (again.pk, again.state, again.answers["why"]) == (report.pk, "filed", "设备故障")


def test_a_draft_may_be_given_up() -> None:
    path = approved()
    assert step(path, begin(path, "deviation"), "withdraw", path.lead).state == "withdrawn"


# --- assessing and settling ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["no_action", "continued"])
def test_two_people_settle_what_takes_nothing_away(outcome: str) -> None:
    path = human()
    report = assessed(path, "sae")
    assert (report.state, deadline(report, "report.assess").outcome) == ("assessed", "met")

    report = dispose(path, report, outcome)

    assert (report.state, state_of(path), report.answer) == (outcome, "approved", "核查属实")
    assert deadline(report, "report.decide").outcome == "met"
    told = Notice.objects.get(key="report.dispose", person=path.lead)
    assert "核查属实" in told.text


@pytest.mark.parametrize("outcome", ["suspended", "terminated", "rereview_required"])
def test_the_chair_alone_takes_nothing_away(outcome: str) -> None:
    path = human()
    report = assessed(path, "risk_change")

    with pytest.raises(InvalidInput) as caught:
        dispose(path, report, outcome)
    assert set(caught.value.errors) == {"outcome"}


def test_whoever_assessed_it_does_not_settle_it() -> None:
    path = human()
    report = filed(path, "deviation")
    vice = people_of(path.committee, Role.VICE_CHAIR)
    if not vice:
        pytest.fail("the committee has a vice-chair")
    with pytest.raises(NotPermitted):
        step(path, report, "dispose", path.secretary, outcome="no_action", answer="x", password=PASSWORD)
    with pytest.raises(NotPermitted):
        step(path, report, "assess", path.lead)
    with pytest.raises(NotPermitted):
        step(path, report, "assess", path.members[-1])


def test_a_worksheet_has_an_answer_to_each_of_its_questions() -> None:
    path = human()
    report = filed(path, "sae")

    with pytest.raises(InvalidInput) as caught:
        step(path, report, "assess", path.secretary, inform="yes")

    wanted = {"serious", "unexpected", "related", "balance", "sufficient", "finding", "recommendation"}
    assert set(caught.value.errors) == wanted | {"inform_what", "inform_by"}


# --- by vote ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdict", "project"),
    [
        ("continued", "approved"),
        ("suspended", "suspended"),
        ("terminated", "terminated"),
        ("rereview_required", "suspended"),
    ],
)
def test_what_takes_something_away_is_voted_on(verdict: str, project: str) -> None:
    path = human()
    report = before_committee(path, assessed(path, "risk_change", "suspended"))
    assert (path.review.kind, path.review.state, path.review.report) == ("follow_up", "submitted", report)

    decided(path, verdict)

    report.refresh_from_db()
    assert (report.state, state_of(path), path.review.state) == (verdict, project, "concluded")
    assert Review.objects.filter(kind="rereview").exists() is (verdict == "rereview_required")
    owed = FollowUp.objects.filter(project=path.project).outstanding().count()
    assert owed == (0 if verdict == "terminated" else 1)


def test_a_review_of_a_report_does_not_take_the_simplified_procedure_and_is_not_turned_away() -> None:
    path = human()
    before_committee(path, assessed(path, "risk_change"))

    with pytest.raises(InvalidInput):
        path.do("accept", path.secretary, procedure="simplified", procedure_ground="x")
    with pytest.raises(Refused) as caught:
        path.do("decline", path.secretary, reason="x")
    assert codes(caught) == {"own_matter"}


# --- telling participants -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["sae", "risk_change"])
def test_what_participants_must_be_told_is_an_obligation_with_a_day(kind: str) -> None:
    path = human()
    until = path.at.date() + timedelta(days=14)
    terms = {"inform": "yes", "inform_what": "新出现的肝损伤风险，再次签署知情同意", "inform_by": until.isoformat()}
    report = assess(path, filed(path, kind), "continued", **terms)

    clock = deadline(report, "report.inform")
    assert (clock.person, clock.last_day, clock.citation) == (path.lead, until, "human:38")
    assert "肝损伤" in Notice.objects.get(key="report.to_inform", person=path.lead).text
    done = {"informed_on": path.at.date().isoformat(), "how": "逐一面谈", "told": 12, "reconsented": 12}
    report = step(path, report, "report_informed", path.lead, **done)

    assert (report.must_inform, deadline(report, "report.inform").outcome) == (False, "met")
    with pytest.raises(Refused) as caught:
        step(path, report, "report_informed", path.lead, **done)
    assert codes(caught) == {"nothing_to_tell"}


def test_the_day_by_which_participants_are_told_outlives_the_settling() -> None:
    path = human()
    until = (path.at.date() + timedelta(days=14)).isoformat()
    report = assess(path, filed(path, "sae"), "continued", inform="yes", inform_what="说明", inform_by=until)
    report = dispose(path, report, "continued")

    assert deadline(report, "report.inform").is_open
    path.at += timedelta(days=2)
    done = {"informed_on": path.at.date().isoformat(), "how": "x", "told": 1, "reconsented": 0}
    assert not step(path, report, "report_informed", path.lead, **done).must_inform
