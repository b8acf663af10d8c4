"""Participation 参与单位: one unit's part in a collaboration, from the invitation to its own committee's decision."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import RETURN_VALUE

from committees.models import Committee
from ethicsreview.accounts.models import Institution, Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from reviews.models.collaborations import confirming, forms, timing
from reviews.models.collaborations.collaboration import Collaboration
from reviews.models.projects.parties import holders
from reviews.models.projects.project import Project, ProjectMember
from reviews.models.reviewing.decision import Decision
from reviews.models.reviewing.review import Review
from reviews.rules.agreement import FAVOURABLE, FINAL, differences


class State(models.TextChoices):
    INVITED = "invited", pgettext_lazy("state", "待答复邀请")
    JOINED = "joined", pgettext_lazy("state", "已加入，尚未申请确认")
    CONFIRMING = "confirming", pgettext_lazy("state", "确认审查中")
    AGREED = "agreed", pgettext_lazy("state", "与牵头单位一致")
    DIFFERING = "differing", pgettext_lazy("state", "与牵头单位不一致")
    DECLINED = "declined", pgettext_lazy("state", "已谢绝参加")
    LEFT = "left", pgettext_lazy("state", "已退出")
    LAPSED = "lapsed", pgettext_lazy("state", "邀请已失效")


GONE = (State.DECLINED, State.LEFT, State.LAPSED)
PRESENT = tuple(state for state in State if state not in GONE)
DECIDED = (State.AGREED, State.DIFFERING)
WAITING = (State.INVITED, State.JOINED, State.CONFIRMING)


class Change(models.TextChoices):
    """What the lead unit has told and this unit's committee has not yet decided on."""

    CHANGED = "changed", _("牵头单位方案变更")
    SUSPENDED = "suspended", _("牵头单位已暂停")
    RESUMED = "resumed", _("牵头单位恢复实施")
    TERMINATED = "terminated", _("牵头单位已终止")


class ParticipationQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """One picture: who sees the collaboration sees who takes part. A unit's officers always see their own."""
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        seen = Collaboration.objects.visible_to(standing).values("pk")
        own = Q(institution__in=standing.bodies(Role.INSTITUTION_OFFICER))
        return self.filter(Q(collaboration__in=seen) | own)

    def present(self) -> Self:
        return self.filter(state__in=PRESENT)


class Participation(Lifecycle):
    State = State
    Change = Change
    noun, collection, letter = "participation", "participations", "U"

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.INVITED)
    collaboration = models.ForeignKey(
        Collaboration, models.PROTECT, related_name="participations", verbose_name=_("协作审查")
    )
    institution = models.ForeignKey(
        Institution, models.PROTECT, related_name="participations", verbose_name=_("参与单位")
    )
    local_lead = models.ForeignKey(
        Person, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("参与单位负责人")
    )
    # The unit's own part of the activity: what its own committee approves, follows up and lets begin.
    project = models.OneToOneField(
        Project, models.PROTECT, null=True, editable=False, related_name="participation", verbose_name=_("本单位部分")
    )
    review = models.ForeignKey(
        Review, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("确认审查")
    )
    decision = models.ForeignKey(
        Decision, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("本单位的决定")
    )
    note = models.TextField(_("任务分工和说明"), blank=True, editable=False)
    differences = models.JSONField(_("不一致之处"), default=list, blank=True, editable=False)
    lead_change = models.CharField(
        _("牵头单位的变更"), max_length=10, choices=Change.choices, blank=True, editable=False
    )
    change_reason = models.TextField(_("变更的内容和理由"), blank=True, editable=False)
    # From the lead unit's decision to this one, in calendar days: what timeliness is measured by (Shandong 8).
    days = models.PositiveIntegerField(_("用时（天）"), null=True, editable=False)
    invited_at = models.DateTimeField(_("邀请时间"), default=timezone.now, editable=False)
    answered_at = models.DateTimeField(_("答复时间"), null=True, editable=False)
    decided_at = models.DateTimeField(_("决定时间"), null=True, editable=False)

    objects = ParticipationQuerySet.as_manager()

    if TYPE_CHECKING:
        collaboration_id: int
        institution_id: int

    class Meta:
        verbose_name = _("参与单位")
        verbose_name_plural = _("参与单位")
        constraints = [
            models.UniqueConstraint(
                fields=["collaboration", "institution"],
                condition=Q(state__in=[str(state) for state in PRESENT]),
                name="participation_once",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["agreed", "differing"]) | Q(decision__isnull=False),
                name="participation_decided_by_decision",
            ),
        ]
        indexes = [models.Index(fields=["collaboration", "state", "id"], name="participation_picture")]

    def __str__(self) -> str:
        return f"{self.ref} {self.institution}"

    def get_absolute_url(self) -> str:
        return reverse("portal:participation", args=[self.ref])

    # --- who ------------------------------------------------------------------------------------------------------

    def subject(self) -> Project:
        """The lead unit's chain until the unit has joined, the unit's own from then on."""
        return self.project or self.collaboration.project

    def capacities(self, standing: Standing) -> set[str]:
        found: set[str] = set()
        if standing.person is None:
            return found
        if standing.person.pk == self.collaboration.project.lead_id:
            found.add("lead")
        if standing.person.pk == self.local_lead_id:
            found.add("local_lead")
        if standing.holds(Role.INSTITUTION_OFFICER, body_id=self.institution_id):
            found.add("unit_officer")
        return found

    def people(self, group: str) -> Iterable[Person]:
        if group == "local_lead":
            return [self.local_lead] if self.local_lead else []
        if group == "unit_officers":
            return holders([Role.INSTITUTION_OFFICER], self.institution, timezone.now())
        if group == "unit_secretaries":
            return self.review.people("secretaries") if self.review and self.review.state != "draft" else []
        return self.collaboration.people(group)

    def words(self) -> dict[str, Any]:
        return self.collaboration.words() | {
            "ref": self.ref,
            "collaboration": self.collaboration.ref,
            "unit": self.institution.name,
            "note": self.note,
        }

    @property
    def decided(self) -> bool:
        return self.state in DECIDED

    @property
    def needs_anew(self) -> bool:
        """The lead unit has told of something that this unit's committee has not decided on."""
        return bool(self.lead_change)

    def committees_offered(self, act: Act) -> list[Committee]:
        found: list[Committee] = act.once(("committees", self.pk), lambda: confirming.committees_for(self, act.at))
        return found

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=State.INVITED,
        target=State.JOINED,
        label=_("加入协作"),
        by=["unit_officer"],
        requires=[confirming.still_running],
        cite="national:21",
        form=forms.JoinForm,
        help=_(
            "指定本单位的负责人。本单位的部分由本单位的委员会（或者书面委托的委员会）审查，批准后方可开展，并自行跟踪审查。"
        ),
    )
    def join(self, act: Act, *, local_lead: Person) -> None:
        """The unit's part becomes a project of its own, led by its own people: approved and begun there."""
        self.local_lead, self.answered_at = local_lead, act.at
        whole = self.collaboration.project
        part = Project(
            title=whole.title,
            field=whole.field,
            institution=self.institution,
            region=self.institution.region,
            lead=local_lead,
            funding=whole.funding,
            starts_on=whole.starts_on,
            ends_on=whole.ends_on,
        )
        act.create(part)
        act.meet(timing.REPLY)
        act.then(self, "open_part", project=part)
        act.record(local_lead=local_lead.username)

    @step(source=State.JOINED, target=None, label=_("建立本单位部分"), by=[CONSEQUENCE], cite="human:27")
    def open_part(self, act: Act, *, project: Project) -> None:
        """Each side stands on the other's team: an interest in either unit, or in its people, is one in the matter."""
        self.project = project
        whole = self.collaboration.project
        assert self.local_lead is not None
        ProjectMember.objects.get_or_create(
            project=project,
            person=whole.lead,
            defaults={"name": whole.lead.name, "institution": whole.institution, "duty": "牵头单位负责人"},
        )
        ProjectMember.objects.get_or_create(
            project=whole,
            person=self.local_lead,
            defaults={"name": self.local_lead.name, "institution": self.institution, "duty": "参与单位负责人"},
        )
        act.record(part=project.ref)
        if self.collaboration.decision is not None:
            act.start(timing.CONFIRM, **timing.confirm(self, timing.policy_of(self.collaboration, act.at)))

    @step(
        source=State.INVITED,
        target=State.DECLINED,
        label=_("谢绝参加"),
        by=["unit_officer"],
        cite="national:21",
        form=forms.ReasonForm,
        danger=True,
    )
    def decline(self, act: Act, *, reason: str) -> None:
        self.answered_at = act.at
        act.meet(timing.REPLY)
        act.say(reason=reason)

    @step(
        source=[State.INVITED, State.JOINED, State.CONFIRMING, State.AGREED, State.DIFFERING],
        target=State.LEFT,
        label=_("退出协作"),
        by=["lead", "unit_officer"],
        requires=[confirming.nothing_under_review],
        cite="national:21",
        form=forms.ReasonForm,
        danger=True,
        help=_("由牵头单位撤回邀请或者由参与单位退出。退出后，本单位的部分不得以本协作的名义开展。"),
    )
    def leave(self, act: Act, *, reason: str) -> None:
        act.cancel(timing.REPLY, timing.CONFIRM)
        act.say(reason=reason)

    @step(source=State.INVITED, target=State.LAPSED, label=_("邀请失效"), by=[CONSEQUENCE], cite="national:21")
    def lapse(self, act: Act, *, reason: str) -> None:
        act.cancel(timing.REPLY)
        act.say(reason=reason)

    @step(source=State.JOINED, target=None, label=_("可以申请确认审查"), by=[CONSEQUENCE], cite="national:21")
    def call(self, act: Act, *, decision: str) -> None:
        act.start(timing.CONFIRM, **timing.confirm(self, timing.policy_of(self.collaboration, act.at)))
        act.say(decision=decision)

    @step(
        source=[State.JOINED, State.CONFIRMING, State.AGREED, State.DIFFERING],
        target=State.CONFIRMING,
        label=_("申请确认审查"),
        by=["local_lead"],
        requires=[
            confirming.still_running,
            confirming.lead_has_decided,
            confirming.lead_goes_on,
            confirming.something_to_confirm,
            confirming.nothing_under_review,
            confirming.committee_exists,
        ],
        cite="national:21",
        form=forms.BeginForm,
        help=_("牵头单位所审的申请材料自动带入且不能改动；只需填写本单位的情况，并上传本单位的材料。"),
    )
    def begin_confirmation(self, act: Act, *, committee: Committee) -> None:
        """Shandong 8; Human Measures 27 and 31: of the very version that the lead unit decided on."""
        confirming.begin(self, committee, act)

    @step(source=State.CONFIRMING, target=None, label=_("开始确认审查"), by=[CONSEQUENCE], cite="national:21")
    def open_review(self, act: Act, *, review: Review) -> None:
        self.review = review
        act.record(review=review.ref)

    @step(
        source=[State.JOINED, State.CONFIRMING, State.AGREED, State.DIFFERING],
        target=RETURN_VALUE(State.CONFIRMING, State.AGREED, State.DIFFERING),
        label=_("本单位委员会作出决定"),
        by=[CONSEQUENCE],
        cite="national:21",
    )
    def note_decision(self, act: Act, *, decision: Decision) -> str:
        """A unit may decide otherwise than the lead; it is shown, and nobody overrules it."""
        self.review, self.decision = decision.review, decision
        lead = self.collaboration.decision
        self.differences = (
            list(differences(confirming.position(lead), confirming.position(decision))) if lead is not None else []
        )
        act.record(decision=decision.number, differences=self.differences)
        if decision.outcome not in FINAL:
            return State.CONFIRMING
        self.decided_at = act.at
        if lead is not None and self.days is None:
            self.days = max(0, (law_day(act.at) - law_day(lead.decided_at)).days)
        if decision.outcome in FAVOURABLE and self.lead_change not in {Change.SUSPENDED, Change.TERMINATED}:
            self.lead_change, self.change_reason = "", ""
        act.cancel(timing.CONFIRM)
        return State.DIFFERING if self.differences else State.AGREED

    @step(
        source=[State.JOINED, State.CONFIRMING, State.AGREED, State.DIFFERING],
        target=None,
        label=_("牵头单位告知变更或暂停"),
        by=[CONSEQUENCE],
        cite="national:20",
    )
    def flag(self, act: Act, *, change: str, reason: str) -> None:
        """The gate of this unit's part is shut until its own committee has decided on it."""
        self.lead_change, self.change_reason = change, reason
        act.record(change=change, reason=reason)
        act.say(change=Change(change).label, reason=reason)
