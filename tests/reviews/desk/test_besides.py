"""Appeals and exemptions at the desk."""

import pytest
from django.urls import reverse

from ethicsreview.accounts.models import Role
from reviews.models import Appeal, Exemption
from reviews.models.exemptions.exempting import start_exemption
from tests.committees.builders import authority, holder, keeper_of
from tests.reviews.appeals import filed, rejected
from tests.reviews.builders import PASSWORD, Case, case
from tests.reviews.desk.conftest import address, queries, text
from tests.reviews.rules.answers import RECORDS

pytestmark = pytest.mark.django_db


def test_an_appeal_is_prepared_and_decided(signed_in) -> None:
    path = rejected()
    appeal = filed(path)
    secretary, chair = signed_in(path.secretary), signed_in(path.chair)
    page = address("appeal", appeal.ref)
    steps = [address("step", "appeals", appeal.ref, name) for name in ("prepare", "dismiss")]

    first = text(secretary.get(address("queue")))
    assert page in first
    assert '<th scope="col">事项</th>' in first.split('id="besides"')[1].split("</table>")[0]
    assert page not in text(chair.get(address("queue")))
    assert "对照组已另行论证" in text(secretary.get(page))
    handed = secretary.get(address("appeal_document", appeal.ref))
    assert handed.getvalue().decode() == "专家论证意见"
    secretary.post(steps[0], {"preparation": "与原意见不同", "recommendation": "dismiss"})
    assert page in text(chair.get(address("queue")))
    assert "与原意见不同" in text(chair.get(page))
    done = chair.post(steps[1], {"answer": "未涉及主要风险", "password": PASSWORD}, follow=True)

    assert done.redirect_chain[-1][0] == page
    assert Appeal.objects.get().state == "dismissed"
    assert "与原意见不同" not in text(signed_in(path.lead).get(appeal.get_absolute_url()))


def test_who_opens_the_pages(signed_in) -> None:
    path = rejected()
    appeal = filed(path)
    spared = Case(path.committee, path.lead, path.at, RECORDS).assessed()
    exemption = start_exemption(spared.project, by=path.lead, at=path.at)
    pages = [address("appeal", appeal.ref), address("exemption", exemption.ref)]

    for who, expected in [
        (path.secretary, [200, 200]),
        (path.members[3], [200, 200]),
        (keeper_of(path.committee), [200, 200]),
        (holder(Role.OPERATOR, authority()), [200, 200]),
        (holder(Role.REGULATOR, authority("370000")), [404, 404]),
        (holder(Role.REGULATOR, authority("510000")), [404, 404]),
        (path.lead, [404, 404]),
    ]:
        assert [signed_in(who).get(page).status_code for page in pages] == expected


def test_an_exemption_is_confirmed_by_two_and_stands_in_the_regulators_register(signed_in) -> None:
    path = case(answers=RECORDS).assessed()
    exemption = start_exemption(path.project, by=path.lead, at=path.at)
    page, confirm = address("exemption", exemption.ref), address("step", "exemptions", exemption.ref, "confirm")
    secretary, chair = signed_in(path.secretary), signed_in(path.chair)
    regulator = signed_in(holder(Role.REGULATOR, authority("370000")))
    register = reverse("admin:reviews_exemption_changelist")
    assert page in text(secretary.get(address("queue")))
    assert "匿名化的信息数据" in text(secretary.get(page))
    assert exemption.ref not in text(regulator.get(register))

    secretary.post(confirm, {"ground": "anonymised", "password": PASSWORD})
    assert page not in text(secretary.get(address("queue")))
    chair.post(confirm, {"ground": "anonymised", "password": PASSWORD})

    assert Exemption.objects.get().state == "granted"
    assert exemption.ref in text(regulator.get(register))
    assert regulator.get(page).status_code == 200


def test_pages_stay_within_their_budget(signed_in) -> None:
    path = rejected()
    appeal = filed(path)
    spared = Case(path.committee, path.lead, path.at, RECORDS).assessed()
    exemption = start_exemption(spared.project, by=path.lead, at=path.at)
    secretary = signed_in(path.secretary)
    costs = []
    for page in (address("appeal", appeal.ref), address("exemption", exemption.ref), address("queue")):
        secretary.get(page)
        with queries() as caught:
            secretary.get(page)
        costs.append(len(caught))

    assert max(costs[:2]) <= 20
    assert costs[2] <= 12
