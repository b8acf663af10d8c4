"""Comparison 对照: what changed between two versions, computed once by a worker and kept."""

from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from ethicsreview.documents.comparison import compare_fields, compare_texts
from ethicsreview.documents.models import TextState
from reviews.models.submissions.submission import Material, Submission

BATCH = 20


class ComparisonQuerySet(models.QuerySet["Comparison"]):
    def of(self, submission: Submission) -> "Comparison | None":
        """Against the version before it in the same review."""
        return self.filter(new=submission, old__review=submission.review_id).first()

    def with_force(self, submission: Submission) -> "Comparison | None":
        """Of an amendment: against the version in force that it is to change."""
        return self.filter(new=submission, old=submission.review.amends_id).first()


class Comparison(models.Model):
    """The version `new` against an older one, as plain data that a page can draw."""

    new = models.ForeignKey(Submission, models.CASCADE, related_name="comparisons")
    old = models.ForeignKey(Submission, models.CASCADE, related_name="+")
    fields = models.JSONField(default=list)
    documents = models.JSONField(default=list)

    objects = ComparisonQuerySet.as_manager()

    class Meta:
        verbose_name = _("版本对照")
        verbose_name_plural = _("版本对照")
        constraints = [models.UniqueConstraint(fields=["new", "old"], name="comparison_once")]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"


class PendingQuerySet(models.QuerySet[Submission]):
    def following(self) -> Self:
        """Sealed versions that follow another and have not been compared with it."""
        made = Comparison.objects.filter(new=OuterRef("pk"), old__review=OuterRef("review"))
        return self.filter(~Exists(made), sealed_at__isnull=False, number__gt=1)

    def amending(self) -> Self:
        """Sealed versions of an amendment that have not been compared with what is in force."""
        made = Comparison.objects.filter(new=OuterRef("pk"), old=OuterRef("review__amends"))
        return self.filter(~Exists(made), sealed_at__isnull=False, review__amends__isnull=False)


def compare_pending() -> int:
    """Compare what is wanting, oldest first, a bounded number at a time; their documents must have been read."""
    made = 0
    for new in PendingQuerySet(Submission).following().order_by("pk")[:BATCH]:
        made += _compare(Submission.objects.get(review=new.review_id, number=new.number - 1), new)
    for new in PendingQuerySet(Submission).amending().select_related("review__amends").order_by("pk")[:BATCH]:
        assert new.review.amends is not None
        made += _compare(new.review.amends, new)
    return made


def _compare(old: Submission, new: Submission) -> bool:
    if not _texts_read(old, new):
        return False
    Comparison.objects.get_or_create(new=new, old=old, defaults=_comparison(old, new))
    return True


def _texts_read(*versions: Submission) -> bool:
    materials = Material.objects.filter(submission__in=versions).select_related("version")
    return all(material.version.text_state != TextState.PENDING for material in materials)


def _comparison(old: Submission, new: Submission) -> dict[str, Any]:
    labels = {key: field.zh for key, field in (old.form.fields | new.form.fields).items()}
    changes = [change.as_json() for change in compare_fields(old.content, new.content, labels)]
    return {"fields": changes, "documents": list(_documents(old, new))}


def _documents(old: Submission, new: Submission) -> list[dict[str, Any]]:
    """Each document by what it was handed in as: kept, replaced (with what changed in its text), added or removed."""
    before = {material.version.document_id: material for material in old.documents()}
    after = {material.version.document_id: material for material in new.documents()}
    rows = []
    for document in sorted(before.keys() | after.keys()):
        was, now = before.get(document), after.get(document)
        row: dict[str, Any] = {"kind": (now or was).kind, "old": _named(was), "new": _named(now)}  # type: ignore[union-attr]
        if was and now and was.version_id != now.version_id:
            row["text"] = compare_texts(was.version.text, now.version.text).as_json()
        rows.append(row)
    return rows


def _named(material: Material | None) -> dict[str, Any] | None:
    if material is None:
        return None
    version = material.version
    return {"name": version.name, "number": version.number, "digest": version.digest}
