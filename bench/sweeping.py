"""The sweep over a province's open deadlines, beside the plain SQL that finds the due ones and marks them.

Both find the same rows by the same index and lock them so that several may work at once. The plain SQL marks each row
as the sweep does and tells nobody. What the sweep does besides (who is to be told, in which words, a notice and a
delivery for each) is in its time.
"""

import argparse
import json
import random
import time
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import django

BODIES = 400
FILL = """
INSERT INTO deadlines_deadline (
  kind, label, citation, subject_kind, subject_ref, object_kind, object_ref, url, body_id, role, escalate_to,
  started_at, due_at, unit, length, shift_holidays, outcome, paused_total, ladder, stage, next_at, history, request_id,
  lapses
)
SELECT 'review.decision', '作出审查决定', 'national:17', 'project', 'P' || n, 'review', 'R' || n,
  '/desk/reviews/R' || n || '/',
  bodies.keys[1 + n %% %(bodies)s], 'secretary',
  jsonb_build_array(jsonb_build_object('role', 'chair', 'body_id', bodies.keys[1 + n %% %(bodies)s], 'after', 0)),
  %(now)s, %(now)s::timestamptz + (20 + n %% 400) * interval '1 day', 'days', 30, FALSE, '', interval '0',
  '[-864000, -259200, -86400, 86400, 259200, 604800]', 0,
  %(now)s::timestamptz + (10 + n %% 400) * interval '1 day', '[]', '', FALSE
FROM generate_series(%(first)s::int, %(last)s::int) AS n, (SELECT %(keys)s::bigint[] AS keys) AS bodies
"""
DUE = """
UPDATE deadlines_deadline
SET due_at = %(now)s::timestamptz + interval '3 days', next_at = %(now)s, stage = 1, history = '[]'
WHERE id = ANY(%(ids)s)
"""
FIND = """
SELECT id, due_at FROM deadlines_deadline WHERE next_at <= %s ORDER BY next_at, id LIMIT 500 FOR UPDATE SKIP LOCKED
"""
MARK = "UPDATE deadlines_deadline SET stage = %s, next_at = %s, history = %s WHERE id = %s"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--due", type=int, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    wanted = parser.parse_args()
    django.setup()
    from django.core.management import call_command

    from config.celery import keep_what_is_loaded

    call_command("migrate", interactive=False, verbosity=0)
    keep_what_is_loaded()
    now = datetime.fromisoformat("2027-03-01T08:00:00+08:00")
    fill(wanted.rows, now)
    wanted.out.write_text(json.dumps(measure(wanted.rows, wanted.due, wanted.rounds, now)))


def fill(rows: int, now: datetime) -> None:
    """Up to so many open deadlines, of so many committees with a secretary each; what is there already counts."""
    from django.db import connection

    from ethicsreview.accounts.models import Appointment, Body, Person
    from ethicsreview.deadlines.models import Deadline

    there = Deadline.objects.count()
    if there >= rows:
        return
    for number in range(Body.objects.count(), BODIES):
        body = Body.objects.create(kind="committee", ref=f"C{number:06}", name=f"委员会{number}", region="370100")
        person = Person.objects.create(
            username=f"secretary{number}", name=f"秘书{number}", email=f"s{number}@example.org"
        )
        Appointment.objects.create(person=person, role="secretary", body=body, starts=now.date() - timedelta(days=400))
    keys = list(Body.objects.order_by("pk").values_list("pk", flat=True))
    with connection.cursor() as cursor:
        given = {"first": there + 1, "last": rows, "now": now, "keys": keys, "bodies": len(keys)}
        cursor.execute(FILL, given)
        cursor.execute("VACUUM ANALYZE deadlines_deadline")


def measure(rows: int, due: int, rounds: int, now: datetime) -> dict[str, Any]:
    from ethicsreview.deadlines.models import Deadline
    from ethicsreview.deadlines.sweep import sweep

    keys = list(Deadline.objects.order_by("pk").values_list("pk", flat=True)[:rows])
    swept, plain = [], []
    for number in range(rounds + 1):
        moment = now + timedelta(minutes=number)
        chosen = random.Random(number).sample(keys, due)
        _make_due(chosen, moment)
        began = time.perf_counter()
        done = sweep(moment)
        swept.append(time.perf_counter() - began)
        assert (done.visited, done.reminded) == (due, due), done
        _make_due(chosen, moment)
        began = time.perf_counter()
        _find_and_mark(moment, due)
        plain.append(time.perf_counter() - began)
        _put_back(chosen, now)
    ratios = [one / other for one, other in zip(swept[1:], plain[1:], strict=True)]
    return {
        "rows": rows,
        "due": due,
        "sweep_milliseconds": median(swept[1:]) * 1000,
        "plain_milliseconds": median(plain[1:]) * 1000,
        "ratio": median(ratios),
    }


def _make_due(keys: list[int], at: datetime) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(DUE, {"ids": keys, "now": at})


def _put_back(keys: list[int], now: datetime) -> None:
    from ethicsreview.deadlines.models import Deadline

    Deadline.objects.filter(pk__in=keys).update(next_at=now + timedelta(days=300), due_at=now + timedelta(days=310))


def _find_and_mark(at: datetime, due: int) -> None:
    from django.db import connection, transaction

    marked = 0
    history = json.dumps([{"change": "reminded", "at": at.isoformat(), "rung": -259200}])
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(FIND, [at])
            found = cursor.fetchall()
            cursor.executemany(MARK, [(2, end - timedelta(days=1), history, key) for key, end in found])
        marked += len(found)
        if not found:
            break
    assert marked == due, marked


if __name__ == "__main__":
    main()
