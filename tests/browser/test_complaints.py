"""A complaint in a real browser: from the public page to the sanction that its respondent reads."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from ethicsreview.deadlines.calendar import law_day
from reviews.models import Complaint, Investigation
from tests.browser.hands import Hands
from tests.pages import Looking, desk, portal
from tests.reviews.complaints import WHISTLE, matter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.article("national", 46)
def test_from_the_complaint_to_the_conclusion(look: Looking) -> None:
    cache.clear()
    made = matter(at=timezone.now())
    page = look.sit_down(None)
    anybody = Hands(page, look.address, "anybody").go(reverse("public:complain"))
    given = {
        "category": "applicant.without_approval",
        "unit": made.unit.name,
        "region": "370100",
        "unit_suspected": False,
        "about": "某课题组" * 40,
        "account": "未经审查即招募受试者",
        "name": WHISTLE,
    }
    anybody.fill(given, within="main form")
    anybody.press("提交投诉举报")
    key = page.locator("code.digest").inner_text()
    complaint = Complaint.objects.get()
    anybody.look()
    anybody.go(reverse("public:follow"))
    anybody.fill({"ref": complaint.ref, "key": key}, within="main form")
    anybody.press("查询")
    anybody.look()
    officer = Hands.of(look, made.officer).go(desk("complaint", complaint.ref))
    officer.take("受理并立案调查", {"title": "未经批准开展研究", "track": "ethics"})
    investigation = Investigation.objects.get()
    officer.go(desk("investigation", investigation.ref))
    officer.take("指定调查人员", {"investigators": f"{made.investigator.username}\n{made.second.username}"})
    officer.go(desk("investigation", investigation.ref))
    officer.take("登记被调查人", {"username": made.accused.username, "body": "", "name": ""})
    respondent = investigation.respondents.get()
    investigator = Hands.of(look, made.second).go(desk("investigation_upload", investigation.ref))
    investigator.fill({"kind": "document", "title": "招募广告", "text": "", "earlier": ""}, within="main form")
    investigator.hand_in("招募受试者")
    day = law_day(timezone.now())
    investigator.go(desk("respondent", respondent.ref))
    finding = {
        "offence": "applicant.without_approval",
        "occurred_on": (day - timedelta(days=30)).isoformat(),
        "result": "established",
        "account": "有招募记录为证",
    }
    investigator.take("登记认定", finding)
    investigator.take("告知并听取陈述申辩", {"until": (day + timedelta(days=10)).isoformat()})
    accused = Hands.of(look, made.accused).go(portal("respondent", respondent.ref))
    accused.look()
    accused.take("陈述申辩", {"statement": "当时以为不需要审查"})
    investigator = Hands.of(look, made.second).go(desk("respondent", respondent.ref))
    investigator.take("作出认定", {"weighed": "不影响认定"})
    officer = Hands.of(look, made.officer).go(desk("investigation", investigation.ref))
    officer.take("结案", {"summary": "经查属实", "answer": "已查实"})
    respondent.refresh_from_db()
    investigation.refresh_from_db()

    assert (respondent.state, investigation.state) == ("established", "founded")
    look.sit_down(made.second)
    look.at(desk("complaints"), "complaints")
    look.at(desk("complaint", complaint.ref), "complaint")
    look.at(desk("investigations"), "investigations")
    look.at(desk("investigation_new"), "investigation-new")
    look.at(desk("investigation", investigation.ref), "investigation")
    look.at(desk("investigation_complainant", investigation.ref), "investigation-complainant")
    look.at(desk("respondent", respondent.ref), "respondent")


def test_pages_of_a_sanction_and_the_public_pages(look: Looking) -> None:
    made = matter(at=timezone.now()).in_force().rule("publish", text="给予一年限制的处理")

    look.sit_down(made.officer)
    look.at(desk("sanction", made.sanction.ref), "sanction")
    look.sit_down(made.accused)
    look.at(portal("respondent", made.respondent.ref), "portal-respondent")
    look.at(portal("sanction", made.sanction.ref), "portal-sanction")
    look.sit_down(None)
    look.at(reverse("public:complain"), "public-complain")
    look.at(reverse("public:follow"), "public-follow")
    look.at(reverse("public:published"), "public-published")
