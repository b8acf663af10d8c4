"""What a follow-up's report and every other report have in common: written as a draft, sealed when it is filed, with
documents beside it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.forms import StepForm, recordable
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.policy import Policy, policy_for
from ethicsreview.trail.digest import digest
from reviews.models.following.contents import SUSPEND, Asked, Kind, Line, check_days, lines
from reviews.models.opinions.opinion import recusals_of
from reviews.models.projects.parties import COMMITTEE_CAPACITIES
from reviews.models.projects.project import Project
from reviews.rules.reporting import FILED_IN

if TYPE_CHECKING:
    from reviews.models.reviewing.review import Review

OWN_SIDE = frozenset({"lead", "team"})
COMMITTEE_SIDE = frozenset({"secretary", "chair", "vice_chair", "member", "adviser", "presider"})


class FiledQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """Who sees the approval it hangs on; but whoever is recused from the review of the report itself knows nothing
        of it from the committee's side.
        """
        from reviews.models.reviewing.review import Review

        seen = self.filter(review__in=Review.objects.visible_to(standing))
        if standing.person is None or not standing.bodies(*COMMITTEE_CAPACITIES):
            return seen
        elsewhere = Q(project__in=Project.objects.own(standing.person))
        elsewhere |= Q(project__institution__in=standing.bodies(Role.INSTITUTION_OFFICER))
        recused = self.model.objects.filter(proceedings__in=recusals_of(standing.person)).values("pk")
        return seen.filter(elsewhere | ~Q(pk__in=recused))


class Filed(Lifecycle):
    """`answers` are a draft until `filed_at`; the digest in the trail then proves what they were.

    A subclass says what is `asked`, in which states it is `writable`, and hangs on `review`, the approval on which the
    activity runs: the committee that gave it handles what comes after (Shandong 7).
    """

    answers = models.JSONField(_("内容"), default=dict, blank=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    digest = models.CharField(_("摘要"), max_length=80, blank=True, editable=False)
    filed_at = models.DateTimeField(_("提交时间"), null=True, editable=False)
    filed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("提交人")
    )

    if TYPE_CHECKING:
        papers: Any
        proceedings: Any
        review: Any
        project: Any

    class Meta:
        abstract = True

    @property
    def writable(self) -> bool:
        raise NotImplementedError

    def was_late(self, at: datetime) -> bool:
        """Whether its day has passed without it, or had when it was filed."""
        raise NotImplementedError

    def asked(self, policy: Policy) -> tuple[Asked, ...]:
        raise NotImplementedError

    def capacities(self, standing: Standing) -> set[str]:
        found: set[str] = self.review.capacities(standing)
        if standing.person is not None and found & COMMITTEE_SIDE:
            recused = recusals_of(standing.person)
            if self.proceedings.filter(pk__in=recused).exists():
                found -= COMMITTEE_SIDE
        return found

    def policy_at(self, at: datetime) -> Policy:
        """The rules of the day on which it is filed; before that, those of the moment."""
        review: Review = self.review
        return policy_for(
            region=review.committee.region, regimes=review.assessment.conclusions.regimes, at=self.filed_at or at
        )

    def told(self, at: datetime) -> list[Line]:
        """What was written, in the reader's language."""
        return lines(self.asked(self.policy_at(at)), self.answers)

    def readable_by(self, standing: Standing) -> bool:
        """What is still being written, or written anew, its own side alone reads."""
        if not self.writable or standing.is_system:
            return True
        return bool(OWN_SIDE & self.project.capacities(standing))

    def seal(self, act: Act, answers: Mapping[str, Any]) -> None:
        """Part of the step that files it."""
        self.answers = {key: recordable(value) for key, value in answers.items() if value not in (None, "")}
        self.filed_at, self.filed_by = act.at, act.actor
        content = self.sealed_content()
        self.digest = digest(content)
        self.revision += 1
        act.record(digest=self.digest, documents=content["documents"])

    def sealed_content(self) -> dict[str, Any]:
        """What its digest is taken over."""
        documents = [[one.version.document.ref, one.version.number, one.version.digest] for one in self.handed_in()]
        return {"ref": self.ref, "answers": self.answers, "documents": documents}

    def handed_in(self) -> "list[FilingPaper]":
        return list(self.papers.select_related("version__document").order_by("pk"))


class FilingPaper(models.Model):
    """A document beside a report, while it is written; sealed with it."""

    follow_up = models.ForeignKey("reviews.FollowUp", models.PROTECT, null=True, blank=True, related_name="papers")
    report = models.ForeignKey("reviews.Report", models.PROTECT, null=True, blank=True, related_name="papers")
    version = models.ForeignKey(DocumentVersion, models.PROTECT, related_name="+", verbose_name=_("文件"))

    class Meta:
        verbose_name = _("报告材料")
        verbose_name_plural = _("报告材料")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(follow_up__isnull=True) ^ models.Q(report__isnull=True), name="filing_paper_of_one"
            )
        ]

    def __str__(self) -> str:
        return str(self.version)

    @property
    def of(self) -> Filed:
        return self.follow_up or self.report  # type: ignore[return-value]  # one of them, by constraint


class FilingForm(StepForm):
    """What is asked of the lead. The trail keeps the digest; the words stay with the object, where fewer read them."""

    def build(self) -> None:
        self.asked = self.obj.asked(self.obj.policy_at(self.act.at))
        for one in self.asked:
            self.fields[one.key] = one.field()
            self.fields[one.key].initial = self.obj.answers.get(one.key)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        check_days(self, self.asked, law_day(self.act.at))
        if cleaned.get("action") == SUSPEND and self.obj.filed_at is None and self.obj.project.state == "suspended":
            self.add_error("action", _("科技活动已经暂停。"))
        return cleaned

    def recorded(self) -> dict[str, Any]:
        return {}


def committee_free(filed: Filed, act: Act) -> Iterator[Refusal]:
    """Nothing is handed to a committee that is no longer at work."""
    from reviews.models.reviewing.guards import committee_active

    yield from committee_active(filed.review, act)


def obstacles(project: Project, kind: str, *, again: bool = False) -> Iterator[Refusal]:
    """Why a report of this kind cannot be filed about the project now. `again`: it was sent back to be completed."""
    if not again and kind not in FILED_IN.get(project.state, frozenset()):
        words = {"state": project.get_state_display(), "kind": Kind(kind).label}
        yield Refusal("project_state", _("科技活动现为“%(state)s”，不能提交%(kind)s"), words, "national:20")
