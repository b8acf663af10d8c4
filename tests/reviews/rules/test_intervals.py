from datetime import date

import pytest

from reviews.rules.intervals import follow_up_due


@pytest.mark.article("national", 19, 33)
@pytest.mark.parametrize(
    ("approved", "months", "committee", "due"),
    [
        (date(2026, 3, 20), 12, None, date(2027, 3, 20)),
        (date(2026, 3, 20), 12, 3, date(2026, 6, 20)),
        (date(2026, 8, 31), 6, None, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, None, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, 12, date(2029, 2, 28)),
        (date(2026, 1, 31), 12, 1, date(2026, 2, 28)),
    ],
)
def test_follow_up_due(approved, months, committee, due):
    assert follow_up_due(approved, months, committee) == due


@pytest.mark.article("shandong", 4)
@pytest.mark.parametrize("committee", [13, 0, -1])
def test_the_committee_may_only_shorten(committee):
    with pytest.raises(ValueError, match="1 to 12 months"):
        follow_up_due(date(2026, 3, 20), 12, committee)
