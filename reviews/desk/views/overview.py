"""The overview of whoever supervises: their territory at a glance."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ethicsreview.accounts.regions import cities
from reviews.desk.access import Visitor, desk_page
from reviews.desk.overview import Asked, Narrowing, Overview
from reviews.desk.overview_file import address
from reviews.models import Project
from reviews.oversight.overview.figures import Figures, out_of_order, read
from reviews.oversight.overview.spans import Span

PROVINCE = 2  # digits of a GB/T 2260 code


@require_safe
@desk_page
def overview(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """To people who supervise nothing this page does not exist."""
    if not visitor.supervises:
        raise Http404(request.path)
    given = request.GET
    region = given.get("region", "")
    asked = Asked(
        span=Span.named(given.get("span", ""), visitor.at),
        at=visitor.at,
        region=region if len(region) == 6 and region.isascii() and region.isdigit() else "",
        field=given.get("field", "") if given.get("field", "") in Project.Field.values else "",
    )
    figures = read(visitor.standing, asked)
    drawn = Overview(figures)
    context = {
        "overview": drawn,
        "figures": figures,
        "form": Narrowing({"region": asked.region, "field": asked.field}, cities=_offered(visitor, figures)),
        "committees": out_of_order(visitor.standing, asked) if drawn.committees[1] else [],
        "file": address(asked, request.get_full_path()),
    }
    return render(request, "desk/overview.html", context)


def _offered(visitor: Visitor, figures: Figures) -> list[str]:
    """The cities of which something is counted, and those of a province the person regulates."""
    provinces = [prefix for prefix in visitor.standing.territories() if len(prefix) == PROVINCE]
    return sorted({*figures.cities(), *(code for prefix in provinces for code in cities(prefix))})
