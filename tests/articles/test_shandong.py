"""山东《关于加强全省科技伦理治理的实施意见》鲁科字〔2023〕25号."""

import pytest

from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.refusals import InvalidInput
from reviews.models import Review, RiskAssessment
from reviews.models.reviewing.guards import procedures_of
from reviews.models.warnings.kinds import Indicator
from tests.reviews.builders import PASSWORD, case, signing
from tests.reviews.following import approved, decided, latest, reported, step
from tests.reviews.rules.answers import ANIMALS, BCI
from tests.reviews.warnings import watching
from tests.reviews.warnings_data import adverse_events

pytestmark = pytest.mark.django_db


@pytest.mark.article("shandong", 4)
def test_high_risk_is_looked_at_more_often_and_never_less() -> None:
    """第四条：高风险科技活动视情增加跟踪审查频次。

    Given an approval at hand, when the committee sets twelve months and a half, it cannot; when it sets three, it can.
    """
    path = case().voted()

    with pytest.raises(InvalidInput):
        path.do("conclude", path.chair, password=PASSWORD, follow_up_months=13)
    path.do("conclude", path.chair, password=PASSWORD, follow_up_months=3)

    [first] = path.project.follow_ups.all()
    assert first.due_on == path.review.decision.follow_up_due
    assert (first.due_on - path.at.date()).days < 100


@pytest.mark.article("shandong", 6, 7)
def test_first_the_risk_then_the_application_then_the_same_committee_follows_up() -> None:
    """第六条、第七条：科技人员先评估风险、在批准范围内实施；由开展初始审查的委员会跟踪审查。

    Given a project approved by one committee, then its assessment came first, what was approved is the version that was
    submitted, and the follow-up is that committee's.
    """
    path = case().concluded()

    [first] = path.project.follow_ups.all()
    [clock] = Deadline.objects.of(first).open()
    assert path.assessment.completed_at < path.review.submitted_at < path.review.decision.decided_at
    assert path.review.decision.submission == path.review.submission
    assert first.review.committee == path.committee
    assert clock.escalate_to[0] == {"role": "secretary", "body_id": path.committee.pk, "after": 0}


@pytest.mark.article("shandong", 11)
def test_listed_activity_waits_for_its_recheck() -> None:
    """第十一条：初步审查意见报复核，根据复核结果开展。

    Given a listed activity with every vote for it, when the committee concludes, then it has passed preliminarily; no
    step of anybody approves it, and the project may not begin.
    """
    path = case(answers=BCI).drafted()
    path.do("submit", path.lead, **signing(path.lead))
    listing = {"listed": "yes", "listed_items": ["invasive_bci"]}
    path.do("accept", path.secretary, procedure="general", procedure_ground="列入清单", **listing)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()
    path.do("conclude", path.chair, password=PASSWORD)

    left = [
        view for who in (path.lead, path.secretary, path.chair) for view in open_steps(path.review, who) if view.open
    ]

    path.project.refresh_from_db()
    assert path.review.state == "preliminarily_passed"
    assert path.project.state == "under_review"
    assert not any("approved" in view.step.targets for view in left)


@pytest.mark.article("shandong", 11)
def test_activity_of_high_risk_is_watched_and_one_without_is_not() -> None:
    """第十一条：动态进行风险监测、预警和研判。

    Given an activity of Jinan that reports serious adverse events, when the day is evaluated, then its committee, its
    unit and the
    department of the place are warned where it is of high risk; without it nobody is.
    """
    made = watching("370100")
    adverse_events(made, 3)
    made.evaluate(Indicator.ADVERSE_EVENTS)
    (warning,) = made.warnings(Indicator.ADVERSE_EVENTS)
    made.take(warning, "dismiss", grounds="已核实")
    RiskAssessment.objects.filter(project=made.path.project).update(high_risk=False)
    adverse_events(made, 10)
    done = made.evaluate(Indicator.ADVERSE_EVENTS)

    assert (warning.project, warning.committee, warning.authority) == (
        made.path.project,
        made.path.committee,
        made.authority,
    )
    assert (done.over, done.raised) == (0, 0)


@pytest.mark.article("shandong", 12)
def test_commitment_speaks_of_ethics_and_integrity() -> None:
    """第十二条：项目承担单位及项目负责人签署科技伦理和科研诚信承诺书。

    Given an application, when it is submitted, then the words that the lead signed speak of both.
    """
    path = case().submitted()

    promised = "".join(path.review.submission.commitment["text"])

    assert "科技伦理" in promised
    assert "诚信" in promised


@pytest.mark.article("shandong", 8)
def test_confirmation_of_the_lead_units_opinion_is_simplified_in_any_field() -> None:
    """第八条：参与单位对牵头单位审查意见的确认，适用简易程序。

    Given an ecological study above minimal risk, when its review is a first one, then the simplified procedure is shut;
    when it confirms the opinion of the lead unit in Shandong, then it is open by this article, and elsewhere it is not.
    """
    found = {}
    for region, kind in (("370100", "initial"), ("370100", "confirmation"), ("510100", "confirmation")):
        path = case(answers=ANIMALS, region=region, regimes=["general", "animal"]).drafted()
        Review.objects.filter(pk=path.review.pk).update(kind=kind)
        review = Review.objects.get(pk=path.review.pk)
        offers = procedures_of(review, path.at)
        found[region, kind] = (offers.is_open("simplified"), review.simplified_cases(path.at).keys())
        cited = [cite for _words, cite in review.simplified_cases(path.at).values()]
        assert cited == (["shandong:8"] if kind == "confirmation" and region == "370100" else [])

    assert found == {
        ("370100", "initial"): (False, set()),
        ("370100", "confirmation"): (True, {"confirmation"}),
        ("510100", "confirmation"): (False, set()),
    }


@pytest.mark.article("shandong", 4)
def test_the_committee_looks_sooner_where_the_risk_has_risen() -> None:
    """第四条：对高风险科技活动动态研判，视情增加跟踪审查频次。

    Given an approved activity whose follow-up is due in a year, when its risk rises, then the secretary may bring the
    follow-up forward, and nobody may put it off.
    """
    path = approved()
    coming = latest(path)

    with pytest.raises(InvalidInput):
        step(path, coming, "bring_forward", path.secretary, due_on="2027-06-01", reason="人手不足")
    coming = step(path, coming, "bring_forward", path.secretary, due_on="2026-06-01", reason="风险上升")

    [clock] = Deadline.objects.of(coming).open()
    assert (coming.due_on.isoformat(), clock.last_day.isoformat()) == ("2026-06-01", "2026-06-01")


@pytest.mark.article("shandong", 7)
def test_every_follow_up_is_reviewed_by_the_committee_that_reviewed_first() -> None:
    """第七条：由开展初始审查的伦理（审查）委员会进行跟踪审查。

    Given an approved activity, when the lead reports and the committee lets it go on, then that review and the next
    follow-up too are the first committee's.
    """
    path = approved()
    reported(path)
    decided(path, "continued")

    assert path.review.committee == path.committee
    assert latest(path).review.committee == path.committee
    assert latest(path).number == 2
