"""Registers of what has a lifecycle, and of what the service writes by itself: to be read, found and followed."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from committees.models import Committee
from ethicsreview.accounts.models import Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.models import Deadline
from ethicsreview.diary.watched import Watched
from ethicsreview.lifecycle.registry import step_name
from ethicsreview.notices.models import Delivery
from ethicsreview.trail.models import Entry
from reviews.desk.access import at_desk, reviews_at_desk
from reviews.desk.clockroom import sight_at_desk
from reviews.desk.registers.bounds import ReadRegister
from reviews.models import (
    Alliance,
    Appeal,
    Collaboration,
    Decision,
    Entrustment,
    Exemption,
    FollowUp,
    Meeting,
    Opinion,
    Participation,
    Project,
    ProjectMember,
    Recognition,
    Report,
    Review,
)
from reviews.models.projects.parties import COMMITTEE_CAPACITIES


def linked(address: str, words: str) -> SafeString:
    return format_html('<a href="{}">{}</a>', address, words)


TOGETHER = (Collaboration.noun, Participation.noun, Entrustment.noun, Alliance.noun, Recognition.noun)


OF_AUTHORITIES = (
    *("emergency_event", "sampling_plan", "sample_item", "annual_report", "training_plan"),
    *("complaint", "investigation", "programme", "programme_entry", "record_lookup", "warning", "disclosure"),
    *("inspection", "rectification"),
)


def page_of(noun: str, ref: str) -> SafeString | str:
    """A reference as a link, where its object has a page at the desk."""
    if noun in {Review.noun, Meeting.noun, Committee.noun, Appeal.noun, Exemption.noun, *OF_AUTHORITIES, *TOGETHER}:
        return linked(reverse(f"desk:{noun}", args=[ref]), ref)
    return ref


@admin.register(Project)
class ProjectRegister(ReadRegister):
    list_display = ["page", "title", "field", "institution", "lead", "state"]
    list_filter = ["state", "field"]
    search_fields = ["ref", "title"]
    list_select_related = ["institution", "lead"]

    def rows(self, standing: Standing) -> "QuerySet[Project]":
        """One's own are on the portal."""
        rows = Project.objects.visible_to(standing)
        if standing.person is None:
            return rows
        own = ProjectMember.objects.filter(person=standing.person).values("project")
        seen = Q(pk__in=reviews_at_desk(standing).values("project"))
        if standing.sees_everyone:
            seen = Q()
        seen |= Q(institution__in=standing.bodies(Role.INSTITUTION_OFFICER))
        return rows.filter(seen).exclude(Q(lead=standing.person) | Q(pk__in=own))

    @admin.display(description=_("编号"))
    def page(self, project: Project) -> SafeString:
        return linked(f"{reverse('desk:queue')}?q={project.ref}", project.ref)


@admin.register(Review)
class ReviewRegister(ReadRegister):
    list_display = ["page", "project", "committee", "kind", "procedure", "state", "listed", "submitted_at"]
    list_filter = ["state", "kind", "procedure", "listed"]
    search_fields = ["ref", "project__title"]
    list_select_related = ["project", "committee"]

    def rows(self, standing: Standing) -> "QuerySet[Review]":
        return reviews_at_desk(standing)

    @admin.display(description=_("编号"))
    def page(self, review: Review) -> SafeString:
        return linked(reverse("desk:review", args=[review.ref]), review.ref)


@admin.register(Meeting)
class MeetingRegister(ReadRegister):
    list_display = ["page", "title", "committee", "starts_at", "state"]
    list_filter = ["state"]
    search_fields = ["ref", "title"]
    list_select_related = ["committee"]

    def rows(self, standing: Standing) -> "QuerySet[Meeting]":
        return at_desk(Meeting, standing)

    @admin.display(description=_("编号"))
    def page(self, meeting: Meeting) -> SafeString:
        return linked(reverse("desk:meeting", args=[meeting.ref]), meeting.ref)


@admin.register(Committee)
class CommitteeRegister(ReadRegister):
    list_display = ["page", "name", "type", "region", "state", "set_up_on"]
    list_filter = ["state", "type"]
    search_fields = ["ref", "name"]

    def rows(self, standing: Standing) -> "QuerySet[Committee]":
        return at_desk(Committee, standing)

    @admin.display(description=_("编号"))
    def page(self, committee: Committee) -> SafeString:
        return linked(reverse("desk:committee", args=[committee.ref]), committee.ref)


@admin.register(Opinion)
class OpinionRegister(ReadRegister):
    """That a member has voted, never how: neither shown, nor searched, nor filtered, nor read from the database."""

    roles = COMMITTEE_CAPACITIES
    list_display = ["page", "person", "round", "state", "cast_at"]
    list_filter = ["state"]
    search_fields = ["ref", "review__ref"]
    list_select_related = ["review", "person"]

    def rows(self, standing: Standing) -> "QuerySet[Opinion]":
        sealed = ("verdict", "criteria", "concerns", "comment", "draft_answers", "recusal_ground", "recusal_grounds")
        rows: QuerySet[Opinion] = at_desk(Opinion, standing).defer(*sealed)
        return rows

    @admin.display(description=_("审查"))
    def page(self, opinion: Opinion) -> SafeString:
        return linked(reverse("desk:review", args=[opinion.review.ref]), opinion.review.ref)


@admin.register(Decision)
class DecisionRegister(ReadRegister):
    list_display = ["page", "review", "outcome", "preliminary", "basis", "decided_at", "follow_up_due"]
    list_filter = ["outcome", "preliminary", "basis"]
    search_fields = ["number", "review__project__title"]
    list_select_related = ["review__project"]

    def rows(self, standing: Standing) -> "QuerySet[Decision]":
        return Decision.objects.filter(review__in=reviews_at_desk(standing))

    @admin.display(description=_("文号"))
    def page(self, decision: Decision) -> SafeString:
        return linked(reverse("desk:review", args=[decision.review.ref]), decision.number)


@admin.register(FollowUp)
class FollowUpRegister(ReadRegister):
    list_display = ["page", "review", "number", "due_on", "state"]
    list_filter = ["state"]
    search_fields = ["ref", "review__ref"]
    list_select_related = ["review"]

    def rows(self, standing: Standing) -> "QuerySet[FollowUp]":
        return FollowUp.objects.visible_to(standing).filter(review__in=reviews_at_desk(standing))

    @admin.display(description=_("跟踪审查"))
    def page(self, follow_up: FollowUp) -> SafeString:
        return linked(reverse("desk:follow_up", args=[follow_up.ref]), follow_up.ref)


@admin.register(Report)
class ReportRegister(ReadRegister):
    list_display = ["page", "kind", "state", "filed_at", "decided_at"]
    list_filter = ["kind", "state"]
    search_fields = ["ref", "project__ref"]

    def rows(self, standing: Standing) -> "QuerySet[Report]":
        rows: QuerySet[Report] = at_desk(Report, standing).defer("answers", "worksheet", "informing", "answer")
        return rows

    @admin.display(description=_("编号"))
    def page(self, report: Report) -> SafeString:
        return linked(reverse("desk:report", args=[report.ref]), report.ref)


@admin.register(Deadline)
class DeadlineRegister(ReadRegister):
    list_display = ["title", "object", "due_at", "outcome", "breached_at"]
    list_filter = ["outcome", "kind"]
    search_fields = ["object_ref", "subject_ref"]

    def rows(self, standing: Standing) -> "QuerySet[Deadline]":
        """Those of one's bodies, of what lies on one's desk."""
        if standing.sees_everyone:
            return Deadline.objects.all()
        mine = Q(person=standing.person) | Q(body__in=[held.body_id for held in standing.held])
        return Watched(Deadline.objects.filter(mine), sight_at_desk(standing)).seen

    @admin.display(description=_("期限"))
    def title(self, deadline: Deadline) -> str:
        return deadline.title

    @admin.display(description=_("对象"))
    def object(self, deadline: Deadline) -> SafeString | str:
        return page_of(deadline.object_kind, deadline.object_ref)


@admin.register(Entry)
class EntryRegister(ReadRegister):
    """Who did what and when. What a step was told stays on the pages of its object."""

    list_display = ["at", "actor_name", "object", "step_label", "source", "target"]
    search_fields = ["=object_ref", "=chain__subject_ref"]
    search_help_text = _("完整的编号")
    list_select_related = ["chain"]

    def rows(self, standing: Standing) -> "QuerySet[Entry]":
        rows = Entry.objects.defer("facts")
        if standing.sees_everyone:
            return rows
        reviews = Q(object_kind=Review.noun, object_ref__in=reviews_at_desk(standing).values("ref"))
        opinions = Q(object_kind=Opinion.noun, object_ref__in=at_desk(Opinion, standing).values("ref"))
        meetings = Q(object_kind=Meeting.noun, object_ref__in=at_desk(Meeting, standing).values("ref"))
        committees = Q(object_kind=Committee.noun, object_ref__in=at_desk(Committee, standing).values("ref"))
        besides = Q(object_kind=Exemption.noun, object_ref__in=at_desk(Exemption, standing).values("ref"))
        besides |= Q(object_kind=FollowUp.noun, object_ref__in=at_desk(FollowUp, standing).values("ref"))
        besides |= Q(object_kind=Report.noun, object_ref__in=at_desk(Report, standing).values("ref"))
        besides |= Q(object_kind=Appeal.noun, object_ref__in=at_desk(Appeal, standing).values("ref"))
        return rows.filter(reviews | opinions | meetings | committees | besides)

    @admin.display(description=_("对象"))
    def object(self, entry: Entry) -> SafeString | str:
        return page_of(entry.object_kind, entry.object_ref)

    @admin.display(description=_("步骤"))
    def step_label(self, entry: Entry) -> str:
        return step_name(entry.object_kind, entry.step)


@admin.register(Delivery)
class DeliveryRegister(ReadRegister):
    roles = (Role.OPERATOR,)
    list_display = ["notice_subject", "person", "channel", "state", "attempts", "next_try_at", "sent_at", "error"]
    list_filter = ["state", "channel"]
    search_fields = ["notice__person__username", "endpoint__name"]
    list_select_related = ["notice__person", "event", "endpoint"]

    def rows(self, standing: Standing) -> "QuerySet[Delivery]":
        return Delivery.objects.all() if standing.sees_everyone else Delivery.objects.none()

    @admin.display(description=_("通知"))
    def notice_subject(self, delivery: Delivery) -> str:
        return delivery.told.subject

    @admin.display(description=_("收件人"))
    def person(self, delivery: Any) -> str:
        return delivery.to
