from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LifecycleConfig(AppConfig):
    name = "ethicsreview.lifecycle"
    verbose_name = _("流程")

    def ready(self) -> None:
        from ethicsreview.deadlines.lapsing import when_lapsed
        from ethicsreview.lifecycle.ends import note_next_ends

        when_lapsed(note_next_ends)
