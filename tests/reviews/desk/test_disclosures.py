"""Disclosures at the desk: the list, a new one by its form, its steps, what they cost, who finds nothing."""

import pytest

from ethicsreview.accounts.models import Role
from reviews.models import Disclosure
from tests.committees.builders import authority, committee, holder, people_of
from tests.reviews.desk.conftest import address, queries
from tests.reviews.disclosures import TEXT, telling

pytestmark = pytest.mark.django_db


def cost(client, page):
    client.get(page)
    with queries() as caught:
        assert client.get(page).status_code == 200
    return len(caught)


def test_pages_cost_the_same_for_more(signed_in) -> None:
    made = telling().submitted()
    client = signed_in(made.second)
    pages = [address("disclosures"), address("disclosure", made.disclosure.ref), address("disclosure_new")]
    few = [cost(client, page) for page in pages]

    made.approve().take("correct", reason="日期有误")
    for number in range(3):
        made.submitted(title=f"另一件{number}")
    pages[1] = address("disclosure", made.disclosure.ref)
    many = [cost(client, page) for page in pages]

    assert many == few
    assert few[0] <= 12
    assert max(few) <= 20


def test_who_is_to_approve_finds_it_on_their_first_page_and_who_wrote_it_does_not(signed_in) -> None:
    made = telling().submitted()

    shown = [signed_in(one).get(address("queue")).content.decode() for one in (made.second, made.writer)]

    way = f'href="{address("disclosure", made.disclosure.ref)}">{made.disclosure.title}'
    assert [way in one for one in shown] == [True, False]
    made.approve()
    assert way not in signed_in(made.second).get(address("queue")).content.decode()


def test_it_is_written_sent_back_and_published_by_its_forms(signed_in) -> None:
    made = telling()
    client, second = signed_in(made.writer), signed_in(made.second)
    given = TEXT | {"authority": made.authority.ref, "basis": "", "happened": "受试者李小明受伤。"}

    wrong = client.post(address("disclosure_new"), given | {"title": "", "other_sources": "J2026-000000 Y2026-999999"})
    bare = client.post(address("disclosure_new"), given)
    client.post(address("disclosure_new"), given | {"other_sources": made.event.ref.lower()})
    found = Disclosure.objects.get()

    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert "J2026-000000、Y2026-999999" in page
    assert "受试者李小明受伤。" in page
    assert (bare.status_code, "请选择来源，或者写明其他依据。" in bare.content.decode()) == (422, True)
    assert found.sources == [f"emergency_event:{made.event.ref}"]

    def step(who, name, **terms):
        return who.post(address("step", "disclosures", found.ref, name), terms).status_code

    assert "受试者李小明" in client.get(address("disclosure", found.ref)).content.decode()
    assert step(client, "submit") == 422
    assert step(client, "submit", checked="on") == 302
    # Shut for whoever wrote it, with the reason at the button.
    assert "应当由本部门另一人批准" in client.get(address("disclosure", found.ref)).content.decode()
    assert step(client, "approve", checked="on") == 409
    assert step(second, "send_back", reason="请删去姓名") == 302
    assert "请删去姓名" in client.get(address("disclosure", found.ref)).content.decode()
    revised = TEXT | {"sources": found.sources}
    assert step(client, "revise", **revised) == 302
    assert [step(client, "submit"), step(second, "approve")] == [302, 302]
    found.refresh_from_db()
    assert (found.state, found.happened) == ("published", TEXT["happened"])


def test_others_find_no_page(signed_in) -> None:
    made = telling().published()
    pages = [address("disclosures"), address("disclosure_new"), address("disclosure", made.disclosure.ref)]
    secretary = people_of(committee(7, "370100"), Role.SECRETARY)[0]
    elsewhere = holder(Role.REGULATOR, authority("510000"))

    assert [signed_in(secretary).get(page).status_code for page in pages] == [404, 404, 404]
    assert [signed_in(elsewhere).get(page).status_code for page in pages] == [200, 200, 404]
    assert made.disclosure.title not in signed_in(elsewhere).get(pages[0]).content.decode()
