"""What the composition rules ask of committees, for pages that look at many: rows as they come, no object for each."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Any

from committees.composition import CommitteeFacts, MemberFacts, PaperFacts, RuleFacts
from committees.models import Committee, CommitteeRule, Membership, SignedPaper
from ethicsreview.accounts.prepared import Given, PreparedForMany
from ethicsreview.accounts.regions import is_autonomous

_SEAT = ("committee_id", "appointment__person_id", "appointment__person__name", "appointment__role", "sex", "category")
_FIELDS = ("name", "role", "sex", "category", "starts", "ends", "external", "local_knowledge")
_PAPER = ("kind", "signed_on", "valid_until")
_RULE = ("kind", "effective", "until")
_TERM = ("appointment__starts", "appointment__ends", "external", "local_knowledge", "ai_categories", "human_categories")

_SIGNED = PreparedForMany(
    lambda keys: SignedPaper.objects.filter(committee__body_ptr__id__in=keys).values_list(
        "committee_id", "person_id", *_PAPER
    )
)
_SEATED = PreparedForMany(
    lambda keys: (
        Membership.objects.filter(committee__body_ptr__id__in=keys)
        .not_ended(Given("day"))
        .order_by("appointment__starts", "pk")
        .values_list(*_SEAT, *_TERM)
    )
)
_ON_FILE = PreparedForMany(
    lambda keys: CommitteeRule.objects.filter(committee__body_ptr__id__in=keys).values_list("committee_id", *_RULE)
)


def facts_of(committees: Collection[Committee], day: date) -> dict[int, CommitteeFacts]:
    """The same as each one's `facts`, by key. Three questions, however many they are."""
    keys = [one.pk for one in committees]
    papers: dict[tuple[int, int], list[PaperFacts]] = defaultdict(list)
    for committee, person, *paper in _SIGNED(keys):
        papers[committee, person].append(PaperFacts(*paper))
    members: dict[int, list[MemberFacts]] = defaultdict(list)
    for committee, person, *seat, ai, human in _SEATED(keys, day=day):
        given: dict[str, Any] = dict(zip(_FIELDS, seat, strict=True))
        given |= {"ai_categories": frozenset(ai), "human_categories": frozenset(human)}
        members[committee].append(MemberFacts(person_id=person, papers=tuple(papers[committee, person]), **given))
    rules: dict[int, list[RuleFacts]] = defaultdict(list)
    for committee, *rule in _ON_FILE(keys):
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
