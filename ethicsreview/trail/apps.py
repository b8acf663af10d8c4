from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TrailConfig(AppConfig):
    name = "ethicsreview.trail"
    verbose_name = _("留痕")

    def ready(self) -> None:
        from ethicsreview.trail import triggers

        post_migrate.connect(triggers.install, dispatch_uid="trail.triggers")
