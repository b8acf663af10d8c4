"""Work that is done outside a request: who asked for it, how far it is, what came of it.

The row is the truth. A message to a worker only nudges; whatever was lost with a broker or a worker is found again by
the row's times.
"""

import secrets
import zlib
from datetime import datetime
from typing import Self

from django.core.files.storage import default_storage
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.standing import Standing


class State(models.TextChoices):
    QUEUED = "queued", _("排队中")
    RUNNING = "running", _("正在办理")
    DONE = "done", _("已完成")
    FAILED = "failed", _("未能完成")
    CANCELLED = "cancelled", _("已取消")


UNENDED = (State.QUEUED, State.RUNNING)


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, standing: Standing) -> Self:
        """One's own; what the service does by itself, its operators. Of others' jobs nobody sees what is in them."""
        mine = Q(asked_by=standing.person) if standing.person is not None else Q(pk__in=[])
        if standing.holds(Role.OPERATOR) or standing.sees_everyone:
            mine |= Q(asked_by=None)
        return self.filter(mine)

    def waiting(self) -> Self:
        return self.filter(state=State.QUEUED)

    def unended(self) -> Self:
        return self.filter(state__in=UNENDED)

    def failed(self) -> Self:
        return self.filter(state=State.FAILED)

    def to_run(self, at: datetime) -> Self:
        """Queued and due, or left by a worker that has given no sign of life for its lease."""
        return self.unended().filter(next_try_at__lte=at).order_by("next_try_at", "pk")

    def to_clear(self, at: datetime) -> Self:
        return self.filter(cleared_at=None, keep_until__lte=at)


def job_token() -> str:
    return secrets.token_hex(20)


class Job(models.Model):
    """`next_try_at`: of a queued job, not to be begun before; of a running one, when its lease ends."""

    ref = models.CharField(_("编号"), max_length=20, unique=True)
    kind = models.CharField(_("类别"), max_length=60)
    title = models.CharField(_("事项"), max_length=300)
    asked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="jobs", verbose_name=_("申请人"))
    asked_at = models.DateTimeField(_("申请时间"))
    language = models.CharField(max_length=10)
    terms = models.JSONField(default=dict)
    back = models.CharField(max_length=300, blank=True)
    once = models.CharField(max_length=200, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    step = models.CharField(_("进行到"), max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    claim = models.CharField(max_length=40, blank=True)
    next_try_at = models.DateTimeField()
    beaten_at = models.DateTimeField(null=True)
    cancel_asked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True)

    # Where its files lie: nothing of a name, and the same for every attempt, so that nothing is left behind.
    token = models.CharField(max_length=40, unique=True, default=job_token, editable=False)
    given_name = models.CharField(max_length=255, blank=True)
    result_name = models.CharField(_("结果"), max_length=255, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    size = models.PositiveBigIntegerField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    summary = models.TextField(_("摘要"), blank=True)
    error = models.TextField(_("原因"), blank=True)
    fault = models.CharField(max_length=100, blank=True)
    keep_until = models.DateTimeField(null=True)
    cleared_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("后台任务")
        verbose_name_plural = _("后台任务")
        constraints = [
            models.UniqueConstraint(
                fields=["once"], condition=Q(state__in=UNENDED) & ~Q(once=""), name="work_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNENDED, ended_at=None) | (~Q(state__in=UNENDED) & Q(ended_at__isnull=False)),
                name="work_ended_has_time",
            ),
            models.CheckConstraint(condition=Q(result_name="") | Q(state=State.DONE), name="work_result_when_done"),
            models.CheckConstraint(condition=~Q(state=State.FAILED) | ~Q(error=""), name="work_failed_says_why"),
        ]
        indexes = [
            models.Index(fields=["next_try_at", "id"], condition=Q(state__in=UNENDED), name="work_to_run"),
            models.Index(fields=["asked_by", "-id"], name="work_of_person"),
            models.Index(fields=["-id"], condition=Q(state=State.FAILED), name="work_failed"),
            models.Index(fields=["keep_until"], condition=Q(cleared_at=None), name="work_to_clear"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.kind}"

    def get_absolute_url(self) -> str:
        return reverse("work:job", args=[self.ref])

    @property
    def is_unended(self) -> bool:
        return self.state in UNENDED

    @property
    def is_stopping(self) -> bool:
        return self.is_unended and self.cancel_asked_at is not None

    @property
    def has_result(self) -> bool:
        return bool(self.result_name) and self.cleared_at is None

    @property
    def percent(self) -> int | None:
        return min(100, self.done * 100 // self.total) if self.total else None

    @property
    def version(self) -> str:
        """Changes with whatever the page shows of it."""
        step = zlib.crc32(self.step.encode())
        return f"{self.state}-{self.attempts}-{self.done}-{self.total}-{step:x}-{int(self.is_stopping)}"

    @property
    def place(self) -> str:
        """The result's, within the storage; `.part` while it is being made, `.in` for what was handed in."""
        return f"work/{self.token[:2]}/{self.token}"

    def path(self, ending: str = "") -> str:
        return default_storage.path(self.place + ending)
