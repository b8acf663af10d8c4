"""What is known of a review, before its steps: who, what applies, which version."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from committees.models import Committee, conflict_grounds, conflicts_of
from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.prepared import Given, Prepared
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.policy import Policy, policy_for
from reviews.models.opinions.opinion import Opinion, recusals_of
from reviews.models.projects.assessment import RiskAssessment
from reviews.models.projects.interests import interests_in, of_interest, own_project, project_facts
from reviews.models.projects.parties import COMMITTEE_CAPACITIES, holders, on_committee, territory
from reviews.models.projects.project import Project, ProjectMember
from reviews.models.reviewing import forms
from reviews.models.reviewing.states import HOLDERS, OPEN_STATES, WAITING_FOR, State
from reviews.models.submissions.submission import Request, Submission

NOTHING = Q(pk__in=[])
# Kept in `circumstances` besides the facts that procedures depend on: its decision stopped what ran until then.
STOPPED = "stopped"
OWN_SIDE = frozenset({"lead", "team", "former_lead"})


def seen_by_committee(standing: Standing) -> Q:
    """A draft is the lead's alone. Who is recused, or has declared an interest in the matter though nobody has acted
    on it yet, does not see it from the committee's side: neither the review nor anything that hangs on it.
    """
    committees = standing.bodies(*COMMITTEE_CAPACITIES)
    if not committees:
        return NOTHING
    return (
        Q(committee__in=committees)
        & ~Q(state=State.DRAFT)
        & ~Q(pk__in=recusals_of(standing.person))
        & ~of_interest(standing)
    )


def seen_by_regulator(standing: Standing) -> Q:
    if not standing.holds(Role.REGULATOR):
        return NOTHING
    high_risk = Q(listed=True) | Q(assessment__high_risk=True)
    return high_risk & ~Q(state=State.DRAFT) & territory(standing, "project__region")


# Asked of everybody who looks at a review of their committee, and before each step of theirs.
RECUSALS = Prepared(
    lambda: Opinion.objects.filter(
        review__pk=Given("review"), person__pk=Given("person"), state=Opinion.State.RECUSED
    ).values_list("pk")[:1]
)


class ReviewQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        if standing.person is None:
            return self.none()
        person = standing.person
        mine = Q(project__lead=person) | Q(project__incoming_lead=person)
        seats = ProjectMember.objects.filter(person=person)
        mine |= Q(project__in=seats.filter(was_lead_until=None).values("project"))
        # A former lead goes on reading what was begun in their time.
        theirs = {"project__members__person": person, "project__members__read_until__gte": models.F("pk")}
        mine |= Q(pk__in=self.model.objects.filter(**theirs).values("pk"))
        if institutions := standing.bodies(Role.INSTITUTION_OFFICER):
            mine |= Q(project__institution__in=institutions)
        return self.filter(mine | seen_by_committee(standing) | seen_by_regulator(standing))

    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)

    def on_table(self, standing: Standing) -> Self:
        """What the person handles as one of a committee: a part of what is visible to them. Their own projects they
        know from the other side alone.
        """
        return self.filter(seen_by_committee(standing) & ~own_project(standing.person))

    def waiting_for(self, *holders_: str) -> Self:
        return self.filter(waiting_for__in=holders_)

    def due_first(self) -> Self:
        return self.order_by(models.F("next_due_at").asc(nulls_last=True), "pk")


class ReviewRecord(Lifecycle):
    """Fields and questions; the steps are declared by phase, in three files beside this one."""

    State = State

    class Kind(models.TextChoices):
        INITIAL = "initial", _("初始审查")
        AMENDMENT = "amendment", _("变更审查")
        CONFIRMATION = "confirmation", _("确认审查")
        REREVIEW = "rereview", _("重新审查")
        APPEAL = "appeal", _("申诉再审")
        FOLLOW_UP = "follow_up", _("跟踪审查")

    class Procedure(models.TextChoices):
        GENERAL = "general", _("一般程序")
        SIMPLIFIED = "simplified", _("简易程序")
        EMERGENCY = "emergency", _("应急程序")

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.DRAFT)
    kind = models.CharField(_("类别"), max_length=12, choices=Kind.choices, default=Kind.INITIAL)
    procedure = models.CharField(_("程序"), max_length=12, choices=Procedure.choices, blank=True)
    procedure_ground = models.TextField(_("适用程序的理由"), blank=True)
    # Facts of procedures.toml that the assessment cannot know, from what brought the review about.
    circumstances = models.JSONField(_("审查情形"), default=dict, blank=True, editable=False)
    # Why, when and in which round the simplified procedure was left for a meeting; empty where it was not.
    conversion = models.JSONField(_("转会议审查"), default=dict, blank=True, editable=False)
    project = models.ForeignKey(Project, models.PROTECT, related_name="reviews", verbose_name=_("科技活动"))
    committee = models.ForeignKey(Committee, models.PROTECT, related_name="reviews", verbose_name=_("委员会"))
    assessment = models.ForeignKey(RiskAssessment, models.PROTECT, related_name="reviews")
    # Under which agreement the committee reviews for another unit; empty where it is the unit's own (Measures 13).
    entrustment = models.ForeignKey(
        "reviews.Entrustment", models.PROTECT, null=True, editable=False, related_name="reviews"
    )
    # The version now under review: the last that was sealed.
    submission = models.ForeignKey(Submission, models.PROTECT, null=True, blank=True, related_name="+")
    # The version in force that it changes: of an amendment, and of its decision anew after an appeal.
    amends = models.ForeignKey(
        Submission, models.PROTECT, null=True, editable=False, related_name="amendments", verbose_name=_("所变更的版本")
    )
    # The earlier review of the same activity that it takes up again, or that the committee is to know of.
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="followed_by", verbose_name=_("以往审查")
    )
    # The lead's promise for the draft as it stands, where somebody else is to hand it in.
    signed = models.JSONField(_("先行签署的承诺"), default=dict, blank=True, editable=False)
    round = models.PositiveIntegerField(_("轮次"), default=1, editable=False)
    regimes = models.JSONField(_("适用规则"), default=list, editable=False)
    # The committee's determination (Measures 5(4)); None until it has made one.
    listed = models.BooleanField(_("列入清单"), null=True, editable=False)
    listed_items = models.JSONField(_("清单事项"), default=list, editable=False)
    listed_reason = models.TextField(_("清单认定理由"), blank=True, editable=False)
    # The committee found no major change of risk in what is listed and was re-checked as such; then an amendment needs
    # no second re-check (Measures 33). False wherever nobody has found so.
    risk_steady = models.BooleanField(_("风险未发生重大变化"), default=False, editable=False)
    policy_pin = models.JSONField(_("所据规则"), default=dict, editable=False)
    waiting_for = models.CharField(_("待办方"), max_length=12, blank=True, default="lead", editable=False)
    confirmations = models.JSONField(_("修改确认"), default=list, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    submitted_at = models.DateTimeField(_("提交时间"), null=True, editable=False)
    accepted_at = models.DateTimeField(_("受理时间"), null=True, editable=False)
    concluded_at = models.DateTimeField(_("决定时间"), null=True, editable=False)

    objects = ReviewQuerySet.as_manager()

    if TYPE_CHECKING:  # what other models call back by
        agenda_items: Any
        amendment: Any
        claims_urgency: Any
        appeals: Any
        designations: Any
        decisions: Any
        emergency_facts: Any
        event: Any
        field_advice: Any
        follow_up: Any
        follow_up_id: int | None
        follow_ups: Any
        report: Any
        report_id: int | None
        opinions: Any
        rechecks: Any
        recognitions: Any
        requests: Any
        runs: Any
        submissions: Any
        tier: Any
        urgent_hours: Any

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.ref} {self.project}"

    def get_absolute_url(self) -> str:
        return reverse("portal:review", args=[self.ref])

    def clean(self) -> None:
        self.waiting_for = WAITING_FOR.get(self.state, "")

    # --- who ------------------------------------------------------------------------------------------------------

    def subject(self) -> Project:
        return self.project

    def capacities(self, standing: Standing) -> set[str]:
        """The project's own people act for the project alone, whatever else they are."""
        found = self.project.capacities(standing)
        if found & OWN_SIDE or standing.person is None:
            return found - {"institution_officer"} if "lead" in found else found
        if self.pk and self.state != State.DRAFT:
            roles = on_committee(standing, self.committee_id)
            if roles and (self.recused(standing.person) or interests_in(standing, self.project)):
                roles = set()
            found |= roles
            if roles and self.meeting is not None and self.meeting.presides(standing.person):
                found.add("presider")
        return found

    def recused(self, person: Person) -> bool:
        if person.pk in self.not_recused:
            return False
        return bool(RECUSALS(review=self.pk, person=person.pk))

    def on_behalf_of(self, capacities: Collection[str]) -> Person | None:
        return self.project.on_behalf_of(capacities)

    def conflicts(self, standing: Standing) -> Iterable[Refusal]:
        """Measures 8 and 14: nobody judges what they have an interest in."""
        if standing.person is None:
            return []
        # Asked by the steps of the review and by those of each ballot, of one object that lives for one request.
        if standing.person.pk not in self._conflicts:
            self._conflicts[standing.person.pk] = conflict_grounds(standing.person, project_facts(self.project))
        return self._conflicts[standing.person.pk]

    def judged_by(self, person: Person) -> None:
        """A face has read it through a filter that leaves out the project's own people, whoever recused themselves and
        whoever has an interest: no guard asks again.
        """
        self.not_recused.add(person.pk)
        self._conflicts[person.pk] = []
        self.project.not_own.add(person.pk)

    @cached_property
    def not_recused(self) -> set[int]:
        return set()

    @cached_property
    def _conflicts(self) -> dict[int, list[Refusal]]:
        return {}

    def people(self, group: str) -> Iterable[Person]:
        roles = {
            "secretaries": [Role.SECRETARY],
            "chairs": [Role.CHAIR],
            "members": [Role.CHAIR, Role.VICE_CHAIR, Role.MEMBER],
        }.get(group)
        if roles is None:
            return self.project.people(group)
        recused = self.opinions.filter(state=Opinion.State.RECUSED).values("person")
        found = list(holders(roles, self.committee, timezone.now()).exclude(pk__in=recused))
        grounds = conflicts_of(found, project_facts(self.project))
        return [person for person in found if not grounds[person.pk]]

    def words(self) -> dict[str, Any]:
        return self.project.words() | {
            "ref": self.ref,
            "committee": self.committee.name,
            # Turned to words in each reader's language.
            "state": State(self.state).label,
        }

    @property
    def moves_project(self) -> bool:
        """Whether the project waits for it. One that was approved goes on, or stands still, as it did."""
        return self.kind in {self.Kind.INITIAL, self.Kind.APPEAL, self.Kind.CONFIRMATION}

    @property
    def is_simplified(self) -> bool:
        """Whether designated members decide. False again once it went to a meeting."""
        return self.procedure == self.Procedure.SIMPLIFIED

    @property
    def needs_recheck(self) -> bool:
        """Measures 26, 33: every listed activity; of its amendments, those that raise its risk."""
        return bool(self.listed) and not (self.amends_id is not None and self.risk_steady)

    @property
    def is_urgent(self) -> bool:
        """Whether it runs by the emergency procedure now. False again once it became general."""
        return self.procedure == self.Procedure.EMERGENCY

    @property
    def holder(self) -> str:
        """Who has the ball, in words."""
        return str(HOLDERS.get(self.waiting_for, ""))

    # --- what applies ---------------------------------------------------------------------------------------------

    def policy_at(self, at: datetime) -> Policy:
        """The rules in force when it was accepted; before that, those of the moment."""
        if self.policy_pin:
            return Policy.from_pin(self.policy_pin)
        return policy_for(region=self.committee.region, regimes=self.assessment.conclusions.regimes, at=at)

    @cached_property
    def item(self) -> Any:
        """Its place on the agenda of the meeting that is to decide it, if it has one."""
        from reviews.models.meetings.agenda import ON_AGENDA

        item = next(iter(ON_AGENDA(review=self.pk, round=self.round)), None)
        if item is not None:
            item.review, item.meeting.committee = self, self.committee
        return item

    @property
    def meeting(self) -> Any:
        return self.item.meeting if self.item else None

    @property
    def draft_submission(self) -> Submission | None:
        return self.submissions.filter(sealed_at=None).first()

    @property
    def decision(self) -> Any:
        """The latest decision; None before the first."""
        return self.decisions.first()

    def clock_runs(self) -> bool:
        """`clock` is what a face has read with the row itself."""
        known: bool | None = getattr(self, "clock", None)
        return Deadline.objects.of(self).open().filter(kind="review.decision").exists() if known is None else known

    def open_requests(self) -> "models.QuerySet[Request]":
        """What was asked for last and waits for its answer."""
        return self.requests.filter(answered_at=None)

    # --- what several steps do ------------------------------------------------------------------------------------

    def seal(self, act: Act, signed: dict[str, Any]) -> None:
        draft = self.draft_submission
        assert draft is not None, "every state in which the lead writes has an open version"
        draft.seal(by=act.actor, at=act.at, commitment=forms.commitment_kept(self, signed, act))
        self.submission, self.signed = draft, {}
        act.record(version=draft.number, digest=draft.digest)

    def ask(self, act: Act, kind: str, items: dict[Any, str]) -> None:
        """Write the requests, and open the next version for the lead to answer them in."""
        assert self.submission is not None
        last = self.requests.aggregate(last=models.Max("number"))["last"] or 0
        Request.objects.bulk_create(
            [
                Request(
                    review_id=self.pk,
                    kind=kind,
                    number=last + place,
                    submission=self.submission,
                    item=item if isinstance(item, str) else "",
                    text=text,
                    asked_at=act.at,
                )
                for place, (item, text) in enumerate(items.items(), start=1)
            ]
        )
        self.submission.follow()

    def answer(self, act: Act, answers: dict[str, Any]) -> None:
        for request in self.open_requests():
            request.answer, request.answered_at = answers[f"answer__{request.number}"], act.at
            request.save(update_fields=["answer", "answered_at"])

    def determine(self, act: Act, listed: bool, items: list[str], reason: str) -> None:
        self.listed, self.listed_items, self.listed_reason = listed, items if listed else [], reason
        act.record(listed=listed, listed_items=self.listed_items, listed_reason=reason)
