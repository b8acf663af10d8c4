"""The record: one append-only, hash-chained list of entries for each subject.

Names stand here as text, not as keys to people: the record outlives the rows it speaks of. No model of an
upper floor is referred to, for the same reason.
"""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Chain(models.Model):
    """One subject's chain: a project's, a committee's, a complaint's. Its row is the lock under which it grows."""

    subject_kind = models.CharField(max_length=40)
    subject_ref = models.CharField(max_length=60)
    length = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=80, blank=True, help_text=_("末条的摘要"))

    class Meta:
        verbose_name = _("留痕链")
        verbose_name_plural = _("留痕链")
        constraints = [models.UniqueConstraint(fields=["subject_kind", "subject_ref"], name="trail_chain_subject")]

    def __str__(self) -> str:
        return f"{self.subject_kind}:{self.subject_ref}"


class Entry(models.Model):
    """One step, as it happened. Neither the admin nor SQL may change or delete it (`triggers`)."""

    frozen_when = "TRUE"

    chain = models.ForeignKey(Chain, models.PROTECT, related_name="entries")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_ref = models.CharField(max_length=150)
    actor_name = models.CharField(max_length=150)
    capacities = models.CharField(max_length=200, blank=True)
    object_kind = models.CharField(max_length=40)
    object_ref = models.CharField(max_length=60)
    step = models.CharField(max_length=60)
    source = models.CharField(max_length=40, blank=True)
    target = models.CharField(max_length=40, blank=True)
    citation = models.CharField(max_length=200, blank=True)
    facts = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    previous = models.CharField(max_length=80, blank=True)
    digest = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("留痕")
        verbose_name_plural = _("留痕")
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="trail_entry_seq")]
        indexes = [models.Index(fields=["object_kind", "object_ref", "seq"], name="trail_entry_object")]

    def __str__(self) -> str:
        return f"{self.object_kind}:{self.object_ref} {self.seq} {self.step}"

    def content(self) -> dict[str, Any]:
        """What the digest is taken over: everything but the digest itself and the row's own number."""
        return {
            "subject": str(self.chain),
            "seq": self.seq,
            "at": self.at,
            "actor": [self.actor_kind, self.actor_ref, self.actor_name],
            "capacities": self.capacities,
            "object": [self.object_kind, self.object_ref],
            "step": self.step,
            "source": self.source,
            "target": self.target,
            "citation": self.citation,
            "facts": self.facts,
            "request_id": self.request_id,
            "previous": self.previous,
        }


class Seal(models.Model):
    """One day's digest over the heads of all chains. The file that was exported with it can be kept by someone else."""

    frozen_when = "TRUE"

    day = models.DateField(unique=True)
    made_at = models.DateTimeField()
    chains = models.PositiveIntegerField()
    entries = models.PositiveBigIntegerField()
    previous = models.CharField(max_length=80, blank=True)
    digest = models.CharField(max_length=80)

    class Meta:
        verbose_name = _("日封")
        verbose_name_plural = _("日封")

    def __str__(self) -> str:
        return f"{self.day} {self.digest}"


class SigningKey(models.Model):
    """A public key under which this installation has signed. Once published it stays."""

    frozen_when = "TRUE"

    fingerprint = models.CharField(_("指纹"), max_length=80, unique=True)
    pem = models.TextField(_("公钥"))
    first_used_at = models.DateTimeField(_("启用时间"))

    class Meta:
        verbose_name = _("签名公钥")
        verbose_name_plural = _("签名公钥")
        ordering = ["-first_used_at", "-pk"]

    def __str__(self) -> str:
        return self.fingerprint

    @property
    def hex(self) -> str:
        """As it stands in the address of its file."""
        return self.fingerprint.partition(":")[2]
