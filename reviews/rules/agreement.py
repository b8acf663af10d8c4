"""Whether a participating unit decided as the lead unit did, and in what it differs (Shandong 8; Human Measures 27)."""

from dataclasses import dataclass

# In the order in which they are told.
CONCLUSION = "conclusion"
REQUIREMENTS = "requirements"
CONDITIONS = "conditions"
INTERVAL = "interval"
# Decisions that let an activity go on its way; only such a one of the lead unit's can be confirmed.
FAVOURABLE = frozenset({"approved", "preliminarily_passed"})
# Those after which this unit's committee has nothing more to decide.
FINAL = FAVOURABLE | {"rejected"}


@dataclass(frozen=True)
class Position:
    """What one committee decided, as far as two committees can be compared. `months` between follow-ups."""

    outcome: str
    requirements: frozenset[str] = frozenset()
    conditions: frozenset[tuple[str, str]] = frozenset()
    months: int | None = None


def differences(lead: Position, own: Position) -> tuple[str, ...]:
    """In what the unit differs; empty where it agrees. An interval that one of them has not set is no difference."""
    found = {
        CONCLUSION: _passes(lead) != _passes(own) or own.outcome not in FINAL,
        REQUIREMENTS: lead.requirements != own.requirements,
        CONDITIONS: lead.conditions != own.conditions,
        INTERVAL: None not in (lead.months, own.months) and lead.months != own.months,
    }
    return tuple(name for name, differs in found.items() if differs)


def share_in_agreement(agreed: int, decided: int) -> int | None:
    """In whole per cent; None before anybody has decided."""
    return round(100 * agreed / decided) if decided else None


def _passes(position: Position) -> bool:
    return position.outcome in FAVOURABLE
