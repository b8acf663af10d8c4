"""Registers of what goes beside a review."""

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.standing import Standing
from reviews.desk.access import at_desk
from reviews.desk.registers.bounds import ReadRegister
from reviews.desk.registers.reading import page_of
from reviews.models import Appeal, EmergencyEvent, Exemption, ForeignApproval


@admin.register(ForeignApproval)
class ForeignApprovalRegister(ReadRegister):
    list_display = ["ref", "project", "named", "basis", "number", "expires_on", "state"]
    list_filter = ["state", "basis"]
    search_fields = ["ref", "project__title", "number"]
    list_select_related = ["project"]

    def rows(self, standing: Standing) -> "QuerySet[ForeignApproval]":
        return at_desk(ForeignApproval, standing)

    @admin.display(description=_("国家"))
    def named(self, approval: ForeignApproval) -> SafeString | str:
        return approval.country_name


@admin.register(Appeal)
class AppealRegister(ReadRegister):
    list_display = ["page", "review", "filed_at", "state", "decided_at"]
    list_filter = ["state"]
    search_fields = ["ref", "review__ref", "review__project__title"]
    list_select_related = ["review__project"]

    def rows(self, standing: Standing) -> "QuerySet[Appeal]":
        return at_desk(Appeal, standing)

    @admin.display(description=_("编号"))
    def page(self, appeal: Appeal) -> SafeString | str:
        return page_of(appeal.noun, appeal.ref)


@admin.register(Exemption)
class ExemptionRegister(ReadRegister):
    """Every exemption of the territory, the institution or the committee: what samples are drawn from later."""

    list_display = ["page", "project", "committee", "ground_shown", "state", "decided_at"]
    list_filter = ["state"]
    search_fields = ["ref", "project__ref", "project__title"]
    list_select_related = ["project", "committee", "assessment"]

    def rows(self, standing: Standing) -> "QuerySet[Exemption]":
        return at_desk(Exemption, standing)

    @admin.display(description=_("编号"))
    def page(self, exemption: Exemption) -> SafeString | str:
        return page_of(exemption.noun, exemption.ref)

    @admin.display(description=_("情形"))
    def ground_shown(self, exemption: Exemption) -> str:
        return exemption.ground_text


@admin.register(EmergencyEvent)
class EmergencyEventRegister(ReadRegister):
    list_display = ["page", "title", "kind", "level", "authority", "starts_at", "until", "state"]
    list_filter = ["state", "kind", "level"]
    search_fields = ["ref", "title"]
    list_select_related = ["authority"]

    def rows(self, standing: Standing) -> "QuerySet[EmergencyEvent]":
        return at_desk(EmergencyEvent, standing)

    @admin.display(description=_("编号"))
    def page(self, event: EmergencyEvent) -> SafeString | str:
        return page_of(event.noun, event.ref)
