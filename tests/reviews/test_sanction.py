"""A sanction: proposed by one, decided by another after a hearing, served, in force, ended; what bars, and how long."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils.formats import date_format

from ethicsreview.accounts.models import Restriction
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import end_of_days, end_of_working_days, law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, Refused
from ethicsreview.lifecycle.timely import take_timely
from ethicsreview.notices.models import Notice
from reviews.models import Sanction
from reviews.models.complaints.kinds import measures
from reviews.models.sanctions.bans import standing_bans
from tests.committees.builders import holder
from tests.reviews.builders import Case, case, signing, with_password
from tests.reviews.complaints import Matter, matter

pytestmark = pytest.mark.django_db


def codes(call, *args, **terms) -> set[str]:
    with pytest.raises(Refused) as caught:
        call(*args, **terms)
    return {refusal.code for refusal in caught.value.refusals}


def of_the_lead(path: Case) -> Matter:
    """An investigation of the unit of this case, against its lead."""
    made = matter()
    made.at = path.at
    made.unit, made.accused = path.committee.institution, path.lead
    made.officer = made.unit.appointments.filter(role="institution_officer").first().person
    made.second = with_password(holder("institution_officer", made.unit))
    return made


@pytest.mark.article("sichuan", 12)
def test_the_six_measures_of_sichuan_have_their_article() -> None:
    found = measures(matter("510100").accepted(region="510100").investigation.policy_at(matter().at))

    assert {code: cite for code, (_name, cite) in found.items()} == {
        **dict.fromkeys(
            ("correct", "stop", "recover_funds", "revoke_awards", "cancel_qualification", "ban"), "sichuan:12"
        ),
        "penalty": "national:47",
    }


def test_elsewhere_they_are_a_setting() -> None:
    found = measures(matter().accepted().investigation.policy_at(matter().at))

    assert (found["ban"][1], found["penalty"][1]) == ("service", "national:47")


def test_nothing_is_proposed_before_the_investigation_is_concluded() -> None:
    made = matter().named().settled()

    assert codes(made.ask, "propose", by=made.officer, measure="correct", content="x") == {"open"}


def test_it_takes_two_and_a_hearing() -> None:
    made = matter().proposed().rule("notify", until=law_day(matter().at) + timedelta(days=11))
    terms = {"number": "1号", "reason": "x"}

    assert codes(made.rule, "decide", **terms) == {"hearing", "same_person"}
    assert codes(made.rule, "decide", by=made.second, **terms) == {"hearing"}
    made.rule("state_case", by=made.accused, statement="请从轻")
    assert codes(made.rule, "decide", **terms) == {"same_person"}


def test_the_database_knows_that_it_takes_two() -> None:
    made = matter().decided()

    with pytest.raises(IntegrityError), transaction.atomic():
        Sanction.objects.filter(pk=made.sanction.pk).update(decided_by=made.officer)


def test_an_investigator_does_not_decide() -> None:
    made = matter().named().settled()
    made.look_into("name_investigators", investigators=f"{made.investigator.username}\n{made.second.username}")
    made.look_into("conclude", summary="属实", answer="").proposed()
    made.rule("notify", until=law_day(made.at) + timedelta(days=10))
    made.rule("state_case", by=made.accused, statement="x")

    assert codes(made.rule, "decide", by=made.second, number="1", reason="x") == {"investigator"}


def test_the_accused_sees_it_from_the_notice_on_and_answers() -> None:
    made = matter().proposed()
    rows = Sanction.objects.visible_to(standing_of(made.accused, made.at))
    before = rows.exists()

    made.rule("notify", until=law_day(made.at) + timedelta(days=10))

    assert (before, rows.get().pk) == (False, made.sanction.pk)
    assert [view.name for view in open_steps(made.sanction, made.accused, at=made.at)] == ["state_case"]


def test_a_ban_needs_an_end_and_somebody_of_the_register() -> None:
    made = matter().concluded()

    with pytest.raises(InvalidInput) as endless:
        made.ask("propose", by=made.officer, measure="ban", content="x")

    assert set(endless.value.errors) == {"ends"}


# --- in force -----------------------------------------------------------------------------------------------------


@pytest.mark.article("sichuan", 12)
def test_a_ban_blocks_a_submission_and_says_until_when_and_why_and_ends_by_itself() -> None:
    path = case().drafted()
    made = of_the_lead(path).in_force()
    path.at = made.at
    with pytest.raises(Refused) as barred:
        path.do("submit", path.lead, **signing(path.lead))
    (refusal,) = [one for one in barred.value.refusals if one.code == "restriction"]
    until = made.sanction.ends

    assert date_format(until) in str(refusal)
    assert "处字〔2026〕1号" in str(refusal)
    assert [ban.ends for ban in standing_bans(until, person=path.lead)] == [until]

    after = until + timedelta(days=1)
    made.at = path.at = path.at + (after - law_day(path.at))
    take_timely(made.at)
    made.sanction.refresh_from_db()

    assert standing_bans(after, person=path.lead) == []
    assert made.sanction.state == "ended"
    # What else a year has brought (a letter of commitment, a declaration) is no matter of the ban.
    assert not [one for one in _submitting(path) if one == "restriction"]


def _submitting(path: Case) -> list[str]:
    try:
        path.do("submit", path.lead, **signing(path.lead))
    except Refused as refused:
        return [one.code for one in refused.refusals]
    return []


def test_a_ban_on_a_unit_bars_the_unit() -> None:
    made = matter()
    made.in_force()
    unit_ban = Restriction.objects.create(
        institution=made.unit, starts=law_day(made.at), ends=law_day(made.at), ground="x", citation="sichuan:12"
    )

    today = law_day(made.at)
    assert [ban.pk for ban in standing_bans(today, institution=made.unit)] == [unit_ban.pk]
    assert len(standing_bans(today, person=made.accused, institution=made.unit)) == 2
    assert standing_bans(today) == []
    assert standing_bans(today - timedelta(days=1), person=made.accused) == []


def test_a_later_beginning_waits_for_its_day() -> None:
    made = matter().concluded()
    later = law_day(made.at) + timedelta(days=30)
    made.in_force(starts=later)
    before = made.sanction.state

    take_timely(made.at + timedelta(days=31))
    made.sanction.refresh_from_db()

    assert (before, made.sanction.state, made.sanction.restriction.starts) == ("served", "in_force", later)


def test_a_correction_has_its_day_and_its_confirmation() -> None:
    made = matter().in_force("correct", days=60)
    (deadline,) = Deadline.objects.of(made.sanction).open().filter(kind="sanction.rectify")

    made.rule("report_corrected", by=made.accused, answer="已补办审查")
    made.rule("complete", note="已核实")

    assert (deadline.person_id, made.sanction.state) == (made.accused.pk, "ended")
    assert not Deadline.objects.of(made.sanction).open().filter(kind="sanction.rectify").exists()


def test_a_ban_ends_by_its_day_and_by_no_hand() -> None:
    made = matter().in_force()

    assert codes(made.rule, "complete", note="x") == {"by_its_day"}
    with pytest.raises(NotPermitted):
        made.rule("run_out")


@pytest.mark.article("sichuan", 12)
def test_a_stop_suspends_the_activity_that_was_complained_of() -> None:
    path = case().concluded()
    made = of_the_lead(path)
    made.concluded(case_ref=path.review.ref, unit=made.unit.name)

    made.in_force("stop")

    path.project.refresh_from_db()
    assert path.project.state == "suspended"


# --- appeals ------------------------------------------------------------------------------------------------------


def test_an_appeal_is_reconsidered_by_a_third_and_the_decision_holds_meanwhile() -> None:
    made = matter().in_force()
    made.rule("appeal", by=made.accused, grounds="事实有误")
    terms = {"result": "revoked", "ends": None, "reason": "证据不足"}

    assert standing_bans(law_day(made.at), person=made.accused) != []
    assert [codes(made.rule, "reconsider", by=who, **terms) for who in (made.officer, made.second)] == [
        {"same_person"},
        {"same_person"},
    ]
    third = holder("institution_officer", made.unit)
    made.rule("reconsider", by=third, **terms)

    assert made.sanction.state == "revoked"
    assert standing_bans(law_day(made.at), person=made.accused) == []
    assert Notice.objects.filter(person=made.accused, key="sanction.reconsider").exists()


def test_a_shortened_ban_ends_earlier() -> None:
    made = matter().in_force()
    made.rule("appeal", by=made.accused, grounds="过重")
    earlier = law_day(made.at) + timedelta(days=30)

    made.rule(
        "reconsider", by=holder("institution_officer", made.unit), result="shortened", ends=earlier, reason="从轻"
    )

    assert (made.sanction.state, made.sanction.restriction.ends) == ("in_force", earlier)


def test_appeals_against_misconduct_decisions_have_fifteen_working_days() -> None:
    made = matter().named(category="applicant.fraud", track="misconduct")
    made.settled().look_into("conclude", summary="属实", answer="").in_force()

    assert made.sanction.appeal_until == end_of_working_days(law_day(made.at), 15)
    made.at += timedelta(days=40)
    assert codes(made.rule, "appeal", by=made.accused, grounds="x") == {"late"}


def test_the_time_to_appeal_runs_from_the_day_of_service() -> None:
    made = matter().decided()
    decided_on = law_day(made.at)
    made.at += timedelta(days=3)

    with pytest.raises(InvalidInput):
        made.rule("serve", served_on=decided_on - timedelta(days=1), how="邮寄")
    made.rule("serve", served_on=decided_on + timedelta(days=1), how="邮寄")

    assert made.sanction.appeal_until == end_of_days(decided_on + timedelta(days=1), 60)


def test_what_would_be_over_before_it_is_served_is_decided_anew() -> None:
    made = matter().concluded().decided(days=20)
    made.at += timedelta(days=30)

    with pytest.raises(InvalidInput):
        made.rule("serve", served_on=law_day(made.at), how="邮寄")
    made.rule("drop", reason="已过期限").proposed()

    assert (made.respondent.sanctions.count(), made.sanction.state) == (2, "proposed")


def test_what_two_have_decided_one_does_not_drop() -> None:
    made = matter().decided()

    assert codes(made.rule, "drop", reason="x") == {"decided"}


def test_who_investigated_does_not_reconsider() -> None:
    made = matter().named().settled()
    third = with_password(holder("institution_officer", made.unit))
    made.look_into("name_investigators", investigators=f"{made.investigator.username}\n{third.username}")
    made.look_into("conclude", summary="属实", answer="").in_force()
    made.rule("appeal", by=made.accused, grounds="x")

    assert codes(made.rule, "reconsider", by=third, result="upheld", ends=None, reason="x") == {"investigator"}


def test_what_was_carried_out_is_appealed_against_all_the_same() -> None:
    """Within the time to; and an appeal that waits is reconsidered, whatever has ended meanwhile."""
    made = matter().in_force("correct", days=20).rule("complete", note="已核实")

    made.rule("appeal", by=made.accused, grounds="事实有误")
    made.rule("reconsider", by=holder("institution_officer", made.unit), result="revoked", ends=None, reason="证据不足")

    assert made.sanction.state == "revoked"
    assert not Deadline.objects.of(made.sanction).open().exists()


def test_a_ban_that_is_over_is_not_made_longer_by_its_end() -> None:
    made = matter().concluded().in_force(days=20)
    last = made.sanction.ends
    made.rule("appeal", by=made.accused, grounds="x")
    made.at += timedelta(days=30)
    take_timely(made.at)
    made.sanction.refresh_from_db()

    made.rule("reconsider", by=holder("institution_officer", made.unit), result="revoked", ends=None, reason="证据不足")

    assert (made.sanction.state, made.sanction.restriction.ends) == ("revoked", last)


def test_one_appeals_once() -> None:
    made = matter().in_force()
    made.rule("appeal", by=made.accused, grounds="x")

    assert codes(made.rule, "appeal", by=made.accused, grounds="y") == {"appealed"}


def test_it_is_published_and_taken_down_again() -> None:
    made = matter().in_force().rule("publish", text="给予限制一年的处理")
    there = Sanction.objects.published().count()

    made.rule("withdraw_publication", reason="期满")

    assert (there, Sanction.objects.published().count()) == (1, 0)
    assert codes(made.rule, "withdraw_publication", reason="x") == {"unpublished"}
