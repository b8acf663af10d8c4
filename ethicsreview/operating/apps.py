from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OperatingConfig(AppConfig):
    name = "ethicsreview.operating"
    verbose_name = _("运行维护")
