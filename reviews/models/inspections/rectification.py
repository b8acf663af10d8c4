"""Rectification 整改: one thing that an inspection found not to conform, until it is put right (Sichuan 16)."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import end_of_day
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet, NamedTo
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, Step, step
from reviews.models.inspections import forms, timing
from reviews.models.inspections.inspection import ARTICLE, Inspection
from reviews.models.inspections.kinds import TO_DO, RectificationState
from reviews.models.inspections.rows import InspectionFinding, InspectionPaper, Inspector, RectificationAnswer
from reviews.models.inspections.sight import inspected, supervising

S = RectificationState
ANSWERERS = ["institution_officer", "secretary", "chair"]
CHECKERS = ["inspector", "inspecting"]


class RectificationQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """Whoever sees the inspection: there is none before its report."""
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        if standing.person is None:
            return self.none()
        named = Inspector.objects.filter(person=standing.person).values("inspection")
        way = "inspection__"
        return self.filter(supervising(standing, way) | inspected(standing, way) | Q(inspection__in=named))


class Rectification(Lifecycle):
    """Made by the report alone. Its steps stand in the chain of the inspection."""

    noun, collection, letter = "rectification", "rectifications", "Z"
    called, named_to = "inspection__title", NamedTo.NOBODY
    creators = frozenset({CONSEQUENCE})
    State = RectificationState

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=RectificationState.choices, default=S.ORDERED)
    inspection = models.ForeignKey(
        Inspection, models.PROTECT, related_name="rectifications", verbose_name=_("现场检查")
    )
    finding = models.OneToOneField(
        InspectionFinding, models.PROTECT, related_name="rectification", verbose_name=_("检查情况")
    )
    number = models.PositiveIntegerField(_("序号"))
    due_on = models.DateField(_("整改期限"))
    answered_at = models.DateTimeField(_("答复时间"), null=True, editable=False)
    # What was said of the latest answer: why it was sent back, or how it was checked.
    note = models.TextField(_("核实意见"), blank=True, editable=False)
    settled_at = models.DateTimeField(_("完成时间"), null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = RectificationQuerySet.as_manager()

    if TYPE_CHECKING:
        inspection_id: int
        answers: Any

    class Meta:
        verbose_name = _("整改")
        verbose_name_plural = _("整改")
        constraints = [models.UniqueConstraint(fields=["inspection", "number"], name="rectification_number")]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    @property
    def title(self) -> str:
        found = {one.key: one.text for one in self.inspection.items()}
        return found.get(self.finding.item, self.finding.item)

    def get_absolute_url(self) -> str:
        return reverse("desk:rectification", args=[self.ref])

    # --- who ------------------------------------------------------------------------------------------------------

    def subject(self) -> Inspection:
        return self.inspection

    def capacities(self, standing: Standing) -> set[str]:
        return self.inspection.capacities(standing)

    def rests_on(self, declared: Step, at: datetime) -> str:
        return self.inspection.rests_on(declared, at)

    def conflicts(self, standing: Standing) -> Iterable[Refusal]:
        return self.inspection.conflicts(standing)

    def people(self, group: str) -> Iterable[Person]:
        return self.inspection.people(group)

    def words(self) -> dict[str, Any]:
        return self.inspection.words() | {"ref": self.ref, "item": self.title, "due": self.due_on.isoformat()}

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=TO_DO,
        target=S.ANSWERED,
        label=_("报送整改情况"),
        by=ANSWERERS,
        cite=ARTICLE,
        form=forms.AnswerForm,
    )
    def answer(self, act: Act, *, text: str, documents: list[DocumentVersion]) -> None:
        number = self.answers.count() + 1
        kept = RectificationAnswer.objects.create(
            rectification=self, number=number, text=text, entered_by=act.actor, at=act.at
        )
        for one in documents:
            InspectionPaper.objects.create(answer=kept, version=one, digest=one.digest)
        self.answered_at = act.at
        act.record(number=number)
        act.settle(timing.RECTIFY)
        act.start(timing.CHECK, **timing.check(self, self.inspection.policy_at(act.at)))

    @step(
        source=S.ANSWERED,
        target=S.CONFIRMED,
        label=_("确认完成整改"),
        by=CHECKERS,
        cite=ARTICLE,
        form=forms.CheckForm,
        judges=True,
    )
    def confirm(self, act: Act, *, note: str) -> None:
        self.note, self.settled_at = note, act.at
        act.settle(timing.CHECK)

    @step(
        source=S.ANSWERED,
        target=S.RETURNED,
        label=_("退回继续整改"),
        by=CHECKERS,
        cite=ARTICLE,
        form=forms.SendBackForm,
        judges=True,
    )
    def send_back(self, act: Act, *, reason: str, due_on: date) -> None:
        self.note, self.due_on = reason, due_on
        act.say(reason=reason, due=due_on.isoformat())
        act.settle(timing.CHECK)
        act.start(timing.RECTIFY, **timing.rectify(self, due_on, self.inspection.policy_at(act.at)))

    @step(
        source=TO_DO,
        target=None,
        label=_("延长整改期限"),
        by=["inspecting"],
        cite=ARTICLE,
        form=forms.ExtendForm,
        judges=True,
    )
    def extend(self, act: Act, *, reason: str, due_on: date) -> None:
        self.due_on = due_on
        act.say(reason=reason, due=due_on.isoformat())
        act.extend(timing.RECTIFY, due_at=end_of_day(due_on), reason=reason)
