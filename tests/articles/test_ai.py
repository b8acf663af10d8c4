"""《人工智能科技伦理审查与服务办法（试行）》工信部联科〔2026〕75号."""

from datetime import UTC, datetime

import pytest

from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import Refused
from tests.committees.builders import SEATS, appoint, complete_papers, draft, keeper_of
from tests.reviews.builders import case
from tests.reviews.rules.answers import AI

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)


@pytest.mark.article("ai", 10)
def test_ai_committee_without_the_four_backgrounds_is_not_set_up() -> None:
    """第十条：委员会应具备人工智能技术、应用、伦理、法律等专业背景。

    Given seven members none of whom knows the technology, when the committee is to be set up for AI, then it is refused
    and the article is named; with one who does, it is set up.
    """
    made = draft("370100", at=AT, regimes=["general", "ai"])
    keeper = keeper_of(made)
    first = SEATS[0]
    sitting = [appoint(made, n, by=keeper, at=AT, **({"ai_categories": ()} if n == 1 else {})) for n in range(1, 8)]
    complete_papers(made, sitting, by=keeper, at=AT)

    with pytest.raises(Refused) as caught:
        perform(made, "establish", by=keeper, at=AT, set_up_on=AT.date())
    appoint(made, 8, by=keeper, at=AT, ai_categories=first.ai_categories)
    made = perform(made, "establish", by=keeper, at=AT, set_up_on=AT.date())

    assert {refusal.cite for refusal in caught.value.refusals} == {"ai:10"}
    assert made.state == "active"


@pytest.mark.article("ai", 35)
def test_where_the_ai_measures_are_silent_the_general_measures_decide() -> None:
    """第三十五条：本办法未作规定的，适用《伦理办法》。

    Given an AI project, when it is put to the vote, then quorum and majority are those of the general Measures.
    """
    path = case(at=AT, answers=AI, regimes=["general", "ai"]).accepted()

    policy = path.review.policy_at(path.at)

    assert path.review.regimes == ["ai", "general"]
    assert (policy.entry("meeting.quorum").cite, policy.value("meeting.quorum")) == ("national:14", 5)
    assert [entry.cite for entry in policy.entries("vote.formula")] == ["national:16"]


@pytest.mark.article("ai", 12)
def test_the_same_project_before_the_ai_measures_is_judged_without_them() -> None:
    """第十二条及施行日期：2026年3月20日前受理的，不适用本办法。

    Given the same answers on the last day before the Measures, then no value of theirs is in force.
    """
    answers = {key: value for key, value in AI.items() if key != "ai_affects_people"}  # was not asked yet
    before = case(at=datetime(2026, 3, 18, 2, 0, tzinfo=UTC), answers=answers, regimes=["general", "ai"]).accepted()

    assert not any(entry.cite.startswith("ai") for entry in before.review.policy_at(before.at).all())
