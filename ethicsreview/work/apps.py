from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class WorkConfig(AppConfig):
    name = "ethicsreview.work"
    verbose_name = _("后台任务")

    def ready(self) -> None:
        from ethicsreview.work import record  # noqa: F401 - the kinds that this room knows by itself

        # Whoever asks and whoever does it must know the same kinds.
        autodiscover_modules("work")
