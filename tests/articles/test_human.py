"""《涉及人的生命科学和医学研究伦理审查办法》国卫科教发〔2023〕4号, where it asks for more than the Measures."""

from datetime import timedelta

import pytest

from ethicsreview.deadlines.calendar import add_months
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import Refused
from ethicsreview.trail.models import Entry
from reviews.models import Project
from reviews.models.applying import start_review
from reviews.models.exemptions.exempting import start_exemption
from reviews.models.following.contents import WORKSHEETS
from reviews.models.following.reporting import kinds_open
from tests.reviews.builders import PASSWORD, Case, case, signing
from tests.reviews.following import assess, filed, human, latest, step
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


def now(path: Case) -> Project:
    """The project as it stands."""
    return Project.objects.get(pk=path.project.pk)


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


@pytest.mark.article("human", 25)
def test_a_trial_reports_what_the_article_lists() -> None:
    """第二十五条：跟踪审查包括进展报告、严重不良事件、方案偏离、暂停或者终止、研究完成。

    Given an approved trial, then its follow-up asks for its progress within twelve months, and the other four may be
    reported at any time.
    """
    path = human()

    assert {"sae", "deviation", "suspension", "completion"} <= set(kinds_open(now(path)))
    asked = {one.key for one in latest(path).asked(latest(path).policy_at(path.at))}
    assert {"head__execution", "enrolled", "withdrawn", "sae_count", "deviation_count"} <= asked
    assert latest(path).due_on == add_months(path.review.concluded_at.astimezone().date(), 12)


@pytest.mark.article("human", 26)
def test_a_serious_adverse_event_is_reported_at_once_and_assessed_promptly() -> None:
    """第二十六条：发生严重不良事件的，研究者立即报告；委员会及时审查，重新评估风险与受益。

    Given an approved trial, when the lead reports a serious adverse event, then the secretary has it at once with hours
    to assess it, the worksheet asks whether risk and benefit are still acceptable, and the chair may stop the trial
    there and then, which the committee must confirm.
    """
    path = human()
    report = filed(path, "sae")
    [clock] = Deadline.objects.of(report).open()
    assert (clock.kind, clock.unit, clock.role) == ("report.assess", "hours", "secretary")
    assert "balance" in {one.key for one in WORKSHEETS["sae"]}

    reason = {"reason": "继续给药危及生命", "password": PASSWORD}
    report = step(path, report, "suspend_provisionally", path.chair, **reason)

    assert (report.state, now(path).state) == ("in_review", "suspended")
    assert Deadline.objects.of(report).open().filter(kind="report.confirm").exists()


@pytest.mark.article("human", 38)
def test_what_participants_must_be_told_has_a_day_and_is_reported_done() -> None:
    """第三十八条：内容有实质变化、风险显著增加的，应当再次取得知情同意。

    Given a report from which a new risk appears, when the committee asks that participants be told and consent again by
    a day, then that is an obligation of the lead, until the lead reports that it was done.
    """
    path = human()
    until = (path.at.date() + timedelta(days=14)).isoformat()
    told = {"inform": "yes", "inform_what": "新出现的肝损伤风险，再次取得知情同意", "inform_by": until}
    report = assess(path, filed(path, "risk_change"), "continued", **told)
    clock = Deadline.objects.of(report).open().get(kind="report.inform")
    assert (clock.person, clock.last_day.isoformat()) == (path.lead, until)

    done = {"informed_on": path.at.date().isoformat(), "how": "逐一面谈", "told": 12, "reconsented": 12}
    step(path, report, "report_informed", path.lead, **done)

    clock.refresh_from_db()
    assert clock.outcome == "met"
