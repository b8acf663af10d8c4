from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from ethicsreview.accounts.models import Person
from ethicsreview.notices.forms import label_of
from ethicsreview.notices.models import Notice, NoticeQuerySet
from ethicsreview.notices.tables import kinds

PAGE = 30


class PageQuery(forms.Form):
    """What the list's address may carry; anything else in it is ignored."""

    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    unread = forms.BooleanField(required=False)
    show = forms.ChoiceField(required=False, choices=[("done", ""), ("open", "")])
    kind = forms.CharField(required=False, max_length=40)
    upto = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    page = list(_narrowed(_mine(request), asked).newest(before=asked["before"])[: PAGE + 1])
    more, page = page[PAGE:], page[:PAGE]
    shown = "unread" if asked["unread"] else asked["show"] or ""
    kept = {name: asked[name] for name in ("unread", "show", "kind") if asked[name]}
    context = {
        "notices": page,
        "shown": shown,
        "kind": asked["kind"] if asked["kind"] in kinds() else "",
        "kinds": [(kind.name, label_of(kind)) for kind in kinds().values()],
        "query": urlencode({name: 1 if value is True else value for name, value in kept.items()}),
        "first_page": asked["before"] is None,
        "next_before": page[-1].pk if more else None,
        "newest": page[0].pk if page else None,
    }
    return render(request, "notices/inbox.html", context)


def _narrowed(rows: NoticeQuerySet, asked: dict[str, Any]) -> NoticeQuerySet:
    if asked["unread"]:
        rows = rows.unread()
    elif asked["show"]:
        rows = rows.filter(done_at__isnull=asked["show"] == "open")
    if kind := kinds().get(asked["kind"] or ""):
        of_kind = Q()
        for word in kind.covers:
            of_kind |= Q(key__startswith=f"{word}.")
        rows = rows.filter(of_kind)
    return rows


@login_required
@require_POST
def set_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Done, or not done after all: the person's own tick. What is done has been read."""
    notice = get_object_or_404(_mine(request), pk=pk)
    now = timezone.now()
    _mine(request).unread().filter(pk=notice.pk).update(read_at=now)
    _mine(request).filter(pk=notice.pk).update(done_at=now if request.POST.get("done") == "1" else None)
    back = request.POST.get("next", "")
    own = back.startswith(reverse("notices:inbox")) and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if own else "notices:inbox")


@login_required
@require_GET
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Marks the notice read and goes where it leads; one that leads nowhere is shown itself."""
    notice = get_object_or_404(_mine(request), pk=pk)
    _mine(request).unread().filter(pk=notice.pk).update(read_at=timezone.now())
    if notice.url and url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None):
        return redirect(notice.url)
    return render(request, "notices/notice.html", {"notice": notice})


@login_required
@require_POST
def mark_all_read(request: HttpRequest) -> HttpResponse:
    """Only what the person has had before their eyes: `upto` is the newest notice of the page they pressed
    it on.
    """
    form = PageQuery(request.POST)
    upto = form.cleaned_data["upto"] if form.is_valid() else None
    number = _mine(request).unread().filter(pk__lte=upto or 0).update(read_at=timezone.now())
    messages.success(
        request,
        ngettext("已将%(number)d条通知标为已读。", "已将%(number)d条通知标为已读。", number) % {"number": number},
    )
    return redirect("notices:inbox")


def _person(request: HttpRequest) -> Person:
    return cast(Person, request.user)


def _mine(request: HttpRequest) -> NoticeQuerySet:
    return Notice.objects.visible_to(_person(request))


def _asked(request: HttpRequest) -> dict[str, Any]:
    form = PageQuery(request.GET)
    form.is_valid()
    return {name: form.cleaned_data.get(name) or None for name in form.fields}
