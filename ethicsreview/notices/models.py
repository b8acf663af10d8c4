"""The outbox. A notice is the person's copy, and the record that they were told; a delivery carries it
elsewhere.
"""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Body, Person
from ethicsreview.notices import sealing

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
    done_at = models.DateTimeField(_("已办"), null=True, blank=True)
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
    WECOM = "wecom", _("企业微信机器人")
    DINGTALK = "dingtalk", _("钉钉机器人")
    FEISHU = "feishu", _("飞书机器人")
    WEBHOOK = "webhook", _("业务系统接口")


ROBOTS = (Channel.WECOM, Channel.DINGTALK, Channel.FEISHU)


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def kept(self) -> "EndpointQuerySet":
        """Without those that were removed; their rows stay for the log."""
        return self.filter(removed_at=None)

    def working(self) -> "EndpointQuerySet":
        return self.filter(off_at=None, removed_at=None)


class Endpoint(models.Model):
    """An address outside: a robot of a person or of a body's group, or a body's own system.

    Whoever has the address can speak there: it is kept sealed, and never shown again in full.
    """

    kind = models.CharField(_("类型"), max_length=10, choices=[(c.value, c.label) for c in (*ROBOTS, Channel.WEBHOOK)])
    name = models.CharField(_("名称"), max_length=60)
    body = models.ForeignKey(Body, models.PROTECT, null=True, blank=True, related_name="endpoints")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="endpoints")
    sealed_address = models.TextField(editable=False)
    sealed_secret = models.TextField(blank=True, editable=False)
    # Enough to recognise it by: the host, and the last four characters.
    hint = models.CharField(max_length=120)
    created_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("登记时间"))
    failing_since = models.DateTimeField(null=True, blank=True)
    reached_at = models.DateTimeField(_("最近一次送达"), null=True, blank=True)
    off_at = models.DateTimeField(null=True, blank=True)
    off_reason = models.CharField(max_length=40, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("外部接收地址")
        verbose_name_plural = _("外部接收地址")
        constraints = [
            models.CheckConstraint(
                condition=Q(body__isnull=False, person__isnull=True) | Q(body__isnull=True, person__isnull=False),
                name="notices_endpoint_one_owner",
            ),
            models.CheckConstraint(
                condition=Q(body__isnull=False) | ~Q(kind=Channel.WEBHOOK), name="notices_webhook_of_a_body"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """Raises sealing.Unreadable."""
        return sealing.unseal(self.sealed_address)

    @property
    def secret(self) -> str:
        """Raises sealing.Unreadable."""
        return sealing.unseal(self.sealed_secret) if self.sealed_secret else ""


class Event(models.Model):
    """What a body's endpoints are told: once, however many of its people have a notice of it."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="events")
    key = models.CharField(_("类别"), max_length=80)
    subject = models.CharField(_("标题"), max_length=200)
    url = models.CharField(max_length=300, blank=True)
    object_kind = models.CharField(max_length=40, blank=True)
    object_ref = models.CharField(max_length=60, blank=True)
    dedupe = models.CharField(max_length=200)
    created_at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("对外通知")
        verbose_name_plural = _("对外通知")
        constraints = [models.UniqueConstraint(fields=["body", "dedupe"], name="notices_event_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.object_ref}"


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
    """One notice through one channel, or one event to one endpoint. Claimed by pushing `next_try_at` ahead: a worker
    that dies loses the claim.
    """

    notice = models.ForeignKey(Notice, models.PROTECT, null=True, blank=True, related_name="deliveries")
    event = models.ForeignKey(Event, models.PROTECT, null=True, blank=True, related_name="deliveries")
    endpoint = models.ForeignKey(Endpoint, models.PROTECT, null=True, blank=True, related_name="deliveries")
    channel = models.CharField(max_length=20, choices=Channel)
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.PENDING)
    urgent = models.BooleanField(default=False)
    # Goes with the others of its day in one mail; `batch` names that mail once a worker has put it together.
    digest = models.BooleanField(default=False)
    batch = models.UUIDField(null=True, blank=True, editable=False)
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
            models.CheckConstraint(
                condition=Q(notice__isnull=False, event__isnull=True)
                | Q(notice__isnull=True, event__isnull=False, endpoint__isnull=False),
                name="notices_delivery_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["notice", "channel"], condition=Q(endpoint__isnull=True), name="notices_delivery_once"
            ),
            models.UniqueConstraint(
                fields=["notice", "endpoint"],
                condition=Q(endpoint__isnull=False, notice__isnull=False),
                name="notices_delivery_once_to_robot",
            ),
            models.UniqueConstraint(
                fields=["event", "endpoint"], condition=Q(event__isnull=False), name="notices_event_once_to_endpoint"
            ),
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
            models.Index(fields=["endpoint", "-id"], condition=Q(endpoint__isnull=False), name="notices_log"),
            models.Index(fields=["batch"], condition=Q(batch__isnull=False), name="notices_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.token} {self.state}"

    @property
    def told(self) -> "Notice | Event":
        told = self.notice or self.event
        assert told is not None, "a constraint says so"
        return told

    @property
    def to(self) -> str:
        """The person, or the endpoint by the name that it was given."""
        return self.endpoint.name if self.endpoint else str(self.notice.person) if self.notice else ""


class BouncedAddress(models.Model):
    """A mailbox that sent a letter back for good. Until somebody tries it again nothing is sent there."""

    email = models.EmailField(max_length=320, unique=True)
    status = models.CharField(max_length=20)  # RFC 3463: "5.1.1"
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("退信的邮箱")
        verbose_name_plural = _("退信的邮箱")

    def __str__(self) -> str:
        return f"{self.pk} {self.status}"


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


class When(models.TextChoices):
    AT_ONCE = "at_once", _("立即")
    DAILY = "daily", _("每日汇总")
    NEVER = "never", _("不发送")


class Preference(models.Model):
    """What a person wants outside the inbox. Statutory notices (法定通知) are mailed at once whatever stands here."""

    person = models.OneToOneField(Person, models.CASCADE, related_name="notice_preference")
    # Where a kind of notice ("review") has no answer of its own.
    mail = models.CharField(_("电子邮件"), max_length=10, choices=When, default=When.AT_ONCE)
    # {"review": {"mail": "daily", "robot": False}}; what is missing is as above, and true for robots.
    kinds = models.JSONField(default=dict)
    # In the hours of Asia/Shanghai; empty: as the service has it.
    digest_hour = models.PositiveSmallIntegerField(_("每日汇总发送时间"), null=True, blank=True)
    quiet_from = models.TimeField(_("免打扰开始"), null=True, blank=True)
    quiet_until = models.TimeField(_("免打扰结束"), null=True, blank=True)

    class Meta:
        verbose_name = _("通知偏好")
        verbose_name_plural = _("通知偏好")
        constraints = [
            models.CheckConstraint(condition=Q(digest_hour=None) | Q(digest_hour__lte=23), name="notices_digest_hour"),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="notices_quiet_has_both_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: mail={self.mail}"

    def mail_of(self, kind: str) -> str:
        return str(self.kinds.get(kind, {}).get("mail", self.mail))

    def robot_of(self, kind: str) -> bool:
        return bool(self.kinds.get(kind, {}).get("robot", True))
