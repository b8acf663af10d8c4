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
QUERIES = {BARE: None, QUEUE: 12, BALLOTS: 12, REVIEW: 20, HOME: 12}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    wanted = parser.parse_args()
    django.setup()
    prepare()
    fill(wanted.size)
    wanted.out.write_text(json.dumps(targets()))


def prepare() -> None:
    """What `make run` does before it starts, without the demo data."""
    from django.core.management import call_command

    call_command("messages", "compile")
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", interactive=False, verbosity=0)


def fill(size: int) -> None:
    """Up to `size` reviews, by the stages' shares; what is there already counts."""
    from django.core.management import call_command
    from django.db import connection

    from reviews.models import Review

    missing = size - Review.objects.count()
    if missing <= 0:
        return
    for stage, share in SHARES.items():
        call_command("seed", stage=stage, size=max(1, round(missing * share)))
    # What a database that has stood for a day knows of its own tables.
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def targets() -> list[dict[str, Any]]:
    """The pages of those who have most to do, each with its limit and its literal number of queries."""
    from django.db.models import Count

    from ethicsreview.accounts.models import Appointment, Person, Role
    from reviews.models import Opinion, Project, Review

    def busiest(rows: Any, key: str) -> Any:
        found = rows.values(key).annotate(number=Count("pk")).order_by("-number", key).first()
        if found is None:
            raise SystemExit(f"nothing to measure: no {rows.model.__name__} fits")
        return found[key]

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
    return {"target": asdict(Target(name, paths, cookie)), "queries": max(made), "limit": QUERIES[name]}


if __name__ == "__main__":
    main()
