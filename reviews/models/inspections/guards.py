"""What stands in the way of an inspection's steps."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from ethicsreview.deadlines.calendar import end_of_day, law_day
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from reviews.models.inspections.bars import against_inspecting
from reviews.models.inspections.kinds import UNSETTLED

if TYPE_CHECKING:
    from reviews.models.inspections.inspection import Inspection


def team_complete(inspection: "Inspection", act: Act) -> Iterator[Refusal]:
    least = inspection.policy_at(act.at).entry("inspection.team_min")
    team = [one.person for one in inspection.inspectors.select_related("person").order_by("pk")]
    if len(team) < least.value:
        words = _("检查组现有%(number)d人，不少于%(least)d人")
        yield Refusal("team_small", words, {"number": len(team), "least": least.value}, least.cite)
    for one in team:
        yield from against_inspecting(one, inspection.institution, act.at)


def notice_in_time(inspection: "Inspection", act: Act) -> Iterator[Refusal]:
    least = inspection.policy_at(act.at).entry("inspection.notice_days")
    if (inspection.starts_on - law_day(act.at)).days < least.value:
        words = _("应当在计划开始日期%(day)s之前至少%(least)d日通知；来不及的，改期，或者不预先通知并写明理由")
        yield Refusal("notice_late", words, {"day": inspection.starts_on, "least": least.value}, least.cite)


def day_come(inspection: "Inspection", act: Act) -> Iterator[Refusal]:
    if law_day(act.at) < inspection.starts_on:
        words = _("计划开始日期是%(day)s，尚未到")
        yield Refusal("too_early", words, {"day": inspection.starts_on}, inspection.ground_cite)


def all_looked_at(inspection: "Inspection", act: Act) -> Iterator[Refusal]:
    found = inspection.latest()
    for one in inspection.items():
        if one.key not in found:
            yield Refusal("item_missing", _("还没有登记检查结果：%(item)s"), {"item": one.text}, one.cite)


def institution_heard(inspection: "Inspection", act: Act) -> Iterator[Refusal]:
    """It has commented, or let its days pass."""
    if inspection.commented_at is not None or inspection.sent_at is None:
        return
    limit = inspection.policy_at(inspection.sent_at).entry("inspection.comment_days")
    until = law_day(inspection.sent_at) + timedelta(days=limit.value)
    if act.at < end_of_day(until):
        words = _("被检查单位还没有提出意见，可以提到%(day)s")
        yield Refusal("not_heard", words, {"day": until}, limit.cite)


def all_put_right(inspection: "Inspection", act: Act) -> Iterator[Refusal]:
    for one in inspection.rectifications.filter(state__in=UNSETTLED).order_by("number"):
        words = _("还没有完成整改：%(ref)s（%(state)s）")
        yield Refusal("unsettled", words, {"ref": one.ref, "state": one.get_state_display()}, inspection.ground_cite)
