"""The review in the partners' countries: entered, confirmed or returned, renewed, and what it lets begin."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.deadlines.sweep import sweep
from ethicsreview.documents.models import Letter
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused, SideDoor
from ethicsreview.notices.models import Notice
from ethicsreview.policy.catalogues import countries
from ethicsreview.trail.models import Entry
from reviews.models import Decision, ForeignApproval, RiskAssessment
from reviews.models.applying import start_assessment
from reviews.models.international.approval import EXPIRES
from reviews.models.international.papers import hand_in_approval
from reviews.models.projects.starting import gates
from reviews.models.reviewing.lettering import issue_pending, letter_content
from tests.committees.builders import authority, committee, holder, keeper_of, people_of
from tests.reviews.foreign import abroad, confirm, enter, entry, letter, none_prescribed, of

pytestmark = pytest.mark.django_db


def codes(gate: Any) -> dict[str, str]:
    return {refusal.code: refusal.cite for refusal in gate.refusals}


def states(path: Any) -> dict[str, str]:
    rows = ForeignApproval.objects.filter(project=path.project).order_by("pk")
    return dict(rows.values_list("ref", "state"))


# --- records follow the assessment --------------------------------------------------------------------------------


def test_a_completed_assessment_lists_each_partners_country() -> None:
    path = abroad(["US", "DE"]).assessed()

    assert states(path) == {f"{path.project.ref}-DE": "wanted", f"{path.project.ref}-US": "wanted"}


def test_a_newer_assessment_adds_and_drops_and_a_country_may_come_back() -> None:
    path = abroad(["DE", "US"]).assessed()
    ref = path.project.ref
    none_prescribed(path, "US")

    def reassess(*partners: str) -> None:
        path.at += timedelta(minutes=1)
        again = start_assessment(path.project, by=path.lead, at=path.at)
        RiskAssessment.objects.filter(pk=again.pk).update(answers=path.answers | {"countries": list(partners)})
        perform(again, "complete", by=path.lead, at=path.at)

    reassess("DE", "FR")
    assert states(path) == {f"{ref}-DE": "wanted", f"{ref}-US": "dropped", f"{ref}-FR": "wanted"}
    reassess("DE", "US")

    assert states(path)[f"{ref}-US-2"] == "wanted"
    assert states(path)[f"{ref}-FR"] == "dropped"


# --- entering and confirming --------------------------------------------------------------------------------------


def test_an_approval_is_entered_with_its_document_and_confirmed() -> None:
    path = abroad(["DE"]).concluded()
    with pytest.raises(Refused) as caught:
        perform(of(path, "DE"), "enter_approval", entry(path), by=path.lead, at=path.at)
    assert [refusal.code for refusal in caught.value.refusals] == ["document"]

    entered = enter(path, "DE")
    assert codes(gates(path.project, path.at).start) == {"project_state": "national:9"} or entered.state == "entered"
    path.project.refresh_from_db()
    assert codes(gates(path.project, path.at).start) == {"foreign_unconfirmed": "national:12"}
    confirm(path, "DE")

    assert gates(path.project, path.at).start.open
    facts = Entry.objects.get(object_ref=entered.ref, step="enter_approval").facts
    assert facts["digest"] == entered.document.digest
    told = Notice.objects.filter(object_ref=entered.ref).values_list("key", "person__username")
    assert set(told) == {
        ("foreign_approval.enter_approval", path.secretary.username),
        ("foreign_approval.confirm", path.lead.username),
    }


def test_what_is_entered_is_checked() -> None:
    path = abroad(["DE"]).assessed()
    hand_in_approval(of(path, "DE"), letter(), by=path.lead, at=path.at)
    today = law_day(path.at)
    for changes, wrong in [
        ({"approved_on": today + timedelta(days=1)}, {"approved_on"}),
        ({"expires_on": today - timedelta(days=1)}, {"expires_on"}),
        ({"approved_on": today, "expires_on": today - timedelta(days=2)}, {"expires_on"}),
        ({"body": ""}, {"body"}),
    ]:
        with pytest.raises(InvalidInput) as caught:
            perform(of(path, "DE"), "enter_approval", entry(path) | changes, by=path.lead, at=path.at)
        assert caught.value.errors.keys() == wrong


def test_a_return_says_why_and_the_lead_enters_it_again() -> None:
    path = abroad(["DE"]).submitted()
    enter(path, "DE")

    returned = perform(of(path, "DE"), "send_back", by=path.secretary, at=path.at, reason="文件没有签章")
    assert returned.state == "returned"
    assert "文件没有签章" in Notice.objects.get(key="foreign_approval.send_back").text
    again = enter(path, "DE")

    assert (again.state, again.returned_reason, again.document.number) == ("entered", "", 2)


def test_a_document_is_not_exchanged_under_the_secretarys_eyes() -> None:
    path = abroad(["DE"]).submitted()
    enter(path, "DE")

    with pytest.raises(Refused):
        hand_in_approval(of(path, "DE"), letter("other.txt", "other"), by=path.lead, at=path.at)
    perform(of(path, "DE"), "take_back", by=path.lead, at=path.at)
    kept = hand_in_approval(of(path, "DE"), letter("other.txt", "other"), by=path.lead, at=path.at)

    assert kept.number == 2


def test_many_countries_share_one_reason_and_one_confirmation() -> None:
    path = abroad(["AF", "DE", "FR", "US"]).submitted()
    none_prescribed(path, "AF", "FR", "US")
    assert sorted(states(path).values()) == ["entered", "entered", "entered", "wanted"]
    assert Notice.objects.filter(key="foreign_approval.enter_not_prescribed").count() == 1

    confirm(path, "AF", "FR")

    assert sorted(states(path).values()) == ["confirmed", "confirmed", "entered", "wanted"]
    assert Entry.objects.filter(object_kind="foreign_approval", target="confirmed").count() == 2
    assert of(path, "FR").reason == of(path, "AF").reason != ""


def test_only_countries_that_wait_can_be_taken_along() -> None:
    path = abroad(["DE", "US"]).submitted()
    none_prescribed(path, "DE")

    for also in (["US"], ["FR"], ["DE"]):
        with pytest.raises(InvalidInput) as caught:
            confirm(path, "DE", *also)
        assert caught.value.errors.keys() == {"also"}


def test_every_country_of_the_world_at_once(django_assert_max_num_queries: Any) -> None:
    everywhere = [code for code in countries() if code != "CN"]
    path = abroad(everywhere).submitted()
    first, *others = everywhere

    none_prescribed(path, first, *others)
    confirm(path, first, *others)
    path.project.refresh_from_db()

    with django_assert_max_num_queries(2):
        found = gates(path.project, path.at)
    assert len(everywhere) > 240
    assert found.start.outstanding == ()
    assert codes(found.start) == {"project_state": "national:9"}


# --- time ---------------------------------------------------------------------------------------------------------


def test_the_expiry_is_watched_and_shuts_the_gate() -> None:
    path = abroad(["DE"]).concluded()
    enter(path, "DE", days=90)
    confirm(path, "DE")
    path.project.refresh_from_db()
    assert gates(path.project, path.at).start.open
    deadline = Deadline.objects.of(of(path, "DE")).open().get()
    assert (deadline.kind, deadline.citation) == (EXPIRES, "national:12")

    sweep(path.at + timedelta(days=62))
    assert Notice.objects.filter(key="deadline.reminder", person=path.lead).count() == 1
    assert gates(path.project, path.at + timedelta(days=90)).start.open
    later = path.at + timedelta(days=91)
    sweep(later)

    assert codes(gates(path.project, later).start) == {"foreign_lapsed": "national:12"}
    breach = Notice.objects.filter(key="deadline.breach").values_list("person__username", flat=True)
    assert path.lead.username in breach


def test_a_renewal_takes_over_only_when_it_is_confirmed() -> None:
    path = abroad(["DE"]).concluded()
    enter(path, "DE", days=90)
    old = confirm(path, "DE")
    path.project.refresh_from_db()
    path.at += timedelta(days=80)
    perform(old, "renew", by=path.lead, at=path.at)
    assert gates(path.project, path.at).start.open
    with pytest.raises(Refused) as caught:
        perform(old, "renew", by=path.lead, at=path.at)
    assert [refusal.code for refusal in caught.value.refusals] == ["underway"]
    enter(path, "DE", days=400)
    assert gates(path.project, path.at).start.open

    confirm(path, "DE")

    assert list(states(path).values()) == ["superseded", "confirmed"]
    assert of(path, "DE").replaces == old
    assert Deadline.objects.of(old).get().outcome == "met"
    assert gates(path.project, path.at + timedelta(days=20)).start.open


def test_an_approval_that_lapsed_while_it_waited_is_not_confirmed() -> None:
    path = abroad(["DE", "US"]).submitted()
    enter(path, "DE", days=3)
    none_prescribed(path, "US")
    path.at += timedelta(days=5)

    with pytest.raises(Refused) as caught:
        confirm(path, "DE")
    with pytest.raises(Refused):
        confirm(path, "US", "DE")

    assert {refusal.code: refusal.cite for refusal in caught.value.refusals} == {"expired": "national:12"}
    assert set(states(path).values()) == {"entered"}


def test_a_revoked_confirmation_shuts_the_gate() -> None:
    path = abroad(["DE"]).concluded()
    enter(path, "DE", days=90)
    confirm(path, "DE")
    path.project.refresh_from_db()

    perform(of(path, "DE"), "revoke", by=path.secretary, at=path.at, reason="该国撤回批准")

    assert codes(gates(path.project, path.at).start) == {"foreign_returned": "national:12"}
    assert not Deadline.objects.of(of(path, "DE")).open().exists()


# --- who may not --------------------------------------------------------------------------------------------------


def test_nobody_but_the_lead_enters_and_nobody_but_the_secretary_confirms() -> None:
    path = abroad(["DE"]).submitted()
    officer, operator = keeper_of(path.committee), holder(Role.OPERATOR, authority())
    others = [path.secretary, path.chair, path.members[3], officer, operator]
    for who in others:
        with pytest.raises(NotPermitted):
            perform(of(path, "DE"), "enter_not_prescribed", by=who, at=path.at, reason="没有规定")
        with pytest.raises(NotPermitted):
            hand_in_approval(of(path, "DE"), letter(), by=who, at=path.at)
    none_prescribed(path, "DE")

    for who in [path.lead, path.chair, path.members[3], officer, operator]:
        for name in ("confirm", "send_back"):
            with pytest.raises(NotPermitted):
                perform(of(path, "DE"), name, by=who, at=path.at, checked=True, reason="x")
    elsewhere = committee()
    for stranger in (people_of(elsewhere, Role.SECRETARY)[0], holder(Role.REGULATOR, authority("510000"))):
        with pytest.raises(NotVisible):
            perform(of(path, "DE"), "confirm", by=stranger, at=path.at, checked=True)
        with pytest.raises(NotVisible):
            hand_in_approval(of(path, "DE"), letter(), by=stranger, at=path.at)


def test_before_the_application_is_submitted_no_committee_sees_it() -> None:
    path = abroad(["DE"]).drafted()
    none_prescribed(path, "DE")

    with pytest.raises(NotVisible):
        confirm(path, "DE")
    assert not Notice.objects.filter(object_kind="foreign_approval").exists()


def test_a_secretary_with_an_interest_does_not_confirm() -> None:
    path = abroad(["DE"]).submitted()
    none_prescribed(path, "DE")
    interest = {"none_to_declare": "no", "details": "亲属", "people": path.lead.username}
    perform(path.committee, "declare_interests", by=path.secretary, at=path.at, **interest)

    # The matter is out of their sight.
    with pytest.raises(NotVisible):
        confirm(path, "DE")


def test_no_consequence_is_taken_by_hand() -> None:
    path = abroad(["DE"]).submitted()
    none_prescribed(path, "DE")
    record = of(path, "DE")

    for name in ("confirm_alike", "drop", "supersede", "enter_alike", "send_back_alike"):
        with pytest.raises(NotPermitted):
            perform(record, name, by=path.secretary, at=path.at)
    with pytest.raises(SideDoor):
        record.save()


# --- the decision -------------------------------------------------------------------------------------------------


def test_the_decision_and_its_letter_name_what_was_outstanding_then() -> None:
    path = abroad(["DE", "US"]).voted()
    enter(path, "US")
    confirm(path, "US")
    path.do("conclude", path.chair, password="a-long-enough-password")
    none_prescribed(path, "DE")
    confirm(path, "DE")

    decision = Decision.objects.get(review=path.review)
    assert decision.conditions == [{"before": "start", "countries": ["DE"], "cite": "national:12"}]
    with translation.override("zh-hans"):
        notices = [notice["text"] for notice in letter_content(decision)["notices"]]
    assert any("德国" in text and "美国" not in text and "不得开展" in text for text in notices)
    assert Notice.objects.filter(key="review.approved_with_conditions", person=path.lead).exists()
    issue_pending(path.at)
    assert Letter.objects.filter(number=decision.number).exists()


def test_a_decision_with_all_on_file_has_no_condition() -> None:
    path = abroad(["DE"]).voted()
    none_prescribed(path, "DE")
    confirm(path, "DE")
    path.do("conclude", path.chair, password="a-long-enough-password")

    assert Decision.objects.get(review=path.review).conditions == []
    assert not Notice.objects.filter(key="review.approved_with_conditions").exists()
