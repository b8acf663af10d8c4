"""What authorities disclose: the list, one with its earlier versions, and the feed. Nobody stands here by name."""

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ethicsreview.ui import keyset
from reviews.models import Disclosure
from reviews.models.disclosures.sources import PUBLIC_WORDS, Named
from reviews.public.caching import public_file, public_page

ROWS, NEWEST, VERSIONS = 20, 50, 50


@require_safe
@public_page
def disclosures(request: HttpRequest) -> HttpResponse:
    rows = Disclosure.objects.listed().select_related("authority")
    page = keyset.page(rows, by=["-published_at", "-pk"], cursor=request.GET.get("cursor", ""), size=ROWS)
    return render(request, "public/disclosures.html", {"page": page})


@require_safe
@public_page
def disclosure(request: HttpRequest, ref: str) -> HttpResponse:
    """What was corrected is read under its own address still, and says so."""
    found = Disclosure.objects.public().select_related("authority", "first").filter(ref=ref).first()
    if found is None:
        raise Http404(ref)
    first = found.subject()
    series = Disclosure.objects.public().filter(Q(first=first) | Q(pk=first.pk)).order_by("-version", "-pk")
    versions = list(series[:VERSIONS])
    context: dict[str, Any] = {
        "disclosure": found,
        "versions": versions if len(versions) > 1 else [],
        "latest": versions[0] if versions[0] != found else None,
        "sources": list(dict.fromkeys(str(PUBLIC_WORDS[Named.of(one).noun]) for one in found.sources)),
    }
    response = render(request, "public/disclosure.html", context)
    if found.state != Disclosure.State.PUBLISHED:
        response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """The newest, in the service's own language whoever asks, so that all are sent the same."""
    with translation.override("zh-hans"):
        atom = Atom1Feed(
            title=_("科技伦理事件信息披露"),
            link=request.build_absolute_uri(reverse("public:disclosures")),
            description="",
            feed_url=request.build_absolute_uri(),
            language="zh-CN",
        )
        rows = Disclosure.objects.listed().select_related("authority").order_by("-published_at", "-pk")
        for one in rows[:NEWEST]:
            link = request.build_absolute_uri(reverse("public:disclosure", args=[one.ref]))
            withdrawn = one.state == Disclosure.State.WITHDRAWN
            atom.add_item(
                title=_("已撤回的信息披露 %(ref)s") % {"ref": one.ref} if withdrawn else one.title,
                link=link,
                description=one.ended_reason if withdrawn else "\n\n".join([one.happened, one.facts, one.measures]),
                unique_id=link,
                pubdate=one.published_at,
                updateddate=one.ended_at or one.published_at,
                author_name=one.authority.name,
            )
        content = atom.writeString("utf-8").encode()
    return public_file(request, content, "application/atom+xml; charset=utf-8")
