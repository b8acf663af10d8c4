"""Writing notices, in the transaction of the step they tell of. Workers carry them out after it
(`delivery`).
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.http import url_has_allowed_host_and_scheme

from ethicsreview.accounts.bulk import insert_new
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
    return write([draft(item, at) for item in posts], at)


def draft(item: Post, at: datetime) -> Told:
    """In everybody's own words, and not yet written: no question to the database. Raises as `post` does."""
    return Told(item.bodies, _drafts(item, at))


def write(drafts: Sequence[Told], at: datetime) -> list[Notice]:
    """Several drafts, as `post_all` does. Returns what is new."""
    with transaction.atomic(savepoint=False):
        rows = _written([notice for one in drafts for notice in one.notices])
        written = {id(notice) for notice in rows}
        told = [Told(one.bodies, [notice for notice in one.notices if id(notice) in written]) for one in drafts]
        if rows:
            write_deliveries(told, at)
    if rows:
        transaction.on_commit(partial(nudge, urgent=any(row.urgent for row in rows)))
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


def _written(drafts: Sequence[Notice]) -> list[Notice]:
    """Those that are new, with their keys: the constraint decides, whoever else tells the same people meanwhile."""
    new = []
    for start in range(0, len(drafts), BATCH):
        batch = drafts[start : start + BATCH]
        rows = insert_new(Notice, [vars(notice) for notice in batch], ("id", "person", "dedupe"))
        keys = {(person, dedupe): key for key, person, dedupe in rows}
        for notice in batch:
            # Of one person named twice, one row was written.
            if key := keys.pop(_identity(notice), None):
                notice.pk, notice._state.adding = key, False
                new.append(notice)
    return new
