"""Amendments: only the chosen parts open, what is approved stays in force until the committee decides."""

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.tasks import extract_pending
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.models import open_door
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.notices.models import Notice
from ethicsreview.policy.catalogues import materials
from ethicsreview.trail.models import Entry
from ethicsreview.trail.verification import verify
from reviews.models import Comparison, Decision, FollowUp, Project, Review, RiskAssessment
from reviews.models.amending.beginning import start_amendment
from reviews.models.appeals.appealing import start_appeal
from reviews.models.applying import start_assessment
from reviews.models.reviewing.lettering import letter_content
from reviews.models.submissions.comparing import compare_pending
from reviews.models.submissions.submission import keep_section
from reviews.models.submissions.writing import hand_in, take_back
from reviews.rules.checklist import missing
from tests.reviews.amendments import DESIGN, change, explained, step, team_member
from tests.reviews.appeals import begun as appeal_begun
from tests.reviews.builders import PASSWORD, case, refused, signing
from tests.reviews.rules.answers import DRUG_TRIAL, SURVEY

pytestmark = pytest.mark.django_db
TRIAL = {"size": 11, "regimes": ["general", "human", "drug"]}


def codes(caught) -> set[str]:
    return {refusal.code for refusal in caught.value.refusals}


# --- how it begins ----------------------------------------------------------------------------------------------------


def test_begins_with_the_version_in_force_at_the_committee_that_approved_it():
    path = change().begun()

    assert (path.review.kind, path.review.state) == ("amendment", "draft")
    assert path.review.committee == path.committee
    assert path.review.amends == path.now.in_force == path.initial.submission
    draft = path.review.draft_submission
    assert draft.content == path.initial.submission.content
    assert [m.version_id for m in draft.documents()] == [m.version_id for m in path.initial.submission.documents()]


def test_of_two_amendments_only_one_is_open():
    path = change().begun()

    with pytest.raises(Refused) as caught:
        start_amendment(path.project, by=path.lead, at=path.at)

    assert codes(caught) == {"amendment_open"}


def test_the_database_too_keeps_to_one_open_amendment():
    path = change().begun()
    second = Review(
        ref="R-second",
        kind="amendment",
        project=path.project,
        committee=path.committee,
        assessment=path.assessment,
        amends=path.now.in_force,
    )

    with pytest.raises(IntegrityError), transaction.atomic(), open_door():
        second.save(force_insert=True)


def test_nothing_in_force_nothing_to_amend():
    path = case().accepted()

    with pytest.raises(Refused) as caught:
        start_amendment(path.project, by=path.lead, at=path.at)

    assert codes(caught) == {"state"}


@pytest.mark.parametrize("who", ["team", "secretary", "chair"])
def test_others_than_the_lead_begin_none(who):
    path = change().approved()
    one = team_member(path) if who == "team" else getattr(path, who)

    with pytest.raises(NotPermitted):
        start_amendment(path.project, by=one, at=path.at)


# --- only what was chosen is open -------------------------------------------------------------------------------------


def test_a_field_outside_the_chosen_parts_is_refused_at_the_door():
    path = change().begun().choose("plan")

    with pytest.raises(Refused) as caught:
        path.write(purpose="另一个目的")

    assert codes(caught) == {"not_opened"}
    assert path.review.draft_submission.content["purpose"] == path.now.in_force.content["purpose"]


def test_before_a_part_is_chosen_nothing_is_open():
    path = change().begun()

    with pytest.raises(Refused):
        path.write(design=DESIGN)


def test_saving_the_same_again_is_no_change():
    path = change().begun().choose("plan")

    path.write(purpose=path.now.in_force.content["purpose"], design=DESIGN)

    assert path.review.draft_submission.content["design"] == DESIGN


def test_a_document_of_a_kind_that_was_not_chosen_is_neither_handed_in_nor_taken_back():
    path = change().begun().choose("plan")
    draft = path.review.draft_submission
    material = draft.documents()[0]

    with pytest.raises(Refused) as first:
        hand_in(draft, material.kind, ContentFile("新".encode(), name="n.txt"), by=path.lead, at=path.at)
    with pytest.raises(Refused) as second:
        take_back(material, by=path.lead, at=path.at)

    assert codes(first) == codes(second) == {"not_opened"}


def test_a_chosen_document_is_replaced_and_compared():
    path = change().begun()
    kind = path.review.draft_submission.documents()[0].kind
    path.choose(f"material.{kind}")
    draft = path.review.draft_submission
    draft.review = path.review
    material = draft.documents().get(kind=kind)
    material.submission = draft

    hand_in(draft, kind, ContentFile("新版本".encode(), name="n.txt"), by=path.lead, at=path.at, in_place_of=material)
    path.explain().do("submit", path.lead, **signing(path.lead))

    assert path.review.state == "submitted"


def test_a_part_that_is_no_longer_chosen_is_again_as_in_force():
    path = change().begun().choose("plan", "overview").write(design=DESIGN, purpose="另一个目的")

    path.choose("overview")

    content = path.review.draft_submission.content
    assert content["purpose"] == "另一个目的"
    assert content["design"] == path.now.in_force.content["design"]


# --- what is asked of it before it is handed in -----------------------------------------------------------------------


def test_handing_in_names_everything_that_is_wanting():
    path = change().begun()

    found = refused(path, "submit", path.lead, **signing(path.lead))

    assert found == {"no_parts": "national:20"}


def test_each_chosen_part_is_told_and_changed():
    path = change().begun().choose("plan", "overview").write(design=DESIGN)

    found = refused(path, "submit", path.lead, **signing(path.lead))

    assert set(found) == {"untold.plan", "untold.overview", "risk_untold", "unchanged.overview"}


def test_consent_sought_anew_says_how_participants_are_told():
    path = change(answers=DRUG_TRIAL, **TRIAL).begun().choose("plan")

    with pytest.raises(InvalidInput) as caught:
        path.explain(consent_triggers=["risk_raised"])

    assert set(caught.value.errors) == {"informing"}


def test_an_urgent_change_is_told_to_the_committee_at_once():
    path = change().begun().choose("plan").write()
    day = path.at.date().isoformat()
    path.explain(urgent="yes", urgent_on=day, urgent_text="停用可能过敏的药物")

    path.do("submit", path.lead, **signing(path.lead))

    told = Notice.objects.filter(key="review.urgent_change")
    assert {notice.person for notice in told} >= {path.secretary, path.chair}
    assert "停用可能过敏的药物" in told[0].text


# --- risk -------------------------------------------------------------------------------------------------------------


def answered_anew(path, **answers):
    draft = path.project.assessments.get(state="draft")
    RiskAssessment.objects.filter(pk=draft.pk).update(answers=path.answers | answers)
    path.assessment = step(path, draft, "complete", path.lead)
    path.review.refresh_from_db()
    return path.assessment


def with_papers(path):
    """What the new answers ask for besides: another part, with its document."""
    draft = path.review.draft_submission
    present = set(draft.materials.values_list("kind", flat=True))
    wanting = [rule.key for rule in missing(path.assessment.conclusions, materials(path.at), present)]
    path.choose("plan", *(f"material.{key}" for key in wanting), risk="yes")
    path.explain(risk_benefit="altered", risk_benefit_text="加抽血一次")
    for key in wanting:
        file = ContentFile(f"{key}。".encode(), name=f"{key}.txt")
        hand_in(path.review.draft_submission, key, file, by=path.lead, at=path.at)


def test_changed_answers_need_a_new_assessment_that_does_not_hold_yet():
    path = change().begun().choose("plan", risk="yes").write()
    path.explain(risk_benefit="altered", risk_benefit_text="加抽血一次")
    wanting = refused(path, "submit", path.lead, **signing(path.lead))

    made = answered_anew(path, risk_level="above_minimal")

    assert wanting == {"assessment": "national:9"}
    assert made.state == "proposed"
    assert path.review.assessment == made
    assert path.project.assessments.get(state="completed") != made
    assert path.now.state == "approved"


def test_approval_makes_the_new_assessment_the_one_that_stands():
    path = change().begun().choose("plan", risk="yes").write()
    path.explain(risk_benefit="altered", risk_benefit_text="加抽血一次")
    made = answered_anew(path, risk_level="above_minimal")
    with_papers(path)

    path.do("submit", path.lead, **signing(path.lead))
    path.weigh().accept().meet()

    assert path.project.assessments.get(state="completed") == made
    assert set(path.project.assessments.exclude(pk=made.pk).values_list("state", flat=True)) == {"superseded"}


@pytest.mark.parametrize("end", ["withdraw", "decline", "reject"])
def test_an_amendment_that_comes_to_nothing_changes_nothing(end):
    path = change().begun().choose("plan", risk="yes").write()
    path.explain(risk_benefit="altered", risk_benefit_text="加抽血一次")
    answered_anew(path, risk_level="above_minimal")
    with_papers(path)
    before = path.now
    path.do("submit", path.lead, **signing(path.lead))

    if end == "withdraw":
        path.do("withdraw", path.lead, reason="不再需要")
    elif end == "decline":
        path.do("decline", path.secretary, reason="不属于本委员会")
    else:
        path.weigh().accept().meet(*["rejected"] * 7, reasons="风险大于受益")

    assert path.review.state in {"withdrawn", "declined", "rejected"}
    assert (path.now.state, path.now.in_force) == ("approved", before.in_force)
    assert path.project.assessments.get(state="completed") == path.initial.assessment
    assert not path.project.assessments.filter(state__in=["draft", "proposed"]).exists()


def test_an_approved_project_is_not_assessed_anew_beside_an_amendment():
    path = change().approved()
    draft = start_assessment(path.project, by=path.lead, at=path.at)

    with pytest.raises(Refused) as caught:
        step(path, draft, "complete", path.lead)

    assert codes(caught) == {"no_amendment"}


def test_answers_that_no_longer_change_drop_the_new_assessment():
    path = change().begun().choose("plan", risk="yes")
    answered_anew(path, risk_level="above_minimal")

    path.choose("plan", risk="no")

    assert path.review.assessment == path.initial.assessment
    assert path.project.assessments.filter(state="superseded").count() == 1


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


# --- who sees it, who is told, what is recorded -----------------------------------------------------------------------


def test_a_draft_is_its_own_peoples_and_the_institutions():
    path = change().begun()
    seen = {
        who: Review.objects.visible_to(standing_of(getattr(path, who), path.at)).filter(pk=path.review.pk).exists()
        for who in ("lead", "officer", "secretary", "chair")
    }

    assert seen == {"lead": True, "officer": True, "secretary": False, "chair": False}


def test_the_record_says_what_was_chosen_and_which_version_it_amends():
    path = change().decided()
    entries = {entry.step: entry for entry in Entry.objects.filter(object_ref=path.review.ref)}

    assert entries["open_change"].facts["amends"] == path.initial.submission.digest
    assert entries["choose_parts"].facts["input"]["parts"] == ["plan"]
    assert entries["weigh_change"].facts["weighed"] == {"small": False, "major_risk": False}
    assert Entry.objects.get(object_kind="project", step="amend").facts["decision"] == path.review.decision.number


def test_all_are_told_that_a_new_version_is_in_force():
    path = change().decided()

    assert {notice.person for notice in Notice.objects.filter(key="review.amended")} == {path.lead, path.officer}
    assert Decision.objects.filter(review=path.review).count() == 1


def test_an_amendment_of_one_committee_is_not_explained_elsewhere():
    """A review that amends nothing has none of these steps."""
    path = change().drafted()

    with pytest.raises(NotPermitted):
        perform(path.review, "explain_change", by=path.lead, at=path.at)
    with pytest.raises(NotPermitted):
        perform(path.review, "choose_parts", by=path.lead, at=path.at)


def test_saving_a_field_of_an_amendment_needs_its_people():
    path = change().begun().choose("plan")
    version = path.review.draft_submission

    with pytest.raises(NotVisible):
        keep_section(version, by=path.chair, revision=version.revision, values={"design": DESIGN}, at=path.at)


def test_explained_terms_are_kept():
    path = change().begun().choose("plan")

    path.do("explain_change", path.lead, **explained(path.review, what__plan="样本量增加"))

    assert path.review.amendment.changes == {"plan": "样本量增加"}
    assert path.review.amendment.risk_benefit == {"altered": False, "text": ""}


def test_no_appeal_against_what_is_not_refused():
    path = change().decided()

    with pytest.raises(Refused):
        start_appeal(path.review, by=path.lead, at=path.at)
