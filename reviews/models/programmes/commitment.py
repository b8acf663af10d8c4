"""Commitment 承诺书: what lead and unit promise for a programme's project, in fixed words (Sichuan 8, Shandong 12).

It stands in the project's record, so that the case tells of it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import RETURN_VALUE

from ethicsreview.accounts.models import Institution, Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.documents.digest import canonical_json, sm3
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet, NamedTo
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, Step, step
from reviews.models.programmes import forms, timing
from reviews.models.programmes.entry import ProgrammeEntry
from reviews.models.programmes.kinds import CommitmentState
from reviews.models.programmes.programme import run_by
from reviews.models.projects.parties import holders
from reviews.models.projects.project import Project

RULE = "sichuan:8"
TO_SIGN = (CommitmentState.UNSIGNED, CommitmentState.HALF_SIGNED)


class CommitmentQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """The lead who signs it and the present one, the unit's officers; and whose programme it is."""
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        if standing.person is None:
            return self.none()
        own = Q(lead=standing.person) | Q(project__lead=standing.person)
        own |= Q(institution__in=standing.bodies(Role.INSTITUTION_OFFICER))
        return self.filter(own | run_by(standing, "entry__programme__authority"))


class Commitment(Lifecycle):
    noun, collection, letter = "commitment", "commitments", "B"
    called, named_to = "entry__title", NamedTo.OWN
    creators = frozenset({CONSEQUENCE})
    State = CommitmentState

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=CommitmentState.choices, default=CommitmentState.UNSIGNED)
    entry = models.ForeignKey(ProgrammeEntry, models.PROTECT, related_name="commitments", verbose_name=_("计划项目"))
    project = models.ForeignKey(Project, models.PROTECT, related_name="commitments", verbose_name=_("科技活动"))
    lead = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("项目负责人"))
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name=_("承担单位"))
    unit_signs = models.BooleanField(_("由单位签署"), default=True, editable=False)
    # The title and each clause, in the language they are signed in.
    text = models.JSONField(_("承诺内容"), default=list, editable=False)
    cite = models.CharField(_("条款"), max_length=60, editable=False)
    content = models.JSONField(default=dict, editable=False)
    digest = models.CharField(_("内容摘要（SM3）"), max_length=64, editable=False)
    lead_signed_at = models.DateTimeField(_("负责人签署时间"), null=True, editable=False)
    unit_signed_at = models.DateTimeField(_("单位签署时间"), null=True, editable=False)
    unit_signer = models.ForeignKey(
        Person, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("单位签署人")
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CommitmentQuerySet.as_manager()

    if TYPE_CHECKING:
        entry_id: int
        project_id: int
        lead_id: int
        institution_id: int
        unit_signer_id: int | None

    class Meta:
        verbose_name = _("科技计划项目承诺书")
        verbose_name_plural = _("科技计划项目承诺书")
        constraints = [
            models.UniqueConstraint(fields=["entry"], condition=~Q(state="void"), name="commitment_one_stands"),
            models.CheckConstraint(
                condition=~Q(state="signed")
                | (Q(lead_signed_at__isnull=False) & (Q(unit_signs=False) | Q(unit_signed_at__isnull=False))),
                name="commitment_signed_by_both",
            ),
            models.CheckConstraint(
                condition=Q(unit_signer__isnull=True) | ~Q(unit_signer=F("lead")), name="commitment_by_two"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.entry.title}"

    def get_absolute_url(self) -> str:
        return reverse("portal:commitment", args=[self.ref])

    # --- who ------------------------------------------------------------------------------------------------------

    def subject(self) -> Project:
        return self.project

    def capacities(self, standing: Standing) -> set[str]:
        found = self.entry.capacities(standing)
        if standing.person is not None and standing.person.pk == self.lead_id:
            found.add("lead")
        if standing.holds(Role.INSTITUTION_OFFICER, body_id=self.institution_id):
            found.add("institution_officer")
        return found

    def rests_on(self, declared: Step, at: datetime) -> str:
        return self.cite

    def people(self, group: str) -> Iterable[Person]:
        if group == "lead":
            return [self.lead]
        if group == "officers":
            return holders([Role.INSTITUTION_OFFICER], self.institution, timezone.now()) if self.unit_signs else []
        return self.entry.people(group)

    def words(self) -> dict[str, Any]:
        return self.entry.words() | {"ref": self.ref, "institution": self.institution.name, "lead": self.lead.name}

    @property
    def title(self) -> str:
        return str(self.text[0])

    @property
    def clauses(self) -> list[str]:
        return list(self.text[1:])

    @property
    def of_one_person(self) -> bool:
        return not self.unit_signs

    # --- what it says ---------------------------------------------------------------------------------------------

    def fix(self) -> None:
        """From now on it says this: what is signed is under one digest."""
        self.content = {
            "programme": self.entry.programme.code,
            "number": self.entry.number,
            "title": self.entry.title,
            "project": self.project.ref,
            "institution": self.institution.name,
            "lead": self.lead.name,
            "text": self.text,
        }
        self.digest = sm3(canonical_json(self.content))

    # --- guards ---------------------------------------------------------------------------------------------------

    def as_written(self, act: Act) -> Iterator[Refusal]:
        if sm3(canonical_json(self.content)) != self.digest or self.content["text"] != self.text:
            words = _("内容与摘要 %(digest)s 不符，不能签署")
            yield Refusal("altered", words, {"digest": self.digest}, self.cite)

    def lead_has_not(self, act: Act) -> Iterator[Refusal]:
        if self.lead_signed_at is not None:
            yield Refusal("signed", _("项目负责人已经签署"), {}, self.cite)

    def lead_still_leads(self, act: Act) -> Iterator[Refusal]:
        if self.lead_id != self.project.lead_id:
            yield Refusal("former_lead", _("项目负责人已变更，应由现负责人签订"), {}, self.cite)

    def unit_has_not(self, act: Act) -> Iterator[Refusal]:
        if not self.unit_signs:
            yield Refusal("no_unit", _("无单位的人员由其本人签署"), {}, self.cite)
        elif self.unit_signed_at is not None:
            yield Refusal("signed", _("承担单位已经签署"), {}, self.cite)

    def by_another(self, act: Act) -> Iterator[Refusal]:
        """Two signatures are two people's."""
        if act.standing.person is not None and act.standing.person.pk == self.lead_id:
            yield Refusal("same_person", _("项目负责人不能代表承担单位签署"), {}, self.cite)

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=TO_SIGN,
        target=RETURN_VALUE(CommitmentState.HALF_SIGNED, CommitmentState.SIGNED),
        label=_("以项目负责人签署"),
        by=["lead"],
        requires=[as_written, lead_has_not, lead_still_leads],
        cite=RULE,
        form=forms.SignForm,
    )
    def sign_as_lead(self, act: Act, *, agree: bool) -> str:
        self.lead_signed_at = act.at
        act.settle(timing.LEAD)
        return self._signed(act)

    @step(
        source=TO_SIGN,
        target=RETURN_VALUE(CommitmentState.HALF_SIGNED, CommitmentState.SIGNED),
        label=_("代表承担单位签署"),
        by=["institution_officer"],
        requires=[as_written, unit_has_not, by_another, lead_still_leads],
        cite=RULE,
        form=forms.SignForm,
    )
    def sign_for_unit(self, act: Act, *, agree: bool) -> str:
        self.unit_signed_at, self.unit_signer = act.at, act.actor
        act.settle(timing.UNIT)
        return self._signed(act)

    @step(
        source=[*TO_SIGN, CommitmentState.SIGNED],
        target=CommitmentState.VOID,
        label=_("作废"),
        by=[CONSEQUENCE],
        cite=RULE,
    )
    def void(self, act: Act) -> None:
        """Its project has left the programme, or has another lead; that it was signed stays written."""
        act.cancel(timing.LEAD, timing.UNIT)

    def _signed(self, act: Act) -> str:
        act.record(digest=self.digest)
        complete = self.lead_signed_at is not None and (self.unit_signed_at is not None or not self.unit_signs)
        if complete:
            act.nudge("reviews.letters")
        return CommitmentState.SIGNED if complete else CommitmentState.HALF_SIGNED

    @property
    def signed_at(self) -> datetime | None:
        """Of both, the later; None while one is wanting."""
        times = [self.lead_signed_at, self.unit_signed_at] if self.unit_signs else [self.lead_signed_at]
        return max(time for time in times if time is not None) if all(times) else None
