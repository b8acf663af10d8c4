"""Reports while an activity runs: which limit an event falls under, and what may be reported in which state."""

from collections.abc import Mapping
from typing import Any

FATAL = frozenset({"death", "life_threatening"})
RELATED = frozenset({"related", "possible"})


def expedited_key(answers: Mapping[str, Any]) -> str | None:
    """The rule that would set a number of days: of a suspected unexpected serious adverse reaction, fatal or
    threatening life, or any other. None for what is expected or has nothing to do with the research.
    """
    if answers.get("expected") != "unexpected" or answers.get("related") not in RELATED:
        return None
    return "report.susar_fatal_days" if answers.get("seriousness") in FATAL else "report.susar_other_days"


# What may be reported, by the state of the project. An event may come to light after the end.
FILED_IN: dict[str, frozenset[str]] = {
    "approved": frozenset({"risk_change", "sae", "deviation", "suspension", "completion"}),
    "suspended": frozenset({"risk_change", "sae", "deviation", "suspension", "resumption", "completion"}),
    "completed": frozenset({"sae"}),
    "terminated": frozenset({"sae"}),
}
