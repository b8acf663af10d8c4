"""Changes to what is approved: Measures 20, 22, 33; Human Measures 23 and 38; Shandong 6; Sichuan 4."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile

from ethicsreview.lifecycle.refusals import InvalidInput, Refused
from ethicsreview.notices.models import Notice
from ethicsreview.policy import policy_for
from reviews.models import Project
from reviews.models.amending.beginning import start_amendment
from reviews.models.reviewing.lettering import letter_content
from reviews.models.submissions.submission import keep_section
from reviews.models.submissions.writing import hand_in
from tests.reviews.amendments import DESIGN, Change, change, explained
from tests.reviews.builders import PASSWORD, case, signing
from tests.reviews.recheck_builders import LISTED, Listed, listed
from tests.reviews.rules.answers import DRUG_TRIAL, SURVEY

pytestmark = pytest.mark.django_db
TRIAL = {"answers": DRUG_TRIAL, "size": 11, "regimes": ["general", "human", "drug"]}


def codes(refused: Refused) -> set[str]:
    return {refusal.code for refusal in refused.refusals}


@pytest.mark.article("national", 20)
def test_a_change_goes_to_the_committee_that_approved_and_the_approval_holds_meanwhile() -> None:
    """第二十条：科技活动计划发生变更的，负责人应当及时报告；委员会评估风险受益，必要时重新审查。

    Given an approved activity, when its lead applies for a change, then it goes to the committee that approved it;
    until that committee has decided, the approved version is in force, and from an approval on, the new one.
    """
    path = change().handed_in()
    meanwhile = path.now

    path.weigh().accept().meet()

    assert path.review.committee == path.initial.committee
    assert (meanwhile.state, meanwhile.in_force) == ("approved", path.initial.submission)
    assert path.now.in_force == path.review.submission


@pytest.mark.article("national", 20)
def test_a_change_made_at_once_to_remove_a_hazard_is_told_to_the_committee_with_its_submission() -> None:
    """第二十条：及时报告。

    Given a change that was made at once, to remove an immediate hazard, when the lead hands in the amendment, then
    secretary and chair are told what was done and when, beside the notice of the submission.
    """
    path = change().begun().choose("plan").write()
    path.explain(urgent="yes", urgent_on=path.at.date().isoformat(), urgent_text="停用过敏药物")

    path.do("submit", path.lead, **signing(path.lead))

    told = {notice.person for notice in Notice.objects.filter(key="review.urgent_change")}
    assert {path.secretary, path.chair} <= told


@pytest.mark.article("national", 22)
def test_a_small_change_may_take_the_simplified_procedure_and_the_committee_finds_that_it_is_small() -> None:
    """第二十二条第（二）项：对已批准科技活动方案作较小变更且不影响风险受益比的，可以适用简易程序。

    Given an activity above minimal risk and a change of it, when the committee has not found the change small, then the
    simplified procedure is shut; when it has, it is open, and the decision states that ground.
    """
    path = change(answers=SURVEY | {"risk_level": "above_minimal"}).handed_in()

    with pytest.raises(InvalidInput) as caught:
        path.weigh(small="no").accept("simplified")
    path.weigh(small="yes").accept("simplified").designate().give(*path.members[-2:])
    path.do("conclude", path.chair, password=PASSWORD)

    assert "procedure" in caught.value.errors
    cited = {ground["cite"] for ground in path.review.decision.grounds if ground["value"] == ["minor_change"]}
    assert cited == {"national:22"}


def listed_change(major: str) -> Listed:
    path = listed().passed().delivered()
    path.do("conclude_by_recheck", path.chair, password=PASSWORD)
    path.at += timedelta(minutes=1)
    path.review = start_amendment(Project.objects.get(pk=path.project.pk), by=path.lead, at=path.at)
    path.do("choose_parts", path.lead, parts=["plan"], reason="扩大样本", risk_changed="no")
    version = path.review.draft_submission
    assert version is not None
    keep_section(version, by=path.lead, revision=version.revision, values={"design": DESIGN}, at=path.at)
    path.do("explain_change", path.lead, **explained(path.review))
    path.do("submit", path.lead, **signing(path.lead))
    path.do("weigh_change", path.secretary, small="no", major_risk=major, ground="见方案")
    path.do("accept", path.secretary, procedure="general", procedure_ground="列入清单", **LISTED)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()
    path.do("conclude", path.chair, password=PASSWORD)
    return path


@pytest.mark.article("national", 33)
@pytest.mark.parametrize(("major", "state"), [("yes", "preliminarily_passed"), ("no", "approved")])
def test_a_major_change_of_risk_in_a_listed_activity_is_reviewed_and_rechecked_again(major: str, state: str) -> None:
    """第三十三条：清单内科技活动风险发生重大变化的，应当重新审查并申请专家复核。

    Given a listed activity that was re-checked and approved, when the committee finds that a change alters its risk
    greatly and passes it, then it passes preliminarily only and waits for another re-check, and the approved version
    stays in force; when it finds no such change, its own decision is enough.
    """
    path = listed_change(major)

    in_force = Project.objects.get(pk=path.project.pk).in_force
    assert path.review.state == state
    assert (in_force == path.review.submission) is (state == "approved")


@pytest.mark.article("human", 23)
def test_a_changed_consent_form_is_submitted_and_nothing_else_may_change_beside_it() -> None:
    """第二十三条：修改研究方案、知情同意书、招募材料或者提供给研究参与者的其他材料的，应当提交审查。

    Given an approved trial, when its people would replace the consent form without an amendment that names it, then it
    is refused; when the amendment names it, the new form is what the committee reviews and approves.
    """
    path = change(**TRIAL).begun().choose("plan")
    draft = path.review.draft_submission
    assert draft is not None
    assert "consent" in policy_for(region="370100", regimes=["human"], at=path.at).value("amendment.must_submit")

    with pytest.raises(Refused) as caught:
        hand_in(draft, "consent_form", paper("新同意书"), by=path.lead, at=path.at)
    path.choose("material.consent_form").explain()
    draft = path.review.draft_submission
    assert draft is not None
    old = draft.documents().get(kind="consent_form")
    hand_in(draft, "consent_form", paper("新同意书"), by=path.lead, at=path.at, in_place_of=old)
    path.do("submit", path.lead, **signing(path.lead))
    path.weigh().accept().meet()

    assert codes(caught.value) == {"not_opened"}
    assert path.now.in_force is not None
    assert path.now.in_force.documents().get(kind="consent_form").version.number == 2


def paper(text: str) -> "ContentFile[bytes]":
    return ContentFile(text.encode(), name="consent.txt")


@pytest.mark.article("human", 38)
def test_consent_is_sought_anew_where_content_risk_or_capacity_change() -> None:
    """第三十八条：与研究有关的内容发生实质性变化、风险实质性提高或者参与者民事行为能力等级提高的，应当再次获取知情同意。

    Given an amendment for which one of the three holds, when its people do not say how participants are told, then it
    is not taken; when they do and it is approved, letter and notice say that consent is to be sought anew.
    """
    path = change(**TRIAL).begun().choose("plan").write()

    with pytest.raises(InvalidInput) as caught:
        path.explain(consent_triggers=["risk_raised"])
    path.explain(consent_triggers=["risk_raised"], informing="下次随访时重新签署")
    path.do("submit", path.lead, **signing(path.lead))
    path.weigh().accept().meet()

    said = [one for one in letter_content(path.review.decision)["changes"] if "再次获取" in one["text"]]
    assert "informing" in caught.value.errors
    assert [("第三十八条" in one["citation"], "下次随访时重新签署" in one["text"]) for one in said] == [(True, True)]
    assert Notice.objects.filter(key="review.consent_again", person=path.lead).exists()


def outside_the_scope(path: Change) -> Refused:
    with pytest.raises(Refused) as caught:
        path.write(design=DESIGN)
    return caught.value


@pytest.mark.article("shandong", 6)
def test_what_is_approved_in_shandong_is_known_and_stays_as_it_is_until_an_amendment_is_approved() -> None:
    """第六条：在批准范围内开展科技活动。

    Given an approved activity, when its people would write something else into it without having opened that part, then
    it is refused; and the version in force is the one that was approved.
    """
    path = change(region="370100").begun()

    refused = outside_the_scope(path)

    assert codes(refused) == {"not_opened"}
    assert path.now.in_force == path.initial.submission


@pytest.mark.article("sichuan", 4)
def test_what_is_approved_in_sichuan_is_known_and_stays_as_it_is_until_an_amendment_is_approved() -> None:
    """第四条：科技人员应当在批准范围内开展科技活动。

    Given an approved activity, when its people would write something else into it without having opened that part, then
    it is refused; and the version in force is the one that was approved.
    """
    path = change(region="510100").begun()

    refused = outside_the_scope(path)

    assert codes(refused) == {"not_opened"}
    assert path.now.in_force == path.initial.submission


@pytest.mark.article("national", 17)
def test_each_extension_states_its_own_reason_and_limit() -> None:
    """第十七条：特殊情况可以适当延长，并明确延长时限。

    Given a review whose time was extended, when it is decided, then its letter states the limit and the reason.
    """
    path = case().in_review()
    until = (path.at + timedelta(days=45)).date()
    path.do("extend", path.chair, until=until.isoformat(), reason="等待补充论证")
    path.open_meeting()
    path.vote()
    path.do("conclude", path.chair, password=PASSWORD)

    grounds = [one for one in letter_content(path.review.decision)["grounds"] if "延长" in one["text"]]

    assert len(grounds) == 1
    assert "等待补充论证" in grounds[0]["text"]
