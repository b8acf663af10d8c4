"""Follow-ups and reports at the desk."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from ethicsreview.accounts.models import Role
from ethicsreview.lifecycle.door import perform
from reviews.models import Report
from reviews.models.following.reporting import hand_in_paper
from tests.committees.builders import authority, committee, holder, keeper_of, people_of
from tests.reviews.builders import PASSWORD, Case
from tests.reviews.desk.conftest import address, queries, text
from tests.reviews.following import (
    approved,
    assessed,
    before_committee,
    begin,
    due,
    filed,
    human,
    latest,
    noon,
    reported,
    step,
)

pytestmark = pytest.mark.django_db
SHEET = {
    "serious": "yes",
    "unexpected": "yes",
    "related": "possible",
    "balance": "still_acceptable",
    "sufficient": "yes",
    "finding": "已查阅病历",
    "inform": "no",
    "recommendation": "continued",
}


def test_a_report_is_assessed_by_one_and_settled_by_another(signed_in: Any) -> None:
    path = human()
    draft = begin(path, "sae")
    hand_in_paper(draft, ContentFile("记录表".encode(), name="记录.txt"), by=path.lead, at=path.at)
    report = filed(path, "sae", event="参与者出现休克")
    secretary, chair, member = signed_in(path.secretary), signed_in(path.chair), signed_in(path.members[3])
    page = address("report", report.ref)
    assert page in text(secretary.get(address("queue")))
    assert page not in text(chair.get(address("queue")))
    assert page in text(member.get(address("following") + "?show=reports"))
    assert "参与者出现休克" in text(member.get(page))
    served = secretary.get(address("report_paper", report.ref, report.papers.get().pk))
    assert b"".join(served.streaming_content).decode() == "记录表"

    secretary.post(address("step", "reports", report.ref, "assess"), SHEET)
    assert page in text(chair.get(address("queue")))
    assert "已查阅病历" in text(chair.get(page))
    terms = {"outcome": "continued", "answer": "继续观察", "password": PASSWORD}
    done = chair.post(address("step", "reports", report.ref, "dispose"), terms)

    assert (done.status_code, done.headers["Location"]) == (302, page)
    assert Report.objects.get().state == "continued"
    assert page not in text(member.get(address("following") + "?show=reports"))
    assert page in text(member.get(address("following") + "?show=all"))


def test_the_review_shows_what_was_reported_and_asks_for_verdicts_of_its_own(signed_in: Any) -> None:
    path = human()
    report = before_committee(path, assessed(path, "risk_change", changed="对照药撤市"))
    path.do("accept", path.secretary, procedure="general", procedure_ground="由会议审查")
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()

    shown = text(signed_in(path.members[3]).get(address("review", path.review.ref)))

    assert "对照药撤市" in shown
    assert address("report", report.ref) in shown
    for verdict in ("continued", "suspended", "terminated", "rereview_required"):
        assert f'value="{verdict}"' in shown
    assert 'value="approved"' not in shown
    assert "criterion__execution" in shown


def test_an_overdue_follow_up_is_seen_by_committee_and_unit(signed_in: Any, time_machine: Any) -> None:
    path = approved()
    found = due(path)
    page = address("follow_up", found.ref)
    people = (path.secretary, path.chair, keeper_of(path.committee))
    time_machine.move_to(noon(2027, 3, 2), tick=False)
    clients = [signed_in(who) for who in people]
    assert [page in text(one.get(address("queue"))) for one in clients] == [False, False, False]
    time_machine.move_to(noon(2027, 3, 3), tick=False)
    clients = [signed_in(who) for who in people]

    for one in clients:
        assert page in text(one.get(address("queue")))
        assert "逾期" in text(one.get(address("following")))
        assert "逾期" in text(one.get(page))
    elsewhere = signed_in(people_of(committee(at=path.at), Role.SECRETARY)[0])
    assert page not in text(elsewhere.get(address("queue")))


def test_who_opens_the_pages(signed_in: Any) -> None:
    path = approved()
    hidden, report = begin(path, "sae"), filed(path, "deviation")
    pages = [
        address("report", report.ref),
        address("follow_up", latest(path).ref),
        address("report", hidden.ref),
    ]
    seen, unseen = [200, 200, 404], [404, 404, 404]
    for who, expected in [
        (path.secretary, seen),
        (path.members[3], seen),
        (keeper_of(path.committee), seen),
        (holder(Role.OPERATOR, authority()), seen),
        # No high-risk activity: it is not the regulator's to follow.
        (holder(Role.REGULATOR, authority("370000")), unseen),
        (people_of(committee(at=path.at), Role.SECRETARY)[0], unseen),
        (path.lead, unseen),
    ]:
        assert [signed_in(who).get(page).status_code for page in pages] == expected, who


def test_a_regulator_sees_the_reports_of_high_risk_activities_of_the_territory(signed_in: Any) -> None:
    path = human()
    report = filed(path, "sae")
    page = address("report", report.ref)
    inside = signed_in(holder(Role.REGULATOR, authority("370000")))
    outside = signed_in(holder(Role.REGULATOR, authority("510000")))

    expected = 200 if path.assessment.high_risk else 404
    assert (inside.get(page).status_code, outside.get(page).status_code) == (expected, 404)
    shown = text(inside.get(address("following") + "?show=all"))
    assert (page in shown) is path.assessment.high_risk


def test_whoever_is_recused_from_the_review_of_a_report_knows_nothing_of_it(signed_in: Any) -> None:
    path = human()
    report = before_committee(path, assessed(path, "risk_change"))
    path.do("accept", path.secretary, procedure="general", procedure_ground="由会议审查")
    path.do("begin", path.secretary, meeting=path.planned().ref)
    member, other = path.members[5], path.members[4]
    page, everywhere = address("report", report.ref), address("following") + "?show=all"
    assert signed_in(member).get(page).status_code == 200

    perform(path.ballot_of(member), "recuse", by=member, at=path.at, ground="与负责人有合作")

    assert signed_in(member).get(page).status_code == 404
    assert page not in text(signed_in(member).get(everywhere))
    register = reverse("admin:reviews_report_changelist")
    assert report.ref not in text(signed_in(member).get(register))
    assert page in text(signed_in(other).get(everywhere))


def test_a_declared_interest_hides_it_too(signed_in: Any) -> None:
    path = human()
    report = filed(path, "sae")
    member = path.members[5]
    page = address("report", report.ref)
    terms = {"none_to_declare": "no", "details": "亲属", "people": path.lead.username}
    assert signed_in(member).get(page).status_code == 200
    perform(path.committee, "declare_interests", by=member, at=path.at, **terms)

    assert signed_in(member).get(page).status_code == 404
    assert signed_in(member).get(address("follow_up", latest(path).ref)).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_pages_stay_within_their_budget(signed_in: Any, count: int) -> None:
    path = human()
    paths = [path, *(another(path) for _number in range(count - 1))]
    reports = [filed(one, "sae") for one in paths]
    secretary, officer = signed_in(path.secretary), signed_in(keeper_of(path.committee))
    pages = [
        (secretary, address("following"), 10),
        (secretary, address("following") + "?show=reports", 10),
        (secretary, address("report", reports[0].ref), 19),
        (secretary, address("follow_up", latest(path).ref), 19),
        (secretary, address("queue"), 12),
        (officer, address("following"), 10),
        (officer, address("queue"), 12),
        (secretary, reverse("admin:reviews_report_changelist"), 10),
    ]
    costs = []
    for client, page, _most in pages:
        client.get(page)
        with queries() as caught:
            assert client.get(page).status_code == 200
        costs.append(len(caught))
    over = [(page, cost) for (_client, page, most), cost in zip(pages, costs, strict=True) if cost > most]
    assert over == []


def another(path: Case) -> Case:
    """One more approved activity of the same committee."""
    beside = Case(path.committee, path.lead, path.at, dict(path.answers)).concluded()
    beside.at += timedelta(days=1)
    return beside


def test_a_report_that_was_sent_back_is_not_read_while_it_is_written_anew(signed_in: Any) -> None:
    path = approved()
    report = filed(path, "deviation", why="第一次写的原因")
    secretary = signed_in(path.secretary)
    assert "第一次写的原因" in text(secretary.get(address("report", report.ref)))

    step(path, report, "send_back", path.secretary, reason="请补充")

    assert "第一次写的原因" not in text(secretary.get(address("report", report.ref)))


def test_the_follow_up_leads_to_its_review(signed_in: Any) -> None:
    path = approved()
    found = reported(path)

    shown = text(signed_in(path.secretary).get(address("follow_up", found.ref)))

    assert address("review", path.review.ref) in shown
    assert address("review", found.review.ref) in shown
