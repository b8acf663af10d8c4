"""A decision as the applicant reads it: the votes as the letter shows them, and the articles it rests on."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from ethicsreview.policy.loading import library
from ethicsreview.policy.words import said
from reviews.models import Decision
from reviews.models.projects.starting import condition_text
from reviews.models.reviewing.wording import votes_told


@dataclass(frozen=True)
class ToldDecision:
    votes: tuple[tuple[str, int], ...]
    attending: int
    by_video: int
    recused: int
    all_members: int
    formulas: tuple[str, ...]
    grounds: tuple[tuple[str, str], ...]
    conditions: tuple[tuple[str, str], ...]


def told(decision: Decision) -> ToldDecision:
    tally: dict[str, Any] = decision.tally
    there = [row for row in decision.attendance if row["presence"] != "absent" and not row["recused"]]
    bases = {"attending": _("到会委员"), "all_members": _("全体委员")}
    formulas = tuple(
        _("%(base)s%(total)d人，须%(need)d票，得%(have)d票")
        % {"base": bases[row["of"]], "total": row["total"], "need": row["need"], "have": row["have"]}
        for row in tally["formulas"]
    )
    return ToldDecision(
        votes=tuple(votes_told(decision)),
        attending=len(there),
        by_video=sum(row["presence"] == "video" for row in there),
        recused=sum(bool(row["recused"]) for row in decision.attendance),
        all_members=tally["all_members"],
        formulas=formulas,
        conditions=tuple((condition_text(one), one["cite"]) for one in decision.conditions),
        grounds=tuple((_asked(ground), ground["cite"]) for ground in decision.grounds),
    )


def _asked(ground: dict[str, Any]) -> str:
    """What the value answers, in the reader's language; as it was kept, where no pack asks it any more."""
    question = library().registry.questions.get(ground["key"])
    return said(question.spec) if question else str(ground["label"])
