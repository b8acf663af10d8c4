"""Checks on what people type about themselves and their institutions, each with a word on what is wrong."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.regions import is_region

# GB 32100-2015: no I, O, S, V, Z, which are taken for 1, 0, 5, U, 2.
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = [pow(3, place, 31) for place in range(17)]


def plain_text(value: str) -> None:
    """Letters of any script, emoji too; no control characters, and none that turn the direction of what follows."""
    for character in value:
        category = unicodedata.category(character)
        if category in {"Cc", "Cs", "Co"} or character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff":
            raise ValidationError(
                _("含有不可见的控制字符（U+%(code)s），请删除后重试。"),
                code="control",
                params={"code": f"{ord(character):04X}"},
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
