"""Registers of what goes beside a review."""

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.standing import Standing
from reviews.desk.access import at_desk
from reviews.desk.registers.bounds import ReadRegister
from reviews.models import ForeignApproval


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
