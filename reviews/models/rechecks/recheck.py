"""Recheck 专家复核: the authority's panel on a preliminary opinion; asked for, formed, at work, answered, delivered."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE

from committees.models import Committee, Expert
from ethicsreview.accounts.models import Authority, Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, NamedTo
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from ethicsreview.policy import Policy
from reviews.models.projects.parties import holders, on_committee
from reviews.models.rechecks import forms
from reviews.models.rechecks import timing as recheck_timing
from reviews.models.rechecks.panel import panel_refusals, personal_grounds
from reviews.models.rechecks.queryset import RecheckQuerySet
from reviews.models.reviewing import timing
from reviews.models.reviewing.decision import Decision
from reviews.models.submissions.submission import Submission
from reviews.rules.recheck_votes import AGREED, DISAGREED, PanelFormula, PanelOutcome, count

if TYPE_CHECKING:
    from reviews.models.projects.project import Project
    from reviews.models.rechecks.opinion import RecheckOpinion

CLOCK = "recheck.opinion"


class Recheck(Lifecycle):
    noun, collection, letter = "recheck", "rechecks", "K"
    called, named_to = "review__project__title", NamedTo.OWN

    class State(models.TextChoices):
        REQUESTED = "requested", _("已报请")
        PANEL_FORMED = "panel_formed", _("已组成专家组")
        IN_PROGRESS = "in_progress", _("复核中")
        AGREED = "agreed", _("复核同意")
        DISAGREED = "disagreed", _("复核不同意")
        DELIVERED = "delivered", _("已反馈")
        CANCELLED = "cancelled", _("已终止")

    # What still waits for the authority or its experts.
    OPEN: ClassVar[tuple[str, ...]] = (
        State.REQUESTED,
        State.PANEL_FORMED,
        State.IN_PROGRESS,
        State.AGREED,
        State.DISAGREED,
    )

    class Result(models.TextChoices):
        AGREED = AGREED, _("同意")
        DISAGREED = DISAGREED, _("不同意")

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.REQUESTED)
    review = models.ForeignKey("reviews.Review", models.PROTECT, related_name="rechecks", verbose_name=_("审查"))
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="rechecks", verbose_name=_("主管部门"))
    # Where domains overlap, the departments beside the one that leads (Sichuan 1 has no rule which it is).
    co_authorities = models.ManyToManyField(Authority, related_name="+", blank=True, verbose_name=_("协同部门"))
    domains = models.JSONField(_("领域"), default=list, editable=False)
    # The dossier (Measures 27): what was applied for, as it was sealed; the preliminary opinion; what else.
    submission = models.ForeignKey(Submission, models.PROTECT, related_name="+", verbose_name=_("所复核版本"))
    opinion = models.ForeignKey(Decision, models.PROTECT, related_name="+", verbose_name=_("初步审查意见"))
    note = models.TextField(_("其他材料说明"), blank=True, editable=False)
    centre = models.ForeignKey(
        Committee, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("承办复核的服务中心")
    )
    # How many were chosen: whoever leaves is replaced up to this number and not beyond it.
    size = models.PositiveIntegerField(_("专家组人数"), default=0, editable=False)
    policy_pin = models.JSONField(_("所据规则"), default=dict, editable=False)
    requested_at = models.DateTimeField(_("收到申请时间"), default=timezone.now, editable=False)
    due_at = models.DateTimeField(_("反馈期限"), editable=False)
    delivered_at = models.DateTimeField(_("反馈时间"), null=True, editable=False)

    objects = RecheckQuerySet.as_manager()

    if TYPE_CHECKING:  # what other models call back by
        seats: Any
        report: Any

    class Meta:
        verbose_name = _("专家复核")
        verbose_name_plural = _("专家复核")
        constraints = [
            models.UniqueConstraint(
                fields=["review"], condition=~Q(state__in=["delivered", "cancelled"]), name="recheck_one_open"
            )
        ]
        indexes = [models.Index(fields=["authority", "state", "next_due_at", "id"], name="recheck_docket")]

    def __str__(self) -> str:
        return f"{self.ref} {self.review.project}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        if beside := self.__dict__.pop("beside", None):
            self.co_authorities.set(beside)

    def get_absolute_url(self) -> str:
        return reverse("desk:recheck", args=[self.ref])

    # --- who ------------------------------------------------------------------------------------------------------

    def subject(self) -> "Project":
        return self.review.project

    def capacities(self, standing: Standing) -> set[str]:
        """Nobody of the project or of the committee has a part in it, whatever else they are."""
        found: set[str] = set()
        if standing.person is None:
            return found
        if standing.holds(Role.OPERATOR):
            found.add("operator")
        of_project = self.review.project.capacities(standing) & {"lead", "team"}
        if of_project or on_committee(standing, self.review.committee_id):
            return found
        if standing.holds(Role.REGULATOR, body_id=self.authority_id):
            found.add("organiser")
        if standing.person.pk in {seat.person_id for seat in self.panel if seat.sits}:
            found.add("recheck_expert")
        return found

    def conflicts(self, standing: Standing) -> Iterable[Refusal]:
        """Measures 28: also who organises it has no interest in the matter."""
        if standing.person is None:
            return []
        return personal_grounds([standing.person], self.review, standing.at)[standing.person.pk]

    def people(self, group: str) -> Iterable[Person]:
        if group == "organisers":
            return holders([Role.REGULATOR], self.authority, timezone.now())
        if group == "experts":
            return [seat.person for seat in self.panel]
        return self.review.people(group)

    def words(self) -> dict[str, str]:
        return self.review.words() | {
            "ref": self.ref,
            "review": self.review.ref,
            "authority": self.authority.name,
            "due": recheck_timing.last_day(self.due_at),
        }

    # --- the panel ------------------------------------------------------------------------------------------------

    @cached_property
    def panel(self) -> "list[RecheckOpinion]":
        """The whole panel of Measures 30."""
        from reviews.models.rechecks.opinion import WHOLE_PANEL

        rows: list[RecheckOpinion] = WHOLE_PANEL(recheck=self.pk)
        for row in rows:
            row.recheck = self
        return rows

    @property
    def policy(self) -> Policy:
        """The rules of the day on which the unit applied, where the unit is."""
        return Policy.from_pin(self.policy_pin)

    def tally(self) -> PanelOutcome:
        """By the whole panel: who has not spoken is absent, and counts."""
        votes = {seat.person_id: seat.vote for seat in self.panel if seat.vote}
        entries = self.policy.entries("recheck.vote_formula")
        formulas = [PanelFormula.from_value(entry.value) for entry in entries]
        return count(votes, panel=[seat.person_id for seat in self.panel], formulas=formulas)

    def lacking(self, at: datetime) -> Iterator[Refusal]:
        """What the panel as it sits lacks of a lawful one, its experts' terms included."""
        yield from panel_refusals([seat.category for seat in self.panel], self.policy)
        for seat in self.panel:
            if not seat.vote and not seat.expert.is_active_on(law_day(at)):
                words = _("%(name)s已不在复核专家库中，应当补选")
                yield Refusal("expert_left", words, {"name": seat.person.name}, "national:28")

    # --- guards ---------------------------------------------------------------------------------------------------

    def review_waits(self, act: Act) -> Iterator[Refusal]:
        """The review must still be in the re-check that is worked on."""
        if self.review.state != "in_recheck":
            yield Refusal("review_over", _("该项审查已不在复核中"), cite="national:26")

    def left_emergency(self, act: Act) -> Iterator[Refusal]:
        if self.review.is_urgent or not self.review.lapse:
            yield Refusal("not_left", _("该项审查没有由应急程序转为一般程序"), cite="national:36")

    def panel_possible(self, act: Act) -> Iterator[Refusal]:
        """The register must have enough experts without an interest, of every category."""
        from reviews.models.rechecks.panel import choices

        free = [one.expert.category for one in act.once("choices", lambda: choices(self, act.at)) if one.free]
        for refusal in panel_refusals(free, self.policy):
            yield Refusal(
                f"register_{refusal.code}",
                _("专家库中可以参加的不足：%(reason)s"),
                {"reason": refusal},
                refusal.cite,
            )

    def panel_lawful(self, act: Act) -> Iterator[Refusal]:
        """Measures 28: five or more, every category; whoever left was replaced."""
        yield from self.lacking(act.at)

    def all_answered(self, act: Act) -> Iterator[Refusal]:
        """Nobody begins before everybody has declared their interests and promised confidentiality."""
        if waiting := [seat.person.name for seat in self.panel if seat.state == "invited"]:
            words = _("尚有%(count)d名专家未答复邀请：%(names)s")
            named = {"count": len(waiting), "names": "、".join(waiting)}
            yield Refusal("experts_out", words, named, "national:28")

    def opinions_in(self, act: Act) -> Iterator[Refusal]:
        """While an opinion that could change the result is out, only the end of the time lets it be done without."""
        if act.at >= self.due_at or not self.panel or self.tally().settled:
            return
        waiting = [seat.person.name for seat in self.panel if not seat.vote]
        words = _("尚有%(count)d名专家未提交复核意见，结果未定，期限未满：%(names)s")
        yield Refusal("opinions_out", words, {"count": len(waiting), "names": "、".join(waiting)}, "national:30")

    def reported(self, act: Act) -> Iterator[Refusal]:
        """Nothing is delivered but the report that the votes made."""
        if getattr(self, "report", None) is None:
            yield Refusal("no_report", _("没有复核意见书"), cite="national:30")

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=State.REQUESTED,
        target=None,
        label=_("移送其他主管部门"),
        by=["organiser"],
        requires=[review_waits],
        cite="national:26",
        form=forms.HandOverForm,
        judges=True,
        help=_("领域交叉时，由经办人确定牵头部门，其他部门记为协同部门。期限不因移送重新计算。"),
    )
    def hand_over(self, act: Act, *, authority: Authority, reason: str) -> None:
        act.record(before=self.authority.ref)
        before, self.authority = self.authority, authority
        self.co_authorities.add(before)
        self.co_authorities.remove(authority)
        act.cancel(CLOCK)
        act.start(CLOCK, **recheck_timing.opinion(self, self.policy, self.due_at))
        act.say(reason=reason)

    @step(
        source=State.REQUESTED,
        target=State.PANEL_FORMED,
        label=_("组成专家组"),
        by=["organiser"],
        requires=[review_waits, panel_possible],
        cite="national:28",
        form=forms.PanelForm,
        judges=True,
        help=_(
            "专家组由同行专家和伦理学、法学等方面的专家组成；作出初步审查意见的委员会的委员不得参与。已预选一个合规的名单。"
        ),
    )
    def form_panel(self, act: Act, *, experts: list[Expert], centre: Committee | None) -> None:
        """Measures 28. Each is asked, and sees the dossier once they have declared and promised."""
        self.centre, self.size = centre, len(experts)
        for expert in experts:
            self.ask(act, expert)

    @step(
        source=[State.PANEL_FORMED, State.IN_PROGRESS],
        target=None,
        label=_("补选或替换专家"),
        by=["organiser"],
        requires=[review_waits],
        cite="national:28",
        form=forms.ReplaceForm,
        judges=True,
        help=_("专家谢绝、回避后补选，或者替换尚未提交意见的专家；已提交的意见不受影响。"),
    )
    def replace(self, act: Act, *, leaving: "RecheckOpinion | None", expert: Expert, reason: str) -> None:
        """A seat falls free only for somebody: so that the whole, of which two thirds are needed, does not shrink."""
        if leaving is not None:
            act.then(leaving, "release", reason=reason)
        self.ask(act, expert)

    @step(
        source=State.PANEL_FORMED,
        target=State.IN_PROGRESS,
        label=_("开始复核"),
        by=["organiser", CONSEQUENCE],
        requires=[review_waits, panel_lawful, all_answered],
        cite="national:29",
    )
    def begin(self, act: Act) -> None:
        """By itself, when the last expert has accepted; by hand where somebody has left and the rest suffice."""

    @step(
        source=[State.PANEL_FORMED, State.IN_PROGRESS],
        target=None,
        label=_("延长复核期限"),
        by=["organiser"],
        requires=[review_waits],
        cite="national:31",
        form=forms.ExtendForm,
        judges=True,
    )
    def extend(self, act: Act, *, until: date, reason: str) -> None:
        """Measures 31 says “generally”: with a reason, and the new limit stated."""
        self.due_at = until if isinstance(until, datetime) else timing.end_of_day(until)
        act.extend(CLOCK, due_at=self.due_at, reason=reason)
        for seat in self.panel:
            if seat.state == "assigned":
                act.extend("recheck.cast", on=seat, due_at=self.due_at, reason=reason)
        act.say(reason=reason)

    @step(
        source=State.IN_PROGRESS,
        target=RETURN_VALUE(State.AGREED, State.DISAGREED),
        label=_("形成复核意见"),
        by=["organiser"],
        requires=[review_waits, panel_lawful, opinions_in],
        cite="national:30",
        form=forms.ReportForm,
        judges=True,
        help=_("结果由全体复核专家的意见计算得出，不能填写；请汇总对合规性、合理性的意见。"),
    )
    def conclude(self, act: Act, **written: str) -> str:
        """Measures 29, 30: two thirds of the whole panel, the absent included. Nobody enters a result."""
        from reviews.models.rechecks.report import write

        report = write(self, act, written)
        for seat in self.panel:
            if not seat.vote:
                act.cancel("recheck.reply", "recheck.cast", on=seat)
        return self.State.AGREED if report.result == AGREED else self.State.DISAGREED

    @step(
        source=[State.AGREED, State.DISAGREED],
        target=State.DELIVERED,
        label=_("反馈复核意见"),
        by=["organiser"],
        requires=[review_waits, reported],
        cite="national:31",
        judges=True,
    )
    def deliver(self, act: Act) -> None:
        """Measures 31: to the unit that applied, and through it to the committee, which decides by it."""
        self.delivered_at = act.at
        act.meet(CLOCK)
        act.say(result=str(self.report.get_result_display()), number=self.report.number)
        act.then(self.review, "receive_recheck", result=self.report.result)

    @step(
        source=list(OPEN),
        target=None,
        label=_("改按一般程序的期限"),
        by=[CONSEQUENCE],
        requires=[left_emergency],
        cite="national:31",
    )
    def take_general_time(self, act: Act) -> None:
        """The review left the emergency procedure: thirty days from receipt, for whoever still owes something."""
        self.due_at = recheck_timing.due(self, self.policy)
        act.cancel(CLOCK)
        act.start(CLOCK, **recheck_timing.opinion(self, self.policy, self.due_at))
        for seat in self.panel:
            if seat.state == "invited":
                act.cancel("recheck.reply", on=seat)
                act.start("recheck.reply", on=seat, **recheck_timing.reply(seat, self.policy, act.at))
            elif seat.state == "assigned":
                act.cancel("recheck.cast", on=seat)
                act.start("recheck.cast", on=seat, **recheck_timing.cast(seat, self.policy))

    @step(source=list(OPEN), target=State.CANCELLED, label=_("终止复核"), by=[CONSEQUENCE], cite="national:26")
    def cancel(self, act: Act, *, reason: str) -> None:
        """The lead has withdrawn: the clock stops, and each expert is told and let go."""
        act.cancel(CLOCK)
        act.say(reason=reason)
        for seat in self.panel:
            if seat.state in {"invited", "assigned"}:
                act.then(seat, "release", reason=reason)

    def ask(self, act: Act, expert: Expert) -> None:
        """Ask one expert to sit: their seat, with a time to answer."""
        from reviews.models.rechecks.opinion import RecheckOpinion

        seat = RecheckOpinion(recheck=self, expert=expert, person=expert.person, category=expert.category)
        act.create(seat)
        act.start("recheck.reply", on=seat, **recheck_timing.reply(seat, self.policy, act.at))
        act.record(asked=[*act.facts.get("asked", []), expert.person.username])
