"""Warnings: the steps from one to its end, and who sees it and may settle or explain it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from ethicsreview.accounts.models import Appointment, Person, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.refusals import NotPermitted, NotVisible, Refused
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Entry
from reviews.models import Opinion, ProjectMember, RiskAssessment, RiskWarning
from reviews.models.warnings.kinds import About
from tests.committees.builders import holder
from tests.reviews import warnings_data as data
from tests.reviews.warnings import Watching, scene, watching

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


# --- the steps ----------------------------------------------------------------------------------------------------


def test_whole_way_from_the_warning_to_its_end() -> None:
    made = watching()
    warning = made.raised(level=2)
    secretary = made.path.secretary

    made.take(warning, "explain", by=secretary, answer="两件已经补报")
    made.take(warning, "acknowledge", note="与委员会核对")
    due = law_day(made.at) + 10 * DAY
    made.take(warning, "take_measures", measures="约谈并限期补报", due_on=due)
    warning = made.take(warning, "close", grounds="全部补报，风险消除")

    assert (warning.state, warning.answer, warning.answered_by) == ("closed", "两件已经补报", secretary)
    steps = Entry.objects.filter(chain__subject_ref=warning.ref).order_by("seq").values_list("step", flat=True)
    assert list(steps) == ["create", "explain", "acknowledge", "take_measures", "close"]
    clocks = Deadline.objects.filter(object_ref=warning.ref)
    assert {(one.kind, one.outcome) for one in clocks} == {
        ("warning.acknowledge", "met"),
        ("warning.act", "met"),
        ("warning.finish", "met"),
    }
    told = set(Notice.objects.filter(object_ref=warning.ref, person=secretary).values_list("key", flat=True))
    assert told == {"warning.create", "warning.take_measures", "warning.close"}


@pytest.mark.parametrize(("level", "days"), [(0, 10), (1, 5), (2, 1)])
def test_time_to_acknowledge_is_shorter_the_more_serious_it_is(level: int, days: int) -> None:
    made = watching()
    warning = made.raised(level=level)

    clock = Deadline.objects.get(object_ref=warning.ref)

    assert (clock.kind, clock.length, clock.body_id) == ("warning.acknowledge", days, made.authority.pk)


def test_nobody_settles_a_warning_about_their_own_committee() -> None:
    made = watching()
    warning = made.raised()
    Appointment.objects.create(
        person=made.path.secretary, role=Role.REGULATOR, body=made.authority, starts=law_day(made.at)
    )

    with pytest.raises(Refused) as caught:
        made.take(warning, "acknowledge", by=made.path.secretary, note="")

    assert {(one.code, one.cite) for one in caught.value.refusals} == {("own_matter", "national:8")}


def test_findings_are_kept_as_they_were_written() -> None:
    finding = watching().raised().findings.get()

    with pytest.raises(DatabaseError), transaction.atomic():
        type(finding).objects.filter(pk=finding.pk).update(value=0)


# --- who sees and does what ---------------------------------------------------------------------------------------


SEES = {"watcher", "province", "secretary", "chair", "officer", "operator"}


def test_who_sees_a_warning_and_who_may_settle_or_explain_it() -> None:
    made, people = scene()
    for about in About:
        warning = made.raised(about=about)
        sees = SEES if about != About.INSTITUTION else SEES - {"secretary", "chair"}
        standings = {name: standing_of(person, made.at) for name, person in people.items()}

        found = {
            name
            for name, one in standings.items()
            if RiskWarning.objects.visible_to(one).filter(pk=warning.pk).exists()
        }
        may = {
            step: {name for name in found if permitted(warning, step, people[name], made)}
            for step in ("acknowledge", "dismiss", "explain")
        }

        assert found == sees
        assert may["acknowledge"] == may["dismiss"] == {"watcher"}
        assert may["explain"] == sees & {"secretary", "chair", "officer"}
        for name in set(people) - sees:
            with pytest.raises(NotVisible):
                made.take(warning, "explain", by=people[name], answer="说明")
        with pytest.raises(NotPermitted):
            made.take(warning, "acknowledge", by=people["province"], note="")


def permitted(warning: RiskWarning, step: str, person: Person, made: Watching) -> bool:
    return step in {view.name for view in open_steps(warning, person, at=made.at)}


def test_activity_is_hidden_from_its_own_people_the_recused_and_when_it_is_no_case() -> None:
    made = watching()
    warning = made.raised(about=About.PROJECT)
    officer = holder(Role.INSTITUTION_OFFICER, made.path.project.institution)
    ProjectMember.objects.create(project=made.path.project, person=officer)
    chair = made.path.chair

    def sees(person: Person) -> bool:
        rows = RiskWarning.objects.visible_to(standing_of(person, made.at))
        return bool(rows.filter(pk=warning.pk).exists())

    before = sees(made.watcher)
    RiskAssessment.objects.filter(project=made.path.project).update(high_risk=False)

    assert (before, sees(made.watcher)) == (True, False)
    assert not sees(officer)
    assert sees(chair)
    ballot = Opinion.objects.get(review=made.path.review, person=chair)
    data.copies(ballot, 1, state="recused", verdict="", round=ballot.round + 1)
    assert not sees(chair)
