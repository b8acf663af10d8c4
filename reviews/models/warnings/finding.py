"""WarningFinding 预警依据: what an evaluation found, on which thresholds, of which cases and people.

Never changed: where the evidence changes, another row follows.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ethicsreview.trail.digest import digest
from reviews.models.warnings.kinds import PARTS, Level
from reviews.rules.warnings import Found

if TYPE_CHECKING:
    from reviews.models.warnings.warning import RiskWarning


class WarningFinding(models.Model):
    frozen_when: ClassVar[str] = "TRUE"

    warning = models.ForeignKey("reviews.RiskWarning", models.PROTECT, related_name="findings")
    number = models.PositiveIntegerField(_("次数"))
    found_at = models.DateTimeField(_("发现时间"))
    level = models.CharField(_("等级"), max_length=12, choices=Level.choices)
    value = models.IntegerField(_("数值"))
    threshold = models.IntegerField(_("阈值"))
    # As the policy had them that day: {"thresholds", "days", "least"}.
    terms = models.JSONField(_("口径"), default=dict)
    # The numbers that the value was computed from: {"decided": 24, "unanimous": 24}.
    parts = models.JSONField(_("构成"), default=dict)
    # Up to so many of what was counted: {"noun", "ref", "name", "day", "number"}; `value` counts all.
    rows = models.JSONField(_("依据"), default=list)

    class Meta:
        verbose_name = _("预警依据")
        verbose_name_plural = _("预警依据")
        constraints = [models.UniqueConstraint(fields=["warning", "number"], name="warning_finding_number")]

    def __str__(self) -> str:
        return f"{self.warning.ref} {self.number}"

    @classmethod
    def keep(cls, warning: "RiskWarning", number: int, found: Found, at: datetime) -> "WarningFinding":
        return cls.objects.create(
            warning=warning,
            number=number,
            found_at=at,
            level=Level.values[found.level],
            value=found.value,
            threshold=found.threshold,
            terms=dict(found.terms),
            parts=dict(found.parts),
            rows=[row.kept for row in found.rows],
        )

    @property
    def told_parts(self) -> list[tuple[str | Promise, int]]:
        return [(PARTS[name], number) for name, number in self.parts.items() if name in PARTS]

    @property
    def facts(self) -> dict[str, Any]:
        """What the record keeps of it."""
        return {
            "level": self.level,
            "value": self.value,
            "threshold": self.threshold,
            "terms": self.terms,
            "parts": self.parts,
            "evidence": digest(self.rows),
        }
