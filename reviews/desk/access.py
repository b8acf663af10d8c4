"""Who stands at the desk, what lies on it for them, and how a refusal of the door becomes an answer."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Q, QuerySet, Value, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from committees.models import Committee, Expert, TrainingPlan
from ethicsreview.accounts.models import DESK_ROLES, Authority, Institution, Person, Role
from ethicsreview.accounts.standing import Standing, standing_of
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.refusals import NotPermitted, NotVisible
from ethicsreview.lifecycle.sight import find
from reviews.desk.navigation import Navigation, navigation_of
from reviews.models import (
    Absence,
    Alliance,
    AnnualReport,
    Appeal,
    Collaboration,
    Complaint,
    Disclosure,
    EmergencyEvent,
    Entrustment,
    Exemption,
    FollowUp,
    ForeignApproval,
    Inspection,
    Investigation,
    Investigator,
    Meeting,
    Opinion,
    Participation,
    Programme,
    ProgrammeEntry,
    Project,
    ProjectMember,
    Recheck,
    RecheckOpinion,
    Recognition,
    RecordLookup,
    Rectification,
    Report,
    Respondent,
    Review,
    RiskWarning,
    SampleItem,
    SamplingPlan,
    Sanction,
)
from reviews.models.projects.interests import own_project
from reviews.models.projects.parties import CAPACITIES, COMMITTEE_CAPACITIES
from reviews.models.reviewing.record import seen_by_committee, seen_by_regulator
from reviews.oversight.looks import note_look
from reviews.oversight.programmes.checking import asks
from reviews.oversight.registers import activities, committees
from reviews.oversight.scope import supervises
from reviews.oversight.warnings.reading import follows

P = ParamSpec("P")
OF_DEPARTMENTS = (
    *(EmergencyEvent, SamplingPlan, SampleItem, AnnualReport, TrainingPlan, Complaint, Investigation),
    *(Programme, ProgrammeEntry, RecordLookup, RiskWarning, Disclosure, Inspection, Rectification),
)


class Visitor:
    """The signed-in person of one request, at one moment."""

    def __init__(self, person: Person, at: datetime, path: str = "") -> None:
        self.person, self.at, self.path = person, at, path

    @cached_property
    def standing(self) -> Standing:
        return standing_of(self.person, self.at)

    @property
    def places(self) -> set[str]:
        """The regions in which they hold office; none where they hold it for the whole country, or nowhere."""
        held = [one for one in self.standing.held if one.level != Authority.Level.NATIONAL]
        return set() if self.standing.sees_everyone else {one.region for one in held if one.region}

    @property
    def works_here(self) -> bool:
        if not self.person.is_active:
            return False
        return self.standing.holds(*DESK_ROLES) or self.person.is_superuser or self.named_to_investigate

    @property
    def meets(self) -> bool:
        """Who sees meetings: a committee's own people."""
        return self.standing.holds(*COMMITTEE_CAPACITIES) or self.standing.sees_everyone

    @property
    def follows(self) -> bool:
        """Who has to do with committees and what they review."""
        return self.meets or self.standing.holds(Role.INSTITUTION_OFFICER, Role.REGULATOR)

    @property
    def follows_rechecks(self) -> bool:
        """Who has anything to do with re-checks; to others the way there would be an empty page."""
        return self.standing.holds(Role.REGULATOR, Role.RECHECK_EXPERT, Role.OPERATOR)

    @property
    def watches_clocks(self) -> bool:
        """Who follows other people's deadlines."""
        watching = (Role.SECRETARY, Role.CHAIR, Role.VICE_CHAIR, Role.INSTITUTION_OFFICER, Role.REGULATOR)
        return self.standing.holds(*watching) or self.standing.sees_everyone

    @property
    def looks_after_post(self) -> bool:
        """Who keeps robots and systems outside, and sees what could not be delivered."""
        return self.standing.holds(Role.SECRETARY, Role.CHAIR, Role.INSTITUTION_OFFICER) or self.standing.sees_everyone

    @property
    def entrusts(self) -> bool:
        """Who gives, answers or watches over entrustments."""
        return self.standing.holds(Role.INSTITUTION_OFFICER, Role.CHAIR, Role.SECRETARY, Role.REGULATOR, Role.OPERATOR)

    @property
    def investigates(self) -> bool:
        """Who deals with complaints; and who is here for nothing but a case that they were named to."""
        return self.standing.holds(Role.INSTITUTION_OFFICER, Role.REGULATOR, Role.OPERATOR) or not self.standing.holds(
            *DESK_ROLES
        )

    @cached_property
    def named_to_investigate(self) -> bool:
        return Investigator.objects.filter(person=self.person).exists()

    @property
    def supervises(self) -> bool:
        """Who audits cases."""
        return supervises(self.standing)

    @property
    def asks_gates(self) -> bool:
        """Who follows programmes."""
        return asks(self.standing)

    @property
    def looks_up_records(self) -> bool:
        return self.standing.holds(Role.PROGRAMME_MANAGER)

    @property
    def signs_commitments(self) -> bool:
        return self.standing.holds(Role.INSTITUTION_OFFICER)

    @property
    def follows_warnings(self) -> bool:
        """Who supervises, or answers for, what is watched."""
        return follows(self.standing)

    @property
    def follows_inspections(self) -> bool:
        """Who inspects, supervises those who do, or answers for what is inspected."""
        sides = (Role.REGULATOR, Role.RECHECK_EXPERT, Role.INSTITUTION_OFFICER, Role.SECRETARY, Role.CHAIR)
        return self.standing.sees_everyone or self.standing.holds(*sides)

    @property
    def keeps_registers(self) -> bool:
        """Who has to do with registrations and annual reports."""
        return committees.reads(self.standing)

    @property
    def keeps_activities(self) -> bool:
        return activities.reads(self.standing)

    @property
    def keeps_experts(self) -> bool:
        return self.standing.holds(Role.REGULATOR, Role.OPERATOR)

    @cached_property
    def navigation(self) -> Navigation:
        return navigation_of(self)

    def reviews(self) -> "QuerySet[Review]":
        return reviews_at_desk(self.standing)

    def find(self, model: type[Lifecycle], ref: str, *related: str) -> Any:
        """The object, if it lies on this person's desk. Raises Http404."""
        try:
            found = find(model, ref, self.standing, *related, among=at_desk)
        except NotVisible as hidden:
            raise Http404(str(hidden)) from hidden
        self.looks_into(found)
        return found

    def looks_into(self, found: Lifecycle) -> None:
        """Whoever reads a case as its supervisor leaves an entry in the record, before it is shown."""
        note_look(found, self.standing, self.path)


def visitor_of(request: HttpRequest) -> Visitor:
    """One for each request, so that its standing is read once."""
    found = getattr(request, "desk_visitor", None)
    if not isinstance(found, Visitor):
        assert isinstance(request.user, Person)
        found = Visitor(request.user, timezone.now(), request.path)
        request.desk_visitor = found  # type: ignore[attr-defined]  # a request is the place for what lives as long
    return found


def desk_page(
    view: Callable[Concatenate[HttpRequest, Visitor, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """For people who work at the desk; to everybody else its pages do not exist. Never cached."""

    @wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not isinstance(request.user, Person):
            # A fragment cannot show a sign-in page in its place: the page says that it is no longer kept up.
            if request.headers.get("HX-Request"):
                return HttpResponse(status=401)
            return redirect_to_login(request.get_full_path())
        visitor = visitor_of(request)
        if not visitor.works_here:
            if request.path == reverse("desk:queue") and request.method == "GET":
                # That there is a desk is no secret, and who followed a link or a bookmark has a first page too.
                return redirect("portal:home")
            raise Http404(request.path)
        # The navigation asks again; the standing has answered.
        request.user.is_staff = True
        try:
            return view(request, visitor, *args, **kwargs)
        except NotVisible as hidden:
            raise Http404(str(hidden)) from hidden
        except NotPermitted as forbidden:
            raise PermissionDenied(not_permitted(forbidden)) from forbidden

    return never_cache(answer)


def not_permitted(forbidden: NotPermitted) -> str:
    who = _("、").join(str(CAPACITIES.get(name, name)) for name in forbidden.allowed)
    return _("“%(step)s”须由以下人员办理：%(who)s。") % {"step": forbidden.label, "who": who}


# --- what lies on the desk ----------------------------------------------------------------------------------------


def reviews_at_desk(standing: Standing) -> "QuerySet[Review]":
    """The reviews that a person may see from the desk's side.

    Their own project they reach through the portal alone, whatever office they hold; and what they have an interest
    in does not reach them through the committee.
    """
    if standing.is_system or (standing.person is not None and standing.holds(Role.OPERATOR)):
        mine = Q()
    elif standing.person is None:
        return Review.objects.none()
    else:
        # What `visible_to` shows to each side; what it shows to the project's own people is left out.
        mine = seen_by_committee(standing) | seen_by_regulator(standing)
        if institutions := standing.bodies(Role.INSTITUTION_OFFICER):
            mine |= Q(project__institution__in=institutions)
    return Review.objects.filter(mine & ~Q(state=Review.State.DRAFT) & ~own_project(standing.person))


def reviews_on_table(standing: Standing) -> "QuerySet[Review]":
    """The reviews that the person handles as one of their committee: a part of what `visible_to` shows them."""
    return Review.objects.on_table(standing)


def with_side(reviews: "QuerySet[Review]", standing: Standing) -> "QuerySet[Review]":
    """Those at the person's desk, each with `on_table`: whether the person sees it as one of its committee."""
    if standing.person is None:
        return reviews.annotate(on_table=Value(value=False))
    if not standing.holds(Role.OPERATOR, Role.INSTITUTION_OFFICER, Role.REGULATOR):
        # Whoever stands on no other side has nothing else at the desk.
        return reviews.annotate(on_table=Value(value=True))
    mine = seen_by_committee(standing) & ~own_project(standing.person)
    return reviews.annotate(on_table=Case(When(mine, then=Value(value=True)), default=Value(value=False)))


def at_desk(model: type[Lifecycle], standing: Standing) -> QuerySet[Any]:
    """Only what has a page at the desk; anything else is nothing."""
    kind: Any = model
    if kind is Review:
        return reviews_at_desk(standing)
    if kind is Opinion:
        return Opinion.objects.visible_to(standing).filter(review__in=reviews_on_table(standing))
    if kind is ForeignApproval:
        seen = reviews_at_desk(standing).values("project")
        return ForeignApproval.objects.visible_to(standing).filter(project__in=seen)
    if kind is Appeal:
        appeals = Appeal.objects.visible_to(standing).exclude(state=Appeal.State.DRAFT)
        return appeals.filter(review__in=reviews_at_desk(standing).values("pk"))
    if kind in (FollowUp, Report):
        filed: QuerySet[Any] = kind.objects.visible_to(standing).filter(
            review__in=reviews_at_desk(standing).values("pk")
        )
        return filed.exclude(state=Report.State.DRAFT, filed_at=None) if kind is Report else filed
    if kind is Exemption:
        own = ProjectMember.objects.filter(person=standing.person, person__isnull=False).values("project")
        exemptions = Exemption.objects.visible_to(standing).exclude(project__in=own)
        return exemptions.exclude(project__lead=standing.person) if standing.person else exemptions
    if kind in (Collaboration, Participation):
        shown: QuerySet[Any] = kind.objects.visible_to(standing)
        if standing.person is None:
            return shown
        path = "project" if kind is Collaboration else "collaboration__project"
        return shown.exclude(**{f"{path}__in": Project.objects.own(standing.person).values("pk")})
    if kind is Recognition:
        asked = Recognition.objects.visible_to(standing).exclude(state=Recognition.State.DRAFT)
        return asked.filter(review__in=reviews_at_desk(standing).values("pk"))
    if kind is Entrustment:
        # A person without a unit entrusts on the portal.
        entrusted = Entrustment.objects.visible_to(standing)
        return entrusted.exclude(
            institution__in=standing.bodies(Role.RESEARCHER), institution__type=Institution.Type.INDIVIDUAL
        )
    if kind in (Respondent, Sanction):
        # The accused read and answer theirs on the portal.
        path = "" if kind is Respondent else "respondent__"
        return kind.objects.visible_to(standing).filter(
            **{f"{path}investigation__in": Investigation.objects.visible_to(standing)}
        )
    if kind in (Absence, Alliance, Meeting, Committee, Recheck, RecheckOpinion, Expert, *OF_DEPARTMENTS):
        visible: QuerySet[Any] = kind.objects.visible_to(standing)
        return visible
    return model._base_manager.none()
