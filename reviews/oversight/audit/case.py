"""A case 案件 as one supervisor may audit it: the project, its record, and what of both is open to them.

The record of a project is one chain. Whoever may see the case is told that each entry exists, so that the chain can be
held together; what an entry says is open only where its object is. A ballot is nobody's but the committee's, and so
is a review that is not of high risk.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import CharField, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.standing import Standing
from ethicsreview.documents.models import Letter
from ethicsreview.lifecycle.registry import nouns
from ethicsreview.policy import PinnedPolicyChanged, Policy, policy_for
from ethicsreview.trail.models import Chain, Entry
from reviews.models import Decision, Project, Recheck, Review, Submission
from reviews.models.submissions.submission import Material
from reviews.oversight.scope import supervised_projects, supervised_reviews, supervising

# Why an entry is not opened, in words for the page and the package.
WITHHELD: dict[str, str | Promise] = {
    "opinion": _("委员个人的表决或者回避，不向监管人员开示"),
    "recheck": _("专家复核，不在监管范围内"),
    "recheck_opinion": _("复核专家个人的意见，不在监管范围内"),
}
OTHERWISE = _("不在监管范围内的事项")
RELATED = ("lead", "institution")


@dataclass(frozen=True)
class Known:
    """One entry of the record; `open` where its content may be read."""

    entry: Entry
    open: bool

    @property
    def why(self) -> str | Promise:
        return WITHHELD.get(self.entry.object_kind, OTHERWISE)


class Case:
    """Every part is read once, when it is asked for."""

    def __init__(self, project: Project, standing: Standing) -> None:
        self.project, self.asking = project, standing
        self.standing = supervising(standing)

    @classmethod
    def find(cls, ref: str, standing: Standing) -> "Case | None":
        """None where this person supervises no such case, whether it exists or not."""
        project = supervised_projects(standing).select_related(*RELATED).filter(ref=ref).first()
        return cls(project, standing) if project else None

    # --- the record -----------------------------------------------------------------------------------------------

    @cached_property
    def chain(self) -> Chain | None:
        return Chain.objects.filter(subject_kind=self.project.noun, subject_ref=self.project.ref).first()

    @cached_property
    def record(self) -> list[Known]:
        """Oldest first."""
        entries = list(Entry.objects.filter(chain=self.chain).order_by("seq")) if self.chain else []
        asked: dict[str, set[str]] = defaultdict(set)
        for entry in entries:
            entry.chain = self.chain  # type: ignore[assignment]  # there are entries, so there is a chain
            asked[entry.object_kind].add(entry.object_ref)
        seen = self._seen(asked)
        return [Known(entry, (entry.object_kind, entry.object_ref) in seen) for entry in entries]

    def _seen(self, asked: dict[str, set[str]]) -> set[tuple[str, str]]:
        """Which of these objects the supervisor may know of: one question, by the filter of each model."""
        parts: list[Any] = []
        for noun, refs in sorted(asked.items()):
            if (model := nouns().get(noun)) is None:
                continue
            kind: Any = model
            rows: Any = supervised_reviews(self.standing) if kind is Review else kind.objects.visible_to(self.standing)
            rows = rows.filter(ref__in=refs)
            if "draft" in dict(kind._meta.get_field("state").flatchoices):
                rows = rows.exclude(state="draft")
            parts.append(
                rows.order_by().annotate(noun=Value(noun, CharField(max_length=40))).values_list("noun", "ref")
            )
        if not parts:
            return set()
        return {(noun, ref) for noun, ref in parts[0].union(*parts[1:], all=True)}

    @property
    def open_entries(self) -> list[Entry]:
        return [known.entry for known in self.record if known.open]

    @property
    def withheld(self) -> int:
        return sum(not known.open for known in self.record)

    # --- what hangs on it -----------------------------------------------------------------------------------------

    @cached_property
    def reviews(self) -> list[Review]:
        rows = supervised_reviews(self.standing).filter(project=self.project).order_by("pk")
        found = list(rows.select_related("committee", "assessment"))
        for review in found:
            review.project = self.project
        return found

    @cached_property
    def review_of(self) -> dict[str, Review]:
        return {review.ref: review for review in self.reviews}

    @cached_property
    def versions(self) -> list[Submission]:
        """What was handed in, each with its documents."""
        found = list(Submission.objects.filter(review__in=self.reviews, sealed_at__isnull=False).order_by("pk"))
        materials = defaultdict(list)
        rows = Material.objects.filter(submission__in=found).select_related("version__document", "version__findings")
        for material in rows.defer("version__findings__text").order_by("kind", "pk"):
            materials[material.submission_id].append(material)
        by_key = {review.pk: review for review in self.reviews}
        for version in found:
            version.review = by_key[version.review_id]
            version.handed_in = materials[version.pk]
        return found

    @cached_property
    def decisions(self) -> list[Decision]:
        return list(Decision.objects.filter(review__in=self.reviews).select_related("submission").order_by("pk"))

    @cached_property
    def letters(self) -> list[Letter]:
        """Of every object of the case that is open."""
        open_objects = {(known.entry.object_kind, known.entry.object_ref) for known in self.record if known.open}
        refs = {ref for _kind, ref in open_objects}
        rows = Letter.objects.filter(object_ref__in=refs).select_related("revocation").order_by("pk")
        return [letter for letter in rows if (letter.object_kind, letter.object_ref) in open_objects]

    @cached_property
    def rechecks(self) -> list[Recheck]:
        return list(Recheck.objects.visible_to(self.standing).filter(review__in=self.reviews).order_by("pk"))

    # --- the law --------------------------------------------------------------------------------------------------

    def rules_at(self, entry: Entry) -> Policy:
        """By what the step was judged: the rules that its review keeps from its acceptance; else those of the day."""
        review = self.review_of.get(entry.object_ref) if entry.object_kind == Review.noun else None
        if review is None:
            return policy_for(region=self.project.region, regimes=self.regimes, at=entry.at)
        if review.policy_pin and review.accepted_at is not None and entry.at >= review.accepted_at:
            try:
                return Policy.from_pin(review.policy_pin)
            except PinnedPolicyChanged:
                # Told as a finding of the verification; the page is drawn by what the rules say of that day now.
                pass
        return policy_for(region=review.committee.region, regimes=self._regimes_of(review), at=entry.at)

    @cached_property
    def regimes(self) -> frozenset[str]:
        return self._regimes_of(self.reviews[-1]) if self.reviews else frozenset()

    def _regimes_of(self, review: Review) -> frozenset[str]:
        return frozenset(review.regimes or review.assessment.conclusions.regimes)
