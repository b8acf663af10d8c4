"""What an inspection gathers: its team, what was found of each item, answers, and the papers with either."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person
from ethicsreview.documents.models import DocumentVersion, KeptModel
from reviews.models.inspections.kinds import Conformity


class Inspector(models.Model):
    inspection = models.ForeignKey("reviews.Inspection", models.PROTECT, related_name="inspectors")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("检查组成员"))
    named_at = models.DateTimeField(_("指定时间"))

    class Meta:
        verbose_name = _("检查组成员")
        verbose_name_plural = _("检查组成员")
        constraints = [models.UniqueConstraint(fields=["inspection", "person"], name="inspector_once")]

    def __str__(self) -> str:
        return str(self.person)


class InspectionFinding(KeptModel):
    """Of one item, as it was entered; a later one of the same item counts in its place, and both stay."""

    inspection = models.ForeignKey("reviews.Inspection", models.PROTECT, related_name="findings")
    number = models.PositiveIntegerField(_("序号"))
    item = models.CharField(_("检查要点"), max_length=60)
    cite = models.CharField(_("条款"), max_length=60)
    result = models.CharField(_("检查结果"), max_length=20, choices=Conformity.choices)
    account = models.TextField(_("检查情况"), blank=True)
    # Of what does not conform, where the team asks for another day than the rest.
    rectify_by = models.DateField(_("整改期限"), null=True)
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("登记时间"))

    if TYPE_CHECKING:
        papers: Any

    class Meta:
        verbose_name = _("检查情况")
        verbose_name_plural = _("检查情况")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["inspection", "number"], name="inspection_finding_number")]

    def __str__(self) -> str:
        return f"{self.number}. {self.item}"


class RectificationAnswer(KeptModel):
    rectification = models.ForeignKey("reviews.Rectification", models.PROTECT, related_name="answers")
    number = models.PositiveIntegerField(_("序号"))
    text = models.TextField(_("整改情况"))
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("答复人"))
    at = models.DateTimeField(_("答复时间"))

    if TYPE_CHECKING:
        papers: Any

    class Meta:
        verbose_name = _("整改答复")
        verbose_name_plural = _("整改答复")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["rectification", "number"], name="rectification_answer_number")]

    def __str__(self) -> str:
        return f"{self.rectification} {self.number}"


class InspectionPaper(KeptModel):
    """Evidence of a finding, or proof that something was put right."""

    finding = models.ForeignKey(InspectionFinding, models.PROTECT, null=True, related_name="papers")
    answer = models.ForeignKey(RectificationAnswer, models.PROTECT, null=True, related_name="papers")
    version = models.ForeignKey(DocumentVersion, models.PROTECT, related_name="+", verbose_name=_("文件"))
    # As it was when it was handed in.
    digest = models.CharField(_("SM3 摘要"), max_length=64)

    class Meta:
        verbose_name = _("现场检查材料")
        verbose_name_plural = _("现场检查材料")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(finding__isnull=False, answer__isnull=True) | Q(finding__isnull=True, answer__isnull=False),
                name="inspection_paper_is_of_one",
            )
        ]

    def __str__(self) -> str:
        return str(self.version.name)
