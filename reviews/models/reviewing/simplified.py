"""The steps of a review in the simplified procedure 简易程序 (Measures 22-24; Human Measures 31; Shandong 8)."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils import timezone, translation
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from committees.models import conflicts_of
from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import Standing
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import CONSEQUENCE, step
from ethicsreview.policy.words import said
from reviews.models.opinions.opinion import Opinion
from reviews.models.projects.interests import project_facts
from reviews.models.reviewing import simplified_forms as forms
from reviews.models.reviewing import simplified_guards as guards
from reviews.models.reviewing.designation import GIVE, Designation, designate
from reviews.models.reviewing.record import STOPPED, ReviewRecord
from reviews.models.reviewing.states import State
from reviews.rules.procedures import grounds
from reviews.rules.simplified import MEMBER_REQUEST

LISTED = "listed"
RUNNING = (State.ACCEPTED, State.IN_REVIEW)


class Simplified(ReviewRecord):
    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        self.waiting_for = self._holder() or self.waiting_for

    def _holder(self) -> str:
        """Who has the ball, where the procedure says otherwise than the state alone."""
        if self.state == State.ACCEPTED and self.is_simplified:
            return "chair"
        if self.state == State.IN_REVIEW and self.is_simplified:
            given = Opinion.State.CAST
            return "reviewers" if self.active_designations().exclude(opinion__state=given).exists() else ""
        if self.state == State.IN_REVIEW and self.conversion and self.item is None:
            return "secretary"
        return ""

    # --- who ------------------------------------------------------------------------------------------------------

    def capacities(self, standing: Standing) -> set[str]:
        """In this procedure the chair designates, and any member of the committee may ask for a meeting."""
        found = super().capacities(standing)
        if self.is_simplified:
            if "chair" in found:
                found.add("designator")
            if found & {"chair", "vice_chair", "member"}:
                found.add("colleague")
        return found

    def people(self, group: str) -> Iterable[Person]:
        return [seat.person for seat in self.reviewers] if group == "reviewers" else super().people(group)

    def active_designations(self) -> Any:
        return self.designations.filter(round=self.round, ended_at=None)

    @cached_property
    def reviewers(self) -> list[Designation]:
        """Those designated in this round, each with the opinion they owe or gave."""
        rows = self.active_designations().select_related("person", "membership__appointment", "opinion")
        return list(rows)

    def unfit_reviewers(self, at: datetime) -> list[tuple[Designation, list[Refusal]]]:
        """Those whose opinion may not count at this moment, with the reasons."""
        interests = conflicts_of([seat.person for seat in self.reviewers], project_facts(self.project))
        found = [(seat, seat.unfit(at, interests[seat.person_id])) for seat in self.reviewers]
        return [(seat, reasons) for seat, reasons in found if reasons]

    # --- on what it rests -----------------------------------------------------------------------------------------

    def procedure_facts(self, at: datetime) -> dict[str, Any]:
        """What a procedure depends on and the assessment cannot know (facts of procedures.toml).

        A change or a follow-up brings its own as `circumstances`; how a confirmation is reviewed, the packs say.
        """
        way = self.policy_at(at).value("collaboration.confirmation_procedure", None)
        known = {key: value for key, value in self.circumstances.items() if key != STOPPED}
        return known | ({"confirmation_procedure": way} if way else {})

    def simplified_cases(self, at: datetime) -> dict[str, tuple[str | Promise, str]]:
        """The cases that let it take the procedure: words and article by case; empty where none does."""
        policy = self.policy_at(at)
        allowed = {case: entry for entry in policy.entries("simplified.when") for case in entry.value}
        assessed = self.assessment
        held = grounds(
            self.Procedure.SIMPLIFIED,
            assessed.conclusions,
            assessed.questionnaire,
            kind=self.kind,
            allowed=allowed,
            facts=self.procedure_facts(at),
        )
        return {case: (_say(allowed[case].question.choices[case]), allowed[case].cite) for case in held}

    def conversion_grounds(self) -> list[tuple[str, str]]:
        """Why it went to a meeting: words in the reader's language, and the article of each."""
        return [(str(trigger_words(self, key)), cite) for key, cite in self.conversion.get("triggers", [])]

    def release_reviewers(self, act: Act) -> None:
        """Nobody owes an opinion any more: it went to a meeting, or was withdrawn."""
        for seat in self.reviewers:
            act.cancel(GIVE, on=seat.opinion)

    # --- steps ----------------------------------------------------------------------------------------------------

    @step(
        source=State.IN_REVIEW,
        target=None,
        label=_("更换承办委员"),
        by=["designator"],
        requires=[guards.runs_simplified],
        cite="national:23",
        form=forms.ReplaceForm,
        judges=True,
    )
    def replace_reviewer(
        self, act: Act, *, reviewer: Designation, replacement: Any, opinion_due: Any, ground: str
    ) -> None:
        """A member on leave, recused, or out of office; the one who comes gives an opinion of their own."""
        reviewer.end(ground, act)
        self.__dict__.pop("reviewers", None)
        designate(self, [replacement], opinion_due, act)
        act.tell("review.released", [reviewer.person], ground=ground)
        act.say(member=reviewer.person.name, replacement=replacement.person.name)

    @step(
        source=RUNNING,
        target=None,
        label=_("提请会议审查"),
        by=["colleague"],
        requires=[guards.runs_simplified],
        cite="national:24",
        form=forms.RequestMeetingForm,
        judges=True,
        danger=True,
        help=_("任何一名委员提请，简易程序即转为会议审查；已出具的意见保持封存。"),
    )
    def request_meeting(self, act: Act, *, ground: str) -> None:
        """Measures 24: a member asks. Nobody weighs whether they may."""
        act.by_rule(self, "convert_to_meeting", triggers=[MEMBER_REQUEST])

    @step(
        source=RUNNING,
        target=None,
        label=_("转会议审查"),
        by=[CONSEQUENCE],
        requires=[guards.runs_simplified],
        cite="national:24",
    )
    def convert_to_meeting(self, act: Act, *, triggers: list[str]) -> None:
        """A new round, at a meeting. What was said stays as it was cast; the time to decide runs on."""
        pairs = [(key, trigger_cite(self, key, act.at)) for key in triggers]
        self.conversion = {"triggers": pairs, "round": self.round, "at": act.at.isoformat()}
        with translation.override("zh-hans"):
            reasons = "；".join(str(trigger_words(self, key)) for key in triggers)
        act.record(triggers=triggers, ground=reasons, round=self.round)
        act.say(grounds=lazy(lambda: "；".join(text for text, _cite in self.conversion_grounds()), str)())
        self.release_reviewers(act)
        self.procedure = self.Procedure.GENERAL
        if self.state == State.IN_REVIEW:
            self.round += 1
        for name in ("reviewers", "item"):
            self.__dict__.pop(name, None)

    @step(
        source=State.IN_REVIEW,
        target=None,
        label=_("承办委员意见齐备"),
        by=[CONSEQUENCE],
        requires=[guards.runs_simplified],
        cite="national:23",
    )
    def opinions_complete(self, act: Act) -> None:
        """All of them approve: chair and secretary have the ball."""


def _say(words: Any) -> Any:
    return lazy(lambda: said(words), str)()


def trigger_words(review: Simplified, key: str) -> str | Promise:
    if key == LISTED:
        return _("认定列入清单，不适用简易程序")
    accepted_at = review.accepted_at or timezone.now()
    return said(review.policy_at(accepted_at).entries("simplified.convert_on")[0].question.choices[key])


def trigger_cite(review: Simplified, key: str, at: datetime) -> str:
    """The article of a trigger; one that no rule in force names rests on what all of them have in common."""
    policy = review.policy_at(at)
    if key == LISTED:
        return policy.entry("simplified.excludes_listed").cite
    entries = policy.entries("simplified.convert_on")
    return next((entry.cite for entry in entries if key in entry.value), entries[0].cite)
