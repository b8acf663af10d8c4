"""What is reviewed: a version of the application with its documents. Sealed when submitted, unchanged ever after."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.prepared import Given, Prepared
from ethicsreview.accounts.standing import standing_of
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.lifecycle.drafts import Stale
from ethicsreview.lifecycle.refusals import NotPermitted, NotVisible
from ethicsreview.policy.catalogues import ApplicationForm, application_form
from ethicsreview.trail.digest import digest

if TYPE_CHECKING:
    from reviews.models.reviewing.review import Review


class Submission(models.Model):
    """One numbered version. While `sealed_at` is empty its people write in it; then the database keeps it as it is."""

    frozen_when: ClassVar[str] = "OLD.sealed_at IS NOT NULL"

    review = models.ForeignKey("reviews.Review", models.PROTECT, related_name="submissions")
    number = models.PositiveIntegerField(_("版本"))
    content = models.JSONField(_("内容"), default=dict, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    saved_at = models.DateTimeField(null=True, editable=False)
    sealed_at = models.DateTimeField(_("提交时间"), null=True, editable=False)
    sealed_by = models.ForeignKey(Person, models.PROTECT, null=True, editable=False, related_name="+")
    commitment = models.JSONField(_("承诺"), default=dict, blank=True, editable=False)
    digest = models.CharField(_("摘要"), max_length=80, blank=True, editable=False)

    class Meta:
        verbose_name = _("申请版本")
        verbose_name_plural = _("申请版本")
        constraints = [
            models.UniqueConstraint(fields=["review", "number"], name="submission_number"),
            models.UniqueConstraint(
                fields=["review"], condition=models.Q(sealed_at__isnull=True), name="submission_one_draft"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review.ref} v{self.number}"

    @property
    def form(self) -> ApplicationForm:
        """The form as it stood on the day this version was sealed; an open draft follows today's."""
        return application_form(self.sealed_at or timezone.now())

    def fingerprint(self) -> str:
        """The digest that a decision names."""
        return digest(self.fingerprinted())

    def fingerprinted(self) -> dict[str, Any]:
        """What the fingerprint is taken over: the content and every document's own digest."""
        handed_in = self.handed_in if self.sealed_at else self.documents()
        documents = [
            [kind, version.document.ref, version.number, version.digest]
            for kind, version in ((material.kind, material.version) for material in handed_in)
        ]
        return {
            "review": self.review.ref,
            "number": self.number,
            "content": self.content,
            "documents": documents,
        }

    def documents(self) -> "models.QuerySet[Material]":
        return self.materials.select_related("version__document").order_by("kind", "pk")

    @cached_property
    def handed_in(self) -> "list[Material]":
        """The documents of a sealed version, which no longer change, with what is known of their files."""
        found = HANDED_IN(submission=self.pk)
        for material in found:
            material.submission = self
        return found

    def intact(self) -> bool:
        """Whether what was sealed is still what stands here."""
        return bool(self.digest) and self.fingerprint() == self.digest

    def seal(self, *, by: Person, at: datetime, commitment: dict[str, Any]) -> None:
        """Close the version. Called by a step of the review, under its lock."""
        self.commitment = commitment
        self.sealed_at, self.sealed_by = at, by
        self.digest = self.fingerprint()
        self.save()

    def follow(self) -> "Submission":
        """The next version, as a draft that begins with what stands here."""
        following = Submission.objects.create(review=self.review, number=self.number + 1, content=self.content)
        Material.objects.bulk_create(
            [Material(submission=following, kind=m.kind, version=m.version, note=m.note) for m in self.documents()]
        )
        return following


class Material(models.Model):
    """A document of a version, as what it was handed in."""

    submission = models.ForeignKey(Submission, models.PROTECT, related_name="materials")
    kind = models.CharField(_("材料"), max_length=60)
    version = models.ForeignKey(DocumentVersion, models.PROTECT, related_name="+", verbose_name=_("文件"))
    note = models.CharField(_("说明"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("申请材料")
        verbose_name_plural = _("申请材料")
        constraints = [models.UniqueConstraint(fields=["submission", "version"], name="material_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


HANDED_IN = Prepared(
    lambda: (
        Material.objects.filter(submission=Given("submission"))
        .select_related("version__document", "version__findings")
        .defer("version__findings__text")
        .order_by("kind", "pk")
    )
)


class Request(models.Model):
    """One thing the committee asks for: at supplement, modification or revision. Answered by the next version."""

    class Kind(models.TextChoices):
        SUPPLEMENT = "supplement", pgettext_lazy("request", "补正")
        MODIFICATION = "modification", pgettext_lazy("request", "修改")
        REVISION = "revision", pgettext_lazy("request", "修改后再审")

    review = models.ForeignKey("reviews.Review", models.PROTECT, related_name="requests")
    kind = models.CharField(_("类别"), max_length=12, choices=Kind.choices)
    number = models.PositiveIntegerField(_("序号"))
    # The version the request speaks of; its answer comes with a later one.
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="requests")
    item = models.CharField(_("所指材料或栏目"), max_length=80, blank=True)
    text = models.TextField(_("要求"), max_length=4000)
    asked_at = models.DateTimeField()
    answer = models.TextField(_("答复"), max_length=8000, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("要求")
        verbose_name_plural = _("要求")
        constraints = [models.UniqueConstraint(fields=["review", "number"], name="request_number")]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.review.ref} {self.number}"


def keep_section(
    submission: Submission, *, by: Person, revision: int, values: dict[str, Any], at: datetime | None = None
) -> int:
    """Keep some fields of the draft as they are typed; returns the new revision.

    Raises NotVisible, NotPermitted (not the project's people, or the version is sealed), or Stale when somebody
    saved since: nothing is overwritten. Raises Refused for what an amendment has not opened.
    """
    from reviews.models.amending import scope

    moment = at or timezone.now()
    review: Review = submission.review
    standing = standing_of(by, moment)
    if not type(review).objects.visible_to(standing).filter(pk=review.pk).exists():
        raise NotVisible(review.ref)
    if not {"lead", "team"} & review.capacities(standing):
        raise NotPermitted("draft", ["lead", "team"])
    scope.check_fields(submission, values)
    rows = Submission.objects.filter(pk=submission.pk, sealed_at__isnull=True)
    content = submission.content | values
    if rows.filter(revision=revision).update(content=content, revision=F("revision") + 1, saved_at=moment):
        submission.content, submission.revision = content, revision + 1
        return submission.revision
    if rows.exists():
        raise Stale(str(submission))
    raise NotPermitted("draft", ["lead", "team"])


def changed_items(old: Submission, new: Submission) -> Iterator[str]:
    """The fields and materials that differ between two versions: what a second supplement may still ask about."""
    for name in old.content.keys() | new.content.keys():
        if old.content.get(name) != new.content.get(name):
            yield name
    before = {(m.kind, m.version_id) for m in old.materials.all()}
    after = {(m.kind, m.version_id) for m in new.materials.all()}
    yield from {kind for kind, _version in before ^ after}
