"""RiskAssessment 风险评估: the lead's answers, and what follows from them, with the articles."""

from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from typing import Any, Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import RETURN_VALUE

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import Standing
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.drafts import Draft
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet, NamedTo
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from ethicsreview.policy.catalogues import Questionnaire, questionnaire
from ethicsreview.policy.words import said
from reviews.models.international import approval as foreign_approval
from reviews.models.projects.changing import AMENDABLE
from reviews.models.projects.project import Project
from reviews.rules.routing import Conclusions, assess

# Reviews that take up again what was decided: after an appeal, and after an approval.
RENEWING = ("appeal", "rereview")


class AssessmentQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        return self.filter(project__in=Project.objects.visible_to(standing))


class RiskAssessment(Lifecycle):
    noun, collection, letter = "assessment", "assessments", "A"
    called, named_to = "project__title", NamedTo.OWN
    creators = frozenset({"lead", "acting_write"})

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("state", "填写中")
        COMPLETED = "completed", pgettext_lazy("state", "已完成")
        # Of an approved project: it holds once the amendment that brings it is approved, and not before.
        PROPOSED = "proposed", pgettext_lazy("state", "待变更批准")
        SUPERSEDED = "superseded", pgettext_lazy("state", "已被替代")

    draft = Draft(fields={"answers"}, states={State.DRAFT}, by={"lead", "team"})

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.DRAFT)
    project = models.ForeignKey(Project, models.PROTECT, related_name="assessments")
    answers = models.JSONField(_("回答"), default=dict, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    questionnaire_since = models.DateField(_("问卷版本"), null=True, editable=False)
    conclusions_kept = models.JSONField(_("结论"), default=dict, blank=True, editable=False)
    # Kept beside the conclusions because a regulator's lists are filtered by it.
    high_risk = models.BooleanField(_("高风险"), default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    completed_at = models.DateTimeField(null=True, editable=False)

    objects = AssessmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("风险评估")
        verbose_name_plural = _("风险评估")
        constraints = [
            models.UniqueConstraint(fields=["project"], condition=models.Q(state="draft"), name="assessment_one_draft"),
            models.UniqueConstraint(
                fields=["project"], condition=models.Q(state="completed"), name="assessment_one_completed"
            ),
            models.UniqueConstraint(
                fields=["project"], condition=models.Q(state="proposed"), name="assessment_one_proposed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.project}"

    def get_absolute_url(self) -> str:
        return reverse("portal:assessment", args=[self.ref])

    def subject(self) -> Project:
        return self.project

    def capacities(self, standing: Standing) -> set[str]:
        return self.project.capacities(standing)

    def on_behalf_of(self, capacities: Collection[str]) -> Person | None:
        return self.project.on_behalf_of(capacities)

    def people(self, group: str) -> Iterable[Person]:
        return self.project.people(group)

    def words(self) -> dict[str, Any]:
        return self.project.words() | {"ref": self.ref}

    @property
    def questionnaire(self) -> Questionnaire:
        """The questions as they were when it was completed, or as they are today."""
        return questionnaire(self.questionnaire_since or timezone.now())

    @property
    def conclusions(self) -> Conclusions:
        """What follows from the answers: as kept when completed, else as of now."""
        if self.conclusions_kept:
            return self._conclusions_as_kept
        return assess(self.answers, self.questionnaire)

    @cached_property
    def _conclusions_as_kept(self) -> Conclusions:
        """Every guard asks for them; once kept, they do not change."""
        return Conclusions.from_json(self.conclusions_kept)

    def every_question_answered(self, act: Act) -> Iterator[Refusal]:
        asked = questionnaire(act.at)
        found = assess(self.answers, asked)
        for key in [*found.missing, *found.invalid]:
            if key in found.missing:
                question = asked.question(key)
                yield Refusal("unanswered", _("尚未回答：%(question)s"), {"question": said(question)}, question.cite)
            else:
                yield Refusal(
                    "invalid_answer", _("回答不符合问题的要求：%(question)s"), {"question": key}, "national:9"
                )
        for contradiction in found.contradictions:
            yield Refusal(
                "contradiction", _("回答相互矛盾：%(text)s"), {"text": said(contradiction)}, contradiction.cite
            )

    def amends_what_is_approved(self, act: Act) -> Iterator[Refusal]:
        """What is approved rests on the assessment that stands; a new one comes with an amendment."""
        if self.project.state in AMENDABLE and self.amendment is None and self.renewal is None:
            yield Refusal(
                "no_amendment",
                _("科技活动已批准：风险评估的回答改变的，请申请变更并选择“风险评估的回答改变”"),
                {},
                "national:20",
            )

    @cached_property
    def amendment(self) -> Any:
        """The open amendment, still with its people, that is to bring this assessment."""
        open_ones = self.project.reviews.open().filter(amends__isnull=False, waiting_for="lead")
        return open_ones.filter(amendment__risk_changed=True).first()

    @cached_property
    def renewal(self) -> Any:
        """The review anew that is still written: it is judged by new answers or by confirmed ones (Measures 9)."""
        return self.project.reviews.filter(kind__in=RENEWING, amends=None, state="draft").order_by("-pk").first()

    @step(
        source=State.DRAFT,
        target=RETURN_VALUE(State.COMPLETED, State.PROPOSED),
        label=_("完成评估"),
        by=["lead", "acting_write", CONSEQUENCE],
        requires=[every_question_answered, amends_what_is_approved],
        cite="national:9",
    )
    def complete(self, act: Act) -> str:
        """Measures 9; Shandong 7; Sichuan 9: assess before starting. Of an approved project, it is only proposed."""
        asked = questionnaire(act.at)
        found = assess(self.answers, asked)
        self.questionnaire_since, self.conclusions_kept = asked.version, found.to_json()
        self.high_risk = bool(found.listed)
        self.completed_at = act.at
        act.record(answers=self.answers, outcome=found.project_outcome)
        if self.project.state in AMENDABLE:
            for earlier in self.project.assessments.filter(state=self.State.PROPOSED):
                act.before(earlier, "drop")
            act.then(self.amendment or self.renewal, "take_assessment", assessment=self)
            return str(self.State.PROPOSED)
        self._take_the_place(act, found)
        if self.project.state == Project.State.UNDER_REVIEW and self.renewal is not None:
            # After an appeal the project never left its review: only what it is judged by is another.
            act.then(self.renewal, "take_assessment", assessment=self)
            return str(self.State.COMPLETED)
        act.then(self.project, "need_no_review" if found.project_outcome == "not_required" else "assess")
        return str(self.State.COMPLETED)

    def _take_the_place(self, act: Act, found: Conclusions) -> None:
        for earlier in self.project.assessments.filter(state=self.State.COMPLETED).exclude(pk=self.pk):
            # Two completed ones may not stand side by side, so the older must go first.
            act.before(earlier, "supersede")
        foreign_approval.follow_partners(self.project, act, found.partner_countries)
        for exemption in self.project.exemptions.open():
            # What was exempted, or was to be, is what the older answers described.
            act.before(exemption, "lapse")

    @step(source=State.PROPOSED, target=State.COMPLETED, label=_("随变更生效"), by=[CONSEQUENCE], cite="national:20")
    def adopt(self, act: Act) -> None:
        """The amendment was approved: what it answered is what stands."""
        self._take_the_place(act, self.conclusions)

    @step(source=[State.DRAFT, State.PROPOSED], target=State.SUPERSEDED, label=_("随变更作废"), by=[CONSEQUENCE])
    def drop(self, act: Act) -> None:
        """The amendment came to nothing, or was answered anew."""

    @step(source=State.SUPERSEDED, target=State.PROPOSED, label=_("随申诉恢复"), by=[CONSEQUENCE], cite="national:18")
    def revive(self, act: Act) -> None:
        """The amendment that brought it is decided anew."""

    @step(source=[State.DRAFT, State.COMPLETED], target=State.SUPERSEDED, label=_("被新评估替代"), by=[CONSEQUENCE])
    def supersede(self, act: Act) -> None: ...
