"""Who sits on a committee, and what must be on file of them and of the committee itself."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from committees.composition import MemberFacts, PaperFacts
from committees.kinds import AiCategory, Category, HumanCategory, PaperKind, RuleKind, Sex
from committees.models.querysets import MembershipQuerySet
from ethicsreview.accounts.models import Appointment, Person
from ethicsreview.documents.models import DocumentVersion

if TYPE_CHECKING:
    from committees.models.committee import Committee


class Membership(models.Model):
    """One term of one person on a committee: the appointment, and what the composition rules ask of it."""

    committee = models.ForeignKey(
        "committees.Committee", models.PROTECT, related_name="memberships", verbose_name=_("委员会")
    )
    appointment = models.OneToOneField(Appointment, models.PROTECT, related_name="membership", verbose_name=_("任职"))
    sex = models.CharField(_("性别"), max_length=6, choices=Sex)
    category = models.CharField(_("类别"), max_length=6, choices=Category)
    external = models.BooleanField(_("非本单位"), default=False)
    local_knowledge = models.BooleanField(_("熟悉当地情况"), default=False)
    ai_categories = models.JSONField(_("人工智能专业背景"), default=list, blank=True)
    human_categories = models.JSONField(_("涉及人的研究专业背景"), default=list, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("委员会成员")
        verbose_name_plural = _("委员会成员")
        constraints = [
            models.CheckConstraint(condition=Q(sex__in=Sex.values), name="committees_sex_known"),
            models.CheckConstraint(condition=Q(category__in=Category.values), name="committees_category_known"),
        ]

    def __str__(self) -> str:
        return gettext("%(name)s（%(more)s）") % {
            "name": self.person,
            "more": self.appointment.get_role_display(),
        }

    def clean(self) -> None:
        for name, known in (("ai_categories", AiCategory), ("human_categories", HumanCategory)):
            if unknown := set(getattr(self, name)) - set(known.values):
                raise ValidationError(
                    {name: _("不认识的背景：%(unknown)s") % {"unknown": gettext("、").join(sorted(unknown))}}
                )

    # What the end of its term is kept on.
    noun = "membership"

    @property
    def ref(self) -> str:
        return f"{self.committee.ref}-{self.pk}"

    def subject(self) -> "Committee":
        return self.committee

    def get_absolute_url(self) -> str:
        return self.committee.get_absolute_url()

    @property
    def person(self) -> Person:
        return self.appointment.person

    def covers(self, day: date) -> bool:
        """Whether the term runs on that day: its first and last days count."""
        appointment = self.appointment
        return appointment.starts <= day and (appointment.ends is None or day <= appointment.ends)

    def next_start(self) -> date:
        """The first day of a term that follows this one without a gap."""
        if (ends := self.appointment.ends) is None:
            raise ValueError(f"the term of {self} has no end")
        return ends + timedelta(days=1)

    def description(self) -> dict[str, Any]:
        """What stays true of the person in a further term."""
        names = ("sex", "category", "external", "local_knowledge", "ai_categories", "human_categories")
        return {name: getattr(self, name) for name in names}

    def facts(self, papers: tuple[PaperFacts, ...] = ()) -> MemberFacts:
        appointment = self.appointment
        return MemberFacts(
            person_id=appointment.person_id,
            name=appointment.person.name,
            role=appointment.role,
            sex=self.sex,
            category=self.category,
            starts=appointment.starts,
            ends=appointment.ends,
            external=self.external,
            local_knowledge=self.local_knowledge,
            ai_categories=frozenset(self.ai_categories),
            human_categories=frozenset(self.human_categories),
            papers=papers,
        )


class SignedPaper(models.Model):
    """A paper that a member signed for the committee. It outlasts the term, to its own last day."""

    committee = models.ForeignKey("committees.Committee", models.PROTECT, related_name="signed_papers")
    person = models.ForeignKey(Person, models.PROTECT, related_name="signed_papers", verbose_name=_("签署人"))
    kind = models.CharField(_("文书"), max_length=20, choices=PaperKind)
    signed_on = models.DateField(_("签署日期"))
    valid_until = models.DateField(_("有效期至"), null=True, blank=True)

    class Meta:
        verbose_name = _("签署的文书")
        verbose_name_plural = _("签署的文书")
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("signed_on")),
                name="committees_paper_valid_after_signed",
            ),
            models.UniqueConstraint(
                fields=["committee", "person", "kind", "signed_on"], name="committees_paper_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.signed_on}"

    def facts(self) -> PaperFacts:
        return PaperFacts(self.kind, self.signed_on, self.valid_until)


class Training(models.Model):
    """Training of a committee's person. No rule states hours or a validity; the committee may."""

    committee = models.ForeignKey("committees.Committee", models.PROTECT, related_name="trainings")
    person = models.ForeignKey(Person, models.PROTECT, related_name="committee_trainings", verbose_name=_("参训人"))
    title = models.CharField(_("培训名称"), max_length=200)
    held_on = models.DateField(_("培训日期"))
    hours = models.DecimalField(_("学时"), max_digits=5, decimal_places=1)
    valid_until = models.DateField(_("有效期至"), null=True, blank=True)

    class Meta:
        verbose_name = _("培训记录")
        verbose_name_plural = _("培训记录")
        constraints = [
            models.CheckConstraint(condition=Q(hours__gt=0), name="committees_training_has_hours"),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("held_on")),
                name="committees_training_valid_after_held",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.held_on}"


class CommitteeRule(models.Model):
    """A rule of the committee on file, as the version of a document that was adopted."""

    committee = models.ForeignKey("committees.Committee", models.PROTECT, related_name="rules")
    kind = models.CharField(_("制度"), max_length=20, choices=RuleKind)
    version = models.ForeignKey(DocumentVersion, models.PROTECT, related_name="+", verbose_name=_("文本"))
    effective = models.DateField(_("施行日期"))
    until = models.DateField(_("施行至"), null=True, blank=True)

    class Meta:
        verbose_name = _("委员会制度")
        verbose_name_plural = _("委员会制度")
        constraints = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("effective")),
                name="committees_rule_until_after",
            ),
            models.UniqueConstraint(fields=["committee", "kind", "effective"], name="committees_rule_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.effective}"
