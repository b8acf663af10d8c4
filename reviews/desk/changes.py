"""The last version against the one before it, and what was asked in between, in words."""

from dataclasses import dataclass
from typing import Any

from ethicsreview.policy.catalogues import materials
from ethicsreview.policy.words import said
from reviews.desk.content import shown
from reviews.models import Comparison, Request, Review, Submission


@dataclass(frozen=True)
class FieldChanged:
    label: str
    kind: str
    old: str
    new: str
    text: dict[str, Any] | None


@dataclass(frozen=True)
class DocumentChanged:
    label: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None
    text: dict[str, Any] | None

    @property
    def kept(self) -> bool:
        return self.old == self.new


@dataclass(frozen=True)
class Changes:
    """`comparison` is None while a worker is still at it, or where there is nothing to compare with."""

    version: Submission | None
    comparison: Comparison | None
    fields: list[FieldChanged]
    documents: list[DocumentChanged]
    requests: list[Request]

    @property
    def is_first(self) -> bool:
        return self.version is None or self.version.number == 1


def changes_of(review: Review) -> Changes:
    version = review.submission
    comparison = Comparison.objects.of(version) if version is not None and version.number > 1 else None
    requests = list(review.requests.select_related("submission").order_by("-number"))
    return _told(review, version, comparison, requests)


def against_force(review: Review) -> Changes | None:
    """Of an amendment: its last version against the one in force that it is to change."""
    if review.amends_id is None or review.submission is None:
        return None
    return _told(review, review.submission, Comparison.objects.with_force(review.submission), [])


def _told(
    review: Review, version: Submission | None, comparison: Comparison | None, requests: list[Request]
) -> Changes:
    if comparison is None or version is None:
        return Changes(version, None, [], [], requests)
    catalogue = version.form.fields
    fields = []
    for change in comparison.fields:
        field = catalogue.get(change["key"])
        label = said(field) if field else change["label"]
        words = {side: shown(field, change[side]) for side in ("old", "new")}
        fields.append(FieldChanged(label, change["kind"], words["old"], words["new"], change["text"]))
    titles = {rule.key: said(rule) for rule in materials(version.sealed_at or review.created_at)}
    documents = [
        DocumentChanged(titles.get(row["kind"], row["kind"]), row["old"], row["new"], row.get("text"))
        for row in comparison.documents
    ]
    return Changes(version, comparison, fields, documents, requests)
