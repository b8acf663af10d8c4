"""Registers that people keep by hand: who there is, which bodies, who holds which office that no step gives."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import (
    COMMITTEE_ROLES,
    Appointment,
    Authority,
    Body,
    Institution,
    Person,
    Role,
)
from ethicsreview.accounts.standing import Standing
from reviews.desk.access import visitor_of
from reviews.desk.registers.bounds import Register

OFFICER = (Role.INSTITUTION_OFFICER,)
# What an officer may give to people of their institution. Seats on a committee are given by its own step.
OFFICERS_GIVE = (Role.RESEARCHER, Role.INSTITUTION_OFFICER)
GIVEN_BY_STEP = frozenset(COMMITTEE_ROLES)


def standing_at(request: HttpRequest) -> Standing:
    return visitor_of(request).standing


def is_operator(request: HttpRequest) -> bool:
    return standing_at(request).sees_everyone


class KeptRegister(Register):
    """Operators keep every row; officers those of their institutions. Nothing is deleted: it ends, or is no longer
    active, and what it was is still known.
    """

    roles = OFFICER

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may_open(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.may_open(request)


class PersonForm(forms.ModelForm):
    class Meta:
        model = Person
        fields = ["username", "name", "name_en", "title", "email", "phone", "language", "is_active"]


@admin.register(Person)
class PersonRegister(KeptRegister, UserAdmin):
    """A new person has no password until an operator sets one or the person asks for a letter to set it.

    An officer cannot change how somebody signs in: whoever could would vote in a member's name.
    """

    form = add_form = PersonForm
    list_display = ["username", "name", "title", "masked_phone", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["username", "name"]
    filter_horizontal = ()
    ordering = ("-pk",)
    fieldsets = [
        (None, {"fields": ["username", "name", "name_en", "title", "is_active"]}),
        (_("联系方式"), {"fields": ["email", "phone", "language"]}),
    ]
    add_fieldsets = fieldsets

    def rows(self, standing: Standing) -> "QuerySet[Person]":
        return Person.objects.visible_to(standing)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [] if is_operator(request) or obj is None else ["username", "email", "is_active"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:  # noqa: A002
        if not is_operator(request):
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    @admin.display(description=_("手机号码"))
    def masked_phone(self, person: Person) -> str:
        return person.masked_phone

    def get_inline_instances(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """A person an officer enters belongs to their institution from the first moment, or would be lost to them."""
        return [] if obj is not None else [FirstAppointment(self.model, self.admin_site)]


class FirstAppointment(admin.StackedInline):
    model = Appointment
    extra = 1
    max_num = 1
    fields = ["role", "body", "starts", "ends"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_min_num(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 0 if is_operator(request) else 1

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, validate_min=True, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "body":
            kwargs["queryset"] = bodies_kept(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "role":
            kwargs["choices"] = roles_given(request)
        return super().formfield_for_choice_field(db_field, request, **kwargs)


def bodies_kept(request: HttpRequest) -> "QuerySet[Any]":
    """Where this person may give offices. A committee's are given by its own steps."""
    if is_operator(request):
        return Body.objects.exclude(kind=Body.Kind.COMMITTEE).order_by("name")
    kept = Institution.objects.kept_by(standing_at(request)).values("pk")
    return Body.objects.filter(pk__in=kept).order_by("name")


def roles_given(request: HttpRequest) -> list[tuple[str, Any]]:
    given = set(Role) - GIVEN_BY_STEP if is_operator(request) else set(OFFICERS_GIVE)
    return [("", "---------"), *[choice for choice in Role.choices if choice[0] in given]]


@admin.register(Appointment)
class AppointmentRegister(KeptRegister):
    list_display = ["person", "role", "body", "starts", "ends"]
    list_filter = ["role"]
    search_fields = ["person__username", "person__name", "body__name"]
    list_select_related = ["person", "body"]
    autocomplete_fields = ["person", "body"]
    fields = ["person", "role", "body", "starts", "ends"]

    def rows(self, standing: Standing) -> "QuerySet[Appointment]":
        return Appointment.objects.visible_to(standing)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Not a seat on a committee; for an officer, also not their own office, and none that they could not give."""
        if not isinstance(obj, Appointment):
            return self.may_open(request)
        if obj.role in GIVEN_BY_STEP:
            return False
        if is_operator(request):
            return True
        mine = obj.person_id == visitor_of(request).person.pk
        kept = Institution.objects.kept_by(standing_at(request)).filter(pk=obj.body_id)
        return not mine and obj.role in OFFICERS_GIVE and self.may_open(request) and kept.exists()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Who holds what where is said once; later only when it ends."""
        return [] if obj is None else ["person", "role", "body", "starts"]

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "body":
            kwargs["queryset"] = bodies_kept(request)
        elif db_field.name == "person":
            kwargs["queryset"] = Person.objects.visible_to(standing_at(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "role":
            kwargs["choices"] = roles_given(request)
        return super().formfield_for_choice_field(db_field, request, **kwargs)


@admin.register(Body)
class BodyRegister(Register):
    """All bodies in one list, to choose from; each is kept in the register of its kind."""

    roles = OFFICER
    list_display = ["ref", "name", "kind", "region", "is_active"]
    list_display_links = None
    list_filter = ["kind", "is_active"]
    search_fields = ["ref", "name"]

    def rows(self, standing: Standing) -> "QuerySet[Any]":
        return Body.objects.visible_to(standing)


@admin.register(Institution)
class InstitutionRegister(KeptRegister):
    list_display = ["ref", "name", "type", "region", "parent", "is_active"]
    list_filter = ["type", "is_active"]
    search_fields = ["ref", "name", "uscc"]
    list_select_related = ["parent"]
    autocomplete_fields = ["parent"]
    fields = ["name", "name_en", "type", "region", "uscc", "parent", "is_active"]

    def rows(self, standing: Standing) -> "QuerySet[Institution]":
        rows = Institution.objects.all()
        return rows if standing.sees_everyone else rows.kept_by(standing)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_operator(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Where an institution belongs is for the operator to say: an officer's reach follows from it."""
        return [] if is_operator(request) else ["region", "uscc", "parent", "is_active"]


@admin.register(Authority)
class AuthorityRegister(KeptRegister):
    roles = (Role.OPERATOR,)
    list_display = ["ref", "name", "level", "field", "region", "is_active"]
    list_filter = ["level", "field", "is_active"]
    search_fields = ["ref", "name"]
    fields = ["name", "name_en", "level", "field", "region", "is_active"]

    def rows(self, standing: Standing) -> "QuerySet[Any]":
        return Authority.objects.all() if standing.sees_everyone else Authority.objects.none()
