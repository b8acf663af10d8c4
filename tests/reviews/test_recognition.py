"""Mutual recognition: on a verified letter or on evidence, by two signatures, for a term; local duties stay."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from committees.models import InterestDeclaration
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.models import Letter
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from reviews.models import Decision, FollowUp, Project, Recognition, RiskAssessment
from reviews.models.applying import start_assessment, start_review
from reviews.models.projects.starting import gates
from reviews.models.recognitions.recognising import start_recognition
from reviews.models.reviewing.lettering import issue_pending, letter_content
from tests.committees.builders import institution, keeper_of, person
from tests.reviews.builders import PASSWORD, case, signing, with_password
from tests.reviews.recheck_builders import LISTED, listed
from tests.reviews.recognising import BY_HAND, Asked, asked
from tests.reviews.rules.answers import BCI
from tests.reviews.together import together

pytestmark = pytest.mark.django_db


def codes(caught: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {refusal.code for refusal in caught.value.refusals}


def test_two_signatures_make_the_result_the_basis_and_local_duties_stay() -> None:
    made = asked().allied().requested()

    made.confirm("secretary")
    after_one = (made.recognition.state, made.here.review.state)
    made.confirm("chair", remark="本地随访另行安排")

    decision = made.here.review.decision
    [follow_up] = FollowUp.objects.filter(project=made.here.project)
    assert after_one == ("requested", "accepted")
    assert (made.recognition.state, made.here.review.state, made.here.project.state) == (
        "accepted",
        "approved",
        "approved",
    )
    assert (decision.basis, decision.recognition, decision.meeting) == ("recognition", made.recognition, None)
    assert decision.submission == made.here.review.submission
    assert follow_up.review.committee == made.here.committee
    assert gates(made.here.project, made.at).start.open


def test_the_letter_says_whose_result_was_recognised_and_shows_no_vote() -> None:
    made = asked().allied().requested().confirm()

    content = letter_content(made.here.review.decision)

    assert made.there.review.decision.number in content["recognised"]
    assert sum(vote["count"] for vote in content["votes"]) == 0
    assert content["vote_rules"] == []
    assert issue_pending(made.at) == 1


def test_the_term_is_the_shorter_of_the_alliance_and_the_policy_and_shuts_the_gate() -> None:
    made = asked().allied(term_months=6).requested().confirm()
    one = made.recognition

    after = made.at + timedelta(days=190)

    [clock] = Deadline.objects.of(one).open()
    assert (one.valid_until - law_day(made.at)).days in range(180, 186)
    assert clock.kind == "recognition.term"
    assert [refusal.code for refusal in gates(made.here.project, after).start.refusals] == ["recognition_over"]


def test_a_revoked_recognition_shuts_the_gate_at_once() -> None:
    made = asked().allied().requested().confirm()

    made.step("revoke", made.here.chair, reason="原批件已失效")

    assert made.recognition.state == "cancelled"
    assert [refusal.code for refusal in gates(made.here.project, made.at).start.refusals] == ["recognition_over"]
    assert not Deadline.objects.of(made.recognition).open().exists()


def test_a_listed_activity_is_passed_preliminarily_and_never_approved_by_recognition_alone() -> None:
    path = listed()
    path.passed().referred().paneled().accept().speak()
    path.step("conclude", compliance="程序合规。", reasonableness="判断合理。", password=PASSWORD)
    path.step("deliver")
    path.review.refresh_from_db()
    path.do("conclude_by_recheck", path.chair, password=PASSWORD)
    here = case(region="370200", answers=dict(BCI), at=path.at).accepted(**LISTED)
    made = Asked(path, here).allied(regimes=["general", "human", "drug", "ai"]).requested()

    made.confirm()

    decision = here.review.decision
    assert (here.review.state, decision.outcome, decision.preliminary) == (
        "preliminarily_passed",
        "preliminarily_passed",
        True,
    )
    assert Project.objects.get(pk=here.project.pk).state == "under_review"
    assert Deadline.objects.of(here.review).open().get().kind == "review.refer"


def test_the_database_refuses_a_recognition_that_names_nothing() -> None:
    made = asked().allied().requested().confirm()
    kept = made.here.review.decision
    fields = {f.attname: getattr(kept, f.attname) for f in kept._meta.concrete_fields if f.name not in {"id"}}

    for wrong in ({"recognition_id": None}, {"outcome": "rejected"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.create(**fields | {"number": f"x{len(wrong)}", "round": 9} | wrong)


def test_by_hand_only_with_the_evidence_and_both_signatures() -> None:
    made = asked()
    made.begun()
    with pytest.raises(InvalidInput) as caught:
        made.step("request", made.here.lead, note="外省批件", **BY_HAND)
    assert "证明文件" in str(caught.value)

    made.requested(**BY_HAND).confirm()

    assert not made.recognition.verified
    assert made.here.review.state == "approved"
    assert BY_HAND["number"] in letter_content(made.here.review.decision)["recognised"]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"code": "没有这个码"}, "code"),
        ({}, "number"),
        ({"number": "外伦审〔2026〕12号", "body": "x"}, "decided_on"),
        ({**BY_HAND, "decided_on": "2099-01-01"}, "decided_on"),
    ],
)
def test_what_is_wrong_with_a_request_is_said(changes: dict[str, Any], wrong: str) -> None:
    made = asked().begun(paper=True)

    with pytest.raises(InvalidInput) as caught:
        made.step("request", made.here.lead, **{"note": "x"} | changes)

    assert wrong in caught.value.errors


def test_without_a_common_alliance_nothing_of_this_service_is_recognised() -> None:
    made = asked().requested()

    with pytest.raises(Refused) as caught:
        made.confirm("secretary")

    assert [(one.code, one.cite) for one in caught.value.refusals] == [("no_alliance", "shandong:10")]


def test_an_alliance_recognises_in_its_own_fields_alone() -> None:
    made = asked().allied(regimes=["ai"]).requested()

    with pytest.raises(Refused) as caught:
        made.confirm("secretary")

    assert codes(caught) == {"alliance_fields"}


def test_who_left_the_alliance_is_no_fellow_any_more() -> None:
    made = asked().allied().requested()
    unit = made.here.committee.institution
    perform(made.alliance, "leave", by=keeper_of(unit), at=made.at, institution=unit.ref, reason="退出")

    with pytest.raises(Refused) as caught:
        made.confirm("secretary")

    assert codes(caught) == {"no_alliance"}


def test_a_decision_that_no_longer_stands_is_not_recognised() -> None:
    made = asked().allied().requested()
    kept = made.there.review.decision
    later = {f.attname: getattr(kept, f.attname) for f in kept._meta.concrete_fields if f.name != "id"}
    Decision.objects.create(**later | {"number": "later", "round": 2, "decided_at": kept.decided_at + timedelta(1)})

    with pytest.raises(Refused) as caught:
        made.confirm("secretary")

    assert codes(caught) == {"source_overtaken"}


def test_only_before_the_review_has_begun() -> None:
    made = asked().allied().requested()
    made.here.do("begin", made.here.secretary, meeting=made.here.planned().ref)

    with pytest.raises(Refused) as caught:
        made.confirm("secretary")
    with pytest.raises(Refused) as late:
        start_recognition(made.there.review, by=made.there.lead, at=made.at)

    assert codes(caught) == {"review_state"}
    assert codes(late) == {"state"}


def test_the_same_person_does_not_sign_twice() -> None:
    made = asked().allied().requested().confirm("secretary")

    with pytest.raises(Refused) as caught:
        made.confirm("secretary")

    assert codes(caught) == {"confirmed"}


def test_refused_it_goes_on_by_the_ordinary_procedure() -> None:
    made = asked().allied().requested()

    made.step("refuse", made.here.secretary, reason="本地人群不同")
    made.here.review.refresh_from_db()

    assert (made.recognition.state, made.recognition.reason) == ("refused", "本地人群不同")
    assert made.here.review.state == "accepted"
    made.here.do("begin", made.here.secretary, meeting=made.here.planned().ref)
    assert made.here.review.state == "in_review"


def test_on_hold_until_the_lead_has_answered() -> None:
    made = asked().allied().requested().confirm("secretary")

    made.step("hold", made.here.chair, reason="请说明本地随访")
    held = made.recognition.state
    made.step("answer", made.here.lead, note="由本院门诊随访")

    assert (held, made.recognition.state, made.recognition.confirmations) == ("on_hold", "requested", [])


def test_a_withdrawn_review_takes_its_request_with_it() -> None:
    made = asked().allied().requested()

    made.here.do("withdraw", made.here.lead, reason="暂不开展")

    assert Recognition.objects.get(pk=made.recognition.pk).state == "cancelled"


def test_within_a_collaboration_no_alliance_is_needed() -> None:
    joint = together("370200")
    [unit] = joint.units
    own = unit.own
    own.at, own.project = joint.lead.at, unit.participation.project
    draft = start_assessment(own.project, by=own.lead, at=own.at)
    answers = joint.lead.answers | {"unit_role": "participating"}
    RiskAssessment.objects.filter(pk=draft.pk).update(answers=answers)
    own.assessment = perform(draft, "complete", by=own.lead, at=own.at)
    own.review = start_review(own.project, by=own.lead, at=own.at)
    own.fill(own.review.draft_submission)
    own.do("submit", own.lead, **signing(own.lead))
    own.do("accept", own.secretary, procedure="general", procedure_ground="会议审查", listed="no")

    made = Asked(joint.lead, own).requested().confirm()
    unit.participation.refresh_from_db()

    assert made.here.review.state == "approved"
    assert unit.participation.state == "agreed"


def test_each_side_takes_its_own_steps_and_strangers_see_nothing() -> None:
    made = asked().allied().requested()

    with pytest.raises(NotPermitted):
        made.step("confirm", made.here.lead)
    with pytest.raises(NotPermitted):
        made.step("withdraw", made.here.secretary)
    for stranger in (made.there.chair, person()):
        with pytest.raises(NotVisible):
            made.step("refuse", stranger, reason="x")


def test_a_draft_is_the_applicants_alone_and_an_interest_hides_the_rest() -> None:
    made = asked().allied().begun()
    with pytest.raises(NotVisible):
        made.step("refuse", made.here.secretary, reason="x")
    made.requested()
    chair = made.here.chair
    declared = InterestDeclaration.objects.create(
        committee=made.here.committee,
        person=chair,
        year=law_day(made.at).year,
        declared_at=made.at,
        none_to_declare=False,
        details="合作",
    )
    declared.people.set([made.here.lead])

    with pytest.raises(NotVisible):
        made.confirm("chair")


# --- alliances --------------------------------------------------------------------------------------------------------


def test_members_are_admitted_by_the_founder_and_leave_by_themselves() -> None:
    made = asked().allied()
    alliance, other = made.alliance, institution("370300")
    officer = with_password(keeper_of(other))
    perform(alliance, "join", by=officer, at=made.at, institution=other.ref)

    shared = type(alliance).objects.shared_by(other.pk, made.here.committee.institution.pk)

    assert not shared.exists()
    with pytest.raises(NotPermitted):
        perform(alliance, "admit", by=officer, at=made.at)
    perform(alliance, "admit", by=keeper_of(made.there.committee), at=made.at, institutions=[other.ref])
    assert shared.get() == alliance
    perform(alliance, "leave", by=officer, at=made.at, institution=other.ref, reason="退出")
    assert not shared.exists()
    perform(alliance, "join", by=officer, at=made.at, institution=other.ref)
    assert alliance.seats.filter(institution=other).count() == 2


def test_a_dissolved_alliance_binds_nobody() -> None:
    made = asked().allied().requested()
    perform(made.alliance, "dissolve", by=keeper_of(made.there.committee), at=made.at, reason="另行组建")

    with pytest.raises(Refused) as caught:
        made.confirm("secretary")

    assert codes(caught) == {"no_alliance"}


def test_the_printed_letter_names_the_result_and_tells_of_no_attendance() -> None:
    made = asked().allied().requested().confirm()

    issue_pending(made.at)

    letter = Letter.objects.get(number=made.here.review.decision.number)
    with letter.file.open("rb") as file:
        pages = PdfReader(BytesIO(file.read())).pages
    printed = re.sub(r"\s", "", "".join(page.extract_text() for page in pages))
    assert "认可的结果" in printed
    assert made.there.review.decision.number in printed
    assert "表决结果" not in printed
