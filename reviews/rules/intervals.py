"""Intervals of follow-up review, in calendar months with the end of the month as the limit."""

from datetime import date

from ethicsreview.deadlines.calendar import add_months


def follow_up_due(approved_on: date, months: int, committee_months: int | None = None) -> date:
    """The last day for the next follow-up report.

    `months` is the law's interval; the committee may set a shorter one only.
    Raises ValueError for a longer one, or one under a month.
    """
    chosen = months if committee_months is None else committee_months
    if not 1 <= chosen <= months:
        raise ValueError(f"{chosen} months: the interval is 1 to {months} months")
    return add_months(approved_on, chosen)
