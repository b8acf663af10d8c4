"""Programmes at the desk and on the portal: pages, their cost, what is done on them, and who finds nothing."""

import pytest

from ethicsreview.accounts.models import Role
from ethicsreview.trail.models import Entry
from reviews.models import GateAnswer, Programme, RecordLookup, RiskAssessment
from reviews.models.programmes.lettering import issue_pending
from tests.committees.builders import authority, holder, institution, keeper_of, person
from tests.reviews.builders import PASSWORD, Case, with_password
from tests.reviews.desk.conftest import address, queries, text
from tests.reviews.programmes import CHENGDU, SICHUAN, SIGNING, approved, ban, check_list, entered, looked_up, run

pytestmark = pytest.mark.django_db


def cost(client, page):
    client.get(page)
    with queries() as caught:
        assert client.get(page).status_code == 200, page
    return len(caught)


def test_pages_are_within_their_budgets_and_cost_the_same_for_more(signed_in) -> None:
    made, path = entered(CHENGDU)
    checked, kept = check_list(made), looked_up(made)
    client = signed_in(made.manager)
    lists = [address("programmes"), address("record_lookups"), address("programme", made.programme.ref)]
    pages = [
        address("programme_entry", made.entry.ref),
        address("gate_check", checked.job),
        address("record_lookup", kept.ref),
    ]
    one = [cost(client, page) for page in (*lists, *pages)]

    for _number in range(2):
        made.entered(Case(path.committee, path.lead, path.at).assessed())
        check_list(made)
        looked_up(made)
    first = made.programme
    made.opened()
    made.programme = first

    assert [cost(client, page) for page in (*lists, *pages)] == one
    assert max(one[:2]) <= 12
    assert max(one) <= 20


def test_a_manager_sets_up_a_programme_and_asks_a_gate_by_its_forms(signed_in) -> None:
    path, made = approved(CHENGDU), run(SICHUAN)
    client = signed_in(made.manager)
    given = {"authority": made.authority.ref, "code": "kj 1", "name": "重点研发计划", "fiscal": "on"}

    wrong = client.post(address("programme_new"), given)
    client.post(address("programme_new"), given | {"code": "SCKJ-2026"})
    again = client.post(address("programme_new"), given | {"code": "SCKJ-2026"})
    programme = Programme.objects.get()
    client.post(address("step", "programmes", programme.ref, "open"))
    project = {"number": "川2026-1", "title": "一", "unit_name": "某大学", "lead_name": path.lead.name, "field": "ai"}
    enter = address("step", "programmes", programme.ref, "enter")
    client.post(enter, project | {"project": path.project.ref})
    entry = programme.entries.get()
    asked = client.post(address("programme_entry_ask", entry.ref), {"stage": "approval"}, follow=True)

    assert (wrong.status_code, again.status_code) == (422, 422)
    assert "不通过" in text(asked)
    assert GateAnswer.objects.get().entry == entry
    page = text(client.get(address("programme_entry", entry.ref)))
    assert "项目负责人尚未签署承诺书" in page
    assert path.review.ref not in page
    assert client.post(address("programme_entry_ask", entry.ref), {"stage": "intake"}).status_code == 404
    assert "1" in text(client.get(address("programme", programme.ref), {"number": "2026-1"}))


def test_to_others_there_are_no_such_pages(signed_in) -> None:
    made, path = entered(CHENGDU)
    checked, kept = check_list(made), looked_up(made)
    of_programmes = [
        address("programme", made.programme.ref),
        address("programme_entry", made.entry.ref),
        address("gate_check", checked.job),
    ]
    of_records = [address("record_lookups"), address("record_lookup", kept.ref)]
    new = address("programme_new")
    province = holder(Role.REGULATOR, made.authority)
    beside = holder(Role.PROGRAMME_MANAGER, authority(SICHUAN, level="province"))
    for who, there in (
        (province, {*of_programmes, address("programmes")}),
        (beside, {address("programmes"), address("record_lookups"), new}),
        (path.secretary, set()),
        (keeper_of(path.committee), set()),
        (path.lead, set()),
        (holder(Role.RECHECK_EXPERT, made.authority), set()),
    ):
        client = signed_in(who)
        found = {
            page
            for page in (*of_programmes, *of_records, address("programmes"), new)
            if client.get(page).status_code == 200
        }
        assert found == there
    assert signed_in(province).post(address("programme_entry_ask", "N2020-000001"), {}).status_code == 404
    assert "重点研发计划" not in text(signed_in(beside).get(address("programmes")))


def test_a_regulator_who_opens_a_project_leaves_a_look_and_a_manager_none(signed_in) -> None:
    made, path = entered(CHENGDU)
    RiskAssessment.objects.filter(project=path.project).update(high_risk=True)
    page = address("programme_entry", made.entry.ref)

    signed_in(made.manager).get(page)
    signed_in(holder(Role.REGULATOR, made.authority)).get(page)

    looks = Entry.objects.filter(chain__subject_kind="oversight", chain__subject_ref=path.project.ref)
    assert [entry.facts["what"] for entry in looks] == [page]


def test_a_record_is_looked_up_on_its_page_and_refused_in_words(signed_in) -> None:
    made, path = entered(CHENGDU)
    ban(made.at, project=path.project)
    client = signed_in(made.manager)
    given = {
        "authority": made.authority.ref,
        "kind": "person",
        "name": path.lead.name,
        "unit": path.project.institution.name,
        "purpose": "project",
        "matter": "2026-1",
    }

    wrong = client.post(address("record_lookups"), given | {"unit": "", "purpose": ""})
    shown = text(client.post(address("record_lookups"), given, follow=True))

    assert wrong.status_code == 422
    assert "川科处〔2026〕3号" in shown
    shandong = run("370000")
    before = [
        text(client.get(address("record_lookups"))),
        text(signed_in(shandong.manager).get(address("record_lookups"))),
    ]
    assert [f"适用于{shandong.authority.name}的规则没有规定" in one for one in before] == [False, True]
    refused = signed_in(shandong.manager).post(address("record_lookups"), given | {"authority": shandong.authority.ref})
    assert (refused.status_code, RecordLookup.objects.count()) == (409, 1)


def test_lead_and_officer_read_and_sign_on_the_portal(signed_in) -> None:
    made, path = entered(CHENGDU)
    letter, officer = made.letter, with_password(keeper_of(path.committee))
    waiting = text(signed_in(path.lead).get(f"/projects/{path.project.ref}/"))
    assert f"/commitments/{letter.ref}/" in waiting
    offered = f'href="/commitments/{letter.ref}/">签署科技伦理承诺书：{letter.entry.title}'
    first = [text(signed_in(one).get("/")) for one in (path.lead, officer, path.secretary)]
    assert [offered in one for one in first] == [True, True, False]
    assert f'href="/commitments/{letter.ref}/">承担单位签署承诺书' in text(signed_in(officer).get(address("queue")))
    page = f"/commitments/{letter.ref}/"
    for who, step in ((path.lead, "sign_as_lead"), (officer, "sign_for_unit")):
        client = signed_in(who)
        assert letter.clauses[0] in text(client.get(page))
        assert letter.entry.title in text(client.get("/commitments/"))
        form = text(client.get(f"{page}steps/{step}/"))
        assert letter.clauses[-1] in form
        wrong = client.post(f"{page}steps/{step}/", SIGNING | {"password": "wrong"})
        done = client.post(f"{page}steps/{step}/", {"agree": "on", "password": PASSWORD})
        assert (wrong.status_code, done.status_code) == (422, 302)
        assert offered not in text(client.get("/"))
    assert client.get(f"{page}letter/").status_code == 404
    issue_pending(made.at)

    served = client.get(f"{page}letter/")
    assert served.headers["Content-Type"] == "application/pdf"
    assert b"".join(served.streaming_content).startswith(b"%PDF-")
    assert "尚未签署" not in text(client.get(page))
    assert letter.entry.programme.name in text(signed_in(path.lead).get(f"/projects/{path.project.ref}/"))
    for other in (person(), holder(Role.INSTITUTION_OFFICER, institution(CHENGDU)), path.secretary):
        client = signed_in(other)
        assert client.get(page).status_code == 404
        assert client.get(f"{page}letter/").status_code == 404
        assert letter.entry.title not in text(client.get("/commitments/"))
    assert cost(signed_in(path.lead), page) <= 20
