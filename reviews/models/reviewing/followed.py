"""The steps by which a follow-up review begins, and by which it falls away with the activity it is about."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from reviews.models.amending import settling
from reviews.models.reviewing import timing, urgent_timing
from reviews.models.reviewing.record import ReviewRecord
from reviews.models.reviewing.states import OPEN_STATES, State
from reviews.models.submissions.submission import Material, Submission

if TYPE_CHECKING:
    from reviews.models.following.filing import Filed

REPORT = "report"  # as what a report's documents are handed in


class Followed(ReviewRecord):
    """Measures 19, 20."""

    # What it looks at: a follow-up's report, or any other; one of them where it is a follow-up review, else none.
    follow_up = models.ForeignKey(
        "reviews.FollowUp", models.PROTECT, null=True, blank=True, editable=False, related_name="proceedings"
    )
    report = models.ForeignKey(
        "reviews.Report", models.PROTECT, null=True, blank=True, editable=False, related_name="proceedings"
    )

    class Meta:
        abstract = True

    @property
    def filed(self) -> "Filed | None":
        return self.follow_up or self.report

    @step(
        source=State.DRAFT,
        target=State.SUBMITTED,
        label=_("交委员会审查"),
        by=[CONSEQUENCE],
        cite="national:19",
    )
    def take_in(self, act: Act, *, filed: "Filed") -> None:
        """The report becomes the version that is reviewed, with its documents, as it was sealed."""
        version = Submission.objects.create(
            review_id=self.pk,
            number=1,
            content={"of": f"{filed.noun}:{filed.ref}", "answers": filed.answers, "digest": filed.digest},
        )
        papers = [Material(submission=version, kind=REPORT, version=one.version) for one in filed.handed_in()]
        Material.objects.bulk_create(papers)
        assert filed.filed_by is not None, "only what was filed comes before a committee"
        version.seal(by=filed.filed_by, at=act.at, commitment={})
        self.submission, self.submitted_at = version, act.at
        urgent_timing.ask_for_triage(self, act)
        act.record(version=version.number, digest=version.digest)

    @step(
        source=sorted(OPEN_STATES),
        target=State.WITHDRAWN,
        label=_("因科技活动终结而终止审查"),
        by=[CONSEQUENCE],
        cite="national:19",
    )
    def fall_away(self, act: Act) -> None:
        """The activity has ended: nothing is left to review."""
        self._leave_off(act, str(_("科技活动已终结")))

    @step(
        source=sorted(OPEN_STATES),
        target=State.WITHDRAWN,
        label=_("因申诉成立而终止审查"),
        by=[CONSEQUENCE],
        cite="national:18",
    )
    def give_way(self, act: Act, *, decision: str) -> None:
        """The decision that ordered it was set aside: the committee decides anew what it had come to."""
        act.record(decision=decision)
        self._leave_off(act, decision)

    def _leave_off(self, act: Act, reason: str) -> None:
        review: Any = self
        if self.item is not None:
            self.item.drop(act.at)
        review.release_reviewers(act)
        settling.drop_assessment(self, act)
        act.cancel("review.decision", "review.refer", "review.conclude_by_recheck", "review.triage")
        act.cancel(*timing.APPLICANTS, timing.CONFIRM)
        for recheck in self.rechecks.open():
            act.then(recheck, "cancel", reason=reason)


def not_owed(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    """A follow-up is no request: nobody can give it up."""
    if review.kind == review.Kind.FOLLOW_UP:
        yield Refusal("owed", _("跟踪审查是法定义务，不能撤回"), cite="national:19")


def is_an_application(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    if review.kind == review.Kind.FOLLOW_UP:
        yield Refusal("no_application", _("跟踪审查没有补正：报告不全的，退回重新报告"), cite="national:19")


def may_be_turned_away(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    """A report that is not complete goes back to the lead; what the committee itself has taken up does not."""
    if review.kind == review.Kind.FOLLOW_UP and review.circumstances.get("after_appeal"):
        yield Refusal("after_appeal", _("申诉成立的，委员会应当重新审查，不能不予受理"), cite="national:18")
        return
    if review.kind == review.Kind.FOLLOW_UP and review.follow_up_id is None:
        yield Refusal("own_matter", _("由委员会提起的审查，不能不予受理"), cite="national:20")
