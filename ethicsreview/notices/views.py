from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_POST

from ethicsreview.accounts.models import Person
from ethicsreview.notices.models import Notice, NoticeQuerySet, Preference

PAGE = 30


class PreferenceForm(forms.ModelForm):
    class Meta:
        model = Preference
        fields = ["mail"]


class PageQuery(forms.Form):
    """What the list's address may carry; anything else in it is ignored."""

    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    unread = forms.BooleanField(required=False)
    upto = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)


@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    rows = _mine(request).unread() if asked["unread"] else _mine(request)
    page = list(rows.newest(before=asked["before"])[: PAGE + 1])
    more, page = page[PAGE:], page[:PAGE]
    preference = Preference.objects.filter(person=_person(request)).first()
    context = {
        "notices": page,
        "only_unread": asked["unread"],
        "first_page": asked["before"] is None,
        "next_before": page[-1].pk if more else None,
        "newest": page[0].pk if page else None,
        "preference": PreferenceForm(instance=preference),
    }
    return render(request, "notices/inbox.html", context)


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


@login_required
@require_POST
def set_preference(request: HttpRequest) -> HttpResponse:
    preference, _created = Preference.objects.get_or_create(person=_person(request))
    form = PreferenceForm(request.POST, instance=preference)
    form.save()
    messages.success(request, gettext("已保存通知偏好。"))
    return redirect("notices:inbox")


def _person(request: HttpRequest) -> Person:
    return cast(Person, request.user)


def _mine(request: HttpRequest) -> NoticeQuerySet:
    return Notice.objects.visible_to(_person(request))


def _asked(request: HttpRequest) -> dict[str, int | bool | None]:
    form = PageQuery(request.GET)
    form.is_valid()
    return {name: form.cleaned_data.get(name) or None for name in form.fields}
