"""One's own background work: a list, a page for each that keeps itself up, its result, and a way to stop it."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import Standing, standing_of
from ethicsreview.documents.storage import FileGone
from ethicsreview.work import asking
from ethicsreview.work.kinds import KINDS, label_of, open_to
from ethicsreview.work.models import Job, JobQuerySet

PAGE = 30


@require_safe
@never_cache
@login_required
def jobs(request: HttpRequest) -> HttpResponse:
    before = request.GET.get("before", "")
    rows = _mine(request).order_by("-pk")
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    more, found = found[PAGE:], found[:PAGE]
    context = {
        "jobs": [(row, label_of(row.kind)) for row in found],
        "open_to": open_to(_standing(request)),
        "first_page": not before,
        "next_before": found[-1].pk if more else None,
    }
    return render(request, "work/jobs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def new(request: HttpRequest, name: str) -> HttpResponse:
    """Ask for one kind of work. The address may carry what the form begins with, and the page to come back to."""
    standing, kind = _standing(request), KINDS.get(name)
    if kind is None or kind.may is None or not kind.may(standing):
        raise Http404(name)
    back = request.GET.get("back", "")
    back = back if back.startswith("/") and url_has_allowed_host_and_scheme(back, None) and len(back) <= 300 else ""
    if request.method == "POST":
        form = kind.form(request.POST, request.FILES, standing=standing)
        if form.is_valid():
            return redirect(asking.ask_by_form(form, kind, at=standing.at, back=back))
    else:
        form = kind.form(standing=standing, initial={key: value for key, value in request.GET.items() if key != "back"})
    status = 422 if form.errors else 200
    return render(request, "work/new.html", {"form": form, "kind": kind, "back": back}, status=status)


@require_safe
@never_cache
@login_required
def job(request: HttpRequest, ref: str) -> HttpResponse:
    found = _find(request, ref)
    return render(request, "work/job.html", {"job": found, "kind": label_of(found.kind)})


@require_safe
@never_cache
def progress(request: HttpRequest, ref: str) -> HttpResponse:
    """The part of the page that changes; nothing, while it is as the page has it (`seen`)."""
    if not isinstance(request.user, Person):
        return HttpResponse(status=401)
    found = _find(request, ref)
    if request.GET.get("seen") == found.version:
        return HttpResponse(status=204)
    return render(request, "work/progress.html", {"job": found})


@require_POST
@login_required
def cancel_job(request: HttpRequest, ref: str) -> HttpResponse:
    found = _find(request, ref)
    if asking.cancel(found, timezone.now()):
        messages.success(request, _("已要求停止。已经办完的部分不受影响。"))
    else:
        messages.info(request, _("任务已经结束，或已要求停止。"))
    return redirect(found)


@require_safe
@never_cache
@login_required
def result(request: HttpRequest, ref: str) -> HttpResponseBase:
    return serve(_find(request, ref))


def serve(found: Job) -> FileResponse:
    """The result as an attachment, never shown as a page of ours. Raises Http404 without one, and FileGone."""
    if not found.has_result:
        raise Http404(found.ref)
    try:
        content = open(found.path(), "rb")  # noqa: SIM115 - the answer closes it
    except FileNotFoundError as error:
        raise FileGone(found.result_name) from error
    response = FileResponse(content, as_attachment=True, filename=found.result_name, content_type=found.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def _standing(request: HttpRequest) -> Standing:
    return standing_of(cast(Person, request.user), timezone.now())


def _mine(request: HttpRequest) -> JobQuerySet:
    return Job.objects.visible_to(_standing(request))


def _find(request: HttpRequest, ref: str) -> Job:
    found = _mine(request).filter(ref=ref).first()
    if found is None:
        raise Http404(ref)
    return found
