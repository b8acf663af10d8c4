from django.apps import AppConfig


class ServiceConfig(AppConfig):
    """Whoever sets Django up gets our Celery too; `make run`, which only starts others, waits for neither."""

    name = "config"

    def ready(self) -> None:
        from config.celery import app

        # Also where tasks are only sent: each says by itself to which queue it goes.
        app.autodiscover_tasks(force=True)
