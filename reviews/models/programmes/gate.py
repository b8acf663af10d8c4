"""What a gate answers of a project at a stage, on a day: every reason, with its article (Shandong 12, Sichuan 10)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ethicsreview.accounts.standing import Standing
from ethicsreview.policy import Policy
from reviews.models.programmes.facts import Reason, facts_of, reasons_of
from reviews.models.programmes.kinds import stages_of
from reviews.rules import gates

if TYPE_CHECKING:
    from reviews.models.programmes.entry import ProgrammeEntry

RELATED = ("programme__authority", "project__lead", "project__institution")


@dataclass(frozen=True)
class Answer:
    """`hard`: whether nothing passes the stage while its gate is shut. `cite`: the article that knows the stage."""

    stage: str
    stage_label: str
    hard: bool
    cite: str
    shutting: tuple[Reason, ...]
    warning: tuple[Reason, ...]

    @property
    def open(self) -> bool:
        return not self.shutting

    @property
    def reasons(self) -> list[tuple[Reason, bool]]:
        """What shuts it first; and whether it does."""
        return [(one, True) for one in self.shutting] + [(one, False) for one in self.warning]

    def kept(self) -> list[dict[str, Any]]:
        """The reasons as plain data, in the language of the moment."""
        return [
            {
                "check": one.check,
                "code": one.refusal.code,
                "text": str(one.refusal),
                "cite": one.refusal.cite,
                "shuts": shuts,
            }
            for one, shuts in self.reasons
        ]


class Gatekeeper:
    """The gates of several projects by the rules of one moment. What they are asked about is read once."""

    def __init__(self, entries: Collection["ProgrammeEntry"], policy: Policy, at: datetime) -> None:
        self.policy = policy
        self.stages = stages_of(policy)
        self.facts = {facts.entry.pk: facts for facts in facts_of(entries, at)}
        self._reasons = {key: reasons_of(facts, policy) for key, facts in self.facts.items()}

    def answers(self, entry: "ProgrammeEntry") -> list[Answer]:
        """At each stage that a project passes: before there is one, guides are drafted."""
        return [self.answer(entry, stage) for stage in self.stages if stage != "guide"]

    def answer(self, entry: "ProgrammeEntry", stage: str) -> Answer:
        """Raises KeyError for a stage that the rules of the place do not know."""
        warnings = set(self.policy.value("programme.warnings"))
        if not self.policy.value("commitment.hard_gate", default=False):
            # Shandong 12 states no consequence of an unsigned letter: a task, and a warning.
            warnings.add(gates.COMMITMENT)
        asked_at = {check: self.policy.value(f"programme.{check}_stages") for check in gates.CHECKS}
        found = gates.at_stage(stage, self._reasons[entry.pk], asked_at=asked_at, warnings=warnings)
        return Answer(
            stage=stage,
            stage_label=self.stages[stage],
            hard=stage in self.policy.value("programme.hard_stages"),
            cite=self.policy.entry("programme.stages").cite,
            shutting=found.shutting,
            warning=found.warning,
        )


def gatekeeper(entry: "ProgrammeEntry", at: datetime) -> Gatekeeper:
    return Gatekeeper([entry], entry.programme.policy_at(at), at)


def gatekeeper_for(entry: "ProgrammeEntry", standing: Standing) -> Gatekeeper:
    """The same, read once for all that one person asks at one moment: a page, and the steps on it."""
    found: Gatekeeper = standing.once(("gates", entry.pk), lambda: gatekeeper(entry, standing.at))
    return found
