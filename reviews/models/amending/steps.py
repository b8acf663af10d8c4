"""The steps that only an amendment 变更审查 has, before the committee and at it (Measures 20, 22, 33; Human 23, 38)."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import Standing
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from reviews.models.amending import forms, guards
from reviews.models.amending.amendment import LEAD, Amendment
from reviews.models.amending.scope import copy_papers, narrow
from reviews.models.projects.assessment import RiskAssessment
from reviews.models.reviewing.forms import promise
from reviews.models.reviewing.simplified import Simplified
from reviews.models.reviewing.states import State
from reviews.models.submissions.submission import Submission

# While its people write.
WRITTEN = (State.DRAFT, State.SUPPLEMENT_REQUESTED, State.MODIFICATION_REQUIRED, State.REVISION_REQUIRED)
WEIGHED = (State.SUBMITTED, State.ACCEPTED, State.IN_REVIEW)


class Amending(Simplified):
    class Meta:
        abstract = True

    def capacities(self, standing: Standing) -> set[str]:
        """Of an amendment alone: who may describe it, who is named as lead, who weighs it for the committee."""
        found = super().capacities(standing)
        if self.amends_id is None or standing.person is None:
            return found
        if "lead" in found:
            found.add("amender")
        if "acting_write" in found:
            found.add("acting_amender")
        if "institution_officer" in found:
            found.add("employer")
        if found & {"secretary", "chair"}:
            found.add("weigher")
        if "nominee" in found and self.amendment.by_officer and self.amendment.accepted:
            # The lead who was to apply is gone: whoever takes over, and has promised to, applies.
            found |= {"successor", "amender"}
        return found

    # --- how it begins --------------------------------------------------------------------------------------------

    @step(
        source=State.DRAFT,
        target=None,
        label=_("开始变更"),
        by=[CONSEQUENCE],
        requires=[guards.amends_something],
        cite="national:20",
    )
    def open_change(self, act: Act, *, earlier: Any = None, **told: Any) -> None:
        """It begins with the version in force; or where an earlier amendment of that version was left off."""
        base = self.amends
        assert base is not None
        amendment = Amendment(review_id=self.pk, **told)
        version = base
        if earlier is not None:
            version = earlier.submissions.order_by("-number").first() or base
            known = ("parts", "reason", "changes", "risk_benefit", "urgent", "consent")
            for name in known:
                setattr(amendment, name, getattr(earlier.amendment, name))
            amendment.parts = [part for part in amendment.parts if part != LEAD]
            act.record(carried_from=earlier.ref)
        amendment.save(force_insert=True)
        mine = Submission.objects.create(review_id=self.pk, number=1, content=version.content)
        copy_papers(version, mine)
        act.record(amends=base.digest)
        if amendment.new_lead is not None:
            act.then(self.project, "expect_lead", person=amendment.new_lead)
            act.tell("review.name_lead", [amendment.new_lead])

    # --- what its people say of it --------------------------------------------------------------------------------

    @step(
        source=WRITTEN,
        target=None,
        label=_("选择变更的部分"),
        by=["amender", "acting_amender"],
        requires=[guards.amends_something],
        cite="national:20",
        form=forms.ChoosePartsForm,
        help=_("只有选择的部分可以填写，其余按现行有效的版本执行；不再选择的部分恢复为现行有效的内容。"),
    )
    def choose_parts(self, act: Act, *, parts: list[str], reason: str, risk_changed: str) -> None:
        amendment, changed = self.amendment, risk_changed == "yes"
        amendment.parts = [*parts, *([LEAD] if amendment.changes_lead else [])]
        amendment.changes = {part: text for part, text in amendment.changes.items() if part in amendment.parts}
        amendment.reason = reason
        if changed != amendment.risk_changed:
            amendment.risk_changed = changed
            self._assess_anew(act) if changed else self._assess_as_before(act)
        amendment.save()
        version = self.draft_submission
        assert version is not None, "every state in which its people write has an open version"
        narrow(amendment, version, parts)

    @step(
        source=WRITTEN,
        target=None,
        label=_("说明变更"),
        by=["amender", "acting_amender"],
        requires=[guards.amends_something],
        cite="national:20",
        form=forms.ExplainForm,
        help=_("逐项写明变更了什么，对风险、受益和参与者有何影响。"),
    )
    def explain_change(
        self,
        act: Act,
        *,
        risk_benefit: str,
        risk_benefit_text: str,
        urgent: str,
        urgent_on: Any,
        urgent_text: str,
        informing: str,
        consent_triggers: list[str] | None = None,
        **what: str,
    ) -> None:
        amendment = self.amendment
        amendment.changes = {name.removeprefix("what__"): text for name, text in what.items()}
        amendment.risk_benefit = {"altered": risk_benefit == "altered", "text": risk_benefit_text}
        done = urgent == "yes"
        amendment.urgent = {"done_on": urgent_on.isoformat(), "text": urgent_text} if done else {}
        amendment.consent = {"triggers": consent_triggers or [], "informing": informing}
        amendment.save()

    def _assess_anew(self, act: Act) -> None:
        last = self.project.assessments.filter(state=RiskAssessment.State.COMPLETED).first()
        if not self.project.assessments.filter(state=RiskAssessment.State.DRAFT).exists():
            act.create(RiskAssessment(project=self.project, answers=last.answers if last else {}))

    def _assess_as_before(self, act: Act) -> None:
        completed = self.project.assessments.get(state=RiskAssessment.State.COMPLETED)
        self.assessment = completed
        self.drop_assessments(act)

    def drop_assessments(self, act: Act) -> None:
        """What was answered for an amendment that comes to nothing."""
        states = [RiskAssessment.State.DRAFT, RiskAssessment.State.PROPOSED]
        for one in self.project.assessments.filter(state__in=states):
            act.then(one, "drop")

    @step(source=WRITTEN, target=None, label=_("采用新的风险评估"), by=[CONSEQUENCE], cite="national:9")
    def take_assessment(self, act: Act, *, assessment: RiskAssessment) -> None:
        """From here on the amendment is judged by the new answers; what is in force, by those that stand."""
        self.assessment = assessment
        act.record(assessment=assessment.ref)

    # --- a new lead -----------------------------------------------------------------------------------------------

    @step(
        source=State.DRAFT,
        target=None,
        label=_("提名新负责人"),
        by=["amender"],
        requires=[guards.amends_something, guards.not_yet_accepted],
        cite="national:9",
        form=forms.NameLeadForm,
        help=_("新负责人须自己接受并签署承诺，承担单位同意，委员会审查批准后才变更。"),
    )
    def name_lead(self, act: Act, *, new_lead: Person, former_stays: str) -> None:
        amendment = self.amendment
        amendment.new_lead, amendment.former_stays = new_lead, former_stays == "yes"
        amendment.agreed = {}
        if not amendment.changes_lead:
            amendment.parts = [*amendment.parts, LEAD]
        amendment.save()
        act.then(self.project, "expect_lead", person=new_lead)
        act.tell("review.name_lead", [new_lead])

    @step(
        source=State.DRAFT,
        target=None,
        label=_("不再变更负责人"),
        by=["amender", "nominee"],
        requires=[guards.lead_named],
        cite="national:9",
        danger=True,
    )
    def keep_lead(self, act: Act) -> None:
        """The applicant thinks better of it, or whoever was named declines."""
        amendment = self.amendment
        amendment.new_lead, amendment.accepted, amendment.agreed = None, {}, {}
        amendment.parts = amendment.written_parts
        amendment.changes.pop(LEAD, None)
        amendment.save()
        act.then(self.project, "expect_lead", person=None)

    @step(
        source=State.DRAFT,
        target=None,
        label=_("接受担任负责人"),
        by=["nominee"],
        requires=[guards.lead_named, guards.not_yet_accepted, guards.lead_qualified],
        cite="national:9(5)",
        form=forms.AcceptLeadForm,
    )
    def accept_lead(self, act: Act, *, qualification: str, **signed: Any) -> None:
        """Measures 9(5): whoever will lead promises in their own name, and before it is decided."""
        self.amendment.accepted = promise(signed, act) | {"qualification": qualification}
        self.amendment.save()

    @step(
        source=State.DRAFT,
        target=None,
        label=_("同意变更负责人"),
        by=["employer"],
        requires=[guards.lead_named, guards.not_yet_agreed, guards.lead_qualified],
        cite="national:9(3)",
        form=forms.AgreeForm,
    )
    def agree_lead(self, act: Act, *, opinion: str) -> None:
        self.amendment.agreed = {
            "person": act.actor.username,
            "name": act.actor.name,
            "at": act.at.isoformat(),
            "opinion": opinion,
        }
        self.amendment.save()

    # --- what the committee finds ---------------------------------------------------------------------------------

    @step(
        source=WEIGHED,
        target=None,
        label=_("认定变更的程度"),
        by=["weigher"],
        requires=[guards.amends_something, guards.not_voted_on],
        cite="national:22",
        form=forms.WeighForm,
        judges=True,
        help=_("由委员会认定，申请人的说明只供参考。属于较小变更且不影响风险受益比的，可以适用简易程序。"),
    )
    def weigh_change(self, act: Act, *, small: str, major_risk: str, ground: str) -> None:
        """Measures 22(2), 33: how far the change goes decides by which procedure, and whether a re-check follows."""
        found = {"small": small == "yes", "major_risk": major_risk == "yes"}
        self.amendment.weighed = found | {"ground": ground, "by": act.actor.name, "at": act.at.isoformat()}
        self.amendment.save()
        self.circumstances = {**self.circumstances, "small_change": found["small"]}
        assert self.amends is not None
        # An activity that was not re-checked as listed has nothing that a later change could leave as it was.
        self.risk_steady = not found["major_risk"] and bool(self.amends.review.listed)
        act.record(weighed=found)
        if self.is_simplified and not found["small"] and not self.simplified_cases(act.at):
            act.by_rule(self, "convert_to_meeting", triggers=["doubt"])
