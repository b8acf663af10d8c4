"""What stands in the way of a step of a sanction: a hearing, another person, a time."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from ethicsreview.deadlines.calendar import last_day, law_day
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.policy.library import Entry
from reviews.models.complaints import timing
from reviews.models.sanctions.kinds import BAN, CORRECT, PENALTY, REDRESS

if TYPE_CHECKING:
    from reviews.models.sanctions.sanction import Sanction


def heard(sanction: "Sanction", act: Act) -> Iterator[Refusal]:
    if sanction.stated_at is None and (sanction.heard_until is None or sanction.heard_until >= law_day(act.at)):
        words = _("陈述申辩的期限到%(day)s届满")
        day = sanction.heard_until.isoformat() if sanction.heard_until else ""
        yield Refusal("hearing", words, {"day": day}, REDRESS)


def hearing_open(sanction: "Sanction", act: Act) -> Iterator[Refusal]:
    if sanction.heard_until is not None and sanction.heard_until < law_day(act.at):
        words = _("陈述申辩的期限已于%(day)s届满")
        yield Refusal("hearing_over", words, {"day": sanction.heard_until}, REDRESS)


def another_decides(sanction: "Sanction", act: Act) -> Iterator[Refusal]:
    """Two people: whoever proposed, or investigated, does not decide."""
    person = act.standing.person
    if person is None:
        return
    if person.pk == sanction.proposed_by_id:
        yield Refusal("same_person", _("提出处理意见的人不能作出决定，应当由另一人决定"), {}, REDRESS)
    if sanction.respondent.investigation.investigators.filter(person=person).exists():
        yield Refusal("investigator", _("调查人员不能作出处理决定"), {}, REDRESS)


def another_reconsiders(sanction: "Sanction", act: Act) -> Iterator[Refusal]:
    """Nobody who proposed, decided or investigated."""
    person = act.standing.person
    if person is None:
        return
    if person.pk in (sanction.proposed_by_id, sanction.decided_by_id):
        yield Refusal("same_person", _("提出或者作出原决定的人不能复核，应当由另一人复核"), {}, REDRESS)
    if sanction.respondent.investigation.investigators.filter(person=person).exists():
        yield Refusal("investigator", _("调查人员不能复核处理决定"), {}, REDRESS)


def cannot_be_served(sanction: "Sanction", act: Act) -> Iterator[Refusal]:
    """What two have decided is not dropped by one; but what is over before it was served can only be proposed anew."""
    over = sanction.ends is not None and sanction.ends <= law_day(act.at)
    if sanction.decided_at is not None and not over:
        yield Refusal("decided", _("已经作出处理决定，应当送达"), {}, PENALTY)


def appeal_waits(sanction: "Sanction", act: Act) -> Iterator[Refusal]:
    if sanction.appealed_at is None or sanction.reconsidered:
        yield Refusal("no_appeal", _("没有待复核的申诉"), {}, REDRESS)


def in_time(sanction: "Sanction", act: Act) -> Iterator[Refusal]:
    if sanction.appealed_at is not None:
        yield Refusal("appealed", _("已经提出过申诉"), {}, REDRESS)
    elif sanction.appeal_until is not None and sanction.appeal_until <= act.at:
        words = _("申诉期限已于%(day)s届满")
        cite = timing.appeal_until(sanction.track, sanction.policy_at(act.at), law_day(act.at))[1]
        yield Refusal("late", words, {"day": last_day(sanction.appeal_until)}, cite)


def is_correction(sanction: "Sanction", act: Act) -> Iterator[Refusal]:
    if sanction.measure != CORRECT:
        yield Refusal("no_correction", _("本项处理没有要求改正"), {}, sanction.cite)


def ends_by_hand(sanction: "Sanction", act: Act) -> Iterator[Refusal]:
    if sanction.measure == BAN:
        yield Refusal("by_its_day", _("限制到期自行终止，不需要登记"), {}, sanction.cite)


def may_be_published(sanction: "Sanction", act: Act) -> Iterator[Refusal]:
    entry: Entry = sanction.policy_at(act.at).entry("sanction.publication")
    if not entry.value:
        yield Refusal("not_public", _("适用的规则不允许公开处理决定"), {}, entry.cite)
    if sanction.published_at is not None:
        yield Refusal("published", _("已经公开"), {}, entry.cite)


def is_published(sanction: "Sanction", act: Act) -> Iterator[Refusal]:
    if sanction.published_at is None:
        yield Refusal("unpublished", _("没有公开"), {}, REDRESS)
