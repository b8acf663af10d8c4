"""A walk with Shandong, Sichuan and a mixed collaboration, of one, three and sixty participating units."""

from collections.abc import Iterable

import pytest

from ethicsreview.trail.verification import verify
from reviews.models import Participation, Project
from reviews.models.collaborations.picture import SIZE, measure, picture
from tests.reviews.together import Joint, decided, joint, unit

pytestmark = pytest.mark.django_db


def walked(region: str, regions: Iterable[str], more: int = 0) -> Joint:
    """Everybody who has a committee decides; `more` units are still at it, or have none."""
    made = joint(*regions, region=region)
    made.units += [unit("370300", at=made.lead.at, committee=False) for _number in range(more)]
    made.started().invite().join()
    decided(made).refresh()
    for one in made.units:
        if one.case is None:
            continue
        if one.institution.region.startswith("37"):
            made.confirm(one, days=2)
        else:
            made.at_meeting(one)
        made.lead.at = max(made.lead.at, one.own.at)
    return made.refresh()


@pytest.mark.parametrize(
    ("region", "regions", "more"),
    [
        ("370100", ["370200"], 0),
        ("510100", ["510700"], 0),
        ("510100", ["370200", "510700", "370100"], 0),
        ("370100", ["510100"], 59),
    ],
    ids=["shandong-1", "sichuan-1", "mixed-3", "mixed-60"],
)
def test_everybody_decides_for_their_own_part(region: str, regions: list[str], more: int) -> None:
    made = walked(region, regions, more)

    found = measure(made.collaboration, made.lead.at)
    parts = Project.objects.filter(participation__collaboration=made.collaboration)
    assert (found.units, found.agreed, found.waiting) == (len(regions) + more, len(regions), more)
    assert parts.filter(state="approved").count() == len(regions)
    assert not parts.filter(state="approved", participation__state="joined").exists()
    assert list(verify()) == []


def test_sixty_units_are_shown_page_by_page_and_all_of_them_are_reached() -> None:
    made = walked("370100", [], 60)
    first = picture(made.collaboration, {}, made.lead.at)
    second = picture(made.collaboration, {"cursor": first["page"].next}, made.lead.at)

    made.do("tell_change", change="suspended", reason="风险信号")

    shown = [row.one.pk for row in [*first["rows"], *second["rows"]]]
    assert (len(first["rows"]), len(shown), len(set(shown))) == (SIZE, 60, 60)
    assert Participation.objects.filter(lead_change="suspended").count() == 60
