"""What a password must be, beyond Django's own checks."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext


class LongEnough(MinimumLengthValidator):
    """Django's, whose message its Chinese catalogue lacks."""

    def get_error_message(self) -> str:
        return gettext("密码太短：至少需要%(length)d个字符。") % {"length": self.min_length}
