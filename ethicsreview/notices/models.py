"""The outbox. A notice is the person's copy, and the record that they were told; a delivery carries it
elsewhere.
"""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person

MANY = 99  # a count of unread notices stops here: "99+"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, person: Person) -> "NoticeQuerySet":
        return self.filter(person=person)

    def unread(self) -> "NoticeQuerySet":
        return self.filter(read_at__isnull=True)

    def newest(self, *, before: int | None = None) -> "NoticeQuerySet":
        """Newest first; `before` is the last key of the page above."""
        rows = self if before is None else self.filter(pk__lt=before)
        return rows.order_by("-pk")

    def count_to_many(self) -> str:
        """The number as a page shows it, from at most MANY + 1 index entries however many there are."""
        number = self.order_by()[: MANY + 1].count()
        return f"{MANY}+" if number > MANY else str(number)


class Notice(models.Model):
    person = models.ForeignKey(Person, models.PROTECT, related_name="notices")
    key = models.CharField(_("类别"), max_length=80)
    subject = models.CharField(_("标题"), max_length=200)
    text = models.TextField(_("内容"))
    url = models.CharField(max_length=300, blank=True)
    object_kind = models.CharField(max_length=40, blank=True)
    object_ref = models.CharField(max_length=60, blank=True)
    statutory = models.BooleanField(_("法定通知"), default=False)
    urgent = models.BooleanField(_("紧急"), default=False)
    dedupe = models.CharField(max_length=200)
    created_at = models.DateTimeField(_("时间"))
    read_at = models.DateTimeField(_("已读"), null=True, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("通知")
        verbose_name_plural = _("通知")
        constraints = [
            # Exactly once in the inbox, however often a step or a sweep is repeated.
            models.UniqueConstraint(fields=["person", "dedupe"], name="notices_once"),
            models.CheckConstraint(
                condition=Q(url="") | (Q(url__startswith="/") & ~Q(url__startswith="//")),
                name="notices_url_internal",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], name="notices_inbox"),
            models.Index(fields=["person", "-id"], condition=Q(read_at__isnull=True), name="notices_unread"),
        ]

    def __str__(self) -> str:
        return self.subject


class Channel(models.TextChoices):
    MAIL = "mail", _("电子邮件")


class DeliveryState(models.TextChoices):
    PENDING = "pending", _("待发送")
    SENT = "sent", _("已发送")
    DEAD = "dead", _("无法送达")


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def waiting(self) -> "DeliveryQuerySet":
        return self.filter(state=DeliveryState.PENDING)

    def dead(self) -> "DeliveryQuerySet":
        return self.filter(state=DeliveryState.DEAD)

    def to_try(self, at: datetime) -> "DeliveryQuerySet":
        return self.waiting().filter(next_try_at__lte=at).order_by("-urgent", "next_try_at", "pk")


class Delivery(models.Model):
    """One notice through one channel. Claimed by pushing `next_try_at` ahead: a worker that dies loses the
    claim.
    """

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=20, choices=Channel)
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.PENDING)
    urgent = models.BooleanField(default=False)
    # Names the message outside, the same at every attempt, so that a receiver can tell a repeat.
    token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("投递")
        verbose_name_plural = _("投递")
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="notices_delivery_once"),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.SENT, sent_at__isnull=False)
                | (~Q(state=DeliveryState.SENT) & Q(sent_at__isnull=True)),
                name="notices_sent_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-urgent", "next_try_at", "id"],
                condition=Q(state=DeliveryState.PENDING),
                name="notices_to_try",
            ),
            models.Index(fields=["id"], condition=Q(state=DeliveryState.DEAD), name="notices_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.token} {self.state}"


class PasswordReset(models.Model):
    """Somebody asked for a new password, for an address as they typed it; known here or not. Deleted when answered."""

    email = models.EmailField(max_length=320)
    asked_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("重设密码的请求")
        verbose_name_plural = _("重设密码的请求")

    def __str__(self) -> str:
        return f"{self.pk}"


class Preference(models.Model):
    """What a person wants outside the inbox. Statutory notices (法定通知) are sent whatever stands here."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="notice_preference")
    mail = models.BooleanField(_("非法定通知也发送邮件"), default=True)

    class Meta:
        verbose_name = _("通知偏好")
        verbose_name_plural = _("通知偏好")

    def __str__(self) -> str:
        return f"{self.person_id}: mail={self.mail}"
