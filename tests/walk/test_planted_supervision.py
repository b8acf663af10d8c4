"""Would the walk notice? A bug planted in supervision is found within a few steps of where it matters."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines import lapsing
from ethicsreview.deadlines.calendar import law_day
from reviews.models import AnnualReport, Disclosure, Inspection, Sanction
from reviews.models.complaints import receiving
from reviews.models.inspections import bars, guards, inspection
from reviews.models.sanctions import bans
from reviews.models.sanctions import guards as sanction_guards
from tests.factories import AppointmentFactory
from tests.reviews.complaints import CONTACT, WHISTLE
from tests.reviews.disclosures import telling
from tests.reviews.following import noon
from tests.reviews.planting import nothing, unguard
from tests.walk.supervision import complaining, disclosing, inspecting, reporting, sanctioning
from tests.walk.supervision.world import Supervision
from tests.walk.walking import Broken, Walk

pytestmark = pytest.mark.django_db
AT = noon(2026, 3, 2)
Patch = pytest.MonkeyPatch


def who_complained_stands_in_the_open(patch: Patch) -> Supervision:
    patch.setattr(receiving, "sealed", lambda identity: f"{WHISTLE} {CONTACT}")
    made, people, bodies = complaining.scene(AT)
    return complaining.TheComplaint(made.complained(), people, bodies)


def the_accused_are_offered_their_case(patch: Patch) -> Supervision:
    patch.setattr(complaining.Complaint, "accuses", lambda complaint, standing: False)
    made, people, bodies = complaining.scene(AT)
    made.complained().handle("name_accused", accused=people["officer"].username, institution="", unit_suspected=False)
    return complaining.TheComplaint(made, people, bodies)


def in_force(measure: str = "ban") -> sanctioning.TheSanction:
    made, people = sanctioning.scene(AT)
    made.proposed(measure, days=sanctioning.BANNED.days).rule("notify", until=law_day(made.at) + timedelta(days=10))
    made.rule("state_case", by=made.accused, statement="请从轻")
    made.rule("decide", by=people["third officer"], number="1", reason="情节严重")
    made.rule("serve", served_on=law_day(made.at), how="直接送达").rule("appeal", by=made.accused, grounds="过重")
    return sanctioning.TheSanction(made, people)


def an_investigator_reconsiders(patch: Patch) -> Supervision:
    unguard(patch, Sanction, "reconsider", sanction_guards.another_reconsiders)
    return in_force()


def a_revoked_ban_still_bars(patch: Patch) -> Supervision:
    patch.setattr(bans, "lift", nothing)
    return in_force()


def on_site() -> inspecting.TheInspection:
    made, people = inspecting.scene(AT)
    today = law_day(made.at)
    made.sent().do("revise", scope="培训", starts_on=today, ends_on=today)
    made.do("begin_unannounced", by=made.team[0], reason="核实")
    for one in made.inspection.items():
        made.find(one.key, "does_not_conform")
    return inspecting.TheInspection(made.do("send_draft", by=made.team[0], summary="记录不全"), people)


def the_inspected_are_not_heard(patch: Patch) -> Supervision:
    unguard(patch, Inspection, "issue", guards.institution_heard)
    return on_site()


def whoever_belongs_there_inspects(patch: Patch) -> Supervision:
    for place in (bars, guards, inspection):
        patch.setattr(place, "against_inspecting", lambda person, institution, at: [])
    begun = on_site()
    AppointmentFactory(person=begun.people["inspector"], role=Role.RESEARCHER, body=begun.made.unit, starts=AT.date())
    return begun


def what_has_lapsed_is_still_the_next_end(patch: Patch) -> Supervision:
    patch.setattr(lapsing, "_KEEPERS", [])
    return on_site()


def whoever_wrote_it_approves(patch: Patch) -> Supervision:
    unguard(patch, Disclosure, "approve", Disclosure.another_approves)
    # Of the database's own rule the last hand is another's.
    made = telling(disclosing.SHANDONG, AT).drafted()
    revised = {name: getattr(made.disclosure, name) for name in (*disclosing.TEXT, "sources")}
    return disclosing.TheDisclosure(made.take("revise", by=made.second, **revised).take("submit", checked=True))


def a_part_of_a_signed_sum_is_returned(patch: Patch) -> Supervision:
    unguard(patch, AnnualReport, "send_back", AnnualReport.not_summed_up)
    begun = reporting.the_reports()
    begun.made.submitted(begun.made.committees[0])
    begun.made.signed(begun.made.departments["370100"], begun.made.regulator("370100"))
    begun.at = begun.made.at
    return begun


BUGS = (
    who_complained_stands_in_the_open,
    the_accused_are_offered_their_case,
    an_investigator_reconsiders,
    a_revoked_ban_still_bars,
    the_inspected_are_not_heard,
    whoever_belongs_there_inspects,
    what_has_lapsed_is_still_the_next_end,
    whoever_wrote_it_approves,
    a_part_of_a_signed_sum_is_returned,
)


@pytest.mark.parametrize("plant", BUGS, ids=lambda plant: plant.__name__)
def test_planted_bug_is_noticed(plant: Callable[[Patch], Supervision]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        walk = Walk(plant(patch), most=20, offered_only=True)

        with pytest.raises(Broken) as found:
            walk.run()

    print(f"\nafter {walk.figures.states} situations: {found.value}")
