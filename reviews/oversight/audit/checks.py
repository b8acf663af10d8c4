"""Whether what is kept of a case is what was written: its chain, its versions, its letters, the rules it rests on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ethicsreview.documents.digest import sm3
from ethicsreview.documents.models import Letter
from ethicsreview.policy import PinnedPolicyChanged, Policy
from ethicsreview.trail.models import Seal
from ethicsreview.trail.verification import verify
from reviews.oversight.audit.case import Case

GONE = gettext_lazy("存储中取不到该文件")
CHANGED = gettext_lazy("文件与签发时的摘要不符")
UNDECIDED = gettext_lazy("留痕中没有相应的决定")


@dataclass(frozen=True)
class LetterChecked:
    letter: Letter
    problem: str | Promise

    @property
    def holds(self) -> bool:
        return not self.problem


class Checks:
    """Every part is worked out once, when it is asked for; each file is read from its store."""

    def __init__(self, case: Case) -> None:
        self.case = case

    @cached_property
    def chain(self) -> list[str]:
        if self.case.chain is None:
            return [_("没有留痕")]
        return [f"#{problem.seq} {problem.message}" for problem in verify([self.case.chain])]

    @cached_property
    def versions(self) -> list[str]:
        """Versions that are no longer what was handed in, or of which the record knows nothing."""
        return list(self._versions())

    def _versions(self) -> Iterator[str]:
        recorded = {str(entry.facts.get("digest")) for entry in self.case.open_entries}
        recorded |= {str(entry.facts.get("carried_from")) for entry in self.case.open_entries}
        for version in self.case.versions:
            if not version.intact():
                yield _("%(version)s 的内容与提交时的摘要不符") % {"version": version}
            elif version.digest not in recorded:
                yield _("%(version)s 的摘要不在留痕中") % {"version": version}

    @cached_property
    def letters(self) -> list[LetterChecked]:
        decided = {str(entry.facts.get("decision")) for entry in self.case.open_entries}
        decisions = {decision.number for decision in self.case.decisions}
        return [LetterChecked(letter, _letter(letter, decisions, decided)) for letter in self.case.letters]

    @cached_property
    def rules(self) -> list[str]:
        found = []
        for review in self.case.reviews:
            try:
                if review.policy_pin:
                    Policy.from_pin(review.policy_pin)
            except PinnedPolicyChanged as changed:
                found.append(f"{review.ref}：{changed}")
        return found

    @cached_property
    def sealed_on(self) -> date | None:
        """The last day that a seal closes."""
        return Seal.objects.order_by("-day").values_list("day", flat=True).first()

    @property
    def problems(self) -> list[str]:
        letters = [f"{one.letter.number}：{one.problem}" for one in self.letters if not one.holds]
        return [*self.chain, *self.versions, *letters, *self.rules]


def _letter(letter: Letter, decisions: set[str], decided: set[str]) -> str | Promise:
    try:
        with letter.file.open("rb") as content:
            if sm3(content) != letter.digest:
                return CHANGED
    except FileNotFoundError:
        return GONE
    if letter.number in decisions and letter.number not in decided:
        return UNDECIDED
    return ""
