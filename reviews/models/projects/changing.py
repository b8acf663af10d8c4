"""What of an approved project may change, and how: its version in force, its lead, and who acts for them."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from reviews.models.mandates.acts import Act as MandateAct
from reviews.models.mandates.mandate import Mandate
from reviews.models.projects import lead_forms as forms
from reviews.models.projects.registering import registered_changes

if TYPE_CHECKING:
    from reviews.models.projects.project import Project

# A suspended activity may have to change before it can go on.
AMENDABLE = ("approved", "suspended")


def amendable(project: "Project", act: Act) -> Iterator[Refusal]:
    """There is a version in force, and no other amendment of it is open before the same committee."""
    from reviews.models.reviewing.review import Review

    if project.in_force is None:
        yield Refusal("nothing_in_force", _("没有现行有效的批准版本，不能变更"), {}, "national:20")
        return
    opened = Review.objects.open().filter(
        project=project, amends__isnull=False, committee=project.in_force.review.committee_id
    )
    if found := opened.first():
        yield Refusal("amendment_open", _("已有办理中的变更：%(ref)s"), {"ref": found.ref}, "national:20")


def team_has_account(project: "Project", act: Act) -> Iterator[Refusal]:
    if not any(one.person_id and one.was_lead_until is None for one in project.members.all()):
        yield Refusal("nobody", _("项目组没有其他有账号的成员，不能委托"), {}, "national:9")


class Changing(Lifecycle):
    """Shandong 6; Sichuan 4: what is done stays within what is approved; so it is always known what that is."""

    # The approved version, as the last approving decision names it. What is merely applied for is not here.
    in_force = models.ForeignKey(
        "reviews.Submission",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("现行有效版本"),
    )
    # Named as the next lead: stands on the project's side from then on, and leads only when it is decided.
    incoming_lead = models.ForeignKey(
        Person, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("拟任负责人")
    )

    # The last day on which anybody may act for the lead: who has authorised nobody is not offered to sign ahead.
    delegated_until = models.DateField(null=True, editable=False)

    class Meta:
        abstract = True

    if TYPE_CHECKING:
        reviews: Any
        lead: Any
        lead_id: int
        members: Any
        mandates: Any
        institution: Any
        pk: int

    def delegates(self, at: datetime) -> Any:
        """Who may hand in for the lead now."""
        rows = Mandate.objects.filter(project=self.pk).in_force(law_day(at)).select_related("person")
        return [mandate.person for mandate in rows if MandateAct.SUBMIT in mandate.acts]

    @step(
        source=AMENDABLE,
        target=None,
        label=_("申请变更"),
        by=["lead", "acting_write"],
        requires=[amendable],
        cite="national:20",
        help=_("方案变化、可能改变风险的，应当及时报告并申请变更审查；批准之前，仍按现行有效的版本开展。"),
    )
    def begin_amendment(self, act: Act) -> None:
        """Measures 20: to the committee that approved what is in force."""
        self._open_change(act)

    @step(
        source=AMENDABLE,
        target=None,
        label=_("由单位提出变更负责人"),
        by=["institution_officer"],
        requires=[amendable],
        cite="national:9(3)",
        form=forms.ReplaceLeadForm,
        help=_("负责人离职、去世或者不能履职的，由承担单位提名；新负责人接受并签署承诺后，由其提交委员会审查。"),
    )
    def replace_lead(self, act: Act, *, new_lead: Person, former_stays: str, reason: str) -> None:
        """Nobody is left to apply: the unit names who takes over, and agrees by that."""
        agreed = {"person": act.actor.username, "name": act.actor.name, "at": act.at.isoformat(), "opinion": reason}
        self._open_change(
            act,
            parts=["lead"],
            reason=reason,
            new_lead=new_lead,
            former_stays=former_stays == "yes",
            by_officer=True,
            agreed=agreed,
        )

    def _open_change(self, act: Act, **told: Any) -> None:
        from reviews.models.reviewing.review import Review

        assert self.in_force is not None, "amendable has refused otherwise"
        assessment = self.assessments.get(state="completed")  # type: ignore[attr-defined]  # the other way round
        committee = self.in_force.review.committee
        review = Review(
            kind=Review.Kind.AMENDMENT,
            project=self,
            committee=committee,
            assessment=assessment,
            amends=self.in_force,
        )
        last = Review.objects.filter(project=self.pk, amends=self.in_force, committee=committee).order_by("-pk").first()
        left_off = last if last is not None and last.state in {"withdrawn", "declined"} and not told else None
        review.follows = left_off
        act.create(review)
        act.then(review, "open_change", earlier=left_off, **told)

    @step(source=AMENDABLE, target=None, label=_("变更生效"), by=[CONSEQUENCE], cite="national:20")
    def amend(self, act: Act, *, decision: str, version: Any) -> None:
        """The new version is in force from here on; the state is what it was."""
        self.in_force = version
        act.record(decision=decision, version_digest=version.digest)
        act.say(decision=decision)
        registered_changes(self, act)

    @step(source=AMENDABLE, target=None, label=_("登记拟任负责人"), by=[CONSEQUENCE], cite="national:9(3)")
    def expect_lead(self, act: Act, *, person: Person | None) -> None:
        self.incoming_lead = person
        act.record(incoming=person.username if person else "")

    @step(source=AMENDABLE, target=None, label=_("变更负责人"), by=[CONSEQUENCE], cite="national:9(3)")
    def change_lead(self, act: Act, *, person: Person, former_stays: bool, decision: str) -> None:
        """Whoever leads has the duties, the ball and the deadlines. The former lead keeps reading what was theirs."""
        former = self.lead
        self.members.filter(person=person).delete()
        self.members.update_or_create(
            person=former,
            defaults={
                "name": former.name,
                "institution": self.institution,
                "duty": str(_("原项目负责人")),
                "was_lead_until": None if former_stays else act.at,
                "read_until": None if former_stays else self.reviews.order_by("-pk").first(),
            },
        )
        getattr(self, "_prefetched_objects_cache", {}).pop("members", None)
        self.lead, self.incoming_lead = person, None
        for mandate in self.mandates.filter(state=Mandate.State.IN_FORCE):
            act.then(mandate, "lapse")
        act.hand_over(former, person)
        registered_changes(self, act)
        act.record(former=former.username, lead=person.username, decision=decision)
        act.say(former=former.name, new=person.name)
        act.tell("project.lead_changed_former", [former], new=person.name)

    @step(
        source=["draft", "assessed", "under_review", *AMENDABLE],
        target=None,
        label=_("委托他人代办"),
        by=["lead"],
        requires=[team_has_account],
        cite="national:9",
        form=forms.AuthoriseForm,
        help=_("承诺书由负责人本人签署；其余列明的事项可以在期限内委托项目组成员代办，记录中同时载明两人。"),
    )
    def authorise(self, act: Act, *, person: Person, **terms: Any) -> None:
        """Measures 9 names the lead as applicant: what is done in their name is named, for a time, and shown."""
        for earlier in self.mandates.filter(person=person, state=Mandate.State.IN_FORCE):
            act.before(earlier, "revoke_for_another")
        act.create(Mandate(project=self, lead=self.lead, person=person, **terms))
        self.delegated_until = max(terms["ends_on"], self.delegated_until or terms["ends_on"])
