"""Project 科技活动: what may be done with it now. It changes only because something else says so."""

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Institution, Person, Role
from ethicsreview.accounts.references import referring
from ethicsreview.accounts.standing import Standing
from ethicsreview.accounts.validators import plain_text
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.drafts import Draft
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import LifecycleQuerySet, NamedTo
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from reviews.models.mandates.acts import PREFIX
from reviews.models.mandates.mandate import capacities_for
from reviews.models.projects.after_approval import AfterApproval
from reviews.models.projects.changing import Changing
from reviews.models.projects.parties import holders, over_territory, territory
from reviews.models.projects.states import State


class ProjectQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        if standing.person is None:
            return self.none()
        mine = Q(lead=standing.person) | Q(incoming_lead=standing.person)
        mine |= Q(pk__in=ProjectMember.objects.filter(person=standing.person).values("project"))
        mine |= Q(institution__in=standing.bodies(Role.INSTITUTION_OFFICER))
        committees = standing.bodies(*COMMITTEE_ROLES)
        if committees:
            # A committee knows of a project through what was submitted to it.
            from reviews.models.exemptions.exemption import Exemption
            from reviews.models.reviewing.review import Review

            mine |= Q(pk__in=Review.objects.visible_to(standing).values("project"))
            mine |= Q(pk__in=Exemption.objects.filter(committee__in=committees).values("project"))
        if standing.holds(Role.REGULATOR):
            mine |= Q(high_risk__isnull=False) & territory(standing, "region")
        return self.filter(mine)

    def led_by(self, person: Person) -> Self:
        return self.filter(lead=person)

    def own(self, person: Person | None) -> Self:
        """Those the person leads or works on. Two index reads, not one condition that would walk the table."""
        led = self.model.objects.filter(lead=person).values("pk")
        joined = ProjectMember.objects.filter(person=person, person__isnull=False).values("project")
        coming = self.model.objects.filter(incoming_lead=person, incoming_lead__isnull=False).values("pk")
        return self.filter(pk__in=led.union(joined, coming))


COMMITTEE_ROLES = (Role.SECRETARY, Role.CHAIR, Role.VICE_CHAIR, Role.MEMBER, Role.ADVISER)


class Project(Changing, AfterApproval):
    noun, collection, letter = "project", "projects", "P"
    called, named_to = "title", NamedTo.OWN
    creators = frozenset({"lead", "institution_officer"})

    State = State

    class Field(models.TextChoices):
        LIFE_SCIENCE = "life_science", _("生命科学")
        MEDICINE = "medicine", _("医学")
        AI = "ai", _("人工智能")
        AGRICULTURE = "agriculture", _("农业")
        ENGINEERING = "engineering", _("工程技术")
        SOCIAL_SCIENCE = "social_science", _("人文社会科学")
        OTHER = "other", _("其他")

    draft = Draft(
        fields={"title", "field", "institution", "region", "funding", "starts_on", "ends_on"},
        states={State.DRAFT, State.ASSESSED, State.NOT_REQUIRED},
        by={"lead", "institution_officer"},
    )

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.DRAFT)
    title = models.CharField(_("项目名称"), max_length=300, validators=[plain_text])
    field = models.CharField(_("领域"), max_length=20, choices=Field.choices)
    lead = models.ForeignKey(Person, models.PROTECT, related_name="led_projects", verbose_name=_("项目负责人"))
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="projects", verbose_name=_("承担单位"))
    region = models.CharField(_("地区"), max_length=6, help_text=_("GB/T 2260 代码"))
    funding = models.CharField(_("经费来源"), max_length=200, blank=True, validators=[plain_text])
    starts_on = models.DateField(_("开始日期"), null=True, blank=True)
    ends_on = models.DateField(_("结束日期"), null=True, blank=True)
    # Where it was imported from, so that a repeated import finds it again: "ictrp:ChiCTR2000029381".
    source_ref = models.CharField(_("外部编号"), max_length=80, null=True, blank=True, unique=True)
    source_note = models.JSONField(default=dict, blank=True)
    revision = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ProjectQuerySet.as_manager()

    if TYPE_CHECKING:
        assessments: Any
        follow_ups: Any
        reports: Any
        reviews: Any

    class Meta:
        verbose_name = _("科技活动")
        verbose_name_plural = _("科技活动")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
                name="project_ends_after_start",
            )
        ]
        indexes = [
            models.Index(fields=["lead", "-id"], name="project_lead"),
            models.Index(fields=["institution", "-id"], name="project_institution"),
            models.Index(fields=["region", "-id"], name="project_region"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("portal:project", args=[self.ref])

    def words(self) -> dict[str, Any]:
        return {"ref": self.ref, "title": self.title, "institution": self.institution.name}

    @cached_property
    def not_own(self) -> set[int]:
        """Of whom a face has read that they are not of its team, so that no guard asks again."""
        return set()

    def capacities(self, standing: Standing) -> set[str]:
        if standing.person is None:
            return set()
        found = set()
        if standing.person.pk == self.lead_id:
            found.add("lead")
        # A team is small: read whole, it serves `project_facts` too, and can be prefetched.
        if self.pk and standing.person.pk not in self.not_own:
            found |= {
                member.capacity for member in referring(self, "members") if member.person_id == standing.person.pk
            }
        if standing.person.pk == self.incoming_lead_id:
            # Whoever is to take over helps to write, and judges nothing here.
            found |= {"nominee", "team"}
        if "team" in found:
            found |= capacities_for(standing, self.pk)
        if standing.holds(Role.INSTITUTION_OFFICER, body_id=self.institution_id):
            found.add("institution_officer")
            if self.next_due_at is not None:
                # The one clock that hangs on a project itself is that of its registration.
                found.add("registrar")
        if over_territory(standing, self.region):
            found.add("regulator")
        if standing.holds(Role.OPERATOR):
            found.add("operator")
        return found

    @property
    def is_of_one_person(self) -> bool:
        """Of a person without a unit, entered as a unit of one (Measures 13(3)): nobody acts for it but its lead."""
        return self.institution.type == Institution.Type.INDIVIDUAL

    def on_behalf_of(self, capacities: Collection[str]) -> Person | None:
        """One who has a mandate of the lead, and no right of their own."""
        acting = bool(capacities) and all(name.startswith(PREFIX) for name in capacities)
        return self.lead if acting else None

    def people(self, group: str) -> Iterable[Person]:
        if group == "lead":
            return [self.lead]
        if group == "team":
            return Person.objects.filter(
                project_memberships__project=self, project_memberships__was_lead_until__isnull=True
            )
        if group == "nominee":
            return [self.incoming_lead] if self.incoming_lead else []
        if group == "delegates":
            return self.delegates(timezone.now())
        if group == "officers":
            return holders([Role.INSTITUTION_OFFICER], self.institution, timezone.now())
        raise KeyError(group)

    # --- steps: each is brought about by an assessment or a review ------------------------------------------------

    @step(
        source=[State.DRAFT, State.ASSESSED, State.NOT_REQUIRED, State.REJECTED, State.EXEMPT],
        target=State.ASSESSED,
        label=_("完成风险评估"),
        by=[CONSEQUENCE],
        cite="national:9",
    )
    def assess(self, act: Act) -> None:
        """Measures 9: risk is assessed before an activity begins."""

    @step(
        source=[State.DRAFT, State.ASSESSED, State.NOT_REQUIRED, State.EXEMPT],
        target=State.NOT_REQUIRED,
        label=_("确认无需审查"),
        by=[CONSEQUENCE],
        cite="national:2",
    )
    def need_no_review(self, act: Act) -> None:
        """No head of Measures 2 applies; the assessment that says so is kept."""

    @step(
        source=State.ASSESSED,
        target=State.UNDER_REVIEW,
        label=_("进入审查"),
        by=[CONSEQUENCE],
        cite="national:9",
    )
    def enter_review(self, act: Act) -> None: ...

    @step(source=State.UNDER_REVIEW, target=State.ASSESSED, label=_("退出审查"), by=[CONSEQUENCE])
    def leave_review(self, act: Act) -> None:
        """The review was withdrawn or not accepted: the project may be put forward again."""

    @step(
        # From the latter two where an approved activity was reviewed again (Measures 20).
        source=[State.UNDER_REVIEW, State.SUSPENDED, State.APPROVED],
        target=State.APPROVED,
        label=_("批准"),
        by=[CONSEQUENCE],
        cite="national:16",
    )
    def approve(self, act: Act, decision: str, version: Any = None) -> None:
        self.in_force = version or self.in_force
        act.record(decision=decision)

    @step(
        source=[State.UNDER_REVIEW, State.SUSPENDED, State.APPROVED],
        target=State.REJECTED,
        label=_("不予批准"),
        by=[CONSEQUENCE],
        cite="national:16",
    )
    def reject(self, act: Act, decision: str) -> None:
        act.record(decision=decision)
        self._release(act)
        self._take_back(decision, act)

    @step(
        source=State.REJECTED,
        target=State.UNDER_REVIEW,
        label=_("因申诉成立重新审查"),
        by=[CONSEQUENCE],
        cite="national:18",
    )
    def reopen(self, act: Act, appeal: str) -> None:
        act.record(appeal=appeal)

    @step(
        source=[State.APPROVED, State.SUSPENDED],
        target=State.UNDER_REVIEW,
        label=_("就牵头单位的变更重新确认"),
        by=[CONSEQUENCE],
        cite="national:21",
    )
    def confirm_anew(self, act: Act, reason: str) -> None:
        """The unit's part does not go on until its own committee has decided on what the lead unit changed."""
        act.record(reason=reason)

    @step(
        source=State.ASSESSED,
        target=State.EXEMPT,
        label=_("予以免除审查"),
        by=[CONSEQUENCE],
        cite="human:32",
    )
    def exempt(self, act: Act, exemption: str, ground: str) -> None:
        """Human Measures 32 alone: the Measures have no such clause. Never without the record that says why."""
        act.record(exemption=exemption, ground=ground)

    @step(source=State.EXEMPT, target=State.ASSESSED, label=_("撤销免除"), by=[CONSEQUENCE], cite="human:32")
    def end_exemption(self, act: Act, exemption: str) -> None:
        act.record(exemption=exemption)


class ProjectMember(models.Model):
    """A person on the project's team; `person` is empty for somebody who has no account."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="members")
    person = models.ForeignKey(
        Person,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="project_memberships",
        verbose_name=_("账号"),
    )
    name = models.CharField(_("姓名"), max_length=100, validators=[plain_text])
    institution = models.ForeignKey(Institution, models.PROTECT, null=True, blank=True, verbose_name=_("单位"))
    duty = models.CharField(_("分工"), max_length=100, blank=True, validators=[plain_text])
    # Of a former lead who left the team: until then what they did was theirs, and they go on reading that.
    read_until = models.ForeignKey("reviews.Review", models.PROTECT, null=True, editable=False, related_name="+")
    was_lead_until = models.DateTimeField(_("原负责人，至"), null=True, editable=False)

    class Meta:
        verbose_name = _("项目组成员")
        verbose_name_plural = _("项目组成员")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "person"], condition=Q(person__isnull=False), name="project_member_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def capacity(self) -> str:
        return "team" if self.was_lead_until is None else "former_lead"
