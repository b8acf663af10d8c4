"""A project: its details, its page, and beginning an assessment or a review of it."""

from typing import Any

from django.contrib import messages
from django.db.models import Max, Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.models import Letter
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.drafts import Stale
from ethicsreview.lifecycle.refusals import Refused
from reviews.models import Commitment, Exemption, Mandate, Project, ProjectMember, Recheck, Report, Review
from reviews.models.applying import (
    committees_offered,
    institutions_of,
    no_committee,
    start_assessment,
    start_project,
    start_review,
)
from reviews.models.exemptions.exemption import OPEN
from reviews.models.following.reporting import kinds_open
from reviews.models.idempotency import TAKEN_MEANWHILE, KeyReused, once_by_form
from reviews.models.projects.starting import gates
from reviews.models.submissions.writing import revise_project
from reviews.portal import history
from reviews.portal.access import OWN_SIDE, Visitor, portal_page, refused_page
from reviews.portal.collaborating import collaborating
from reviews.portal.emergencies import in_force
from reviews.portal.project_forms import ProjectForm, TeamFormSet, team_of
from reviews.portal.views.entrustments import without_unit_page


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def new(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    institutions = institutions_of(visitor.person, visitor.at)
    if not institutions:
        # Not refused without a way: who belongs to no unit may entrust by themselves (Measures 13).
        return without_unit_page(request, status=403)
    if request.method != "POST":
        form, team = ProjectForm(institutions=institutions), TeamFormSet(prefix="team")
        return _draw(request, form, team, once=_next_project(visitor))
    form = ProjectForm(request.POST, institutions=institutions)
    team = TeamFormSet(request.POST, prefix="team")
    if not (form.is_valid() & team.is_valid()):
        return _draw(request, form, team, once=_next_project(visitor), status=422)

    def do() -> str:
        made = start_project(by=visitor.person, at=visitor.at, members=team.members(), **form.cleaned_data)
        return made.get_absolute_url()

    try:
        answer = once_by_form(visitor.person, request.path, request.POST, at=visitor.at, do=do)
    except KeyReused:
        form.add_error(None, str(TAKEN_MEANWHILE))
        return _draw(request, form, team, once=_next_project(visitor), status=409)
    if answer.replayed:
        messages.info(request, _("这份表单已经提交过，没有重复新建。"))
    else:
        title = form.cleaned_data["title"]
        messages.success(request, _("已新建“%(title)s”。下一步：风险评估。") % {"title": title})
    return redirect(answer.text)


def _next_project(visitor: Visitor) -> str:
    """The same in every window until the person has entered one more."""
    last = Project.objects.filter(lead=visitor.person).aggregate(last=Max("pk"))["last"]
    return f"project:new:{last or 0}"


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def edit(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    project = visitor.find(Project, ref)
    if not _may_edit(visitor, project):
        return redirect(project)
    revision = project.revision
    institutions = [*institutions_of(visitor.person, visitor.at), project.institution]
    if request.method != "POST":
        form = ProjectForm(instance=project, institutions=institutions)
        return _draw(request, form, TeamFormSet(initial=team_of(project), prefix="team"), project, revision=revision)
    form = ProjectForm(request.POST, instance=project, institutions=institutions)
    team = TeamFormSet(request.POST, initial=team_of(project), prefix="team")
    seen = request.POST.get("revision", "")
    if not (form.is_valid() & team.is_valid()):
        return _draw(request, form, team, project, revision=seen, status=422)
    try:
        revise_project(
            project,
            by=visitor.person,
            revision=int(seen) if seen.isdecimal() else -1,
            members=team.members(),
            at=visitor.at,
            **form.cleaned_data,
        )
    except Stale:
        # Nothing typed is lost: it stands in the form, beside what was saved meanwhile.
        saved = visitor.find(Project, ref, "institution")
        return _draw(request, form, team, saved, revision=saved.revision, stale=True, status=409)
    messages.success(request, _("已保存。"))
    return redirect("portal:project", ref)


@require_safe
@portal_page
def project(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found = visitor.find(Project, ref, "institution", "lead", "incoming_lead", "in_force__review")
    # Who is of the team is asked by every step, and drawn once.
    prefetch_related_objects([found], Prefetch("members", ProjectMember.objects.select_related("institution")))
    reviews = list(
        Review.objects.visible_to(visitor.standing).filter(project=found).select_related("committee").order_by("-pk")
    )
    follow_ups = list(found.follow_ups.order_by("number"))
    # Before an approval there is nothing to report of.
    reports = (
        list(Report.objects.visible_to(visitor.standing).filter(project=found).order_by("-pk")) if follow_ups else []
    )
    refs = [one.ref for one in (*reviews, *follow_ups, *reports)]
    if any(review.state == Review.State.IN_RECHECK for review in reviews):
        refs += Recheck.objects.open().filter(review__in=reviews).values_list("ref", flat=True)
    kinds = ["review", "follow_up", "recheck", "project", "report"]
    deadlines = Deadline.objects.open().filter(object_kind__in=kinds, object_ref__in=[*refs, found.ref])
    assessments = list(found.assessments.defer("answers", "conclusions_kept").order_by("-pk"))
    capacities = found.capacities(visitor.standing)
    context: dict[str, Any] = {
        "project": found,
        "gates": gates(found, visitor.at),
        "exemptions": list(Exemption.objects.visible_to(visitor.standing).filter(project=found).order_by("-pk")),
        "commitments": list(
            Commitment.objects.visible_to(visitor.standing)
            .filter(project=found)
            .select_related("entry__programme")
            .order_by("-pk")
        ),
        "members": sorted(found.members.all(), key=lambda member: member.pk),
        "assessments": assessments,
        "reviews": reviews,
        "follow_ups": follow_ups,
        "reports": reports,
        "may_report": kinds_open(found) if "lead" in capacities else [],
        "deadlines": list(deadlines.soonest()),
        "letters": list(Letter.objects.filter(object_kind="review", object_ref__in=refs).order_by("-created_at")),
        "may_edit": _may_edit(visitor, found),
        "is_lead": "lead" in capacities,
        "own": bool(OWN_SIDE & capacities),
        "may_assess": found.state not in CLOSED and not any(one.state == "draft" for one in assessments),
        "may_apply": found.state == Project.State.ASSESSED and not any(one.waiting_for for one in reviews),
        "mandates": list(
            Mandate.objects.visible_to(visitor.standing).filter(project=found).select_related("person").order_by("-pk")
        ),
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
        "history": history.of_project(found, reviews, follow_ups, reports),
    }
    if context["own"] and found.state in BEFORE_REVIEW:
        context["emergencies"] = in_force(found.region, visitor.at)
    context |= collaborating(found, is_lead=context["is_lead"])
    open_ = any(one.state in OPEN for one in context["exemptions"])
    context["may_be_exempt"] = context["may_apply"] and context["gates"].exempt_possible and not open_
    return render(request, "portal/project.html", context)


# While there is still to be said in the assessment what the activity responds to.
BEFORE_REVIEW = frozenset({Project.State.DRAFT, Project.State.ASSESSED})
# Where a new assessment would lead nowhere.
CLOSED = frozenset(
    {
        Project.State.UNDER_REVIEW,
        Project.State.APPROVED,
        Project.State.SUSPENDED,
        Project.State.COMPLETED,
        Project.State.TERMINATED,
    }
)


@require_POST
@portal_page
def assess(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """The open assessment of the project, begun if there is none."""
    return redirect(start_assessment(visitor.find(Project, ref), by=visitor.person, at=visitor.at))


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def apply(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """Begin a review: before which committee, where several are competent."""
    project = visitor.find(Project, ref, "institution")
    assessment = project.assessments.filter(state="completed").first()
    offered = committees_offered(project, assessment, visitor.at) if assessment else []
    if request.method != "POST":
        context = {"project": project, "assessment": assessment, "committees": offered}
        context["reason"] = no_committee(project.region, visitor.at)
        return render(request, "portal/apply.html", context)
    chosen = request.POST.get("committee", "")
    committee = next((one for one in offered if one.ref == chosen), None)
    if chosen and committee is None:
        context = {"project": project, "assessment": assessment, "committees": offered, "unknown": True}
        return render(request, "portal/apply.html", context, status=422)
    try:
        review = start_review(project, by=visitor.person, committee=committee, at=visitor.at)
    except Refused as refused:
        return refused_page(request, refused, back=project.get_absolute_url())
    return redirect(review)


def _may_edit(visitor: Visitor, project: Project) -> bool:
    may = project.draft.by & project.capacities(visitor.standing)
    return bool(may) and project.state in project.draft.states


def _draw(
    request: HttpRequest,
    form: ProjectForm,
    team: Any,
    project: Project | None = None,
    *,
    revision: Any = "",
    once: str = "",
    stale: bool = False,
    status: int = 200,
) -> HttpResponseBase:
    context = {"form": form, "team": team, "project": project, "revision": revision, "once": once, "stale": stale}
    return render(request, "portal/project_form.html", context, status=status)
