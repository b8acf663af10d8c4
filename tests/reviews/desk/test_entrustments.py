"""Entrusted review at the desk: proposed and answered by officers; lists bounded; strangers find nothing."""

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ethicsreview.accounts.models import Person, Role
from ethicsreview.deadlines.calendar import law_day
from reviews.models import Entrustment
from tests.committees.builders import authority, holder, institution, keeper_of
from tests.reviews.builders import PASSWORD
from tests.reviews.desk.conftest import address, queries, text
from tests.reviews.entrusting import Agreement, agreement

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


def test_the_whole_way_by_the_pages(signed_in: SignIn) -> None:
    made = agreement(hours_ago=3)
    truster, trustee = signed_in(made.truster), signed_in(made.answers)
    new = address("entrustment_new")
    unknown = truster.post(new, {"institution": made.unit.ref, "trustee": "查无此会"})
    assert unknown.status_code == 422
    page = truster.post(new, {"institution": made.unit.ref, "trustee": made.trustee.name}).url
    one = Entrustment.objects.get()
    assert "请上传委托书或者协议" in text(truster.get(page))
    truster.post(page, {"file": SimpleUploadedFile("委托书.txt", "委托书".encode())})
    terms = made.terms(starts=law_day(made.at).isoformat(), ends="")
    assert truster.post(f"{page}steps/propose/", terms).status_code == 302
    assert "答复委托审查" in text(trustee.get(address("queue"), {"side": "institution"}))

    trustee.post(f"{page}steps/accept/", {"checked": "on", "password": PASSWORD})

    one.refresh_from_db()
    assert one.state == "in_force"
    assert trustee.get(address("entrustment_document", one.ref)).getvalue().decode() == "委托书"
    assert one.ref in text(trustee.get(address("entrustments")))


def test_strangers_find_nothing(signed_in: SignIn) -> None:
    made = agreement().in_force()
    regulator = holder(Role.REGULATOR, authority("510000"))

    for stranger in (keeper_of(institution("370300")), regulator):
        client = signed_in(stranger)
        assert client.get(address("entrustment", made.entrustment.ref)).status_code == 404
        assert client.get(address("entrustment_document", made.entrustment.ref)).status_code == 404
        assert made.entrustment.ref not in text(client.get(address("entrustments")))
    watching = signed_in(holder(Role.REGULATOR, authority("370000")))
    assert watching.get(address("entrustment", made.entrustment.ref)).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_list_and_page_ask_the_same(signed_in: SignIn, count: int) -> None:
    made = agreement()
    for _number in range(count):
        made = Agreement(made.unit, made.truster, made.trustee, made.at).in_force()
        made.do("end", made.truster, reason="另行约定") if _number else None
    officer = signed_in(made.answers)

    with queries() as listed:
        officer.get(address("entrustments"))
    with queries() as one:
        officer.get(address("entrustment", made.entrustment.ref))

    assert (len(listed), len(one)) == (6, 8)
