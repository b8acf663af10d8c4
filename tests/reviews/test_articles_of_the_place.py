"""A step rests on what its own place states: nothing in Shandong is done by a text of Sichuan."""

import pytest
from django.utils import timezone

from ethicsreview.accounts.models import Authority
from ethicsreview.lifecycle.door import step_view
from ethicsreview.lifecycle.steps import steps_of
from ethicsreview.trail.models import Entry
from reviews.models import Programme, ProgrammeEntry, RiskWarning
from tests.reviews.inspections import inspecting


@pytest.mark.django_db
def test_inspection_is_recorded_and_drawn_by_its_own_ground() -> None:
    made = inspecting("370100").planned(ground="oversight")

    view = step_view(made.inspection, "cancel", made.planner, at=made.at)

    found = Entry.objects.filter(object_kind="inspection", step="name_team").get()
    assert (found.citation, view.cite) == ("shandong:11", "shandong:11")


@pytest.mark.parametrize(
    ("region", "articles"),
    [
        ("370100", ["shandong:11", "shandong:12", "shandong:12", "shandong:12"]),
        ("510100", ["sichuan:11", "sichuan:10", "sichuan:10", "sichuan:8"]),
    ],
)
def test_warnings_and_programmes_rest_on_the_text_of_the_place(region: str, articles: list[str]) -> None:
    at = timezone.now()
    programme = Programme(authority=Authority(region=region))
    entry = ProgrammeEntry(programme=programme)

    asked = [
        (RiskWarning(region=region), "acknowledge"),
        (programme, "open"),
        (entry, "advance"),
        (entry, "ask_letter"),
    ]

    assert [one.rests_on(steps_of(type(one))[step], at) for one, step in asked] == articles
