"""What a machine asked for under an Idempotency-Key, and what it was answered: kept in the transaction of the deed."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person

KEPT = timedelta(days=7)


class IdempotentRequestQuerySet(models.QuerySet["IdempotentRequest"]):
    def outdated(self, at: datetime) -> Self:
        return self.filter(created_at__lt=at - KEPT)

    def claim(self, person: Person, key: str, fingerprint: str, at: datetime) -> "IdempotentRequest":
        """The person's row for the key, new or as it was answered; the caller's transaction holds it.

        Whoever comes second with the same key waits in the database until the first has committed or given up.
        """
        self.filter(person=person).outdated(at).delete()
        row, _new = self.get_or_create(person=person, key=key, defaults={"fingerprint": fingerprint, "created_at": at})
        return row


class IdempotentRequest(models.Model):
    """One row for each key of a person. Only what succeeded leaves a row: what was refused changed nothing, and is
    judged anew.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    # Over method, path and body; keyed, because a body may hold a password.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)
    created_at = models.DateTimeField()

    objects = IdempotentRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("接口请求")
        verbose_name_plural = _("接口请求")
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="idempotent_request_once")]
        indexes = [models.Index(fields=["person", "created_at"], name="idempotent_request_age")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.key}"
