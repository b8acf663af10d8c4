"""A listed activity from its preliminary opinion through the re-check to the decision."""

from collections.abc import Iterator
from copy import copy
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from ethicsreview.accounts.models import Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import open_steps, perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.notices.models import Notice
from ethicsreview.trail.verification import verify
from reviews.models import Decision, Project, Recheck, RecheckOpinion, Review
from reviews.models.rechecks.dossier import authorities_for
from tests.committees.builders import authority, committee, holder, person
from tests.reviews.builders import PASSWORD, refused, with_password
from tests.reviews.recheck_builders import ACCEPT, REPORT, Listed, listed, opinion

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Listed]:
    """One activity that has passed preliminarily; every test starts from it, and leaves it as it was."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield listed().passed()
        transaction.set_rollback(True)


@pytest.fixture
def path(world: Listed) -> Iterator[Listed]:
    with transaction.atomic():
        made = copy(world)
        made.review = Review.objects.get(pk=world.review.pk)
        yield made
        transaction.set_rollback(True)


def told(person, key: str) -> int:
    return Notice.objects.filter(person=person, key=key).count()


def codes(caught) -> list[str]:
    return [refusal.code for refusal in caught.value.refusals]


@pytest.mark.article("national", 26, 30, 31, 32, 33, 44)
@pytest.mark.article("shandong", 11)
def test_agreeing_recheck_leads_to_the_approval_and_its_duties(path: Listed) -> None:
    assert [clock.kind for clock in Deadline.objects.of(path.review).open()] == ["review.refer"]
    path.delivered()
    decision = path.do("conclude_by_recheck", path.chair, password=PASSWORD).decision

    path.project.refresh_from_db()
    report = path.recheck.report
    assert (path.review.state, path.project.state) == ("approved", "approved")
    assert decision.basis == Decision.Basis.RECHECK
    assert decision.recheck == report
    assert report.tally == {"agree": 5, "disagree": 0, "absent": 0, "panel": 5, "need": 4}
    [first] = path.project.follow_ups.all()
    assert (first.due_on.year * 12 + first.due_on.month) - (path.at.year * 12 + path.at.month) in (5, 6)
    [registration] = Deadline.objects.of(path.project).open()
    assert (registration.kind, registration.citation) == ("registration.activity", "national:44")
    assert not Deadline.objects.of(path.review).open().exists()
    assert not Deadline.objects.of(path.recheck).open().exists()
    assert list(verify()) == []


@pytest.mark.article("national", 30, 32)
def test_disagreeing_recheck_leads_to_a_refusal_with_reasons(path: Listed) -> None:
    path.delivered("agree", "agree", "agree", "disagree", "disagree")
    with pytest.raises(InvalidInput):
        path.do("conclude_by_recheck", path.chair, password=PASSWORD)

    path.do("conclude_by_recheck", path.secretary, password=PASSWORD, reasons="复核认为风险控制不足")

    path.project.refresh_from_db()
    assert (path.review.state, path.project.state) == ("rejected", "rejected")
    assert path.recheck.report.result == "disagreed"
    assert not Deadline.objects.of(path.project).open().exists()


@pytest.mark.article("national", 31)
def test_thirty_calendar_days_run_from_the_application(path: Listed) -> None:
    path.referred()

    [clock] = Deadline.objects.of(path.recheck).open()

    day = timezone.localdate(clock.due_at - timedelta(seconds=1))
    assert (day - timezone.localdate(path.recheck.requested_at)).days == 30
    assert clock.due_at == path.recheck.due_at
    assert clock.citation == "national:31"
    assert told(path.organiser, "recheck.create") == 1
    assert told(path.lead, "review.refer") == 1


@pytest.mark.article("national", 26)
def test_the_unit_applies_and_nobody_else(path: Listed) -> None:
    for who in (path.lead, path.secretary, path.chair, path.organiser):
        with pytest.raises((NotPermitted, NotVisible)):
            path.do("refer", who, authority=path.department.ref)


@pytest.mark.article("national", 27)
def test_dossier_is_refused_with_everything_it_lacks(path: Listed) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_meeting SET state = 'open' WHERE id = %s", [path.meeting.pk])
    path.department.is_active = False
    path.department.save()

    found = refused(path, "refer", path.officer, authority=path.department.ref)

    assert found == {"minutes_unsigned": "national:27", "no_authority": "shandong:11"}


@pytest.mark.article("national", 28)
@pytest.mark.article("sichuan", 7)
def test_panel_form_says_of_everybody_why_not_and_proposes_a_lawful_panel(path: Listed) -> None:
    path.referred()
    unit = path.expert("law", institution=path.committee.institution, employer="")
    seated = path.expert("peer", person=path.members[3])
    path.expert("peer", person=path.lead)

    [view] = [one for one in open_steps(path.recheck, path.organiser, at=path.at) if one.name == "form_panel"]

    words = dict(view.form.fields["experts"].choices)
    assert view.open
    assert "不能参加" in words[unit.ref]
    assert "委员会的成员" in words[seated.ref]
    assert len(view.form.initial["experts"]) == 5
    assert {"law", "ethics", "peer"} <= {
        one.category for one in path.experts if one.ref in view.form.initial["experts"]
    }
    with pytest.raises(InvalidInput) as caught:
        path.step("form_panel", experts=[unit.ref, seated.ref, path.experts[0].ref])
    told_ = "".join(caught.value.errors["experts"])
    assert "委员会的成员" in told_
    assert "任职" in told_
    assert "复核专家1人，少于5人" in told_
    assert "没有伦理学专家" in told_


@pytest.mark.article("national", 28)
def test_register_that_cannot_fill_a_panel_refuses_with_every_reason(path: Listed) -> None:
    path.referred()
    for expert in path.experts[2:]:
        perform(expert, "end", by=path.organiser, at=path.at, reason="期满")

    with pytest.raises(Refused) as caught:
        path.step("form_panel", experts=[])

    assert codes(caught) == ["register_panel_too_small", "register_panel_category"]


@pytest.mark.article("national", 28)
def test_an_expert_sees_the_dossier_once_they_have_promised_and_not_after_recusal(path: Listed) -> None:
    path.referred().paneled()
    expert = path.experts[0]
    standing = standing_of(expert.person, path.at)

    assert not Recheck.objects.visible_to(standing).exists()
    path.seat_step(expert, "accept", **ACCEPT)
    assert Recheck.objects.visible_to(standing).get() == path.recheck
    assert not Review.objects.visible_to(standing).exists()
    assert not Project.objects.visible_to(standing).exists()
    assert RecheckOpinion.objects.visible_to(standing).count() == 1
    path.seat_step(expert, "recuse", ground="与负责人有合作")
    assert not Recheck.objects.visible_to(standing).exists()
    assert not RecheckOpinion.objects.visible_to(standing).exists()
    assert told(path.organiser, "recheck_opinion.recuse") == 1


@pytest.mark.article("national", 28)
def test_an_interest_that_is_declared_keeps_the_expert_out(path: Listed) -> None:
    path.referred().paneled()

    with pytest.raises(InvalidInput) as caught:
        path.seat_step(path.experts[0], "accept", **ACCEPT | {"interest": "some"})

    assert list(caught.value.errors) == ["interest"]


@pytest.mark.article("national", 28)
def test_whoever_declines_is_replaced_with_a_reason(path: Listed) -> None:
    path.referred().paneled().accept(*path.experts[1:5])
    path.seat_step(path.experts[0], "decline", ground="时间不便")

    with pytest.raises(InvalidInput):
        path.step("replace", expert=path.experts[6].ref)
    path.step("replace", expert=path.experts[6].ref, reason="补选")
    path.accept(path.experts[6])

    assert path.recheck.state == "in_progress"
    assert told(path.experts[6].person, "recheck_opinion.create") == 1
    with pytest.raises(InvalidInput) as caught:
        path.step("replace", expert=path.experts[5].ref, reason="再加一人")
    assert "leaving" in caught.value.errors


@pytest.mark.article("national", 30)
def test_absent_experts_count_in_the_whole(path: Listed) -> None:
    """Of five, three agree and two say nothing: three fifths are not two thirds of the panel."""
    path.begun().speak("agree", "agree", "agree")

    with pytest.raises(Refused) as caught:
        path.step("conclude", **REPORT)
    assert codes(caught) == ["opinions_out"]
    path.at = path.recheck.due_at
    path.step("conclude", **REPORT)

    assert path.recheck.state == "disagreed"
    assert path.recheck.report.tally == {"agree": 3, "disagree": 0, "absent": 2, "panel": 5, "need": 4}


def test_nobody_speaks_for_another_and_nothing_is_chosen_beforehand(path: Listed) -> None:
    path.begun()
    seat = path.seat(path.experts[0])

    with pytest.raises((NotPermitted, NotVisible)):
        perform(seat, "cast", by=path.experts[1].person, at=path.at, **opinion("agree"))
    with pytest.raises((NotPermitted, NotVisible)):
        perform(seat, "cast", by=path.organiser, at=path.at, **opinion("agree"))
    with pytest.raises(InvalidInput) as caught:
        perform(seat, "cast", by=path.experts[0].person, at=path.at)
    assert {"vote", "password", "compliance", "reasonableness"} == set(caught.value.errors)


@pytest.mark.article("national", 32)
def test_no_decision_before_the_opinion_is_delivered(path: Listed) -> None:
    path.answered()

    assert refused(path, "conclude_by_recheck", path.chair, password=PASSWORD) == {"recheck_out": "national:32"}


@pytest.mark.article("national", 32)
def test_the_database_itself_refuses_an_approval_without_a_recheck(path: Listed) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_review SET state = 'approved' WHERE id = %s", [path.review.pk])


def test_withdrawal_ends_the_recheck(path: Listed) -> None:
    path.begun()

    path.do("withdraw", path.lead, reason="不再开展")

    recheck = Recheck.objects.get(pk=path.recheck.pk)
    assert recheck.state == "cancelled"
    assert not Deadline.objects.open().filter(object_kind__in=["recheck", "recheck_opinion", "review"]).exists()
    for expert in path.experts[:5]:
        assert told(expert.person, "recheck_opinion.release") == 1
        assert not Recheck.objects.visible_to(standing_of(expert.person, path.at)).exists()
    assert told(path.organiser, "recheck.cancel") == 1


@pytest.mark.article("national", 28)
def test_only_the_department_concerned_sees_it(path: Listed) -> None:
    path.referred()
    general = holder(Role.REGULATOR, authority("370000", field="general"))
    blind = [
        holder(Role.REGULATOR, authority("510000", field="human")),
        holder(Role.REGULATOR, authority("370000", field="ai")),
        holder(Role.REGULATOR, authority("370200", field="general", level="city")),
        path.experts[0].person,
        path.lead,
        path.secretary,
        path.officer,
        person(),
    ]

    assert Recheck.objects.visible_to(standing_of(general, path.at)).exists()
    with pytest.raises(NotPermitted):
        perform(path.recheck, "form_panel", by=general, at=path.at, experts=[])
    for who in blind:
        assert not Recheck.objects.visible_to(standing_of(who, path.at)).exists()
        with pytest.raises(NotVisible):
            perform(path.recheck, "form_panel", by=who, at=path.at, experts=[])


def test_department_that_takes_it_over_keeps_the_clock(path: Listed) -> None:
    other = authority("370100", field="general", level="city")
    there = with_password(holder(Role.REGULATOR, other))
    path.referred()
    assert path.recheck.co_authorities.get() == other
    due = path.recheck.due_at

    path.step("hand_over", authority=other.ref, reason="由市主管部门组织")

    [clock] = Deadline.objects.of(path.recheck).open()
    assert (clock.due_at, clock.body_id) == (due, other.pk)
    assert path.recheck.capacities(standing_of(there, path.at)) == {"organiser"}
    with pytest.raises(NotPermitted):
        path.step("hand_over", authority=path.department.ref, reason="退回")


@pytest.mark.article("national", 34)
def test_state_approval_takes_the_place_of_the_recheck_by_two_people(path: Listed) -> None:
    evidence = path.review.submission.materials.first().version
    terms = {
        "excepted": "yes",
        "approval": "人类遗传资源国际合作科学研究",
        "granted_by": "国家主管部门",
        "number": "国审〔2026〕1号",
        "granted_on": timezone.localdate(path.at).isoformat(),
        "evidence": evidence.pk,
        "ground": "审批条件包括通过伦理审查",
        "password": PASSWORD,
    }
    assert refused(path, "conclude_by_exception", path.chair, password=PASSWORD) == {
        "exception_undetermined": "national:34"
    }
    with pytest.raises(InvalidInput) as caught:
        path.do("determine_exception", path.secretary, excepted="yes", password=PASSWORD)
    assert set(caught.value.errors) == {"approval", "granted_by", "number", "granted_on", "evidence", "ground"}

    path.do("determine_exception", path.secretary, **terms)
    assert refused(path, "conclude_by_exception", path.secretary, password=PASSWORD) == {"same_person": "national:34"}
    decision = path.do("conclude_by_exception", path.chair, password=PASSWORD).decision

    assert path.review.state == "approved"
    assert decision.basis == Decision.Basis.ADMINISTRATIVE_APPROVAL
    assert decision.exception["number"] == "国审〔2026〕1号"
    assert "recheck.exempt_by_approval" in [ground["key"] for ground in decision.grounds]
    assert [clock.kind for clock in Deadline.objects.of(path.project).open()] == ["registration.activity"]


def test_a_clock_may_be_extended_with_a_reason_and_moves_the_experts_with_it(path: Listed) -> None:
    path.begun()
    until = timezone.localdate(path.recheck.due_at) + timedelta(days=10)

    path.step("extend", until=until, reason="需要补充检索")

    ends = set(Deadline.objects.open().filter(kind__in=["recheck.opinion", "recheck.cast"]).values_list("due_at"))
    assert ends == {(path.recheck.due_at,)}
    assert told(path.lead, "recheck.extend") == 1


@pytest.mark.article("national", 29)
def test_an_opinion_answers_each_head_and_a_disagreement_gives_its_reasons(path: Listed) -> None:
    path.begun()
    expert = path.experts[0]

    with pytest.raises(InvalidInput) as caught:
        path.seat_step(expert, "cast", **opinion("disagree", other=""))
    assert list(caught.value.errors) == ["other"]
    with pytest.raises(InvalidInput) as caught:
        path.seat_step(expert, "cast", **opinion("agree", compliance="fails"))
    assert list(caught.value.errors) == ["compliance__note"]
    path.seat_step(expert, "cast", **opinion("disagree", other="风险控制不足"))

    seat = path.seat(expert)
    assert seat.answers["other"] == "风险控制不足"
    assert seat.readable_by(expert.person)
    assert not seat.readable_by(path.experts[1].person)
    assert not seat.readable_by(path.organiser, organises=True)


@pytest.mark.article("ai", 11)
def test_a_centre_does_not_both_review_and_recheck(path: Listed) -> None:
    centre = committee(type="professional_centre", institution=None)
    path.referred()
    Review.objects.filter(pk=path.review.pk).update(committee=centre)
    path.recheck = Recheck.objects.get(pk=path.recheck.pk)

    with pytest.raises(InvalidInput) as caught:
        path.step("form_panel", experts=[one.ref for one in path.experts[:5]], centre=centre.ref)

    assert list(caught.value.errors) == ["centre"]


@pytest.mark.article("sichuan", 1)
def test_sichuan_applies_at_the_lead_department_of_the_domain_and_nowhere_else(path: Listed) -> None:
    """（一）：涉及人的生命科学和医学，由省卫生健康委牵头。没有登记的，说明应当由谁受理。"""
    Project.objects.filter(pk=path.project.pk).update(region="510100")
    path.review = Review.objects.get(pk=path.review.pk)
    general = authority("510000", field="general")
    authority("510100", field="general", level="city")
    authority("510000", field="ai")

    with pytest.raises(Refused) as caught:
        path.do("refer", path.officer, authority=general.ref)
    assert codes(caught) == ["no_authority"]
    assert "省卫生健康委" in str(caught.value)
    health = authority("510000", field="human")
    path.review = Review.objects.get(pk=path.review.pk)

    assert authorities_for(path.review, path.at) == [health]
