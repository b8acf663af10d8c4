"""MeetingReport 简易程序审查报告: a simplified approval is told to the committee's next meeting (Human Measures 31)."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from committees.models import Committee
from ethicsreview.lifecycle.act import Act
from reviews.models.meetings.meeting import Meeting
from reviews.models.reviewing.decision import Decision

if TYPE_CHECKING:
    from reviews.models.reviewing.record import ReviewRecord


class MeetingReportQuerySet(models.QuerySet["MeetingReport"]):
    def outstanding(self, committee: Committee) -> Self:
        return self.filter(committee=committee, meeting=None).order_by("pk")

    def on_agenda_of(self, meeting: Meeting) -> "list[MeetingReport]":
        """What it was told; or, of the committee's next meeting, what it is to be told.

        Never assigned beforehand: a meeting may be moved, cancelled, or called before the one that was planned.
        One query where there is nothing.
        """
        told = models.Q(meeting=meeting)
        if meeting.state in {Meeting.State.PLANNED, Meeting.State.OPEN}:
            told |= models.Q(committee=meeting.committee_id, meeting=None)
        rows: list[MeetingReport] = list(
            self.filter(told).select_related("decision__review__project__lead").order_by("pk")
        )
        if any(row.meeting_id is None for row in rows) and not is_next(meeting):
            rows = [row for row in rows if row.meeting_id is not None]
        return rows


class MeetingReport(models.Model):
    """Written with the decision; closed by the meeting that was told."""

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="report", verbose_name=_("审查决定"))
    committee = models.ForeignKey(Committee, models.PROTECT, related_name="+", verbose_name=_("委员会"))
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="reports", verbose_name=_("报告会议")
    )
    reported_at = models.DateTimeField(_("报告时间"), null=True, editable=False)

    objects = MeetingReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("简易程序审查报告")
        verbose_name_plural = _("简易程序审查报告")
        indexes = [
            models.Index(fields=["committee", "id"], condition=models.Q(meeting=None), name="report_outstanding")
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(meeting=None) ^ models.Q(reported_at__isnull=False), name="report_made_at_a_meeting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.decision.number}"


def is_next(meeting: Meeting) -> bool:
    """Whether it is the committee's next: the first of those in session, else of those planned."""
    waiting = Meeting.objects.filter(
        committee=meeting.committee_id, state__in=[Meeting.State.OPEN, Meeting.State.PLANNED]
    )
    # "open" comes before "planned".
    first = waiting.order_by("state", "starts_at", "pk").values_list("pk", flat=True).first()
    return bool(first == meeting.pk)


def to_be_reported(review: "ReviewRecord", decision: Decision, at: datetime) -> None:
    """Part of the conclusion that wrote the decision."""
    if review.policy_at(at).value("simplified.report_next_meeting", default=False):
        MeetingReport.objects.create(decision=decision, committee_id=review.committee_id)


def note_reported(meeting: Meeting, act: Act) -> None:
    """What stood on its agenda has been reported. Part of the step that closes the meeting."""
    told = MeetingReport.objects.on_agenda_of(meeting)
    if told:
        MeetingReport.objects.filter(pk__in=[one.pk for one in told]).update(meeting=meeting, reported_at=act.at)
        act.record(reported=[one.decision.number for one in told])
