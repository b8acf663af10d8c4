"""The month of the desk and of the portal, and the clock room: what each person sees there, and what not."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines import pulse, sweep
from tests.committees.builders import authority, committee, holder, keeper_of, person
from tests.reviews.builders import Case, case
from tests.reviews.desk.conftest import address, queries, text

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
DECIDE = "作出审查决定"


@pytest.fixture
def path() -> Case:
    """Accepted on 2 March 2026: the decision is due on 1 April."""
    return case(at=datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)).accepted()


@pytest.fixture(autouse=True)
def _in_march(time_machine: object) -> None:
    time_machine.move_to(datetime(2026, 3, 28, 9, tzinfo=SHANGHAI), tick=False)


def on_1_april(page: str) -> bool:
    return 'id="d2026-04-01"' in page


# --- the month ----------------------------------------------------------------------------------------------------


def test_month_of_the_desk_has_each_deadline_on_its_last_day_with_its_article(path: Case, signed_in) -> None:
    page = text(signed_in(path.secretary).get(address("month"), {"month": "2026-04"}))

    assert on_1_april(page)
    assert page.count(f'<a href="/desk/reviews/{path.review.ref}/">{DECIDE}</a>') == 1
    assert "《科技伦理审查办法（试行）》第十七条" in page
    assert "还剩4天" in page
    assert 'href="?month=2026-03&amp;side=mine"' in page


def test_month_beside_has_it_not(path: Case, signed_in) -> None:
    page = text(signed_in(path.secretary).get(address("month"), {"month": "2026-03"}))

    assert DECIDE not in page


def test_a_month_without_any_leads_to_the_next_with_one(path: Case, signed_in) -> None:
    page = text(signed_in(path.secretary).get(address("month"), {"month": "2026-02"}))

    assert 'href="?month=2026-04&amp;side=mine"' in page.split("下一项到期在")[1]


def test_late_ones_stand_above_in_the_month_of_today(path: Case, signed_in, time_machine) -> None:
    time_machine.move_to(datetime(2026, 5, 4, 9, tzinfo=SHANGHAI), tick=False)

    page = text(signed_in(path.secretary).get(address("month")))

    assert "此前已逾期" in page
    assert "已逾期33天" in page


def test_month_of_a_committee_is_open_to_its_members_and_not_to_who_has_an_interest(path: Case, signed_in) -> None:
    from ethicsreview.lifecycle.door import perform

    member, partial = path.members[3], path.members[4]
    perform(
        path.committee,
        "declare_interests",
        by=partial,
        none_to_declare="no",
        details="亲属",
        people=path.lead.username,
    )

    asked = {"month": "2026-04", "side": "committee"}
    pages = [text(signed_in(one).get(address("month"), asked)) for one in (member, partial)]

    assert [on_1_april(page) for page in pages] == [True, False]


def test_month_of_another_committee_a_researcher_or_a_visitor_shows_nothing_of_it(path: Case, signed_in) -> None:
    elsewhere = holder(Role.SECRETARY, committee(at=path.at))

    page = text(signed_in(elsewhere).get(address("month"), {"month": "2026-04", "side": "committee"}))

    assert not on_1_april(page)
    assert signed_in(path.lead).get(address("month")).status_code == 404
    assert Client().get(address("month")).status_code == 302


def test_month_of_the_portal_has_what_is_the_persons_own(path: Case, signed_in) -> None:
    asked = Case(path.committee, path.lead, path.at).submitted()
    asked.do("request_supplement", asked.secretary, item__purpose="目的不清楚")

    page = text(signed_in(path.lead).get(reverse("portal:month"), {"month": "2026-04"}))
    of_nobody = text(signed_in(person()).get(reverse("portal:month"), {"month": "2026-04"}))

    assert "补正申请材料" in page
    assert asked.review.ref in page
    assert DECIDE not in page
    assert "这个月没有到期的事项。" in of_nobody


# --- the clock room -----------------------------------------------------------------------------------------------


def rooms(path: Case) -> dict[str, object]:
    city = authority("370100", level="city")
    return {
        "secretary": path.secretary,
        "chair": path.chair,
        "officer": keeper_of(path.committee),
        "regulator": holder(Role.REGULATOR, city),
        "regulator elsewhere": holder(Role.REGULATOR, authority("370200", level="city")),
        "secretary elsewhere": holder(Role.SECRETARY, committee(at=path.at)),
        "officer elsewhere": keeper_of(committee(at=path.at)),
        "operator": holder(Role.OPERATOR, city),
        "member": path.members[3],
        "expert": holder(Role.RECHECK_EXPERT, city),
    }


def test_each_person_sees_the_clocks_they_watch_over_and_no_other(path: Case, signed_in) -> None:
    """The activity carries no high risk: the regulator sees the committee's own clocks, and nothing of the review."""
    found = {}
    for name, who in rooms(path).items():
        answer = signed_in(who).get(address("clocks"), {"show": "open"})
        found[name] = (DECIDE in text(answer)) if answer.status_code == 200 else answer.status_code

    assert found == {
        "secretary": True,
        "chair": True,
        "officer": True,
        "regulator": False,
        "regulator elsewhere": False,
        "secretary elsewhere": False,
        "officer elsewhere": False,
        "operator": True,
        "member": 404,
        "expert": 404,
    }


def test_regulator_sees_the_committees_of_the_territory(path: Case, signed_in) -> None:
    people = rooms(path)

    here = text(signed_in(people["regulator"]).get(address("clocks"), {"show": "open"}))
    elsewhere = text(signed_in(people["regulator elsewhere"]).get(address("clocks"), {"show": "open"}))

    registering = "在国家科技伦理管理信息登记平台登记委员会"
    assert (registering in here, registering in elsewhere) == (True, False)


def test_late_and_escalated_are_told_with_who_must_act_and_since_when(path: Case, signed_in, time_machine) -> None:
    time_machine.move_to(datetime(2026, 4, 3, 9, tzinfo=SHANGHAI), tick=False)
    sweep.sweep(datetime(2026, 4, 3, 9, tzinfo=SHANGHAI))
    client = signed_in(path.secretary)

    late = text(client.get(address("clocks")))
    escalated = text(client.get(address("clocks"), {"show": "escalated"}))
    week = text(client.get(address("clocks"), {"show": "week"}))

    assert "已逾期2天" in late
    assert f"秘书（{path.secretary.name}）" in late
    assert "2026-4-3 09:00" in escalated or "2026年4月3日" in escalated
    assert DECIDE in escalated
    assert DECIDE not in week


def test_summary_counts_by_body_and_by_person(path: Case, signed_in, time_machine) -> None:
    Case(path.committee, path.lead, path.at).accepted()
    time_machine.move_to(datetime(2026, 4, 3, 9, tzinfo=SHANGHAI), tick=False)

    answer = signed_in(path.secretary).get(address("clocks"))

    found = answer.context["summary"]
    [body] = [one for one in found.bodies if one.ref == path.committee.ref]
    assert (found.late, body.late, body.escalated) == (2, 2, 0)
    assert [one.late for one in found.people if one.name == f"秘书（{path.committee.name}）"] == [2]


def test_list_can_be_narrowed_to_one_body_and_pages_on(path: Case, signed_in) -> None:
    operator = signed_in(holder(Role.OPERATOR, authority()))

    narrow = operator.get(address("clocks"), {"show": "open", "body": path.committee.ref})
    of_none = operator.get(address("clocks"), {"show": "open", "body": "C999999"})
    first = operator.get(address("clocks"), {"show": "open"})
    second = operator.get(address("clocks"), {"show": "open", "cursor": first.context["listed"].page.next})

    assert {row.body for row in narrow.context["listed"].rows} == {path.committee.name}
    assert of_none.context["listed"].rows == []
    if first.context["listed"].page.next:
        assert not {row.entry for row in first.context["listed"].rows} & {
            row.entry for row in second.context["listed"].rows
        }


def test_operator_sees_the_last_sweep_the_beat_and_the_queue(path: Case, signed_in) -> None:
    operator = signed_in(holder(Role.OPERATOR, authority()))
    nothing = {label: warn for label, _value, warn in operator.get(address("clocks")).context["running"]}
    now = datetime(2026, 3, 28, 9, tzinfo=SHANGHAI)
    sweep.sweep(now)
    pulse.take(pulse.BEAT, "host:1", now, timedelta(seconds=30))

    running = {label: (value, warn) for label, value, warn in operator.get(address("clocks")).context["running"]}

    assert (nothing["最近一次巡检"], nothing["在用的定时进程"]) == (True, True)
    assert (running["最近一次巡检"], running["在用的定时进程"]) == ((now, False), ("host:1", False))
    assert running["队列中的消息"][0] in range(100)
    assert "running" not in signed_in(path.secretary).get(address("clocks")).context


# --- budgets ------------------------------------------------------------------------------------------------------


def test_pages_cost_the_same_with_one_row_and_with_three(path: Case, signed_in) -> None:
    people = rooms(path)
    asked = [
        (signed_in(people["secretary"]), address("clocks"), {"show": "open"}),
        (signed_in(people["officer"]), address("clocks"), {"show": "open"}),
        (signed_in(people["regulator"]), address("clocks"), {"show": "open"}),
        (signed_in(people["operator"]), address("clocks"), {"show": "open"}),
        (signed_in(people["secretary"]), address("month"), {"month": "2026-04", "side": "committee"}),
        (signed_in(people["secretary"]), reverse("portal:month"), {"month": "2026-04"}),
    ]

    def cost(client: Client, page: str, given: dict[str, str]) -> int:
        client.get(page, given)
        with queries() as caught:
            assert client.get(page, given).status_code == 200
        return len(caught)

    with_one = [cost(*one) for one in asked]
    for _number in range(2):
        Case(path.committee, path.lead, path.at).accepted()
    with_three = [cost(*one) for one in asked]

    assert with_one == with_three
    assert max(with_three) <= 12


def test_month_of_a_person_with_nothing_is_designed_and_of_any_text_harmless(path: Case, signed_in) -> None:
    page = text(signed_in(path.secretary).get(address("month"), {"month": "<script>", "side": "<script>"}))

    assert "<script>" not in page.replace('<script src="', "")
    assert date(2026, 3, 1).isoformat()[:7] in page


def test_committees_page_names_the_terms_and_trainings_that_end_soon(path: Case, signed_in, time_machine) -> None:
    early = text(signed_in(path.secretary).get(address("committee", path.committee.ref)))
    time_machine.move_to(datetime(2028, 2, 1, 9, tzinfo=SHANGHAI), tick=False)

    late = text(signed_in(path.secretary).get(address("committee", path.committee.ref)))

    assert "委员培训" not in early
    assert late.count("委员培训：") == path.committee.memberships.count()
    assert "还剩29天" in late
    assert "《科技伦理审查办法（试行）》第八条" in late
