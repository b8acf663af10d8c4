"""Investigation 调查: who looks into a matter, by which evidence, and what they find (Measures 49, Shandong 13)."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE

from ethicsreview.accounts.models import Appointment, Authority, Body, Person, Role
from ethicsreview.accounts.standing import Standing, standing_of
from ethicsreview.accounts.validators import plain_text, region_code
from ethicsreview.deadlines.calendar import end_of_day
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet, NamedTo
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import step
from ethicsreview.policy import Policy, policy_for
from reviews.models.complaints import timing
from reviews.models.complaints.complaint import FIRST, TRANSFER, Complaint
from reviews.models.complaints.forms import HandOverForm, ReceiptForm
from reviews.models.complaints.handling import bodies_of, capacities_over, handlers, handling_of, in_hand
from reviews.models.complaints.kinds import Track
from reviews.models.investigations import forms
from reviews.models.investigations.kinds import SETTLED, InvestigationState, Origin, RespondentState
from reviews.models.investigations.rows import Evidence, Investigator, Transfer
from reviews.models.projects.project import Project
from reviews.rules.responsibility import concluded

OPEN = InvestigationState.INVESTIGATING
OVER = (InvestigationState.FOUNDED, InvestigationState.PARTLY, InvestigationState.UNFOUNDED)
COMPLAINANT = "national:46"


class InvestigationQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """Whoever handles, supervises or investigates it; nobody who is accused in it, nor of an accused body."""
        if standing.is_system:
            return self
        if standing.person is None:
            return self.none()
        named = Investigator.objects.filter(person=standing.person).values("investigation")
        return self.filter((in_hand(standing) | Q(pk__in=named)) & ~accused_in(standing))


def accused_in(standing: Standing) -> Q:
    from reviews.models.investigations.respondent import Respondent

    own = Respondent.objects.filter(Q(person=standing.person) | Q(body__in=bodies_of(standing)))
    # Whom the complaint named is accused before the investigation says so.
    by_complaint = Complaint.accused.through.objects.filter(person=standing.person).values("complaint")
    return Q(pk__in=own.values("investigation")) | Q(complaint__isnull=False, complaint__in=by_complaint)


class Investigation(Lifecycle):
    noun, collection, letter = "investigation", "investigations", "J"
    called, named_to = "title", NamedTo.NOBODY
    creators = frozenset({"handler"})
    State = InvestigationState

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=InvestigationState.choices, default=OPEN)
    title = models.CharField(_("案件名称"), max_length=200, validators=[plain_text])
    complaint = models.OneToOneField(
        Complaint, models.PROTECT, null=True, related_name="investigation", verbose_name=_("投诉举报")
    )
    origin = models.CharField(_("线索来源"), max_length=12, choices=Origin.choices)
    origin_ref = models.CharField(_("来源编号"), max_length=20, blank=True, validators=[plain_text])
    account = models.TextField(_("线索内容"))
    track = models.CharField(_("性质"), max_length=12, choices=Track.choices)
    region = models.CharField(_("地区"), max_length=6, validators=[region_code])
    handler = models.ForeignKey(Body, models.PROTECT, related_name="+", verbose_name=_("调查单位"))
    joint = models.ForeignKey(Authority, models.PROTECT, null=True, related_name="+", verbose_name=_("会同部门"))
    summary = models.TextField(_("调查报告"), blank=True, editable=False)
    opened_at = models.DateTimeField(_("立案时间"), default=timezone.now, editable=False)
    concluded_at = models.DateTimeField(_("结案时间"), null=True, editable=False)

    objects = InvestigationQuerySet.as_manager()

    if TYPE_CHECKING:
        handler_id: int
        joint_id: int | None
        complaint_id: int | None
        respondents: Any
        investigators: Any
        evidence: Any
        transfers: Any

    class Meta:
        verbose_name = _("调查")
        verbose_name_plural = _("调查")
        indexes = [models.Index(fields=["handler", "state", "-id"], name="investigation_handler")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("desk:investigation", args=[self.ref])

    # --- who ------------------------------------------------------------------------------------------------------

    def accuses(self, standing: Standing) -> bool:
        if standing.person is None or not self.pk:
            return False
        key = ("accused", self.pk)
        return bool(standing.once(key, lambda: Investigation.objects.filter(accused_in(standing), pk=self.pk).exists()))

    def capacities(self, standing: Standing) -> set[str]:
        if self.accuses(standing):
            return set()
        found = capacities_over(standing, self.handler_id, self.joint_id, self.region) - {"sector"}
        if self.pk and standing.person is not None:
            key = ("investigates", self.pk)
            if standing.once(key, lambda: self.investigators.filter(person=standing.person).exists()):
                found.add("investigator")
        return found

    def accused_people(self) -> list[int]:
        named = set(self.respondents.exclude(person=None).values_list("person", flat=True))
        if self.complaint is not None:
            named |= set(self.complaint.accused.values_list("pk", flat=True))
        return list(named)

    def accused_bodies(self) -> list[int]:
        return list(self.respondents.exclude(body=None).values_list("body", flat=True))

    def people(self, group: str) -> Iterable[Person]:
        but, of = self.accused_people(), self.accused_bodies()
        if group == "investigators":
            barred = Appointment.objects.current(timezone.now()).filter(body__in=of).values("person")
            named = Person.objects.filter(pk__in=self.investigators.values("person"), is_active=True)
            return named.exclude(pk__in=but).exclude(pk__in=barred)
        return handlers([self.handler, self.joint], timezone.now(), but=but, of=of)

    def bodies(self) -> set[int]:
        return {key for key in (self.handler_id, self.joint_id) if key is not None}

    def words(self) -> dict[str, Any]:
        return super().words() | {"title": self.title, "handler": self.handler.name}

    def policy_at(self, at: datetime) -> Policy:
        return policy_for(region=self.region, at=at)

    def against_investigating(self, person: Person) -> list[str]:
        """Why this person cannot investigate here; empty where nothing stands against it."""
        standing = standing_of(person, timezone.now())
        found = []
        if not person.is_active:
            found.append(_now("%(name)s的账号已停用。") % {"name": person.name})
        if self.accuses(standing):
            found.append(_now("%(name)s是被调查人，或者是被调查单位、委员会的人员。") % {"name": person.name})
        theirs = Project.objects.own(person)
        for accused in Person.objects.filter(pk__in=self.accused_people()).exclude(pk=person.pk):
            if theirs.filter(pk__in=Project.objects.own(accused).values("pk")).exists():
                names = {"name": person.name, "accused": accused.name}
                found.append(_now("%(name)s与被调查人%(accused)s共同承担科技活动。") % names)
        return found

    # --- guards ---------------------------------------------------------------------------------------------------

    def investigators_named(self, act: Act) -> Iterator[Refusal]:
        if not self.investigators.exists():
            yield Refusal("no_investigator", _("还没有指定调查人员"), {}, FIRST)

    def all_settled(self, act: Act) -> Iterator[Refusal]:
        """A respondent is settled only when they were heard, so this holds the hearing too."""
        if waiting := list(self.respondents.exclude(state__in=SETTLED).order_by("pk")):
            # Findings may have been told already; what is missing then is the hearing, and the decision upon it.
            names = "、".join(f"{one.name}（{one.get_state_display()}）" for one in waiting)
            yield Refusal("unsettled", _("还没有最终认定：%(names)s"), {"names": names}, FIRST)
        if not self.respondents.exists():
            yield Refusal("no_respondent", _("还没有登记被调查人"), {}, FIRST)

    def clock_running(self, act: Act) -> Iterator[Refusal]:
        if self.next_due_at is None:
            yield Refusal("no_clock", _("没有正在计算的调查期限"), {}, FIRST)

    def somebody_complained(self, act: Act) -> Iterator[Refusal]:
        if self.complaint is None or self.complaint.anonymous:
            yield Refusal("anonymous", _("没有举报人，或者举报人匿名"), {}, COMPLAINANT)

    def receipt_outstanding(self, act: Act) -> Iterator[Refusal]:
        if not self.transfers.filter(number="").exists():
            yield Refusal("no_transfer", _("没有等待回执的移送"), {}, TRANSFER)

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=OPEN,
        target=None,
        label=_("指定调查人员"),
        by=["handler"],
        cite=FIRST,
        form=forms.NameInvestigatorsForm,
        help=_("被调查人、被调查单位的人员和与被调查人共同承担科技活动的人不得参加。"),
    )
    def name_investigators(self, act: Act, *, investigators: list[Person]) -> None:
        self.investigators.exclude(person__in=investigators).delete()
        for one in investigators:
            Investigator.objects.get_or_create(investigation=self, person=one, defaults={"named_at": act.at})

    @step(
        source=OPEN,
        target=None,
        label=_("登记被调查人"),
        by=["handler", "investigator"],
        cite=FIRST,
        form=forms.RespondentForm,
        help=_("登记后，被调查人和被调查单位、委员会的人员都看不到本案，也不能办理；其中的调查人员同时退出。"),
    )
    def add_respondent(self, act: Act, *, username: Person | None, body: Body | None, name: str) -> None:
        from reviews.models.investigations.respondent import Respondent

        person = username
        called = person.name if person else body.name if body else name
        act.create(Respondent(investigation=self, person=person, body=body, name=called))
        leaving = Q(person=person) if person else Q(pk__in=[])
        if body is not None:
            leaving |= Q(person__appointments__body=body)
        self.investigators.filter(pk__in=self.investigators.filter(leaving).values("pk")).delete()
        if self._answers_for_handler(person, body):
            self._pass_up(act)

    def _answers_for_handler(self, person: Person | None, body: Body | None) -> bool:
        if self.handler.kind != Body.Kind.INSTITUTION:
            return False
        if body is not None:
            return body.pk == self.handler_id
        held = Appointment.objects.filter(person=person, person__isnull=False, body=self.handler_id)
        return held.filter(role=Role.INSTITUTION_OFFICER).exists()

    def _pass_up(self, act: Act) -> None:
        """The unit or its head is accused: its superior goes on, with people of its own (Measures 49)."""
        found = handling_of(
            self.handler.as_institution, self.region, unit_suspected=True, policy=self.policy_at(act.at)
        )
        if found.body is None:
            return
        self.handler, self.joint = found.body, found.joint
        self.investigators.all().delete()
        act.record(handler=found.body.ref, cite=found.cite)
        if self.complaint is not None:
            act.then(self.complaint, "go_along", handler=found.body, joint=found.joint)
        act.cancel(timing.FINISH)
        act.start(timing.FINISH, **timing.finish(found.body, self.track, self.policy_at(act.at)))

    @step(
        source=OPEN,
        target=None,
        label=_("登记证据"),
        by=["investigator"],
        cite=FIRST,
        form=forms.EvidenceForm,
    )
    def enter_evidence(self, act: Act, *, kind: str, title: str, text: str, document: DocumentVersion | None) -> None:
        number = self.evidence.count() + 1
        Evidence.objects.create(
            investigation=self,
            number=number,
            kind=kind,
            title=title,
            text=text,
            version=document,
            entered_by=act.actor,
            at=act.at,
        )
        act.record(number=number)

    @step(
        source=[OPEN, *OVER],
        target=None,
        label=_("查看举报人身份"),
        by=["investigator"],
        requires=[somebody_complained],
        cite=COMPLAINANT,
        form=forms.RevealForm,
        danger=True,
        help=_("确有必要才查看；理由和查看人记入留痕。"),
    )
    def reveal(self, act: Act, *, reason: str) -> None:
        """The entry is the look. What is shown, the desk's page shows once, and no other face."""
        act.say(reason=reason, who=act.actor.name)

    @step(
        source=OPEN,
        target=None,
        label=_("延长调查期限"),
        by=["handler"],
        requires=[clock_running],
        cite=FIRST,
        form=forms.ExtendForm,
    )
    def extend(self, act: Act, *, due_on: date, reason: str) -> None:
        act.extend(timing.FINISH, due_at=end_of_day(due_on), reason=reason)
        act.say(due=due_on.isoformat(), reason=reason)

    @step(
        source=[OPEN, *OVER],
        target=None,
        label=_("移送有关机关"),
        by=["handler"],
        cite=TRANSFER,
        form=HandOverForm,
    )
    def hand_over(self, act: Act, *, ground: str, receiver: str, reason: str) -> None:
        """Beside the investigation, which goes on in what is the body's own."""
        Transfer.objects.create(investigation=self, ground=ground, receiver=receiver, reason=reason, at=act.at)

    @step(
        source=[OPEN, *OVER],
        target=None,
        label=_("登记移送回执"),
        by=["handler"],
        requires=[receipt_outstanding],
        cite=TRANSFER,
        form=ReceiptForm,
    )
    def enter_receipt(self, act: Act, *, number: str, received_on: date) -> None:
        """Of the earliest that waits for one."""
        waiting = self.transfers.filter(number="").order_by("pk").first()
        self.transfers.filter(pk=waiting.pk).update(number=number, received_on=received_on)
        act.record(receiver=waiting.receiver)

    @step(
        source=OPEN,
        target=RETURN_VALUE(*OVER),
        label=_("结案"),
        by=["handler"],
        requires=[investigators_named, all_settled],
        cite=FIRST,
        form=forms.ConcludeForm,
        help=_("是否属实由各项认定得出，不另行选择。"),
    )
    def conclude(self, act: Act, *, summary: str, answer: str) -> str:
        from reviews.models.investigations.respondent import Finding

        found = Finding.objects.filter(respondent__investigation=self, respondent__state__in=SETTLED)
        outcome = concluded(found.values_list("established", flat=True))
        self.summary, self.concluded_at = summary, act.at
        act.settle(timing.FINISH)
        act.say(outcome=str(InvestigationState(outcome).label))
        if self.complaint is not None and self.complaint.state == Complaint.State.ACCEPTED:
            act.then(self.complaint, "close", answer=answer or str(InvestigationState(outcome).label))
        return InvestigationState(outcome)

    @property
    def established(self) -> bool:
        return bool(self.respondents.filter(state=RespondentState.ESTABLISHED).exists())
