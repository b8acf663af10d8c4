"""Which committee may review what, on which day."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from committees.composition import CommitteeFacts, PaperFacts, check
from committees.findings import MESSAGES, words
from committees.kinds import CommitteeType
from committees.models import committee_for
from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.calendar import end_of_days
from ethicsreview.deadlines.clock import start
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import Refused
from ethicsreview.policy import policy_for
from tests.committees import builders
from tests.committees.facts import member

pytestmark = pytest.mark.django_db

AT = datetime(2026, 6, 1, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
DAY = AT.date()


@pytest.mark.article("national", 4)
@pytest.mark.article("shandong", 5)
@pytest.mark.article("sichuan", 2)
def test_committee_for_finds_the_institutions_own_active_competent_ones() -> None:
    general = builders.committee(at=AT, regimes=["general"])
    home = general.institution
    human = builders.committee(at=AT, institution=home, regimes=["general", "human"])
    builders.ready(at=AT, institution=home)
    builders.committee(at=AT)

    assert committee_for(home, ["general"], at=AT) == [general, human]
    assert committee_for(home, ["general", "human"], at=AT) == [human]
    assert committee_for(home, ["ai"], at=AT) == []
    assert committee_for(home, ["general"], at=AT - timedelta(days=1)) == []


@pytest.mark.article("shandong", 2)
def test_sector_committee_advises_and_does_not_review() -> None:
    sector = builders.committee(at=AT, type=CommitteeType.SECTOR)

    assert not sector.is_competent_for(["general"])
    assert [refusal.code for refusal in sector.can_review(["general"], at=AT)] == ["committee_advises"]


@pytest.mark.article("shandong", 10)
@pytest.mark.article("sichuan", 9)
@pytest.mark.parametrize("kind", [CommitteeType.REGIONAL_CENTRE, CommitteeType.PROFESSIONAL_CENTRE])
def test_centre_may_review(kind: str) -> None:
    centre = builders.committee(at=AT, type=kind)

    assert centre.can_review(["general", "human", "ai"], at=AT) == []


@pytest.mark.article("national", 7)
def test_committee_in_an_autonomous_prefecture_needs_a_local_member() -> None:
    committee = builders.committee(region="513400", at=AT)
    committee.memberships.update(local_knowledge=False)

    [refusal] = committee.can_review(["general"], at=AT)

    assert (refusal.code, refusal.cite) == ("committee_local_few", "national:7")


def test_forecast_names_the_day_on_which_terms_end() -> None:
    committee = builders.committee(region="510100", at=AT, regimes=["general"])
    keeper = builders.keeper_of(committee)
    law = committee.memberships.get(category="law")
    last = DAY + timedelta(days=100)
    perform(committee, "end_term", by=keeper, at=AT, membership=law.pk, last_day=last, reason="退休")

    ahead = committee.forecast(at=AT, until=DAY + timedelta(days=365))

    assert [(day, [words(finding) for finding in findings]) for day, findings in ahead] == [
        (last + timedelta(days=1), ["委员6人，少于7人", "委员6人，委员人数应为单数", "委员中没有法学专家"])
    ]
    assert committee.forecast(at=AT, until=last) == []


def test_people_behind_the_words_of_the_notices_table() -> None:
    committee = builders.committee()  # now: whom a notice reaches is asked of the present
    [chair], [secretary] = (builders.people_of(committee, role) for role in (Role.CHAIR, Role.SECRETARY))

    assert committee.people("chair") == [chair]
    assert committee.people("secretaries") == [secretary]
    assert len(committee.people("seated")) == 8
    assert committee.people("keepers") == [builders.keeper_of(committee)]


@pytest.mark.parametrize("size", [7, 15])
def test_findings_take_the_same_queries_for_any_size(size: int, django_assert_num_queries: Any) -> None:
    committee = builders.committee(size, at=AT)

    with django_assert_num_queries(3):
        assert committee.findings(["general"], at=AT) == []


def test_dissolve_with_a_review_in_hand() -> None:
    committee = builders.committee(at=AT)
    deadline = start("review.decision", committee, at=AT, label="审查", due_at=end_of_days(AT, 30), body=committee)
    type(deadline).objects.filter(pk=deadline.pk).update(object_kind="review", object_ref="R2026-000001")

    with pytest.raises(Refused) as refused:
        perform(committee, "dissolve", by=builders.keeper_of(committee), at=AT, reason="撤销")

    assert [str(refusal) for refusal in refused.value.refusals] == ["本委员会还有1项未办结的事项，应先办结或移交"]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_finding_has_words(language: str) -> None:
    """A template without its value would show a place in braces, or fail."""
    nobody = CommitteeFacts((), frozenset(), autonomous=True)
    seats = (
        member(1, ends=None, papers=(PaperFacts("interests", date(2024, 1, 1), date(2024, 2, 1)),)),
        member(1),
        member(1, role="adviser"),
        *(member(number, role="vice_chair") for number in range(2, 5)),
    )
    found = []
    for committee, region in ((nobody, "513400"), (CommitteeFacts(seats, frozenset()), "510100")):
        policy = policy_for(region=region, regimes=["human", "ai"], at=DAY)
        found += check(committee, policy, regimes=["human", "ai"], day=DAY)

    with translation.override(language):
        sentences = [words(finding) for finding in found]

    assert {finding.code for finding in found} == MESSAGES.keys()
    assert not any("%(" in sentence for sentence in sentences)
    assert not any(re.search(r"[a-z]_[a-z]", sentence) for sentence in sentences)
