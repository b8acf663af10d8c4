"""Anybody complains here, and follows by the key; and the decisions on sanctions that were published.

Nothing here says whether what somebody names exists. No address is kept: of who sends how much, a digest is counted for
an hour.
"""

import hashlib

from allauth.core.internal.httpkit import get_client_ip
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from ethicsreview.accounts.models import Person
from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.checks import LIMITS, UploadRefused
from ethicsreview.documents.formats import MB
from ethicsreview.lifecycle.refusals import Refused
from ethicsreview.ui import keyset
from reviews.models import Complaint
from reviews.models.complaints.complainant import grouped
from reviews.models.complaints.forms import AdditionForm, ComplaintForm, KeyForm
from reviews.models.complaints.kinds import offence_name
from reviews.models.complaints.receiving import add, followed, receive
from reviews.oversight.publicity.sanctions import sanctions
from reviews.public.registers import SanctionSearch

ROWS = 30
# From one address in an hour: complaints, and keys tried. No law says so; a flood must not bury the others.
MOST_COMPLAINTS, MOST_KEYS, HOUR = 10, 30, 3600


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def complain(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    if request.method != "POST":
        initial = {"name": request.user.name} if isinstance(request.user, Person) and "named" in request.GET else {}
        return _form(request, ComplaintForm(at=now, initial=initial, label_suffix=""))
    form = ComplaintForm(request.POST, request.FILES, at=now, label_suffix="")
    if not form.is_valid():
        return _form(request, form, 422)
    if not _allowed(request, "complain", MOST_COMPLAINTS):
        form.add_error(None, _("您在一小时内提交得过多，请稍后再试。已填写的内容还在下面。"))
        return _form(request, form, 429)
    try:
        made = receive(at=now, **form.cleaned_data)
    except UploadRefused as refused:
        form.add_error("papers", refused)
        return _form(request, form, 422)
    context = {"complaint": made.complaint, "key": grouped(made.key)}
    return render(request, "public/complaint_received.html", context, status=201)


def _form(request: HttpRequest, form: ComplaintForm, status: int = 200) -> HttpResponse:
    if request.FILES and "papers" not in form.errors:
        # Words are kept in the form, files are not.
        form.add_error("papers", _("请重新选择文件：这次没有提交，所选的文件没有保留。"))
    context = {"form": form, "limit": LIMITS.bytes // MB}
    return render(request, "public/complain.html", context, status=status)


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """By POST alone, so that the key is in no address and no log."""
    if request.method != "POST":
        return render(request, "public/follow.html", {"form": KeyForm(label_suffix="")})
    form = KeyForm(request.POST, label_suffix="")
    if not form.is_valid():
        return render(request, "public/follow.html", {"form": form}, status=422)
    if not _allowed(request, "follow", MOST_KEYS):
        form.add_error(None, _("尝试次数过多，请一小时后再试。"))
        return render(request, "public/follow.html", {"form": form}, status=429)
    found = followed(form.cleaned_data["ref"], form.cleaned_data["key"])
    if found is None:
        form.add_error(None, _("编号或者密钥不正确。"))
        return render(request, "public/follow.html", {"form": form}, status=422)
    return _followed(request, form, found)


def _followed(request: HttpRequest, form: KeyForm, found: Complaint) -> HttpResponse:
    addition, status, added = AdditionForm(label_suffix=""), 200, False
    if "add" in request.POST:
        addition = AdditionForm(request.POST, request.FILES, label_suffix="")
        if addition.is_valid():
            try:
                found = add(found, at=timezone.now(), **addition.cleaned_data)
            except UploadRefused as refused:
                addition.add_error("papers", refused)
            except Refused as refused:
                for refusal in refused.refusals:
                    addition.add_error(None, str(refusal))
            else:
                addition, added = AdditionForm(label_suffix=""), True
        status = 422 if addition.errors else 200
    context = {
        "complaint": found,
        "due": Deadline.objects.of(found).open().soonest().first(),
        "category": offence_name(found.category, found.received_at, found.region),
        "additions": found.additions.all(),
        "papers": found.papers.select_related("version"),
        "form": addition,
        "key": form.cleaned_data["key"],
        "open": found.state in ("received", "accepted"),
        "added": added,
    }
    return render(request, "public/followed.html", context, status=status)


@require_safe
def published(request: HttpRequest) -> HttpResponse:
    """Decisions that their body published, while they are."""
    chosen = SanctionSearch(request.GET)
    rows = sanctions(chosen.given).select_related("respondent__investigation__handler")
    page = keyset.page(rows, by=["-pk"], cursor=request.GET.get("cursor", ""), size=ROWS)
    return render(request, "public/published.html", {"filter": chosen, "page": page})


def _allowed(request: HttpRequest, what: str, most: int) -> bool:
    sender = hashlib.sha256(f"{settings.SECRET_KEY}:{get_client_ip(request)}".encode()).hexdigest()
    key = f"public:{what}:{sender}"
    cache.add(key, 0, HOUR)
    try:
        return int(cache.incr(key)) <= most
    except ValueError:
        # The hour ended, or the cache was emptied, between the two: nothing is counted yet.
        return True
