"""Mandate 委托: a lead lets somebody of the team do named things in their name, for a time."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.act import Act as Doing
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from reviews.models.mandates.acts import CAPACITY, Act

if TYPE_CHECKING:
    from reviews.models.projects.project import Project


class MandateQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """Its own people, their institution and whoever sees everything; a committee reads the names in the record."""
        from reviews.models.projects.interests import own_project
        from reviews.models.projects.project import Project

        if standing.is_system or standing.sees_everyone:
            return self
        mine = own_project(standing.person) | Q(person=standing.person)
        officers = Project.objects.filter(institution__in=standing.bodies("institution_officer")).values("pk")
        return self.filter(mine | Q(project__in=officers)) if standing.person else self.none()

    def in_force(self, day: date) -> Self:
        return self.filter(state=Mandate.State.IN_FORCE, starts_on__lte=day, ends_on__gte=day)


class Mandate(Lifecycle):
    """It ends by its date, without anybody's step; or before, when it is revoked, given back, or the lead changes."""

    noun, collection, letter = "mandate", "mandates", "D"

    class State(models.TextChoices):
        IN_FORCE = "in_force", pgettext_lazy("state", "委托中")
        REVOKED = "revoked", pgettext_lazy("state", "已撤销")
        LAPSED = "lapsed", pgettext_lazy("state", "因负责人变更而终止")

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.IN_FORCE)
    project = models.ForeignKey("reviews.Project", models.PROTECT, related_name="mandates", verbose_name=_("科技活动"))
    lead = models.ForeignKey(Person, models.PROTECT, related_name="mandates_given", verbose_name=_("委托人"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="mandates", verbose_name=_("受委托人"))
    acts = models.JSONField(_("委托事项"), default=list)
    starts_on = models.DateField(_("自"))
    ends_on = models.DateField(_("至"))
    reason = models.TextField(_("委托的理由"), blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MandateQuerySet.as_manager()

    class Meta:
        verbose_name = _("委托")
        verbose_name_plural = _("委托")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "person"], condition=Q(state="in_force"), name="mandate_one_in_force"
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="mandate_ends_after_start"),
            models.CheckConstraint(condition=~Q(person=F("lead")), name="mandate_for_another"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.person}"

    def get_absolute_url(self) -> str:
        return reverse("portal:project", args=[self.project.ref])

    # --- who ------------------------------------------------------------------------------------------------------

    def subject(self) -> "Project":
        return self.project

    def capacities(self, standing: Standing) -> set[str]:
        found = self.project.capacities(standing) & {"lead", "institution_officer", "operator"}
        if standing.person is not None and standing.person.pk == self.person_id:
            found.add("delegate")
        return found

    def people(self, group: str) -> Iterable[Person]:
        return [self.person] if group == "delegate" else self.project.people(group)

    def words(self) -> dict[str, Any]:
        acts = "；".join(str(Act(act).label) for act in self.acts)
        ends = self.ends_on.isoformat()
        return self.project.words() | {"person": self.person.name, "lead": self.lead.name, "acts": acts, "ends": ends}

    @property
    def act_words(self) -> list[str]:
        return [str(Act(act).label) for act in self.acts]

    @property
    def is_over(self) -> bool:
        return self.state == self.State.IN_FORCE and self.ends_on < law_day(timezone.now())

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=State.IN_FORCE,
        target=State.REVOKED,
        label=_("撤销委托"),
        by=["lead", "delegate", "institution_officer"],
        cite="national:9",
        danger=True,
        help=_("负责人随时可以撤销，受委托人随时可以辞去；已经办理的事项不受影响。"),
    )
    def revoke(self, act: Doing) -> None:
        """Nobody acts longer in another's name than both want."""

    @step(
        source=State.IN_FORCE,
        target=State.REVOKED,
        label=_("由新的委托取代"),
        by=[CONSEQUENCE],
        cite="national:9",
    )
    def revoke_for_another(self, act: Doing) -> None:
        """One person has one mandate of a project at a time."""

    @step(
        source=State.IN_FORCE,
        target=State.LAPSED,
        label=_("因负责人变更终止委托"),
        by=[CONSEQUENCE],
        cite="national:9",
    )
    def lapse(self, act: Doing) -> None:
        """It was the former lead's trust, and not the new one's."""


def capacities_for(standing: Standing, project_id: int | None) -> set[str]:
    """What the person may do in this project for its lead on the day: one query for all their projects."""
    held: dict[int, set[str]] = standing.once("mandates", lambda: _held(standing))
    return held.get(project_id or 0, set())


def _held(standing: Standing) -> dict[int, set[str]]:
    rows = Mandate.objects.filter(person=standing.person).in_force(law_day(standing.at))
    found: dict[int, set[str]] = {}
    for project, acts in rows.values_list("project", "acts"):
        found.setdefault(project, set()).update(CAPACITY[Act(act)] for act in acts)
    return found
