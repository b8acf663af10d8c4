"""FollowUp 跟踪审查: the next look at what was approved, by the committee that reviewed it first."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import Standing
from ethicsreview.lifecycle.models import LifecycleQuerySet
from reviews.models.following.sooner import Sooner
from reviews.models.projects.project import Project


class FollowUpQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        from reviews.models.reviewing.review import Review

        return self.filter(review__in=Review.objects.visible_to(standing))


class FollowUp(Sooner):
    noun, collection, letter = "follow_up", "follow-ups", "F"

    class State(models.TextChoices):
        SCHEDULED = "scheduled", pgettext_lazy("state", "已排期")
        DUE = "due", pgettext_lazy("state", "待报告")
        REPORTED = "reported", pgettext_lazy("state", "已报告")
        IN_REVIEW = "in_review", pgettext_lazy("state", "审查中")
        CONTINUED = "continued", pgettext_lazy("state", "继续实施")
        SUSPENDED = "suspended", pgettext_lazy("state", "暂停")
        TERMINATED = "terminated", pgettext_lazy("state", "终止")
        REREVIEW_REQUIRED = "rereview_required", pgettext_lazy("state", "需重新审查")

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = FSMField(_("状态"), choices=State.choices, default=State.SCHEDULED, protected=True)
    project = models.ForeignKey(Project, models.PROTECT, related_name="follow_ups")
    review = models.ForeignKey("reviews.Review", models.PROTECT, related_name="follow_ups")
    number = models.PositiveIntegerField(_("次数"), default=1)
    due_on = models.DateField(_("应完成日期"))
    report_from = models.DateField(_("可提交报告之日"))

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        verbose_name = _("跟踪审查")
        verbose_name_plural = _("跟踪审查")
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="follow_up_number")]

    def __str__(self) -> str:
        return f"{self.ref} {self.due_on}"

    def get_absolute_url(self) -> str:
        return reverse("portal:project", args=[self.project.ref])

    def subject(self) -> Project:
        return self.project

    def capacities(self, standing: Standing) -> set[str]:
        return self.review.capacities(standing)

    def people(self, group: str) -> Iterable[Person]:
        return self.review.people(group)

    def words(self) -> dict[str, Any]:
        return self.project.words() | {"ref": self.ref, "due_on": self.due_on.isoformat()}
