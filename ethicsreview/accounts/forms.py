"""The sign-in form, in our words."""

from typing import Any

from allauth.account import forms
from django.utils.translation import gettext_lazy as _


class LoginForm(forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["login"].label = _("用户名或电子邮箱")
        for field in self.fields.values():
            # Each says no more than the label above it.
            field.widget.attrs.pop("placeholder", None)
