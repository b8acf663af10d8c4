"""Which procedures are open, and what shuts the others: the bars are data, with their articles."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ethicsreview.policy.catalogue_models import Bar, Procedure
from ethicsreview.policy.catalogues import Questionnaire
from reviews.rules.conclusions import Conclusions
from reviews.rules.conditions import Facts, evaluate

NOT_AVAILABLE_YET = "procedure_not_available_yet"


@dataclass(frozen=True)
class ProcedureRefusal:
    """Why a procedure is shut. `cite` is None where the reason is not the law's."""

    code: str
    zh: str
    en: str
    params: dict[str, str] = field(default_factory=dict)
    cite: str | None = None

    def text(self, lang: str) -> str:
        return self.en if lang.startswith("en") else self.zh


@dataclass(frozen=True)
class Procedures:
    open: tuple[str, ...]
    refusals: dict[str, tuple[ProcedureRefusal, ...]]

    def is_open(self, procedure: str) -> bool:
        return procedure in self.open


def open_procedures(
    conclusions: Conclusions,
    questionnaire: Questionnaire,
    *,
    kind: str,
    available: Collection[str],
    facts: Mapping[str, Any] | None = None,
) -> Procedures:
    """For one review of this `kind`. `available`: the procedures this service can carry out.

    `facts` are those of procedures.toml that the assessment cannot know, such as `small_change`.
    Raises ValueError for a kind or fact that is not declared there.
    """
    given = {"review_kind": kind, **(facts or {})}
    _check_facts(questionnaire, given)
    refusals = {
        procedure.key: tuple(_refusals(procedure, questionnaire, conclusions.facts | given, available))
        for procedure in questionnaire.procedures
    }
    return Procedures(open=tuple(key for key, reasons in refusals.items() if not reasons), refusals=refusals)


def bars(procedure: Procedure, facts: Facts) -> tuple[Bar, ...]:
    """Every bar that holds; none means that the law leaves the procedure open."""
    return tuple(bar for bar in procedure.bars if evaluate(bar.when, facts))


def grounds(
    procedure: str,
    conclusions: Conclusions,
    questionnaire: Questionnaire,
    *,
    kind: str,
    allowed: Collection[str],
    facts: Mapping[str, Any] | None = None,
) -> tuple[str, ...]:
    """The cases that let this review take the procedure, of those `allowed` by the rules in force.

    Empty where nothing does: then no bar was overcome either (Measures 22; Human Measures 31; Shandong 8).
    Raises ValueError for a kind or fact that is not declared in procedures.toml.
    """
    given = {"review_kind": kind, **(facts or {})}
    _check_facts(questionnaire, given)
    known = conclusions.facts | given
    return tuple(
        ground.key
        for declared in questionnaire.procedures
        if declared.key == procedure
        for ground in declared.grounds
        if ground.key in allowed and evaluate(ground.when, known)
    )


def _refusals(
    procedure: Procedure, questionnaire: Questionnaire, facts: Facts, available: Collection[str]
) -> list[ProcedureRefusal]:
    params = {"procedure": procedure.key}
    found = [ProcedureRefusal(bar.key, bar.zh, bar.en, params, bar.cite) for bar in bars(procedure, facts)]
    if procedure.key not in available:
        said = questionnaire.unavailable
        found.append(ProcedureRefusal(NOT_AVAILABLE_YET, said.zh, said.en, params))
    return found


def _check_facts(questionnaire: Questionnaire, given: Mapping[str, Any]) -> None:
    known: dict[str, Collection[bool | str]] = {
        fact.key: fact.values or (True, False) for fact in questionnaire.outside_facts
    }
    wrong = [f"{key}={value!r}" for key, value in given.items() if value not in known.get(key, ())]
    if wrong:
        raise ValueError(f"not a fact of procedures.toml: {', '.join(wrong)}")
