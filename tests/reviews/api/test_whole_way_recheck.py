"""A listed activity through the API alone: the register of experts, the preliminary opinion, panel, votes, conclusion;
and what each of the others is answered.
"""

import pytest
from django.utils import timezone

from ethicsreview.accounts.models import Role
from tests.committees.builders import authority, holder, person
from tests.reviews.api.client import Caller, hidden, problem
from tests.reviews.api.machines import Machines, Obj, machines
from tests.reviews.builders import with_password
from tests.reviews.recheck_builders import CATEGORIES
from tests.reviews.rules.answers import BCI

pytestmark = pytest.mark.django_db


@pytest.fixture
def them() -> Machines:
    return machines(BCI)


@pytest.fixture
def organiser() -> Caller:
    return Caller(with_password(holder(Role.REGULATOR, authority("370000", field="human"))))


@pytest.fixture
def experts(organiser: Caller) -> list[Caller]:
    """Seven, each entered in the department's register by the user name that they are known by."""
    department = organiser.read("/me")["roles"][0]["body"]["ref"]
    callers = [Caller(with_password(person())) for _category in CATEGORIES]
    for caller, category in zip(callers, CATEGORIES, strict=True):
        entered = organiser.begin(
            "/experts",
            authority=department,
            person=caller.read("/me")["person"]["username"],
            category=category,
            fields_known=["medicine" if category == "peer" else "other"],
            employer="某大学",
            starts=timezone.localdate().isoformat(),
        )
        assert entered["category"] == category
    return callers


def passed(them: Machines) -> Obj:
    """The committee determines that it is listed, and would approve it."""
    review = them.accept(them.submitted(), listed="yes", listed_items=["invasive_bci"], procedure="general")
    assert (review["listed"], review["listed_items"]) == (True, ["invasive_bci"])
    review = them.meet(review)
    them.close(review)
    return review


def referred(them: Machines, organiser: Caller) -> Obj:
    officer = them.officer
    review = officer.again(passed(them))
    [department] = officer.choice(review, "refer", "authority")
    officer.take(review, "refer", authority=department)
    [recheck] = organiser.listed("rechecks", project=review["project"]["ref"])
    return recheck


@pytest.mark.article("national", 26, 28, 30, 32)
def test_from_the_register_of_experts_to_the_decision(them: Machines, organiser: Caller, experts: list[Caller]) -> None:
    lead, chair = them.lead, them.chair
    recheck = organiser.again(referred(them, organiser))
    review = lead.read(f"/reviews/{recheck['review']}")
    assert (review["state"], review["decision"]["outcome"]) == ("in_recheck", "preliminarily_passed")
    assert lead.read(review["project"]["url"])["may_start"]["open"] is False

    names = organiser.asked(recheck, "form_panel")["experts"]["items"]
    assert len(names["enum"]) == 7
    wrong = problem(organiser.post(f"/rechecks/{recheck['ref']}/steps/form_panel", {"experts": names["enum"][:1]}), 422)
    assert len(wrong["errors"]["experts"]) == 3
    recheck = organiser.take(recheck, "form_panel", experts=names["enum"][:5])
    assert [seat["state"] for seat in recheck["panel"]] == ["invited"] * 5
    problem(experts[0].get(f"/rechecks/{recheck['ref']}"), 404)
    for caller in experts[:5]:
        [seat] = caller.listed("recheck-opinions")
        caller.take(seat, "accept", interest="none")
    paper = experts[0].again(recheck)["dossier"]["documents"][0]["url"]
    assert experts[0].fetch(paper).decode() == "方案正文。"
    for caller, vote in zip(experts[:5], ["agree"] * 4 + ["disagree"], strict=True):
        [seat] = caller.listed("recheck-opinions")
        caller.take(seat, "cast", vote=vote, other="见材料")
    # Sealed: the other experts and the department read that it is there, and nothing of it.
    first = experts[0].listed("recheck-opinions")[0]
    problem(experts[1].get(f"/recheck-opinions/{first['ref']}"), 404)
    assert organiser.again(first)["said"] is None

    recheck = organiser.take(recheck, "conclude")
    assert (recheck["report"]["tally"]["agree"], recheck["report"]["result"]) == (4, "agreed")
    assert lead.again(review)["recheck"]["result"] == ""
    organiser.take(recheck, "deliver")
    assert lead.again(review)["recheck"]["result"] == "agreed"
    assert lead.again(review)["state"] == "in_recheck"
    decided = chair.take(chair.again(review), "conclude_by_recheck")

    assert (decided["state"], decided["decision"]["basis"]) == ("approved", "recheck")
    assert decided["decision"]["recheck"] == recheck["report"]["number"]
    project = lead.read(review["project"]["url"])
    assert (project["state"], project["may_start"]["open"]) == ("approved", True)


@pytest.mark.article("national", 28)
def test_an_expert_with_an_interest_is_replaced_and_the_register_is_kept(
    them: Machines, organiser: Caller, experts: list[Caller]
) -> None:
    recheck = organiser.again(referred(them, organiser))
    offered = organiser.choice(recheck, "form_panel", "experts")
    recheck = organiser.take(recheck, "form_panel", experts=offered[:5])
    [seat] = experts[0].listed("recheck-opinions")

    experts[0].take(seat, "recuse", ground="与申请人合作过")
    coming = organiser.asked(recheck, "replace")["expert"]["enum"]
    assert set(coming) == set(offered[5:])
    recheck = organiser.take(recheck, "replace", expert=coming[-1], reason="回避")

    assert [one["state"] for one in recheck["panel"]].count("invited") == 5
    gone = organiser.listed("experts")[-1]
    organiser.take(gone, "record_training", title="复核培训", hours=4)
    gone = organiser.take(gone, "end", reason="本人请辞")
    assert gone["state"] == "ended"


def test_nobody_else_finds_it(them: Machines, organiser: Caller, experts: list[Caller]) -> None:
    recheck = organiser.again(referred(them, organiser))
    recheck = organiser.take(recheck, "form_panel", experts=organiser.choice(recheck, "form_panel", "experts")[:5])
    strangers = [
        them.researcher,
        them.chair.person,
        them.officer.person,
        experts[0].person,
        experts[6].person,
        holder(Role.REGULATOR, authority("510000", field="human")),
        holder(Role.REGULATOR, authority("370000", field="ai")),
    ]

    hidden(recheck | {"step": "deliver"}, *strangers, beside=("/letter",))
    [expert, *_others] = organiser.listed("experts")
    hidden(expert, them.researcher, strangers[-2])
