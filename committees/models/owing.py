"""What a committee owes outside a review, and the receipts that meet it: registration, filing, the annual report."""

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from committees import receipts, registered, timing
from committees.kinds import CommitteeState, Regime
from committees.models import registration
from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline, Outcome
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.steps import CONSEQUENCE, step

if TYPE_CHECKING:
    from committees.models.membership import Membership
    from ethicsreview.policy import Policy

DAY = timedelta(days=1)
# With these receipts a platform holds what was exported for it.
HELD = (timing.REGISTRATION, timing.UPDATE)


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
        if owed == timing.REPORT:
            self._reported(act, number, handled_on)
        else:
            facts = registration.told(self.registrations, self.registered_facts(act.at)) if owed in HELD else {}
            self._keep(act, owed, number, handled_on, facts)
            act.meet(owed)
        act.say(owed=receipts.OWED[owed], number=number)

    @step(
        source=CommitteeState.ACTIVE,
        target=None,
        label=_("登记年度报告回执"),
        by=[CONSEQUENCE],
        cite="national:45",
    )
    def note_report(self: Any, act: Act, *, year: int, number: str, handled_on: date) -> None:
        """Its annual report was submitted here with the receipt. One whose receipt was entered before owes nothing."""
        owed = Deadline.objects.of(self).open().filter(kind=timing.REPORT).first()
        if owed is not None and receipts.reported_year(owed.due_at) == year:
            self._reported(act, number, handled_on)

    def _reported(self: Any, act: Act, number: str, handled_on: date) -> None:
        """With the receipt of one year's report the next year's time begins."""
        owed = Deadline.objects.of(self).open().get(kind=timing.REPORT)
        year = receipts.reported_year(owed.due_at)
        self._keep(act, timing.REPORT, number, handled_on, {})
        act.meet(timing.REPORT)
        act.start(timing.REPORT, **timing.report(self, year + 1, self.policy(self.regimes, act.at)))

    def _keep(self: Any, act: Act, owed: str, number: str, handled_on: date, facts: dict[str, str]) -> None:
        registration.note(
            self.registrations,
            receipts.KEPT_AS[owed],
            at=act.at,
            person=act.standing.person,
            number=number,
            handled_on=handled_on,
            facts=facts,
        )

    def registered_facts(self: Any, at: datetime) -> dict[str, str]:
        """What is registered of it, as it is that day."""
        seats = self.memberships.on(law_day(at)).with_people()
        return registered.facts_of(self, seats, self.rules.select_related("version"), at)

    # --- parts of other steps ---------------------------------------------------------------------------------

    def begin_owing(self: Any, act: Act, set_up_on: date) -> None:
        """From the day of setting up."""
        policy = self.policy(self.regimes, act.at)
        act.start(timing.REGISTRATION, **timing.registration(self, set_up_on, policy))
        if Regime.HUMAN in self.regimes and policy.has("committee.filing_months"):
            act.start(timing.FILING, **timing.filing(self, set_up_on, policy))
        act.start(timing.REPORT, **timing.report(self, law_day(act.at).year, policy))

    def registered_changes(self: Any, act: Act) -> None:
        """Something changes that a platform was told: it is to be updated there, once for all of it."""
        rows = Deadline.objects.of(self).filter(kind__in=HELD).values_list("kind", "outcome")
        known = set(rows)
        if (timing.REGISTRATION, Outcome.MET) in known and (timing.UPDATE, "") not in known:
            act.start(timing.UPDATE, **timing.update(self, self.policy(self.regimes, act.at)))

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
