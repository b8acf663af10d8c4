"""A listed activity of several units: each committee's preliminary opinion, one re-check that the lead applies for."""

from typing import Any

import pytest

from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.refusals import NotPermitted, Refused
from reviews.models import Project, Review
from tests.reviews.builders import PASSWORD, signing
from tests.reviews.recheck_builders import LISTED, Listed, listed
from tests.reviews.rules.answers import BCI
from tests.reviews.together import TOGETHER, Joint, unit

pytestmark = pytest.mark.django_db


def both_passed() -> tuple[Joint, Listed]:
    """The lead unit's preliminary opinion, and the other unit's, which confirms it at a meeting of its own."""
    path = listed()
    path.answers = BCI | TOGETHER
    path.assessed()
    made = Joint(path, [unit("370200", at=path.at)]).started().invite().join()
    preliminary(path)
    path.close()
    return made.refresh(), path


def preliminary(path: Any) -> None:
    from tests.reviews.together import begun

    path.review = begun(path)
    opine(path)


def opine(path: Any) -> None:
    path.do("accept", path.secretary, procedure="general", procedure_ground="列入清单", **LISTED)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()
    path.do("conclude", path.chair, password=PASSWORD)


def confirm(made: Joint) -> None:
    [one] = made.units
    made.begin(one)
    one.own.do("submit", one.local_lead, **signing(one.local_lead))
    opine(one.own)
    one.participation.refresh_from_db()
    made.lead.at = one.own.at


@pytest.mark.article("national", 26)
def test_the_lead_unit_applies_when_every_unit_has_spoken_and_for_all() -> None:
    """第二十六条：多个单位参与的，由牵头单位汇总并申请专家复核。"""
    made, path = both_passed()
    [one] = made.units

    with pytest.raises(Refused) as early:
        path.do("refer", path.officer, authority=path.department.ref)
    confirm(made)
    with pytest.raises((Refused, NotPermitted)) as by_other:
        one.own.do("refer", one.officer, authority=path.department.ref)
    path.referred()

    assert [(refusal.code, refusal.cite) for refusal in early.value.refusals] == [("units_out", "national:26")]
    assert isinstance(by_other.value, Refused)
    assert "not_lead_unit" in {refusal.code for refusal in by_other.value.refusals}
    assert one.participation.state == "agreed"
    assert not Deadline.objects.of(one.own.review).open().filter(kind="review.refer").exists()


@pytest.mark.parametrize(("votes", "ends"), [((), "approved"), (("disagree",) * 5, "rejected")])
def test_what_the_panel_answered_reaches_every_units_committee(votes: tuple[str, ...], ends: str) -> None:
    made, path = both_passed()
    [one] = made.units
    confirm(made)

    path.delivered(*votes)
    own = Review.objects.get(pk=one.own.review.pk)
    waits = (own.state, own.recheck_result != "")
    one.own.at = path.at
    one.own.review = own
    one.own.do("conclude_by_recheck", one.own.chair, password=PASSWORD, reasons="依据复核意见")

    assert waits == ("in_recheck", True)
    part = Project.objects.get(participation=one.participation)
    assert (one.own.review.state, part.state) == (ends, ends)
    assert one.own.review.decision.recheck == path.recheck.report
