"""The page of a step: what was typed stays, every refusal is said, the same form sent twice counts once."""

import pytest

from ethicsreview.trail.models import Entry
from reviews.models import Opinion, Review
from tests.reviews.builders import PASSWORD, ballot, case
from tests.reviews.desk.conftest import address, text

pytestmark = pytest.mark.django_db
ACCEPT = {"procedure": "general", "procedure_ground": "风险高于最低风险", "listed": "no"}


def test_wrong_input_keeps_what_was_typed_and_names_every_field(signed_in):
    path = case().submitted()
    page = address("step", "reviews", path.review.ref, "accept")

    answer = signed_in(path.secretary).post(page, {"procedure_ground": "只此一项"})

    assert answer.status_code == 422
    assert "只此一项" in text(answer)
    assert set(answer.context["form"].errors) == {"procedure", "listed"}
    assert Review.objects.get().state == Review.State.SUBMITTED


def test_step_of_another_is_forbidden_and_an_unknown_one_is_not_there(signed_in):
    path = case().submitted()
    member = signed_in(path.members[3])

    assert member.post(address("step", "reviews", path.review.ref, "accept"), ACCEPT).status_code == 403
    for unknown in ("no_such_step", "save", "delete"):
        assert member.get(address("step", "reviews", path.review.ref, unknown)).status_code == 404
    assert member.post(address("step", "projects", path.project.ref, "approve")).status_code == 404
    assert member.get(address("step", "nothing", path.project.ref, "approve")).status_code == 404


def test_form_sent_twice_is_answered_once_and_taken_once(signed_in):
    path = case().submitted()
    client = signed_in(path.secretary)
    page = address("step", "reviews", path.review.ref, "accept")
    once = client.get(page).context["once"]

    first = client.post(page, ACCEPT | {"once": once}, follow=True)
    second = client.post(page, ACCEPT | {"once": once}, follow=True)
    other_tab = client.post(page, ACCEPT | {"once": "another"})

    assert "“受理”已办理" in text(first)
    assert "没有重复办理" in text(second)
    assert other_tab.status_code == 409
    assert "当前状态为“已受理”" in text(other_tab)
    assert Entry.objects.filter(object_ref=path.review.ref, step="accept").count() == 1


def test_shut_step_says_all_that_stands_in_its_way(signed_in):
    path = case().in_review()
    client = signed_in(path.secretary)

    page = client.get(address("step", "reviews", path.review.ref, "conclude"))
    answer = client.post(address("step", "reviews", path.review.ref, "conclude"), {"password": PASSWORD})

    assert "现在还不能办理" in text(page)
    assert answer.status_code == 409
    assert {refusal.code for refusal in answer.context["refusals"]} >= {"meeting_not_open", "too_few_present"}
    assert PASSWORD not in text(answer)


def test_casting_asks_for_the_password_and_has_no_default(signed_in):
    path = case().opened()
    member = path.members[3]
    client, opinion = signed_in(member), Opinion.objects.get(person=member)
    page = address("step", "opinions", opinion.ref, "cast")
    terms = ballot(path.review, "approved")

    assert "checked" not in text(client.get(page))
    assert "checked" not in text(client.get(page + "?verdict=approved&criterion__1=meets"))
    without = client.post(page, {name: value for name, value in terms.items() if name != "verdict"})
    wrong = client.post(page, terms | {"password": "not the password"})

    assert (without.status_code, wrong.status_code) == (422, 422)
    assert set(without.context["form"].errors) == {"verdict"}
    assert set(wrong.context["form"].errors) == {"password"}
    assert Opinion.objects.get(pk=opinion.pk).state == Opinion.State.ASSIGNED
    other = signed_in(path.members[4])
    assert other.post(page, terms).status_code == 403
    assert client.post(page, terms).status_code == 302
    assert Opinion.objects.get(pk=opinion.pk).state == Opinion.State.CAST


def test_recusing_oneself_leads_back_to_the_queue(signed_in):
    path = case().in_review()
    member = path.members[3]
    opinion = Opinion.objects.get(person=member)

    answer = signed_in(member).post(address("step", "opinions", opinion.ref, "recuse"), {"ground": "有利害关系"})

    assert answer.url == address("queue")


def test_draft_is_kept_and_a_second_window_is_told(signed_in):
    path = case().in_review()
    member = path.members[3]
    client, opinion = signed_in(member), Opinion.objects.get(person=member)
    page, htmx = address("draft", opinion.ref), {"HX-Request": "true"}
    key = next(name for name in ballot(path.review, "approved") if name.startswith("criterion__"))

    kept = client.post(
        page, {"revision": 0, key: "fails", f"{key}__note": "风险过高", "verdict": "rejected"}, headers=htmx
    )
    stale = client.post(page, {"revision": 0, "comment": "另一窗口"}, headers=htmx)
    long = client.post(page, {"revision": 1, "comment": "长" * 8001}, headers=htmx)

    assert 'name="revision" value="1"' in text(kept)
    assert "草稿已保存" in text(kept)
    assert "在另一窗口中修改过" in text(stale)
    assert "没有保存" in text(long)
    opinion = Opinion.objects.get(pk=opinion.pk)
    # A verdict is no part of a draft, so that none is ever cast by oversight.
    assert opinion.draft_answers == {key: "fails", f"{key}__note": "风险过高"}
    review = text(client.get(address("review", path.review.ref)))
    assert "风险过高" in review
    assert "会议“" in review  # why casting is still shut
    assert signed_in(path.members[4]).post(page, {"revision": 1}).status_code == 404
    assert signed_in(path.members[4]).get(address("review", path.review.ref)).content.decode().count("风险过高") == 0
