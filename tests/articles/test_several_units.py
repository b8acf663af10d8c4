"""协作审查、委托审查、结果互认：《办法》第二十一条，《涉及人的生命科学和医学研究伦理审查办法》第二十七条，山东第八条，四川第九条。"""

import pytest

from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, Refused
from reviews.models.applying import committees_offered, no_committee
from reviews.models.collaborations.picture import measure
from reviews.models.projects.starting import gates
from reviews.models.reviewing.guards import procedures_of
from tests.committees.builders import keeper_of
from tests.reviews.builders import PASSWORD, case
from tests.reviews.entrusting import agreement, centre
from tests.reviews.recheck_builders import LISTED
from tests.reviews.recognising import BY_HAND, Asked, asked
from tests.reviews.rules.answers import BCI, DRUG_TRIAL
from tests.reviews.together import TOGETHER, decided, joint, together

pytestmark = pytest.mark.django_db


@pytest.mark.article("national", 21)
def test_the_lead_unit_may_set_up_cooperation_and_each_unit_reviews_for_itself() -> None:
    """第二十一条：多个单位合作开展的，牵头单位可以建立审查协作和结果互认机制，加强协作审查的统筹。

    Given a lead unit and two others that take part, when the lead's committee and one of the others have approved, then
    those two may begin; the third may not, whatever the others decided.
    """
    made = together("370200", "370300")
    first, second = made.units

    made.confirm(first)

    made.lead.project.refresh_from_db()
    first.participation.project.refresh_from_db()
    assert gates(made.lead.project, made.lead.at).start.open
    assert gates(first.participation.project, first.own.at).start.open
    assert not gates(second.participation.project, made.lead.at).start.open


@pytest.mark.article("human", 27)
def test_lead_and_participants_both_review_and_the_participant_follows_up_by_itself() -> None:
    """第二十七条：多个机构开展的研究，牵头机构和参与机构均应组织伦理审查，参与机构对本机构进行跟踪审查。

    Given a confirmed part of a study, then the participant's own committee holds its follow-up, of its own project.
    """
    made = together("370200")
    [one] = made.units

    made.confirm(one)

    [follow_up] = one.participation.project.follow_ups.all()
    assert follow_up.review.committee == one.own.committee
    assert {item.review.committee for item in made.lead.project.follow_ups.all()} == {made.lead.committee}


@pytest.mark.article("shandong", 8)
def test_confirming_the_lead_units_opinion_is_simplified_and_agreement_and_time_are_seen() -> None:
    """第八条：牵头单位和参与单位分别组织审查；参与单位对牵头单位的审查意见进行确认，适用简易程序；保证一致性和时效性。

    Given an activity above minimal risk, when a participant of Shandong applies for confirmation, then the simplified
    procedure is open for that alone; and the share in agreement and the days it took are counted.
    """
    made = together("370200")
    [one] = made.units

    made.submit(one)
    offered = procedures_of(one.own.review, one.own.at).open
    cases = one.own.review.simplified_cases(one.own.at)
    lead_offered = procedures_of(made.lead.review, made.lead.at).open

    assert offered == ("general", "simplified")
    assert [(key, cite) for key, (_words, cite) in cases.items()] == [("confirmation", "shandong:8")]
    assert lead_offered == ("general",)
    assert measure(made.collaboration, one.own.at).agreement is None


@pytest.mark.article("shandong", 8)
@pytest.mark.article("national", 21)
def test_a_mixed_collaboration_follows_each_places_own_rules() -> None:
    """山东的参与单位适用简易程序；四川没有这样的规定，一般科技活动按会议审查（《办法》第十一条）。

    Given a lead unit in Shandong with one unit in Shandong and one in Sichuan, then each confirms by the procedure of
    its own place; in the human field, the Human Measures open the simplified one in Sichuan too.
    """
    made = together("370200", "510100")
    here, there = made.units
    made.submit(here)
    made.submit(there)
    regimes = ["general", "human", "drug"]
    study = joint("510100", answers=DRUG_TRIAL | TOGETHER, regimes=regimes)
    committee, at = study.lead.committee, study.lead.at
    perform(committee, "set_competence", by=keeper_of(committee), at=at, regimes=regimes)
    decided(study.started().invite().join()).refresh()
    [clinic] = study.units
    study.submit(clinic)

    assert "simplified" in procedures_of(here.own.review, here.own.at).open
    assert procedures_of(there.own.review, there.own.at).open == ("general",)
    assert "simplified" in procedures_of(clinic.own.review, clinic.own.at).open
    assert {cite for _words, cite in clinic.own.review.simplified_cases(clinic.own.at).values()} == {"human:31"}


@pytest.mark.article("national", 13)
@pytest.mark.article("shandong", 7)
@pytest.mark.article("sichuan", 9)
@pytest.mark.parametrize("region", ["370100", "510100"])
def test_who_has_no_committee_entrusts_one_in_writing(region: str) -> None:
    """第十三条：委员会不能胜任、单位未设立委员会、无单位人员的，应当书面委托其他满足要求的委员会审查。
    山东第七条、四川第九条：不具备条件的应当委托。

    Given a unit without a committee, then its activity cannot be applied for, and the refusal names the article; when
    another's committee has accepted its written agreement, then it can be, and that committee follows it up.
    """
    made = agreement(region)
    path = made.case()
    before = committees_offered(path.project, path.assessment, made.at)

    made.in_force()

    assert before == []
    assert no_committee(region, made.at).cite in {"shandong:7", "sichuan:9"}
    assert committees_offered(path.project, path.assessment, made.at) == [made.trustee]


@pytest.mark.article("human", 14)
def test_a_medical_institution_does_not_entrust_downwards() -> None:
    """第十四条：医疗卫生机构未设立伦理审查委员会的，可以书面委托区域伦理审查委员会或者不低于其等级的机构的委员会。

    Given a hospital of grade three, when one of grade two would accept, then it cannot; when a regional centre does, it
    can.
    """
    human = ["general", "human"]
    low, regional = agreement(regimes=human), agreement(**centre(regimes=human))
    for made in (low, regional):
        made.unit.type = "hospital"
        made.unit.save()
        made.proposed(regimes=human, truster_grade=3)

    with pytest.raises(InvalidInput) as caught:
        low.do("accept", low.answers, checked=True, password=PASSWORD, trustee_grade=2)
    regional.do("accept", regional.answers, checked=True, password=PASSWORD)

    assert "第十四条" in str(caught.value)
    assert regional.entrustment.state == "in_force"


@pytest.mark.article("shandong", 10)
@pytest.mark.article("national", 21)
def test_members_of_an_alliance_recognise_each_others_results_and_keep_their_duties() -> None:
    """第十条：鼓励组建互认联盟，推进审查结果互认，逐步建立跨省域互认机制。《办法》第二十一条：审查结果互认。

    Given two units of an alliance, when one's committee recognises the other's approval by secretary and chair, then
    that is the basis of its own decision, and follow-up is its own; outside of an alliance it is refused, with the
    article.
    """
    made = asked().requested()
    with pytest.raises(Refused) as outside:
        made.confirm("secretary")
    made.step("withdraw", made.here.lead)

    made.allied().requested().confirm()

    decision = made.here.review.decision
    [follow_up] = made.here.project.follow_ups.all()
    assert [refusal.cite for refusal in outside.value.refusals] == ["shandong:10"]
    assert (decision.basis, decision.grounds[0]["cite"]) == ("recognition", "shandong:10")
    assert follow_up.review.committee == made.here.committee


@pytest.mark.article("sichuan", 9)
def test_a_result_from_elsewhere_is_recognised_on_its_evidence_by_two() -> None:
    """四川第九条：推动审查结果互认。

    Given a letter of another province that this service did not issue, when it is entered with its evidence, then it is
    recognised only when secretary and chair have both signed; by one of them it is not.
    """
    made = asked(here="510100").requested(**BY_HAND)

    made.confirm("secretary")
    after_one = made.here.review.state
    made.confirm("chair")

    assert after_one == "accepted"
    assert made.here.review.state == "approved"
    assert made.here.review.decision.grounds[0]["cite"] == "sichuan:9"


@pytest.mark.article("national", 26, 32)
def test_recognition_never_approves_a_listed_activity() -> None:
    """第二十六条、第三十二条：清单内的科技活动经专家复核同意，方可批准；认可其他委员会的结果不能代替。

    Given a listed activity here, when another's approval is recognised, then it has passed preliminarily and no more,
    and its unit has to apply for the re-check.
    """
    here = case(region="370200", answers=dict(BCI)).accepted(**LISTED)
    made = Asked(case().concluded(), here)

    made.requested(**BY_HAND).confirm()

    assert (here.review.state, here.review.decision.outcome) == ("preliminarily_passed", "preliminarily_passed")
    assert here.project.state == "under_review"
