"""An amendment, a new lead and mandates on the applicant's pages."""

import pytest
from django.urls import reverse

from ethicsreview.documents.tasks import extract_pending
from reviews.models import Project, RiskAssessment
from reviews.models.applying import start_review
from reviews.models.submissions.comparing import compare_pending
from tests.committees.builders import person
from tests.reviews.amendments import DESIGN, authorise, change, colleague, explained, team_member
from tests.reviews.builders import signing
from tests.reviews.portal.conftest import browser_of
from tests.reviews.portal.writing import file, token_in

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def posted(client, review, name, **terms):
    return client.post(f"{review.get_absolute_url()}steps/{name}/", terms, follow=True)


def test_from_the_projects_page_to_the_submission() -> None:
    path = change().approved()
    lead = browser_of(path.lead)
    page = text(lead.get(path.project.get_absolute_url()))
    assert "现行有效的版本" in page
    assert f"{path.initial.ref}第1版" in page

    begun = lead.post(f"{path.project.get_absolute_url()}steps/begin_amendment/", {}, follow=True)
    path.review = path.project.reviews.get(kind="amendment")
    assert begun.redirect_chain[-1][0] == path.review.get_absolute_url()
    review = path.review.get_absolute_url()

    assert "不变更" in text(lead.get(review))
    shut = lead.get(f"{review}sections/plan/")
    assert "这一部分不在本次变更之内" in text(shut)
    posted(lead, path.review, "choose_parts", parts=["plan"], reason="扩大样本", risk_changed="no")
    opened = lead.get(f"{review}sections/plan/")
    assert "这一部分不在本次变更之内" not in text(opened)
    content = path.review.draft_submission.content
    typed = {key: content.get(key, "") for key in ("risks", "risk_controls", "emergency_plan", "results_release")}
    lead.post(f"{review}sections/plan/", {**typed, "design": DESIGN, "seen": token_in(opened)})
    check = text(lead.get(f"{review}check/"))
    assert "请说明“实施方案与风险”变更了什么" in check
    path.review.refresh_from_db()
    posted(lead, path.review, "explain_change", **explained(path.review))
    assert "签署承诺并提交" in text(lead.get(f"{review}check/"))

    posted(lead, path.review, "submit", agree="on", signature=path.lead.name)

    path.review.refresh_from_db()
    assert path.review.state == "submitted"
    assert path.review.submission.content["design"] == DESIGN


def test_a_part_that_is_shut_takes_nothing_that_is_sent_to_it() -> None:
    path = change().begun().choose("plan")
    lead = browser_of(path.lead)
    review = path.review.get_absolute_url()

    sent = lead.post(f"{review}sections/overview/", {"purpose": "另一个目的", "seen": "x"})
    kind = path.review.draft_submission.documents()[0].kind
    handed = lead.post(f"{review}materials/", {"kind": kind, "file": file("x.txt")})

    assert (sent.status_code, handed.status_code) == (409, 409)
    assert path.review.draft_submission.content["purpose"] == path.now.in_force.content["purpose"]
    assert "不在本次变更之内" in text(lead.get(f"{review}materials/"))


def test_the_comparison_with_the_version_in_force() -> None:
    path = change().handed_in()
    lead = browser_of(path.lead)
    page = reverse("portal:comparison_in_force", args=[path.review.ref, 1])
    assert "正在生成对照" in text(lead.get(page))

    extract_pending()
    compare_pending()

    shown = text(lead.get(page))
    assert "第1版与现行有效版本对照" in shown
    assert "90" in shown
    assert page in text(lead.get(path.review.get_absolute_url()))
    assert browser_of(person()).get(page).status_code == 404


def test_the_institutions_officer_agrees_on_the_drafts_page() -> None:
    path = change().begun()
    new = colleague(path)
    path.do("name_lead", path.lead, new_lead=new.username, former_stays="no")
    officer, stranger = browser_of(path.officer), browser_of(person())

    assert "同意变更负责人" in text(officer.get(path.review.get_absolute_url()))
    assert "接受担任负责人" in text(browser_of(new).get(path.review.get_absolute_url()))
    assert stranger.get(path.review.get_absolute_url()).status_code == 404
    assert "拟任负责人" in text(officer.get(path.project.get_absolute_url()))


def test_a_new_assessment_is_linked_and_completed_beside_the_amendment() -> None:
    path = change().begun().choose("plan", risk="yes")
    lead = browser_of(path.lead)
    draft = path.project.assessments.get(state="draft")

    assert draft.get_absolute_url() in text(lead.get(path.review.get_absolute_url()))
    RiskAssessment.objects.filter(pk=draft.pk).update(answers=path.answers | {"risk_level": "above_minimal"})
    lead.post(f"{draft.get_absolute_url()}steps/complete/", {})

    assert path.project.assessments.get(pk=draft.pk).state == "proposed"
    assert Project.objects.get(pk=path.project.pk).state == "approved"


def test_a_mandate_is_shown_and_ended_on_the_projects_page() -> None:
    path = change().approved()
    delegate = team_member(path)
    mandate = authorise(path, delegate, "submit")
    page = path.project.get_absolute_url()
    theirs = browser_of(delegate)

    assert "辞去委托" in text(theirs.get(page))
    assert "提交申请和变更（承诺书仍由负责人签署）" in text(browser_of(path.lead).get(page))
    theirs.post(f"/mandates/{mandate.ref}/steps/revoke/", {})

    mandate.refresh_from_db()
    assert mandate.state == "revoked"
    assert "已撤销" in text(theirs.get(page))


def test_the_history_names_both() -> None:
    path = change().drafted()
    delegate = team_member(path)
    authorise(path, delegate, "submit")
    path.do("sign_ahead", path.lead, **signing(path.lead))
    path.do("submit", delegate)

    shown = text(browser_of(path.lead).get(path.review.get_absolute_url()))

    assert f"{delegate.name}（代{path.lead.name}）" in shown


def test_the_former_lead_reads_the_letter_of_their_time_and_is_offered_nothing() -> None:
    path = change().approved()
    new = colleague(path)
    path.begin()
    path.do("name_lead", path.lead, new_lead=new.username, former_stays="no")
    path.do("accept_lead", new, qualification="主任医师", **signing(new))
    path.do("agree_lead", path.officer, password="a-long-enough-password")
    path.explain(what__lead="调离").do("submit", path.lead, **signing(path.lead))
    path.weigh().accept().meet()
    former = browser_of(path.lead)

    assert former.get(path.initial.get_absolute_url()).status_code == 200
    assert "steps/begin_amendment/" not in text(former.get(path.project.get_absolute_url()))
    assert "原项目负责人" in text(former.get(path.project.get_absolute_url()))


def test_an_earlier_review_is_linked() -> None:
    path = change().submitted()
    path.do("withdraw", path.lead, reason="暂缓")
    earlier = path.review
    path.review = start_review(path.project, by=path.lead, committee=path.committee, at=path.at)

    shown = text(browser_of(path.lead).get(path.review.get_absolute_url()))
    assert "以往审查" in shown
    assert earlier.get_absolute_url() in shown


@pytest.mark.parametrize("count", [1, 3])
def test_how_much_the_pages_ask_of_the_database(django_assert_num_queries, count: int) -> None:
    path = change().approved()
    for _number in range(count - 1):
        path.begin().choose().write().explain()
        path.do("submit", path.lead, **signing(path.lead))
        path.do("decline", path.secretary, reason="请补充后再申请")
        authorise(path, team_member(path), "submit")
    path.begin().choose("plan").write().explain()
    lead = browser_of(path.lead)

    with django_assert_num_queries(19):
        lead.get(path.review.get_absolute_url())
    with django_assert_num_queries(19):
        lead.get(path.project.get_absolute_url())
