"""What could not be delivered, and the addresses outside: groups' robots and institutions' own systems."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ethicsreview.accounts.models import Body
from ethicsreview.notices import delivery, endpoints
from ethicsreview.notices.forms import EndpointForm
from ethicsreview.notices.models import Channel, Delivery, Endpoint
from ethicsreview.notices.outbox import nudge
from ethicsreview.notices.reasons import reason_text
from ethicsreview.ui import keyset
from reviews.desk import post as work
from reviews.desk.access import Visitor, desk_page

ROWS = 30
RELATED = ("notice__person", "event", "endpoint__body")


class BodyEndpointForm(EndpointForm):
    body = forms.ModelChoiceField(
        label=gettext_lazy("所属机构"), queryset=Body.objects.none(), to_field_name="ref", empty_label=None
    )
    field_order = ["body", "kind", "name", "address", "secret"]

    def __init__(self, *args: Any, visitor: Visitor, **kwargs: Any) -> None:
        super().__init__(*args, offered=work.offered_to(visitor.standing), **kwargs)
        bodies: Any = self.fields["body"]
        bodies.queryset = work.kept_bodies(visitor.standing).order_by("kind", "name", "pk")

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        body, kind = given.get("body"), given.get("kind")
        if body and kind == Channel.WEBHOOK and body.kind != Body.Kind.INSTITUTION:
            self.add_error("body", _("业务系统接口由单位登记。"))
        return given


@require_safe
@desk_page
def undelivered(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    if not visitor.looks_after_post:
        raise Http404(request.path)
    dead = work.dead_letters(visitor.standing)
    channel = request.GET.get("channel", "")
    channel = channel if channel in Channel.values else ""
    rows = _of_channel(dead, channel).select_related(*RELATED)
    page = keyset.page(rows, by=["-pk"], cursor=request.GET.get("cursor", ""), size=ROWS)
    context = {
        "page": page,
        "drawn": [work.drawn(row, get_language() or "") for row in page.rows],
        "channel": channel,
        "channels": work.by_channel(dead),
        "most": work.MOST,
    }
    return render(request, "desk/post.html", context)


@require_POST
@desk_page
def resend(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """One dead letter, or all of a channel. What went meanwhile is passed over."""
    dead = work.dead_letters(visitor.standing)
    channel, one = request.POST.get("channel", ""), request.POST.get("delivery", "")
    if one.isdecimal() and len(one) < 19:
        rows = dead.filter(pk=int(one))
    elif channel in Channel.values:
        rows = _of_channel(dead, channel)
    else:
        raise Http404("neither a letter nor a channel")
    keys = list(rows.order_by("pk").values_list("pk", flat=True)[: work.MOST])
    if one and not keys:
        raise Http404("not within reach, or sent by now")
    number = delivery.resend(visitor.at, keys)
    nudge()
    if number:
        said = ngettext("将再次发送%(number)d条。", "将再次发送%(number)d条。", number) % {"number": number}
        messages.success(request, said)
    if number < len(keys):
        messages.warning(request, _("接收地址已停用的没有再次发送，请先启用该地址。"))
    back = request.POST.get("endpoint", "")
    if back.isdecimal() and work.endpoints_of(visitor.standing).filter(pk=int(back[:18])).exists():
        return redirect("desk:endpoint", int(back[:18]))
    return redirect("desk:post")


@require_safe
@desk_page
def addresses(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    if not visitor.looks_after_post:
        raise Http404(request.path)
    rows = work.endpoints_of(visitor.standing).select_related("body", "created_by")
    page = keyset.page(rows, by=["-pk"], cursor=request.GET.get("cursor", ""), size=ROWS)
    may_enter = work.kept_bodies(visitor.standing).exists()
    return render(request, "desk/endpoints.html", {"page": page, "may_enter": may_enter})


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def enter(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    if not work.kept_bodies(visitor.standing).exists():
        raise Http404(request.path)
    form = BodyEndpointForm(request.POST or None, visitor=visitor)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        made, secret = endpoints.enter(owner=given.pop("body"), by=visitor.person, at=visitor.at, **given)
        return _page(request, visitor, made, secret=secret, status=201)
    return render(request, "desk/endpoint_new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@desk_page
def address(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponseBase:
    return _page(request, visitor, _found(visitor, pk))


@require_POST
@desk_page
def change(request: HttpRequest, visitor: Visitor, pk: int) -> HttpResponseBase:
    found = _found(visitor, pk)
    if not work.may_keep(visitor.standing, found):
        raise Http404("an institution's own system")
    wanted = request.POST.get("change", "")
    if wanted == "secret" and found.kind == Channel.WEBHOOK:
        return _page(request, visitor, found, secret=endpoints.new_secret(found, visitor.person, visitor.at))
    try:
        said = endpoints.switch(found, wanted, visitor.person, visitor.at)
    except KeyError as unknown:
        raise Http404("no such change") from unknown
    nudge()
    messages.success(request, said)
    return redirect("desk:endpoints") if wanted == "remove" else redirect("desk:endpoint", pk)


def _found(visitor: Visitor, pk: int) -> Endpoint:
    found: Endpoint = get_object_or_404(work.endpoints_of(visitor.standing).select_related("body", "created_by"), pk=pk)
    return found


def _page(
    request: HttpRequest, visitor: Visitor, endpoint: Endpoint, *, secret: str = "", status: int = 200
) -> HttpResponseBase:
    rows = Delivery.objects.filter(endpoint=endpoint).select_related(*RELATED)
    page = keyset.page(rows, by=["-pk"], cursor=request.GET.get("cursor", ""), size=ROWS)
    context = {
        "endpoint": endpoint,
        "off": reason_text(endpoint.off_reason) if endpoint.off_at else "",
        "secret": secret,
        "page": page,
        "drawn": [work.drawn(row, get_language() or "") for row in page.rows],
        "may_keep": work.may_keep(visitor.standing, endpoint),
    }
    return render(request, "desk/endpoint.html", context, status=status)


def _of_channel(rows: "QuerySet[Delivery]", channel: str) -> "QuerySet[Delivery]":
    return rows.filter(channel=channel) if channel else rows
