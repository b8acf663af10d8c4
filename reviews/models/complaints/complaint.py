"""Complaint 投诉举报: what somebody says was done against the rules, and what became of it before it is investigated.

Who complained stands elsewhere (complainant.py). The record keeps a digest of the account and none of its words.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from committees.models import Committee
from ethicsreview.accounts.models import Authority, Body, Institution, Person, Role
from ethicsreview.accounts.regions import city_of, province_of
from ethicsreview.accounts.standing import Standing
from ethicsreview.accounts.validators import plain_text, region_code
from ethicsreview.documents.digest import sm3
from ethicsreview.documents.models import DocumentVersion, KeptModel
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet, NamedTo
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from ethicsreview.policy import Policy, policy_for
from reviews.models.complaints import forms, timing
from reviews.models.complaints.handling import (
    HANDLING,
    Handling,
    bodies_of,
    capacities_over,
    handlers,
    handling_of,
    in_hand,
)
from reviews.models.complaints.kinds import ComplaintState, Receiver, Track, track_of

COMPLAIN, FIRST, TRANSFER = "national:46", "national:49", "shandong:14"
OPEN = (ComplaintState.RECEIVED, ComplaintState.ACCEPTED)


class ComplaintQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """Whoever handles or supervises it; never who is accused, nor anybody of an accused body. An operator sees what
        has nobody to handle it, and nothing else.
        """
        if standing.is_system:
            return self
        if standing.person is None:
            return self.none()
        seen = in_hand(standing)
        if standing.holds(Role.OPERATOR):
            seen |= Q(handler__isnull=True)
        return self.filter(seen & ~accused_in(standing))


def accused_in(standing: Standing) -> Q:
    """What accuses this person, or a body in which they hold any role: by the complaint, or in its investigation."""
    from reviews.models.investigations.respondent import Respondent

    bodies = bodies_of(standing)
    own = Complaint.accused.through.objects.filter(person=standing.person).values("complaint")
    named = Respondent.objects.filter(Q(person=standing.person) | Q(body__in=bodies))
    investigated = named.filter(investigation__complaint__isnull=False).values("investigation__complaint")
    found = Q(pk__in=own) | Q(pk__in=investigated) | Q(committee__in=bodies)
    return found | Q(unit_suspected=True, institution__in=bodies)


class Complaint(Lifecycle):
    noun, collection, letter = "complaint", "complaints", "T"
    called, named_to = "about", NamedTo.NOBODY
    creators = frozenset[str]()
    State = ComplaintState

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=ComplaintState.choices, default=ComplaintState.RECEIVED)
    category = models.CharField(_("违规行为类别"), max_length=60)
    track = models.CharField(_("性质"), max_length=12, choices=Track.choices, default=Track.ETHICS)
    region = models.CharField(_("发生地区"), max_length=6, validators=[region_code])
    unit = models.CharField(_("涉及的单位"), max_length=200, blank=True, validators=[plain_text])
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("登记的单位")
    )
    committee = models.ForeignKey(
        Committee, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("被反映的委员会")
    )
    unit_suspected = models.BooleanField(_("反映的是单位本身或者单位负责人"), default=False)
    about = models.TextField(_("反映的人员或者活动"))
    # As it was written: whether there is such a case is for the handler to find out.
    case_ref = models.CharField(_("审查编号"), max_length=20, blank=True, validators=[plain_text])
    account = models.TextField(_("事实经过"))
    anonymous = models.BooleanField(_("匿名"), default=True, editable=False)
    key_digest = models.CharField(max_length=64, editable=False)
    accused = models.ManyToManyField(Person, related_name="+", verbose_name=_("被反映人"))
    handler = models.ForeignKey(Body, models.PROTECT, null=True, related_name="+", verbose_name=_("处理单位"))
    joint = models.ForeignKey(Authority, models.PROTECT, null=True, related_name="+", verbose_name=_("会同部门"))
    duty = models.CharField(_("管辖依据"), max_length=40, editable=False)
    answer = models.TextField(_("答复"), blank=True, editable=False)
    answered_at = models.DateTimeField(_("答复时间"), null=True, editable=False)
    received_at = models.DateTimeField(_("收到时间"), default=timezone.now, editable=False)

    objects = ComplaintQuerySet.as_manager()

    if TYPE_CHECKING:
        handler_id: int | None
        joint_id: int | None
        institution_id: int | None
        committee_id: int | None
        additions: Any
        papers: Any
        investigation: Any

    class Meta:
        verbose_name = _("投诉举报")
        verbose_name_plural = _("投诉举报")
        indexes = [models.Index(fields=["handler", "state", "-id"], name="complaint_handler")]

    def __str__(self) -> str:
        return self.ref

    def get_absolute_url(self) -> str:
        return reverse("desk:complaint", args=[self.ref])

    # --- who ------------------------------------------------------------------------------------------------------

    def accuses(self, standing: Standing) -> bool:
        if standing.person is None or not self.pk:
            return False
        key = ("accused", self.noun, self.pk)
        return bool(standing.once(key, lambda: Complaint.objects.filter(accused_in(standing), pk=self.pk).exists()))

    def capacities(self, standing: Standing) -> set[str]:
        if self.accuses(standing):
            return set()
        found = capacities_over(standing, self.handler_id, self.joint_id, self.region)
        if standing.holds(Role.OPERATOR) and self.handler_id is None:
            found.add("operator")
        return found

    def people(self, group: str) -> Iterable[Person]:
        accused = list(self.accused.values_list("pk", flat=True))
        of = [self.institution_id] if self.unit_suspected and self.institution_id else []
        of += [self.committee_id] if self.committee_id else []
        return handlers([self.handler, self.joint], timezone.now(), but=accused, of=of)

    def bodies(self) -> set[int]:
        """Of the unit that it is about, only when that unit handles it."""
        return {key for key in (self.handler_id, self.joint_id) if key is not None}

    def words(self) -> dict[str, Any]:
        return super().words() | {"handler": self.handler.name if self.handler else ""}

    def policy_at(self, at: datetime) -> Policy:
        return policy_for(region=self.region, at=at)

    def rightful(self, at: datetime) -> Handling:
        return handling_of(self.institution, self.region, unit_suspected=self.unit_suspected, policy=self.policy_at(at))

    def might_handle(self) -> Any:
        near = Q(as_authority__isnull=False, region__in={city_of(self.region), province_of(self.region)})
        unit = self.institution
        if unit is not None and not self.unit_suspected:
            near |= Q(pk=unit.pk)
        if unit is not None and unit.parent_id:
            near |= Q(pk=unit.parent_id)
        return Body.objects.filter(near, is_active=True).order_by("name", "pk")

    # --- guards ---------------------------------------------------------------------------------------------------

    def handled_by_none_accused(self, act: Act) -> Iterator[Refusal]:
        """Where an accused person answers for the handling body, its superior handles it (Measures 49)."""
        if self._head_accused():
            words = _("被反映人是%(body)s的管理人员，应当移交上级主管部门")
            yield Refusal("head_accused", words, {"body": self.handler or ""}, FIRST)
        if self.unit_suspected and self.handler_id is not None and self.handler_id == self.institution_id:
            words = _("反映的是%(body)s本身或者其负责人，应当移交上级主管部门")
            yield Refusal("unit_suspected", words, {"body": self.handler or ""}, FIRST)

    def sector_may(self, act: Act) -> Iterator[Refusal]:
        if not self.policy_at(act.at).value("complaint.sector_takeover", default=False):
            yield Refusal("no_takeover", _("本地区适用的规则没有规定行业主管部门可以独立组织调查"), {}, "shandong:13")

    def _head_accused(self) -> bool:
        if self.handler_id is None:
            return False
        held = Q(appointments__body=self.handler_id, appointments__role__in=HANDLING)
        return bool(self.accused.filter(held).exists())

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=OPEN,
        target=None,
        label=_("补充材料"),
        by=[CONSEQUENCE],
        cite=COMPLAIN,
        form=forms.SupplementForm,
    )
    def supplement(self, act: Act, *, text: str) -> None:
        """By whoever has the key."""
        Addition.objects.create(complaint=self, text=text, at=act.at)
        act.record(digest=sm3(text.encode()))

    @step(
        source=ComplaintState.RECEIVED,
        target=None,
        label=_("登记被反映的人员和单位"),
        by=["handler", "operator"],
        cite=FIRST,
        form=forms.NameAccusedForm,
        help=_("被反映人和被反映单位的人员自此看不到本件。"),
    )
    def name_accused(
        self,
        act: Act,
        *,
        accused: list[Person],
        institution: Institution | None,
        committee: Committee | None,
        unit_suspected: bool,
    ) -> None:
        self.accused.set(accused)
        self.institution, self.committee = institution, committee
        self.unit_suspected = unit_suspected and institution is not None
        if institution is not None:
            self.unit, self.region = institution.name, institution.region
        if self.handler_id == self.institution_id and (self._head_accused() or self.unit_suspected):
            self.unit_suspected = True
            act.by_rule(self, "reroute")

    @step(
        source=ComplaintState.RECEIVED,
        target=None,
        label=_("按规定移交"),
        by=[CONSEQUENCE],
        cite=FIRST,
        help=_("反映单位或者其负责人的，由上级主管部门处理。"),
    )
    def reroute(self, act: Act) -> None:
        self.route(act)
        act.cancel(timing.TRIAGE)
        self._start(act)

    @step(
        source=ComplaintState.RECEIVED,
        target=None,
        label=_("移交其他单位或者部门处理"),
        by=["handler", "operator"],
        cite=FIRST,
        form=forms.ReferForm,
    )
    def refer(self, act: Act, *, body: Body, reason: str) -> None:
        self.handler, self.joint, self.duty = body, None, ""
        act.say(reason=reason)
        act.cancel(timing.TRIAGE)
        self._start(act)

    @step(
        source=ComplaintState.RECEIVED,
        target=None,
        label=_("由本行业主管部门独立组织调查"),
        by=["sector"],
        requires=[sector_may],
        cite="shandong:13",
        form=forms.ReasonedForm,
        help=_("限于本系统的重大科技伦理案件。"),
    )
    def take_over(self, act: Act, *, reason: str) -> None:
        own = act.standing.bodies(Role.REGULATOR)
        sector = Authority.objects.filter(pk__in=own).exclude(field=Authority.Field.GENERAL).order_by("pk")
        self.handler, self.joint, self.duty = sector.first(), None, "complaint.sector_takeover"
        act.say(reason=reason)
        act.cancel(timing.TRIAGE)
        self._start(act)

    @step(
        source=ComplaintState.RECEIVED,
        target=ComplaintState.ACCEPTED,
        label=_("受理并立案调查"),
        by=["handler"],
        requires=[handled_by_none_accused],
        cite=FIRST,
        form=forms.AcceptForm,
    )
    def accept(self, act: Act, *, title: str, track: str) -> None:
        from reviews.models.investigations.opening import opened_by

        self.track = track
        act.settle(timing.TRIAGE)
        opened = opened_by(self, title, act.at)
        act.create(opened)
        act.start(timing.FINISH, on=opened, **timing.finish(opened.handler, track, self.policy_at(act.at)))

    @step(
        source=ComplaintState.RECEIVED,
        target=ComplaintState.DECLINED,
        label=_("不予受理"),
        by=["handler"],
        requires=[handled_by_none_accused],
        cite=COMPLAIN,
        form=forms.DeclineForm,
        danger=True,
    )
    def decline(self, act: Act, *, reason: str) -> None:
        self.answer, self.answered_at = reason, act.at
        act.settle(timing.TRIAGE)

    @step(
        source=ComplaintState.RECEIVED,
        target=ComplaintState.TRANSFERRED,
        label=_("移送有关机关"),
        by=["handler"],
        requires=[handled_by_none_accused],
        cite=TRANSFER,
        form=forms.HandOverForm,
    )
    def hand_over(self, act: Act, *, ground: str, receiver: str, reason: str) -> None:
        self.answer = str(_("已移送%(receiver)s") % {"receiver": receiver})
        self.answered_at = act.at
        act.record(ground=Receiver(ground).value)
        act.settle(timing.TRIAGE)

    @step(source=ComplaintState.ACCEPTED, target=ComplaintState.CLOSED, label=_("办结"), by=[CONSEQUENCE], cite=FIRST)
    def close(self, act: Act, *, answer: str) -> None:
        self.answer, self.answered_at = answer, act.at

    @step(
        source=ComplaintState.ACCEPTED,
        target=None,
        label=_("随调查移交上级"),
        by=[CONSEQUENCE],
        cite=FIRST,
    )
    def go_along(self, act: Act, *, handler: Body, joint: Authority | None) -> None:
        """Its investigation has gone to the superior; so the unit loses sight of the complaint too."""
        self.handler, self.joint, self.unit_suspected = handler, joint, True
        act.record(handler=handler.ref)

    # --- what its beginning is made of ----------------------------------------------------------------------------

    def route(self, act: Act) -> None:
        found = self.rightful(act.at)
        self.handler, self.joint, self.duty = found.body, found.joint, found.duty.key
        act.record(duty=found.duty.key, cite=found.cite)

    def _start(self, act: Act) -> None:
        if self.handler is not None:
            act.start(timing.TRIAGE, **timing.triage(self.handler, self.track, self.policy_at(act.at), act.at))

    @step(
        source=ComplaintState.RECEIVED,
        target=None,
        label=_("确定处理单位"),
        by=[CONSEQUENCE],
        cite=FIRST,
    )
    def assign(self, act: Act) -> None:
        """The first step of all, taken by the rule as soon as it is received."""
        self.track = track_of(self.category)
        self.route(act)
        self._start(act)


class Addition(KeptModel):
    """What the complainant added later."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="additions")
    text = models.TextField(_("补充的情况"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("投诉举报的补充")
        verbose_name_plural = _("投诉举报的补充")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.at}"


class ComplaintPaper(models.Model):
    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="papers")
    version = models.ForeignKey(DocumentVersion, models.PROTECT, related_name="+", verbose_name=_("文件"))

    class Meta:
        verbose_name = _("投诉举报的材料")
        verbose_name_plural = _("投诉举报的材料")
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.version)
