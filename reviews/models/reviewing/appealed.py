"""The steps by which a review gives way to another after an appeal, and by which that other one begins."""

from django.utils.translation import gettext_lazy as _

from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from reviews.models.amending import settling
from reviews.models.reviewing import timing
from reviews.models.reviewing.record import ReviewRecord
from reviews.models.reviewing.states import State
from reviews.models.submissions.submission import Material, Submission


class Appealed(ReviewRecord):
    """Measures 18."""

    class Meta:
        abstract = True

    @step(
        source=[State.REJECTED, State.MODIFICATION_REQUIRED, State.REVISION_REQUIRED, State.CONCLUDED],
        target=State.SET_ASIDE,
        label=_("因申诉成立由再审取代"),
        by=[CONSEQUENCE],
        cite="national:18",
    )
    def set_aside(self, act: Act, *, appeal: str) -> None:
        """The decision and its letter stay as they were; the review that follows decides in their place."""
        act.record(appeal=appeal)
        act.cancel(*timing.APPEALABLE)

    @step(source=State.DRAFT, target=None, label=_("承接原申请"), by=[CONSEQUENCE], cite="national:18")
    def carry_over(self, act: Act, *, version: Submission) -> None:
        """The first version begins with the one that was decided on; its people may add to it before they sign."""
        mine = Submission.objects.create(review_id=self.pk, number=1, content=version.content)
        papers = [Material(submission=mine, kind=m.kind, version=m.version, note=m.note) for m in version.documents()]
        Material.objects.bulk_create(papers)
        act.record(carried_from=version.digest)
        if self.amends_id is not None:
            settling.take_up_again(self, version.review, act)
