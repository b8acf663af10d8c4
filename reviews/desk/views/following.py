"""Follow-ups and reports at the desk: the lists, one with the committee's worksheet, its documents."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.storage import serve
from ethicsreview.lifecycle.registry import nouns
from reviews.desk import following as work
from reviews.desk.access import Visitor, desk_page, reviews_at_desk
from reviews.desk.views.besides import common
from reviews.models import Report
from reviews.models.following.filing import Filed

RELATED = (
    *("project__institution", "project__lead", "filed_by"),
    *("review__project", "review__committee", "review__assessment"),
)


@require_safe
@desk_page
def following(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """What is owed, soonest first; and what was reported."""
    shown = request.GET.get("show", "")
    cursor = request.GET.get("cursor", "")
    context: dict[str, Any] = {"show": shown, "now": visitor.at}
    if shown in {"reports", "all"}:
        context["page"] = work.reports(visitor, only_open=shown == "reports", cursor=cursor)
    else:
        context["page"] = work.follow_ups(visitor, cursor)
        context["late"] = {row.pk for row in context["page"].rows if row.was_late(visitor.at)}
    return render(request, "desk/following.html", context)


@require_safe
@desk_page
def filed(request: HttpRequest, visitor: Visitor, noun: str, ref: str) -> HttpResponseBase:
    found = _find(visitor, noun, ref)
    readable = found.readable_by(visitor.standing)
    proceedings = reviews_at_desk(visitor.standing).filter(**{found.noun: found}).order_by("-pk")
    context = common(visitor, found) | {
        "filed": found,
        "title": found.get_kind_display() if isinstance(found, Report) else found._meta.verbose_name,
        "lines": found.told(visitor.at) if readable else [],
        "papers": found.handed_in() if readable else [],
        "paper_address": f"desk:{found.noun}_paper",
        "deadlines": list(Deadline.objects.of(found).open().soonest()),
        "proceeding": proceedings.first(),
        "late": found.was_late(visitor.at),
    }
    return render(request, "desk/filed.html", context)


@require_safe
@desk_page
def paper(request: HttpRequest, visitor: Visitor, noun: str, ref: str, pk: int) -> HttpResponseBase:
    found = _find(visitor, noun, ref)
    if not found.readable_by(visitor.standing):
        raise Http404(ref)
    return serve(
        get_object_or_404(found.papers.select_related("version__document", "version__findings"), pk=pk).version
    )


def _find(visitor: Visitor, noun: str, ref: str) -> Filed:
    found: Filed = visitor.find(nouns()[noun], ref, *RELATED)
    return found
