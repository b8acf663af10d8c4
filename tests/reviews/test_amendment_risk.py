"""Amendments that change the answers on risk: assessed anew, and only proposed until the committee decides."""

import pytest
from django.core.files.base import ContentFile

from ethicsreview.lifecycle.refusals import Refused
from ethicsreview.policy.catalogues import materials
from reviews.models import RiskAssessment
from reviews.models.applying import start_assessment
from reviews.models.submissions.writing import hand_in
from reviews.rules.checklist import missing
from tests.reviews.amendments import change, step
from tests.reviews.builders import codes, refused, signing

pytestmark = pytest.mark.django_db


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
