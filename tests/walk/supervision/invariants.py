"""What no path through supervision may break, whichever matter it is; counted by hand on the rows."""

from collections.abc import Callable

from ethicsreview.trail.digest import digest
from tests.walk.supervision.seen import LIFECYCLES, Seen

# Whoever has to do something next, and until when: by kind of object and its state.
Owes = Callable[[Seen, object], list[str]]


def no_change_without_an_entry_and_its_author(seen: Seen) -> None:
    last: dict[tuple[str, str], str] = {}
    newest = {}
    numbers: dict[int, int] = {}
    for entry in seen.entries:
        assert entry.actor_ref or entry.actor_kind == "system", "nobody did it"
        numbers[entry.chain_id] = numbers.get(entry.chain_id, 0) + 1
        newest[entry.chain_id] = entry
        if entry.step == "deadline_breached":
            continue
        key = (entry.object_kind, entry.object_ref)
        assert entry.source == last.get(key, ""), f"{key} changed between two entries"
        last[key] = entry.target
    for noun, model in LIFECYCLES.items():
        for row in seen.rows(model):
            assert last.get((noun, row.ref)) == row.state, f"{noun} {row.ref} is {row.state} without an entry"
    for key, entry in newest.items():
        chain = seen.chains[key]
        assert chain.length == numbers[key] == entry.seq, "an entry was lost"
        assert chain.head == entry.digest == digest(entry.content()), "the chain does not end with its last entry"


def no_obligation_without_a_deadline(seen: Seen) -> None:
    for noun, model in LIFECYCLES.items():
        for row in seen.rows(model):
            runs, expected = seen.owed(noun, row.ref), sorted(owes(seen, noun, row))
            missing = set(expected) - set(runs)
            assert missing <= seen.lapsed(noun, row.ref), f"{noun} {row.state} has no day for {missing}"
            assert set(runs) <= set(expected), f"{noun} {row.state} owes {runs}, not {expected}"
            ends = [one.due_at for one in seen.open_deadlines if (one.object_kind, one.object_ref) == (noun, row.ref)]
            assert row.next_due_at == min(ends, default=None), f"{noun} says another day than its deadline"


def owes(seen: Seen, noun: str, row: object) -> list[str]:
    written = _OWED.get(noun)
    return written(seen, row) if written is not None else []


def _complaint(seen: Seen, row: object) -> list[str]:
    return ["complaint.triage"] if row.state == "received" and row.handler_id else []


def _investigation(seen: Seen, row: object) -> list[str]:
    return ["investigation.finish"] if row.state == "investigating" else []


def _respondent(seen: Seen, row: object) -> list[str]:
    """Whoever stands in no register has no account to be reminded at."""
    known = row.person_id or row.body_id
    return ["respondent.state"] if row.state == "notified" and known else []


def _sanction(seen: Seen, row: object) -> list[str]:
    found = ["sanction.state"] if row.state == "notified" else []
    if row.state in {"served", "in_force", "ended"} and not row.appealed_at:
        found.append("sanction.appeal")
    if row.appealed_at and not row.reconsidered:
        found.append("sanction.reconsider")
    if row.state == "in_force" and row.measure == "correct":
        found.append("sanction.rectify")
    return found


def _inspection(seen: Seen, row: object) -> list[str]:
    if row.state in {"planned", "announced"}:
        return ["inspection.visit"]
    found = ["inspection.report"] if row.state in {"on_site", "commenting"} else []
    return [*found, "inspection.comment"] if row.state == "commenting" and not row.commented_at else found


def _rectification(seen: Seen, row: object) -> list[str]:
    return {"ordered": ["rectification.finish"], "returned": ["rectification.finish"]}.get(
        row.state, ["rectification.check"] if row.state == "answered" else []
    )


def _sampling_plan(seen: Seen, row: object) -> list[str]:
    following = ["sampling_plan.next"] if row.state in {"drawn", "closed"} else []
    return [*following, "sampling_plan.finish"] if row.state == "drawn" else following


def _sample_item(seen: Seen, row: object) -> list[str]:
    return ["sample_item.rectify"] if row.state == "rectifying" else []


def _warning(seen: Seen, row: object) -> list[str]:
    waits = {"raised": "warning.acknowledge", "acknowledged": "warning.act", "acting": "warning.finish"}
    return [waits[row.state]] if row.state in waits else []


def _annual_report(seen: Seen, row: object) -> list[str]:
    if row.state in {"submitted", "accepted"}:
        return []
    returned = bool(seen.taken("annual_report", row.ref, "send_back"))
    if returned:
        return ["annual_report.correct"]
    return ["annual_report.city"] if row.level == "city" else []


_OWED = {
    "complaint": _complaint,
    "investigation": _investigation,
    "respondent": _respondent,
    "sanction": _sanction,
    "inspection": _inspection,
    "rectification": _rectification,
    "sampling_plan": _sampling_plan,
    "sample_item": _sample_item,
    "warning": _warning,
    "annual_report": _annual_report,
}
EVERYWHERE = (no_change_without_an_entry_and_its_author, no_obligation_without_a_deadline)
