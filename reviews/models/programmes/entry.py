"""ProgrammeEntry: a project in a programme; one of this service, or one that so far is known by its number alone."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.accounts.validators import plain_text
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet, NamedTo
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, Step, step
from ethicsreview.policy import Policy
from reviews.models.programmes import forms
from reviews.models.programmes.kinds import EntryState, ProgrammeState, stages_of
from reviews.models.programmes.programme import ARTICLES, Programme, run_by
from reviews.models.programmes.wanting import letter_rule
from reviews.models.projects.project import Project
from reviews.rules.gates import next_stage

if TYPE_CHECKING:
    from reviews.models.programmes.commitment import Commitment


class ProgrammeEntryQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """As the programme."""
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        if standing.person is None:
            return self.none()
        return self.filter(run_by(standing, "programme__authority"))

    def entered(self) -> Self:
        return self.filter(state=EntryState.ENTERED)


class ProgrammeEntry(Lifecycle):
    noun, collection, letter = "programme_entry", "programme-entries", "N"
    called, named_to = "title", NamedTo.OWN
    creators = frozenset({CONSEQUENCE})
    State = EntryState

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=EntryState.choices, default=EntryState.ENTERED)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="entries", verbose_name=_("科技计划"))
    project = models.ForeignKey(
        Project, models.PROTECT, null=True, related_name="programme_entries", verbose_name=_("科技活动")
    )
    number = models.CharField(_("项目编号"), max_length=60)
    # As the programme has it; the service's own is read where the project is here.
    title = models.CharField(_("项目名称"), max_length=300, validators=[plain_text])
    unit_name = models.CharField(_("承担单位"), max_length=200, validators=[plain_text])
    lead_name = models.CharField(_("项目负责人"), max_length=100, validators=[plain_text])
    field = models.CharField(_("领域"), max_length=20, choices=Project.Field.choices)
    passed = models.CharField(_("已通过的环节"), max_length=12, blank=True, editable=False)
    passed_at = models.DateTimeField(_("通过时间"), null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ProgrammeEntryQuerySet.as_manager()

    if TYPE_CHECKING:
        programme_id: int
        project_id: int | None
        commitments: Any
        answers: Any

    class Meta:
        verbose_name = _("计划项目")
        verbose_name_plural = _("计划项目")
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "number"], condition=~Q(state="removed"), name="programme_entry_number"
            ),
            models.UniqueConstraint(
                fields=["programme", "project"],
                condition=Q(project__isnull=False) & ~Q(state="removed"),
                name="programme_entry_project",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("desk:programme_entry", args=[self.ref])

    # --- who ------------------------------------------------------------------------------------------------------

    def subject(self) -> Programme:
        return self.programme

    def capacities(self, standing: Standing) -> set[str]:
        return self.programme.capacities(standing)

    def people(self, group: str) -> Iterable[Person]:
        return self.programme.people(group)

    def bodies(self) -> set[int]:
        """Of the programme alone: what a department does with its list is no matter of the unit."""
        return self.programme.bodies()

    def words(self) -> dict[str, Any]:
        return self.programme.words() | {"ref": self.ref, "number": self.number, "title": self.title}

    def policy_at(self, at: datetime) -> Policy:
        return self.programme.policy_at(at)

    @property
    def field_now(self) -> str:
        return self.project.field if self.project is not None else self.field

    @property
    def letter_now(self) -> "Commitment | None":
        """The letter that stands, signed or not."""
        found: Commitment | None = self.commitments.exclude(state="void").order_by("-pk").first()
        return found

    def rests_on(self, declared: Step, at: datetime) -> str:
        policy = self.policy_at(at)
        key = "commitment.signatories" if declared.name == "ask_letter" else "programme.stages"
        return policy.entry(key).cite if policy.has(key) else declared.cite

    def article(self, act: Act) -> str:
        """By which rule of its place the programme is overseen at all."""
        policy = self.policy_at(act.at)
        return policy.entry("programme.stages").cite if policy.has("programme.stages") else ARTICLES

    def next_stage(self, at: datetime) -> str:
        return next_stage(self.passed, tuple(stages_of(self.policy_at(at))))

    # --- guards ---------------------------------------------------------------------------------------------------

    def programme_open(self, act: Act) -> Iterator[Refusal]:
        if self.programme.state != ProgrammeState.OPEN:
            words = _("科技计划现为“%(state)s”")
            yield Refusal("programme_state", words, {"state": self.programme.get_state_display()}, self.article(act))

    def not_linked(self, act: Act) -> Iterator[Refusal]:
        if self.project_id is not None:
            yield Refusal("linked", _("已经关联科技活动"), {}, self.article(act))

    def gate_open(self, act: Act) -> Iterator[Refusal]:
        """At a stage where nothing passes a shut gate: everything that shuts it."""
        from reviews.models.programmes.gate import gatekeeper_for

        stage = self.next_stage(act.at)
        if not stage:
            yield Refusal("no_stage_left", _("已经通过全部环节"), {}, self.article(act))
            return
        answer = gatekeeper_for(self, act.standing).answer(self, stage)
        if answer.hard:
            yield from (reason.refusal for reason in answer.shutting)

    def letter_to_ask(self, act: Act) -> Iterator[Refusal]:
        rule = letter_rule(self, self.policy_at(act.at))
        letter = act.standing.once(("letter", self.pk), lambda: self.letter_now)
        if rule is None:
            yield Refusal("no_letter_wanted", _("本项目不需要签订承诺书"), {}, self.article(act))
        elif self.project is None:
            yield Refusal("not_here", _("尚未关联本系统的科技活动，无人可以在此签署"), {}, rule)
        elif letter is not None and letter.lead_id == self.project.lead_id:
            yield Refusal("letter_there", _("已有现负责人的承诺书（%(ref)s）"), {"ref": letter.ref}, rule)

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=EntryState.ENTERED,
        target=None,
        label=_("关联本系统的科技活动"),
        by=["programme_manager"],
        requires=[programme_open, not_linked],
        cite=ARTICLES,
        form=forms.LinkForm,
    )
    def link(self, act: Act, *, project: Project, lead_name: str) -> None:
        from reviews.models.programmes.beginning import begin_letter

        self.project, self.lead_name = project, lead_name
        begin_letter(self, act)

    @step(
        source=EntryState.ENTERED,
        target=None,
        label=_("要求签订承诺书"),
        by=["programme_manager"],
        requires=[programme_open, letter_to_ask],
        cite="shandong:12",
        help=_("负责人已变更的，由现负责人和承担单位重新签订，原承诺书作废。"),
    )
    def ask_letter(self, act: Act) -> None:
        from reviews.models.programmes.beginning import begin_letter

        if (letter := self.letter_now) is not None:
            act.before(letter, "void")
        begin_letter(self, act)

    @step(
        source=EntryState.ENTERED,
        target=None,
        label=_("通过下一环节"),
        by=["programme_manager"],
        requires=[programme_open, gate_open],
        cite=ARTICLES,
        help=_("按本日适用的规则逐项检查；在不得放行的环节有不通过情形的，不能办理。"),
    )
    def advance(self, act: Act) -> None:
        from reviews.models.programmes.answers import answer_of

        stage = self.next_stage(act.at)
        kept = answer_of(self, stage, by=act.actor, at=act.at, held=act.capacities)
        self.passed, self.passed_at = stage, act.at
        act.record(stage=stage, answer=kept.digest, open=kept.open)
        act.say(stage=kept.stage_label)

    @step(
        source=EntryState.ENTERED,
        target=EntryState.REMOVED,
        label=_("移出计划"),
        by=["programme_manager"],
        requires=[programme_open],
        cite=ARTICLES,
        form=forms.ReasonedForm,
        danger=True,
    )
    def remove(self, act: Act, *, reason: str) -> None:
        if (letter := self.letter_now) is not None:
            act.then(letter, "void")
        act.say(reason=reason)
