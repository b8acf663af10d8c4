"""The committee and its steps."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from committees import composition, findings, forms, guards, timing
from committees.composition import CommitteeFacts, Finding, PaperFacts, RuleFacts
from committees.kinds import STANDING_STATES, CommitteeState, CommitteeType, Regime, RuleKind
from committees.models import declaring
from committees.models.groups import holders, keepers_of
from committees.models.interests import InterestDeclaration
from committees.models.membership import CommitteeRule, Membership, SignedPaper, Training
from committees.models.owing import Owing
from committees.models.querysets import CommitteeQuerySet, MembershipQuerySet
from committees.models.readiness import EmergencyReadiness
from ethicsreview.accounts.models import COMMITTEE_ROLES, Appointment, Body, Institution, Person, Role
from ethicsreview.accounts.prepared import Given, Prepared
from ethicsreview.accounts.references import referring
from ethicsreview.accounts.regions import is_autonomous
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from ethicsreview.policy import Policy, policy_for

# Whose terms run or are yet to begin.
SEATS = Prepared(
    lambda: (
        Membership.objects.filter(committee__pk=Given("committee"))
        .not_ended(Given("day"))
        .with_people()
        .order_by("appointment__starts", "pk")
    )
)

KEEPERS = frozenset({Role.INSTITUTION_OFFICER, Role.OPERATOR})  # who sets up, staffs and dissolves it


class Committee(Body, Lifecycle, EmergencyReadiness, Owing):
    """A body that reviews: of an institution, a centre; or advises: of a sector."""

    noun, collection, letter = "committee", "committees", "C"
    called = "name"
    creators = KEEPERS

    state = StateField(_("状态"), choices=CommitteeState, default=CommitteeState.PREPARING)
    type = models.CharField(_("类型"), max_length=20, choices=CommitteeType)
    institution = models.ForeignKey(
        Institution,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="committees",
        verbose_name=_("所属单位"),
    )
    fields = models.JSONField(_("专业领域"), default=list, blank=True)
    regimes = models.JSONField(_("审查范围"), default=list)
    set_up_on = models.DateField(_("设立日期"), null=True, blank=True, editable=False)

    objects = CommitteeQuerySet.as_manager()  # type: ignore[assignment,misc]  # narrower than a body's

    memberships: MembershipQuerySet

    class Meta:
        verbose_name = _("科技伦理（审查）委员会")
        verbose_name_plural = _("科技伦理（审查）委员会")
        constraints = [
            models.CheckConstraint(
                condition=Q(type=CommitteeType.INSTITUTION, institution__isnull=False)
                | ~Q(type=CommitteeType.INSTITUTION) & Q(institution__isnull=True),
                name="committees_institution_owns_its_own",
            ),
            models.CheckConstraint(
                condition=~Q(state=CommitteeState.ACTIVE) | Q(set_up_on__isnull=False),
                name="committees_active_was_set_up",
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.kind = Body.Kind.COMMITTEE
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if not self.regimes or set(self.regimes) - set(Regime.values):
            raise ValidationError({"regimes": _("请选择审查范围。")})
        if (self.type == CommitteeType.INSTITUTION) != (self.institution_id is not None):
            raise ValidationError({"institution": _("单位委员会有所属单位，其他委员会没有。")})

    # --- who sits on it ----------------------------------------------------------------------------

    def members_at(self, day: date) -> MembershipQuerySet:
        return self.memberships.on(day).with_people()

    def voting_members_at(self, day: date) -> MembershipQuerySet:
        return self.members_at(day).voting()

    def count_all_members(self, day: date) -> int:
        """全体委员: what a vote of all members is counted against, whoever attends or is recused."""
        return self.memberships.on(day).voting().values("appointment__person").distinct().count()

    def has_rule(self, kind: RuleKind, day: date) -> bool:
        in_force = Q(until__isnull=True) | Q(until__gte=day)
        return self.rules.filter(in_force, kind=kind, effective__lte=day).exists()

    # --- what it may review ------------------------------------------------------------------------

    def is_competent_for(self, regimes: Iterable[str]) -> bool:
        return self.type != CommitteeType.SECTOR and set(regimes) <= set(self.regimes)

    def can_review(self, regimes: Collection[str], *, at: datetime) -> list[Refusal]:
        """Everything that keeps the committee from reviewing under these regimes; empty when nothing does."""
        refusals = []
        if self.state != CommitteeState.ACTIVE:
            words = _("%(committee)s的状态为“%(state)s”，不能审查")
            params = {"committee": self.name, "state": self.get_state_display()}
            refusals.append(Refusal("committee_not_active", words, params))
        if self.type == CommitteeType.SECTOR:
            refusals.append(Refusal("committee_advises", _("行业科技伦理专家委员会提供咨询，不审查具体科技活动")))
        found = self.findings(regimes, at=at)
        return refusals + [findings.refusal(finding) for finding in found if finding.blocks]

    def findings(self, regimes: Collection[str], *, at: datetime) -> list[Finding]:
        """All that is wrong with the composition and the papers on file, warnings included. Three queries."""
        day = law_day(at)
        return composition.check(self.facts(day), self.policy(regimes, at), regimes=regimes, day=day)

    def forecast(self, *, at: datetime, until: date) -> list[tuple[date, list[Finding]]]:
        """What will newly be wrong after today, by the day, under every regime it is set up for."""
        day = law_day(at)
        return composition.forecast(
            self.facts(day), self.policy(self.regimes, at), regimes=self.regimes, day=day, until=until
        )

    def facts(self, day: date) -> CommitteeFacts:
        """As the composition rules see it: the terms, papers and rules of the day and of the time to come."""
        return self.facts_with(SEATS(committee=self.pk, day=day))

    def facts_with(self, seats: Iterable[Membership]) -> CommitteeFacts:
        """`facts` with the seats read before: of many committees at once, say, with papers and rules prefetched."""
        papers: dict[int, list[PaperFacts]] = {}
        for paper in referring(self, "signed_papers"):
            papers.setdefault(paper.person_id, []).append(paper.facts())
        return CommitteeFacts(
            members=tuple(seat.facts(tuple(papers.get(seat.appointment.person_id, ()))) for seat in seats),
            competent=frozenset(self.regimes),
            rules=tuple(RuleFacts(rule.kind, rule.effective, rule.until) for rule in referring(self, "rules")),
            autonomous=is_autonomous(self.region),
        )

    def policy(self, regimes: Iterable[str], at: datetime) -> Policy:
        return policy_for(region=self.region, regimes=regimes, at=at)

    # --- who stands to it how ----------------------------------------------------------------------

    def capacities(self, standing: Standing) -> set[str]:
        found = {role.value for role in COMMITTEE_ROLES if self.pk and standing.holds(role, body_id=self.pk)}
        if self.institution_id is None:
            if standing.holds(Role.OPERATOR):
                found.add(Role.OPERATOR.value)
        elif standing.holds(Role.INSTITUTION_OFFICER, body_id=self.institution_id):
            found.add(Role.INSTITUTION_OFFICER.value)
        if self.region.startswith(tuple(standing.territories(Role.REGULATOR))):
            found.add(Role.REGULATOR.value)
        return found

    def people(self, group: str) -> list[Person]:
        if group == "keepers":
            return keepers_of(self.institution_id)
        return holders(group, self.pk)

    def words(self) -> dict[str, str]:
        return super().words() | {"committee": self.name}

    def get_absolute_url(self) -> str:
        return reverse("desk:committee", args=[self.ref])

    # --- steps -------------------------------------------------------------------------------------

    @step(
        source=CommitteeState.PREPARING,
        target=CommitteeState.ACTIVE,
        label=_("设立"),
        by=KEEPERS,
        requires=[guards.has_lawful_composition],
        cite="national:7",
        form=forms.EstablishForm,
        help=_("委员组成和制度符合规定后设立，自设立之日起计算登记期限。"),
    )
    def establish(self, act: Act, *, set_up_on: date) -> None:
        self.set_up_on = set_up_on
        self.begin_owing(act, set_up_on)

    @step(
        source=STANDING_STATES,
        target=None,
        label=_("调整审查范围"),
        by=KEEPERS,
        cite="national:13",
        form=forms.CompetenceForm,
    )
    def set_competence(self, act: Act, *, regimes: list[str]) -> None:
        act.record(before=list(self.regimes))
        self.regimes = regimes
        self.registered_changes(act)

    @step(
        source=STANDING_STATES,
        target=None,
        label=_("聘任"),
        by=KEEPERS,
        cite="national:7",
        form=forms.AppointForm,
    )
    def appoint(
        self, act: Act, *, person: Person, role: str, starts: date, ends: date, **description: Any
    ) -> Membership:
        appointment = Appointment.objects.create(person=person, role=role, body=self, starts=starts, ends=ends)
        self._tell("committee.appointed", appointment, act)
        seat = self._seat(appointment, description)
        self.seat_begins(act, seat)
        self.registered_changes(act)
        return seat

    @step(
        source=STANDING_STATES,
        target=None,
        label=_("续任"),
        by=KEEPERS,
        cite="national:7",
        form=forms.RenewTermForm,
    )
    def renew_term(self, act: Act, *, membership: Membership, ends: date) -> Membership:
        """A new term beside the old one, so that it stays known who sat when."""
        old = membership.appointment
        act.record(person=old.person.username, role=old.role)
        appointment = Appointment.objects.create(
            person=old.person, role=old.role, body=self, starts=membership.next_start(), ends=ends
        )
        self._tell("committee.appointed", appointment, act)
        act.settle(timing.TERM, on=membership)
        seat = self._seat(appointment, membership.description())
        self.seat_begins(act, seat)
        self.registered_changes(act)
        return seat

    @step(
        source=STANDING_STATES,
        target=None,
        label=_("解聘"),
        by=KEEPERS,
        cite="national:7",
        form=forms.EndTermForm,
        danger=True,
    )
    def end_term(self, act: Act, *, membership: Membership, last_day: date, reason: str) -> None:
        appointment = membership.appointment
        act.record(person=appointment.person.username, role=appointment.role, before=appointment.ends)
        appointment.ends = last_day
        appointment.save()
        declaring.forget(self, [appointment.person], act)
        self.seat_ends(act, membership)
        self.registered_changes(act)
        self._tell("committee.term_ended", appointment, act)

    @step(
        source=STANDING_STATES,
        target=None,
        label=_("登记签署文书"),
        by=KEEPERS | {Role.SECRETARY},
        cite="national:8",
        form=forms.SignPaperForm,
    )
    def sign_paper(
        self, act: Act, *, person: Person, kind: str, signed_on: date, valid_until: date | None
    ) -> SignedPaper:
        return SignedPaper.objects.create(
            committee=self, person=person, kind=kind, signed_on=signed_on, valid_until=valid_until
        )

    @step(
        source=STANDING_STATES,
        target=None,
        label=_("登记培训"),
        by=KEEPERS | {Role.SECRETARY, CONSEQUENCE},
        cite="national:5",
        form=forms.RecordTrainingForm,
    )
    def record_training(self, act: Act, *, person: Person, **training: Any) -> Training:
        held = Training.objects.create(committee=self, person=person, **training)
        self.trained(act, person.pk, held.held_on, held.valid_until, self.policy(self.regimes, act.at))
        return held

    @step(
        source=STANDING_STATES,
        target=None,
        label=_("制度备案"),
        by=KEEPERS | {Role.SECRETARY},
        cite="national:6",
        form=forms.AdoptRuleForm,
    )
    def adopt_rule(
        self, act: Act, *, kind: str, document: DocumentVersion, effective: date, until: date | None
    ) -> CommitteeRule:
        """The rule of the same kind before it ends the day before."""
        eve = effective - timedelta(days=1)
        self.rules.filter(Q(until__isnull=True) | Q(until__gt=eve), kind=kind).update(until=eve)
        act.record(digest=document.digest)
        self.registered_changes(act)
        return CommitteeRule.objects.create(
            committee=self, kind=kind, version=document, effective=effective, until=until
        )

    @step(
        source=STANDING_STATES,
        target=None,
        label=_("声明利益关系"),
        by=COMMITTEE_ROLES,
        cite="national:8",
        form=forms.DeclareInterestsForm,
    )
    def declare_interests(
        self,
        act: Act,
        *,
        none_to_declare: bool,
        details: str,
        institutions: list[Institution],
        people: list[Person],
    ) -> InterestDeclaration:
        declaration = InterestDeclaration.objects.create(
            committee=self,
            person=act.actor,
            year=law_day(act.at).year,
            declared_at=act.at,
            none_to_declare=none_to_declare,
            details=details,
        )
        declaration.institutions.set(institutions)
        declaration.people.set(people)
        declaring.remind(self, act.actor, act)
        return declaration

    @step(
        source=STANDING_STATES,
        target=CommitteeState.DISSOLVED,
        label=_("撤销"),
        by=KEEPERS,
        requires=[guards.has_no_open_obligation],
        cite="national:4",
        form=forms.DissolveForm,
        danger=True,
    )
    def dissolve(self, act: Act, *, reason: str) -> None:
        self.is_active = False
        today = law_day(act.at)
        # A term that is yet to begin ends on its first day: it cannot end before it.
        for seat in self.memberships.not_ended(today).select_related("appointment"):
            seat.appointment.ends = max(today, seat.appointment.starts)
            seat.appointment.save()
            self.seat_ends(act, seat)
        declaring.forget(self, Person.objects.filter(appointments__body=self).distinct(), act)
        act.cancel(timing.REGISTRATION, timing.UPDATE, timing.FILING, timing.REPORT, timing.DRILL)

    def _seat(self, appointment: Appointment, description: dict[str, Any]) -> Membership:
        seat = Membership(committee=self, appointment=appointment, **description)
        seat.clean()
        seat.save()
        return seat

    def _tell(self, key: str, appointment: Appointment, act: Act) -> None:
        words = {
            "role": Role(appointment.role).label,
            "starts": appointment.starts,
            "ends": appointment.ends,
        }
        act.tell(key, [appointment.person], **words)


def committee_for(institution: Institution, regimes: Collection[str], *, at: datetime) -> list[Committee]:
    """The institution's own active committees that are competent for all the regimes, in a fixed order.

    Whether one is lawfully composed today is asked of it by `can_review`.
    """
    own = Committee.objects.active().filter(institution=institution, set_up_on__lte=law_day(at)).order_by("ref")
    return [committee for committee in own if committee.is_competent_for(regimes)]
