"""What the desk's pages say to whoever reads them."""

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from ethicsreview.policy.citations import holds_in
from ethicsreview.ui.templatetags.ui import cite
from reviews.desk.access import visitor_of

register = template.Library()


@register.simple_tag(takes_context=True)
def cite_here(context: Any, *articles: str) -> SafeString:
    """Of several provinces' articles those of the places where the reader holds office; all, to who holds none."""
    places = visitor_of(context["request"]).places
    said = [cite(one) for one in articles if not places or any(holds_in(one, place) for place in places)]
    return mark_safe(" ".join(said))  # noqa: S308 - each is safe
