"""Who complained: apart from the complaint, sealed, and told to an investigator alone, by a step with its reason.

No page, list, search, export, log, entry of the record or answer of the API reads this table; nothing but
`Investigation.reveal` leads to it. An account is never linked: whoever is signed in follows by the key like others.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass

from django.db import models
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from ethicsreview.documents.models import CODE_ALPHABET, KeptModel
from ethicsreview.notices.sealing import Unreadable, seal, unseal

KEY_LENGTH = 20  # 31^20: about 99 bits, so that a plain digest of it cannot be searched
GROUP = 5


@dataclass(frozen=True)
class Identity:
    name: str
    contact: str = ""


class Complainant(KeptModel):
    """No row for an anonymous complaint."""

    complaint = models.OneToOneField(
        "reviews.Complaint", models.PROTECT, primary_key=True, related_name="+", verbose_name=_("投诉举报")
    )
    sealed = models.TextField(_("封存的身份"))

    class Meta:
        verbose_name = _("举报人身份")
        verbose_name_plural = _("举报人身份")

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def identity(self) -> Identity | None:
        """None where it was sealed under a key that is gone."""
        try:
            return Identity(**json.loads(unseal(self.sealed)))
        except Unreadable:
            return None


def sealed(identity: Identity) -> str:
    return seal(json.dumps({"name": identity.name, "contact": identity.contact}, ensure_ascii=False))


def new_key() -> str:
    """Shown once, in groups that can be read aloud."""
    return "".join(secrets.choice(CODE_ALPHABET) for _place in range(KEY_LENGTH))


def grouped(key: str) -> str:
    return "-".join(key[start : start + GROUP] for start in range(0, len(key), GROUP))


def digest_of(key: str) -> str:
    plain = "".join(key.split()).replace("-", "").upper()
    return hashlib.sha256(plain.encode()).hexdigest()


def opens(key: str, digest: str) -> bool:
    return constant_time_compare(digest_of(key), digest)
