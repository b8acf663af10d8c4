"""Tabler's icons, put into the page itself: the few that are used cost less than a sprite of five thousand."""

import re
from functools import cache

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

NAME = re.compile(r"[a-z0-9-]+")


def icon(name: str, label: str = "") -> SafeString:
    """An inline SVG; silent to a screen reader unless it has a label of its own."""
    said = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
        ' stroke-linecap="round" stroke-linejoin="round" focusable="false" {}>{}</svg>',
        said,
        _paths(name),
    )


@cache
def _paths(name: str) -> SafeString:
    if not NAME.fullmatch(name):
        raise ValueError(f"not the name of an icon: {name!r}")
    source = settings.NODE_MODULES / "@tabler" / "icons" / "icons" / "outline" / f"{name}.svg"
    drawing = re.search(r"<svg.*?>(.*)</svg>", source.read_text(), re.DOTALL)
    assert drawing is not None
    return mark_safe("".join(line.strip() for line in drawing[1].splitlines()))  # noqa: S308 - our own package's file
