"""Several at once on one collaboration: nothing begun twice, nobody waiting crosswise."""

import pytest

from ethicsreview.trail.verification import verify
from reviews.models import Collaboration, Project
from reviews.models.collaborations.joining import start_collaboration
from tests.reviews.test_concurrency import all_at_once, step
from tests.reviews.together import joint, together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_two_windows_begin_it_once() -> None:
    made = joint()
    project, lead = made.lead.project, made.lead.lead

    refs = all_at_once(
        [lambda: start_collaboration(Project.objects.get(pk=project.pk), by=lead, at=made.lead.at).ref] * 4
    )

    assert len(set(refs)) == Collaboration.objects.count() == 1


def test_a_unit_joins_once_however_many_officers_press() -> None:
    made = joint("370200", committee=False).started().invite()
    [one] = made.units
    terms = {"local_lead": one.local_lead.username}

    answers = all_at_once([step(one.participation, "join", one.officer, made.lead.at, **terms)] * 4)

    assert sorted(answers) == ["done", "state", "state", "state"]
    assert Project.objects.filter(lead=one.local_lead).count() == 1


def test_the_lead_tells_while_every_unit_begins() -> None:
    """The lead's step goes from the whole to its parts, theirs from the part alone: nobody waits crosswise."""
    made = together("370200", "370300", "370400")
    begin = [
        step(one.participation, "begin_confirmation", one.local_lead, made.lead.at, committee=one.own.committee.ref)
        for one in made.units
    ]
    tell = step(made.collaboration, "tell_change", made.lead.lead, made.lead.at, change="changed", reason="方案变更")

    answers = all_at_once([*begin, tell])

    assert answers == ["done"] * 4
    for one in made.units:
        one.participation.refresh_from_db()
        assert (one.participation.state, one.participation.lead_change) == ("confirming", "changed")
    assert list(verify()) == []
