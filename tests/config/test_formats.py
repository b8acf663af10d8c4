"""Days and hours in fields: as a browser's own fields take them, in either language."""

from datetime import datetime

import pytest
from django import forms
from django.utils import translation


class Asked(forms.Form):
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    hour = forms.DateTimeField(widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_what_is_proposed_is_shown_and_what_is_shown_is_taken(language: str) -> None:
    proposed = datetime(2026, 3, 9, 14, 30)  # noqa: DTZ001  # as a form holds it, in the time zone of the page
    with translation.override(language):
        form = Asked(initial={"day": proposed.date(), "hour": proposed})
        drawn = str(form)
        sent = Asked({"day": "2026-03-09", "hour": "2026-03-09T14:30"})

        assert 'value="2026-03-09"' in drawn
        assert 'value="2026-03-09T14:30"' in drawn
        assert sent.is_valid(), sent.errors


def test_a_day_may_be_typed_as_people_write_it() -> None:
    for day in ("2026-3-9", "2026/3/9", "2026年3月9日"):
        assert Asked({"day": day, "hour": "2026-03-09 14:30"}).is_valid(), day
