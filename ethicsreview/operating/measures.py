"""What the service tells of itself in numbers, for Prometheus and the like. Names of views, and nobody's data."""

import os
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Count, Min, Q
from django.utils import timezone
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from ethicsreview.deadlines import pulse
from ethicsreview.deadlines.models import Deadline
from ethicsreview.notices.broker import depths
from ethicsreview.notices.models import Delivery
from ethicsreview.trail.models import Seal

REQUESTS = Counter("ethicsreview_requests", "Requests answered", ["method", "view", "status"])
SECONDS = Histogram(
    "ethicsreview_request_seconds",
    "Time until the answer",
    ["view"],
    buckets=(0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
NO_VIEW = "none"


def note(method: str, view: str, status: int, seconds: float) -> None:
    REQUESTS.labels(method, view or NO_VIEW, str(status)).inc()
    SECONDS.labels(view or NO_VIEW).observe(seconds)


def text() -> bytes:
    """All of it, in Prometheus' text format: what the processes of this server counted, and the state of the whole."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY) + generate_latest(_with(Condition()))
    registry = _with(Condition())
    MultiProcessCollector(registry)
    return generate_latest(registry)


def _with(collector: Any) -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(collector)
    return registry


class Condition:
    """Asked of the database and the broker when somebody looks, so that it is the same on every machine."""

    def describe(self) -> list[Any]:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        waiting = depths()
        yield _gauge("broker_up", "Whether the broker answers", int(waiting is not None))
        queues = GaugeMetricFamily("ethicsreview_queue_messages", "Messages that wait for a worker", labels=["queue"])
        for name, number in (waiting or {}).items():
            queues.add_metric([name], number)
        yield queues
        found: list[GaugeMetricFamily] = []
        started = time.perf_counter()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
            took = time.perf_counter() - started
            for part in (_post, _clock, _trail, _connections):
                found += part(timezone.now())
        except DatabaseError:
            yield _gauge("database_up", "Whether the database answers", 0)
            return
        yield _gauge("database_up", "Whether the database answers", 1)
        yield _gauge("database_answer_seconds", "Time of the least question", took)
        yield from found


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"ethicsreview_{name}", words, value=value)


def _post(at: datetime) -> list[GaugeMetricFamily]:
    oldest = GaugeMetricFamily(
        "ethicsreview_oldest_unsent_seconds", "Age of the oldest notice that is not sent yet", labels=["urgent"]
    )
    number = Count("pk", filter=Q(urgent=True)), Count("pk", filter=Q(urgent=False))
    first = Min("notice__created_at", filter=Q(urgent=True)), Min("notice__created_at", filter=Q(urgent=False))
    found = Delivery.objects.waiting().aggregate(a=number[0], b=number[1], c=first[0], d=first[1])
    waiting = GaugeMetricFamily("ethicsreview_deliveries_waiting", "Deliveries not sent yet", labels=["urgent"])
    for label, count, age in (("true", found["a"], found["c"]), ("false", found["b"], found["d"])):
        waiting.add_metric([label], count)
        oldest.add_metric([label], _age(age, at))
    dead = _gauge("deliveries_dead", "Deliveries given up: see `manage.py outbox`", Delivery.objects.dead().count())
    return [waiting, oldest, dead]


def _clock(at: datetime) -> list[GaugeMetricFamily]:
    overdue = Deadline.objects.filter(next_at__lte=at).aggregate(first=Min("next_at"))["first"]
    swept, beat = pulse.last(pulse.SWEEP), pulse.last(pulse.BEAT)
    leads = beat is not None and beat.until is not None and beat.until > at
    return [
        _gauge("oldest_unswept_seconds", "How long the sweep is behind with a deadline", _age(overdue, at)),
        _gauge("last_sweep_timestamp_seconds", "When the sweep last ran", _moment(swept.at if swept else None)),
        _gauge("beat_leads", "Whether a beat holds the lease", int(leads)),
    ]


def _trail(_at: datetime) -> list[GaugeMetricFamily]:
    made = Seal.objects.order_by("-day").values_list("made_at", flat=True).first()
    return [_gauge("last_seal_timestamp_seconds", "When a day was last sealed; 0: never", _moment(made))]


def _connections(_at: datetime) -> list[GaugeMetricFamily]:
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), pg_database_size(current_database()) FROM pg_stat_activity "
            "WHERE datname = current_database()"
        )
        connected, size = cursor.fetchone()
    return [
        _gauge("database_connections", "Connections to the database", connected),
        _gauge("database_bytes", "Size of the database", size),
    ]


def _age(moment: datetime | None, at: datetime) -> float:
    return max(0.0, (at - moment).total_seconds()) if moment else 0.0


def _moment(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0.0
