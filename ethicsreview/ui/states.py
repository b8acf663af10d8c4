"""How a state looks. Keyed by its value, never by its label; the word itself always stands there too."""

from typing import Literal

Tone = Literal["success", "warning", "danger", "info", "neutral"]

_STATES: dict[Tone, tuple[str, ...]] = {
    "success": (
        "active",
        "agreed",
        "approved",
        "cast",
        "completed",
        "confirmed",
        "continued",
        "delivered",
        "done",
        "exempt",
        "granted",
        "upheld",
    ),
    "warning": (
        "assigned",
        "due",
        "modification_required",
        "preparing",
        "rereview_required",
        "revision_required",
        "returned",
        "supplement_requested",
        "suspended",
        "wanted",
    ),
    "danger": ("declined", "disagreed", "dismissed", "failed", "refused", "rejected", "revoked", "terminated"),
    "info": (
        "accepted",
        "entered",
        "filed",
        "in_progress",
        "in_recheck",
        "in_review",
        "modification_submitted",
        "open",
        "preliminarily_passed",
        "prepared",
        "proposed",
        "reported",
        "running",
        "submitted",
        "under_review",
    ),
}
_TONES = {state: tone for tone, states in _STATES.items() for state in states}


def tone_of(state: str) -> Tone:
    return _TONES.get(state, "neutral")
