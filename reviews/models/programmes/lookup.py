"""RecordLookup 科技伦理记录查询: somebody's ethics record, as far as it counts for an application (Sichuan 12).

Standing bans and published sanctions, and nothing else. Who asked, for what, and the answer are kept as given; whether
there is such a person here is not said.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Authority, Institution, Person, Restriction, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.digest import canonical_json, sm3
from ethicsreview.lifecycle.door import create
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet
from ethicsreview.lifecycle.refusals import Refusal, Refused
from ethicsreview.policy import Policy, policy_for
from reviews.models.programmes.kinds import LookupState, Purpose
from reviews.models.sanctions.bans import bans_among
from reviews.models.sanctions.sanction import Sanction

PURPOSES = "programme.record_counts_for"


class RecordLookupQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """The managers of the department that asked, and nobody else."""
        if standing.is_system:
            return self
        return self.filter(authority__in=standing.bodies(Role.PROGRAMME_MANAGER)) if standing.person else self.none()


class RecordLookup(Lifecycle):
    noun, collection, letter = "record_lookup", "record-lookups", "Q"
    creators = frozenset({"programme_manager"})
    State = LookupState
    frozen_when = "TRUE"

    class Sought(models.TextChoices):
        PERSON = "person", _("人员")
        INSTITUTION = "institution", _("单位")

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=LookupState.choices, default=LookupState.ANSWERED)
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+", verbose_name=_("查询部门"))
    kind = models.CharField(_("查询对象"), max_length=12, choices=Sought.choices)
    name = models.CharField(_("姓名或者单位名称"), max_length=200, validators=[plain_text])
    unit = models.CharField(_("人员所在单位"), max_length=200, blank=True, validators=[plain_text])
    purpose = models.CharField(_("用途"), max_length=12, choices=Purpose.choices)
    matter = models.CharField(_("申请事项"), max_length=300, validators=[plain_text])
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("查询人"))
    asked_at = models.DateTimeField(_("查询时间"), default=timezone.now)
    # {"bans": [...], "sanctions": [...], "namesakes": 0}
    result = models.JSONField(_("结果"), default=dict, editable=False)
    digest = models.CharField(_("摘要（SM3）"), max_length=64, editable=False)

    objects = RecordLookupQuerySet.as_manager()

    if TYPE_CHECKING:
        authority_id: int

    class Meta:
        verbose_name = _("科技伦理记录查询")
        verbose_name_plural = _("科技伦理记录查询")
        indexes = [models.Index(fields=["authority", "-id"], name="record_lookup_authority")]

    def __str__(self) -> str:
        return self.ref

    def get_absolute_url(self) -> str:
        return reverse("desk:record_lookup", args=[self.ref])

    def capacities(self, standing: Standing) -> set[str]:
        return {"programme_manager"} if standing.holds(Role.PROGRAMME_MANAGER, body_id=self.authority_id) else set()

    def people(self, group: str) -> Iterable[Person]:
        return [self.asked_by]

    @property
    def clean_record(self) -> bool:
        return not self.result["bans"] and not self.result["sanctions"]


def look_up(
    authority: Authority, *, by: Person, at: datetime, kind: str, name: str, unit: str, purpose: str, matter: str
) -> RecordLookup:
    """Answer, and keep what was asked and answered. Raises NotPermitted, and Refused where no rule of the place lets
    such a record count.
    """
    if refusals := refusals_for(authority, purpose, at):
        raise Refused(refusals)
    made = RecordLookup(
        authority=authority, kind=kind, name=name, unit=unit, purpose=purpose, matter=matter, asked_by=by, asked_at=at
    )
    made.result = _record_of(kind, name.strip(), unit.strip(), at)
    made.digest = sm3(canonical_json(made.result))
    return create(made, by=by, at=at, purpose=purpose, matter=matter, kind=kind, digest=made.digest)


def refusals_for(authority: Authority, purpose: str, at: datetime) -> list[Refusal]:
    if not ordered(authority, at):
        words = _("本地区适用的规则没有规定科技伦理记录作为申请的条件，不能查询")
        return [Refusal("not_ordered", words, {}, "sichuan:12")]
    rule = policy_of(authority, at).entry(PURPOSES)
    if purpose not in rule.value:
        return [Refusal("purpose", _("规则没有规定科技伦理记录用于这一用途"), {}, rule.cite)]
    return []


def ordered(authority: Authority, at: datetime) -> bool:
    """Whether a rule of its place lets such a record count at all."""
    return policy_of(authority, at).has(PURPOSES)


def policy_of(authority: Authority, at: datetime) -> Policy:
    return policy_for(region=authority.region, at=at)


def _record_of(kind: str, name: str, unit: str, at: datetime) -> dict[str, Any]:
    """Three or four queries."""
    people: list[Person] = []
    institutions: list[Institution] = []
    if kind == RecordLookup.Sought.INSTITUTION:
        institutions = list(Institution.objects.filter(Q(name=name) | Q(uscc=name)))
    else:
        at_unit = Institution.objects.filter(Q(name=unit) | Q(uscc=unit)).values("pk")
        belongs = Q(appointments__body__in=at_unit) | Q(led_projects__institution__in=at_unit)
        people = list(Person.objects.filter(belongs, name=name).distinct())
    bans = bans_among(law_day(at), people, institutions)
    named = Q(respondent__person__in=people) | Q(respondent__body__in=[one.pk for one in institutions])
    published = Sanction.objects.published().filter(named, published_at__lte=at).order_by("pk")
    return {
        "bans": [_ban(one) for one in bans],
        "sanctions": [_sanction(one) for one in published.select_related("respondent__investigation__handler")],
        # Of several with one name here, the record may be another's: whoever reads it must make sure.
        "namesakes": max(len(people), len(institutions)) if max(len(people), len(institutions)) > 1 else 0,
    }


def _ban(one: Restriction) -> dict[str, Any]:
    return {
        "starts": one.starts.isoformat(),
        "ends": one.ends.isoformat() if one.ends else "",
        "ground": one.ground,
        "cite": one.citation,
    }


def _sanction(one: Sanction) -> dict[str, Any]:
    return {
        "number": one.number,
        "measure": one.measure_name,
        "cite": one.cite,
        "starts": one.starts.isoformat(),
        "ends": one.ends.isoformat() if one.ends else "",
        "text": one.published_text,
        "handler": one.respondent.investigation.handler.name,
    }
