"""Raising a warning: nobody does, an evaluation does. With it its first finding and the time to acknowledge it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from committees.models import Committee
from ethicsreview.accounts.models import Institution, authority_over
from ethicsreview.accounts.standing import SYSTEM
from ethicsreview.deadlines import clock
from ethicsreview.lifecycle.door import create
from reviews.models.projects.project import Project
from reviews.models.reviewing.review import Review
from reviews.models.warnings import timing
from reviews.models.warnings.finding import WarningFinding
from reviews.models.warnings.kinds import About, Indicator, Level
from reviews.models.warnings.warning import RiskWarning
from reviews.rules.warnings import Found


@dataclass(frozen=True)
class Subject:
    """Whom a warning is about, and whose matter that is."""

    about: About
    ref: str
    region: str
    committee: Committee | None = None
    institution: Institution | None = None
    project: Project | None = None


def subjects_of(about: About, keys: Collection[int]) -> dict[int, Subject]:
    """By key; two queries at most, however many they are."""
    if about == About.COMMITTEE:
        committees = Committee.objects.filter(pk__in=keys).select_related("institution")
        return {
            one.pk: Subject(about, one.ref, one.region, committee=one, institution=one.institution)
            for one in committees
        }
    if about == About.INSTITUTION:
        institutions = Institution.objects.filter(pk__in=keys)
        return {one.pk: Subject(about, one.ref, one.region, institution=one) for one in institutions}
    projects = Project.objects.filter(pk__in=keys).select_related("institution")
    # The committee that handled it last.
    rows = Review.objects.filter(project__in=keys).exclude(state=Review.State.DRAFT).order_by("pk")
    handled = {one.project_id: one.committee for one in rows.select_related("committee").only("project", "committee")}
    return {
        one.pk: Subject(
            about, one.ref, one.region, committee=handled.get(one.pk), institution=one.institution, project=one
        )
        for one in projects
    }


def raise_warning(
    indicator: Indicator, subject: Subject, found: Found, *, at: datetime, previous: RiskWarning | None = None
) -> RiskWarning:
    """Raises IntegrityError where one of this indicator and subject is open already."""
    with transaction.atomic():
        raised = RiskWarning(
            indicator=indicator,
            level=Level.values[found.level],
            about=subject.about,
            subject_ref=subject.ref,
            region=subject.region,
            authority=authority_over(subject.region),
            committee=subject.committee,
            institution=subject.institution,
            project=subject.project,
            value=found.value,
            threshold=found.threshold,
            found_times=1,
            previous=previous,
            raised_at=at,
        )
        made = create(raised, by=SYSTEM, at=at, indicator=indicator.value, value=found.value, level=raised.level)
        WarningFinding.keep(made, 1, found, at)
        if made.authority_id:
            clock.start(timing.ACKNOWLEDGE, made, at=at, **timing.acknowledge(made, made.policy_at(at)))
            made.note_next_due()
    return made
