"""How machines sign in."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models.people import Person


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def holder(self, secret: str, at: datetime) -> "ApiToken | None":
        """The token behind a secret that may be used now; its last use is kept to the hour."""
        valid = self.filter(digest=_fingerprint(secret), revoked_at=None, person__is_active=True)
        token = valid.select_related("person").first()
        if token is not None and (token.last_used_at is None or at - token.last_used_at > timedelta(hours=1)):
            self.filter(pk=token.pk).update(last_used_at=at)
        return token

    def revoke(self, at: datetime) -> int:
        """How many of these worked until now."""
        return self.filter(revoked_at=None).update(revoked_at=at)


class ApiToken(models.Model):
    """A bearer token. Only its digest is kept; the secret is shown once."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="api_tokens")
    label = models.CharField(_("用途"), max_length=100, blank=True)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("接口令牌")
        verbose_name_plural = _("接口令牌")

    def __str__(self) -> str:
        return f"{self.person} {self.label}"

    @classmethod
    def issue(cls, person: Person, label: str = "") -> tuple["ApiToken", str]:
        secret = f"er_{secrets.token_urlsafe(32)}"
        return cls.objects.create(person=person, label=label, digest=_fingerprint(secret)), secret


class FeedAddressQuerySet(models.QuerySet["FeedAddress"]):
    def holder(self, secret: str, at: datetime) -> "FeedAddress | None":
        """The address behind a secret that may be read now; its last reading is kept to the hour."""
        valid = self.filter(digest=_fingerprint(secret), revoked_at=None, person__is_active=True)
        address = valid.select_related("person").first()
        if address is not None and (address.last_read_at is None or at - address.last_read_at > timedelta(hours=1)):
            self.filter(pk=address.pk).update(last_read_at=at)
        return address

    def revoke(self, at: datetime) -> int:
        """How many of these worked until now."""
        return self.filter(revoked_at=None).update(revoked_at=at)


class FeedAddress(models.Model):
    """The secret address of a person's calendar. Only its digest is kept; the address is shown once. Whoever has it
    reads when that person has something to do, and nothing else.
    """

    person = models.ForeignKey(Person, models.CASCADE, related_name="feed_addresses")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(editable=False)
    last_read_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = FeedAddressQuerySet.as_manager()

    class Meta:
        verbose_name = _("日历订阅地址")
        verbose_name_plural = _("日历订阅地址")
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=models.Q(revoked_at=None), name="accounts_one_feed_address"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.created_at:%Y-%m-%d}"

    @classmethod
    def issue(cls, person: Person, at: datetime) -> tuple["FeedAddress", str]:
        """A new one; the one before works no longer."""
        secret = secrets.token_urlsafe(32)
        with transaction.atomic():
            # Of two windows that ask at once, one waits for the other.
            Person.objects.select_for_update(no_key=True).get(pk=person.pk)
            cls.objects.filter(person=person).revoke(at)
            return cls.objects.create(person=person, digest=_fingerprint(secret), created_at=at), secret


def _fingerprint(secret: str) -> str:
    # The secret has 256 bits of its own: a plain digest cannot be guessed backwards, and it can be looked up.
    return hashlib.sha256(secret.encode()).hexdigest()
