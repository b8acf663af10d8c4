"""The committee and an amendment: weighed, accepted, decided, and what is in force after it."""

import pytest

from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.tasks import extract_pending
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted
from ethicsreview.notices.models import Notice
from ethicsreview.trail.verification import verify
from reviews.models import Comparison, FollowUp, Project
from reviews.models.reviewing.lettering import letter_content
from reviews.models.submissions.comparing import compare_pending
from tests.reviews.amendments import DESIGN, change, step, team_member
from tests.reviews.appeals import begun as appeal_begun
from tests.reviews.builders import PASSWORD, refused, signing
from tests.reviews.rules.answers import DRUG_TRIAL, SURVEY

pytestmark = pytest.mark.django_db
TRIAL = {"size": 11, "regimes": ["general", "human", "drug"]}


# --- the committee ----------------------------------------------------------------------------------------------------


def test_nothing_is_accepted_before_the_committee_has_weighed_it():
    path = change().handed_in()
    terms = {"procedure": "general", "procedure_ground": "x", "listed": "no"}

    found = refused(path, "accept", path.secretary, **terms)

    assert found == {"not_weighed": "national:22"}


@pytest.mark.parametrize("who", ["lead", "team", "member"])
def test_the_applicant_does_not_weigh(who):
    path = change().handed_in()
    one = {"lead": path.lead, "team": team_member(path), "member": path.members[-1]}[who]

    with pytest.raises(NotPermitted):
        path.do("weigh_change", one, small="yes", major_risk="no", ground="小")


def test_what_the_applicant_calls_an_alteration_of_risk_is_never_small():
    path = change().handed_in(risk_benefit="altered", risk_benefit_text="剂量加倍")

    with pytest.raises(InvalidInput) as caught:
        path.weigh(small="yes")

    assert set(caught.value.errors) == {"small"}


def test_above_minimal_risk_only_a_small_change_takes_the_simplified_procedure():
    path = change(answers=SURVEY | {"risk_level": "above_minimal"}).handed_in()

    with pytest.raises(InvalidInput) as caught:
        path.weigh(small="no").accept("simplified")
    path.weigh(small="yes").accept("simplified")

    assert set(caught.value.errors) == {"procedure"}
    assert path.review.procedure == "simplified"
    assert set(path.review.simplified_cases(path.at)) == {"minor_change"}


def test_the_whole_way_puts_the_new_version_in_force():
    path = change().decided()

    assert path.review.state == "approved"
    assert path.now.state == "approved"
    assert path.now.in_force == path.review.submission
    assert path.now.in_force.content["design"] == DESIGN
    assert list(verify()) == []


def test_the_follow_up_stays_as_it_was_scheduled():
    path = change().approved()
    before = FollowUp.objects.get(project=path.project)

    path.begun().choose().write().explain().do("submit", path.lead, **signing(path.lead))
    path.weigh().accept().meet()

    after = FollowUp.objects.get(project=path.project)
    assert (after.due_on, after.state) == (before.due_on, "scheduled")
    assert path.review.decision.follow_up_due == before.due_on


def test_the_committee_may_want_the_follow_up_sooner():
    path = change().approved()
    before = FollowUp.objects.get(project=path.project)

    path.begin().choose().write().explain().do("submit", path.lead, **signing(path.lead))
    path.weigh().accept().meet(follow_up_months=3)

    after = FollowUp.objects.get(project=path.project)
    assert after.due_on == path.review.decision.follow_up_due < before.due_on
    limit = Deadline.objects.of(after).open().get()
    assert limit.last_day == after.due_on
    assert Deadline.objects.of(after).count() == 2


def test_small_change_by_the_simplified_procedure():
    path = change().simply_decided()

    assert path.review.decision.basis == "simplified"
    assert path.now.in_force == path.review.submission
    assert FollowUp.objects.filter(project=path.project).count() == 1


def test_a_change_found_not_small_after_all_goes_to_a_meeting():
    path = change(answers=SURVEY | {"risk_level": "above_minimal"}).handed_in()
    path.weigh(small="yes").accept("simplified")

    path.weigh(small="no")

    assert path.review.procedure == "general"


def test_the_finding_is_not_turned_while_ballots_are_cast():
    path = change().handed_in()
    path.weigh(small="yes").accept("simplified").designate()
    path.cast(path.members[-1])

    found = refused(path, "weigh_change", path.chair, small="no", major_risk="yes", ground="x")

    assert found == {"voted": "national:22"}


def test_modifications_are_confirmed_and_then_in_force():
    path = change().handed_in()
    path.weigh().accept().meet(*["modification_required"] * 7, requirements="写明停药标准")
    path.write(risk_controls="写明停药标准：肝酶升高三倍")
    answers = {f"answer__{one.number}": "已写明" for one in path.review.open_requests()}
    path.do("submit_modification", path.lead, **answers, **signing(path.lead))
    waiting = path.now.in_force

    path.do("confirm_modification", path.secretary, password=PASSWORD)
    path.do("confirm_modification", path.chair, password=PASSWORD)

    assert waiting == path.initial.submission
    assert path.now.in_force == path.review.submission
    assert path.review.submission.number == 2


def test_a_request_that_goes_further_opens_a_further_part():
    path = change().handed_in()
    path.do("request_supplement", path.secretary, item__purpose="目的也应当相应修改")

    path.choose("plan", "overview").write(purpose="目的相应修改").explain()
    answers = {f"answer__{one.number}": "已修改" for one in path.review.open_requests()}
    path.do("resubmit", path.lead, **answers, **signing(path.lead))

    assert path.review.submission.content["purpose"] == "目的相应修改"


def test_a_version_that_is_no_longer_in_force_is_not_amended():
    path = change().handed_in()
    path.weigh().accept()
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()
    Project._base_manager.filter(pk=path.project.pk).update(in_force=None)

    found = refused(path, "conclude", path.chair, password=PASSWORD)

    assert found == {"base_replaced": "national:20"}


def test_the_new_version_is_compared_with_the_one_in_force():
    path = change().handed_in()

    extract_pending()
    compare_pending()

    made = Comparison.objects.with_force(path.review.submission)
    assert made.old == path.initial.submission
    assert [one["key"] for one in made.fields] == ["design"]


def test_the_letter_says_what_changes_and_what_follows_for_participants():
    path = change(answers=DRUG_TRIAL, **TRIAL).begun().choose("plan").write()
    path.explain(consent_triggers=["content_changed"], informing="下次随访时书面告知并重新签署")
    path.do("submit", path.lead, **signing(path.lead))
    path.weigh().accept().meet()

    said = letter_content(path.review.decision)

    told = "\n".join(one["text"] for one in said["changes"])
    assert said["review_kind"] == "变更审查"
    assert f"{path.initial.ref}第1版" in told
    assert "实施方案与风险：见新版本" in told
    assert "须再次获取参与者的知情同意（内容发生实质性变化）：下次随访时书面告知并重新签署" in told
    assert Notice.objects.filter(key="review.consent_again", person=path.lead).exists()


def test_a_refused_amendment_may_be_appealed_against_and_decided_anew():
    path = change().handed_in()
    path.weigh().accept().meet(*["rejected"] * 7, reasons="风险大于受益")
    appeal = appeal_begun(path)
    appeal = step(path, appeal, "file", path.lead, reasons="样本量另有依据")
    appeal = step(path, appeal, "prepare", path.secretary, preparation="有依据", recommendation="uphold")
    appeal = step(path, appeal, "uphold", path.chair, answer="依据充分", password=PASSWORD)
    appeal.refresh_from_db()
    path.review = appeal.new_review

    path.do("submit", path.lead, **signing(path.lead))
    path.weigh().accept().meet()

    assert path.review.kind == "appeal"
    assert path.now.in_force == path.review.submission
    assert path.now.state == "approved"


def test_what_is_left_off_is_taken_up_again():
    path = change().written()
    path.do("withdraw", path.lead, reason="暂缓")
    earlier = path.review

    path.begin()

    assert path.review.follows == earlier
    assert path.review.amendment.parts == ["plan"]
    assert path.review.draft_submission.content["design"] == DESIGN
