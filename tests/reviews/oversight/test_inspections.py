"""Inspections: the steps from the plan to the conclusion, what stands in their way, who sees them, what follows."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile

from ethicsreview.accounts.models import Appointment, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import end_of_day, law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.deadlines.sweep import sweep
from ethicsreview.documents.storage import store
from ethicsreview.lifecycle.door import open_steps, perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Entry
from reviews.models import Inspection, Investigation, Rectification
from reviews.models.inspections.forms import PAPER
from reviews.models.inspections.planning import plan_inspection
from reviews.models.inspections.timing import COMMENT, RECTIFY
from tests.committees.builders import authority, holder, institution
from tests.reviews.inspections import CHENGDU, Inspecting, inspecting, scene

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
JINAN = "370100"


def codes(refused) -> set[str]:
    return {one.code for one in refused.value.refusals}


@pytest.mark.article("sichuan", 16)
def test_whole_way_from_the_plan_to_the_conclusion() -> None:
    made = inspecting().on_site()
    for one in made.inspection.items():
        made.find(one.key)
    made.find("members_trained", "does_not_conform")
    made.do("send_draft", by=made.team[0], summary="培训记录不全")
    made.do("give_comment", by=made.officer, comment="记录待补")
    due = law_day(made.at) + 30 * DAY
    made.do("issue", report="检查报告", response="已采纳", due_on=due)
    clock = Deadline.objects.get(kind=RECTIFY)
    made.put_right("answer", by=made.officer, text="已补", documents="")
    made.put_right("send_back", reason="缺签到表", due_on=due + 5 * DAY)
    made.put_right("extend", by=made.planner, reason="节假日", due_on=due + 9 * DAY)
    with pytest.raises(Refused) as unsettled:
        made.do("close", conclusion="合格")
    made.put_right("answer", by=made.officer, text="补签到表", documents="")
    made.put_right("confirm", note="已现场核实")
    made.do("close", conclusion="整改完成，予以办结")

    assert codes(unsettled) == {"unsettled"}
    assert (made.inspection.state, made.inspection.next_due_at) == ("closed", None)
    assert (clock.body_id, clock.role, clock.due_at) == (made.unit.pk, Role.INSTITUTION_OFFICER, end_of_day(due))
    (wrong,) = made.inspection.rectifications.all()
    assert (wrong.state, wrong.finding.item, wrong.answers.count()) == ("confirmed", "members_trained", 2)
    steps = Entry.objects.filter(chain__subject_ref=made.inspection.ref).order_by("seq").values_list("step", flat=True)
    assert list(steps)[:5] == ["create", "name_team", "announce", "begin", "enter_finding"]
    assert list(steps)[-4:] == ["extend", "answer", "confirm", "close"]
    assert not Deadline.objects.open().filter(object_kind__in=["inspection", "rectification"]).exists()
    told = Notice.objects.filter(person=made.officer, key__regex="^(inspection|rectification)").order_by("pk")
    assert list(told.values_list("key", flat=True)) == [
        *("inspection.announce", "inspection.send_draft", "inspection.issue"),
        *("rectification.send_back", "rectification.extend", "rectification.confirm", "inspection.close"),
    ]


@pytest.mark.article("shandong", 11)
def test_checklist_and_grounds_are_those_of_the_place_and_of_who_is_inspected() -> None:
    sichuan, shandong = inspecting(CHENGDU), inspecting(JINAN)
    themes = ["organisation", "monitoring"]
    sichuan.planned(themes=themes)
    shandong.planned(themes=themes, ground="oversight", body=shandong.committee.ref)

    of_unit = {one.key: one.cite for one in sichuan.inspection.items()}
    of_committee = {one.key for one in shandong.inspection.items()}

    assert of_unit.get("risk_tracked") == "sichuan:11"
    assert "risk_monitored" not in of_unit
    assert {"composition", "charter"} <= of_committee
    assert not {"composition"} & of_unit.keys()
    assert shandong.inspection.ground_cite == "shandong:11"
    assert not shandong.form(ground="onsite").is_valid()


def test_everything_that_is_wrong_with_a_plan_is_told_at_once() -> None:
    made = inspecting()
    elsewhere = institution(JINAN)
    form = made.form(title="", body=elsewhere.ref, ground="oversight", themes=[], scope="", starts_on="2020-01-01")

    assert not form.is_valid()
    assert set(form.errors) == {"title", "body", "ground", "themes", "scope", "starts_on"}
    assert set(made.form(ends_on="2020-01-01").errors) == {"ends_on"}


@pytest.mark.article("national", 8)
def test_nobody_inspects_an_institution_to_which_they_belong() -> None:
    made = inspecting().planned(team=False)
    one, other = made.team
    held = {"starts": law_day(made.at) - 9 * DAY}
    Appointment.objects.create(person=one, role=Role.RESEARCHER, body=made.unit, **held)

    with pytest.raises(InvalidInput) as barred:
        made.do("name_team", inspectors=f"{one.username}\n{made.officer.username}\n{other.username}")
    with pytest.raises(Refused) as alone:
        made.do("announce", notice="通知")
    made.do("name_team", inspectors=f"{other.username}\n{made.planner.username}")
    # Who came to belong to it after they were named goes no more, and stands in the way of the visit.
    Appointment.objects.create(person=other, role=Role.MEMBER, body=made.committee, **held)
    with pytest.raises(Refused) as since:
        made.do("announce", notice="通知")
    Appointment.objects.create(person=made.planner, role=Role.RESEARCHER, body=made.unit, **held)
    with pytest.raises(Refused) as own:
        made.do("cancel", reason="不再需要")
    with pytest.raises(Refused) as planned:
        plan_inspection(made.authority, by=made.planner, at=made.at, **_terms(made))

    told = "".join(barred.value.errors["inspectors"])
    assert (one.name in told, f"{made.officer.name}不是监管人员" in told, other.name in told) == (True, True, False)
    assert codes(alone) == {"team_small"}
    assert (codes(since), codes(own), codes(planned)) == ({"belongs"}, {"belongs"}, {"belongs"})


def _terms(made: Inspecting):
    form = made.form()
    assert form.is_valid()
    return form.terms()


def test_notice_has_its_days_and_the_visit_its_day() -> None:
    made = inspecting()
    soon = law_day(made.at) + DAY
    made.planned(starts_on=soon, ends_on=soon)

    with pytest.raises(Refused) as late:
        made.do("announce", notice="通知")
    with pytest.raises(Refused) as early:
        made.do("begin_unannounced", by=made.team[0], reason="核实")
    made.at += DAY
    made.do("begin_unannounced", by=made.team[0], reason="核实投诉反映的情况")

    assert (codes(late), codes(early)) == ({"notice_late"}, {"too_early"})
    assert (made.inspection.state, made.inspection.announced_at) == ("on_site", None)
    notice = Notice.objects.get(person=made.officer, key="inspection.begin_unannounced")
    assert "核实投诉反映的情况" in notice.text


def test_draft_waits_for_every_item_and_a_finding_for_its_words() -> None:
    made = inspecting().on_site()
    items = [one.key for one in made.inspection.items()]

    with pytest.raises(Refused) as missing:
        made.do("send_draft", by=made.team[0], summary="综述")
    with pytest.raises(InvalidInput) as bare:
        made.find(items[0], "does_not_conform", account="", rectify_by=law_day(made.at))
    with pytest.raises(NotPermitted):
        made.do("enter_finding", by=made.officer, item=items[0], result="conforms", account="", documents="")

    assert len(missing.value.refusals) == len(items)
    assert set(bare.value.errors) == {"account", "rectify_by"}


def test_report_hears_the_institution_or_lets_its_days_pass() -> None:
    made = inspecting().commenting()
    due = law_day(made.at) + 60 * DAY

    with pytest.raises(Refused) as unheard:
        made.do("issue", report="报告", due_on=due)
    clock = Deadline.objects.get(kind=COMMENT)
    made.at = clock.due_at + DAY
    made.do("issue", report="报告", due_on=due)

    assert codes(unheard) == {"not_heard"}
    assert clock.lapses
    assert made.rectification.due_on == due


def test_what_all_conforms_is_reported_and_closed_without_rectification() -> None:
    made = inspecting().reported()
    clean = inspecting()

    clean.looked_at(wrong=()).do("send_draft", by=clean.team[0], summary="无")
    clean.do("give_comment", by=clean.officer, comment="无")
    clean.do("issue", report="未发现问题", response="无")
    clean.do("close", conclusion="合格")

    assert (clean.inspection.state, clean.inspection.rectifications.count()) == ("closed", 0)
    assert made.inspection.rectifications.count() == 1


def test_missed_rectification_is_escalated_to_the_department_and_the_province() -> None:
    made = inspecting()
    province = authority("510000", level="province")
    above = holder(Role.REGULATOR, province)
    made.reported()
    clock = Deadline.objects.get(kind=RECTIFY)

    for day in (1, 4, 8):
        sweep(clock.due_at + day * DAY)

    told = Notice.objects.filter(object_ref=made.rectification.ref)
    assert {made.officer, made.planner, above} <= {one.person for one in told.select_related("person")}


@pytest.mark.article("shandong", 13)
def test_what_asks_for_an_investigation_goes_to_whoever_is_responsible() -> None:
    made = inspecting(JINAN)
    province = authority("370000", level="province")
    made.looked_at(ground="oversight")
    given = {"account": "未经审查开展", "track": "ethics"}

    made.do("refer", title="某课题未批先行", unit_suspected="no", **given)
    made.do("refer", title="单位负责人干预审查", unit_suspected="yes", **given)

    first, second = Investigation.objects.filter(origin_ref=made.inspection.ref).order_by("pk")
    assert (first.origin, first.handler_id, second.handler_id) == ("inspection", made.unit.pk, province.pk)
    assert second.joint_id == made.authority.pk
    assert first.next_due_at is not None
    assert made.inspection.state == "on_site"
    # Whoever was handed it sees the account, and no more of the inspection than before.
    assert Investigation.objects.visible_to(standing_of(made.officer, made.at)).get() == first


def test_papers_are_ones_own_and_stay_with_what_they_prove() -> None:
    made = inspecting().on_site()
    file = ContentFile("签到表".encode(), name="sheet.txt")
    kept = store(None, file, by=made.team[0], at=made.at, title="签到表", kind=PAPER)
    other = store(None, ContentFile(b"x", name="x.txt"), by=made.officer, at=made.at, title="x", kind=PAPER)

    with pytest.raises(InvalidInput) as foreign:
        made.find("members_trained", documents=other.document.ref)
    made.find("members_trained", documents=kept.document.ref)

    assert set(foreign.value.errors) == {"documents"}
    assert [one.version for one in made.inspection.findings.get().papers.all()] == [kept]
    entry = Entry.objects.filter(chain__subject_ref=made.inspection.ref).order_by("-seq").first()
    assert entry.facts["input"]["documents"][0]["digest"] == kept.digest


def test_who_sees_it_and_who_does_not() -> None:
    made, people = scene()
    outside = ("member", "elsewhere", "another field", "another officer")
    inspected = ("officer", "secretary", "chair")

    before = _seen(made, people)
    made.do("announce", notice="通知")
    after = _seen(made, people)

    assert before == {"planner", "inspector", "province", "operator"}
    assert after == before | set(inspected)
    for name in outside:
        with pytest.raises(NotVisible):
            perform(made.inspection, "cancel", by=people[name], at=made.at, reason="x")
    for name in (*inspected, "province", "operator"):
        with pytest.raises(NotPermitted):
            perform(made.inspection, "cancel", by=people[name], at=made.at, reason="x")
    steps = {one.name for one in open_steps(made.inspection, people["inspector"], at=made.at)}
    assert "begin" in steps


def _seen(made: Inspecting, people) -> set[str]:
    return {
        name
        for name, one in people.items()
        if Inspection.objects.visible_to(standing_of(one, made.at)).filter(pk=made.inspection.pk).exists()
    }


def test_rectification_is_seen_with_its_inspection_and_by_the_field_of_its_department() -> None:
    made, people = scene()
    today = law_day(made.at)
    made.do("revise", scope="培训", starts_on=today, ends_on=today)
    made.do("begin_unannounced", by=made.team[0], reason="核实")
    for one in made.inspection.items():
        made.find(one.key, "does_not_conform" if one.key == "members_trained" else "conforms")
    made.do("send_draft", by=made.team[0], summary="综述")
    made.do("give_comment", by=people["chair"], comment="无")
    made.do("issue", report="报告", response="无", due_on=today + 30 * DAY)

    seen = {
        name
        for name, one in people.items()
        if Rectification.objects.visible_to(standing_of(one, made.at)).filter(pk=made.rectification.pk).exists()
    }

    assert seen == {"planner", "inspector", "province", "operator", "officer", "secretary", "chair"}


def test_days_to_comment_that_were_let_pass_are_no_longer_its_next_day() -> None:
    """It says by when the report is due, and not that somebody is late who had nothing to say."""
    made = inspecting().commenting()
    comment, report = Deadline.objects.of(made.inspection).open().soonest()

    sweep(comment.due_at)

    was = made.inspection.next_due_at
    made.inspection.refresh_from_db()
    assert (was, made.inspection.next_due_at) == (comment.due_at, report.due_at)
