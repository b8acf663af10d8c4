"""RiskWarning 预警: an indicator over its threshold, for one committee, institution or activity; from the evaluation
that raised it to what was done about it (Shandong 11; Sichuan 11: discern early, intervene early).
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from committees.models import Committee, Membership, conflict_grounds
from ethicsreview.accounts.models import Authority, Institution, Person, Role
from ethicsreview.accounts.standing import Standing, standing_of
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet, NamedTo
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, Step, step
from ethicsreview.policy import Policy, policy_for
from reviews.models.projects.interests import own_project, project_facts
from reviews.models.projects.parties import holders, on_committee, over_territory, territory
from reviews.models.projects.project import Project
from reviews.models.reviewing.record import seen_by_committee
from reviews.models.reviewing.review import Review
from reviews.models.warnings import forms, timing
from reviews.models.warnings.finding import WarningFinding
from reviews.models.warnings.kinds import OPEN, SETTLED, WATCHED, About, Indicator, Level, State, Watch
from reviews.models.warnings.watched import high_risk

ARTICLE = "sichuan:11"
ANSWERING = (Role.SECRETARY, Role.CHAIR)


class RiskWarningQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """Whoever supervises the place, of an activity only where it is of high risk; the committee's secretary and
        chair, of an activity only where they handle it; the institution's officers. Nobody their own activity.
        """
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        if standing.person is None:
            return self.none()
        seen = territory(standing, "region") & (Q(project=None) | high_risk("project"))
        if committees := standing.bodies(*ANSWERING):
            handled = Review.objects.filter(seen_by_committee(standing), project=OuterRef("project"))
            seen |= Q(committee__in=committees) & (Q(project=None) | Q(Exists(handled)))
        if institutions := standing.bodies(Role.INSTITUTION_OFFICER):
            seen |= Q(institution__in=institutions)
        return self.filter(seen).exclude(Q(project__isnull=False) & own_project(standing.person))

    def open(self) -> Self:
        return self.filter(state__in=OPEN)


class RiskWarning(Lifecycle):
    """Raised by an evaluation alone (oversight/warnings). One open one of an indicator and a subject, never two; its
    evidence is brought up to date by further findings.
    """

    noun, collection, letter = "warning", "warnings", "O"
    called, named_to = "project__title committee__name institution__name", NamedTo.OWN
    State, Level, About, Indicator = State, Level, About, Indicator

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.RAISED)
    indicator = models.CharField(_("指标"), max_length=20, choices=Indicator.choices, editable=False)
    level = models.CharField(_("等级"), max_length=12, choices=Level.choices, editable=False)
    about = models.CharField(_("对象"), max_length=12, choices=About.choices, editable=False)
    subject_ref = models.CharField(_("对象编号"), max_length=20, editable=False)
    region = models.CharField(_("地区"), max_length=6, editable=False)
    # Whose warning it is to settle; none where the place has no department.
    authority = models.ForeignKey(
        Authority, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("主管部门")
    )
    committee = models.ForeignKey(
        Committee, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("委员会")
    )
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("单位")
    )
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("科技活动")
    )
    value = models.IntegerField(_("数值"), editable=False)
    threshold = models.IntegerField(_("阈值"), editable=False)
    found_times = models.PositiveIntegerField(default=0, editable=False)
    # The one of the same indicator and subject before it, where it has come again.
    previous = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="+")
    raised_at = models.DateTimeField(_("预警时间"), editable=False)
    # Since when the number has been below every threshold; empty while it is not.
    eased_at = models.DateTimeField(_("回落时间"), null=True, editable=False)
    note = models.TextField(_("研判意见"), blank=True, editable=False)
    acknowledged_at = models.DateTimeField(_("确认时间"), null=True, editable=False)
    measures = models.TextField(_("处置措施"), blank=True, editable=False)
    due_on = models.DateField(_("办结日期"), null=True, editable=False)
    answer = models.TextField(_("情况说明"), blank=True, editable=False)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, editable=False, related_name="+")
    answered_at = models.DateTimeField(_("说明时间"), null=True, editable=False)
    grounds = models.TextField(_("处置结果或者排除的理由"), blank=True, editable=False)
    settled_at = models.DateTimeField(_("办结时间"), null=True, editable=False)

    objects = RiskWarningQuerySet.as_manager()

    if TYPE_CHECKING:
        authority_id: int | None
        committee_id: int | None
        institution_id: int | None
        project_id: int | None
        findings: Any

    class Meta:
        verbose_name = _("预警")
        verbose_name_plural = _("预警")
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "about", "subject_ref"],
                condition=Q(state__in=sorted(OPEN)),
                name="warning_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(SETTLED)) | ~Q(grounds="") & Q(settled_at__isnull=False),
                name="warning_settled_on_grounds",
            ),
        ]
        indexes = [
            models.Index(fields=["indicator", "about", "subject_ref", "-id"], name="warning_subject"),
            models.Index(fields=["region", "state", "-id"], name="warning_territory"),
            models.Index(fields=["committee", "state", "-id"], name="warning_committee"),
            models.Index(fields=["institution", "state", "-id"], name="warning_institution"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.get_indicator_display()}"

    @property
    def watch(self) -> Watch:
        return WATCHED[self.indicator]

    @property
    def rank(self) -> int:
        return Level(self.level).rank

    @property
    def subject_name(self) -> str:
        found = {About.COMMITTEE: self.committee, About.INSTITUTION: self.institution, About.PROJECT: self.project}
        return str(found[About(self.about)])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def get_absolute_url(self) -> str:
        return reverse("desk:warning", args=[self.ref])

    # --- who ------------------------------------------------------------------------------------------------------

    def capacities(self, standing: Standing) -> set[str]:
        found = set()
        if over_territory(standing, self.region):
            found.add("regulator")
            # Where the place has no department of its own, whoever is above it.
            if self.authority_id is None or standing.holds(Role.REGULATOR, body_id=self.authority_id):
                found.add("watcher")
        if self.committee_id is not None:
            found |= on_committee(standing, self.committee_id) & {str(role) for role in ANSWERING}
        if self.institution_id and standing.holds(Role.INSTITUTION_OFFICER, body_id=self.institution_id):
            found.add("institution_officer")
        if standing.holds(Role.OPERATOR):
            found.add("operator")
        return found

    def conflicts(self, standing: Standing) -> Iterable[Refusal]:
        if standing.person is None or self.project is None:
            return ()
        return conflict_grounds(standing.person, project_facts(self.project))

    def people(self, group: str) -> Iterable[Person]:
        """`watchers`: of the department; `concerned`: of the committee and the institution. Only who may see it."""
        now, found = timezone.now(), []
        if group == "watchers":
            found = [holders([Role.REGULATOR], self.authority, now)] if self.authority else []
        else:
            found = [holders(ANSWERING, self.committee, now)] if self.committee else []
            found += [holders([Role.INSTITUTION_OFFICER], self.institution, now)] if self.institution else []
        people = {person.pk: person for rows in found for person in rows}.values()
        if self.project_id is None:
            return list(people)
        mine = RiskWarning.objects.filter(pk=self.pk)
        return [person for person in people if mine.visible_to(standing_of(person, now)).exists()]

    def words(self) -> dict[str, Any]:
        return super().words() | {
            "indicator": Indicator(self.indicator).label,
            "level": Level(self.level).label,
            "subject": self.subject_name,
            "value": self.value,
            "unit": self.watch.unit,
            "authority": self.authority.name if self.authority else "—",
        }

    def policy_at(self, at: datetime) -> Policy:
        return policy_for(region=self.region, at=at)

    def rests_on(self, declared: Step, at: datetime) -> str:
        policy = self.policy_at(at)
        return policy.entry("warning.units_monitor").cite if policy.has("warning.units_monitor") else declared.cite

    # --- guards ---------------------------------------------------------------------------------------------------

    def not_concerned(self, act: Act) -> Iterator[Refusal]:
        """Nobody settles a warning about their own committee or institution (recusal: Measures 8)."""
        person = act.standing.person
        if person is None:
            return
        sat = (
            self.committee_id
            and Membership.objects.filter(committee=self.committee_id, appointment__person=person).exists()
        )
        works = {held.body_id for held in act.standing.held} & {self.committee_id, self.institution_id} - {None}
        if sat or works:
            words = _("这一预警涉及您所在的委员会或者单位，应当由他人处置")
            yield Refusal("own_matter", words, {}, "national:8")

    def none_open(self, act: Act) -> Iterator[Refusal]:
        others = RiskWarning.objects.open().filter(
            indicator=self.indicator, about=self.about, subject_ref=self.subject_ref
        )
        if other := others.exclude(pk=self.pk).first():
            words = _("这一对象的同一指标已有未办结的预警%(ref)s")
            yield Refusal("open_already", words, {"ref": other.ref}, ARTICLE)

    # --- what an evaluation brings about --------------------------------------------------------------------------

    @step(
        source=OPEN,
        target=None,
        label=_("更新依据"),
        by=[CONSEQUENCE],
        cite=ARTICLE,
        form=forms.FindingForm,
    )
    def renew(self, act: Act, *, finding: int) -> None:
        self._take_in(act, finding)

    @step(
        source=OPEN,
        target=None,
        label=_("等级上升"),
        by=[CONSEQUENCE],
        cite=ARTICLE,
        form=forms.FindingForm,
    )
    def worsen(self, act: Act, *, finding: int) -> None:
        """What is more serious is to be acknowledged sooner: where it waits for that, its time begins anew."""
        self._take_in(act, finding)
        if self.state == State.RAISED and self.authority_id:
            act.cancel(timing.ACKNOWLEDGE)
            act.start(timing.ACKNOWLEDGE, **timing.acknowledge(self, self.policy_at(act.at)))

    @step(
        source=SETTLED,
        target=State.RAISED,
        label=_("再次预警"),
        by=[CONSEQUENCE],
        cite=ARTICLE,
        form=forms.FindingForm,
    )
    def come_back(self, act: Act, *, finding: int) -> None:
        """Worse than when it was settled, or still there when it has rested long enough."""
        self._take_in(act, finding)
        self.raised_at, self.settled_at, self.acknowledged_at, self.due_on = act.at, None, None, None
        if self.authority_id:
            act.start(timing.ACKNOWLEDGE, **timing.acknowledge(self, self.policy_at(act.at)))

    @step(
        source=[*OPEN, *SETTLED],
        target=None,
        label=_("数值回落"),
        by=[CONSEQUENCE],
        cite=ARTICLE,
    )
    def ease(self, act: Act) -> None:
        """Below every threshold. An open one stays open: people settle it, with their grounds."""
        self.eased_at = act.at

    def _take_in(self, act: Act, number: int) -> None:
        found: WarningFinding = self.findings.get(number=number)
        self.found_times, self.eased_at = found.number, None
        self.level, self.value, self.threshold = found.level, found.value, found.threshold
        act.record(**found.facts)

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=State.RAISED,
        target=State.ACKNOWLEDGED,
        label=_("确认预警"),
        by=["watcher"],
        requires=[not_concerned],
        cite=ARTICLE,
        form=forms.AcknowledgeForm,
        judges=True,
    )
    def acknowledge(self, act: Act, *, note: str) -> None:
        self.note, self.acknowledged_at = note, act.at
        act.settle(timing.ACKNOWLEDGE)
        if self.authority_id:
            act.start(timing.ACT, **timing.act(self, self.policy_at(act.at)))

    @step(
        source=[State.ACKNOWLEDGED, State.ACTING],
        target=State.ACTING,
        label=_("采取处置措施"),
        by=["watcher"],
        requires=[not_concerned],
        cite=ARTICLE,
        form=forms.ActForm,
        judges=True,
        help=_("有关委员会和单位自此看到处置措施。再次办理的，以新的措施和日期为准，原来的留在留痕里。"),
    )
    def take_measures(self, act: Act, *, measures: str, due_on: date) -> None:
        self.measures, self.due_on = measures, due_on
        act.say(measures=measures, due=due_on.isoformat())
        act.settle(timing.ACT, timing.FINISH)
        if self.authority_id:
            act.start(timing.FINISH, **timing.finish(self, due_on, self.policy_at(act.at)))

    @step(
        source=OPEN,
        target=None,
        label=_("说明情况"),
        by=["secretary", "chair", "institution_officer"],
        cite=ARTICLE,
        form=forms.AnswerForm,
    )
    def explain(self, act: Act, *, answer: str) -> None:
        """The answer before stays in the trail."""
        self.answer, self.answered_by, self.answered_at = answer, act.actor, act.at

    @step(
        source=[State.ACKNOWLEDGED, State.ACTING],
        target=State.CLOSED,
        label=_("办结预警"),
        by=["watcher"],
        requires=[not_concerned],
        cite=ARTICLE,
        form=forms.CloseForm,
        judges=True,
    )
    def close(self, act: Act, *, grounds: str) -> None:
        self._settle(act, grounds)

    @step(
        source=OPEN,
        target=State.RULED_OUT,
        label=_("排除预警"),
        by=["watcher"],
        requires=[not_concerned],
        cite=ARTICLE,
        form=forms.DismissForm,
        judges=True,
        help=_("核实后不构成风险的。情形加重，或者消失后再次出现的，仍会预警。"),
    )
    def dismiss(self, act: Act, *, grounds: str) -> None:
        self._settle(act, grounds)

    @step(
        source=SETTLED,
        target=State.ACKNOWLEDGED,
        label=_("重新开启"),
        by=["watcher"],
        requires=[not_concerned, none_open],
        cite=ARTICLE,
        form=forms.ReopenForm,
        judges=True,
    )
    def reopen(self, act: Act, *, reason: str) -> None:
        self.settled_at, self.acknowledged_at, self.due_on = None, act.at, None
        act.say(reason=reason)
        if self.authority_id:
            act.start(timing.ACT, **timing.act(self, self.policy_at(act.at)))

    def _settle(self, act: Act, grounds: str) -> None:
        self.grounds, self.settled_at = grounds, act.at
        act.say(grounds=grounds)
        act.settle(timing.ACKNOWLEDGE, timing.ACT, timing.FINISH)
