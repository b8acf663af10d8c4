from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from ethicsreview.accounts.models import Sequence


@pytest.mark.django_db
def test_take_counts_each_name_by_itself() -> None:
    taken = [Sequence.take("R2026"), Sequence.take("R2026", 3), Sequence.take("P2026"), Sequence.take("R2026")]

    assert taken == [1, 2, 1, 5]


@pytest.mark.django_db
def test_take_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Sequence.take("R2026", 0)


@pytest.mark.django_db
def test_take_gives_back_what_a_failed_step_took() -> None:
    Sequence.take("R2026")

    with transaction.atomic():
        Sequence.take("R2026")
        transaction.set_rollback(True)

    assert Sequence.take("R2026") == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_take_by_many_connections_at_once_gives_each_number_once() -> None:
    """The name is new: the first rows race, too."""
    workers, each = 8, 10
    ready = Barrier(workers)

    def work(_worker: int) -> list[int]:
        try:
            ready.wait()
            return [Sequence.take("R2026") for _turn in range(each)]
        finally:
            connection.close()

    with ThreadPoolExecutor(workers) as pool:
        taken = [number for numbers in pool.map(work, range(workers)) for number in numbers]

    assert sorted(taken) == list(range(1, workers * each + 1))
