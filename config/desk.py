from django.contrib.admin.apps import AdminConfig


class DeskConfig(AdminConfig):
    """Django's admin, served by our own site at /desk/."""

    default_site = "reviews.desk.site.DeskSite"
