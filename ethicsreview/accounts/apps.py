from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "ethicsreview.accounts"
    verbose_name = _("人员与机构")

    def ready(self) -> None:
        from ethicsreview.accounts.references import prepare

        prepare()
