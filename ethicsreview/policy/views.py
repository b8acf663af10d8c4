"""The rules as anyone may read them: each value in force, with its article and how sure it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from ethicsreview.policy import labels
from ethicsreview.policy.citations import cite
from ethicsreview.policy.days import law_day
from ethicsreview.policy.forms import RulesForm
from ethicsreview.policy.library import Entry
from ethicsreview.policy.loading import library
from ethicsreview.policy.schema import Document
from ethicsreview.policy.words import said


@dataclass(frozen=True)
class Line:
    """One answer as a row of a table."""

    entry: Entry

    @property
    def citation(self) -> str:
        return cite(self.entry.cite)

    @property
    def mark(self) -> str | Promise:
        return labels.MARKS[self.entry.sure]

    @property
    def scope(self) -> str:
        return labels.scope(library().pack(self.entry.pack))

    def is_in_force(self) -> bool:
        return self.entry.in_force(law_day(timezone.now()))


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    form = RulesForm(request.GET, library=library())
    context: dict[str, Any] = {"form": form, "marks": labels.MARKS}
    if form.is_valid():
        policy = form.policy()
        context |= {"policy": policy, "sections": _sections(policy.all())}
    return render(request, "policy/rules.html", context)


@require_safe
def rule(request: HttpRequest, key: str) -> HttpResponse:
    question = library().registry.questions.get(key)
    if question is None:
        raise Http404(key)
    context = {
        "key": key,
        "label": said(question.spec),
        "combine": labels.COMBINE[question.spec.combine],
        "lines": [Line(entry) for entry in library().history(key)],
        "marks": labels.MARKS,
    }
    return render(request, "policy/rule.html", context)


@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    today = law_day(timezone.now())
    rows = [
        {
            "document": document,
            "title": said(document),
            "scope": labels.scope(pack),
            "note": said(document.note) if document.note else "",
            "repealed": _is_repealed(document, today),
        }
        for pack in library().packs
        for document in pack.documents
        if document.numbering != "none"
    ]
    return render(request, "policy/documents.html", {"rows": rows})


def _sections(entries: Iterable[Entry]) -> list[tuple[str, str, list[Line]]]:
    """By topic, in the registry's order: (its name, its title, its lines)."""
    topics = library().registry.topics
    ordered = sorted(entries, key=lambda entry: list(topics).index(entry.question.spec.topic))
    return [
        (name, said(topics[name]), [Line(entry) for entry in group])
        for name, group in groupby(ordered, key=lambda entry: entry.question.spec.topic)
    ]


def _is_repealed(document: Document, day: date) -> bool:
    return document.until is not None and document.until <= day
