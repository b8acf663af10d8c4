"""Committees as plain facts, for the composition rules."""

from dataclasses import replace
from datetime import date
from typing import Any

from committees.composition import CommitteeFacts, MemberFacts, PaperFacts, RuleFacts

DAY = date(2026, 6, 1)
RULES = ("charter", "procedure", "supervision", "confidentiality", "archive", "interests")
PAPERS = ("confidentiality", "interests")


def member(person_id: int, **changes: Any) -> MemberFacts:
    facts = MemberFacts(
        person_id=person_id,
        name=f"委员{person_id}",
        role="member",
        sex="female" if person_id % 2 else "male",
        category="peer",
        starts=date(2024, 1, 1),
        ends=date(2028, 12, 31),
        papers=tuple(PaperFacts(kind, date(2024, 1, 1)) for kind in PAPERS),
    )
    return replace(facts, **changes)


def lawful(size: int = 7, **changes: Any) -> CommitteeFacts:
    """A committee that no rule of any region or regime finds fault with (of an even size: but Sichuan's)."""
    special: dict[int, dict[str, Any]] = {
        1: {"role": "chair", "ai_categories": frozenset({"technology"})},
        2: {"role": "vice_chair", "ai_categories": frozenset({"application"})},
        3: {"category": "ethics", "human_categories": frozenset({"bioethics"})},
        4: {"category": "law"},
        5: {
            "external": True,
            "local_knowledge": True,
            "category": "other",
            "human_categories": frozenset({"public"}),
        },
        6: {"human_categories": frozenset({"life_science", "medicine"})},
    }
    members = tuple(member(number, **special.get(number, {})) for number in range(1, size + 1))
    facts = CommitteeFacts(
        members=members,
        competent=frozenset({"general", "human", "ai", "animal", "drug"}),
        rules=tuple(RuleFacts(kind, date(2024, 1, 1)) for kind in RULES),
    )
    return replace(facts, **changes)


def without(committee: CommitteeFacts, *person_ids: int) -> CommitteeFacts:
    return replace(committee, members=tuple(m for m in committee.members if m.person_id not in person_ids))


def changed(committee: CommitteeFacts, person_id: int, **changes: Any) -> CommitteeFacts:
    members = tuple(replace(m, **changes) if m.person_id == person_id else m for m in committee.members)
    return replace(committee, members=members)
