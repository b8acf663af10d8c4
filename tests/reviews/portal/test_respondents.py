"""What the accused read and answer: the notice of findings, the sanction, the appeal; and nobody else's."""

import pytest
from django.urls import reverse

from ethicsreview.accounts.models import Role
from tests.committees.builders import holder, institution
from tests.reviews.complaints import WHISTLE, Matter, matter
from tests.reviews.portal.conftest import browser_of

pytestmark = pytest.mark.django_db


def page(name: str, ref: str) -> str:
    return reverse(f"portal:{name}", args=[ref])


def step(collection: str, ref: str, name: str) -> str:
    return reverse("portal:step", args=[collection, ref, name])


def test_the_accused_reads_the_findings_and_states_their_case() -> None:
    made = matter().named().notified()
    client = browser_of(made.accused)

    shown = client.get(page("respondent", made.respondent.ref)).content.decode()
    empty = client.post(step("respondents", made.respondent.ref, "state_case"), {"statement": ""})
    done = client.post(step("respondents", made.respondent.ref, "state_case"), {"statement": "当时以为不需要审查"})

    made.respondent.refresh_from_db()
    assert "有招募记录为证" in shown
    assert [word for word in (WHISTLE, made.complaint.account, made.investigator.name) if word in shown] == []
    assert (empty.status_code, done.status_code, made.respondent.state) == (422, 302, "stated")


def test_whoever_is_to_be_heard_finds_the_way_on_their_first_page_as_long_as_it_goes_on() -> None:
    made = matter().named().found()
    before = browser_of(made.accused).get("/").content.decode()
    made.ask("notify", until=made.respondent.heard_until_at_least(made.at))

    shown = browser_of(made.accused).get("/").content.decode()
    others = [browser_of(one).get("/").content.decode() for one in (made.officer, made.investigator)]

    head, way = "请您签署、陈述或者申诉", f'href="{page("respondent", made.respondent.ref)}">陈述申辩'
    assert (head in before, way in shown.split(head)[1].split("</section>")[0]) == (False, True)
    assert [head in other for other in others] == [False, False]


def test_before_the_notice_there_is_nothing_and_others_find_nothing() -> None:
    made = matter().named().found()
    before = browser_of(made.accused).get(page("respondent", made.respondent.ref)).status_code
    made.ask("notify", until=made.respondent.heard_until_at_least(made.at))
    other = Matter(made.at, made.unit, made.officer, made.second, made.investigator, made.accused)
    stranger = holder(Role.RESEARCHER, made.unit)

    assert before == 404
    assert browser_of(stranger).get(page("respondent", made.respondent.ref)).status_code == 404
    assert browser_of(other.accused).get(page("respondent", made.respondent.ref)).status_code == 200


def test_a_unit_answers_through_its_officers() -> None:
    unit = institution()
    officer, researcher = holder(Role.INSTITUTION_OFFICER, unit), holder(Role.RESEARCHER, unit)
    made = matter().accepted().look_into("name_investigators", investigators=matter().investigator.username)
    made.investigator = made.investigation.investigators.get().person
    made.accuse(body=unit.ref).notified()

    assert browser_of(officer).get(page("respondent", made.respondent.ref)).status_code == 200
    assert browser_of(researcher).get(page("respondent", made.respondent.ref)).status_code == 404


def test_the_sanction_is_read_and_appealed_against() -> None:
    made = matter().in_force()
    client = browser_of(made.accused)

    shown = client.get(page("sanction", made.sanction.ref)).content.decode()
    way = f'href="{page("sanction", made.sanction.ref)}">处理决定 处字〔2026〕1号（可以申诉）'
    offered = way in client.get("/").content.decode()
    done = client.post(step("sanctions", made.sanction.ref, "appeal"), {"grounds": "事实有误"})

    made.sanction.refresh_from_db()
    assert "处字〔2026〕1号" in shown
    assert (done.status_code, made.sanction.grounds) == (302, "事实有误")
    assert (offered, way in client.get("/").content.decode()) == (True, False)


def test_pages_stay_within_their_budget() -> None:
    from tests.reviews.desk.conftest import queries

    made = matter().in_force()
    client = browser_of(made.accused)
    for name, one in (("respondent", made.respondent), ("sanction", made.sanction)):
        client.get(page(name, one.ref))
        with queries() as caught:
            client.get(page(name, one.ref))
        assert len(caught) <= 20
