"""Taking in a complaint, and letting its complainant follow it by the key. Every face does it here."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import SYSTEM
from ethicsreview.documents.digest import sm3
from ethicsreview.documents.storage import store
from ethicsreview.lifecycle.door import create, perform
from reviews.models.complaints.complainant import Complainant, Identity, digest_of, new_key, opens, sealed
from reviews.models.complaints.complaint import Complaint, ComplaintPaper
from reviews.models.complaints.forms import institution_called

# Files are kept under somebody's name; the window's, so that none leads to whoever handed them in.
WINDOW = "complaint-intake"


@dataclass(frozen=True)
class Received:
    """`key` is shown once, and kept as a digest alone."""

    complaint: Complaint
    key: str


@transaction.atomic
def receive(
    *, at: datetime, name: str = "", contact: str = "", papers: Sequence[Any] = (), unit: str = "", **terms: Any
) -> Received:
    """What a checked `ComplaintForm` says. The record names the system, and nobody else. Raises UploadRefused."""
    institution = institution_called(unit) if unit else None
    region = institution.region if institution else terms["region"]
    key = new_key()
    made = Complaint(
        **terms | {"region": region, "unit_suspected": bool(terms.get("unit_suspected")) and bool(unit)},
        unit=unit,
        institution=institution,
        anonymous=not name,
        key_digest=digest_of(key),
        received_at=at,
    )
    create(made, by=SYSTEM, at=at, category=made.category, digest=sm3(made.account.encode()))
    if name:
        Complainant.objects.create(complaint=made, sealed=sealed(Identity(name, contact)))
    _keep(made, papers, at)
    return Received(perform(made, "assign", by=SYSTEM, at=at), key)


def followed(ref: str, key: str) -> Complaint | None:
    """The complaint that this key opens; None alike for a wrong key and for what does not exist."""
    found = Complaint.objects.filter(ref=ref).first()
    # Compared in either case, so that time tells nothing.
    opened = opens(key, found.key_digest if found else digest_of(""))
    return found if found is not None and opened else None


@transaction.atomic
def add(complaint: Complaint, *, text: str, papers: Sequence[Any] = (), at: datetime) -> Complaint:
    """Raises Refused once it is closed, and UploadRefused."""
    done = perform(complaint, "supplement", by=SYSTEM, at=at, text=text)
    _keep(done, papers, at)
    return done


def _keep(complaint: Complaint, files: Sequence[Any], at: datetime) -> None:
    for file in files:
        version = store(None, file, by=_window(), at=at, kind="complaint")
        ComplaintPaper.objects.create(complaint=complaint, version=version)


def _window() -> Person:
    """An account that nobody can sign in with."""
    made, _new = Person.objects.get_or_create(
        username=WINDOW, defaults={"name": "投诉举报窗口", "is_active": False, "password": "!"}
    )
    return made
