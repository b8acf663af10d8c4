"""Disclosure 信息披露: what an authority tells everybody of a major or sensitive event (Shandong 17).

Written by one, approved by another, published at its time. A correction is a disclosure of its own, in the chain of the
first; what it corrects stays to be read, and what is withdrawn keeps its place with the reason.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Authority, Person, Role
from ethicsreview.accounts.standing import Standing
from ethicsreview.accounts.validators import plain_text
from ethicsreview.documents.digest import canonical_json, sm3
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.fields import StateField
from ethicsreview.lifecycle.models import Lifecycle, LifecycleQuerySet, NamedTo
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from ethicsreview.policy import policy_for
from ethicsreview.trail.models import Entry
from reviews.models.disclosures import forms
from reviews.models.disclosures.kinds import ARTICLE, OPEN, OTHERWISE, PUBLIC, DisclosureKind, DisclosureState
from reviews.models.disclosures.sources import ESTABLISHED, people_in, seen
from reviews.models.projects.parties import holders, over_territory, territory
from reviews.rules.disclosing import Mention, mentions

State = DisclosureState
WRITING = ("create", "revise")
BY_ANOTHER = ("draft", "submitted", "dropped")


class DisclosureQuerySet(LifecycleQuerySet):
    def visible_to(self, standing: Standing) -> Self:
        """The department's own people, and whoever supervises its place. What is public has pages of its own, on which
        nobody stands who wrote or approved it.
        """
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        return self.filter(territory(standing, "authority__region"))

    def public(self) -> Self:
        return self.filter(state__in=PUBLIC)

    def listed(self) -> Self:
        """What stands in the public list: of a corrected one, its correction stands there instead."""
        return self.filter(state__in=[State.PUBLISHED, State.WITHDRAWN])


class Disclosure(Lifecycle):
    noun, collection, letter = "disclosure", "disclosures", "D"
    called, named_to = "title", NamedTo.NOBODY
    creators = frozenset({"discloser"})
    State = DisclosureState
    # At its end it is kept as it stood.
    frozen_when: ClassVar[str] = "OLD.state IN ('withdrawn', 'dropped')"

    ref = models.CharField(_("编号"), max_length=20, unique=True, editable=False)
    state = StateField(_("状态"), choices=DisclosureState.choices, default=State.DRAFT)
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="+", verbose_name=_("披露部门"))
    title = models.CharField(_("标题"), max_length=200, validators=[plain_text])
    kind = models.CharField(_("类别"), max_length=12, choices=DisclosureKind.choices)
    happened = models.TextField(_("事件经过"), max_length=10_000)
    facts = models.TextField(_("查明的事实"), max_length=10_000)
    # ["investigation:J2026-000001"], each of which its writer could see.
    sources = models.JSONField(_("事实的来源"), default=list, blank=True)
    basis = models.TextField(_("其他依据"), max_length=1000, blank=True)
    measures = models.TextField(_("处置情况"), max_length=10_000)
    contact = models.CharField(_("联系方式"), max_length=300, validators=[plain_text])
    # Of a correction: what it takes the place of, the first of them all, and why.
    corrects = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="corrections")
    first = models.ForeignKey("self", models.PROTECT, null=True, editable=False, related_name="+")
    correction = models.TextField(_("更正的理由"), blank=True, editable=False)
    version = models.PositiveIntegerField(_("版次"), default=1, editable=False)
    # Whose hand was last on the text.
    written_by = models.ForeignKey(Person, models.PROTECT, related_name="+", editable=False, verbose_name=_("起草人"))
    approved_by = models.ForeignKey(
        Person, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("批准人")
    )
    approved_at = models.DateTimeField(_("批准时间"), null=True, editable=False)
    publish_at = models.DateTimeField(_("发布时间"), null=True, editable=False)
    published_at = models.DateTimeField(_("实际发布时间"), null=True, editable=False)
    returned = models.TextField(_("退回的理由"), blank=True, editable=False)
    ended_at = models.DateTimeField(_("结束时间"), null=True, editable=False)
    ended_reason = models.TextField(_("撤回或者不予披露的理由"), blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = DisclosureQuerySet.as_manager()

    if TYPE_CHECKING:
        authority_id: int
        first_id: int | None
        corrects_id: int | None
        written_by_id: int
        corrections: Any

    class Meta:
        verbose_name = _("信息披露")
        verbose_name_plural = _("信息披露")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=BY_ANOTHER) | (Q(approved_by__isnull=False) & ~Q(approved_by=F("written_by"))),
                name="disclosure_by_two",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[str(one) for one in PUBLIC]) | Q(published_at__isnull=False),
                name="disclosure_public_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(ended_reason=""), name="disclosure_withdrawn_has_reason"
            ),
            models.UniqueConstraint(
                fields=["corrects"],
                condition=Q(state__in=[str(one) for one in OPEN]),
                name="disclosure_one_correction",
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "-id"], name="disclosure_authority"),
            models.Index(
                fields=["-published_at", "-id"],
                condition=Q(state__in=["published", "withdrawn"]),
                name="disclosure_public",
            ),
            models.Index(fields=["publish_at"], condition=Q(state="approved"), name="disclosure_waiting"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("desk:disclosure", args=[self.ref])

    @property
    def is_public(self) -> bool:
        return self.state in PUBLIC

    @property
    def digest(self) -> str:
        """Over what is told, so that the record says which words were approved."""
        return sm3(canonical_json({name: getattr(self, name) for name in (*forms.TEXTS, "sources")}))

    # --- who ------------------------------------------------------------------------------------------------------

    def subject(self) -> "Disclosure":
        return self.first or self

    def capacities(self, standing: Standing) -> set[str]:
        found = set()
        if over_territory(standing, self.authority.region):
            found.add("regulator")
        if standing.holds(Role.REGULATOR, body_id=self.authority_id):
            found |= {"regulator", "discloser"}
        if standing.holds(Role.OPERATOR):
            found.add("operator")
        return found

    def people(self, group: str) -> Iterable[Person]:
        """`approvers`: of the department, but for whoever wrote it; else all of them."""
        held = holders([Role.REGULATOR], self.authority, timezone.now())
        return held.exclude(pk=self.written_by_id) if group == "approvers" else held

    def words(self) -> dict[str, Any]:
        return super().words() | {"title": self.title, "authority": self.authority.name}

    def article_at(self, at: datetime) -> str:
        policy = policy_for(region=self.authority.region, at=at)
        return ARTICLE if policy.value("disclosure.required", default=False) else OTHERWISE

    # --- what is looked at before it goes out ---------------------------------------------------------------------

    def sources_seen_by(self, standing: Standing) -> dict[str, Any]:
        found: dict[str, Any] = standing.once(("disclosed", *self.sources), lambda: seen(self.sources, standing))
        return found

    def mentions(self, standing: Standing) -> list[Mention]:
        """What in the text may say who somebody is; the contact is the department's own."""
        text = "\n".join([self.title, self.happened, self.facts, self.basis, self.measures])
        found: list[Mention] = standing.once(
            ("disclosed mentions", self.digest),
            lambda: mentions(text, people_in(self.sources_seen_by(standing).values())),
        )
        return found

    # --- guards ---------------------------------------------------------------------------------------------------

    def sources_established(self, act: Act) -> Iterator[Refusal]:
        """Objective and true: nothing is told of what is still looked into; and whoever lets it go has read it all."""
        found, article = self.sources_seen_by(act.standing), self.article_at(act.at)
        if hidden := [one for one in self.sources if one not in found]:
            yield Refusal(
                "source_hidden", _("有%(count)s件来源您看不到，不能由您办理"), {"count": len(hidden)}, article
            )
        open_ = [one for one in found.values() if one.state not in ESTABLISHED[one.noun]]
        if open_:
            refs = "、".join(one.ref for one in open_)
            yield Refusal("not_established", _("来源尚未查明或者已被推翻：%(refs)s"), {"refs": refs}, article)

    def another_approves(self, act: Act) -> Iterator[Refusal]:
        """Nobody approves what their own hand was on, in whichever of its drafts."""
        person = act.standing.person
        if person is None:
            return
        wrote = Entry.objects.filter(
            object_kind=self.noun, object_ref=self.ref, step__in=WRITING, actor_ref=person.username
        )
        if person.pk == self.written_by_id or wrote.exists():
            words = _("披露内容由您起草或者修改过，应当由本部门另一人批准")
            yield Refusal("own_text", words, {}, self.article_at(act.at))

    def not_being_corrected(self, act: Act) -> Iterator[Refusal]:
        if other := self.corrections.filter(state__in=OPEN).first():
            words = _("已有一份更正正在办理：%(ref)s")
            yield Refusal("corrected_already", words, {"ref": other.ref}, self.article_at(act.at))

    # --- until it is approved -------------------------------------------------------------------------------------

    @step(
        source=State.DRAFT,
        target=None,
        label=_("修改"),
        by=["discloser"],
        cite=ARTICLE,
        form=forms.ReviseForm,
    )
    def revise(self, act: Act, **written: Any) -> None:
        self._write(act, written)

    def _write(self, act: Act, written: dict[str, Any]) -> None:
        for name, value in written.items():
            setattr(self, name, value)
        self.written_by = act.actor

    @step(
        source=State.DRAFT,
        target=State.SUBMITTED,
        label=_("提请批准"),
        by=["discloser"],
        requires=[sources_established],
        cite=ARTICLE,
        form=forms.CheckedForm,
        help=_("由本部门另一人批准，起草人不能批准。"),
    )
    def submit(self, act: Act, *, checked: bool) -> None:
        self.returned = ""
        act.record(digest=self.digest)

    @step(
        source=[State.SUBMITTED, State.APPROVED],
        target=State.DRAFT,
        label=_("退回修改"),
        by=["discloser"],
        cite=ARTICLE,
        form=forms.ReasonedForm,
    )
    def send_back(self, act: Act, *, reason: str) -> None:
        """Also of what was approved, until its time has come."""
        self.returned = reason
        self.approved_by, self.approved_at, self.publish_at = None, None, None
        act.say(reason=reason)

    @step(
        source=State.SUBMITTED,
        target=State.APPROVED,
        label=_("批准发布"),
        by=["discloser"],
        requires=[another_approves, sources_established],
        cite=ARTICLE,
        form=forms.ApproveForm,
        help=_("批准后在所定时间公开，任何人都能看到。"),
    )
    def approve(self, act: Act, *, publish_at: datetime | None, checked: bool) -> None:
        self.approved_by, self.approved_at = act.actor, act.at
        self.publish_at = publish_at or act.at
        act.record(digest=self.digest)
        if self.publish_at <= act.at:
            act.by_rule(self, "publish")

    @step(
        source=OPEN,
        target=State.DROPPED,
        label=_("决定不予披露"),
        by=["discloser"],
        cite=ARTICLE,
        form=forms.ReasonedForm,
        danger=True,
    )
    def drop(self, act: Act, *, reason: str) -> None:
        self._end(act, reason)

    # --- in public ------------------------------------------------------------------------------------------------

    @step(
        source=State.APPROVED,
        target=State.PUBLISHED,
        label=_("发布"),
        by=[CONSEQUENCE],
        cite=ARTICLE,
    )
    def publish(self, act: Act) -> None:
        """At its time. What it corrects gives its place up; one that was withdrawn meanwhile stays so."""
        self.published_at = act.at
        act.record(digest=self.digest)
        if self.corrects is not None and self.corrects.state == State.PUBLISHED:
            act.by_rule(self.corrects, "supersede")

    @step(
        source=State.PUBLISHED,
        target=None,
        label=_("更正"),
        by=["discloser"],
        requires=[not_being_corrected],
        cite=ARTICLE,
        form=forms.PublicReasonForm,
        help=_("另拟一版，批准发布后代替这一版；这一版仍可查阅，注明已更正。"),
    )
    def correct(self, act: Act, *, reason: str) -> None:
        same = {name: getattr(self, name) for name in (*forms.TEXTS, "sources", "authority")}
        made = Disclosure(
            corrects=self,
            first=self.subject(),
            correction=reason,
            version=self.version + 1,
            written_by=act.actor,
            created_at=act.at,
            **same,
        )
        act.create(made)

    @step(
        source=State.PUBLISHED,
        target=State.SUPERSEDED,
        label=_("由更正代替"),
        by=[CONSEQUENCE],
        cite=ARTICLE,
    )
    def supersede(self, act: Act) -> None:
        self.ended_at = act.at

    @step(
        source=State.PUBLISHED,
        target=State.WITHDRAWN,
        label=_("撤回"),
        by=["discloser"],
        cite=ARTICLE,
        form=forms.PublicReasonForm,
        danger=True,
        help=_("内容不再公开，原处留下撤回的时间和理由。"),
    )
    def withdraw(self, act: Act, *, reason: str) -> None:
        self._end(act, reason)
        act.say(reason=reason)
        first = self.subject()
        series = Disclosure.objects.filter(Q(first=first) | Q(pk=first.pk))
        for older in series.filter(state=State.SUPERSEDED):
            act.then(older, "go_along", reason=reason)

    @step(
        source=State.SUPERSEDED,
        target=State.WITHDRAWN,
        label=_("随更正后的一版撤回"),
        by=[CONSEQUENCE],
        cite=ARTICLE,
        form=forms.PublicReasonForm,
    )
    def go_along(self, act: Act, *, reason: str) -> None:
        """What was withdrawn is not to be read in an older version of it."""
        self._end(act, reason)

    def _end(self, act: Act, reason: str) -> None:
        self.ended_at, self.ended_reason = act.at, reason

    timely: ClassVar[Any] = {
        "publish": lambda at: Disclosure.objects.filter(state=State.APPROVED, publish_at__lte=at),
    }
