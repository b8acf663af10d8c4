"""ForeignApproval 合作国家审查: what is on file of one partner's country: its approval, or that it prescribes none."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from ethicsreview.policy.catalogues import countries
from ethicsreview.policy.words import said
from reviews.models.international import forms
from reviews.models.projects.project import Project
from reviews.models.reviewing import timing
from reviews.rules.starting import Clearance


class ForeignApprovalQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        return self.filter(project__in=Project.objects.visible_to(standing))

    def current(self) -> Self:
        """Those that count, or are on their way to count, for the project as it is."""
        return self.exclude(state__in=["superseded", "dropped"])

    def named(self, words: str) -> Self:
        """Of the countries whose name or code holds the words, in whichever language."""
        sought = words.casefold()
        found = [code for code, one in countries().items() if sought in f"{code} {one.zh} {one.en}".casefold()]
        return self.filter(country__in=found)


class ForeignApproval(Lifecycle):
    """Measures 12. The lead enters it, the secretary of the reviewing committee checks and confirms it.

    A renewal is a record of its own: the old one holds until the new one is confirmed.
    """

    noun, collection, letter = "foreign_approval", "foreign-approvals", "X"

    class State(models.TextChoices):
        WANTED = "wanted", _("待登记")
        ENTERED = "entered", _("待确认")
        RETURNED = "returned", _("已退回")
        CONFIRMED = "confirmed", _("已确认")
        SUPERSEDED = "superseded", _("已被新的登记替代")
        DROPPED = "dropped", _("不再适用")

    class Basis(models.TextChoices):
        APPROVAL = "approval", _("已获该国批准")
        NOT_PRESCRIBED = "not_prescribed", _("该国未规定")

    ref = models.CharField(_("编号"), max_length=24, unique=True, editable=False)
    state = StateField(_("状态"), choices=State.choices, default=State.WANTED)
    project = models.ForeignKey(Project, models.PROTECT, related_name="foreign_approvals", verbose_name=_("科技活动"))
    country = models.CharField(_("国家"), max_length=2, help_text=_("ISO 3166-1 代码"))
    replaces = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="renewals")
    basis = models.CharField(_("情形"), max_length=16, choices=Basis.choices, blank=True, editable=False)
    body = models.CharField(_("批准机构"), max_length=200, blank=True, editable=False)
    number = models.CharField(_("批准文号"), max_length=100, blank=True, editable=False)
    approved_on = models.DateField(_("批准日期"), null=True, editable=False)
    expires_on = models.DateField(_("有效期至"), null=True, editable=False)
    reason = models.TextField(_("未规定的理由和依据"), blank=True, editable=False)
    # Handed in beside the steps while the lead has the ball; the step that enters it names its digest.
    document = models.ForeignKey(DocumentVersion, models.PROTECT, null=True, editable=False, related_name="+")
    returned_reason = models.TextField(_("退回理由"), blank=True, editable=False)
    entered_at = models.DateTimeField(_("登记时间"), null=True, editable=False)
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ForeignApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("合作国家审查")
        verbose_name_plural = _("合作国家审查")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "country"],
                condition=models.Q(state__in=["wanted", "entered", "returned"]),
                name="foreign_approval_one_underway",
            ),
            models.UniqueConstraint(
                fields=["project", "country"],
                condition=models.Q(state="confirmed"),
                name="foreign_approval_one_confirmed",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="confirmed")
                | models.Q(basis="not_prescribed") & ~models.Q(reason="")
                | models.Q(basis="approval", document__isnull=False, approved_on__isnull=False),
                name="foreign_approval_confirmed_with_grounds",
            ),
        ]
        indexes = [models.Index(fields=["state", "project"], name="foreign_approval_state")]

    def __str__(self) -> str:
        return f"{self.ref} {self.country_name}"

    def get_absolute_url(self) -> str:
        return reverse("portal:foreign_approval", args=[self.ref])

    def give_ref(self, at: datetime) -> None:
        """The project's own, with the country: what people call it by. Taken under the project's lock."""
        earlier = type(self).objects.filter(project=self.project, country=self.country).count()
        self.ref = f"{self.project.ref}-{self.country}" + (f"-{earlier + 1}" if earlier else "")

    @property
    def country_name(self) -> str:
        found = countries().get(self.country)
        return said(found) if found else self.country

    @property
    def clearance(self) -> Clearance:
        return Clearance(self.country, str(self.state), self.expires_on)

    def lapsed(self, at: datetime) -> bool:
        return self.clearance.lapsed_on(law_day(at))

    # --- who ------------------------------------------------------------------------------------------------------

    def subject(self) -> Project:
        return self.project

    @cached_property
    def review(self) -> Any:
        """The latest review that is before a committee: its people confirm. None while the application is a draft."""
        return _reviewing(self.project)

    def capacities(self, standing: Standing) -> set[str]:
        return (self.review or self.project).capacities(standing)

    def conflicts(self, standing: Standing) -> Iterable[Refusal]:
        return self.review.conflicts(standing) if self.review else ()

    def people(self, group: str) -> Iterable[Person]:
        if self.review is None:
            return [] if group == "secretaries" else self.project.people(group)
        people: Iterable[Person] = self.review.people(group)
        return people

    def words(self) -> dict[str, Any]:
        return self.project.words() | {
            "project": self.project.ref,
            "ref": self.ref,
            "country": lazy(lambda: self.country_name, str)(),
        }

    # --- guards ---------------------------------------------------------------------------------------------------

    def document_handed_in(self, act: Act) -> Iterator[Refusal]:
        if self.document_id is None:
            yield Refusal("document", _("尚未上传批准文件"), cite="national:12")

    def still_valid(self, act: Act) -> Iterator[Refusal]:
        if self.expires_on is not None and self.expires_on < law_day(act.at):
            yield Refusal(
                "expired",
                _("%(country)s的批准已于%(day)s失效，不能确认"),
                {"country": self.country_name, "day": self.expires_on},
                "national:12",
            )

    def not_underway(self, act: Act) -> Iterator[Refusal]:
        """One renewal at a time."""
        underway = self.project.foreign_approvals.filter(
            country=self.country, state__in=["wanted", "entered", "returned"]
        )
        if underway.exists():
            yield Refusal("underway", _("该国新的登记正在办理"), cite="national:12")

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=[State.WANTED, State.RETURNED],
        target=State.ENTERED,
        label=_("登记该国批准"),
        by=["lead"],
        requires=[document_handed_in],
        cite="national:12",
        form=forms.ApprovalForm,
        help=_("先上传批准文件，再填写批准机构、文号和日期；由委员会秘书核对后确认。确认之前不得开展。"),
    )
    def enter_approval(self, act: Act, *, body: str, number: str, approved_on: Any, expires_on: Any) -> None:
        self.basis, self.reason = self.Basis.APPROVAL, ""
        self.body, self.number, self.approved_on, self.expires_on = body, number, approved_on, expires_on
        self.entered_at, self.returned_reason = act.at, ""
        assert self.document is not None, "document_handed_in has refused otherwise"
        act.record(
            document=self.document.document.ref, document_version=self.document.number, digest=self.document.digest
        )

    @step(
        source=[State.WANTED, State.RETURNED],
        target=State.ENTERED,
        label=_("声明该国未规定"),
        by=["lead"],
        cite="national:12",
        form=forms.NotPrescribedForm,
        help=_("《办法》要求的是合作方所在国家规定的审查；该国没有规定的，写明理由和依据，由委员会秘书确认。"),
    )
    def enter_not_prescribed(self, act: Act, *, reason: str, also: list[str]) -> None:
        self._none_prescribed(act, reason)
        self._with(act, also, "enter_alike", self.ENTERABLE, reason=reason)

    @step(
        source=[State.WANTED, State.RETURNED],
        target=State.ENTERED,
        label=_("一并声明该国未规定"),
        by=[CONSEQUENCE],
        cite="national:12",
    )
    def enter_alike(self, act: Act, *, reason: str) -> None:
        """One reason for several countries; each has its own record and its own entry."""
        act.record(reason=reason)
        self._none_prescribed(act, reason)

    @step(
        source=State.ENTERED,
        target=State.WANTED,
        label=_("撤回登记"),
        by=["lead"],
        cite="national:12",
        help=_("撤回后可以改正再登记。"),
    )
    def take_back(self, act: Act) -> None: ...

    @step(
        source=State.ENTERED,
        target=State.CONFIRMED,
        label=_("确认"),
        by=["secretary"],
        requires=[still_valid],
        cite="national:12",
        form=forms.ConfirmForm,
        judges=True,
    )
    def confirm(self, act: Act, *, checked: bool, also: list[str]) -> None:
        """From now on the country stands in nobody's way, until the approval's last day."""
        self._confirmed(act)
        self._with(act, also, "confirm_alike", [self.State.ENTERED])

    @step(
        source=State.ENTERED,
        target=State.CONFIRMED,
        label=_("一并确认"),
        by=[CONSEQUENCE],
        requires=[still_valid],
        cite="national:12",
    )
    def confirm_alike(self, act: Act) -> None:
        self._confirmed(act)

    @step(
        source=State.ENTERED,
        target=State.RETURNED,
        label=_("退回"),
        by=["secretary"],
        cite="national:12",
        form=forms.ReturnForm,
        judges=True,
    )
    def send_back(self, act: Act, *, reason: str, also: list[str]) -> None:
        self.returned_reason = reason
        act.say(reason=reason)
        self._with(act, also, "send_back_alike", [self.State.ENTERED], reason=reason)

    @step(source=State.ENTERED, target=State.RETURNED, label=_("一并退回"), by=[CONSEQUENCE], cite="national:12")
    def send_back_alike(self, act: Act, *, reason: str) -> None:
        act.record(reason=reason)
        self.returned_reason = reason

    @step(
        source=State.CONFIRMED,
        target=State.RETURNED,
        label=_("撤销确认"),
        by=["secretary"],
        requires=[not_underway],
        cite="national:12",
        form=forms.ReasonForm,
        judges=True,
        danger=True,
        help=_("该国撤回批准，或者发现登记不实的，撤销确认；在重新确认之前不得开展。"),
    )
    def revoke(self, act: Act, *, reason: str) -> None:
        self.returned_reason, self.confirmed_at = reason, None
        act.cancel(EXPIRES)
        act.say(reason=reason)

    @step(
        source=State.CONFIRMED,
        target=None,
        label=_("登记新的批准"),
        by=["lead"],
        requires=[not_underway],
        cite="national:12",
        help=_("批准将要失效、已经失效或者有变化的，登记新的批准；确认之前原有登记继续有效至其失效之日。"),
    )
    def renew(self, act: Act) -> None:
        act.create(ForeignApproval(project=self.project, country=self.country, replaces=self))

    @step(
        source=State.CONFIRMED, target=State.SUPERSEDED, label=_("被新的登记替代"), by=[CONSEQUENCE], cite="national:12"
    )
    def supersede(self, act: Act) -> None:
        if self.expires_on is not None:
            act.meet(EXPIRES)

    @step(
        source=[State.WANTED, State.ENTERED, State.RETURNED, State.CONFIRMED],
        target=State.DROPPED,
        label=_("不再是合作国家"),
        by=[CONSEQUENCE],
        cite="national:12",
    )
    def drop(self, act: Act) -> None:
        """A newer risk assessment no longer names the country."""
        act.cancel(EXPIRES)

    # --- what several steps do ------------------------------------------------------------------------------------

    ENTERABLE = (State.WANTED, State.RETURNED)

    def _none_prescribed(self, act: Act, reason: str) -> None:
        self.basis, self.reason = self.Basis.NOT_PRESCRIBED, reason
        self.body = self.number = self.returned_reason = ""
        self.approved_on = self.expires_on = self.document = None
        self.entered_at = act.at

    def _confirmed(self, act: Act) -> None:
        self.confirmed_at = act.at
        act.record(basis=self.basis, expires_on=self.expires_on)
        for held in self.project.foreign_approvals.filter(country=self.country, state=self.State.CONFIRMED):
            # Two may not hold side by side, so the older must go first.
            act.before(held, "supersede")
        if self.expires_on is not None:
            act.start(EXPIRES, **timing.foreign_approval(self.project, self.review, self.expires_on, act.at))

    def _with(self, act: Act, also: list[str], name: str, states: Collection[str], **terms: Any) -> None:
        """The same for other countries of the project: one notice, and a step and an entry for each."""
        act.record(also=sorted(also))
        act.say(others=len(also))
        for other in self.project.foreign_approvals.filter(country__in=also, state__in=states).exclude(pk=self.pk):
            act.then(other, name, **terms)


EXPIRES = "international.approval_expires"


def follow_partners(project: Project, act: Act, partners: Collection[str]) -> None:
    """A completed assessment names the partners' countries: each has a record, and no other has."""
    held = list(project.foreign_approvals.current())
    for record in held:
        if record.country not in partners:
            act.then(record, "drop")
    on_file = {record.country for record in held}
    for country in partners:
        if country not in on_file:
            act.create(ForeignApproval(project=project, country=country))


def _reviewing(project: Project) -> Any:
    reviews: Any = project.reviews
    return reviews.exclude(state="draft").select_related("committee", "assessment").order_by("-pk").first()
