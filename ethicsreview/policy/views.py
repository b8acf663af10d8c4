"""The rules as anyone may read them: each value in force, with its article and how sure it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.http import require_safe

from ethicsreview.policy import labels
from ethicsreview.policy.citations import cite, place_of
from ethicsreview.policy.days import law_day
from ethicsreview.policy.forms import RulesForm
from ethicsreview.policy.library import Entry
from ethicsreview.policy.loading import library
from ethicsreview.policy.schema import Document
from ethicsreview.policy.searching import at_other_times, matching, terms_of
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

    @property
    def place(self) -> str:
        """The address of its article among all that rests on the same document."""
        name, mark = place_of(self.entry.cite)
        return f"{reverse('policy:document', args=[name])}#{mark}"

    @property
    def replaced_by(self) -> "Line | None":
        """What took its place in the same pack on the day on which it ceased to hold."""
        entry = self.entry
        spoken = (other for other in library().history(entry.key) if other.pack == entry.pack)
        found = next((other for other in spoken if entry.until and other.since == entry.until), None)
        return Line(found) if found else None

    def is_in_force(self) -> bool:
        return self.entry.in_force(law_day(timezone.now()))


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    form = RulesForm(request.GET, library=library())
    context: dict[str, Any] = {"form": form, "marks": labels.MARKS}
    if form.is_valid():
        policy, terms = form.policy(), terms_of(form.cleaned_data["q"])
        context |= {
            "policy": policy,
            "terms": terms,
            "sections": _sections(matching(policy.all(), terms) if terms else policy.all()),
            "others": [Line(entry) for entry in at_other_times(policy, terms)] if terms else [],
        }
    return render(request, "policy/rules.html", context)


@require_safe
def rule(request: HttpRequest, key: str) -> HttpResponse:
    question = library().registry.questions.get(key)
    if question is None:
        raise Http404(key)
    history = library().history(key)
    context = {
        "key": key,
        "label": said(question.spec),
        "combine": labels.COMBINE[question.spec.combine],
        "lines": [Line(entry) for entry in history],
        "replaced": any(Line(entry).replaced_by for entry in history),
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
            "issuer": said(document.issuer) if document.issuer else "",
            "repealed": _is_repealed(document, today),
        }
        for pack in library().packs
        for document in pack.documents
        if document.numbering != "none"
    ]
    return render(request, "policy/documents.html", {"rows": rows})


@require_safe
def document(request: HttpRequest, name: str) -> HttpResponse:
    """One text: who issued it, since when it holds, and every rule that rests on it, article by article."""
    found = library().documents.get(name)
    if found is None:
        raise Http404(name)
    resting = [entry for pack in library().packs for entry in pack.entries if place_of(entry.cite)[0] == name]
    by_article = sorted(resting, key=lambda entry: _article(entry.cite))
    context = {
        "document": found,
        "title": said(found),
        "issuer": said(found.issuer) if found.issuer else "",
        "note": said(found.note) if found.note else "",
        "scope": labels.scope(next(pack for pack in library().packs if found in pack.documents)),
        "repealed": _is_repealed(found, law_day(timezone.now())),
        "articles": [
            (mark, cite(_whole(name, mark)), [Line(one) for one in entries])
            for mark, entries in groupby(by_article, key=lambda entry: place_of(entry.cite)[1])
        ],
        "marks": labels.MARKS,
    }
    return render(request, "policy/document.html", context)


def _whole(name: str, mark: str) -> str:
    """The citation of an article as a whole, whichever of its heads is cited."""
    return f"{name}:{mark.removeprefix('article-')}" if mark else name


def _article(reference: str) -> tuple[int, str]:
    """Articles by their number, what rests on the whole first, an annex last."""
    mark = place_of(reference)[1].removeprefix("article-")
    return (int(mark), "") if mark.isdigit() else (0 if not mark else 10**6, mark)


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
