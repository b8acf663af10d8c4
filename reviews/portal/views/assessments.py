"""The risk assessment: one group of questions a page, then what follows from the answers."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.drafts import keep_draft
from reviews.models import RiskAssessment
from reviews.portal import conclusions as told
from reviews.portal.access import OWN_SIDE, Visitor, closed, portal_page
from reviews.portal.keeping import Conflict, keep, token
from reviews.portal.questions import GroupForm, Page, answer_text, merged, pages
from reviews.portal.views.autosave import autosaved, shown


@require_safe
@portal_page
def overview(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """While it is a draft: the groups and what is still open. Once sound: every conclusion with its grounds."""
    assessment = visitor.find(RiskAssessment, ref, "project__institution", "project__lead")
    found = assessment.conclusions
    writing = _may_write(visitor, assessment)
    parts = pages(assessment, found)
    context: dict[str, Any] = {
        "assessment": assessment,
        "found": found,
        "writing": writing,
        "pages": parts,
        "begun": any(part.done for part in parts),
        "go_on": next((part for part in parts if part.missing), None),
        "steps": open_steps(assessment, visitor.person, at=visitor.at),
        "contradictions": [
            (item, [assessment.questionnaire.question(key) for key in item.questions]) for item in found.contradictions
        ],
    }
    if found.complete:
        context |= {
            "topics": list(told.topics(assessment, found)),
            "procedures": list(told.procedures(assessment, found)),
            "committees": told.committees(assessment, found, visitor.at),
            "review": assessment.project.reviews.open().first(),
        }
    return render(request, "portal/assessment.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def group(request: HttpRequest, visitor: Visitor, ref: str, key: str) -> HttpResponseBase:
    assessment = visitor.find(RiskAssessment, ref, "project")
    if not _may_write(visitor, assessment):
        return closed(request, assessment)
    page = _page(assessment, key)
    if page is None:
        return closed(request, assessment)
    if request.method == "POST":
        return _save(request, visitor, assessment, page)
    form = GroupForm(page.questions, assessment.answers)
    return _draw(request, assessment, page, form, token(_saved_in(assessment, key)))


def _save(request: HttpRequest, visitor: Visitor, assessment: RiskAssessment, page: Page) -> HttpResponseBase:
    key = page.group.key
    form = GroupForm(page.questions, assessment.answers, request.POST)
    form.is_valid()
    seen = request.POST.get("overwrite") or request.POST.get("seen", "")
    conflict = _keep(visitor, assessment, key, form.answers(), seen)
    fresh = RiskAssessment.objects.select_related("project").get(pk=assessment.pk)
    told_of = shown(conflict, form, lambda name, value: answer_text(assessment.questionnaire, name, value))
    now_seen = seen if conflict else token(_saved_in(fresh, key))
    after = _page(fresh, key)
    others_asked = after is not None and after.questions != page.questions
    if request.headers.get("HX-Request"):
        redrawn = GroupForm(after.questions, fresh.answers) if after and others_asked and not conflict else None
        return autosaved(request, token=now_seen, conflict=told_of, form=redrawn)
    if conflict or form.errors:
        status = 409 if conflict else 422
        return _draw(request, fresh, page, form, now_seen, conflict=told_of, status=status)
    if after and (new := [question for question in after.missing if question not in page.questions]):
        messages.info(request, _("根据您的回答，还有%(count)d个问题需要回答。") % {"count": len(new)})
        return redirect(f"{request.path}#q-{new[0].key}")
    return redirect(_next(fresh, key))


def _keep(visitor: Visitor, assessment: RiskAssessment, key: str, typed: dict[str, Any], seen: str) -> Conflict | None:
    fresh = assessment

    def read() -> Mapping[str, Any]:
        nonlocal fresh
        fresh = RiskAssessment.objects.get(pk=assessment.pk)
        return _saved_in(fresh, key)

    def write(values: Mapping[str, Any]) -> None:
        answers = merged(fresh.answers, values)
        keep_draft(fresh, by=visitor.person, revision=fresh.revision, at=visitor.at, answers=answers)

    return keep(typed, seen, read=read, write=write)


def _draw(
    request: HttpRequest,
    assessment: RiskAssessment,
    page: Page,
    form: GroupForm,
    seen: str,
    *,
    conflict: Any = None,
    status: int = 200,
) -> HttpResponseBase:
    drawn = pages(assessment, assessment.conclusions)
    keys = [other.group.key for other in drawn]
    place = keys.index(page.group.key) if page.group.key in keys else 0
    context = {
        "assessment": assessment,
        "page": page,
        "form": form,
        "token": seen,
        "conflict": conflict,
        "number": place + 1,
        "total": len(drawn),
        "previous": drawn[place - 1].group if place else None,
    }
    return render(request, "portal/assessment_group.html", context, status=status)


def _may_write(visitor: Visitor, assessment: RiskAssessment) -> bool:
    return assessment.state in assessment.draft.states and bool(OWN_SIDE & assessment.capacities(visitor.standing))


def _page(assessment: RiskAssessment, key: str) -> Page | None:
    """The group as it is asked now; None where nothing in it is. Raises Http404 for one that does not exist."""
    if key not in {one.key for one in assessment.questionnaire.groups}:
        raise Http404(key)
    drawn = pages(assessment, assessment.conclusions)
    return next((page for page in drawn if page.group.key == key), None)


def _saved_in(assessment: RiskAssessment, key: str) -> dict[str, Any]:
    """Every answer of the group, those to questions not asked now too."""
    questions = assessment.questionnaire.questions
    return {question.key: assessment.answers.get(question.key) for question in questions if question.group == key}


def _next(assessment: RiskAssessment, key: str) -> str:
    """The group after this one in which something is asked, or the overview."""
    order = [one.key for one in assessment.questionnaire.groups]
    for page in pages(assessment, assessment.conclusions):
        if order.index(page.group.key) > order.index(key):
            return reverse("portal:assessment_group", args=[assessment.ref, page.group.key])
    return assessment.get_absolute_url()
