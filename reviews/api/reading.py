"""Reading a JSON body: strictly, because what a database cannot store must not reach it."""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.parser import Parser

from reviews.api.problems import NotAcceptable

DEPTH = 20


class StrictParser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        """The body's value. Raises NotAcceptable: 415 for another media type, 400 for what is no JSON, 422 for text
        that no database stores, with its place.
        """
        require_media_type(request, "application/json")
        try:
            value = json.loads(request.body, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            title = _("请求体不是 JSON")
            raise NotAcceptable(HTTPStatus.BAD_REQUEST, "unreadable", title, str(error)) from error
        if errors := dict(_unstorable(value)):
            raise NotAcceptable(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", _("输入有误"), errors=errors)
        return value


def require_media_type(request: HttpRequest, wanted: str) -> None:
    if request.content_type != wanted:
        detail = _("应为 %(wanted)s，收到的是 %(given)s。") % {"wanted": wanted, "given": request.content_type or "-"}
        raise NotAcceptable(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "media-type", _("不支持这种格式"), detail)


def storable(text: str) -> bool:
    """Neither NUL, which PostgreSQL refuses, nor half of a character, which no encoding writes."""
    return not any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in text)


def _unstorable(value: Any, place: str = "", depth: int = 0) -> Iterator[tuple[str, list[str]]]:
    if depth > DEPTH:
        yield place, [_("嵌套太深。")]
    elif isinstance(value, str) and not storable(value):
        yield place, [_("含有不能保存的控制字符。")]
    elif isinstance(value, dict):
        for key, item in value.items():
            if storable(key):
                yield from _unstorable(item, f"{place}.{key}" if place else key, depth + 1)
            else:
                yield place, [_("含有不能保存的控制字符。")]
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _unstorable(item, f"{place}.{number}" if place else str(number), depth + 1)


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")
