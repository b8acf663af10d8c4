"""Registration 登记 (Measures 43, 44): what was exported for a platform, which receipt came back. Kept as written."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from committees.kinds import HELD, Registered
from ethicsreview.accounts.models import Person
from ethicsreview.accounts.validators import plain_text
from ethicsreview.documents.digest import canonical_json, sm3


class RegistrationQuerySet(models.QuerySet[Any]):
    def receipts(self) -> Self:
        return self.exclude(what=Registered.PACKAGE)

    def held(self) -> Self:
        """What the platform was last told stands first."""
        return self.filter(what__in=HELD).order_by("-pk")


class RegistrationEntry(models.Model):
    """A package that was exported, or a receipt that was entered. `facts`: what was registered, field by field."""

    frozen_when: ClassVar[str] = "TRUE"

    what = models.CharField(_("事项"), max_length=12, choices=Registered.choices)
    number = models.CharField(_("回执编号"), max_length=100, blank=True, validators=[plain_text])
    handled_on = models.DateField(_("办理日期"), null=True)
    facts = models.JSONField(_("登记内容"), default=dict)
    digest = models.CharField(_("登记内容摘要（SM3）"), max_length=64, blank=True)
    at = models.DateTimeField(_("时间"))
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("办理人"))

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.number}".strip()


class CommitteeRegistration(RegistrationEntry):
    committee = models.ForeignKey("committees.Committee", models.PROTECT, related_name="registrations")

    class Meta(RegistrationEntry.Meta):
        verbose_name = _("委员会登记记录")
        verbose_name_plural = _("委员会登记记录")
        indexes = [models.Index(fields=["committee", "what", "-id"], name="committees_registration_of")]


def note(
    rows: Any,
    what: str,
    *,
    at: datetime,
    person: Person | None,
    number: str = "",
    handled_on: date | None = None,
    facts: Mapping[str, str] | None = None,
) -> Any:
    """Write one down, among the entries of one committee or activity (`rows`)."""
    kept = dict(facts or {})
    digest = sm3(canonical_json(kept)) if kept else ""
    return rows.create(what=what, number=number, handled_on=handled_on, facts=kept, digest=digest, at=at, person=person)


def told(rows: Any, now: Mapping[str, str]) -> dict[str, str]:
    """What a receipt answers for: the package exported since the last one, else what is so `now`."""
    last = rows.filter(what__in=[*HELD, Registered.PACKAGE]).order_by("-pk").first()
    return dict(last.facts) if last is not None and last.what == Registered.PACKAGE else dict(now)
