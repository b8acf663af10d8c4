"""《涉及人的生命科学和医学研究伦理审查办法》国卫科教发〔2023〕4号, where it asks for more than the Measures."""

import pytest

from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import Refused
from ethicsreview.trail.models import Entry
from reviews.models import Project
from reviews.models.applying import start_review
from reviews.models.exemptions.exempting import start_exemption
from tests.reviews.builders import PASSWORD, Case, case, signing
from tests.reviews.rules.answers import DRUG_TRIAL, RECORDS, SURVEY

pytestmark = pytest.mark.django_db
REGIMES = ["general", "human", "ai", "animal", "drug"]


def wanting(path: Case) -> dict[str, str]:
    """The documents that an empty application lacks, with the article that asks for each."""
    path.assessed()
    path.review = start_review(path.project, by=path.lead, committee=path.committee, at=path.at)
    with pytest.raises(Refused) as caught:
        path.do("submit", path.lead, **signing(path.lead))
    return {r.code.removeprefix("material."): r.cite for r in caught.value.refusals if r.code.startswith("material.")}


@pytest.mark.article("human", 18)
def test_human_research_hands_in_more() -> None:
    """第十八条：申请材料十一项。

    Given a drug trial and a survey, when both are submitted empty, then the trial is asked for everything the survey
    is, and for documents that only Article 18 asks for.
    """
    trial = wanting(case(answers=DRUG_TRIAL, regimes=REGIMES))
    survey = wanting(case(answers=SURVEY, regimes=REGIMES))

    more = {key: cite for key, cite in trial.items() if key not in survey}

    assert more
    assert any(cite.startswith("human:18") for cite in more.values())
    assert not any(cite.startswith("human:") for cite in survey.values())


@pytest.mark.article("human", 16, 22, 25)
def test_a_trial_is_judged_by_both_books() -> None:
    """第十六条、第二十二条、第二十五条。

    Given a drug trial before seven members of whom five attend, when four approve, then two thirds of those attending
    and more than half of all members agree: it is approved, within thirty days, and followed up within twelve months.
    """
    path = case(answers=DRUG_TRIAL, regimes=REGIMES)
    path.accepted()
    [clock] = Deadline.objects.of(path.review).open()
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting(absent=2)
    path.vote("modification_required", absent=2)

    path.do("conclude", path.chair, password=PASSWORD)

    formulas = {row["of"]: (row["have"], row["need"], row["total"]) for row in path.review.decision.tally["formulas"]}
    months = {(entry.cite, entry.value) for entry in path.review.policy_at(path.at).entries("follow_up.months")}
    assert path.review.state == "approved"
    assert formulas == {"attending": (4, 4, 5), "all_members": (4, 4, 7)}
    assert (clock.length, clock.unit) == (30, "days")
    assert ("human:25", 12) in months
    assert (path.review.decision.follow_up_due.year, path.review.decision.follow_up_due.month) == (
        path.at.year + 1,
        path.at.month,
    )


@pytest.mark.article("human", 32)
def test_an_exemption_is_confirmed_and_never_silent() -> None:
    """第三十二条：使用人的信息数据或者生物样本，符合条件的，可以免除伦理审查。

    Given research on anonymised records, when secretary and chair both confirm the head it falls under, then it is
    exempt, with the ground and the article on record; by the answers alone, or by one of them, it is not.
    """
    path = case(answers=RECORDS).assessed()
    one = start_exemption(path.project, by=path.lead, at=path.at)
    terms = {"ground": "anonymised", "password": PASSWORD}
    states = []
    for who in (path.secretary, path.chair):
        states.append(Project.objects.get(pk=path.project.pk).state)
        one = perform(one, "confirm", by=who, at=path.at, **terms)

    assert states == ["assessed", "assessed"]
    assert Project.objects.get(pk=path.project.pk).state == "exempt"
    entry = Entry.objects.get(object_kind="project", step="exempt")
    assert (entry.citation, entry.facts["ground"]) == ("human:32", "anonymised")
