"""What a committee owes outside a review, and the receipts that meet it: registration, filing, the annual report."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from committees import receipts, timing
from committees.kinds import CommitteeState, Regime
from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.calendar import last_day, law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.steps import step

if TYPE_CHECKING:
    from committees.models.membership import Membership
    from ethicsreview.policy import Policy

DAY = timedelta(days=1)


class Owing(models.Model):
    """The part of a committee that has clocks of its own. The clocks of its members stand here too."""

    class Meta:
        abstract = True

    @step(
        source=CommitteeState.ACTIVE,
        target=None,
        label=_("登记回执"),
        by=[Role.INSTITUTION_OFFICER, Role.OPERATOR, Role.SECRETARY],
        requires=[receipts.something_owed],
        cite="national:43",
        form=receipts.ReceiptForm,
        help=_("在国家平台或者主管部门办理后，在此登记回执编号；年度报告登记后，下一年度的期限随即起算。"),
    )
    def record_receipt(self: Any, act: Act, *, owed: str, number: str, handled_on: date) -> None:
        """Measures 43, 45; Human Measures 13. There is no interface to the platforms: a receipt proves it."""
        policy = self.policy(self.regimes, act.at)
        if owed == timing.REPORT:
            reported = last_day(Deadline.objects.of(self).open().get(kind=owed).due_at).year
            act.meet(owed)
            act.start(owed, **timing.report(self, reported, policy))
        else:
            act.meet(owed)
        act.say(owed=receipts.OWED[owed], number=number)

    # --- parts of other steps ---------------------------------------------------------------------------------

    def begin_owing(self: Any, act: Act, set_up_on: date) -> None:
        """From the day of setting up."""
        policy = self.policy(self.regimes, act.at)
        act.start(timing.REGISTRATION, **timing.registration(self, set_up_on, policy))
        if Regime.HUMAN in self.regimes and policy.has("committee.filing_months"):
            act.start(timing.FILING, **timing.filing(self, set_up_on, policy))
        act.start(timing.REPORT, **timing.report(self, law_day(act.at).year, policy))

    def seat_begins(self: Any, act: Act, seat: "Membership") -> None:
        """The term's end; and the first training, where no earlier one counts."""
        policy = self.policy(self.regimes, act.at)
        if seat.appointment.ends is not None and seat.appointment.ends >= law_day(act.at):
            act.start(timing.TERM, on=seat, **timing.term(seat, policy))
        member = timing.Member(self, seat.appointment.person_id)
        if not Deadline.objects.of(member).open().exists():
            until = timing.trained_until(max(seat.appointment.starts, law_day(act.at)) - DAY, None, policy)
            act.start(timing.TRAINING, on=member, **timing.training(member, until, policy))

    def trained(self: Any, act: Act, person_id: int, held_on: date, valid_until: date | None, policy: "Policy") -> None:
        """A training meets what was owed, and the next is owed from it; one that counts no longer meets nothing."""
        until = timing.trained_until(held_on, valid_until, policy)
        member = timing.Member(self, person_id)
        running = Deadline.objects.of(member).open().first()
        if until < law_day(act.at) or (running is not None and until <= running.last_day):
            return
        act.settle(timing.TRAINING, on=member)
        act.start(timing.TRAINING, on=member, **timing.training(member, until, policy))

    def seat_ends(self: Any, act: Act, seat: "Membership") -> None:
        """Before its day: nobody need think of it any more, nor of training where the person sits in no other seat."""
        act.cancel(timing.TERM, on=seat)
        others = self.memberships.not_ended(law_day(act.at)).exclude(pk=seat.pk)
        if not others.filter(appointment__person=seat.appointment.person_id).exists():
            act.cancel(timing.TRAINING, on=timing.Member(self, seat.appointment.person_id))
