"""What an amendment 变更 is about: what it changes and why, what its people and its committee say of it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person
from ethicsreview.policy.catalogues import materials
from ethicsreview.policy.words import said

if TYPE_CHECKING:
    from reviews.models.submissions.submission import Submission

# A part is a section of the application by its key, a kind of document behind this prefix, or the lead.
PAPER = "material."
LEAD = "lead"


class Amendment(models.Model):
    """Beside a review that changes what is approved. Written by the review's steps alone, under its lock; once the
    review is concluded nothing here changes any more.
    """

    review = models.OneToOneField("reviews.Review", models.PROTECT, related_name="amendment")
    parts = models.JSONField(_("变更的部分"), default=list)
    reason = models.TextField(_("变更的理由"), blank=True)
    # By part: what changes in it.
    changes = models.JSONField(_("变更的内容"), default=dict)
    risk_changed = models.BooleanField(_("风险评估的回答改变"), default=False)
    # {"altered": bool, "text": …}: what the applicant says of risk and benefit; the committee weighs it.
    risk_benefit = models.JSONField(_("风险受益"), default=dict)
    # {"done_on": …, "text": …} where a change was made at once, to remove an immediate hazard.
    urgent = models.JSONField(_("紧急安全变更"), default=dict)
    # {"triggers": […], "informing": …}: Human Measures 38, and what the participants are told and when.
    consent = models.JSONField(_("再次知情同意"), default=dict)
    new_lead = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", verbose_name=_("新负责人"))
    former_stays = models.BooleanField(_("原负责人留在项目组"), default=False)
    by_officer = models.BooleanField(_("由单位提出"), default=False)
    # What the new lead promised and signed, and that the institution agrees.
    accepted = models.JSONField(_("新负责人承诺"), default=dict)
    agreed = models.JSONField(_("单位同意"), default=dict)
    # The committee's own finding: {"small": bool, "major_risk": bool, "ground": …, "by": …}.
    weighed = models.JSONField(_("委员会认定"), default=dict)

    class Meta:
        verbose_name = _("变更")
        verbose_name_plural = _("变更")
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted={}) | Q(new_lead__isnull=False), name="amendment_accepted_by_somebody"
            )
        ]

    def __str__(self) -> str:
        return str(self.review)

    @property
    def changes_lead(self) -> bool:
        return LEAD in self.parts

    @property
    def written_parts(self) -> list[str]:
        """The parts that are changed by writing, and not by naming somebody."""
        return [part for part in self.parts if part != LEAD]

    @property
    def consent_again(self) -> bool:
        """Human Measures 38: whether a trigger holds, so that consent is sought anew."""
        return bool(self.consent.get("triggers"))

    def rows(self) -> list[tuple[str, str]]:
        """Each part in words, and what changes in it."""
        assert self.review.amends is not None
        words = part_words(self.review.amends)
        return [(words.get(part, part), self.changes.get(part, "")) for part in self.parts]


def part_words(version: "Submission | None") -> dict[str, str]:
    """Every part there can be in an amendment of this version, by key, in the reader's language."""
    assert version is not None, "an amendment amends something"
    found = {section.key: said(section) for section in version.form.sections}
    assert version.sealed_at is not None
    found |= {PAPER + rule.key: said(rule) for rule in materials(version.sealed_at)}
    return found | {LEAD: str(_("项目负责人"))}


def fields_of(version: "Submission", parts: Any) -> Iterator[str]:
    """The fields of the form that lie in these parts."""
    for section in version.form.sections:
        if section.key in parts:
            yield from (field.key for field in section.fields)


def part_of(version: "Submission", field: str) -> str:
    """In which part a field of the form lies; of a field that today's form no longer has, its own name."""
    for section in version.form.sections:
        if any(one.key == field for one in section.fields):
            return section.key
    return field
