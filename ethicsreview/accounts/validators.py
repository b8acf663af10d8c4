"""Checks on what people type about themselves and their institutions, each with a word on what is wrong."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.regions import is_region

# GB 32100-2015: no I, O, S, V, Z, which are taken for 1, 0, 5, U, 2.
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = [pow(3, place, 31) for place in range(17)]


# Those that turn the direction of what follows, and those that cannot be seen at all. The joiners of emoji and of
# Persian or Indian scripts (200C, 200D) are letters' own and stay.
_DECEIVING = frozenset(
    "\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)

# No @: what is typed at sign-in is then either a user name or an e-mail address, never both.
sign_in_name = RegexValidator(r"^[\w.+-]+\Z", _("用户名只能含文字、数字和 . + - _，不能有空格和 @。"), code="username")
phone_number = RegexValidator(
    r"^\+?[0-9][0-9 -]{5,18}\Z", _("电话号码只能含数字、空格、连字符和开头的加号。"), code="phone"
)


def plain_text(value: str) -> None:
    """One line of letters of any script, emoji too; nothing invisible, nothing that turns the reading direction."""
    for character in value:
        code = f"{ord(character):04X}"
        category = unicodedata.category(character)
        if category in {"Cc", "Cs"} or character in _DECEIVING:
            raise ValidationError(
                _("含有不可见的控制字符（U+%(code)s），请删除后重试。"), code="control", params={"code": code}
            )
        if category == "Co":
            # A rare name typed with an old font: it would print as a box, or as another name.
            raise ValidationError(
                _("含有无统一编码的自造字（U+%(code)s），请改用标准字或写明替代字。"),
                code="private",
                params={"code": code},
            )


def region_code(value: str) -> None:
    if not is_region(value):
        raise ValidationError(_("“%(value)s”不是 GB/T 2260 行政区划代码。"), code="region", params={"value": value})


def check_character(body: str) -> str:
    """The 18th character of a unified social credit code, from the first 17 (GB 32100-2015)."""
    total = sum(_ALPHABET.index(character) * weight for character, weight in zip(body, _WEIGHTS, strict=True))
    return _ALPHABET[-total % 31]


def social_credit_code(value: str) -> None:
    if len(value) != 18:
        raise ValidationError(
            _("统一社会信用代码应为18位，现为%(length)d位。"), code="length", params={"length": len(value)}
        )
    if wrong := sorted({character for character in value if character not in _ALPHABET}):
        raise ValidationError(
            _("统一社会信用代码不能含有：%(wrong)s"), code="alphabet", params={"wrong": " ".join(wrong)}
        )
    if check_character(value[:17]) != value[17]:
        raise ValidationError(_("统一社会信用代码的校验位不正确，请核对。"), code="check")
