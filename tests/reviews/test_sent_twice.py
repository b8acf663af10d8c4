"""A form sent twice, from one window, two windows or two processes, is done once, and says so."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from ethicsreview.accounts.models import Person
from ethicsreview.trail.models import Entry
from reviews.models import IdempotentRequest, Meeting, Project
from tests.reviews.builders import Case, case, signing

AGAIN = "没有重复办理"
OTHERWISE = "现在填写的还没有提交"


def window(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def step_page(collection: str, ref: str, name: str) -> str:
    return reverse("desk:step", args=[collection, ref, name])


def postponing(path: Case, **changes: Any) -> tuple[str, dict[str, str]]:
    """A step that may be taken again and again: nothing in the state of the meeting tells the second from a repeat."""
    later = path.meeting.starts_at + timedelta(days=1)
    terms = {"starts_at": f"{later:%Y-%m-%d %H:%M}", "place": "三楼会议室"} | changes
    return step_page("meetings", path.meeting.ref, "postpone"), terms


def taken(path: Case) -> int:
    return Entry.objects.filter(object_ref=path.meeting.ref, step="postpone").count()


@pytest.mark.django_db
class TestStepOfTheDesk:
    def test_two_windows_with_the_same_content(self) -> None:
        path = case()
        path.planned()
        page, terms = postponing(path)
        one, other = window(path.secretary), window(path.secretary)
        keys = [client.get(page).context["once"] for client in (one, other)]

        first = one.post(page, terms | {"once": keys[0]}, follow=True)
        second = other.post(page, terms | {"once": keys[1]}, follow=True)

        assert "“改期”已办理" in first.content.decode()
        assert AGAIN in second.content.decode()
        assert second.redirect_chain == first.redirect_chain
        assert taken(path) == 1

    def test_other_content_is_kept_and_asked_about_and_taken_when_sent_again(self) -> None:
        path = case()
        path.planned()
        page, terms = postponing(path)
        client = window(path.secretary)
        key = client.get(page).context["once"]
        client.post(page, terms | {"once": key})

        asked = client.post(page, terms | {"once": key, "place": "线上"})

        assert asked.status_code == 409
        assert OTHERWISE in asked.content.decode()
        assert 'value="线上"' in asked.content.decode()
        assert taken(path) == 1
        client.post(page, terms | {"once": asked.context["once"], "place": "线上"})
        assert taken(path) == 2
        assert Meeting.objects.get().place == "线上"

    def test_what_was_wrong_may_be_mended_under_the_same_key(self) -> None:
        path = case()
        path.planned()
        page, terms = postponing(path)
        client = window(path.secretary)
        key = client.get(page).context["once"]

        assert client.post(page, terms | {"once": key, "starts_at": "?"}).status_code == 422
        assert not IdempotentRequest.objects.exists()
        assert client.post(page, terms | {"once": key}).status_code == 302
        assert taken(path) == 1

    def test_step_that_ends_ones_sight_says_so_too(self) -> None:
        path = case().in_review()
        member = path.members[3]
        page = step_page("opinions", path.ballot_of(member).ref, "recuse")
        client = window(member)
        terms = {"ground": "与负责人有合作", "once": client.get(page).context["once"]}

        client.post(page, terms)
        again = client.post(page, terms, follow=True)

        assert AGAIN in again.content.decode()
        assert client.get(page).status_code == 404

    def test_key_of_another_person_is_another_key(self) -> None:
        path = case().submitted()
        page = step_page("reviews", path.review.ref, "accept")
        terms = {"procedure": "general", "procedure_ground": "风险高于最低风险", "listed": "no", "once": "the same"}

        assert window(path.secretary).post(page, terms).status_code == 302
        assert window(path.members[3]).post(page, terms).status_code == 403

    def test_new_meeting(self) -> None:
        path = case()
        page = reverse("desk:meeting_new", args=[path.committee.ref])
        client = window(path.secretary)
        terms = {"title": "例会", "starts_at": f"{path.at + timedelta(days=3):%Y-%m-%dT%H:%M}"}
        terms["once"] = client.get(page).context["once"]

        client.post(page, terms)
        again = client.post(page, terms, follow=True)
        other = client.post(page, terms | {"title": "临时会议"})

        assert AGAIN in again.content.decode()
        assert (other.status_code, Meeting.objects.count()) == (422, 1)
        client.post(page, terms | {"title": "临时会议", "once": other.context["once"]})
        assert Meeting.objects.count() == 2


@pytest.mark.django_db
class TestPortal:
    def test_new_project(self) -> None:
        path = case()
        page, client = reverse("portal:project_new"), window(path.lead)
        terms = {
            "title": "问卷调查",
            "field": "medicine",
            "institution": str(path.committee.institution.pk),
            "team-TOTAL_FORMS": "0",
            "team-INITIAL_FORMS": "0",
            "once": client.get(page).context["once"],
        }

        first = client.post(page, terms)
        again = client.post(page, terms, follow=True)
        other = client.post(page, terms | {"title": "另一项目"})

        assert (first.status_code, first.url) == (302, again.redirect_chain[0][0])
        assert "没有重复新建" in again.content.decode()
        assert other.status_code == 409
        assert 'value="另一项目"' in other.content.decode()
        assert Project.objects.count() == 1

    def test_submission(self) -> None:
        path = case().drafted()
        client = window(path.lead)
        page = f"{path.review.get_absolute_url()}steps/submit/"
        terms = signing(path.lead) | {"once": client.get(page).context["once"]}

        first, again = client.post(page, terms), client.post(page, terms, follow=True)

        assert again.redirect_chain[0][0] == first.url
        assert AGAIN in again.content.decode()
        assert Entry.objects.filter(step="submit").count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_processes_at_once() -> None:
    path = case()
    path.planned()
    page, terms = postponing(path)
    windows = [window(path.secretary), window(path.secretary)]
    key = windows[0].get(page).context["once"]
    together = Barrier(len(windows))

    def send(client: Client) -> Any:
        try:
            together.wait(60)
            return client.post(page, terms | {"once": key}, follow=True)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(windows)) as pool:
        answers = [answer.content.decode() for answer in pool.map(send, windows)]

    assert sorted(AGAIN in answer for answer in answers) == [False, True]
    assert taken(path) == 1
