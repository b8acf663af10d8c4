"""Drafting what is to be reported: nobody begins an annual report, the year does.

Rows say what is wanting. A report of one body and year is there once, so ticks may be missed, repeated or run at once.
"""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice

from django.db import IntegrityError, transaction

from committees.kinds import CommitteeState
from committees.models import Committee
from ethicsreview.accounts.models import Authority, authority_over
from ethicsreview.accounts.regions import province_of
from ethicsreview.accounts.standing import SYSTEM
from ethicsreview.deadlines import clock
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import create
from ethicsreview.policy import policy_for
from reviews.models.annual.kinds import Level
from reviews.models.annual.report import AnnualReport
from reviews.models.annual.timing import CITY, city
from reviews.rules.annual import reports_on

BATCH = 50  # reports in one turn


def draft_pending(at: datetime, *, limit: int = BATCH) -> int:
    """Draft what is wanting of the year that is over; returns how many were drafted."""
    return sum(draft(report, at) for report in islice(_wanting(at, limit), limit))


def draft(report: AnnualReport, at: datetime) -> bool:
    """False where it is there already."""
    try:
        with transaction.atomic():
            report.count(at)
            create(report, by=SYSTEM, at=at, year=report.year, figures=report.figures)
            if report.level == Level.CITY:
                clock.start(CITY, report, at=at, **city(report, report.policy_at(at), at))
                report.note_next_due()
    except IntegrityError:
        return False
    return True


def _wanting(at: datetime, limit: int) -> Iterator[AnnualReport]:
    year = law_day(at).year - 1
    there = AnnualReport.objects.of_year(year).values("body")
    rows = Committee.objects.filter(state=CommitteeState.ACTIVE, set_up_on__lte=date(year, 12, 31))
    come: dict[str, bool] = {}
    keys: list[int] = []
    for key, region in rows.exclude(pk__in=there).order_by("pk").values_list("pk", "region"):
        province = province_of(region)
        if province not in come:
            come[province] = _has_come("annual_report.draft_on", province, at)
        if come[province]:
            keys.append(key)
    for committee in Committee.objects.filter(pk__in=keys[:limit]).select_related("institution").order_by("pk"):
        yield AnnualReport(
            level=Level.COMMITTEE,
            year=year,
            body=committee,
            region=committee.region,
            institution=committee.institution,
            receiver=authority_over(committee.region),
        )
    levels = [Authority.Level.CITY, Authority.Level.PROVINCE]
    departments = Authority.objects.filter(is_active=True, field=Authority.Field.GENERAL, level__in=levels)
    for department in list(departments.exclude(pk__in=there).order_by("-level", "region", "pk")):
        if (report := _aggregate(department, year, at)) is not None:
            yield report


def _aggregate(department: Authority, year: int, at: datetime) -> AnnualReport | None:
    """A city reports where its province's rules say so, as often as they say (Shandong 1); every province sums up for
    itself.
    """
    if not _has_come("annual_report.aggregate_on", department.region, at):
        return None
    is_city = department.level == Authority.Level.CITY
    if authority_over(department.region) != department:
        # Where a place has two such departments, one of them reports: nothing may be counted twice.
        return None
    if is_city and not _city_reports(department, year, at):
        return None
    receiver = authority_over(province_of(department.region)) if is_city else None
    level = Level.CITY if is_city else Level.PROVINCE
    return AnnualReport(level=level, year=year, body=department, region=department.region, receiver=receiver)


def _city_reports(department: Authority, year: int, at: datetime) -> bool:
    """Where none does, of this year, the province counts what is the city's itself (summing.reporting_cities)."""
    policy = policy_for(region=department.region, at=at)
    if not policy.value("annual_report.cities", default=False):
        return False
    earlier = AnnualReport.objects.filter(body=department, level=Level.CITY, year__lt=year)
    last = earlier.order_by("-year").values_list("year", flat=True).first()
    return reports_on(year, last, policy.value("annual_report.city_months"))


def _has_come(key: str, region: str, at: datetime) -> bool:
    day, told = law_day(at), policy_for(region=region, at=at).value(key)
    return day >= date.fromisoformat(f"{day.year:04}-{told}")
