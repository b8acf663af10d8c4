"""What a committee has ready before an emergency comes: rules, a procedure, drills, people on call (Measures 35)."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from committees import readiness_forms as forms
from committees import timing
from committees.kinds import STANDING_STATES, ExpertField, RuleKind
from committees.models.membership import Membership
from ethicsreview.accounts.models import Role
from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.calendar import add_months, law_day
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import step
from ethicsreview.policy import Policy

KEEPERS = frozenset({Role.INSTITUTION_OFFICER, Role.OPERATOR, Role.SECRETARY})
# The parts of the system that are texts on file, by the names that policy gives them.
TEXTS = {"process": RuleKind.EMERGENCY, "sop": RuleKind.EMERGENCY_SOP}


class EmergencyDrill(models.Model):
    """A training or drill of the whole committee for emergencies."""

    class Kind(models.TextChoices):
        TRAINING = "training", pgettext_lazy("emergency", "培训")
        DRILL = "drill", pgettext_lazy("emergency", "演练")

    committee = models.ForeignKey("committees.Committee", models.PROTECT, related_name="emergency_drills")
    kind = models.CharField(_("类别"), max_length=10, choices=Kind)
    title = models.CharField(_("名称"), max_length=200, validators=[plain_text])
    held_on = models.DateField(_("日期"))

    class Meta:
        verbose_name = _("应急培训和演练")
        verbose_name_plural = _("应急培训和演练")
        ordering = ["-held_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.title} {self.held_on}"


class OnCallQuerySet(models.QuerySet["OnCall"]):
    def on(self, day: date) -> Self:
        """Who stands on the roster and is in office that day."""
        running = Q(membership__appointment__ends__isnull=True) | Q(membership__appointment__ends__gte=day)
        return self.filter(running, delisted_at=None, membership__appointment__starts__lte=day)


class OnCall(models.Model):
    """A member or adviser who can be reached at any hour, and the fields they know."""

    committee = models.ForeignKey("committees.Committee", models.PROTECT, related_name="on_call")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="on_call", verbose_name=_("成员"))
    fields = models.JSONField(_("专业领域"), default=list)
    listed_at = models.DateTimeField(_("列入时间"))
    # Left the roster, or the fields were entered anew: the row before stays as it was.
    delisted_at = models.DateTimeField(null=True, editable=False)

    objects = OnCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("应急值班人员")
        verbose_name_plural = _("应急值班人员")
        ordering = ["membership__appointment__role", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["membership"], condition=Q(delisted_at=None), name="committees_on_call_once"
            )
        ]

    def __str__(self) -> str:
        return gettext("%(name)s（%(more)s）") % {
            "name": self.membership.person,
            "more": gettext("、").join(self.field_names),
        }

    def clean(self) -> None:
        if unknown := set(self.fields) - set(ExpertField.values):
            raise ValidationError({"fields": _("不认识的领域：%(unknown)s") % {"unknown": "、".join(sorted(unknown))}})

    @property
    def field_names(self) -> list[str]:
        return [str(ExpertField(field).label) for field in self.fields]


class EmergencyReadiness(models.Model):
    """The part of a committee that emergencies ask for. `emergency_lacks` is what the procedure's guard asks."""

    class Meta:
        abstract = True

    def emergency_lacks(self: Any, policy: Policy, at: datetime) -> Iterator[Refusal]:
        """All that is wanting of the system that the rules in force ask for. Four queries."""
        if not policy.value("emergency.system_required", default=False):
            return
        day, parts = law_day(at), policy.entry("emergency.system_parts")
        in_force = Q(until__isnull=True) | Q(until__gte=day)
        held = set(self.rules.filter(in_force, effective__lte=day).values_list("kind", flat=True))
        for part, kind in TEXTS.items():
            if part in parts.value and kind not in held:
                yield Refusal(
                    f"emergency_{part}_missing", _("没有现行有效的%(rule)s"), {"rule": kind.label}, parts.cite
                )
        if "training" in parts.value:
            yield from self._untrained(policy.entry("emergency.drill_months").value, parts.cite, day)
        needed = policy.entry("emergency.roster_min")
        have = self.on_call.on(day).exclude(membership__appointment__role=Role.ADVISER).count()
        if have < needed.value:
            words = _("应急值班委员%(have)d人，少于%(need)d人")
            yield Refusal("emergency_roster", words, {"have": have, "need": needed.value}, needed.cite)

    def _untrained(self: Any, months: int, cite: str, day: date) -> Iterator[Refusal]:
        last = self.emergency_drills.filter(held_on__lte=day).values_list("held_on", flat=True).first()
        if last is None:
            yield Refusal("emergency_training", _("没有应急培训或者演练的记录"), {}, cite)
        elif add_months(last, months) < day:
            words = _("最近一次应急培训或者演练在%(day)s，已超过%(months)d个月")
            yield Refusal("emergency_training", words, {"day": last.isoformat(), "months": months}, cite)

    @step(
        source=STANDING_STATES,
        target=None,
        label=_("登记应急培训和演练"),
        by=KEEPERS,
        cite="national:35",
        form=forms.DrillForm,
    )
    def record_drill(self: Any, act: Act, *, kind: str, title: str, held_on: date) -> EmergencyDrill:
        before = self.emergency_drills.values_list("held_on", flat=True).first()
        if before is None or held_on > before:
            # What counts is the latest; an older one that is entered later moves nothing.
            act.settle(timing.DRILL)
            act.start(timing.DRILL, **timing.drill(self, held_on, self.policy(self.regimes, act.at)))
        return EmergencyDrill.objects.create(committee=self, kind=kind, title=title, held_on=held_on)

    @step(
        source=STANDING_STATES,
        target=None,
        label=_("更新应急值班名单"),
        by=KEEPERS,
        cite="national:35",
        form=forms.RosterForm,
        help=_("勾选每名值班人员熟悉的领域；没有勾选的不在名单上。应急审查时，相关领域的委员应当到会。"),
    )
    def keep_roster(self: Any, act: Act, **fields: list[str]) -> None:
        """Rows are closed and written anew where something changed, so that it stays known who was on call when."""
        standing = {row.membership_id: row for row in self.on_call.filter(delisted_at=None)}
        for name, chosen in fields.items():
            seat = int(name.removeprefix("fields__"))
            before = standing.pop(seat, None)
            if before is not None and before.fields == chosen:
                continue
            if before is not None:
                self._delist([before], act)
            if chosen:
                OnCall.objects.create(committee=self, membership_id=seat, fields=chosen, listed_at=act.at)
        # Whoever is no longer in office is not asked about.
        self._delist(standing.values(), act)

    def _delist(self, rows: Iterable[OnCall], act: Act) -> None:
        for row in rows:
            row.delisted_at = act.at
            row.save(update_fields=["delisted_at"])


def fields_known(membership: Membership, listed: Iterable[OnCall]) -> frozenset[str]:
    """The fields a member stands for: by the roster, and by the background for which they were appointed."""
    known = {field for row in listed if row.membership_id == membership.pk for field in row.fields}
    known |= {ExpertField.LIFE_SCIENCE, ExpertField.MEDICINE} & set(membership.human_categories)
    if {"technology", "application"} & set(membership.ai_categories):
        known.add(ExpertField.AI)
    return frozenset(str(field) for field in known)
