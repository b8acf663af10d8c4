"""Recognition through the API alone: an alliance, a request by this service's letter, one by another's, refused and
revoked.
"""

import pytest
from django.utils import timezone

from reviews.tasks import letters
from tests.committees.builders import institution, keeper_of, person
from tests.reviews.api.client import hidden
from tests.reviews.api.machines import Machines, Obj, machines, of
from tests.reviews.builders import case

pytestmark = pytest.mark.django_db


@pytest.fixture
def there() -> Machines:
    return machines()


@pytest.fixture
def here() -> Machines:
    return of(case(region="370200"))


def own(them: Machines) -> str:
    ref: str = them.officer.read("/me")["roles"][0]["body"]["ref"]
    return ref


def allied(there: Machines, here: Machines) -> Obj:
    """Founded by the one, asked to join by the other, which is admitted."""
    founder, fellow = there.officer, here.officer
    alliance = founder.begin("/alliances", founder=own(there), name="胶东互认联盟", regimes=["general", "human"])
    [unit] = fellow.choice(alliance, "join", "institution")
    fellow.take(alliance, "join", institution=unit)
    return founder.take(alliance, "admit", institutions=founder.choice(alliance, "admit", "institutions"))


@pytest.mark.article("shandong", 10)
def test_from_the_alliance_to_the_decision_by_recognition(there: Machines, here: Machines) -> None:
    alliance = allied(there, here)
    assert len(alliance["members"]) == 2
    first = there.lead.read(there.approved()["reviews"][0]["url"])
    letters()
    code = there.lead.again(first)["letter"]["code"]
    lead, review = here.lead, here.accepted()

    one = lead.begin(f"/reviews/{review['ref']}/recognition")
    [ground] = lead.asked(one, "request")["alliance"]["enum"]
    one = lead.take(one, "request", code=code, alliance=ground, note="同一方案")
    [waiting] = here.secretary.listed("recognitions", project=review["project"]["ref"])
    assert here.secretary.take(waiting, "confirm")["confirmed_by"] == ["secretary"]
    one = here.chair.take(one, "confirm")

    assert (one["state"], one["verified"], one["alliance"]) == ("accepted", True, alliance["ref"])
    review = lead.again(review)
    assert (review["state"], review["decision"]["basis"]) == ("approved", "recognition")
    assert [row["ref"] for row in review["belonging"]["recognitions"]] == [one["ref"]]
    project = lead.read(review["project"]["url"])
    assert (project["may_start"]["open"], len(project["follow_ups"])) == (True, 1)
    one = here.chair.take(one, "revoke", reason="对方批准已被撤销")
    assert one["state"] == "cancelled"
    assert lead.again(project)["may_start"]["open"] is False


@pytest.mark.article("shandong", 10)
def test_another_services_letter_is_held_answered_and_refused(here: Machines) -> None:
    lead, review = here.lead, here.accepted()
    one = lead.begin(f"/reviews/{review['ref']}/recognition")
    lead.hand_in(f"{one['url']}/document", "外省批件")
    day = timezone.localdate().isoformat()
    terms = {"body": "外省某医院伦理审查委员会", "number": "外伦审〔2026〕12号", "decided_on": day}
    one = lead.take(one, "request", **terms, note="同一方案")
    assert here.secretary.fetch(f"{one['url']}/document").decode() == "外省批件"

    here.secretary.take(one, "hold", reason="请说明版本")
    lead.take(one, "answer", note="版本一致")
    one = here.chair.take(one, "refuse", reason="无法核实")

    assert (one["state"], one["verified"], one["reason"]) == ("refused", False, "无法核实")
    review = lead.again(review)
    assert review["state"] == "accepted"
    assert here.meet(review)["decision"]["basis"] == "meeting"


@pytest.mark.article("shandong", 10)
def test_an_alliance_is_left_and_dissolved_and_a_request_withdrawn(there: Machines, here: Machines) -> None:
    alliance = allied(there, here)
    lead, review = here.lead, here.accepted()
    one = lead.begin(f"/reviews/{review['ref']}/recognition")

    assert lead.take(one, "withdraw")["state"] == "cancelled"
    here.officer.take(alliance, "leave", institution=own(here), reason="另行组织")
    alliance = there.officer.take(alliance, "dissolve", reason="只剩一家")
    assert (alliance["state"], len(alliance["members"])) == ("dissolved", 1)


def test_nobody_else_finds_it(there: Machines, here: Machines) -> None:
    alliance = allied(there, here)
    one = here.lead.begin(f"/reviews/{here.accepted()['ref']}/recognition")

    hidden(one, person(), keeper_of(institution()), there.officer.person, beside=("/document",))
    hidden(alliance | {"step": "dissolve"}, person())
