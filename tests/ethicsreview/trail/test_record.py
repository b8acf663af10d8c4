"""Writing to the chain: every entry in its place, the same digest whatever the database makes of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ethicsreview.lifecycle.forms import recordable
from ethicsreview.trail.digest import canonical_json, digest
from ethicsreview.trail.models import Chain, Entry
from ethicsreview.trail.record import append, append_to_new
from ethicsreview.trail.verification import verify

from .conftest import AT, record

pytestmark = pytest.mark.django_db

# What JSON can hold and no database loses: PostgreSQL refuses U+0000, and lone surrogates are no text.
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
FACTS = st.dictionaries(
    TEXT,
    st.recursive(
        st.none() | st.booleans() | st.integers() | TEXT,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
        max_leaves=8,
    ),
    max_size=5,
)


def test_entries_of_a_subject_are_numbered_and_linked() -> None:
    with transaction.atomic():
        append(record(step="create"), record(step="submit"))
    with transaction.atomic():
        append(record(step="accept"))

    entries = list(Entry.objects.order_by("seq"))
    head = Chain.objects.get()
    assert [(e.seq, e.step) for e in entries] == [(1, "create"), (2, "submit"), (3, "accept")]
    assert [e.previous for e in entries] == ["", entries[0].digest, entries[1].digest]
    assert (head.length, head.head) == (3, entries[2].digest)


def test_subjects_have_chains_of_their_own() -> None:
    with transaction.atomic():
        append(record("P2026-000001"), record("P2026-000002"), record("P2026-000001", "accept"))

    assert dict(Chain.objects.values_list("subject_ref", "length")) == {"P2026-000001": 2, "P2026-000002": 1}
    assert list(verify()) == []


def test_append_that_is_rolled_back_leaves_the_chain_as_it_was() -> None:
    with transaction.atomic():
        append(record(step="create"))
    before = Chain.objects.values().get()

    with transaction.atomic():
        append(record(step="submit"))
        transaction.set_rollback(True)

    assert Chain.objects.values().get() == before
    assert Entry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_append_outside_of_a_transaction_is_an_error() -> None:
    with pytest.raises(AssertionError, match="transaction"):
        append(record())

    assert not Chain.objects.exists()


def test_append_to_new_writes_as_append_does() -> None:
    together = [record(f"P2026-{n:06}", step) for n in range(30) for step in ("create", "submit")]

    written = append_to_new(together)

    with transaction.atomic():
        append(record("P2026-900000", "create"), record("P2026-900000", "submit"))
    assert written == 60
    assert list(verify()) == []
    assert set(Chain.objects.values_list("length", flat=True)) == {2}


def test_append_to_new_refuses_a_subject_that_has_a_chain() -> None:
    with transaction.atomic():
        append(record())

    with pytest.raises(IntegrityError), transaction.atomic():
        append_to_new([record()])


@pytest.mark.parametrize(
    "facts",
    [
        {"题目": "𠮷野家🧪“引号”\n\t\\", "nested": {"b": [1, {"a": None}], "a": [True, False]}},
        {"big": 2**200, "negative": -(10**40), "zero": 0},
        {"z": 1, "a": 2, "ä": 3, "一": 4, "": 5},
        {"composed": "é", "decomposed": "é", "rtl": "\u202eabc", "nbsp": " "},
        {"deep": [[[[[[[[[[{"x": []}]]]]]]]]]]},
        {"number in words": "1e400", "exponent": "1E2", "empty": {}, "list": []},
    ],
    ids=["quotes and planes", "big integers", "key order", "look-alikes", "depth", "shapes"],
)
def test_facts_that_databases_normalise_verify_after_the_round_trip(facts: dict[str, object]) -> None:
    with transaction.atomic():
        append(record(facts=facts))

    assert Entry.objects.get().facts == facts
    assert list(verify()) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=FACTS)
def test_any_facts_verify_after_the_round_trip(facts: dict[str, object]) -> None:
    with transaction.atomic():
        append(record(facts=facts))

        assert Entry.objects.get().facts == facts
        assert list(verify()) == []
        transaction.set_rollback(True)


def test_a_float_has_no_place_in_a_digest() -> None:
    with pytest.raises(TypeError, match="float"):
        canonical_json({"share": 0.5})

    assert recordable({"share": 0.5, "fee": Decimal("1.10")}) == {"share": "0.5", "fee": "1.10"}


def test_one_moment_has_one_digest_in_every_zone() -> None:
    shanghai = AT.astimezone(timezone(timedelta(hours=8)))

    assert digest({"at": shanghai}) == digest({"at": AT})
    assert b"2026-03-02T01:02:03.456789+00:00" in canonical_json({"at": shanghai})


def test_digest_depends_on_every_part_of_the_value() -> None:
    values = [{}, {"a": 1}, {"a": "1"}, {"a": True}, {"a": None}, {"a": [1]}, {"b": 1}, [["a", 1]]]

    assert len({digest(value) for value in values}) == len(values)


def test_chain_begun_under_one_digest_goes_on_under_another(settings: object) -> None:
    with transaction.atomic():
        append(record(step="create"))
    settings.TRAIL_DIGEST = "sha256"
    with transaction.atomic():
        append(record(step="submit"))

    assert [e.digest.partition(":")[0] for e in Entry.objects.order_by("seq")] == ["sm3", "sha256"]
    assert list(verify()) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_writers_to_one_subject_wait_for_each_other() -> None:
    """The chain is new, so that its first row is raced for too."""
    writers, each = 8, 12
    together = Barrier(writers)

    def write(number: int) -> None:
        try:
            together.wait()
            for turn in range(each):
                with transaction.atomic():
                    append(record(step=f"step_{number}_{turn}"))
        finally:
            connection.close()

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))

    assert list(Entry.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, writers * each + 1))
    assert Entry.objects.values("step").distinct().count() == writers * each
    assert list(verify()) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_writers_to_the_same_subjects_in_other_orders_do_not_lock_each_other_out() -> None:
    together = Barrier(2)
    with transaction.atomic():
        append(record("P2026-000001", "create"), record("P2026-000002", "create"))

    def write(refs: list[str]) -> None:
        try:
            together.wait()
            for _turn in range(25):
                with transaction.atomic():
                    append(*(record(ref) for ref in refs))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, [["P2026-000001", "P2026-000002"], ["P2026-000002", "P2026-000001"]]))

    assert set(Chain.objects.values_list("length", flat=True)) == {51}
    assert list(verify()) == []
