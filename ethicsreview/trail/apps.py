from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TrailConfig(AppConfig):
    name = "ethicsreview.trail"
    verbose_name = _("留痕")

    def ready(self) -> None:
        from ethicsreview.trail import triggers

        # Sent once for each app, when all have been migrated; once is enough.
        post_migrate.connect(triggers.install, sender=self, dispatch_uid="trail.triggers")
