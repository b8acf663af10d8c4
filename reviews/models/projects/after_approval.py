"""The steps of a project after its approval: a follow-up, a report or a sanction says so."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from reviews.models.projects.registering import OWED, RegistrationForm, keep, registration_owed
from reviews.models.projects.states import State

# The states of a follow-up in which nothing is owed any more.
ENDED = ("continued", "suspended", "terminated", "rereview_required", "cancelled")


class AfterApproval(Lifecycle):
    """Measures 19, 20."""

    class Meta:
        abstract = True

    if TYPE_CHECKING:  # what other models call back by
        follow_ups: Any
        reviews: Any

    @step(
        source=[State.APPROVED, State.SUSPENDED, State.TERMINATED, State.COMPLETED],
        target=None,
        label=_("登记清单内科技活动"),
        by=["registrar"],
        requires=[registration_owed],
        cite="national:44",
        form=RegistrationForm,
        help=_("在国家科技伦理管理信息登记平台登记后，在此填写回执编号。"),
    )
    def record_registration(self, act: Act, *, number: str, handled_on: date, medical_number: str = "") -> None:
        """Measures 44. There is no interface to the platform: a receipt proves it."""
        keep(self, act, number, handled_on, medical_number)
        act.settle(*OWED)
        act.say(number=number)

    @step(source=State.APPROVED, target=State.SUSPENDED, label=_("暂停实施"), by=[CONSEQUENCE], cite="national:19")
    def suspend(self, act: Act, ground: str) -> None:
        """What is owed stays owed: the next follow-up is due all the same."""
        act.record(ground=ground)
        act.say(ground=ground)
        self._tell_the_others("suspended", act, ground)

    @step(source=State.SUSPENDED, target=State.APPROVED, label=_("恢复实施"), by=[CONSEQUENCE], cite="national:19")
    def resume(self, act: Act, ground: str) -> None:
        act.record(ground=ground)
        act.say(ground=ground)
        self._tell_the_others("resumed", act, ground)

    @step(
        source=[State.APPROVED, State.SUSPENDED],
        target=State.TERMINATED,
        label=_("终止实施"),
        by=[CONSEQUENCE],
        cite="national:19",
    )
    def terminate(self, act: Act, ground: str) -> None:
        act.record(ground=ground)
        act.say(ground=ground)
        self._tell_the_others("terminated", act, ground)
        self._release(act)
        self._take_back(ground, act)

    @step(
        source=State.TERMINATED,
        target=State.SUSPENDED,
        label=_("因申诉成立撤销终止"),
        by=[CONSEQUENCE],
        cite="national:18",
    )
    def revive(self, act: Act, ground: str) -> None:
        """It stands still until the committee has decided anew: an appeal that is upheld approves nothing."""
        act.record(ground=ground)
        act.say(ground=ground)
        self._tell_the_others("suspended", act, ground)

    @step(
        source=[State.APPROVED, State.SUSPENDED],
        target=State.COMPLETED,
        label=_("结题"),
        by=[CONSEQUENCE],
        cite="national:19",
    )
    def complete(self, act: Act, ground: str) -> None:
        act.record(ground=ground)
        act.say(ground=ground)
        self._release(act)

    def _tell_the_others(self, change: str, act: Act, ground: str) -> None:
        """Where it is led for several units, what stops it stops their parts at once."""
        from reviews.models.collaborations import spreading

        project: Any = self
        spreading.changed(project, act, change, ground)

    def _take_back(self, ground: str, act: Act) -> None:
        """Whoever recognised an approval of this activity runs on it no more."""
        from reviews.models.recognitions import lapsing

        project: Any = self
        lapsing.lost_by(project, ground, act)

    def _release(self, act: Act) -> None:
        """Nothing is owed of what has ended. What the committee itself has taken up, it brings to its end."""
        for follow_up in self.follow_ups.exclude(state__in=ENDED):
            act.then(follow_up, "fall_away")
        for review in self.reviews.open().filter(report=None).exclude(kind__in=["initial", "appeal"]):
            act.then(review, "fall_away")
