"""A list of projects checked at one stage: each line as it was given, and what came of it. Kept as written."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.documents.models import KeptModel
from reviews.models.programmes.answers import GateAnswer
from reviews.models.programmes.programme import Programme, run_by


class GateCheckQuerySet(models.QuerySet["GateCheck"]):
    def visible_to(self, standing: Standing) -> Self:
        """As the programme."""
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        return self.filter(run_by(standing, "programme__authority")) if standing.person else self.none()

    def counted(self) -> Self:
        return self.annotate(
            lines=Count("rows"),
            open=Count("rows", filter=Q(rows__answer__open=True)),
            shut=Count("rows", filter=Q(rows__answer__open=False)),
            wrong=Count("rows", filter=Q(rows__answer__isnull=True)),
        )


class GateCheck(KeptModel):
    """`job`: the background work that did it, which has the file."""

    job = models.CharField(_("任务编号"), max_length=20, unique=True)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="checks", verbose_name=_("科技计划"))
    stage = models.CharField(_("环节"), max_length=12)
    stage_label = models.CharField(_("环节名称"), max_length=40)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("检查人"))
    at = models.DateTimeField(_("检查时间"))

    objects = GateCheckQuerySet.as_manager()

    if TYPE_CHECKING:
        rows: Any
        lines: int
        open: int
        shut: int
        wrong: int

    class Meta:
        verbose_name = _("批量检查")
        verbose_name_plural = _("批量检查")
        indexes = [models.Index(fields=["programme", "-id"], name="gate_check_programme")]

    def __str__(self) -> str:
        return self.job

    def get_absolute_url(self) -> str:
        return reverse("desk:gate_check", args=[self.job])


class GateCheckRow(KeptModel):
    """`problem`: why the line could not be checked; then there is no answer."""

    run = models.ForeignKey(GateCheck, models.PROTECT, related_name="rows", verbose_name=_("批量检查"))
    line = models.PositiveIntegerField(_("行"))
    given = models.CharField(_("原文"), max_length=200)
    answer = models.OneToOneField(GateAnswer, models.PROTECT, null=True, related_name="+", verbose_name=_("答复"))
    problem = models.CharField(_("问题"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("批量检查的行")
        verbose_name_plural = _("批量检查的行")
        constraints = [models.UniqueConstraint(fields=["run", "line"], name="gate_check_line")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.line}"
