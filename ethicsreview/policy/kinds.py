"""The kinds of value a key may have: what is wrong with one, how strict it is, and how people read it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import TypeAdapter, ValidationError

from ethicsreview.policy.schema import Document, Formula, KeySpec, Text
from ethicsreview.policy.words import said

UNITS: dict[str, str | Promise] = {
    "people": gettext_lazy("人"),
    "votes": gettext_lazy("票"),
    "sexes": gettext_lazy("种性别"),
    "cases": gettext_lazy("件"),
    "times": gettext_lazy("次"),
    "days": gettext_lazy("日"),
    "working_days": gettext_lazy("个工作日"),
    "hours": gettext_lazy("小时"),
    "lesson_hours": gettext_lazy("学时"),
    "months": gettext_lazy("个月"),
    "years": gettext_lazy("年"),
    "percent": gettext_lazy("%"),
}
VOTERS: dict[str, str | Promise] = {
    "attending": gettext_lazy("到会委员"),
    "all_members": gettext_lazy("全体委员"),
    "all_panel": gettext_lazy("全体复核专家"),
}


@dataclass(frozen=True, eq=False)
class Question:
    """A key with what its values may choose from: the choices of its set, or the documents."""

    spec: KeySpec
    choices: Mapping[str, Text] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)


def problems(value: Any, question: Question) -> Iterator[str]:
    return _KINDS[question.spec.type].check(value, question)


def words(value: Any, question: Question) -> str:
    """The value as people read it, with its unit, in the reader's language."""
    return _KINDS[question.spec.type].show(value, question)


def measure(value: Any) -> Any:
    """What "strictest" compares: the number, yes over no, the later day, and of lists the one that asks for most."""
    return len(value) if isinstance(value, tuple) else value


def frozen(value: Any) -> Any:
    """Lists as tuples, so that nobody changes the law for the rest of the process."""
    if isinstance(value, list):
        return tuple(frozen(item) for item in value)
    return value


# --- one kind after the other ---------------------------------------------------------------------------------------


def _check_flag(value: Any, question: Question) -> Iterator[str]:
    if not isinstance(value, bool):
        yield _("应为 true 或 false")


def _check_count(value: Any, question: Question) -> Iterator[str]:
    if not _is_count(value):
        yield _("应为不小于0的整数")


def _check_counts(value: Any, question: Question) -> Iterator[str]:
    if not isinstance(value, list) or not value or not all(_is_count(item) for item in value):
        yield _("应为不小于0的整数的清单")


def _check_choice(value: Any, question: Question) -> Iterator[str]:
    if not isinstance(value, str):
        yield _("应为一个选项")
    elif value not in question.choices:
        yield _unknown([value], question.choices)


def _check_choices(value: Any, question: Question) -> Iterator[str]:
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        yield _("应为选项的清单，不得为空")
        return
    if len(set(value)) < len(value):
        yield _("清单中有重复项")
    if unknown := [item for item in value if item not in question.choices]:
        yield _unknown(unknown, question.choices)


def _check_formula(value: Any, question: Question) -> Iterator[str]:
    try:
        formula = _FORMULA.validate_python(value)
    except ValidationError:
        yield _("应为 {numerator, denominator, of, strict}，of 为 %(voters)s 之一") % {"voters": _("、").join(VOTERS)}
        return
    if formula.numerator > formula.denominator:
        yield _("分子大于分母")


def _check_day(value: Any, question: Question) -> Iterator[str]:
    if not isinstance(value, str) or not re.fullmatch(r"\d\d-\d\d", value) or _in_leap_year(value) is None:
        yield _("应为月-日，如 03-31")


def _check_date(value: Any, question: Question) -> Iterator[str]:
    if type(value) is not date:
        yield _("应为日期，如 2024-12-31")


def _check_text(value: Any, question: Question) -> Iterator[str]:
    if not _is_text(value):
        yield _("应为 {zh, en} 两种文字")


def _check_codes(value: Any, question: Question) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(c, str) and re.fullmatch(r"\d{6}", c) for c in value):
        yield _("应为六位行政区划代码的清单")


def _check_routes(value: Any, question: Question) -> Iterator[str]:
    if not isinstance(value, dict) or not value or not all(_is_text(item) for item in value.values()):
        yield _("每一项应为 {zh, en} 两种文字")
    elif unknown := [name for name in value if name not in question.choices]:
        yield _unknown(unknown, question.choices)


def _check_document(value: Any, question: Question) -> Iterator[str]:
    if value not in question.documents:
        yield _("没有名为 %(name)s 的规则文件") % {"name": value}


def _show_flag(value: Any, question: Question) -> str:
    return _("是") if value else _("否")


def _show_count(value: Any, question: Question) -> str:
    return _amount(str(value), question.spec.unit)


def _show_counts(value: Any, question: Question) -> str:
    return _amount(_("、").join(str(item) for item in value), question.spec.unit)


def _show_choice(value: Any, question: Question) -> str:
    return said(question.choices[value])


def _show_choices(value: Any, question: Question) -> str:
    return _("；").join(said(question.choices[item]) for item in value)


def _show_formula(value: Any, question: Question) -> str:
    pattern = _("超过%(voters)s的 %(share)s") if value["strict"] else _("%(voters)s的 %(share)s 以上（含）")
    return pattern % {"voters": VOTERS[value["of"]], "share": f"{value['numerator']}/{value['denominator']}"}


def _show_day(value: Any, question: Question) -> str:
    return date_format(_in_leap_year(value) or date.min, "MONTH_DAY_FORMAT")


def _show_date(value: Any, question: Question) -> str:
    return date_format(value, "DATE_FORMAT")


def _show_text(value: Any, question: Question) -> str:
    return said(Text(**value))


def _show_codes(value: Any, question: Question) -> str:
    return _("、").join(value)


def _show_routes(value: Any, question: Question) -> str:
    return _("；").join(f"{said(question.choices[name])}: {said(Text(**text))}" for name, text in value.items())


def _show_document(value: Any, question: Question) -> str:
    return said(question.documents[value])


@dataclass(frozen=True)
class _Kind:
    check: Callable[[Any, Question], Iterator[str]]
    show: Callable[[Any, Question], str]


_FORMULA = TypeAdapter(Formula)
_KINDS = {
    "flag": _Kind(_check_flag, _show_flag),
    "count": _Kind(_check_count, _show_count),
    "counts": _Kind(_check_counts, _show_counts),
    "choice": _Kind(_check_choice, _show_choice),
    "choices": _Kind(_check_choices, _show_choices),
    "formula": _Kind(_check_formula, _show_formula),
    "day": _Kind(_check_day, _show_day),
    "date": _Kind(_check_date, _show_date),
    "text": _Kind(_check_text, _show_text),
    "codes": _Kind(_check_codes, _show_codes),
    "routes": _Kind(_check_routes, _show_routes),
    "document": _Kind(_check_document, _show_document),
}


def _is_count(value: Any) -> bool:
    return type(value) is int and value >= 0


def _is_text(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"zh", "en"}
        and all(isinstance(text, str) and text.strip() for text in value.values())
    )


def _in_leap_year(value: str) -> date | None:
    try:
        return date.fromisoformat(f"2024-{value}")
    except ValueError:
        return None


def _amount(number: str, unit: str) -> str:
    if not unit:
        return number
    return _("%(number)s%(unit)s") % {"number": number, "unit": UNITS[unit]}


def _unknown(values: list[str], choices: Mapping[str, Text]) -> str:
    return _("没有选项 %(values)s；可选：%(choices)s") % {
        "values": _("、").join(values),
        "choices": _("、").join(choices),
    }
