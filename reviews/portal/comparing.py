"""A comparison that a worker has kept, in the words of the form and of the list of documents."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ethicsreview.policy.catalogues import ApplicationForm, materials
from ethicsreview.policy.words import said
from reviews.models.submissions.comparing import Comparison
from reviews.portal.sections import value_text


@dataclass(frozen=True)
class ChangedField:
    """Its text with what went and what came, where both sides are text; else both values in words."""

    label: str
    old: str
    new: str
    text: dict[str, Any] | None


@dataclass(frozen=True)
class ComparedDocument:
    title: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None
    text: dict[str, Any] | None

    @property
    def same(self) -> bool:
        return self.old == self.new


def fields(comparison: Comparison, form: ApplicationForm) -> list[ChangedField]:
    rows = []
    for change in comparison.fields:
        field = form.fields.get(change["key"])
        old, new = (value_text(field, change[side]) if field else str(change[side]) for side in ("old", "new"))
        rows.append(ChangedField(said(field) if field else change["label"], old, new, change["text"]))
    return rows


def documents(comparison: Comparison, at: datetime) -> list[ComparedDocument]:
    titles = {rule.key: said(rule) for rule in materials(at)}
    return [
        ComparedDocument(titles.get(row["kind"], row["kind"]), row["old"], row["new"], row.get("text"))
        for row in comparison.documents
    ]
