"""Pieces of pages that are drawn once for the same content.

A piece is given its content and the language, and nothing else: not the request, not the reader. So two readers are
shown the same piece only where both were given the same content, and access is decided before there is any. Contents
are hashable and compared whole; no piece is ever out of date, and none has to be thrown away.
"""

from collections.abc import Hashable
from functools import lru_cache

from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

KEPT = 4096  # pieces in each process: a few megabytes


def drawn(template: str, content: Hashable) -> SafeString:
    """The template with `it` alone. Such templates lie in folders named `drawn`.

    What changes by the minute (how long is left) is said in the content, not found out by the template.
    """
    return _drawn(template, content, get_language() or "")


@lru_cache(maxsize=KEPT)
def _drawn(template: str, content: Hashable, language: str) -> SafeString:
    engine = get_template(template)
    html: str = engine.template.render(Context({"it": content}))  # type: ignore[attr-defined]  # Django's own engine
    return mark_safe(html)  # noqa: S308 - what a template has drawn
