"""A desk of every sort of page that Django's admin draws, on rows of the lowest room."""

from django.contrib import admin
from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.urls import include, path

from ethicsreview.accounts.models import Appointment, Institution, Person
from ethicsreview.ui import views


class OpenSite(AdminSite):
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active


class AppointmentInline(admin.TabularInline):
    model = Appointment
    extra = 1
    autocomplete_fields = ["body"]


class AppointmentStack(admin.StackedInline):
    model = Appointment
    extra = 1
    raw_id_fields = ["person"]


class PersonAdmin(admin.ModelAdmin):
    list_display = ["username", "name", "title", "is_active", "date_joined"]
    list_filter = ["is_active", "language"]
    search_fields = ["username", "name"]
    search_help_text = "用户名或姓名"
    date_hierarchy = "date_joined"
    list_per_page = 2
    readonly_fields = ["date_joined"]
    inlines = [AppointmentInline]
    fieldsets = [
        (None, {"fields": [("username", "name"), "title", "is_active", "date_joined"]}),
        ("联系", {"fields": ["email", "phone", "language"], "classes": ["collapse"], "description": "只供联系"}),
        ("权限", {"fields": ["groups"]}),
    ]


class InstitutionAdmin(admin.ModelAdmin):
    list_display = ["name", "type", "region"]
    list_editable = ["region"]
    search_fields = ["name"]
    inlines = [AppointmentStack]


class AppointmentAdmin(admin.ModelAdmin):
    """A list without actions, and a form with dates."""

    actions = None


site = OpenSite(name="admin")
site.register(Person, PersonAdmin)
site.register(Institution, InstitutionAdmin)
site.register(Appointment, AppointmentAdmin)

urlpatterns = [
    path("desk/", site.urls),
    path("accounts/", include("ethicsreview.accounts.urls")),
    path("inbox/", include("ethicsreview.notices.urls")),
    path("i18n/setlang/", views.set_language, name="set_language"),
]
