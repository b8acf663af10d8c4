"""Collaborative review at the desk: officers answer, committees see the picture, an interest hides it."""

from collections.abc import Callable

import pytest
from django.test import Client

from committees.models import InterestDeclaration
from ethicsreview.accounts.models import Person, Role
from ethicsreview.deadlines.calendar import law_day
from reviews.models.reviewing.lettering import issue_pending
from tests.committees.builders import authority, holder
from tests.reviews.desk.conftest import address, queries, text
from tests.reviews.together import joint, together

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


def test_an_invitation_waits_in_the_officers_queue_and_is_answered_there(signed_in: SignIn) -> None:
    made = joint("370200", committee=False, hours_ago=2).started().invite()
    [one] = made.units
    officer = signed_in(one.officer)
    queue = text(officer.get(address("queue"), {"side": "institution"}))
    page = address("participation", one.participation.ref)

    answer = officer.post(f"{page}steps/join/", {"local_lead": one.local_lead.username})

    assert "答复协作审查的邀请" in queue
    assert answer.status_code == 302
    assert "已加入" in text(officer.get(page))


def test_each_units_committee_sees_one_picture_with_who_differs(signed_in: SignIn) -> None:
    made = together("370200", "370300")
    first, second = made.units
    made.confirm(first)
    made.at_meeting(second, *["rejected"] * 7, reasons="没有抢救条件")
    issue_pending(made.lead.at)

    for secretary in (made.lead.secretary, first.own.secretary, second.own.secretary):
        page = text(signed_in(secretary).get(address("collaboration", made.collaboration.ref)))
        assert "审查结论" in page
        assert "没有抢救条件" in page
        assert "其中一致50%" in page
    client = signed_in(second.own.secretary)
    assert client.get(address("collaboration_letter", made.collaboration.ref)).getvalue().startswith(b"%PDF")
    assert f"/desk/collaborations/{made.collaboration.ref}/" in text(
        client.get(address("review", second.own.review.ref))
    )


def test_an_interest_in_the_lead_unit_hides_the_other_units_part(signed_in: SignIn) -> None:
    made = together("370200")
    [one] = made.units
    made.submit(one)
    member = one.own.members[-1]
    client = signed_in(member)
    page = address("collaboration", made.collaboration.ref)
    before = client.get(page).status_code

    declared = InterestDeclaration.objects.create(
        committee=one.own.committee,
        person=member,
        year=law_day(one.own.at).year,
        declared_at=one.own.at,
        none_to_declare=False,
        details="曾任职",
    )
    declared.institutions.set([made.lead.project.institution])

    assert before == 200
    assert client.get(page).status_code == 404
    assert client.get(address("participation", one.participation.ref)).status_code == 404
    assert client.get(address("review", one.own.review.ref)).status_code == 404


def test_others_committees_officers_and_regulators_do_not_find_it(signed_in: SignIn) -> None:
    made = together("370200")
    other = joint("370300", committee=False)
    regulator = holder(Role.REGULATOR, authority("510000"))

    for stranger in (other.lead.secretary, other.units[0].officer, regulator):
        client = signed_in(stranger)
        assert client.get(address("collaboration", made.collaboration.ref)).status_code == 404
        assert client.get(address("participation", made.units[0].participation.ref)).status_code == 404
        assert made.collaboration.ref not in text(client.get("/desk/registers/reviews/collaboration/"))


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_the_same_however_many_take_part(signed_in: SignIn, count: int) -> None:
    made = together(*["370200"] * count, region="370100")
    made.confirm(made.units[0])
    secretary, officer = signed_in(made.lead.secretary), signed_in(made.units[0].officer)

    with queries() as picture:
        secretary.get(address("collaboration", made.collaboration.ref))
    with queries() as part:
        officer.get(address("participation", made.units[0].participation.ref))
    with queries() as register:
        secretary.get("/desk/registers/reviews/participation/")

    assert (len(picture), len(part), len(register)) == (12, 11, 10)
