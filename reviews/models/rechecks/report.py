"""RecheckReport 复核意见书: what the panel found, by which votes, on which dossier, by which rules. Never changed."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from ethicsreview.documents.models import Letter
from ethicsreview.lifecycle.act import Act
from reviews.models.rechecks.recheck import Recheck
from reviews.rules.recheck_votes import PanelOutcome

if TYPE_CHECKING:
    from ethicsreview.policy import Policy

# The values of the law that it rests on.
GROUNDS = ("recheck.panel_min", "recheck.panel_categories", "recheck.own_members_barred", "recheck.days")


class RecheckReport(models.Model):
    """Written by the step that concludes the re-check. The decision names it; the letter is set from it."""

    frozen_when: ClassVar[str] = "TRUE"

    recheck = models.OneToOneField(Recheck, models.PROTECT, related_name="report", verbose_name=_("专家复核"))
    number = models.CharField(_("文号"), max_length=60, unique=True)
    result = models.CharField(_("结果"), max_length=10, choices=Recheck.Result.choices)
    opinion = models.JSONField(_("复核意见"), default=dict)
    panel = models.JSONField(_("复核专家"), default=list)
    tally = models.JSONField(_("表决"), default=dict)
    submission_digest = models.CharField(_("所复核版本摘要"), max_length=80)
    preliminary_number = models.CharField(_("初步审查意见文号"), max_length=40)
    grounds = models.JSONField(_("依据条款"), default=list)
    policy = models.JSONField(_("所据规则"), default=dict)
    decided_at = models.DateTimeField(_("形成时间"))

    class Meta:
        verbose_name = _("复核意见书")
        verbose_name_plural = _("复核意见书")

    def __str__(self) -> str:
        return f"{self.number} {self.get_result_display()}"

    @property
    def agrees(self) -> bool:
        return self.result == Recheck.Result.AGREED

    @property
    def letter(self) -> Letter | None:
        """The letter made from it; None while a worker is still setting it."""
        return Letter.objects.filter(number=self.number).first()

    @property
    def heads(self) -> list[tuple[str, str]]:
        """What was written, under the heads of Measures 29."""
        labels = {"compliance": _("合规性"), "reasonableness": _("合理性"), "other": _("其他")}
        return [(str(label), self.opinion[key]) for key, label in labels.items() if self.opinion.get(key)]

    def facts(self) -> dict[str, Any]:
        """What the trail keeps of it."""
        return {
            "report": self.number,
            "result": self.result,
            "tally": self.tally,
            "panel": [one["username"] for one in self.panel],
            "preliminary": self.preliminary_number,
            "submission_digest": self.submission_digest,
        }


def write(recheck: Recheck, act: Act, written: dict[str, str]) -> RecheckReport:
    """The report that the votes make, kept, and its letter asked for."""
    outcome = recheck.tally()
    report = RecheckReport(
        recheck_id=recheck.pk,
        number=f"{recheck.authority.ref}-{recheck.ref}",
        result=outcome.result,
        opinion=written,
        panel=[
            {
                "name": seat.person.name,
                "username": seat.person.username,
                "category": seat.category,
                "workplace": seat.expert.workplace,
                "spoke": bool(seat.vote),
            }
            for seat in recheck.panel
        ],
        tally=tally_kept(outcome),
        submission_digest=recheck.submission.digest,
        preliminary_number=recheck.opinion.number,
        grounds=_grounds(recheck.policy),
        policy=recheck.policy_pin,
        decided_at=act.at,
    )
    report.save(force_insert=True)
    act.record(**report.facts())
    act.nudge("reviews.letters")
    return report


def tally_kept(outcome: PanelOutcome) -> dict[str, int]:
    return {
        "agree": outcome.agree,
        "disagree": outcome.disagree,
        "absent": outcome.absent,
        "panel": outcome.panel,
        "need": outcome.need,
    }


def _grounds(policy: "Policy") -> list[dict[str, Any]]:
    entries = [policy.entry(key) for key in GROUNDS if policy.has(key)] + list(policy.entries("recheck.vote_formula"))
    return [
        {"key": entry.key, "label": entry.label, "value": entry.value, "cite": entry.cite, "sure": entry.sure}
        for entry in entries
    ]
