"""Collaborative review on the applicants' pages, by clicks alone; and how much its picture asks of the database."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from reviews.models import Participation
from reviews.models.reviewing.lettering import issue_pending
from tests.committees.builders import person
from tests.reviews.portal.conftest import browser_of
from tests.reviews.together import Joint, decided, joint, together, unit

pytestmark = pytest.mark.django_db
Budget = Callable[[int], Any]


def body(response: Any) -> str:
    text: str = response.content.decode()
    return text


def test_the_whole_way_by_the_pages() -> None:
    made = joint("370200", hours_ago=4)
    [one] = made.units
    lead, officer, local = browser_of(made.lead.lead), browser_of(one.officer), browser_of(one.local_lead)
    project = made.lead.project.get_absolute_url()
    assert "组织协作审查" in body(lead.get(project))

    page = lead.post(f"{project}collaboration/", follow=True)
    here = page.request["PATH_INFO"]
    refused = lead.post(f"{here}steps/invite/", {"units": "查无此院"})
    assert refused.status_code == 422
    assert "查无此院" in body(refused)
    lead.post(f"{here}steps/invite/", {"units": one.institution.name, "note": "承担入组"})
    part = Participation.objects.get()
    assert "承担入组" in body(officer.get(part.get_absolute_url()))
    officer.post(f"{part.get_absolute_url()}steps/join/", {"local_lead": one.local_lead.username})
    shut = local.get(part.get_absolute_url())
    assert "牵头单位尚未作出审查决定" in body(shut)
    decided(made)
    issue_pending(made.lead.at)
    opened = body(local.get(part.get_absolute_url()))
    assert made.lead.review.decision.submission_digest in opened
    letter = local.get(f"{here}letter/")
    assert letter.getvalue().startswith(b"%PDF")
    begun = local.post(f"{part.get_absolute_url()}steps/begin_confirmation/", {"committee": one.own.committee.ref})
    assert begun.status_code == 302
    part.refresh_from_db()
    written = body(local.get(part.review.get_absolute_url()))
    assert "所确认的牵头单位决定" in written
    assert "参与单位的本地情况" in written
    assert "科技活动概况" not in written
    papers = body(local.get(f"{part.review.get_absolute_url()}materials/"))
    assert "牵头单位所审的材料，原样保留" in papers


def test_the_lead_units_papers_cannot_be_replaced_on_any_page() -> None:
    made = together("370200")
    [one] = made.units
    version = made.begin(one).draft_submission
    kept = version.materials.get(kind="protocol")
    local = browser_of(one.local_lead)

    removed = local.post(f"{one.own.review.get_absolute_url()}materials/{kept.pk}/remove/")

    assert removed.status_code == 409
    assert "应当原样保留" in body(removed)
    assert version.materials.filter(pk=kept.pk).exists()


def test_strangers_find_nothing() -> None:
    made = together("370200")
    [one] = made.units

    for stranger in (person(), unit("370300", at=made.lead.at, committee=False).officer):
        client = browser_of(stranger)
        assert client.get(made.collaboration.get_absolute_url()).status_code == 404
        assert client.get(f"{made.collaboration.get_absolute_url()}letter/").status_code == 404
        assert client.get(one.participation.get_absolute_url()).status_code == 404


@pytest.fixture(params=[1, 3, 60])
def crowd(request: pytest.FixtureRequest) -> Joint:
    """So many units, of which the first has decided, where it has a committee."""
    made = joint("370200")
    made.units += [unit("370300", at=made.lead.at, committee=False) for _number in range(request.param - 1)]
    made.started().invite().join()
    decided(made).refresh()
    made.confirm(made.units[0], days=3)
    return made


def test_the_picture_asks_the_same_of_one_unit_and_of_sixty(crowd: Joint, django_assert_num_queries: Budget) -> None:
    lead: Client = browser_of(crowd.lead.lead)

    with django_assert_num_queries(12):
        answer = lead.get(crowd.collaboration.get_absolute_url())

    assert len(answer.context["rows"]) == min(30, len(crowd.units))
    assert answer.context["measures"].units == len(crowd.units)
    assert answer.context["measures"].agreed == 1
    assert bool(answer.context["page"].next) == (len(crowd.units) > 30)


def test_the_picture_is_narrowed_to_who_differs_or_is_late() -> None:
    made = together("370200", "370300")
    first, second = made.units
    made.confirm(first)
    lead = browser_of(made.lead.lead)

    agreed = lead.get(made.collaboration.get_absolute_url(), {"side": "agreed"})
    waiting = lead.get(made.collaboration.get_absolute_url(), {"side": "waiting"})

    assert [row.one.institution for row in agreed.context["rows"]] == [first.institution]
    assert [row.one.institution for row in waiting.context["rows"]] == [second.institution]
