"""Appeal, exemption, withdrawal, reopening and extension through the API alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.committees.builders import institution, keeper_of, person
from tests.reviews.api.client import hidden
from tests.reviews.api.machines import Machines, machines
from tests.reviews.rules.answers import RECORDS

pytestmark = pytest.mark.django_db


@pytest.fixture
def them() -> Machines:
    return machines()


@pytest.mark.article("national", 18)
def test_an_appeal_from_the_refusal_to_the_new_decision(them: Machines) -> None:
    review = them.meet(them.accepted(), "rejected", reasons="风险大于受益")
    them.close(review)
    lead, secretary, chair = them.lead, them.secretary, them.chair
    appeal = lead.begin(f"/reviews/{review['ref']}/appeals")
    assert lead.shut(appeal, "file") == ["evidence"]
    lead.hand_in(f"{appeal['url']}/document", "专家论证意见")
    lead.take(appeal, "file", reasons="对照组已另行论证")

    [appeal] = secretary.listed("appeals", project=review["project"]["ref"])
    assert secretary.fetch(appeal["document"]["url"]).decode() == "专家论证意见"
    secretary.take(appeal, "prepare", recommendation="uphold")
    appeal = chair.take(appeal, "uphold", answer="论证充分")
    assert [row["ref"] for row in lead.again(review)["belonging"]["appeals"]] == [appeal["ref"]]
    anew = lead.read(f"/reviews/{appeal['new_review']}")
    assert (anew["review_kind"], anew["belonging"]["appeal"]) == ("appeal", appeal["ref"])
    anew = them.submit(lead, anew)
    anew = them.meet(them.accept(anew))

    assert (anew["state"], lead.again(review)["state"]) == ("approved", "set_aside")
    assert lead.read(review["project"]["url"])["state"] == "approved"


@pytest.mark.article("national", 18)
def test_an_appeal_is_withdrawn_and_another_dismissed(them: Machines) -> None:
    review = them.meet(them.accepted(), "rejected", reasons="风险大于受益")
    lead = them.lead
    first = lead.begin(f"/reviews/{review['ref']}/appeals")
    assert lead.take(first, "withdraw")["state"] == "withdrawn"
    appeal = lead.begin(f"/reviews/{review['ref']}/appeals")
    lead.hand_in(f"{appeal['url']}/document", "论证意见")
    lead.take(appeal, "file", reasons="不服")
    hidden(appeal, person(), keeper_of(institution()), beside=("/document",))

    them.secretary.take(appeal, "prepare", recommendation="dismiss")
    appeal = them.chair.take(appeal, "dismiss", answer="论证不足")

    assert (appeal["state"], appeal["answer"], appeal["new_review"]) == ("dismissed", "论证不足", None)
    assert lead.again(review)["state"] == "rejected"


@pytest.mark.article("human", 32)
def test_an_exemption_is_confirmed_by_two_another_refused_and_one_revoked() -> None:
    them = machines(dict(RECORDS))
    lead, secretary, chair = them.lead, them.secretary, them.chair
    project = them.assessed()
    exemption = lead.begin(f"/projects/{project['ref']}/exemption")
    hidden(exemption, person(), keeper_of(institution()))

    assert secretary.take(exemption, "refuse", reason="不属于匿名数据")["state"] == "refused"
    exemption = lead.begin(f"/projects/{project['ref']}/exemption")
    assert "anonymised" in secretary.asked(exemption, "confirm")["ground"]["enum"]
    for caller in (secretary, chair):
        exemption = caller.take(exemption, "confirm", ground="anonymised")

    project = lead.again(project)
    assert (project["state"], project["may_start"]["open"]) == ("exempt", True)
    assert project["exemptions"][0]["ref"] == exemption["ref"]
    exemption = chair.take(exemption, "revoke", reason="抽查发现含可识别信息")
    assert (exemption["state"], lead.again(project)["may_start"]["open"]) == ("revoked", False)


@pytest.mark.article("national", 9)
def test_what_was_withdrawn_or_declined_is_taken_up_again(them: Machines) -> None:
    lead, review = them.lead, them.submitted()
    review = lead.take(review, "withdraw", reason="方案调整")
    assert review["state"] == "withdrawn"

    again = lead.begin(f"/projects/{review['project']['ref']}/reviews")
    assert (again["state"], again["follows"]) == ("draft", review["ref"])
    assert again["versions"][0]["content"] == review["versions"][0]["content"]
    again = them.submit(lead, again)
    again = them.secretary.take(again, "decline", reason="不属于本委员会受理范围")
    assert again["state"] == "declined"
    third = lead.begin(f"/projects/{review['project']['ref']}/reviews")
    third = them.meet(them.accept(them.submit(lead, third)))
    assert (third["state"], third["follows"]) == ("approved", again["ref"])


@pytest.mark.article("national", 17)
def test_the_limit_is_extended_with_its_reason_and_the_new_day(them: Machines) -> None:
    review = them.accepted()
    them.open_meeting(review)
    review = them.chair.again(review)
    until = (timezone.localdate() + timedelta(days=45)).isoformat()

    review = them.chair.take(review, "extend", reason="须补充专家意见", until=until)

    clock = next(one for one in them.lead.again(review)["deadlines"] if one["kind"] == "review.decision")
    assert clock["due_at"].startswith(until)
    assert clock["history"][-1]["reason"] == "须补充专家意见"


@pytest.mark.article("national", 10, 16)
def test_supplement_modification_and_revision(them: Machines) -> None:
    """What else may come between the application and its approval."""
    lead, secretary, chair = them.lead, them.secretary, them.chair
    review = them.submitted()
    item = next(name for name in secretary.asked(review, "request_supplement") if name.endswith("purpose"))
    secretary.take(review, "request_supplement", **{item: "请补充目的"})
    review = lead.again(review)
    question = next(name for name in lead.asked(review, "resubmit") if name.startswith("answer"))
    name = lead.read("/me")["person"]["name"]
    lead.take(review, "resubmit", signature=name, **{question: "已补充"})
    review = them.meet(them.accept(lead.again(review)), "modification_required", requirements="补充知情同意书")
    them.close(review)

    review = lead.again(review)
    asked = [name for name in lead.asked(review, "submit_modification") if name.startswith("answer")]
    lead.take(review, "submit_modification", signature=name, **dict.fromkeys(asked, "已修改"))
    for caller in (secretary, chair):
        review = caller.take(caller.again(review), "confirm_modification")

    assert (review["state"], review["decision"]["outcome"]) == ("approved", "approved")
