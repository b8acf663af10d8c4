"""The signed commitment as PDF; a worker sets it once both have signed."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone, translation

from ethicsreview.documents.letters import issue_letter
from ethicsreview.documents.models import Letter
from ethicsreview.policy import cite
from reviews.models.programmes.commitment import Commitment
from reviews.models.programmes.kinds import CommitmentState

BATCH = 50
RELATED = ("entry__programme__authority", "lead", "institution", "unit_signer", "project")


def issue_pending(at: datetime) -> int:
    """Set the papers that are wanting, oldest first, a bounded number at a time."""
    kept = Letter.objects.filter(object_kind=Commitment.noun, number=OuterRef("ref"))
    signed = Commitment.objects.filter(state=CommitmentState.SIGNED).exclude(Exists(kept))
    letters = list(signed.select_related(*RELATED).order_by("pk")[:BATCH])
    for letter in letters:
        issue(letter, at)
    return len(letters)


def issue(letter: Commitment, at: datetime) -> Letter:
    with translation.override("zh-hans"):
        content = letter_content(letter)
    return issue_letter("commitment", content, number=letter.ref, object_kind=letter.noun, object_ref=letter.ref, at=at)


def letter_content(letter: Commitment) -> dict[str, Any]:
    """What `documents.letters.schema.Commitment` asks for. The text is as it was signed."""
    assert letter.lead_signed_at is not None, "only what is signed is set"
    signer, signed = letter.unit_signer, letter.unit_signed_at
    return {
        "lang": "en" if (translation.get_language() or "").startswith("en") else "zh",
        "institution": letter.entry.programme.authority.name,
        "committee": letter.institution.name,
        "title": letter.title,
        "programme": f"{letter.entry.programme.name}（{letter.entry.programme.code}）",
        "project_number": letter.entry.number,
        "project_title": letter.entry.title,
        "project_ref": letter.project.ref,
        "lead": letter.lead.name,
        "lead_signed_on": timezone.localdate(letter.lead_signed_at),
        "unit_signer": signer.name if signer else "",
        "unit_signed_on": timezone.localdate(signed) if signed else None,
        "clauses": letter.clauses,
        "digest": letter.digest,
        "grounds": [{"text": letter.title, "citation": cite(letter.cite)}],
    }
