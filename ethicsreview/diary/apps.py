from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DiaryConfig(AppConfig):
    name = "ethicsreview.diary"
    verbose_name = _("日程")

    def ready(self) -> None:
        from ethicsreview.deadlines.naming import name_by
        from ethicsreview.diary.names import names_for_notices

        name_by(names_for_notices)
