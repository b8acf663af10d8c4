"""What the composition rules ask of committees, for pages that look at many: rows as they come, no object for each."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from committees.composition import CommitteeFacts, MemberFacts, PaperFacts, RuleFacts
from committees.models import Committee, CommitteeRule, Membership, SignedPaper
from ethicsreview.accounts.regions import is_autonomous

_SEAT = ("committee_id", "appointment__person_id", "appointment__person__name", "appointment__role", "sex", "category")
_FIELDS = ("name", "role", "sex", "category", "starts", "ends", "external", "local_knowledge")
_PAPER = ("kind", "signed_on", "valid_until")
_RULE = ("kind", "effective", "until")
_TERM = ("appointment__starts", "appointment__ends", "external", "local_knowledge", "ai_categories", "human_categories")


def facts_of(committees: Collection[Committee], day: date) -> dict[int, CommitteeFacts]:
    """The same as each one's `facts`, by key. Three questions, however many they are."""
    keys = [one.pk for one in committees]
    papers: dict[tuple[int, int], list[PaperFacts]] = defaultdict(list)
    signed: Any = SignedPaper.objects.filter(committee__in=keys).values_list("committee_id", "person_id", *_PAPER)
    for committee, person, *paper in signed:
        papers[committee, person].append(PaperFacts(*paper))
    members: dict[int, list[MemberFacts]] = defaultdict(list)
    seats: Any = Membership.objects.filter(committee__in=keys).not_ended(day).order_by("appointment__starts", "pk")
    for committee, person, *seat, ai, human in seats.values_list(*_SEAT, *_TERM):
        given: dict[str, Any] = dict(zip(_FIELDS, seat, strict=True))
        given |= {"ai_categories": frozenset(ai), "human_categories": frozenset(human)}
        members[committee].append(MemberFacts(person_id=person, papers=tuple(papers[committee, person]), **given))
    rules: dict[int, list[RuleFacts]] = defaultdict(list)
    on_file: Any = CommitteeRule.objects.filter(committee__in=keys).values_list("committee_id", *_RULE)
    for committee, *rule in on_file:
        rules[committee].append(RuleFacts(*rule))
    return {
        one.pk: CommitteeFacts(
            members=tuple(members[one.pk]),
            competent=frozenset(one.regimes),
            rules=tuple(rules[one.pk]),
            autonomous=is_autonomous(one.region),
        )
        for one in committees
    }
