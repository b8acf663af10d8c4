from django.apps import AppConfig


class ServiceConfig(AppConfig):
    """Whoever sets Django up gets our Celery too; `make run`, which only starts others, waits for neither."""

    name = "config"

    def ready(self) -> None:
        from config import celery  # noqa: F401 - the application becomes the current one
