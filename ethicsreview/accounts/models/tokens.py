"""How machines sign in."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import models
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


def _fingerprint(secret: str) -> str:
    # The secret has 256 bits of its own: a plain digest cannot be guessed backwards, and it can be looked up.
    return hashlib.sha256(secret.encode()).hexdigest()
