"""FieldAdvice 领域顾问咨询意见: in an emergency, where no member of the field attends, an adviser of it is heard."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from committees.models import Membership
from ethicsreview.accounts.models import Person


class FieldAdvice(models.Model):
    """Asked for beforehand, given at a meeting. It is no ballot: nothing that counts votes or presence reads it."""

    class Presence(models.TextChoices):
        PRESENT = "present", _("到会")
        VIDEO = "video", _("视频到会")

    review = models.ForeignKey("reviews.Review", models.PROTECT, related_name="field_advice")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("顾问"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("顾问"))
    invited_at = models.DateTimeField(_("邀请时间"))
    invited_by = models.CharField(_("邀请人"), max_length=100)
    # The meeting at which it was given; empty while it is awaited.
    meeting = models.ForeignKey("reviews.Meeting", models.PROTECT, null=True, blank=True, related_name="+")
    presence = models.CharField(_("到会"), max_length=10, choices=Presence.choices, blank=True)
    advice = models.TextField(_("咨询意见"), blank=True)
    given_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("领域顾问咨询意见")
        verbose_name_plural = _("领域顾问咨询意见")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "person"], condition=Q(meeting=None), name="field_advice_one_awaited"
            ),
            models.CheckConstraint(
                condition=Q(meeting=None, given_at=None) | Q(meeting__isnull=False, given_at__isnull=False),
                name="field_advice_given_at_a_meeting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review} {self.person}"
