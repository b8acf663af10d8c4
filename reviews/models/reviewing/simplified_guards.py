"""What the steps of the simplified procedure require. Each guard is silent where another procedure is used."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Role
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from reviews.models.opinions.opinion import Opinion
from reviews.models.reviewing.designation import candidates, given_by, reviewers_needed
from reviews.rules.simplified import unanimous

if TYPE_CHECKING:
    from reviews.models.reviewing.simplified import Simplified


def designated_by_the_chair(review: "Simplified", act: Act) -> Iterator[Refusal]:
    """Measures 23: the chair designates; nobody does it in their place."""
    if review.is_simplified and not act.standing.holds(Role.CHAIR, body_id=review.committee_id):
        yield Refusal("chair_designates", _("简易程序由主任委员指定承办委员"), cite="national:23")


def enough_reviewers(review: "Simplified", act: Act) -> Iterator[Refusal]:
    """Before anyone is designated: enough members must be free of interest."""
    if review.is_simplified:
        free = [one for one in act.once("candidates", lambda: candidates(review, act.at)) if not one.grounds]
        needed = reviewers_needed(review, review.policy_at(act.at))
        if len(free) < needed.value:
            yield Refusal(
                "reviewers_impossible",
                _("回避后仅余%(free)d名委员，不足简易程序所需的%(needed)d名；请提请会议审查"),
                {"free": len(free), "needed": needed.value},
                needed.cite,
            )


def runs_simplified(review: "Simplified", act: Act) -> Iterator[Refusal]:
    if not review.is_simplified:
        yield Refusal("not_simplified", _("本审查不适用简易程序，或者已转为会议审查"), cite="national:24")


def belongs_to_a_meeting(review: "Simplified", act: Act) -> Iterator[Refusal]:
    if review.is_simplified:
        yield Refusal("simplified", _("正在按简易程序审查，不列入会议"), cite="national:23")


def opinions_in(review: "Simplified", act: Act) -> Iterator[Refusal]:
    """Every designated member has given an opinion: nobody's silence is taken for agreement."""
    if not review.is_simplified:
        return
    waiting = [seat for seat in review.reviewers if seat.opinion.state == Opinion.State.ASSIGNED]
    if waiting:
        yield Refusal(
            "opinions_out",
            _("尚有%(count)d名承办委员未出具意见：%(names)s"),
            {"count": len(waiting), "names": "、".join(seat.person.name for seat in waiting)},
            "national:23",
        )


def reviewers_fit(review: "Simplified", act: Act) -> Iterator[Refusal]:
    """At the moment of conclusion: enough of them, each in office, none with an interest (Measures 7, 8, 23)."""
    if not review.is_simplified:
        return
    for _seat, reasons in act.once("unfit", lambda: review.unfit_reviewers(act.at)):
        yield from reasons
    needed = reviewers_needed(review, review.policy_at(act.at))
    if len(review.reviewers) < needed.value:
        yield Refusal(
            "too_few_reviewers",
            _("承办委员%(have)d名，少于%(needed)d名"),
            {"have": len(review.reviewers), "needed": needed.value},
            needed.cite,
        )


def of_one_mind(review: "Simplified", act: Act) -> Iterator[Refusal]:
    """Measures 24: anything but approval by all goes to a meeting. It went there when it was said; this is the bolt."""
    if not review.is_simplified:
        return
    opinions = [seat.opinion for seat in review.reviewers]
    all_in = all(opinion.state == Opinion.State.CAST for opinion in opinions)
    if all_in and not unanimous(given_by(opinions), len(opinions)):
        yield Refusal("not_unanimous", _("承办委员未一致同意批准，应当转为会议审查"), cite="national:24")


def not_listed(review: "Simplified", act: Act) -> Iterator[Refusal]:
    if review.is_simplified and review.listed:
        entry = review.policy_at(act.at).entry("simplified.excludes_listed")
        yield Refusal("listed_never_simplified", _("列入清单的科技活动不适用简易程序"), cite=entry.cite)
