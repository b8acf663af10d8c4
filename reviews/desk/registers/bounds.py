"""What every register has: who may open it, how far it counts, and what its address may ask."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property

from ethicsreview.accounts.standing import Standing
from reviews.desk.access import visitor_of


class BoundedPaginator(Paginator):
    """Counts no further than a thousand rows: who looks for more searches or filters."""

    LIMIT = 1000

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        counted: int = rows.order_by()[: self.LIMIT].count()
        return counted


class Register(admin.ModelAdmin):
    """`roles` may open it (all of the desk, if none are named); `rows` says what they see there."""

    roles: tuple[str, ...] = ()
    actions = None
    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    list_max_show_all = 0
    # Every order but that of the key walks the table.
    sortable_by = ()
    ordering = ("-pk",)

    def rows(self, standing: Standing) -> "QuerySet[Any]":
        raise NotImplementedError

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        return self.rows(visitor_of(request).standing).order_by(*self.ordering)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """Only the filters that stand on the page: by another field, an address could ask what the page hides."""
        return any(
            lookup == name or lookup.startswith(f"{name}__") for name in self.list_filter if isinstance(name, str)
        )

    def may_open(self, request: HttpRequest) -> bool:
        visitor = visitor_of(request)
        if not visitor.works_here:
            return False
        return not self.roles or visitor.standing.sees_everyone or visitor.standing.holds(*self.roles)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may_open(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may_open(request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ReadRegister(Register):
    """A list and nothing else: no form, no history, no page of a single row but the one at the desk."""

    list_display_links = None

    def get_urls(self) -> list[Any]:
        return [pattern for pattern in super().get_urls() if str(pattern.name or "").endswith("_changelist")]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        return super().changelist_view(request, extra_context)
