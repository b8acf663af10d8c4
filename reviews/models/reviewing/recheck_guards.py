"""What the steps of a review around its re-check require."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal

if TYPE_CHECKING:
    from reviews.models.reviewing.rechecking import Rechecking


def recheck_delivered(review: "Rechecking", act: Act) -> Iterator[Refusal]:
    """Measures 32: no decision before the re-check opinion has come in."""
    if not review.recheck_result:
        yield Refusal("recheck_out", _("尚未收到专家复核意见，不得作出审查决定"), cite="national:32")


def opinion_on_this_version(review: "Rechecking", act: Act) -> Iterator[Refusal]:
    """The panel must have had before it what is decided on."""
    recheck = review.recheck
    # Of a confirmation the panel had the lead unit's version, from which this one was made.
    if recheck is None or recheck.review_id != review.pk or review.submission is None:
        return
    if recheck.submission_id != review.submission.pk:
        yield Refusal("other_version", _("复核的不是现在的版本"), cite="national:32")


def exception_exists(review: "Rechecking", act: Act) -> Iterator[Refusal]:
    """Where the rules in force know it."""
    policy = review.policy_at(act.at)
    if not policy.value("recheck.exempt_by_approval", default=False):
        yield Refusal("no_exception", _("现行规则没有免予复核的规定"), cite="national:34")


def is_listed(review: "Rechecking", act: Act) -> Iterator[Refusal]:
    if not review.listed:
        yield Refusal("not_listed", _("未列入清单的科技活动不需要复核"), cite="national:25")


def exception_determined(review: "Rechecking", act: Act) -> Iterator[Refusal]:
    """With the approval it rests on, and the paper that proves it."""
    if not review.exception:
        yield Refusal("exception_undetermined", _("委员会尚未认定免予复核，应当报请专家复核"), cite="national:34")


def by_another(review: "Rechecking", act: Act) -> Iterator[Refusal]:
    """Nobody passes a re-check by alone."""
    person = act.standing.person
    if person is not None and review.exception.get("by") == person.username:
        yield Refusal("same_person", _("免予复核由您认定，应当由另一人作出决定"), cite="national:34")
