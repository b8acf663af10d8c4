"""《科技伦理审查办法（试行）》国科发监〔2023〕167号, told as what happens to one project."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from ethicsreview.deadlines.calendar import add_months
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import open_steps, perform
from ethicsreview.lifecycle.refusals import InvalidInput, Refused
from reviews.models import Project, Review, RiskAssessment
from reviews.models.applying import start_assessment, start_project, start_review
from reviews.models.projects.starting import gates
from tests.reviews.appeals import decide, prepared, rejected
from tests.reviews.builders import PASSWORD, Case, case, signing
from tests.reviews.following import (
    approved,
    assessed,
    before_committee,
    decided,
    latest,
    noon,
    reported,
    state_of,
)
from tests.reviews.foreign import abroad, confirm, enter, none_prescribed
from tests.reviews.recheck_builders import listed
from tests.reviews.rules.answers import OUT_OF_SCOPE

pytestmark = pytest.mark.django_db


@pytest.mark.article("national", 9)
def test_no_application_without_a_risk_assessment() -> None:
    """第九条：开展科技活动应先评估伦理风险。

    Given a project that nobody has assessed, when its lead begins an application, then it is refused with Article 9.
    """
    path = case()
    project = start_project(by=path.lead, institution=path.committee.institution, title="未评估", field="medicine")

    with pytest.raises(Refused) as caught:
        start_review(project, by=path.lead, committee=path.committee)

    assert [(refusal.code, refusal.cite) for refusal in caught.value.refusals] == [("assessment", "national:9")]


@pytest.mark.article("national", 2)
def test_activity_outside_the_four_heads_needs_no_review() -> None:
    """第二条：不涉及所列四项的，不属于审查范围；评估及其结论留存。

    Given answers under which no head applies, when the assessment is completed, then the project needs no review, and
    an application is refused with Article 2.
    """
    path = case()
    project = start_project(by=path.lead, institution=path.committee.institution, title="桥梁", field="engineering")
    draft = start_assessment(project, by=path.lead)
    RiskAssessment.objects.filter(pk=draft.pk).update(answers=OUT_OF_SCOPE)

    perform(draft, "complete", by=path.lead)
    with pytest.raises(Refused) as caught:
        start_review(project, by=path.lead, committee=path.committee)

    assert Project.objects.get(pk=project.pk).state == "not_required"
    assert [refusal.cite for refusal in caught.value.refusals] == ["national:2"]


@pytest.mark.article("national", 9)
def test_application_carries_the_signed_commitment() -> None:
    """第九条（五）：申请材料包括遵守科技伦理和科研诚信等要求的承诺书。

    Given a complete application, when it is submitted without agreeing, or signed in another's name, then both are
    refused; signed by the lead, the promise is kept with the version, word for word.
    """
    path = case().drafted()

    with pytest.raises(InvalidInput) as caught:
        path.do("submit", path.lead, signature="别人")
    path.do("submit", path.lead, agree=True, signature=path.lead.name)

    kept = path.review.submission.commitment
    assert set(caught.value.errors) == {"agree", "signature"}
    assert (kept["signature"], kept["username"]) == (path.lead.name, path.lead.username)
    assert len(kept["text"]) > 1


@pytest.mark.article("national", 11)
def test_nothing_but_a_meeting_decides() -> None:
    """第十一条：原则上采取会议方式审查。

    Given an accepted review, when the chair would conclude it before any meeting, then it is refused; and no other step
    leads from there to an approval.
    """
    path = case().accepted()

    with pytest.raises(Refused) as caught:
        path.do("conclude", path.secretary, password=PASSWORD)
    offered = {
        view.name: set(view.step.targets)
        for who in (path.secretary, path.chair, path.lead)
        for view in open_steps(path.review, who, at=path.at)
    }

    assert [refusal.code for refusal in caught.value.refusals] == ["state"]
    assert offered.keys() == {"begin", "determine_listing", "extend", "withdraw"}
    assert not any("approved" in targets for targets in offered.values())


@pytest.mark.article("national", 17, 53)
def test_thirty_days_from_acceptance_end_with_the_thirtieth_day() -> None:
    """第十七条、第五十三条：受理后30日内作出决定；为自然日，受理当日不计。

    Given an application accepted on 2 March 2026 at 15:00 in Jinan, then the decision is due when 1 April ends there.
    """
    path = case(at=datetime(2026, 3, 2, 7, 0, tzinfo=UTC)).accepted()

    [clock] = Deadline.objects.of(path.review).open()

    assert timezone.localtime(clock.due_at).isoformat() == "2026-04-02T00:00:00+08:00"
    assert clock.citation == "national:17"
    assert path.review.accepted_at < clock.due_at


@pytest.mark.article("national", 15)
def test_a_member_answers_every_head_of_what_is_reviewed() -> None:
    """第十五条：逐项审查。

    Given an open meeting, when a member votes with one head left unanswered, then that head is named.
    """
    path = case().opened()
    member = path.members[0]
    [view] = [view for view in open_steps(path.ballot_of(member), member, at=path.at) if view.name == "cast"]
    heads = [name for name in view.form.fields if name.startswith("criterion__") and not name.endswith("__note")]
    answers = dict.fromkeys(heads[1:], "meets") | {"verdict": "approved", "password": PASSWORD}

    with pytest.raises(InvalidInput) as caught:
        perform(path.ballot_of(member), "cast", by=member, at=path.at, **answers)

    assert len(heads) > 3
    assert list(caught.value.errors) == [heads[0]]


@pytest.mark.article("national", 22, 23, 24)
def test_two_members_approve_a_survey_and_one_doubt_takes_another_to_a_meeting() -> None:
    """第二十二条至第二十四条：风险不高于最低风险的，可由主任委员指定两名以上委员审查；有疑义的转为会议审查。

    Given two surveys of minimal risk before the same two members, when both approve the first, then it is approved, and
    the decision says why it took this way and who reviewed it; when one of them has a doubt about the second, then
    nobody concludes it: it waits for a meeting, with the ground on the record.
    """
    first = case().designated()
    second = Case(first.committee, first.lead, first.at).designated()
    reviewers = [seat.person for seat in first.review.reviewers]

    for member in reviewers:
        first.cast(member)
    first.do("conclude", first.chair, password=PASSWORD)
    doubt = {"concern__doubt": "yes", "concern__doubt__note": "问卷涉及未成年人"}
    second.cast(reviewers[0], **doubt)
    with pytest.raises(Refused) as caught:
        second.do("conclude", second.secretary, password=PASSWORD)

    said = {ground["cite"]: ground["label"] for ground in first.review.decision.grounds}
    assert first.review.state == "approved"
    assert "风险不高于最低风险" in said["national:22"]
    assert all(member.name in said["national:23"] for member in reviewers)
    turned = Review.objects.get(pk=second.review.pk)
    assert [refusal.code for refusal in caught.value.refusals] == ["no_meeting"]
    assert turned.conversion["triggers"] == [["doubt", "national:24"]]
    assert turned.procedure == "general"


@pytest.mark.article("national", 12)
def test_no_international_activity_starts_before_each_partys_review() -> None:
    """第十二条：通过合作各方所在国家规定的伦理审查后方可开展。

    Given an approved project with partners in Germany and Fiji, then it may not start; when Germany's approval is
    confirmed, still not; when it is confirmed as well that Fiji prescribes none, it may, until the approval expires.
    """
    path = abroad(["DE", "FJ"]).concluded()

    def refused(days: int = 0) -> list[tuple[str, str]]:
        found = gates(Project.objects.get(pk=path.project.pk), path.at + timedelta(days=days)).start
        return [(refusal.code, refusal.cite) for refusal in found.refusals]

    assert refused() == [("foreign_wanted", "national:12")]
    enter(path, "DE", days=90)
    confirm(path, "DE")
    assert refused() == [("foreign_wanted", "national:12")]
    none_prescribed(path, "FJ")
    assert refused() == [("foreign_unconfirmed", "national:12")]
    confirm(path, "FJ")

    assert refused() == []
    assert refused(days=91) == [("foreign_lapsed", "national:12")]


@pytest.mark.article("national", 18)
def test_who_is_refused_may_ask_the_committee_to_decide_anew() -> None:
    """第十八条：申请人可向作出决定的委员会提出申诉；理由充分的，重新作出审查决定。

    Given a project that was not approved, when its lead appeals in writing with reasons and support, however late, and
    the chair finds them sufficient, then the same committee has a review before it in which it decides anew.
    """
    path = rejected()
    path.at += timedelta(days=400)

    appeal = decide(path, prepared(path), "uphold")

    appeal.refresh_from_db()
    assert (appeal.new_review.kind, appeal.new_review.committee) == ("appeal", path.committee)
    assert Project.objects.get(pk=path.project.pk).state == "under_review"


@pytest.mark.article("national", 19)
@pytest.mark.parametrize(("verdict", "state"), [("continued", "approved"), ("suspended", "suspended")])
def test_what_was_approved_is_followed_up_and_may_be_stopped(verdict: str, state: str) -> None:
    """第十九条：跟踪审查，必要时可以作出暂停或者终止的决定。

    Given an activity approved on 2 March 2026, when a year less a month has passed, then its report is asked for; the
    committee votes on what was reported, and the activity stands where the votes put it, at once.
    """
    path = approved()
    found = reported(path)
    assert (found.due_on.isoformat(), found.report_from.isoformat()) == ("2027-03-02", "2027-01-31")

    decided(path, verdict)

    assert state_of(path) == state
    assert path.review.decision.tally["votes"][verdict] == 7


@pytest.mark.article("national", 20)
@pytest.mark.parametrize(
    ("verdict", "state"),
    [("continued", "approved"), ("suspended", "suspended"), ("rereview_required", "suspended")],
)
def test_a_change_of_risk_is_reported_and_weighed_anew(verdict: str, state: str) -> None:
    """第二十条：情况发生变化可能影响风险的，及时报告；委员会评估后作出继续实施、暂停实施等决定，必要时重新审查。

    Given an approved activity, when its lead reports that the risk has changed, then the committee weighs risk and
    benefit anew and votes: it goes on, it stands still, or it is reviewed again.
    """
    path = approved()
    report = before_committee(path, assessed(path, "risk_change", "suspended"))

    decided(path, verdict)

    report.refresh_from_db()
    assert (report.state, state_of(path)) == (verdict, state)
    assert path.project.reviews.filter(kind="rereview").exists() is (verdict == "rereview_required")


@pytest.mark.article("national", 33)
def test_a_listed_activity_is_looked_at_every_six_months_and_after_a_great_change_rechecked_again() -> None:
    """第三十三条：清单内科技活动跟踪审查间隔一般不超过6个月；风险发生重大变化的，重新审查并重新开展专家复核。

    Given a listed activity that was approved after its re-check, then its follow-up is due within six months; when the
    committee wants it reviewed again, then a new pass is preliminary, and approves nothing before a new re-check.
    """
    path = listed(at=noon(2026, 3, 2)).passed().delivered()
    path.do("conclude_by_recheck", path.chair, password=PASSWORD)
    assert latest(path).due_on == add_months(path.at.astimezone().date(), 6)
    reported(path)
    decided(path, "rereview_required")
    path.review = path.project.reviews.get(kind="rereview")
    path.do("submit", path.lead, **signing(path.lead))
    listing = {"listed": "yes", "listed_items": ["invasive_bci"]}
    path.do("accept", path.secretary, procedure="general", procedure_ground="列入清单", **listing)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()

    path.do("conclude", path.chair, password=PASSWORD)

    assert (path.review.state, path.review.decision.preliminary, state_of(path)) == (
        "preliminarily_passed",
        True,
        "suspended",
    )
