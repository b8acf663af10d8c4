"""Which channels a notice takes, and when it leaves: what the law says first, then what the person wants."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from ethicsreview.accounts.bulk import Values, insert_new
from ethicsreview.accounts.models import Appointment
from ethicsreview.accounts.prepared import Given, PreparedForMany
from ethicsreview.notices.models import Channel, Delivery, Endpoint, Event, Notice, Preference, When
from ethicsreview.notices.tables import kind_of
from ethicsreview.notices.timing import end_of_quiet, next_digest

BATCH = 500


@dataclass(frozen=True)
class Told:
    """One thing that was told to people, and the bodies whose matter it is."""

    bodies: Callable[[], Collection[int]]
    notices: Sequence[Notice]


def write_deliveries(told: Sequence[Told], at: datetime) -> None:
    """A row for each notice and channel, and for each event and endpoint: two queries where nobody has an endpoint."""
    notices = [notice for one in told for notice in one.notices]
    people = {notice.person_id for notice in notices}
    wanted = {row.person_id: row for row in WISHES(people)}
    robots: dict[int, list[Endpoint]] = {}
    outside: dict[int, list[Endpoint]] = {}
    for endpoint in ADDRESSES(people, day=timezone.localdate(at)):
        if endpoint.person_id is not None:
            robots.setdefault(endpoint.person_id, []).append(endpoint)
        elif endpoint.body_id is not None:
            outside.setdefault(endpoint.body_id, []).append(endpoint)
    nothing_said, loud = Preference(), Loud(at)
    rows: list[Values] = []
    for notice in notices:
        rows += _routes(notice, wanted.get(notice.person_id, nothing_said), robots, loud)
    if outside:
        rows += _to_bodies(told, outside, loud)
    for start in range(0, len(rows), BATCH):
        insert_new(Delivery, rows[start : start + BATCH])


WISHES = PreparedForMany(lambda people: Preference.objects.filter(person__pk__in=people))
# Their own, and those of the bodies in which they hold something.
ADDRESSES = PreparedForMany(
    lambda people: Endpoint.objects.working().filter(
        Q(person__pk__in=people)
        | Q(body__in=Appointment.objects.on(Given("day")).filter(person__pk__in=people).values("body"))
    )
)


class Loud:
    """When what is told at this moment may make a noise, by a person's hours or the service's; each worked out once."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._after: dict[tuple[time | None, time | None], datetime] = {}

    def after(self, wish: Preference) -> datetime:
        hours = (wish.quiet_from, wish.quiet_until)
        if hours not in self._after:
            begins, ends = hours
            if begins is None or ends is None:
                begins, ends = settings.NOTICES_QUIET_HOURS
            self._after[hours] = end_of_quiet(self.at, begins, ends) or self.at
        return self._after[hours]


def _routes(notice: Notice, wish: Preference, robots: Mapping[int, list[Endpoint]], loud: Loud) -> Iterator[Values]:
    kind, at, told = kind_of(notice.key), loud.at, {"notice_id": notice.pk}
    leaves = at if notice.urgent else loud.after(wish)
    if notice.person.email:
        when = When.AT_ONCE if notice.statutory or notice.urgent else wish.mail_of(kind)
        if when == When.DAILY:
            hour = settings.NOTICES_DIGEST_HOUR if wish.digest_hour is None else wish.digest_hour
            yield told | {"channel": Channel.MAIL, "digest": True, "next_try_at": next_digest(at, hour)}
        elif when != When.NEVER:
            yield told | {"channel": Channel.MAIL, "urgent": notice.urgent, "next_try_at": leaves}
    if wish.robot_of(kind) or notice.urgent:
        for robot in robots.get(notice.person_id, ()):
            to = {"channel": robot.kind, "endpoint_id": robot.pk}
            yield told | to | {"urgent": notice.urgent, "next_try_at": leaves}


def _to_bodies(told: Sequence[Told], outside: Mapping[int, list[Endpoint]], loud: Loud) -> Iterator[Values]:
    """A body hears what its own people are told of its own matters: once, however many they are."""
    people = {notice.person_id for one in told for notice in one.notices}
    held = Appointment.objects.current(loud.at).filter(person__in=people, body__in=outside)
    seats = set(held.values_list("person_id", "body_id"))
    events: list[tuple[Event, bool]] = []
    for one in told:
        for body in outside.keys() & set(one.bodies()):
            heard = [notice for notice in one.notices if (notice.person_id, body) in seats]
            if heard:
                events.append((_event(body, heard, loud.at), heard[0].urgent))
    yield from _deliveries_of(events, outside, loud)


def _event(body: int, heard: Sequence[Notice], at: datetime) -> Event:
    # The service's own language, if anybody is told in it: a group has no language of its own.
    first = next((notice for notice in heard if not notice.person.language.startswith("en")), heard[0])
    return Event(
        body_id=body,
        key=first.key,
        subject=first.subject,
        url=first.url,
        object_kind=first.object_kind,
        object_ref=first.object_ref,
        dedupe=first.dedupe,
        created_at=at,
    )


def _deliveries_of(
    events: Collection[tuple[Event, bool]], outside: Mapping[int, Iterable[Endpoint]], loud: Loud
) -> Iterator[Values]:
    made = [event for event, _urgent in events]
    Event.objects.bulk_create(made, batch_size=BATCH, ignore_conflicts=True)
    keys = {
        (body, dedupe): key
        for key, body, dedupe in Event.objects.filter(
            body__in={event.body_id for event in made}, dedupe__in={event.dedupe for event in made}
        ).values_list("pk", "body_id", "dedupe")
    }
    for event, urgent in events:
        event.pk = keys[event.body_id, event.dedupe]
        for endpoint in outside[event.body_id]:
            # A system does not sleep; a group does.
            leaves = loud.at if urgent or endpoint.kind == Channel.WEBHOOK else loud.after(Preference())
            to = {"channel": endpoint.kind, "endpoint_id": endpoint.pk}
            yield {"event_id": event.pk} | to | {"urgent": urgent, "next_try_at": leaves}
