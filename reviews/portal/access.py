"""Who asks, what they may see, and how a refusal of the door becomes a page."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from ethicsreview.accounts.models import DESK_ROLES, Person
from ethicsreview.accounts.standing import Standing, standing_of
from ethicsreview.lifecycle.drafts import Stale
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.refusals import NotPermitted, NotVisible, Refusal, Refused
from ethicsreview.lifecycle.sight import find
from reviews.models.projects.parties import CAPACITIES

P = ParamSpec("P")
Object = TypeVar("Object", bound=Lifecycle)

# On whose side of the matter the portal stands.
OWN_SIDE = frozenset({"lead", "team"})


class Visitor:
    """The signed-in person of one request, at one moment."""

    def __init__(self, person: Person, at: datetime) -> None:
        self.person, self.at = person, at

    @cached_property
    def standing(self) -> Standing:
        found = standing_of(self.person, self.at)
        # The navigation asks again; the standing has answered.
        self.person.is_staff = found.holds(*DESK_ROLES) or self.person.is_superuser
        return found

    def find(self, model: type[Object], ref: str, *related: str) -> Object:
        """The object, if this person may know of it. Raises Http404."""
        try:
            return find(model, ref, self.standing, *related)
        except NotVisible as hidden:
            raise Http404(str(hidden)) from hidden


def portal_page(
    view: Callable[Concatenate[HttpRequest, Visitor, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """For signed-in people; what the door refuses is told with its reasons, and the answer is never cached."""

    @wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not isinstance(request.user, Person):
            # An autosave cannot show a sign-in page in its place: the page says that nothing was kept.
            if request.headers.get("HX-Request"):
                return HttpResponse(status=401)
            return redirect_to_login(request.get_full_path())
        visitor = Visitor(request.user, timezone.now())
        try:
            return view(request, visitor, *args, **kwargs)
        except NotVisible as hidden:
            raise Http404(str(hidden)) from hidden
        except NotPermitted as forbidden:
            raise PermissionDenied(not_permitted(forbidden)) from forbidden
        except Refused as refused:
            return refused_page(request, refused)
        except Stale:
            return refused_page(request, Refused([Refusal("stale", _("别人正在保存同一份草稿，请返回再试一次"))]))

    return never_cache(answer)


def not_permitted(forbidden: NotPermitted) -> str:
    who = _("、").join(str(CAPACITIES.get(name, name)) for name in forbidden.allowed)
    # A draft is written by no step, and has no label of its own.
    label = _("填写草稿") if forbidden.label == "draft" else forbidden.label
    return _("“%(step)s”须由以下人员办理：%(who)s。") % {"step": label, "who": who}


def closed(request: HttpRequest, obj: Lifecycle) -> HttpResponseBase:
    """For a page of a draft that is no draft any more: the object itself, and that nothing was kept."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=409)
    if request.method == "POST":
        messages.warning(request, _("这份草稿已经提交或者不再由您填写，刚才的内容没有保存。"))
    return redirect(obj)


def refused_page(request: HttpRequest, refused: Refused, back: str = "") -> HttpResponseBase:
    context: dict[str, Any] = {"refusals": refused.refusals, "back": back}
    return render(request, "portal/refused.html", context, status=409)
