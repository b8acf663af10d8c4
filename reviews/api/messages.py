"""What is wrong with a field, in words of ours: the checker's own speak English only."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

_MESSAGES = {
    "missing": gettext_lazy("必填。"),
    "extra_forbidden": gettext_lazy("没有这一项。"),
    "string_type": gettext_lazy("应为文字。"),
    "string_too_long": gettext_lazy("最多%(max_length)s个字。"),
    "string_too_short": gettext_lazy("至少%(min_length)s个字。"),
    "int_type": gettext_lazy("应为整数。"),
    "int_parsing": gettext_lazy("应为整数。"),
    "int_from_float": gettext_lazy("应为整数。"),
    "bool_type": gettext_lazy("应为 true 或 false。"),
    "bool_parsing": gettext_lazy("应为 true 或 false。"),
    "list_type": gettext_lazy("应为列表。"),
    "too_long": gettext_lazy("最多%(max_length)s项。"),
    "dict_type": gettext_lazy("应为对象。"),
    "model_type": gettext_lazy("应为对象。"),
    "model_attributes_type": gettext_lazy("应为对象。"),
    "enum": gettext_lazy("应为下列之一：%(expected)s。"),
    "literal_error": gettext_lazy("应为下列之一：%(expected)s。"),
    "greater_than_equal": gettext_lazy("不能小于%(ge)s。"),
    "less_than_equal": gettext_lazy("不能大于%(le)s。"),
    "date_parsing": gettext_lazy("应为日期（YYYY-MM-DD）。"),
    "date_from_datetime_parsing": gettext_lazy("应为日期（YYYY-MM-DD）。"),
    "date_type": gettext_lazy("应为日期（YYYY-MM-DD）。"),
    "datetime_type": gettext_lazy("应为日期和时间（ISO 8601，带时区）。"),
    "datetime_parsing": gettext_lazy("应为日期和时间（ISO 8601，带时区）。"),
    "datetime_from_date_parsing": gettext_lazy("应为日期和时间（ISO 8601，带时区）。"),
    "timezone_aware": gettext_lazy("应为日期和时间（ISO 8601，带时区）。"),
}
_SOURCES = {"body", "query", "path", "header", "form", "file"}


def field_errors(errors: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Field (with dots into what is nested) → messages; the empty name stands for the body as a whole."""
    found: dict[str, list[str]] = {}
    for error in errors:
        messages = found.setdefault(_name(error["loc"]), [])
        # Each member of a union complains on its own; the same complaint is said once.
        if (message := _message(error)) not in messages:
            messages.append(message)
    return found


def _name(place: Iterable[Any]) -> str:
    """("body", "asked", "members", 0, "name") → "members.0.name"; names of types that a union tried are left out."""
    source, *rest = place
    if source == "body":
        rest = rest[1:]
    return ".".join(str(part) for part in rest if not (isinstance(part, str) and ("[" in part or part in _TYPES)))


def _message(error: Mapping[str, Any]) -> str:
    message = _MESSAGES.get(error["type"])
    if message is None:
        # Our own validators raise ValueError with words that are ready to be read.
        own = (error.get("ctx") or {}).get("error")
        return str(own) if error["type"] == "value_error" and own else _("格式不对。")
    return str(message) % (error.get("ctx") or {})


_TYPES = {"str", "int", "bool", "none"}
