"""Warnings at the desk: the list with its filter, chart and file; one warning; the indicators; who finds nothing."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.refusals import NotPermitted
from ethicsreview.trail.models import Entry
from ethicsreview.work import running
from ethicsreview.work.asking import ask_by_form
from ethicsreview.work.kinds import KINDS
from reviews.desk.warning_file import WARNINGS
from reviews.models import FollowUp, RiskWarning
from reviews.models.warnings.kinds import About, Indicator
from reviews.rules.warnings import Row
from tests.reviews import warnings_data as data
from tests.reviews.desk.conftest import address, queries
from tests.reviews.warnings import CHENGDU, scene, watching

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def cost(client, page):
    client.get(page)
    with queries() as caught:
        assert client.get(page).status_code == 200
    return len(caught)


def test_pages_are_shown_within_their_budgets_and_cost_the_same_for_more(signed_in) -> None:
    made = watching()
    data.late_follow_ups(made, 1)
    data.deadlines(made, 1, due=made.at)
    made.evaluate(Indicator.LATE_FOLLOW_UPS)
    made.evaluate(Indicator.LATE_DEADLINES)
    first = made.warnings(Indicator.LATE_FOLLOW_UPS)[0]
    client = signed_in(made.watcher)
    pages = [address("warnings"), address("indicators"), address("warning", first.ref)]
    few = [cost(client, page) for page in pages]

    data.late_follow_ups(made, 3)
    made.evaluate(Indicator.LATE_FOLLOW_UPS)
    made.raised(about=About.PROJECT)
    made.raised(about=About.INSTITUTION)
    many = [cost(client, page) for page in pages]

    assert many == few
    assert max(few[:2]) <= 12
    assert few[2] <= 20


def test_list_is_narrowed_and_drawn_by_indicator_and_level(signed_in) -> None:
    made = watching()
    committee, project = made.raised(level=2), made.raised(about=About.PROJECT)
    made.take(made.raised(about=About.INSTITUTION), "dismiss", grounds="已核实")
    client, page = signed_in(made.watcher), address("warnings")

    every = text(client.get(page))
    serious = text(client.get(page, {"level": "serious"}))
    settled = text(client.get(page, {"state": "ruled_out"}))
    strange = text(client.get(page, {"indicator": "no such", "region": "370100"}))
    here = text(client.get(page, {"region": CHENGDU}))

    assert [one.ref in every for one in (committee, project)] == [True, True]
    assert "严重不良事件率偏高" not in every.split("<tbody>", 1)[1]
    assert (committee.ref in serious, project.ref in serious) == (True, False)
    assert project.ref not in settled
    assert (committee.ref in strange, committee.ref in here) == (True, True)
    assert 'data-chart="chart-warnings"' in every


def test_warning_shows_its_evidence_as_far_as_the_reader_may_open_it(signed_in) -> None:
    made = watching()
    own = FollowUp.objects.filter(project=made.path.project).first()
    rows = (Row("follow_up", own.ref, day="2026-03-01"), Row("follow_up", "F2026-999999", day="2026-03-02"))
    warning = made.raised(rows=rows)

    page = text(signed_in(made.watcher).get(address("warning", warning.ref)))

    assert address("follow_up", own.ref) in page
    assert "F2026-999999" not in page
    assert "另有1项不在您可以查阅的范围内" in page
    assert "确认预警" in page


def test_steps_are_taken_by_their_forms(signed_in) -> None:
    made = watching()
    warning = made.raised()
    client, secretary = signed_in(made.watcher), signed_in(made.path.secretary)
    due = law_day(made.at) + timedelta(days=20)

    answered = secretary.post(address("step", "warnings", warning.ref, "explain"), {"answer": "已补报"})
    forbidden = secretary.post(address("step", "warnings", warning.ref, "acknowledge"), {"note": ""})
    client.post(address("step", "warnings", warning.ref, "acknowledge"), {"note": "核对"})
    late = client.post(
        address("step", "warnings", warning.ref, "take_measures"),
        {"measures": "约谈", "due_on": law_day(made.at) - timedelta(days=1)},
    )
    client.post(address("step", "warnings", warning.ref, "take_measures"), {"measures": "约谈", "due_on": due})
    bare = client.post(address("step", "warnings", warning.ref, "close"), {"grounds": ""})
    client.post(address("step", "warnings", warning.ref, "close"), {"grounds": "已消除"})

    assert (answered.status_code, forbidden.status_code, late.status_code, bare.status_code) == (302, 403, 422, 422)
    closed = RiskWarning.objects.get()
    assert (closed.state, closed.answer, closed.due_on, closed.grounds) == ("closed", "已补报", due, "已消除")
    seen = text(secretary.get(address("warning", warning.ref)))
    assert "已消除" in seen
    assert "核对" not in seen  # what the department thought is its own


def test_reading_a_warning_about_an_activity_leaves_a_look(signed_in) -> None:
    made = watching()
    warning = made.raised(about=About.PROJECT)

    signed_in(made.watcher).get(address("warning", warning.ref))

    looked = Entry.objects.get(chain__subject_kind="oversight", chain__subject_ref=made.path.project.ref)
    assert looked.actor_ref == made.watcher.username


def test_indicators_are_shown_on_or_off_with_their_last_evaluation(signed_in) -> None:
    made = watching()
    data.late_follow_ups(made, 1)
    made.evaluate(Indicator.LATE_FOLLOW_UPS)

    page = text(signed_in(made.watcher).get(address("indicators")))

    assert all(str(one.label) in page for one in Indicator)
    assert page.count("尚未评估") == len(Indicator) - 1
    assert "全省1个对象达到阈值，新增预警1件，更新0件。" in page


def test_everybody_who_must_not_see_finds_nothing(signed_in) -> None:
    made, people = scene()
    warning = made.raised(about=About.PROJECT)
    page = address("warning", warning.ref)
    step = address("step", "warnings", warning.ref, "acknowledge")

    for name in ("elsewhere", "member", "another committee", "another officer"):
        client = signed_in(people[name])
        assert client.get(page).status_code == 404, name
        assert client.post(step, {"note": ""}).status_code == 404, name
        listed = client.get(address("warnings"))
        assert listed.status_code == (404 if name == "member" else 200), name
        assert made.path.project.title not in text(listed), name
    for name in ("province", "secretary", "officer", "operator"):
        client = signed_in(people[name])
        assert client.get(page).status_code == 200, name
        assert client.post(step, {"note": ""}).status_code == 403, name
    assert signed_in(people["lead"]).get(page).status_code == 404


def test_overview_counts_open_warnings_of_the_territory_by_level(signed_in) -> None:
    made, people = scene()
    made.raised(level=2)
    made.raised(level=0, about=About.INSTITUTION)

    page = text(signed_in(made.watcher).get(address("overview")))
    above, elsewhere = (text(signed_in(people[name]).get(address("overview"))) for name in ("province", "elsewhere"))

    assert "严重 1</a>" in page
    assert "提示 1</a>" in page
    assert "严重 1</a>" in above
    assert "严重 1</a>" not in elsewhere


def test_file_holds_what_its_asker_sees() -> None:
    made, people = scene()
    mine = made.raised(about=About.PROJECT)

    with_it, without = (exported(people[name]) for name in ("officer", "elsewhere"))

    assert mine.ref in with_it
    assert made.path.project.title in with_it
    assert mine.ref not in without
    assert WARNINGS in KINDS
    with pytest.raises(NotPermitted):
        exported(people["lead"])


def exported(person) -> str:
    """The work as a worker does it."""
    standing = standing_of(person, timezone.now())
    if not KINDS[WARNINGS].may(standing):
        raise NotPermitted("", [])
    form = KINDS[WARNINGS].form({"format": "csv", "state": "open"}, standing=standing)
    assert form.is_valid(), form.errors
    job = ask_by_form(form, KINDS[WARNINGS], at=timezone.now())
    running.run_waiting()
    job.refresh_from_db()
    assert job.state == "done", job.error
    return Path(job.path()).read_text(encoding="utf-8-sig")
