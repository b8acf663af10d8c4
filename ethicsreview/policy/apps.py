from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PolicyConfig(AppConfig):
    name = "ethicsreview.policy"
    verbose_name = _("规则库")

    def ready(self) -> None:
        from ethicsreview.policy import checks  # noqa: F401  (registers the system check)
