"""Real amendments: what changed in nineteen trials between the snapshots of their register, applied for, weighed by
the committee, decided by the procedure that fits, and found again by the comparison.

    pytest tests/reviews/test_real_amendments.py

TRIALS=5 takes the first five.
"""

import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import pytest

from ethicsreview.documents.tasks import extract_pending
from ethicsreview.trail.verification import verify
from reviews.models import Comparison, FollowUp, Review, Submission
from reviews.models.amending.scope import changed_parts
from reviews.models.reviewing.lettering import letter_content
from reviews.models.submissions.comparing import compare_pending
from reviews.models.submissions.submission import keep_section
from tests.reviews.amendments import Change, change
from tests.reviews.builders import PASSWORD, signing
from tests.reviews.rules.trials import answers_from_trial

pytestmark = pytest.mark.django_db

TRIALS = int(os.environ.get("TRIALS", "19"))
# What the register calls a field, by the field of the application that says the same.
SAID_IN = {
    "purpose": ("Public title", "Scientific title"),
    "design": ("Study design", "Intervention", "Condition", "Target size"),
    "eligibility": ("Inclusion Criteria", "Exclusion Criteria"),
    "benefits": ("Primary outcome",),
    "recruitment": ("Recruitment Status",),
    "institutions": ("Primary sponsor", "Contact Affiliation"),
}
SECTION = {
    "purpose": "overview",
    "starts_on": "overview",
    "design": "plan",
    "eligibility": "participants",
    "benefits": "participants",
    "recruitment": "participants",
    "participant_number": "participants",
    "institutions": "people",
}
# What touches who takes part, what is done to them or what is measured goes to a meeting.
NOT_SMALL = {"design", "eligibility", "benefits", "participant_number"}


@dataclass
class Trial:
    """What the register said first, and then at each later look."""

    ref: str
    row: dict[str, str]
    first: dict[str, str]
    looks: list[dict[str, str]] = field(default_factory=list)


def trials(folder: Path) -> Iterator[Trial]:
    with (folder / "chictr_covid19_2020_dev.csv").open(encoding="utf-8-sig", newline="") as file:
        known = {row["trial_id"]: row for row in csv.DictReader(file)}
    with (folder / "chictr_covid19_amendments_dev.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: (row["trial_id"], row["seen_by"]))
    for ref, changed in groupby(rows, key=lambda row: row["trial_id"]):
        own = list(changed)
        first: dict[str, str] = {}
        for row in own:
            first.setdefault(row["field"], row["old"])
        trial = Trial(ref, known[ref], first)
        for _seen, together in groupby(own, key=lambda row: row["seen_by"]):
            trial.looks.append({row["field"]: row["new"] for row in together})
        yield trial


def content_of(register: dict[str, str]) -> dict[str, Any]:
    """The register's words, where an application has a place for them."""
    content: dict[str, Any] = {}
    for name, fields in SAID_IN.items():
        if any(one in register for one in fields):
            content[name] = "\n".join(f"{one}: {register[one] or '—'}" for one in fields if one in register)
    if "Target size" in register:
        content["participant_number"] = sum(map(int, re.findall(r":(\d+)", register["Target size"])))
    if "Date enrollement" in register:
        content["starts_on"] = register["Date enrollement"][:10]
    return content


def test_the_real_amendments(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One test of it all: each is refused elsewhere, compared, lawfully decided, and in force from then on."""
    host = change(size=11, regimes=["general", "human", "drug"])
    figures = {"trials": 0, "amendments": 0, "simplified": 0, "meeting": 0}
    for trial in islice(trials(shared_data), TRIALS):
        path = approved(host, trial)
        figures["trials"] += 1
        register = dict(trial.first)
        for look in trial.looks:
            before = content_of(register)
            register |= look
            amend(path, before, content_of(register), figures)
        assert FollowUp.objects.filter(project=path.project).count() == 1
        assert path.now.in_force.content.items() >= content_of(register).items()
        host.at = path.at
    amending = Review.objects.filter(kind="amendment")
    assert figures["trials"] == TRIALS
    assert figures["amendments"] == amending.count()
    assert TRIALS < 19 or amending.count() == 22
    assert figures["simplified"]
    assert figures["meeting"]
    assert set(amending.values_list("state", flat=True)) == {"approved"}
    assert list(verify()) == []
    with capsys.disabled():
        print(f"\n{figures}")


def approved(host: Change, trial: Trial) -> Change:
    path = Change(host.committee, host.lead, host.at + timedelta(minutes=1))
    # Reviewed in peace: an emergency's own procedure is another matter; and participants take part, as was amended.
    answers = answers_from_trial(trial.row) | {"responds_to_emergency": False}
    path.answers = answers | {"international_cooperation": False}
    if "participants" not in answers["human_involvement"]:
        path.answers |= {"human_involvement": ["participants", "data"], "intervention": "none", "vulnerable": False}
        path.answers = {key: value for key, value in path.answers.items() if key not in RECORDS_ONLY}
        path.answers["existing_only"] = False
    path.drafted()
    put(path, content_of(trial.first))
    path.do("submit", path.lead, **signing(path.lead))
    terms = {"procedure": "general", "procedure_ground": "首次审查", "listed": "no"}
    path.do("accept", path.secretary, **terms)
    path.meet()
    return path


RECORDS_ONLY = {"bodily_harm", "commercial", "exemption_head"}


def put(path: Change, content: dict[str, Any]) -> None:
    version = path.review.draft_submission
    keep_section(version, by=path.lead, revision=version.revision, values=content, at=path.at)


def amend(path: Change, before: dict[str, Any], after: dict[str, Any], figures: dict[str, int]) -> None:
    changed = {name for name in after if after[name] != before[name]}
    parts = sorted({SECTION[name] for name in changed})
    held: Submission = path.now.in_force
    path.begin().choose(*parts)
    put(path, {name: after[name] for name in changed})
    assert changed_parts(path.review, path.review.draft_submission) == set(parts)
    path.explain().do("submit", path.lead, **signing(path.lead))
    small = not changed & NOT_SMALL
    path.weigh(small="yes" if small else "no")
    if small:
        path.accept("simplified").designate()
        path.give(*path.members[-2:])
        path.do("conclude", path.chair, password=PASSWORD)
    else:
        path.accept().meet()
    _check(path, held, changed, small=small)
    figures["amendments"] += 1
    figures["simplified" if small else "meeting"] += 1


def _check(path: Change, held: Submission, changed: set[str], *, small: bool) -> None:
    extract_pending()
    compare_pending()
    decision, version = path.review.decision, path.review.submission
    made = Comparison.objects.with_force(version)
    assert made is not None
    assert {one["key"] for one in made.fields} == changed
    assert all(row["old"] == row["new"] for row in made.documents)
    assert path.review.amends == made.old == held
    assert path.now.in_force == version
    assert (decision.basis, decision.outcome) == ("simplified" if small else "meeting", "approved")
    if small:
        assert "minor_change" in path.review.simplified_cases(path.at)
    else:
        assert decision.tally["attending"] == 11
    assert len(letter_content(decision)["changes"]) >= 2
