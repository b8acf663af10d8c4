"""What an investigation gathers: its investigators, its evidence, what was handed over to others."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person
from ethicsreview.documents.models import DocumentVersion, KeptModel
from reviews.models.complaints.kinds import Receiver
from reviews.models.investigations.kinds import EvidenceKind


class Investigator(models.Model):
    investigation = models.ForeignKey("reviews.Investigation", models.PROTECT, related_name="investigators")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("调查人员"))
    named_at = models.DateTimeField(_("指定时间"))

    class Meta:
        verbose_name = _("调查人员")
        verbose_name_plural = _("调查人员")
        constraints = [models.UniqueConstraint(fields=["investigation", "person"], name="investigator_once")]

    def __str__(self) -> str:
        return str(self.person)


class Evidence(KeptModel):
    """As it was entered. A better version of a paper is the next piece of evidence with a newer version."""

    investigation = models.ForeignKey("reviews.Investigation", models.PROTECT, related_name="evidence")
    number = models.PositiveIntegerField(_("序号"))
    kind = models.CharField(_("种类"), max_length=12, choices=EvidenceKind.choices)
    title = models.CharField(_("名称"), max_length=200)
    text = models.TextField(_("内容"), blank=True)
    version = models.ForeignKey(DocumentVersion, models.PROTECT, null=True, related_name="+", verbose_name=_("文件"))
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("证据")
        verbose_name_plural = _("证据")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["investigation", "number"], name="evidence_number")]

    def __str__(self) -> str:
        return self.title


class Transfer(models.Model):
    """A hand-over to another organ, until its receipt is entered (Shandong 14)."""

    investigation = models.ForeignKey("reviews.Investigation", models.PROTECT, related_name="transfers")
    ground = models.CharField(_("移送事由"), max_length=12, choices=Receiver.choices)
    receiver = models.CharField(_("接收机关"), max_length=200)
    reason = models.TextField(_("移送的事项和理由"))
    at = models.DateTimeField(_("移送时间"))
    number = models.CharField(_("回执文号"), max_length=120, blank=True)
    received_on = models.DateField(_("接收日期"), null=True)

    class Meta:
        verbose_name = _("移送")
        verbose_name_plural = _("移送")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.receiver
