"""Registers of what several units do together."""

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.standing import Standing
from reviews.desk.access import at_desk
from reviews.desk.registers.bounds import ReadRegister
from reviews.desk.registers.reading import page_of
from reviews.models import Alliance, Collaboration, Entrustment, Participation, Recognition
from reviews.models.collaborations.picture import differing_in


@admin.register(Collaboration)
class CollaborationRegister(ReadRegister):
    list_display = ["page", "project", "lead_unit", "state", "created_at"]
    list_filter = ["state"]
    search_fields = ["ref", "project__ref", "project__title"]
    list_select_related = ["project__institution"]

    def rows(self, standing: Standing) -> "QuerySet[Collaboration]":
        return at_desk(Collaboration, standing)

    @admin.display(description=_("编号"))
    def page(self, collaboration: Collaboration) -> SafeString | str:
        return page_of(collaboration.noun, collaboration.ref)

    @admin.display(description=_("牵头单位"))
    def lead_unit(self, collaboration: Collaboration) -> str:
        return collaboration.project.institution.name


@admin.register(Participation)
class ParticipationRegister(ReadRegister):
    list_display = ["page", "institution", "matter", "state", "differs", "days", "next_due_at"]
    list_filter = ["state", "lead_change"]
    search_fields = ["ref", "institution__name", "collaboration__project__title"]
    list_select_related = ["institution", "collaboration__project"]

    def rows(self, standing: Standing) -> "QuerySet[Participation]":
        return at_desk(Participation, standing)

    @admin.display(description=_("编号"))
    def page(self, participation: Participation) -> SafeString | str:
        return page_of(participation.noun, participation.ref)

    @admin.display(description=_("科技活动"))
    def matter(self, participation: Participation) -> str:
        return participation.collaboration.project.title

    @admin.display(description=_("与牵头单位的不同"))
    def differs(self, participation: Participation) -> str:
        return str(_("、")).join(differing_in(participation)) or "—"


@admin.register(Entrustment)
class EntrustmentRegister(ReadRegister):
    list_display = ["page", "institution", "trustee", "case", "scope", "starts", "ends", "state"]
    list_filter = ["state", "case", "scope"]
    search_fields = ["ref", "institution__name", "trustee__name"]
    list_select_related = ["institution", "trustee"]

    def rows(self, standing: Standing) -> "QuerySet[Entrustment]":
        return at_desk(Entrustment, standing)

    @admin.display(description=_("编号"))
    def page(self, entrustment: Entrustment) -> SafeString | str:
        return page_of(entrustment.noun, entrustment.ref)


@admin.register(Alliance)
class AllianceRegister(ReadRegister):
    list_display = ["page", "name", "founder", "term_months", "state"]
    list_filter = ["state"]
    search_fields = ["ref", "name", "founder__name"]
    list_select_related = ["founder"]

    def rows(self, standing: Standing) -> "QuerySet[Alliance]":
        return at_desk(Alliance, standing)

    @admin.display(description=_("编号"))
    def page(self, alliance: Alliance) -> SafeString | str:
        return page_of(alliance.noun, alliance.ref)


@admin.register(Recognition)
class RecognitionRegister(ReadRegister):
    list_display = ["page", "review", "source", "alliance", "valid_until", "state"]
    list_filter = ["state"]
    search_fields = ["ref", "review__ref", "review__project__title", "number", "decision__number"]
    list_select_related = ["review__project", "decision__review__committee", "alliance"]

    def rows(self, standing: Standing) -> "QuerySet[Recognition]":
        return at_desk(Recognition, standing)

    @admin.display(description=_("编号"))
    def page(self, recognition: Recognition) -> SafeString | str:
        return page_of(recognition.noun, recognition.ref)

    @admin.display(description=_("请求认可的结果"))
    def source(self, recognition: Recognition) -> str:
        return f"{recognition.source_body} {recognition.source_number}"
