"""What somebody sees because they supervise: by territory and by field, and never their own matters."""

from dataclasses import replace

from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import StrIndex, Upper

from ethicsreview.accounts.models import Role
from ethicsreview.accounts.standing import Standing
from reviews.models import Project, Review
from reviews.models.projects.interests import own_project
from reviews.models.projects.parties import over_territory, territory
from reviews.models.reviewing.record import seen_by_regulator

SUPERVISORS = frozenset({Role.REGULATOR, Role.OPERATOR})


def supervising(standing: Standing) -> Standing:
    """The same person as a supervisor alone: what they know from a committee or a unit is no part of it."""
    if standing.is_system:
        return standing
    return replace(standing, held=tuple(held for held in standing.held if held.role in SUPERVISORS), memory={})


def supervises(standing: Standing) -> bool:
    return standing.is_system or standing.holds(*SUPERVISORS)


def supervised_reviews(standing: Standing) -> "QuerySet[Review]":
    if not supervises(standing):
        return Review.objects.none()
    everything = standing.is_system or standing.holds(Role.OPERATOR)
    seen = ~Q(state=Review.State.DRAFT) & ~own_project(standing.person)
    return Review.objects.filter(seen if everything else seen & seen_by_regulator(standing))


def audits(review: Review, standing: Standing) -> bool:
    """Whether the person supervises this review, which they were shown; of one in hand, without asking again."""
    if standing.holds(Role.OPERATOR):
        return True
    high_risk = bool(review.listed or review.assessment.high_risk)
    return high_risk and supervises(standing) and over_territory(standing, review.project.region)


def searched(cases: "QuerySet[Project]", words: str) -> "QuerySet[Project]":
    """By number or title. Not with a LIKE: PostgreSQL thinks that few titles fit, and reads all projects of the
    province for them before it asks which are cases; so it reads the few cases, the newest first.
    """
    where = StrIndex(Upper("title"), Upper(Value(words)))
    return cases.alias(where=where).filter(Q(ref=words.upper()) | Q(where__gt=0))


def supervised_projects(standing: Standing) -> "QuerySet[Project]":
    """The cases: projects of which at least one review is supervised, and exempt ones, which nobody else looks at."""
    if not supervises(standing):
        return Project.objects.none()
    if standing.is_system or standing.holds(Role.OPERATOR):
        handed_in = supervised_reviews(supervising(standing)).order_by().filter(project=OuterRef("pk"))
        cases: QuerySet[Project] = Project.objects.filter(Exists(handed_in) | Q(state=Project.State.EXEMPT))
    else:
        cases = Project.objects.filter(territory(standing, "region"), high_risk__audited=True)
    if standing.person is not None:
        cases = cases.exclude(pk__in=Project.objects.own(standing.person).values("pk"))
    return cases
