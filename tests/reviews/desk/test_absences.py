"""Absences at the desk and by machine; the queue's kinds; the letter that answers an appeal."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ethicsreview.deadlines.calendar import law_day
from reviews.models import Absence
from reviews.models.appeals.lettering import issue_pending
from tests.committees.builders import keeper_of
from tests.reviews.api.client import Caller, problem
from tests.reviews.appeals import decide, prepared, rejected
from tests.reviews.builders import case
from tests.reviews.desk.conftest import address, queries, text
from tests.reviews.following import approved, reported

pytestmark = pytest.mark.django_db


def days(first: int, last: int) -> dict[str, str]:
    today = law_day(timezone.now())
    return {
        "starts_on": (today + timedelta(days=first)).isoformat(),
        "ends_on": (today + timedelta(days=last)).isoformat(),
    }


def test_a_member_announces_an_absence_and_takes_it_back(signed_in: Any) -> None:
    path = case()
    member = path.members[4]
    desk, page = signed_in(member), address("absences", path.committee.ref)
    wrong = desk.post(page, days(5, 1))
    assert (wrong.status_code, "末日不应早于首日" in text(wrong)) == (422, True)
    assert days(5, 1)["ends_on"] in text(wrong)

    done = desk.post(page, days(1, 5), follow=True)

    absence = Absence.objects.get()
    assert (done.redirect_chain[-1][0], absence.person_id) == (page, member.pk)
    assert absence.ref in text(signed_in(path.secretary).get(page))
    assert address("step", "absences", absence.ref, "withdraw") not in text(signed_in(path.chair).get(page))
    back = desk.post(address("step", "absences", absence.ref, "withdraw"), follow=True)
    assert (back.redirect_chain[-1][0], Absence.objects.get().state) == (page, "withdrawn")


def test_who_is_not_of_the_committee_learns_nothing_of_its_absences(signed_in: Any) -> None:
    path = case()
    signed_in(path.members[4]).post(address("absences", path.committee.ref), days(1, 5))
    absence = Absence.objects.get()

    assert signed_in(path.lead).get(address("absences", path.committee.ref)).status_code == 404
    officer = signed_in(keeper_of(path.committee)).get(address("absences", path.committee.ref))
    assert absence.ref not in text(officer)
    problem(Caller(path.lead).get(f"/absences/{absence.ref}"), 404)


def test_the_page_costs_the_same_with_one_and_three(signed_in: Any) -> None:
    path = case()
    desk, page = signed_in(path.secretary), address("absences", path.committee.ref)
    signed_in(path.members[4]).post(page, days(1, 5))
    desk.get(page)
    with queries() as one:
        desk.get(page)
    for member in path.members[5:]:
        signed_in(member).post(page, days(1, 5))
    with queries() as three:
        desk.get(page)

    assert len(one) == len(three) <= 12


def test_by_machine_too() -> None:
    path = case()
    member = Caller(path.members[4])
    made = member.post("/absences", {"committee": path.committee.ref, **days(1, 5)})
    assert made.status_code == 201, made.content
    assert problem(member.post("/absences", {"committee": path.committee.ref, **days(5, 1)}), 422)
    problem(Caller(path.secretary).post("/absences", {"committee": path.committee.ref, **days(1, 5)}), 403)

    assert member.step(made.json(), "withdraw")["state"] == "withdrawn"


def test_the_queue_says_what_is_a_follow_up(signed_in: Any) -> None:
    path = approved()
    reported(path)

    page = text(signed_in(path.secretary).get(address("queue")))

    assert '<span class="state">跟踪审查</span>' in page


def test_the_answer_to_an_appeal_is_downloaded_on_every_face(signed_in: Any) -> None:
    path = rejected()
    appeal = decide(path, prepared(path, "dismiss"), "dismiss")
    places = [(signed_in(path.lead), f"{appeal.get_absolute_url()}letter/")]
    places.append((signed_in(path.chair), address("appeal_letter", appeal.ref)))
    assert [client.get(url).status_code for client, url in places] == [404, 404]
    issue_pending(path.at)

    for client, url in places:
        assert client.get(url).getvalue()[:5] == b"%PDF-"
        assert url in text(client.get(url.removesuffix("letter/")))
    assert signed_in(keeper_of(case().committee)).get(places[1][1]).status_code == 404
    told = Caller(path.lead).get(f"/appeals/{appeal.ref}").json()
    assert Caller(path.lead).get(f"/appeals/{appeal.ref}/letter").getvalue()[:5] == b"%PDF-"
    assert told["letter"].endswith(f"/appeals/{appeal.ref}/letter")
