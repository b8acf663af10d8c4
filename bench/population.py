"""Fill one database, and say whose pages are to be asked for and how many queries each makes."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from bench.load import Target

# How the reviews of a province that has worked for years are spread: most are decided.
SHARES = {"submitted": 0.05, "in_review": 0.05, "decided": 0.6, "follow_up": 0.3}
REVIEW_PAGES = 8
BARE, QUEUE, BALLOTS, REVIEW, HOME = "bare page", "desk queue", "desk queue, member", "review page", "portal home"
OVERVIEW, CASES, COMMITTEES, ACTIVITIES = "overview", "audit list", "committee register", "activity register"
# The same for a city in which there is nothing: by the time of its answers nobody learns how much others have.
ELSEWHERE = {
    f"{name}, other city": f"/desk/{path}"
    for name, path in {
        OVERVIEW: "overview/",
        CASES: "cases/",
        "search": "cases/?q=%E7%A0%94%E7%A9%B6",
        COMMITTEES: "committee-register/",
    }.items()
}
# At most so many queries, and at least so many pages for each bare one.
LIMITS = {
    BARE: (None, 1.0),
    **dict.fromkeys((QUEUE, BALLOTS, HOME), (12, 0.35)),
    REVIEW: (20, 0.35),
    **dict.fromkeys((OVERVIEW, CASES, COMMITTEES, ACTIVITIES, *ELSEWHERE), (20, 0.25)),
}
# Whose work is measured: of those who handle the reviews, or of those who supervise.
WORK, SUPERVISION = "work", "supervision"
# Of so many of the reviews the activity is on the national list; of at least so few.
LISTED_SHARE, LISTED_FEWEST = 0.004, 6
# A committee for so many reviews, in two provinces by turns: 10,000 fill a page of a province's register.
REVIEWS_EACH = 300


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--times", type=int, default=1, help="that it is a copy of a smaller one, so many times over")
    parser.add_argument("--of", choices=[WORK, SUPERVISION], required=True)
    parser.add_argument("--out", type=Path, required=True)
    wanted = parser.parse_args()
    django.setup()
    from django.core.management import call_command

    # A database that was kept since the code changed.
    call_command("migrate", interactive=False, verbosity=0)
    if wanted.times > 1:
        grow(wanted.size, wanted.times, wanted.of)
    else:
        fill(wanted.size)
    wanted.out.write_text(json.dumps(targets(wanted.of)))


def fill(size: int) -> None:
    """Up to `size` reviews, by the stages' shares; what is there already counts."""
    from django.core.management import call_command
    from django.db import connection
    from django.utils import timezone

    from bench.listed import listed
    from reviews.models import Review
    from reviews.samples.seeding import Seeding
    from reviews.samples.stages import Stage

    missing = size - Review.objects.count()
    if missing <= 0:
        return
    for stage, share in SHARES.items():
        call_command("seed", stage=stage, size=max(1, round(missing * share)), yes=True)
    now = timezone.now()
    seeding = Seeding(Stage.DECIDED, now, lambda added: None)
    for number in range(size // REVIEWS_EACH):
        seeding.house(number)
    listed(seeding.house(0), max(LISTED_FEWEST, round(missing * LISTED_SHARE)), now)
    call_command("overview", "count")
    # What a database that has stood for a day knows of its own tables.
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def grow(size: int, times: int, of: str) -> None:
    """The small database that this is a copy of, so many times; of a whole province only what supervisors read."""
    from bench.multiplying import multiply
    from ethicsreview.documents.models import Document, DocumentVersion
    from ethicsreview.trail.models import Chain, Entry
    from reviews.models import AgendaItem, Attendance, Material, Opinion, Request, Review

    if Review.objects.count() * 2 > size:
        return
    unread = (Chain, Entry, Document, DocumentVersion, Material, Request, Opinion, Attendance, AgendaItem)
    multiply(times, without=unread if of == SUPERVISION else ())


def targets(of: str) -> list[dict[str, Any]]:
    """The pages of those who have most to do, each with its limit and its literal number of queries."""
    from django.db.models import Count

    from ethicsreview.accounts.models import Appointment, Person, Role
    from reviews.models import Opinion, Project, Review

    def busiest(rows: Any, key: str) -> Any:
        found = rows.values(key).annotate(number=Count("pk")).order_by("-number", key).first()
        if found is None:
            raise SystemExit(f"nothing to measure: no {rows.model.__name__} fits")
        return found[key]

    if of == SUPERVISION:
        watcher = regulator(f"{busiest(Project.objects.all(), 'region')[:2]}0000")
        pages = {
            BARE: "/bench/bare/",
            OVERVIEW: "/desk/overview/",
            CASES: "/desk/cases/",
            COMMITTEES: "/desk/committee-register/",
            ACTIVITIES: "/desk/activity-register/",
        }
        stranger = regulator(nowhere(watcher.appointments.get().body.region))
        asked = [(name, watcher, path) for name, path in pages.items()]
        asked += [(name, stranger, path) for name, path in ELSEWHERE.items()]
        return [_target(name, person, [path]) for name, person, path in asked]
    in_review = Review.objects.filter(state="in_review")
    committee = busiest(in_review, "committee")
    secretary = Appointment.objects.filter(role=Role.SECRETARY, body=committee).select_related("person")[0].person
    member = Person.objects.get(pk=busiest(Opinion.objects.filter(state="assigned"), "person"))
    lead = Person.objects.get(pk=busiest(Project.objects.all(), "lead"))
    under_review = in_review.filter(committee=committee).order_by("-pk").values_list("ref", flat=True)[:REVIEW_PAGES]
    asked = [
        (BARE, secretary, ["/bench/bare/"]),
        (QUEUE, secretary, ["/desk/"]),
        (BALLOTS, member, ["/desk/"]),
        (REVIEW, secretary, [f"/desk/reviews/{ref}/" for ref in under_review]),
        (HOME, lead, ["/"]),
    ]
    return [_target(name, person, paths) for name, person, paths in asked]


def nowhere(province: str) -> str:
    """A city of the province in which nobody works."""
    from ethicsreview.accounts.models import Body
    from ethicsreview.accounts.regions import cities, city_of

    used = {city_of(code) for code in Body.objects.values_list("region", flat=True).distinct()}
    return next(code for code in sorted(cities(province)) if code not in used)


def regulator(region: str) -> Any:
    """Of the general department of the province or the city."""
    from django.utils import timezone

    from ethicsreview.accounts.models import Appointment, Authority, Person, Role

    level = Authority.Level.PROVINCE if region.endswith("0000") else Authority.Level.CITY
    # Copies of a small database have copies of both: it is the first.
    department = Authority.objects.filter(name="bench", level=level).order_by("pk").first()
    department = department or Authority.objects.create(name="bench", region=region, level=level)
    person, made = Person.objects.get_or_create(username=f"bench-regulator-{level}", defaults={"name": "监管人员"})
    if made:
        starts = timezone.localdate()
        Appointment.objects.create(person=person, role=Role.REGULATOR, body=department, starts=starts)
    return person


def _target(name: str, person: Any, paths: list[str]) -> dict[str, Any]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(SERVER_NAME="127.0.0.1", HTTP_ACCEPT_LANGUAGE="zh-hans")
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
    made = []
    for path in paths:
        client.get(path)  # what is read once and kept does not count
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path)
        assert answer.status_code == 200, f"{name}: {path} answered {answer.status_code}"
        made.append(len(queries))
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    return {"target": asdict(Target(name, paths, cookie)), "queries": max(made), "limits": LIMITS[name]}


if __name__ == "__main__":
    main()
