"""Collaboration 协作审查: one activity of several units, the lead unit's review and each other's confirmation."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import RETURN_VALUE

from ethicsreview.accounts.models import Institution, Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from reviews.models.collaborations import forms, timing
from reviews.models.projects.project import Project
from reviews.models.reviewing.decision import Decision

if TYPE_CHECKING:
    from reviews.models.collaborations.participation import Participation


class State(models.TextChoices):
    FORMING = "forming", pgettext_lazy("state", "组建中，等待牵头单位决定")
    CONFIRMING = "confirming", pgettext_lazy("state", "参与单位确认中")
    HALTED = "halted", pgettext_lazy("state", "牵头单位已暂停")
    ENDED = "ended", pgettext_lazy("state", "协作已结束")


RUNNING = (State.FORMING, State.CONFIRMING, State.HALTED)
# What the lead unit says, and the state of the collaboration after it.
CHANGES = {
    "changed": State.CONFIRMING,
    "suspended": State.HALTED,
    "resumed": State.CONFIRMING,
    "terminated": State.ENDED,
}


class CollaborationQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """Who sees the lead unit's project; who sees a participating unit's; that unit's officers from the invitation
        on. What an interest hides of the project, it hides of the collaboration.
        """
        from reviews.models.collaborations.participation import Participation

        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        projects = Project.objects.visible_to(standing).values("pk")
        taking_part = Q(project__in=projects) | Q(institution__in=standing.bodies(Role.INSTITUTION_OFFICER))
        joined = Participation.objects.filter(taking_part).present().values("collaboration")
        return self.filter(Q(project__in=projects) | Q(pk__in=joined))


class Collaboration(Lifecycle):
    State = State
    noun, collection, letter = "collaboration", "collaborations", "N"
    creators = frozenset({"lead"})

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.FORMING)
    project = models.OneToOneField(
        Project, models.PROTECT, related_name="collaboration", verbose_name=_("牵头单位的科技活动")
    )
    # The lead unit's decision that is to be confirmed: its latest favourable one, on the very version it names.
    decision = models.ForeignKey(
        Decision, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("牵头单位的决定")
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CollaborationQuerySet.as_manager()

    if TYPE_CHECKING:
        participations: Any

    class Meta:
        verbose_name = _("协作审查")
        verbose_name_plural = _("协作审查")

    def __str__(self) -> str:
        return f"{self.ref} {self.project}"

    def get_absolute_url(self) -> str:
        return reverse("portal:collaboration", args=[self.ref])

    def subject(self) -> Project:
        return self.project

    def capacities(self, standing: Standing) -> set[str]:
        """The lead unit's people. Who takes part acts on their own participation."""
        found = self.project.capacities(standing)
        return found - {"institution_officer"} if "lead" in found else found

    def people(self, group: str) -> Iterable[Person]:
        return self.project.people(group)

    def words(self) -> dict[str, Any]:
        return self.project.words() | {"ref": self.ref, "project": self.project.ref}

    @property
    def lead_review(self) -> Any:
        """The review whose decision the others confirm; None before the first favourable one."""
        return self.decision.review if self.decision else None

    def in_order(self) -> "list[Participation]":
        """Those that take part, always in the same order, so that no two steps lock them crosswise."""
        return list(self.participations.present().order_by("pk"))

    # --- guards ---------------------------------------------------------------------------------------------------

    def has_decided(self, act: Act) -> Iterator[Refusal]:
        if self.decision is None:
            yield Refusal("lead_undecided", _("牵头单位尚未作出可以确认的审查决定"), cite="national:21")

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=[State.FORMING, State.CONFIRMING],
        target=RETURN_VALUE(State.FORMING, State.CONFIRMING),
        label=_("邀请参与单位"),
        by=["lead"],
        cite="national:21",
        form=forms.InviteForm,
        help=_("牵头单位可以建立审查协作机制。各参与单位分别组织审查，对牵头单位的审查意见进行确认，或者自行审查。"),
    )
    def invite(self, act: Act, *, units: list[Institution], note: str) -> str:
        from reviews.models.collaborations.participation import Participation

        policy = timing.policy_of(self, act.at)
        for unit in units:
            invited = Participation(collaboration=self, institution=unit, note=note, invited_at=act.at)
            act.create(invited)
            act.start(timing.REPLY, on=invited, **timing.reply(invited, policy))
        act.record(units=[unit.ref for unit in units])
        # Begun after the lead unit had decided: the others can confirm at once.
        return State.CONFIRMING if self.decision is not None else State.FORMING

    @step(
        source=list(RUNNING),
        target=RETURN_VALUE(State.FORMING, State.CONFIRMING, State.HALTED, State.ENDED),
        label=_("牵头单位作出决定"),
        by=[CONSEQUENCE],
        cite="national:21",
    )
    def note_decision(self, act: Act, *, decision: Decision) -> str:
        """A favourable decision is what the others confirm. A later review's is a change, which each decides anew on;
        within one review (after a re-check, after a modification) it is the same matter carried to its end.
        """
        earlier, self.decision = self.decision, decision
        act.record(decision=decision.number, version=decision.submission_digest)
        changed = earlier is not None and earlier.review_id != decision.review_id
        for one in self.in_order():
            if changed and one.project_id:
                act.then(one, "flag", change="changed", reason=decision.number)
            elif earlier is None and one.state == one.State.JOINED:
                act.then(one, "call", decision=decision.number)
        return self.state if self.state == State.HALTED else State.CONFIRMING

    @step(
        source=[State.CONFIRMING, State.HALTED],
        target=RETURN_VALUE(State.CONFIRMING, State.HALTED, State.ENDED),
        label=_("告知参与单位变更或暂停"),
        by=["lead", CONSEQUENCE],
        requires=[has_decided],
        cite="national:20",
        form=forms.ChangeForm,
        danger=True,
        help=_("告知后，各参与单位须由本单位的委员会就此作出决定，方可继续实施。"),
    )
    def tell_change(self, act: Act, *, change: str, reason: str) -> str:
        """Reaches every unit that has joined: its lead, its officers, its committee; and shuts the gate of its site."""
        for one in self.in_order():
            if one.project_id:
                act.then(one, "flag", change=change, reason=reason)
        return CHANGES[change]

    @step(
        source=State.ENDED,
        target=State.HALTED,
        label=_("终止被撤销，协作恢复为暂停"),
        by=[CONSEQUENCE],
        cite="national:18",
    )
    def halt_again(self, act: Act, *, reason: str) -> None:
        """Those whose part was ended with the lead unit's stand still with it again."""
        for one in self.in_order():
            if one.lead_change == one.Change.TERMINATED:
                act.then(one, "flag", change=one.Change.SUSPENDED, reason=reason)

    @step(
        source=list(RUNNING),
        target=State.ENDED,
        label=_("结束协作"),
        by=["lead"],
        cite="national:21",
        form=forms.ReasonForm,
        danger=True,
        help=_("不再邀请和等待参与单位；各单位已经作出的决定不受影响。"),
    )
    def end(self, act: Act, *, reason: str) -> None:
        for one in self.in_order():
            if one.state == one.State.INVITED:
                act.then(one, "lapse", reason=reason)
