"""Complaints and investigations at the desk: who finds them, at what cost; and that no page but one names who
complained.
"""

import logging
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Entry
from tests.committees.builders import authority, holder, institution, person
from tests.reviews.api.client import Caller
from tests.reviews.complaints import CONTACT, WHISTLE, Matter, city, matter, province
from tests.reviews.desk.conftest import address, queries, text

pytestmark = pytest.mark.django_db


def cost(client: Client, page: str) -> int:
    client.get(page)
    with queries() as caught:
        assert client.get(page).status_code == 200
    return len(caught)


def pages_of(made: Matter) -> list[str]:
    return [
        address("complaints"),
        address("investigations"),
        address("complaint", made.complaint.ref),
        address("investigation", made.investigation.ref),
        address("respondent", made.respondent.ref),
        address("sanction", made.sanction.ref),
    ]


def test_pages_are_shown_within_their_budgets_and_cost_the_same_for_more(signed_in) -> None:
    made = matter().in_force()
    client = signed_in(made.officer)
    few = [cost(client, page) for page in pages_of(made)]

    for _number in range(2):
        Matter(made.at, made.unit, made.officer, made.second, made.investigator, made.accused).concluded()
    made.look_into("hand_over", ground="crime", receiver="市公安局", reason="x")
    many = [cost(client, page) for page in pages_of(made)]

    assert many == few
    assert max(few[:2]) <= 12
    assert max(few[2:]) <= 20


def test_what_somebody_must_act_on_stands_on_the_first_page_with_its_day(signed_in) -> None:
    made = matter().complained()
    beside = holder(Role.INSTITUTION_OFFICER, institution())

    mine, other = (text(signed_in(one).get(address("queue"))) for one in (made.officer, beside))

    assert "由我办理的期限" in mine
    assert f'href="{address("complaint", made.complaint.ref)}"' in mine
    assert "还剩15天" in mine
    assert made.complaint.ref not in other
    searched = text(signed_in(made.officer).get(address("queue"), {"q": "心"}))
    assert "由我办理的期限" not in searched


def test_an_investigation_is_carried_out_by_its_pages(signed_in) -> None:
    made = matter().complained()
    client = signed_in(made.officer)
    accepted = client.post(
        address("step", "complaints", made.complaint.ref, "accept"), {"title": "未经批准", "track": "ethics"}
    )
    found = made.complaint.investigation
    client.post(
        address("step", "investigations", found.ref, "name_investigators"),
        {"investigators": made.investigator.username},
    )
    wrong = client.post(address("step", "investigations", found.ref, "add_respondent"), {"name": "甲", "username": "x"})
    client.post(address("step", "investigations", found.ref, "add_respondent"), {"username": made.accused.username})

    assert (accepted.status_code, wrong.status_code) == (302, 422)
    assert found.respondents.get().person == made.accused


def test_an_investigation_is_opened_on_ones_own_motion(signed_in) -> None:
    made = matter()
    client = signed_in(made.officer)
    given = {"body": made.unit.ref, "title": "主动立案", "origin": "own_motion", "track": "ethics", "account": "自查"}

    wrong = client.post(address("investigation_new"), given | {"origin": "", "account": ""})
    done = client.post(address("investigation_new"), given)

    assert (wrong.status_code, done.status_code) == (422, 302)
    assert "主动立案" in text(client.get(address("investigations")))
    assert signed_in(person()).get(address("investigation_new")).status_code == 404


def test_evidence_is_handed_in_and_read_by_those_of_the_case(signed_in, tmp_path, settings) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.MEDIA_ROOT = tmp_path
    made = matter().named()
    client = signed_in(made.investigator)
    page = address("investigation_upload", made.investigation.ref)
    once = client.get(page).context["once"]
    given = {"kind": "document", "title": "招募广告", "text": "", "earlier": "", "once": once}

    empty = client.post(page, given)
    done, twice, other = (
        client.post(page, given | {"file": SimpleUploadedFile("ad.txt", words.encode())}, follow=True)
        for words in ("招募", "招募", "另一份")
    )
    kept = made.investigation.evidence.get()
    again = client.post(
        page,
        given
        | {"file": SimpleUploadedFile("ad2.txt", "更清晰".encode()), "earlier": kept.version.document.ref}
        | {"once": other.context["once"]},
    )
    read = client.get(address("investigation_evidence", made.investigation.ref, 2))

    assert [answer.status_code for answer in (empty, done, twice, other, again)] == [422, 200, 200, 422, 302]
    assert ["没有重复办理" in text(one) for one in (done, twice)] == [False, True]
    assert "还没有提交" in text(other)
    assert b"".join(read.streaming_content).decode() == "更清晰"
    assert signed_in(made.officer).get(page).status_code == 403
    assert signed_in(made.accused).get(page).status_code == 404


def test_others_find_nothing(signed_in) -> None:
    made = matter().in_force()
    strangers = [
        holder(Role.INSTITUTION_OFFICER, institution("510100")),
        holder(Role.REGULATOR, authority("510000", level="province")),
        holder(Role.OPERATOR, authority("370000")),
        holder(Role.SECRETARY, institution("370200")),
    ]

    for who in strangers:
        client = signed_in(who)
        assert {client.get(page).status_code for page in pages_of(made)[2:]} == {404}
        for page in pages_of(made)[:2]:
            assert made.complaint.ref not in text(client.get(page))


def test_an_accused_officer_finds_nothing_at_the_desk_and_their_own_part_on_the_portal(signed_in) -> None:
    province()
    made = matter()
    made.accused = made.second
    department_officer = holder(Role.INSTITUTION_OFFICER, made.unit)
    made.complained(unit="", unit_suspected=False)
    assert made.complaint.handler is not None
    regulator = made.complaint.handler.appointments.get().person
    made.officer = regulator
    made.handle("accept", title="x", track="ethics")
    made.investigation = made.complaint.investigation
    made.look_into("name_investigators", investigators=made.investigator.username)
    made.accuse(username=made.accused.username).notified()
    client = signed_in(made.accused)

    desk = [client.get(address(name, one.ref)).status_code for name, one in _parts(made)]
    portal = client.get(reverse("portal:respondent", args=[made.respondent.ref]))

    assert desk == [404, 404, 404]
    assert "未获批准开展活动" in text(portal)
    assert made.complaint.account not in text(portal)
    assert signed_in(department_officer).get(address("investigation", made.investigation.ref)).status_code == 404


def _parts(made: Matter) -> list[tuple[str, object]]:
    return [("complaint", made.complaint), ("investigation", made.investigation), ("respondent", made.respondent)]


# --- who complained -----------------------------------------------------------------------------------------------


def test_the_identity_is_shown_by_the_step_alone_and_once(signed_in) -> None:
    made = matter().named()
    client = signed_in(made.investigator)
    page = address("investigation_complainant", made.investigation.ref)

    asked = text(client.get(page))
    without = client.post(page, {"reason": ""})
    shown = client.post(page, {"reason": "需要当面核实"})
    again = text(client.get(page))

    assert WHISTLE not in asked + text(without) + again
    assert without.status_code == 422
    assert WHISTLE in text(shown)
    assert CONTACT in text(shown)
    assert "no-store" in shown["Cache-Control"]
    assert Entry.objects.filter(step="reveal", actor_ref=made.investigator.username).count() == 1
    assert signed_in(made.officer).post(page, {"reason": "x"}).status_code == 403
    assert signed_in(made.accused).post(page, {"reason": "x"}).status_code == 404


def test_nothing_else_anywhere_names_the_complainant(signed_in, caplog) -> None:
    """Planted where it would be seen if anything read it: pages, API, registers, record, notices, mail, log, search."""
    caplog.set_level(logging.DEBUG)
    made = matter().in_force()
    made.look_into("reveal", by=made.investigator, reason="需要核实")
    supervisor, operator = province()[1], holder(Role.OPERATOR, authority("370000"))
    told = ""
    for who in (made.officer, made.second, made.investigator, made.accused, supervisor, operator):
        client, caller = signed_in(who), Caller(who)
        for page in [*pages_of(made), address("queue"), f"{address('queue')}?q={WHISTLE}", reverse("portal:home")]:
            told += text(client.get(page)).replace(f'value="{WHISTLE}"', "").replace(f"“{WHISTLE}”", "")
        for one in (made.complaint, made.investigation, made.respondent, made.sanction):
            for tail in ("", "/steps", "/trail"):
                told += caller.get(f"/{one.collection}/{one.ref}{tail}").content.decode()
            told += caller.get(f"/{one.collection}").content.decode()
        told += text(client.get(reverse("portal:respondent", args=[made.respondent.ref])))
        told += text(client.get(reverse("portal:sanction", args=[made.sanction.ref])))
    told += text(Client().get(reverse("public:published")))
    told += str(list(Entry.objects.values("facts", "actor_name", "actor_ref"))) + str(list(Notice.objects.values()))
    told += caplog.text + "".join(f"{one.subject}{one.body}" for one in mail.outbox)

    assert made.investigation.title in told
    assert WHISTLE not in told
    assert CONTACT not in told


def test_a_city_that_supervises_reads_and_does_not_act(signed_in) -> None:
    _town, clerk = city()
    made = matter().named()
    client = signed_in(clerk)

    page = text(client.get(address("investigation", made.investigation.ref)))
    done = client.post(address("step", "investigations", made.investigation.ref, "extend"), {})

    assert made.investigation.title in page
    assert done.status_code == 403


def test_a_finding_to_be_settled_waits_on_the_first_page_of_the_investigator(signed_in) -> None:
    made = matter().named().notified()
    way = f'href="{address("respondent", made.respondent.ref)}">{made.respondent.name}'

    def waits() -> list[bool]:
        return [way in text(signed_in(one).get(address("queue"))) for one in (made.investigator, made.second)]

    before = waits()
    made.ask("state_case", by=made.accused, statement="没有招募")

    assert (before, waits()) == ([False, False], [True, False])
    made.settled()
    assert waits() == [False, False]


def test_a_sanction_to_be_decided_waits_on_the_first_page_of_another(signed_in) -> None:
    made = matter().proposed().rule("notify", until=law_day(timezone.now()) + timedelta(days=10))
    way = f'href="{address("sanction", made.sanction.ref)}">{made.respondent.name}'

    def waits() -> list[bool]:
        return [way in text(signed_in(one).get(address("queue"))) for one in (made.officer, made.second)]

    before = waits()
    made.rule("state_case", by=made.accused, statement="请从轻")

    assert (before, waits()) == ([False, False], [False, True])
    made.rule("decide", by=made.second, number="处字〔2026〕1号", reason="情节严重")
    assert waits() == [False, False]


def test_an_appeal_against_a_sanction_is_named_and_reached_from_the_first_page(signed_in) -> None:
    made = matter().in_force()
    made.rule("appeal", by=made.accused, grounds="处理过重")

    duties = text(signed_in(made.officer).get(address("queue"))).split('id="duties"')[1].split("</table>")[0]

    assert f'href="{address("sanction", made.sanction.ref)}">复核处理决定' in duties
    assert f"{made.sanction.ref} · {made.respondent.name}" in duties
