"""Writing notices, in the transaction of the step they tell of. Workers carry them out after it
(`delivery`).
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.http import url_has_allowed_host_and_scheme

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.request_id import current_request_id
from ethicsreview.notices.broker import publish
from ethicsreview.notices.models import Notice
from ethicsreview.notices.routing import BATCH, Told, write_deliveries
from ethicsreview.notices.tables import Letter, Rule, tables


class UnknownNotice(LookupError):
    """No table has a row of this key."""


def nobody() -> frozenset[int]:
    return frozenset()


@dataclass(frozen=True, kw_only=True)
class Post:
    """One notice to several people, before it is written."""

    key: str
    people: Sequence[Person]
    context: Mapping[str, Any] = field(default_factory=dict)
    object_kind: str = ""
    object_ref: str = ""
    url: str = ""
    dedupe: str = ""
    urgent: bool = False
    request_id: str = ""
    # Whose matter it is: the endpoints of these hear of it too, where their own people are told. Asked only where
    # there is such an endpoint.
    bodies: Callable[[], Collection[int]] = nobody


def post(key: str, people: Iterable[Person], *, at: datetime, **terms: Any) -> list[Notice]:
    """Tell the people, in the caller's transaction; the terms are those of `Post`. Returns what is new.

    Raises UnknownNotice, MissingWords, or ValueError for an address outside this service.
    """
    return post_all([Post(key=key, people=list(people), **terms)], at=at)


def post_all(posts: Iterable[Post], *, at: datetime) -> list[Notice]:
    """Tell many people many things, in a bounded number of queries. Returns what is new.

    A `dedupe` that a person has been told under already is passed over: repeating a post changes nothing.
    Inactive people are left out; of one person named twice, one notice is written.
    """
    items = [(item.bodies, _drafts(item, at)) for item in posts]
    drafts = [notice for _bodies, made in items for notice in made]
    with transaction.atomic():
        known = _keys_of(drafts).keys()
        new = [notice for notice in drafts if _identity(notice) not in known]
        # Another transaction may tell them meanwhile: the constraint decides, so the rows are read back.
        Notice.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
        keys = _keys_of(new)
        for notice in new:
            notice.pk = keys.get(_identity(notice))
        rows = [notice for notice in new if notice.pk is not None]
        written = {id(notice) for notice in rows}
        told = [Told(bodies, [one for one in made if id(one) in written]) for bodies, made in items]
        if rows:
            write_deliveries(told, at)
    if rows:
        transaction.on_commit(lambda: nudge(urgent=any(row.urgent for row in rows)))
    return rows


def nudge(*, urgent: bool = False) -> None:
    """Wake a worker; where something is urgent, also the one that no slow letter keeps."""
    if urgent:
        publish("notices.deliver_urgent")
    publish("notices.deliver")


def _drafts(item: Post, at: datetime) -> list[Notice]:
    rule = tables().get(item.key)
    if rule is None:
        raise UnknownNotice(item.key)
    if item.url and not (item.url.startswith("/") and url_has_allowed_host_and_scheme(item.url, None)):
        raise ValueError(f"{item.key}: {item.url!r} leads out of this service")
    people = {person.pk: person for person in item.people if person.is_active}
    letters = {language: rule.render(language, item.context) for language in {p.language for p in people.values()}}
    dedupe = item.dedupe or uuid.uuid4().hex
    return [_draft(item, rule, letters[person.language], person, dedupe, at) for person in people.values()]


def _draft(item: Post, rule: Rule, letter: Letter, person: Person, dedupe: str, at: datetime) -> Notice:
    return Notice(
        person=person,
        key=item.key,
        subject=letter.subject,
        text=letter.text,
        url=item.url,
        object_kind=item.object_kind,
        object_ref=item.object_ref,
        statutory=rule.statutory,
        urgent=rule.urgent or item.urgent,
        dedupe=dedupe,
        created_at=at,
        request_id=item.request_id or current_request_id(),
    )


def _identity(notice: Notice) -> tuple[int, str]:
    return notice.person_id, notice.dedupe


def _keys_of(notices: Sequence[Notice]) -> dict[tuple[int, str], int]:
    """The keys of the rows in the database that are the same notices, by person and dedupe."""
    if not notices:
        return {}
    wanted = {_identity(notice) for notice in notices}
    if connection.vendor == "postgresql":
        # Pair by pair from the index: two long lists would be compared with each other, and are dear to put together.
        pairs = "SELECT * FROM unnest(%s::bigint[], %s::text[])"
        rows = Notice.objects.extra(where=[f"(person_id, dedupe) IN ({pairs})"], params=[*map(list, zip(*wanted))])  # noqa: B905, S610
    else:
        rows = Notice.objects.filter(person__in={one for one, _to in wanted}, dedupe__in={to for _one, to in wanted})
    found = {(person, dedupe): key for key, person, dedupe in rows.values_list("pk", "person_id", "dedupe")}
    return {identity: key for identity, key in found.items() if identity in wanted}
