"""The page on which a person says what they want outside the inbox, and enters robots of their own."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ethicsreview.accounts.models import Person
from ethicsreview.notices import endpoints
from ethicsreview.notices.forms import EndpointForm, PreferenceForm
from ethicsreview.notices.models import BouncedAddress, Endpoint, Preference
from ethicsreview.notices.outbox import nudge
from ethicsreview.notices.reasons import reason_text

ROBOTS_MAX = 5


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    person = cast(Person, request.user)
    mine = Preference.objects.filter(person=person).first() or Preference(person=person)
    if request.method != "POST":
        return _page(request, PreferenceForm(instance=mine), EndpointForm())
    form = PreferenceForm(request.POST, instance=mine)
    if not form.is_valid():
        return _page(request, form, EndpointForm(), status=422)
    form.save()
    messages.success(request, _("已保存通知偏好。"))
    return redirect("notices:preferences")


@login_required
@never_cache
@require_POST
def add_robot(request: HttpRequest) -> HttpResponse:
    person, form = cast(Person, request.user), EndpointForm(request.POST)
    if form.is_valid() and person.endpoints.kept().count() >= ROBOTS_MAX:
        form.add_error(None, _("每人最多登记%(number)d个机器人，请先移除不用的。") % {"number": ROBOTS_MAX})
    if form.errors:
        mine = Preference.objects.filter(person=person).first() or Preference(person=person)
        return _page(request, PreferenceForm(instance=mine), form, status=422)
    endpoint, _secret = endpoints.enter(**form.cleaned_data, owner=person, by=person, at=timezone.now())
    endpoints.ping(endpoint, timezone.now())
    nudge()
    messages.success(request, _("已添加机器人，并发出一条测试消息。"))
    return redirect("notices:preferences")


@login_required
@never_cache
@require_POST
def change_robot(request: HttpRequest, pk: int) -> HttpResponse:
    person = cast(Person, request.user)
    robot = get_object_or_404(Endpoint.objects.kept(), person=person, pk=pk)
    try:
        said = endpoints.switch(robot, request.POST.get("change", ""), person, timezone.now())
    except KeyError as unknown:
        raise Http404("no such change") from unknown
    nudge()
    messages.success(request, said)
    return redirect("notices:preferences")


def _page(request: HttpRequest, form: PreferenceForm, robot: EndpointForm, *, status: int = 200) -> HttpResponse:
    person = cast(Person, request.user)
    begins, ends = settings.NOTICES_QUIET_HOURS
    rows: list[Any] = list(Endpoint.objects.kept().filter(person=person).order_by("pk"))
    context = {
        "form": form,
        "robot_form": robot,
        "robots": [(row, reason_text(row.off_reason) if row.off_at else "") for row in rows],
        "quiet_from": begins,
        "quiet_until": ends,
        "bounced": bool(person.email) and BouncedAddress.objects.filter(email=person.email.lower()).exists(),
    }
    return render(request, "notices/preferences.html", context, status=status)
