"""What the emergency procedure requires beside all that the general one does. Each guard is silent elsewhere."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from committees.kinds import ExpertField
from committees.models import Membership, conflicts_of, fields_known
from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from reviews.models.projects.interests import project_facts

if TYPE_CHECKING:
    from reviews.models.reviewing.urgent import Urgent


def event_in_force(review: "Urgent", act: Act) -> Iterator[Refusal]:
    """Measures 36: there is an emergency, declared by who may."""
    if not review.emergency_at(act.at)[0]:
        words = _("科技活动所在地区没有主管部门宣布并且正在生效的突发事件，请按其他程序受理")
        yield Refusal("no_event", words, {}, "national:36")


def system_ready(review: "Urgent", act: Act) -> Iterator[Refusal]:
    """Measures 35: all that is wanting of the committee's emergency system, at once."""
    yield from review.emergency_at(act.at)[1]


def runs_urgent(review: "Urgent", act: Act) -> Iterator[Refusal]:
    if not review.is_urgent:
        yield Refusal("not_urgent", _("本审查不适用应急程序，或者已转为一般程序"), {}, "national:36")


def free_advisers(review: "Urgent", act: Act) -> list[Membership]:
    """The committee's advisers in office, without an interest, who are not awaited already."""

    def read() -> list[Membership]:
        seats = review.committee.members_at(law_day(act.at)).filter(appointment__role=Role.ADVISER).order_by("pk")
        asked = set(review.field_advice.filter(meeting=None).values_list("person", flat=True))
        people = [seat for seat in seats if seat.person.pk not in asked]
        grounds = conflicts_of([seat.person for seat in people], project_facts(review.project))
        return [seat for seat in people if not grounds[seat.person.pk]]

    found: list[Membership] = act.once("advisers", read)
    return found


def advisers_known(review: "Urgent", act: Act) -> Iterator[Refusal]:
    if not free_advisers(review, act):
        words = _("委员会没有可以邀请的顾问：请由单位先聘任相关领域的顾问")
        yield Refusal("no_adviser", words, {}, "national:37")


def field_present(review: Any, act: Act) -> Iterator[Refusal]:
    """Measures 37: a member of the field attends this item; without one, an adviser of the field was heard."""
    if not review.is_urgent or review.item is None:
        return
    policy, field = review.policy_at(act.at), review.project.field
    if not policy.has("emergency.field_members_min"):
        return
    needed, item = policy.entry("emergency.field_members_min"), review.item
    roster = list(review.committee.on_call.on(law_day(act.at)))
    there = {row.membership for row in item.attendances} | {one.membership for one in item.ballots_cast}
    recused = item.recused()
    have = [
        seat
        for seat in there
        if seat.person.pk not in recused and seat.covers(law_day(act.at)) and knows(seat, field, roster)
    ]
    if len(have) >= needed.value:
        return
    if policy.value("emergency.field_advisers_instead", default=False):
        heard = review.field_advice.filter(meeting=item.meeting).select_related("membership")
        if any(knows(one.membership, field, roster) for one in heard):
            return
    words = _("到会委员中没有“%(field)s”领域的委员，也没有该领域的顾问专家到会提供咨询意见")
    yield Refusal("field_absent", words, {"field": ExpertField(field).label}, needed.cite)


def knows(seat: Membership, field: str, roster: list[Any]) -> bool:
    """Of an activity in no field of its own, any peer of science and technology does."""
    return field in fields_known(seat, roster) or (field == ExpertField.OTHER and seat.category == "peer")


def in_words(seat: Membership, roster: list[Any]) -> str:
    """王敏（顾问） · 医学、生命科学"""
    fields = gettext("、").join(sorted(str(ExpertField(field).label) for field in fields_known(seat, roster)))
    return f"{seat} · {fields}" if fields else str(seat)
