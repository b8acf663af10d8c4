"""Programme 科技计划: a department's programme, its projects, and the stages at which their ethics is asked about.

Which stages there are the rules of the place say: six in Shandong (12), five in Sichuan (10).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Authority, Person, Role
from ethicsreview.accounts.regions import territory_prefix
from ethicsreview.accounts.standing import Standing
from ethicsreview.accounts.validators import plain_text
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import Step, step
from ethicsreview.policy import Policy, policy_for
from reviews.models.programmes import forms
from reviews.models.programmes.kinds import ProgrammeState, stages_of
from reviews.models.projects.parties import holders, over_territory, territory

if TYPE_CHECKING:
    from reviews.models.projects.project import Project

ARTICLES = "shandong:12"


def run_by(standing: Standing, path: str) -> Q:
    """Whoever manages programmes in the department at `path`, and who supervises its place."""
    managed = Q(**{f"{path}__in": standing.bodies(Role.PROGRAMME_MANAGER)})
    return managed | territory(standing, f"{path}__region")


class ProgrammeQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """The department's own managers, and who supervises the place; no other department's managers."""
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        if standing.person is None:
            return self.none()
        return self.filter(run_by(standing, "authority"))


class Programme(Lifecycle):
    noun, collection, letter = "programme", "programmes", "J"
    called = "name"
    creators = frozenset({"programme_manager"})
    State = ProgrammeState

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=ProgrammeState.choices, default=ProgrammeState.DRAFT)
    code = models.CharField(_("计划代码"), max_length=20, unique=True)
    name = models.CharField(_("计划名称"), max_length=200, validators=[plain_text])
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+", verbose_name=_("管理部门"))
    fiscal = models.BooleanField(_("由财政性资金支持"), default=False)
    # How many projects are open and shut at each stage, for programmes too large to be counted while one waits.
    figures = models.JSONField(default=dict, editable=False)
    figures_at = models.DateTimeField(_("统计时间"), null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ProgrammeQuerySet.as_manager()

    if TYPE_CHECKING:
        authority_id: int
        entries: Any

    class Meta:
        verbose_name = _("科技计划")
        verbose_name_plural = _("科技计划")
        indexes = [models.Index(fields=["authority", "-id"], name="programme_authority")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("desk:programme", args=[self.ref])

    # --- who ------------------------------------------------------------------------------------------------------

    def capacities(self, standing: Standing) -> set[str]:
        found = set()
        if standing.holds(Role.PROGRAMME_MANAGER, body_id=self.authority_id):
            found.add("programme_manager")
        if over_territory(standing, self.authority.region):
            found.add("regulator")
        if standing.holds(Role.OPERATOR):
            found.add("operator")
        return found

    def people(self, group: str) -> Iterable[Person]:
        return holders([Role.PROGRAMME_MANAGER], self.authority, timezone.now())

    def words(self) -> dict[str, Any]:
        return super().words() | {"programme": self.name, "code": self.code, "authority": self.authority.name}

    def rests_on(self, declared: Step, at: datetime) -> str:
        policy = self.policy_at(at)
        return policy.entry("programme.stages").cite if policy.has("programme.stages") else declared.cite

    def policy_at(self, at: datetime) -> Policy:
        return policy_for(region=self.authority.region, at=at)

    @property
    def territory(self) -> str:
        """The prefix of the codes of places whose projects it may enter; "" for the whole country."""
        return "" if self.authority.level == Authority.Level.NATIONAL else territory_prefix(self.authority.region)

    # --- guards ---------------------------------------------------------------------------------------------------

    def stages_known(self, act: Act) -> Iterator[Refusal]:
        if not stages_of(self.policy_at(act.at)):
            yield Refusal("no_stages", _("本地区适用的规则没有规定科技计划项目的监管环节"), {}, ARTICLES)

    def within_oversight(self, act: Act) -> Iterator[Refusal]:
        """Sichuan 10 speaks of projects with public money alone."""
        policy = self.policy_at(act.at)
        if self.fiscal or not policy.value("programme.fiscal_only", default=False):
            return
        words = _("本地区的监管只限财政科研项目，本计划不由财政性资金支持")
        yield Refusal("fiscal_only", words, {}, policy.entry("programme.fiscal_only").cite)

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=ProgrammeState.DRAFT,
        target=ProgrammeState.OPEN,
        label=_("开始实施"),
        by=["programme_manager"],
        requires=[stages_known, within_oversight],
        cite=ARTICLES,
        help=_("自此可以列入项目，接口可以按环节查询。"),
    )
    def open(self, act: Act) -> None:
        policy = self.policy_at(act.at)
        act.record(stages=list(stages_of(policy)), cite=policy.entry("programme.stages").cite)

    @step(
        source=ProgrammeState.OPEN,
        target=None,
        label=_("列入项目"),
        by=["programme_manager"],
        cite=ARTICLES,
        form=forms.EnterForm,
    )
    def enter(
        self,
        act: Act,
        *,
        number: str,
        title: str,
        unit_name: str,
        lead_name: str,
        field: str,
        project: "Project | None",
    ) -> None:
        from reviews.models.programmes.beginning import begin_letter
        from reviews.models.programmes.entry import ProgrammeEntry

        entry = ProgrammeEntry(
            programme=self,
            project=project,
            number=number,
            title=title,
            unit_name=unit_name,
            lead_name=lead_name,
            field=field,
            created_at=act.at,
        )
        act.create(entry)
        begin_letter(entry, act)

    @step(
        source=ProgrammeState.OPEN,
        target=ProgrammeState.CLOSED,
        label=_("结束计划"),
        by=["programme_manager"],
        cite=ARTICLES,
        form=forms.ReasonedForm,
        danger=True,
        help=_("结束后不再列入项目；已列入的仍可查询。"),
    )
    def close(self, act: Act, *, reason: str) -> None:
        act.say(reason=reason)
