"""Programmes in a real browser: set up, a project entered, its letter signed by both, its gates, a list, a record."""

import pytest

from ethicsreview.work import running
from reviews.models import Commitment, GateCheck, Programme
from reviews.models.programmes.lettering import issue_pending
from tests.browser.hands import Hands
from tests.committees.builders import keeper_of
from tests.pages import Looking, desk, portal
from tests.reviews.builders import PASSWORD, with_password
from tests.reviews.programmes import CHENGDU, SICHUAN, approved, ban, looked_up, run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.article("sichuan", 8)
@pytest.mark.article("sichuan", 10)
def test_from_the_programme_to_the_gate_that_opens(look: Looking) -> None:
    path, made = approved(CHENGDU), run(SICHUAN)
    manager = Hands.of(look, made.manager).go(desk("programme_new"))
    manager.fill({"code": "SCKJ-2026", "name": "重点研发计划", "fiscal": True}, within="main form")
    manager.press("建立科技计划")
    manager.take("开始实施")
    given = {
        "number": "川2026-001",
        "title": path.project.title,
        "unit_name": path.project.institution.name,
        "lead_name": path.lead.name,
        "field": "medicine",
        "project": path.project.ref,
    }
    manager.take("列入项目", given)
    programme = Programme.objects.get()
    entry, letter = programme.entries.get(), Commitment.objects.get()
    look.at(desk("programme_entry", entry.ref), "programme-entry-shut")
    for who, step in ((path.lead, "以项目负责人签署"), (keeper_of(path.committee), "代表承担单位签署")):
        signer = Hands.of(look, with_password(who)).go(portal("commitment", letter.ref))
        signer.take(step, {"agree": True, "password": PASSWORD})
    issue_pending(made.at)
    look.at(portal("commitment", letter.ref), "commitment")
    look.at(portal("commitments"), "commitments")
    manager = Hands.of(look, made.manager).go(desk("programme_entry", entry.ref))
    manager.take("通过下一环节")
    entry.refresh_from_db()
    letter.refresh_from_db()

    assert (letter.state, entry.passed) == ("signed", "approval")
    look.at(desk("programmes"), "programmes")
    look.at(desk("programme", programme.ref), "programme")
    look.at(desk("programme_entry", entry.ref), "programme-entry")
    look.at(desk("programme_new"), "programme-new")


def test_a_list_is_checked_and_a_record_looked_up(look: Looking) -> None:
    path, made = approved(CHENGDU), run(SICHUAN)
    made.opened().entered(path).entered(field="engineering")
    ban(made.at, project=path.project)
    looked_up(made)
    manager = Hands.of(look, made.manager).go(desk("programme", made.programme.ref))
    manager.press("批量检查")
    address = manager.page.url.removeprefix(look.address)
    look.at(address, "check-new")
    manager = Hands.of(look, made.manager).go(address)
    numbers = "\n".join([*made.programme.entries.values_list("number", flat=True), "没有的"])
    manager.fill({"stage": "approval", "numbers": numbers, "format": "xlsx"}, within="main form")
    manager.page.locator("main form button[type=submit]").first.click()
    running.run_waiting()
    checked = GateCheck.objects.get()

    assert checked.rows.count() == 3
    look.at(desk("gate_check", checked.job), "gate-check")
    manager = Hands.of(look, made.manager).go(desk("record_lookups"))
    asked = {"kind": "person", "name": path.lead.name, "unit": path.project.institution.name, "purpose": "talent"}
    manager.fill(asked | {"matter": "青年人才项目"}, within="main form")
    manager.press("查询并留痕")
    look.at(manager.page.url.removeprefix(look.address), "record-lookup")
    look.at(desk("record_lookups"), "record-lookups")
