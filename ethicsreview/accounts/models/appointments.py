"""Who holds which role where, and who may not act, from when to when."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models.bodies import Body, Institution
from ethicsreview.accounts.models.people import Person
from ethicsreview.accounts.models.roles import COMMITTEE_ROLES, Role
from ethicsreview.accounts.validators import plain_text

if TYPE_CHECKING:
    from ethicsreview.accounts.prepared import Given
    from ethicsreview.accounts.standing import Standing


# Where a role can be held; an operator, anywhere.
KINDS_OF_ROLE: dict[str, frozenset[str]] = {
    **dict.fromkeys(COMMITTEE_ROLES, frozenset({Body.Kind.COMMITTEE})),
    **dict.fromkeys((Role.RESEARCHER, Role.INSTITUTION_OFFICER), frozenset({Body.Kind.INSTITUTION})),
    **dict.fromkeys((Role.REGULATOR, Role.RECHECK_EXPERT, Role.PROGRAMME_MANAGER), frozenset({Body.Kind.AUTHORITY})),
}


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def current(self, at: datetime) -> Self:
        """Those that run on the day of `at` in Asia/Shanghai; first and last days count."""
        return self.on(timezone.localdate(at))

    def on(self, day: "date | Given") -> Self:
        return self.filter(Q(ends__isnull=True) | Q(ends__gte=day), starts__lte=day)

    def visible_to(self, standing: "Standing") -> Self:
        """One's own; those of the institutions one keeps; all, for operators."""
        if standing.sees_everyone:
            return self.all()
        if standing.person is None:
            return self.none()
        kept = Institution.objects.kept_by(standing).values("pk")
        return self.filter(Q(person=standing.person) | Q(body__in=kept))


class Appointment(models.Model):
    """Who holds which role where, from when to when (both days included)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="appointments", verbose_name=_("人员"))
    role = models.CharField(_("角色"), max_length=20, choices=Role.choices)
    body = models.ForeignKey(Body, models.PROTECT, related_name="appointments", verbose_name=_("机构"))
    starts = models.DateField(_("自"))
    ends = models.DateField(_("至"), null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        verbose_name_plural = _("任职")
        constraints = [
            models.UniqueConstraint(fields=["person", "role", "body", "starts"], name="accounts_appointment_once"),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="accounts_appointment_ends_after_start"
            ),
        ]
        indexes = [models.Index(fields=["body", "role", "starts"], name="accounts_appointment_body")]

    def __str__(self) -> str:
        return f"{self.person} {self.get_role_display()} {self.body}"

    def clean(self) -> None:
        super().clean()
        kinds = KINDS_OF_ROLE.get(self.role)
        if kinds and self.body_id and self.body.kind not in kinds:
            raise ValidationError(
                {
                    "role": ValidationError(
                        _("“%(role)s”不能在“%(kind)s”任职。"),
                        code="kind",
                        params={"role": self.get_role_display(), "kind": self.body.get_kind_display()},
                    )
                }
            )


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    def in_force(self, at: datetime) -> Self:
        day = timezone.localdate(at)
        return self.filter(Q(ends__isnull=True) | Q(ends__gte=day), starts__lte=day)

    def on(self, *, person: Person, institution: Institution) -> Self:
        return self.filter(Q(person=person) | Q(institution=institution)).select_related("person", "institution")


class Restriction(models.Model):
    """What a person or an institution may not do for a time.

    An upper floor (a sanction) writes it, `submit` reads it.
    """

    class Kind(models.TextChoices):
        BAN = "ban", _("禁止承担或参与")

    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="restrictions")
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, blank=True, related_name="restrictions")
    kind = models.CharField(_("类别"), max_length=12, choices=Kind.choices, default=Kind.BAN)
    starts = models.DateField(_("自"))
    ends = models.DateField(_("至"), null=True, blank=True)
    ground = models.CharField(_("依据"), max_length=300, validators=[plain_text])
    citation = models.CharField(_("条款"), max_length=60)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        verbose_name = _("限制")
        verbose_name_plural = _("限制")
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=True, institution__isnull=False)
                | Q(person__isnull=False, institution__isnull=True),
                name="accounts_restriction_on_one",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person or self.institution} {self.starts}"
