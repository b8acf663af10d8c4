"""What the regulator's overview is read from: counters that are kept, and what they were counted from.

Nothing here is the truth; the rows of the lifecycles are. Whatever changes one of them appends a `Change` in its own
transaction (by a trigger, see `triggers`); a worker reads the object afresh, and adds to the counters the difference
between what it counted then and what it counts now. An append makes nobody wait; a counter that many steps updated
would make them wait for each other.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    PROJECT = "project", _("科技活动")
    COMMITTEE = "committee", _("委员会")


class Change(models.Model):
    """An object that has changed since it was counted. Written by the database, deleted once it is counted."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    key = models.BigIntegerField()

    class Meta:
        verbose_name = _("待计入的变动")
        verbose_name_plural = _("待计入的变动")

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


class Counted(models.Model):
    """What of one object stands in the counters: its facts when it was last counted."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    key = models.BigIntegerField()
    facts = models.JSONField(default=dict)
    # The day in Asia/Shanghai on which it was counted: a committee falls out of order by the mere passing of days.
    day = models.DateField()

    class Meta:
        verbose_name = _("已计入的事项")
        verbose_name_plural = _("已计入的事项")
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="counted_once")]
        indexes = [
            models.Index(fields=["day", "id"], condition=models.Q(kind="committee"), name="counted_committee_day")
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}"


class Counter(models.Model):
    """How many there are of something. What each `measure` means stands in `oversight/overview/cells.py`.

    `period`: a month, quarter or year of Asia/Shanghai ("2026-11", "2026-Q4", "2026"); empty where it is of now.
    `region`: the six digits of GB/T 2260. `detail`: an outcome, a state, a number of days, a moment or a day.
    """

    id = models.BigAutoField(primary_key=True)
    measure = models.CharField(max_length=20)
    period = models.CharField(max_length=7, blank=True)
    region = models.CharField(max_length=6)
    field = models.CharField(max_length=20, blank=True)
    procedure = models.CharField(max_length=12, blank=True)
    detail = models.CharField(max_length=40, blank=True)
    number = models.BigIntegerField()

    class Meta:
        verbose_name = _("计数")
        verbose_name_plural = _("计数")
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "period", "region", "field", "procedure", "detail"],
                name="counter_once",
            )
        ]
        indexes = [
            models.Index(fields=["number"], condition=models.Q(number=0), name="counter_empty"),
            # With the number in it: sums are read from the index alone.
            models.Index(
                fields=["measure", "period", "region", "field", "procedure", "detail", "number"], name="counter_sums"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.period} {self.region} {self.number}"


class Counting(models.Model):
    """One row: under its lock one worker counts at a time. `turns`: a reader who finds another number before and after
    has read between two countings.
    """

    turns = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("计数进度")
        verbose_name_plural = _("计数进度")

    def __str__(self) -> str:
        return str(self.turns)
