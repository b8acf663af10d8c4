from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = _("审查")

    def ready(self) -> None:
        from reviews.models import triggers

        # Sent once for each app, when all have been migrated; once is enough.
        post_migrate.connect(triggers.install, sender=self, dispatch_uid="reviews.triggers")
