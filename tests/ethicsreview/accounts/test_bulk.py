"""Rows that are written together are what single rows would be."""

import uuid
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from ethicsreview.accounts.bulk import insert_new, sent_ahead, update
from ethicsreview.notices.models import Delivery, Notice
from tests.factories import PersonFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 10, 1, 2, 3, 456789, tzinfo=UTC)
ODD = "“引号” \\n 'x' %s {ref} 𠮷 🧬\n第二行"


def notice(dedupe: str, **terms: object) -> Notice:
    given = {"person": PersonFactory(), "key": "review.accept", "subject": "题", "text": ODD, "created_at": AT}
    return Notice(**given | terms, dedupe=dedupe)


def test_rows_are_written_in_order_with_every_value() -> None:
    made = [notice(f"n{number}", urgent=number == 1) for number in range(3)]

    keys = insert_new(Notice, [vars(one) for one in made], ["id", "dedupe"])

    assert [dedupe for _key, dedupe in keys] == ["n0", "n1", "n2"]
    assert [key for key, _dedupe in keys] == sorted(key for key, _dedupe in keys)
    kept = list(Notice.objects.order_by("pk"))
    fields = [field.attname for field in Notice._meta.concrete_fields if not field.primary_key]
    assert [[getattr(row, name) for name in fields] for row in kept] == [
        [getattr(row, name) for name in fields] for row in made
    ]


def test_what_is_there_is_passed_over() -> None:
    first = notice("same")
    insert_new(Notice, [vars(first)])

    again = notice("same", person=first.person, subject="另一题")
    assert insert_new(Notice, [vars(again)], ["id"]) == []
    assert [row.subject for row in Notice.objects.all()] == ["题"]
    assert insert_new(Notice, []) == []


def test_a_value_too_long_is_refused() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite has no lengths")
    with pytest.raises(DatabaseError), transaction.atomic():
        insert_new(Notice, [vars(notice("long", subject="长" * 201))])


def test_an_update_writes_the_named_fields_of_each_row() -> None:
    insert_new(Notice, [vars(notice("n"))])
    insert_new(Delivery, [{"notice_id": Notice.objects.get().pk, "channel": "mail", "next_try_at": AT, "error": "a"}])
    (row,) = Delivery.objects.all()
    assert (row.state, row.attempts, row.sent_at) == ("pending", 0, None)
    row.state, row.sent_at, row.batch, row.attempts, row.error = "sent", AT, uuid.uuid4(), 2, "不写"

    update([row], ["state", "sent_at", "batch", "attempts"])

    kept = Delivery.objects.get()
    assert (kept.state, kept.sent_at, kept.batch, kept.attempts) == ("sent", AT, row.batch, 2)
    assert kept.error == "a"
    update([], ["state"])


def test_an_error_of_what_was_sent_ahead_comes_out() -> None:
    insert_new(Notice, [vars(notice("n")), vars(notice("m"))])
    first, second = Notice.objects.order_by("pk")
    second.person, second.dedupe = first.person, first.dedupe

    with pytest.raises(IntegrityError), transaction.atomic(), sent_ahead():
        update([second], ["person", "dedupe"])

    assert Notice.objects.filter(dedupe="m").exists()
