"""What every page draws the same way: citations, states, deadlines, steps, icons, charts."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django import template
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from ethicsreview.deadlines.ending import Ending
from ethicsreview.deadlines.models import Deadline
from ethicsreview.policy import cite as words_of
from ethicsreview.policy.citations import place_of
from ethicsreview.ui import icons
from ethicsreview.ui.charts import Chart
from ethicsreview.ui.drawn import drawn
from ethicsreview.ui.keyset import Page
from ethicsreview.ui.states import tone_of

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    return icons.icon(name, label)


@register.simple_tag
def cite(article: str) -> SafeString | str:
    """The article in words, leading to what rests on it; or nothing where none is given."""
    return _cited(article, get_language() or "") if article else ""


@lru_cache(maxsize=2048)
def _cited(article: str, language: str) -> SafeString:
    name, mark = place_of(article)
    address = reverse("policy:document", args=[name]) + (f"#{mark}" if mark else "")
    return format_html('<cite class="citation"><a href="{}">{}</a></cite>', address, words_of(article))


@register.simple_tag
def state_badge(obj: Any, label: str = "") -> SafeString:
    """The state's own word, or the one that this reader is to see."""
    model: Any = type(obj)
    word = label or _state_labels(model).get(obj.state) or obj.get_state_display()
    return format_html('<span class="state state-{}">{}</span>', tone_of(obj.state), word)


@cache
def _state_labels(model: Any) -> dict[str, Any]:
    """A model's states in words, still to be translated: a list asks row by row."""
    return dict(model._meta.get_field("state").flatchoices) if issubclass(model, Model) else {}


@register.simple_tag
def due(end: Deadline | Ending | datetime | None, at: datetime | None = None) -> SafeString | str:
    """How long is left, and until when. Late is said in words, not by its colour alone.

    A row of a list keeps only its next moment: one at midnight is the end of a day.
    """
    if end is None:
        return ""
    if not isinstance(end, Ending):
        now = at or timezone.now()
        end = Ending.of(end, now) if isinstance(end, Deadline) else Ending.on(end, now)
    return drawn("ui/drawn/due.html", end)


@register.simple_tag(name="drawn")
def drawn_piece(template_name: str, content: Hashable) -> SafeString:
    """A piece of the page that says the same wherever it has the same content."""
    return drawn(template_name, content)


@dataclass(frozen=True)
class Button:
    name: str
    label: str
    open: bool
    danger: bool
    help: str
    refusals: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Buttons:
    at: str
    name: str
    steps: tuple[Button, ...]


@register.simple_tag
def step_buttons(steps: Iterable[Any], at: str, name: str = "steps") -> SafeString | str:
    """Every step that `open_steps` answers. `at` is the object's address on this face; each step's form is at
    `{at}steps/{name}/`. A shut step says all that stands in its way, beneath it.
    """
    buttons = tuple(
        Button(
            view.name,
            str(view.label),
            view.open,
            view.step.danger,
            str(view.step.help),
            tuple((str(refusal), refusal.cite) for refusal in view.refusals),
        )
        for view in steps
    )
    return drawn("ui/drawn/steps.html", Buttons(at, name, buttons)) if buttons else ""


@register.inclusion_tag("ui/chart.html")
def chart(drawn: Chart) -> dict[str, Any]:
    return {"chart": drawn}


@register.inclusion_tag("ui/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Page[Any]) -> dict[str, Any]:
    """Links to the first page and to the next, keeping the filters of the address."""
    query = context["request"].GET.copy()
    query.pop("cursor", None)
    first = query.urlencode()
    query["cursor"] = page.next
    return {"page": page, "first": f"?{first}", "next": f"?{query.urlencode()}"}


@register.inclusion_tag("ui/nav_item.html", takes_context=True)
def nav_item(context: template.Context, url: str, label: str, picture: str) -> dict[str, Any]:
    path = context["request"].path if "request" in context else ""
    current = path == url or (url != "/" and path.startswith(url))
    return {"url": url, "label": label, "picture": picture, "current": current}
