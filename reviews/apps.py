from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "reviews"
    verbose_name = _("审查")

    def ready(self) -> None:
        from ethicsreview.deadlines.recipients import hide
        from reviews.models import Complaint, Investigation, Sanction, triggers
        from reviews.models.complaints.hiding import unseen

        # Sent once for each app, when all have been migrated; once is enough.
        post_migrate.connect(triggers.install, sender=self, dispatch_uid="reviews.triggers")
        for model in (Complaint, Investigation, Sanction):
            hide(model.noun, unseen(model))
