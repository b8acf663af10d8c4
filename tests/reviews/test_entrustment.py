"""Entrusted review: in writing, of a qualified committee, followed up there, never by who re-checked it."""

from datetime import timedelta
from typing import Any

import pytest

from committees.kinds import CommitteeType
from committees.timing import REGISTRATION as DEADLINE
from ethicsreview.accounts.models import Institution
from ethicsreview.accounts.standing import SYSTEM, standing_of
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.door import open_steps, perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from reviews.models import Recheck, Review
from reviews.models.applying import committees_offered, start_project, start_review
from reviews.models.entrustments.entrusting import register_without_unit, start_entrustment
from reviews.models.entrustments.guards import not_review_and_recheck
from reviews.models.reviewing.lettering import letter_content
from tests.committees.builders import committee, institution, keeper_of, person
from tests.reviews.builders import PASSWORD, signing, with_password
from tests.reviews.entrusting import ENTRUSTED, Agreement, agreement
from tests.reviews.recheck_builders import LISTED, Listed, listed
from tests.reviews.rules.answers import BCI

pytestmark = pytest.mark.django_db


def codes(caught: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {refusal.code for refusal in caught.value.refusals}


def test_nothing_is_proposed_that_is_not_in_writing() -> None:
    made = agreement().begun(paper=False)

    with pytest.raises(Refused) as caught:
        made.do("propose", made.truster, **made.terms())

    assert [(one.code, one.cite) for one in caught.value.refusals] == [("in_writing", "national:13")]


def test_an_accepted_agreement_opens_the_trustee_and_only_within_its_dates() -> None:
    made = agreement().in_force()
    path = made.case()

    within = committees_offered(path.project, path.assessment, made.at)
    after = committees_offered(path.project, path.assessment, made.at + timedelta(days=366))

    assert (within, after) == ([made.trustee], [])
    assert made.entrustment.lapsed(made.at + timedelta(days=366))
    [clock] = Deadline.objects.of(made.entrustment).open()
    assert (clock.kind, clock.body_id) == ("entrustment.expiry", made.unit.pk)


def test_before_it_is_accepted_nothing_is_open() -> None:
    made = agreement().proposed()
    path = made.case()

    with pytest.raises(Refused) as caught:
        start_review(path.project, by=path.lead, at=path.at)

    assert [(one.code, one.cite) for one in caught.value.refusals] == [("no_committee", "shandong:7")]
    assert "委托审查" in str(caught.value)


@pytest.mark.parametrize(("region", "article"), [("370100", "shandong:7"), ("510100", "sichuan:9")])
def test_who_must_entrust_is_told_the_way_and_the_provinces_article(region: str, article: str) -> None:
    made = agreement(region)
    path = made.case()

    with pytest.raises(Refused) as caught:
        start_review(path.project, by=path.lead, at=path.at)

    assert [one.cite for one in caught.value.refusals] == [article]


def test_the_trustee_reviews_and_follows_up_even_after_the_agreement_has_ended() -> None:
    made = agreement().in_force()
    path = made.case()
    path.review = start_review(path.project, by=path.lead, at=made.at)
    path.fill(path.review.draft_submission)
    path.do("submit", path.lead, **signing(path.lead))
    made.at = path.at
    made.do("end", made.truster, reason="另行委托")

    path.do("accept", path.secretary, procedure="general", procedure_ground="会议审查", listed="no")
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()
    path.do("conclude", path.chair, password=PASSWORD)

    [follow_up] = path.project.follow_ups.all()
    assert (path.review.state, path.review.entrustment) == ("approved", made.entrustment)
    assert follow_up.review.committee == made.trustee
    assert committees_offered(path.project, path.assessment, path.at) == []
    assert made.entrustment.ref in str(letter_content(path.review.decision)["grounds"])


def test_an_agreement_for_one_project_opens_no_other() -> None:
    made = agreement()
    path, other = made.case(), made.case()
    made.in_force(scope="project", project=path.project.ref)

    assert committees_offered(path.project, path.assessment, made.at) == [made.trustee]
    assert committees_offered(other.project, other.assessment, made.at) == []


def test_fields_that_were_not_entrusted_are_not_open() -> None:
    made = agreement().in_force(regimes=["ai"])
    path = made.case()

    assert committees_offered(path.project, path.assessment, made.at) == []


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"case": "no_unit"}, "case"),
        ({"case": "not_competent"}, "case"),
        ({"scope": "project"}, "project"),
        ({"regimes": ["drug"]}, "regimes"),
        ({"ends": "2020-01-01"}, "ends"),
        ({"password": "wrong"}, "password"),
    ],
)
def test_all_that_is_wrong_with_a_proposal_is_said(changes: dict[str, Any], wrong: str) -> None:
    made = agreement().begun()

    with pytest.raises(InvalidInput) as caught:
        made.do("propose", made.truster, **made.terms(**changes))

    assert set(caught.value.errors) == {wrong}


def test_a_unit_with_a_committee_entrusts_only_what_that_is_not_competent_for() -> None:
    made = agreement()
    own = committee(regimes=["general"], at=made.at)
    truster = with_password(keeper_of(own))
    mine = Agreement(own.institution, truster, made.trustee, made.at).in_force(case="not_competent", regimes=["ai"])

    with pytest.raises(Refused) as caught:
        start_entrustment(own.institution, own, by=truster, at=made.at)

    assert mine.entrustment.state == "in_force"
    assert codes(caught) == {"own_committee"}


def test_a_trustee_that_is_not_lawfully_composed_or_not_registered_cannot_accept() -> None:
    made = agreement().proposed()
    member = made.trustee.members_at(law_day(made.at)).filter(category="law").get()
    made.trustee.memberships.filter(pk=member.pk).update(category="peer")
    Deadline.objects.of(made.trustee).filter(kind=DEADLINE).update(due_at=made.at - timedelta(days=1))

    with pytest.raises(Refused) as caught:
        made.do("accept", made.answers, checked=True, password=PASSWORD)

    assert {"committee_category_missing", "unregistered"} <= codes(caught)


@pytest.mark.parametrize(("own", "other", "accepted"), [(3, 2, False), (3, 3, True), (2, 3, True), (3, None, False)])
def test_a_medical_institution_entrusts_to_an_equal_or_a_higher_level(own: int, other: Any, accepted: bool) -> None:
    made = agreement(regimes=["general", "human", "drug"])
    made.unit.type = Institution.Type.HOSPITAL
    made.unit.save()
    made.proposed(regimes=["general", "human", "drug"], truster_grade=own)
    terms = {"trustee_grade": other} if other else {}

    if accepted:
        made.do("accept", made.answers, checked=True, password=PASSWORD, **terms)
        assert made.entrustment.trustee_grade == other
    else:
        with pytest.raises(InvalidInput) as caught:
            made.do("accept", made.answers, checked=True, password=PASSWORD, **terms)
        assert set(caught.value.errors) == {"trustee_grade"}


def test_a_regional_centre_takes_a_medical_institution_of_any_level() -> None:
    made = agreement(type=CommitteeType.REGIONAL_CENTRE, institution=None, regimes=["general", "human", "drug"])
    made.unit.type = Institution.Type.HOSPITAL
    made.unit.save()

    made.in_force(regimes=["general", "human"], truster_grade=3)

    assert made.entrustment.state == "in_force"


def test_a_person_without_a_unit_makes_a_project_entrusts_and_applies() -> None:
    made = agreement(type=CommitteeType.REGIONAL_CENTRE, institution=None)
    alone = with_password(person())

    unit = register_without_unit(alone, region="370100", at=made.at)
    mine = Agreement(unit, alone, made.trustee, made.at).in_force(case="no_unit")
    answers = ENTRUSTED | {"committee_situation": "no_unit"}
    path = mine.case(lead=alone, answers=answers)
    path.review = start_review(path.project, by=alone, at=mine.at)
    path.fill(path.review.draft_submission)
    path.do("submit", alone, **signing(alone))

    assert (unit.type, path.review.state) == (Institution.Type.INDIVIDUAL, "submitted")
    assert path.review.committee == made.trustee
    assert register_without_unit(alone, region="370200", at=made.at) == unit


@pytest.mark.article("national", 26)
def test_a_person_without_a_unit_applies_for_the_re_check_themselves() -> None:
    made = agreement(type=CommitteeType.REGIONAL_CENTRE, institution=None)
    alone = with_password(person())
    unit = register_without_unit(alone, region="370100", at=made.at)
    mine = Agreement(unit, alone, made.trustee, made.at).in_force(case="no_unit", regimes=["general", "human"])
    path = mine.case(lead=alone, answers=BCI | {"committee_situation": "no_unit"})
    around = Listed(path.committee, alone, path.at).with_department()
    path.review = start_review(path.project, by=alone, at=mine.at)
    path.fill(path.review.draft_submission)
    path.do("submit", alone, **signing(alone))
    path.do("accept", path.secretary, procedure="general", procedure_ground="列入清单", **LISTED)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()
    path.do("conclude", path.chair, password=PASSWORD)
    assert (path.review.state, path.review.waiting_for) == ("preliminarily_passed", "lead")
    assert Deadline.objects.of(path.review).open().get(kind="review.refer").person_id == alone.pk
    minutes = {"minutes": "逐项审议", "password": PASSWORD}
    perform(path.meeting, "close", by=path.chair, at=path.at, **minutes)

    path.do("refer", alone, authority=around.department.ref)

    assert path.review.state == "in_recheck"


def test_who_belongs_to_a_unit_is_not_entered_as_without_one() -> None:
    path = listed()

    with pytest.raises(Refused) as caught:
        register_without_unit(path.lead, region="370100", at=path.at)

    assert codes(caught) == {"has_unit"}


def test_each_side_takes_its_own_steps_and_strangers_see_nothing() -> None:
    made = agreement().proposed()
    stranger = keeper_of(institution("370300"))

    with pytest.raises(NotPermitted):
        made.do("accept", made.truster)
    with pytest.raises(NotPermitted):
        made.do("withdraw", made.answers)
    with pytest.raises(NotVisible):
        made.do("accept", stranger)
    assert [view.name for view in open_steps(made.entrustment, made.answers, at=made.at)] == ["accept", "decline"]


def test_a_draft_is_the_entrusting_sides_alone() -> None:
    made = agreement().begun()

    with pytest.raises(NotVisible):
        made.do("decline", made.answers, reason="x")


def test_a_renewal_begins_with_what_stood_and_leaves_the_old_one_in_force() -> None:
    made = agreement().in_force(arrangements="每季度报送")

    made.do("renew", made.truster)

    later = made.entrustment.__class__.objects.get(state="draft")
    assert (later.arrangements, later.regimes, later.case) == ("每季度报送", ["general"], "no_committee")
    assert made.entrustment.state == "in_force"


# --- never both review and re-check one activity ----------------------------------------------------------------------


def rechecked_by_a_centre() -> Any:
    """A listed activity whose re-check a centre carried out; the unit would entrust the centre afterwards."""
    path = listed()
    path.passed().referred()
    centre = committee(type=CommitteeType.REGIONAL_CENTRE, institution=None, region="370100", at=path.at)
    path.step("form_panel", experts=[one.ref for one in path.experts[:5]], centre=centre.ref)
    return path, centre


@pytest.mark.article("ai", 11)
def test_a_centre_that_rechecked_an_activity_does_not_review_it() -> None:
    """第十一条：服务中心可以受托审查、复核；不得对同一人工智能科技活动既审查又复核。"""
    path, centre = rechecked_by_a_centre()
    draft = Review(project=path.project, committee=centre, assessment=path.assessment, kind="rereview")

    found = list(not_review_and_recheck(draft, Act(SYSTEM, path.at, standing_of(SYSTEM, path.at))))

    assert [one.code for one in found] == ["rechecked_here"]
    assert Recheck.objects.get().centre == centre


@pytest.mark.article("ai", 11)
def test_a_centre_that_reviewed_an_activity_does_not_recheck_it() -> None:
    """第十一条：反之亦然——作出审查意见的中心，不得承办同一科技活动的复核。"""
    made = agreement(
        type=CommitteeType.REGIONAL_CENTRE, institution=None, regimes=["general", "human", "drug", "ai", "animal"]
    )
    made.in_force(regimes=["general", "human", "drug"])
    path = listed()
    answers = path.answers | {"committee_situation": "none"}
    mine = made.case(answers=answers)
    path.committee, path.lead, path.project, path.assessment = made.trustee, mine.lead, mine.project, mine.assessment
    path.at = max(path.at, made.at)
    path.review = start_review(path.project, by=path.lead, at=path.at)
    path.fill(path.review.draft_submission)
    path.do("submit", path.lead, **signing(path.lead))
    listing = {"listed": "yes", "listed_items": ["invasive_bci"]}
    path.do("accept", path.secretary, procedure="general", procedure_ground="列入清单", **listing)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()
    path.do("conclude", path.chair, password=PASSWORD)
    path.close()
    path.do("refer", made.truster, authority=path.department.ref)
    path.recheck = path.review.rechecks.get()
    experts = [one.ref for one in path.experts[:5]]

    with pytest.raises(InvalidInput) as caught:
        path.step("form_panel", experts=experts, centre=made.trustee.ref)

    assert set(caught.value.errors) == {"centre"}


def test_projects_of_a_person_without_a_unit_are_theirs_alone() -> None:
    alone = with_password(person())
    unit = register_without_unit(alone, region="510100")

    project = start_project(by=alone, institution=unit, title="个人研究", field="social_science")

    assert project.region == "510100"
    with pytest.raises(NotVisible):
        perform(project, "assess", by=person())
