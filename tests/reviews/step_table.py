"""Who may take which step in which state: asked of the service itself, with real people, for every one of them.

    STEP_TABLE=write pytest tests/reviews/test_step_table.py      writes step_table.txt anew

The test holds the file to what the service does, so that a change of permission is seen by whoever reads the change.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import standing_of
from ethicsreview.lifecycle.door import open_steps, perform
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.lifecycle.registry import nouns
from ethicsreview.lifecycle.steps import Step, steps_of
from tests.reviews.step_scene import Scene

FILE = Path(__file__).with_name("step_table.txt")
EMERGENCY = Path(__file__).with_name("step_table_emergency.txt")
SIMPLIFIED = Path(__file__).with_name("step_table_simplified.txt")
# What each is besides in a review by the simplified procedure.
MORE_IN_SIMPLIFIED = {
    "chair": {"designator", "colleague"},
    **{key: {"colleague"} for key in ("vice_chair", "voter", "other member", "recused member")},
}

# What each person is to the matter, besides what they are called here; `voter` and `presider` depend on the object.
CAPACITIES: dict[str, set[str]] = {
    "lead": {"lead"},
    # Accused in an investigation, too.
    "team": {"team", "respondent"},
    "institution_officer": {"institution_officer"},
    "secretary": {"secretary"},
    "chair": {"chair", "presider"},
    "vice_chair": {"vice_chair"},
    "voter": {"member", "voter"},
    "other member": {"member"},
    "recused member": {"member"},
    "adviser": {"adviser"},
    "regulator": {"regulator"},
    # The department has declared the emergency, it samples, inspects, deals with a complaint and a warning, runs a
    # programme and discloses.
    "organiser": {
        *("organiser", "keeper", "declarer", "sampler", "handler", "sector", "programme_manager", "watcher"),
        *("discloser", "inspecting"),
    },
    "recheck expert": {"recheck_expert"},
    "expert who left": {"investigator", "inspector"},
    # A unit that takes part: its lead stands on the lead unit's team too.
    "local lead": {"local_lead", "team"},
    "unit officer": {"unit_officer", "fellow"},
    # Officers of the unit that entrusts the committee.
    "truster": {"truster", "outsider"},
    "operator": {"operator"},
    "regulator elsewhere": set(),
    "secretary elsewhere": set(),
    "officer elsewhere": {"outsider"},
    "no role": set(),
    "system": {"consequence"},
}


AFTER_SEED = ("published", "frozen", "drawn", "closed")
BY_TWO = ", decided_by_id = (SELECT MAX(id) FROM accounts_person)"
DISCLOSED = (
    ", approved_by_id = (SELECT MAX(id) FROM accounts_person), published_at = created_at, ended_reason = 'x'"
    ", publish_at = created_at"
)
# What the database asks for beside a state.
BESIDES = {
    ("opinion", "cast"): ", verdict = 'approved'",
    ("review", "approved"): ", recheck_result = 'agreed'",
    ("recheck_opinion", "cast"): ", vote = 'agree'",
    **{("sanction", state): BY_TWO for state in ("decided", "served", "in_force", "ended", "revoked")},
    ("appeal", "upheld"): ", answer = 'x'",
    ("appeal", "dismissed"): ", answer = 'x'",
    ("exemption", "granted"): ", ground = 'anonymised'",
    ("emergency_event", "ended"): ", ended_at = starts_at",
    **{("annual_report", state): ", digest = 'x'" for state in ("signed", "submitted", "accepted")},
    ("commitment", "signed"): ", lead_signed_at = created_at, unit_signed_at = created_at",
    **{("sampling_plan", state): ", seed = 'x', population_sm3 = 'x'" for state in AFTER_SEED},
    **{("warning", state): ", grounds = 'x', settled_at = raised_at" for state in ("closed", "ruled_out")},
    **{("disclosure", state): DISCLOSED for state in ("approved", "published", "superseded", "withdrawn")},
    **{("inspection", state): ", announced_at = planned_at" for state in ("announced", "on_site", "commenting")},
    **{
        ("inspection", state): ", announced_at = planned_at, report = 'x', reported_at = planned_at"
        for state in ("reported", "closed")
    },
    ("entrustment", "in_force"): ", starts = '2026-01-01'",
    ("recognition", "accepted"): ", valid_until = '2030-01-01', decision_id = (SELECT MIN(id) FROM reviews_decision)",
    ("participation", "agreed"): ", decision_id = (SELECT MIN(id) FROM reviews_decision)",
    ("participation", "differing"): ", decision_id = (SELECT MIN(id) FROM reviews_decision)",
    ("foreign_approval", "entered"): ", basis = 'not_prescribed', reason = 'x'",
    ("foreign_approval", "confirmed"): ", basis = 'not_prescribed', reason = 'x'",
}


@dataclass(frozen=True)
class Cell:
    """One person before one object in one state."""

    noun: str
    state: str
    who: str
    sees: bool
    tried: frozenset[str]  # what begins in this state; in the first of all, every step there is
    permitted: frozenset[str]  # of these, what is not answered with 403 or 404
    now: tuple[str, ...]  # of these, what begins in this state
    offered: tuple[str, ...]  # what a face would draw as a button


def cells(made: Scene, noun: str, only: Collection[str] = ()) -> Iterator[Cell]:
    """Every state (or those in `only`), every person. Set by SQL: many of these no path has reached yet."""
    obj = made.objects[noun]
    for state in only or states_of(type(obj)):
        with transaction.atomic():
            _set_state(obj, state)
            there = type(obj)._base_manager.get(pk=obj.pk)
            for who, one in made.people.items():
                yield _cell(made, there, who, one)
            transaction.set_rollback(True)


def states_of(model: type[Lifecycle]) -> dict[str, str]:
    return {str(value): str(label) for value, label in model._meta.get_field("state").flatchoices}


def _set_state(obj: Lifecycle, state: str) -> None:
    if len(states_of(type(obj))) == 1:
        # It is there already, and such a row may be kept as written.
        return
    extra = BESIDES.get((obj.noun, state), "")
    key = obj._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {obj._meta.db_table} SET state = %s{extra} WHERE {key} = %s", [state, obj.pk])  # noqa: S608


def _cell(made: Scene, obj: Lifecycle, who: str, one: Person | Any) -> Cell:
    sees = who == "system" or type(obj).objects.visible_to(standing_of(one, made.at)).filter(pk=obj.pk).exists()
    declared = steps_of(type(obj))
    first = obj.state == next(iter(states_of(type(obj))))
    tried = frozenset(name for name, step in declared.items() if first or obj.state in step.sources)
    # Who may not know of the object is turned away before the step is looked at: one try says it for all.
    asked = tried if sees else list(declared)[:1]
    permitted = frozenset(name for name in asked if _permits(obj, name, one, made.at))
    now = tuple(name for name, step in declared.items() if name in permitted and obj.state in step.sources)
    offered = tuple(view.name for view in open_steps(obj, one, at=made.at)) if sees else ()
    return Cell(obj.noun, str(obj.state), who, sees, tried, permitted, now, offered)


def _permits(obj: Lifecycle, name: str, one: Person | Any, at: datetime) -> bool:
    """Tried, without any input, and undone."""
    with transaction.atomic():
        try:
            perform(obj, name, by=one, at=at)
        except (NotVisible, NotPermitted):
            return False
        except (Refused, InvalidInput):
            return True
        except TypeError:
            # A consequence that somebody's step would have given its terms: it was let in.
            return True
        finally:
            transaction.set_rollback(True)
    return True


def declared_for(who: str, noun: str, step: Step, *, simplified: bool = False) -> bool:
    """What the declaration alone says of this person."""
    capacities = CAPACITIES[who]
    if simplified:
        # No meeting has it, so nobody presides.
        capacities = (capacities | MORE_IN_SIMPLIFIED.get(who, set())) - {"presider"}
    if noun == "opinion":
        # A ballot knows these alone; another member is none of them.
        capacities = capacities & {"secretary", "chair", "presider", "voter", "consequence"}
    if noun == "recheck_opinion":
        capacities = capacities & {"organiser", "recheck_expert", "operator", "consequence"}
    if noun == "alliance":
        # Of the institution that founded it, of one that is in it, of one that is not.
        capacities = capacities & {"fellow", "outsider"} | ({"founder"} if who == "institution_officer" else set())
    if noun == "entrustment":
        # The committee is its institution's, whose officers answer for it.
        answering = {"trustee"} if who == "institution_officer" else set()
        capacities = (capacities - {"institution_officer"}) | answering
    if noun == "expert":
        # The department keeps the register; who stands in it changes nothing of it.
        capacities = capacities & {"keeper", "operator"}
    if noun == "mandate":
        # The committee does not know of it; who acts by it may give it back.
        capacities = capacities & {"lead", "institution_officer", "consequence"}
        capacities |= {"delegate"} if who == "team" else set()
    if noun == "warning":
        # The department settles it; who answers for the committee or its institution explains.
        capacities = capacities & {"watcher", "secretary", "chair", "institution_officer", "consequence"}
    if noun in ("inspection", "rectification"):
        # The department and its team; who answers for the committee that is inspected, or its institution.
        inspected = {"inspecting", "inspector", "institution_officer", "secretary", "chair"}
        capacities = capacities & (inspected | {"consequence"})
    if noun == "sample_item":
        # Once something is asked of it, the committee is shown what its secretary or its chair answers.
        capacities = capacities & {"sampler", "secretary", "chair", "consequence"}
    if noun == "training_plan":
        # Of the committee: its secretary or chair, and an officer of its institution.
        capacities = capacities & {"operator", "consequence"}
        capacities |= {"trainer"} if who in {"secretary", "chair", "institution_officer"} else set()
    if noun == "commitment":
        # The letter of the lead's own project, and of its unit.
        capacities = capacities & {"lead", "institution_officer", "consequence"}
    if noun == "annual_report" and who == "organiser":
        # The department to which it goes.
        capacities = capacities | {"receiver"}
    if noun == "absence":
        # Nobody is away for another.
        capacities = {"absentee"} if who == "voter" else set()
    if noun == "committee":
        # An operator keeps the centres; an institution's committee is kept by its own officers.
        capacities = capacities - {"operator"}
    return bool(step.by & capacities)


def render(rows: list[Cell]) -> str:
    lines = [
        "Who may take which step, by kind of object, state and person.",
        "A person who sees the object and has no step is shown with “sees”; one who does not see it, with a dash.",
    ]
    last = ""
    for cell in rows:
        head = f"{cell.noun}: {cell.state} {states_of(nouns()[cell.noun])[cell.state]}"
        if head != last:
            lines += ["", head]
            last = head
        said = ", ".join(cell.now) if cell.now else "sees" if cell.sees else "-"
        lines.append(f"    {cell.who:20} {said}")
    return "\n".join(lines) + "\n"
