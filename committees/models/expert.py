"""Expert 复核专家: who may sit on a re-check panel, as an authority keeps them (Measures 28; Shandong 11)."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, ClassVar, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from committees import expert_forms as forms
from committees.kinds import Category, ExpertField
from ethicsreview.accounts.models import Appointment, Authority, Institution, Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import step


class ExpertQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """Oneself; those of the authorities one regulates for, and of those whose territory these lie in."""
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        if standing.person is None:
            return self.none()
        seen = Q(appointment__person=standing.person)
        if own := {one.body_id: one.region for one in standing.held if one.role == Role.REGULATOR}:
            seen |= Q(authority__in=_with_those_above(own))
        return self.filter(seen)

    def usable_by(self, authority: Authority) -> Self:
        """Those the authority may call on: its own, and those of the authorities whose territory it lies in."""
        return self.filter(authority__in=_with_those_above({authority.pk: authority.region}))

    def active_on(self, day: date) -> Self:
        running = Q(appointment__ends__isnull=True) | Q(appointment__ends__gte=day)
        return self.filter(running, state=Expert.State.ACTIVE, appointment__starts__lte=day)


def _with_those_above(authorities: Mapping[int, str]) -> Any:
    """The authorities, given with their regions; the general ones of their province, whose register a city may call
    on."""
    above = Q(pk__in=list(authorities))
    for region in authorities.values():
        above |= Q(level=Authority.Level.PROVINCE, region=Value(f"{region[:2]}0000"))
    return Authority.objects.filter(above).values("pk")


class Expert(Lifecycle):
    noun, collection, letter = "expert", "experts", "E"
    creators: ClassVar[frozenset[str]] = frozenset({"keeper"})

    class State(models.TextChoices):
        ACTIVE = "active", _("在库")
        ENDED = "ended", _("已退出")

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.ACTIVE)
    # Who, where, from when to when: the office by which an expert comes to the desk.
    appointment = models.OneToOneField(Appointment, models.PROTECT, related_name="expert", verbose_name=_("任职"))
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="experts", verbose_name=_("主管部门"))
    category = models.CharField(_("类别"), max_length=6, choices=Category)
    fields = models.JSONField(_("专业领域"), default=list, blank=True)
    institution = models.ForeignKey(
        Institution, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("所在单位")
    )
    # For who works somewhere that the service does not know.
    employer = models.CharField(_("所在单位名称"), max_length=200, blank=True, validators=[plain_text])
    specialty = models.CharField(_("专长"), max_length=300, blank=True, validators=[plain_text])

    objects = ExpertQuerySet.as_manager()

    class Meta:
        verbose_name = _("复核专家")
        verbose_name_plural = _("复核专家")
        constraints = [
            models.CheckConstraint(condition=Q(category__in=Category.values), name="committees_expert_category_known"),
        ]
        indexes = [models.Index(fields=["authority", "state", "-id"], name="committees_expert_authority")]

    def __str__(self) -> str:
        return f"{self.person}（{self.get_category_display()}）"

    def clean(self) -> None:
        if unknown := set(self.fields) - set(ExpertField.values):
            raise ValidationError({"fields": _("不认识的领域：%(unknown)s") % {"unknown": "、".join(sorted(unknown))}})

    @property
    def person(self) -> Person:
        return self.appointment.person

    @property
    def workplace(self) -> str:
        return self.institution.name if self.institution else self.employer

    @property
    def field_names(self) -> list[str]:
        return [str(ExpertField(field).label) for field in self.fields]

    def is_active_on(self, day: date) -> bool:
        term = self.appointment
        return self.state == self.State.ACTIVE and term.starts <= day and (term.ends is None or day <= term.ends)

    # --- who stands to it how ----------------------------------------------------------------------

    def capacities(self, standing: Standing) -> set[str]:
        found = set()
        if standing.holds(Role.REGULATOR, body_id=self.authority_id):
            found.add("keeper")
        if standing.person is not None and standing.person.pk == self.appointment.person_id:
            found.add("recheck_expert")
        if standing.holds(Role.OPERATOR):
            found.add(Role.OPERATOR.value)
        return found

    def people(self, group: str) -> Iterable[Person]:
        if group == "expert":
            return [self.person]
        held = Appointment.objects.current(timezone.now()).filter(body=self.authority_id, role=Role.REGULATOR)
        return Person.objects.filter(appointments__in=held, is_active=True).distinct()

    def words(self) -> dict[str, str]:
        term = self.appointment
        return super().words() | {
            "expert": self.person.name,
            "authority": self.authority.name,
            "starts": str(term.starts),
            "ends": str(term.ends or "—"),
        }

    def get_absolute_url(self) -> str:
        return reverse("desk:expert", args=[self.ref])

    # --- guards ------------------------------------------------------------------------------------

    def not_before_term(self, act: Act) -> Iterator[Refusal]:
        """A term that is yet to begin cannot end."""
        if self.appointment.starts > law_day(act.at):
            yield Refusal("term_not_begun", _("任期自%(day)s起，尚未开始"), {"day": self.appointment.starts})

    # --- steps -------------------------------------------------------------------------------------

    @step(
        source=State.ACTIVE,
        target=None,
        label=_("修改专家资料"),
        by=["keeper"],
        cite="national:28",
        form=forms.ReviseExpertForm,
    )
    def revise(self, act: Act, *, ends: date | None, **described: Any) -> None:
        act.record(before={"category": self.category, "fields": self.fields, "ends": str(self.appointment.ends or "")})
        for name, value in described.items():
            setattr(self, name, value)
        self.appointment.ends = ends
        self.appointment.save()

    @step(
        source=State.ACTIVE,
        target=None,
        label=_("登记专家培训"),
        by=["keeper"],
        cite="national:28",
        form=forms.ExpertTrainingForm,
    )
    def record_training(self, act: Act, *, title: str, held_on: date, hours: Any) -> "ExpertTraining":
        return ExpertTraining.objects.create(expert=self, title=title, held_on=held_on, hours=hours)

    @step(
        source=State.ACTIVE,
        target=State.ENDED,
        label=_("退出专家库"),
        by=["keeper"],
        requires=[not_before_term],
        cite="national:28",
        form=forms.EndExpertForm,
        danger=True,
        help=_("退出后不再担任新的复核；正在担任的复核应当补选专家。"),
    )
    def end(self, act: Act, *, reason: str) -> None:
        self.appointment.ends = law_day(act.at)
        self.appointment.save()
        act.say(reason=reason)


class ExpertTraining(models.Model):
    """Training of a re-check expert. No rule states hours."""

    expert = models.ForeignKey(Expert, models.PROTECT, related_name="trainings", verbose_name=_("专家"))
    title = models.CharField(_("培训名称"), max_length=200)
    held_on = models.DateField(_("培训日期"))
    hours = models.DecimalField(_("学时"), max_digits=5, decimal_places=1)

    class Meta:
        verbose_name = _("专家培训记录")
        verbose_name_plural = _("专家培训记录")
        ordering = ["-held_on", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(hours__gt=0), name="committees_expert_hours")]

    def __str__(self) -> str:
        return f"{self.title} {self.held_on}"
