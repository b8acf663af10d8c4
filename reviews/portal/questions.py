"""The questions of the risk assessment as a form, one group a page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from ethicsreview.policy.catalogue_models import Group, Question
from ethicsreview.policy.catalogues import Questionnaire
from ethicsreview.policy.words import said
from reviews.models.projects.assessment import RiskAssessment
from reviews.portal.keeping import BLANK
from reviews.rules.conclusions import Conclusions
from reviews.rules.routing import visible_questions

YES_NO = {"true": True, "false": False}
# A list longer than this is chosen from, not ticked off.
TICKED = 30


class GroupForm(forms.Form):
    """Nothing is required while it is a draft; what is still open is said on the overview."""

    def __init__(self, questions: Sequence[Question], answers: Mapping[str, Any], data: Any = None) -> None:
        self.questions = {question.key: question for question in questions}
        initial = {key: _shown(answers.get(key)) for key in self.questions}
        super().__init__(data, initial=initial, label_suffix="")
        for question in questions:
            self.fields[question.key] = _field(question)
            # A draft may lack the answer, the assessment may not: so it is not drawn as optional.
            self.fields[question.key].needed = True  # type: ignore[attr-defined]

    def answers(self) -> dict[str, Any]:
        """As the rules take them. A choice that is none of those offered has been left out with an error."""
        return {
            key: YES_NO.get(value) if self.questions[key].kind == "bool" else value
            for key, value in self.cleaned_data.items()
        }

    def articles(self) -> list[tuple[forms.BoundField, str]]:
        """Each question with the article it comes from."""
        return [(self[key], question.cite) for key, question in self.questions.items()]


def _field(question: Question) -> forms.Field:
    shared: dict[str, Any] = {
        "label": said(question),
        "required": False,
        "help_text": said(question.help) if question.help else "",
    }
    if question.kind == "bool":
        return forms.ChoiceField(choices=[("true", _("是")), ("false", _("否"))], widget=forms.RadioSelect, **shared)
    choices = [(option.key, said(option)) for option in question.options]
    if question.kind == "choice":
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **shared)
    several = forms.CheckboxSelectMultiple if len(choices) <= TICKED else forms.SelectMultiple
    return forms.MultipleChoiceField(choices=choices, widget=several, **shared)


def _shown(answer: Any) -> Any:
    return str(answer).lower() if isinstance(answer, bool) else answer


@dataclass(frozen=True)
class Page:
    """One group, with the questions that are asked in it now."""

    group: Group
    questions: tuple[Question, ...]
    missing: tuple[Question, ...]

    @property
    def done(self) -> int:
        return len(self.questions) - len(self.missing)


def pages(assessment: RiskAssessment, found: Conclusions) -> list[Page]:
    """The groups in which anything is asked, given the answers so far."""
    asked = visible_questions(assessment.answers, assessment.questionnaire)
    open_ = {*found.missing, *found.invalid}
    drawn = []
    for group in assessment.questionnaire.groups:
        questions = tuple(question for question in asked if question.group == group.key)
        if questions:
            missing = tuple(question for question in questions if question.key in open_)
            drawn.append(Page(group, questions, missing))
    return drawn


def merged(answers: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """The answers with those of one page in their place; an emptied one is no answer."""
    return {key: value for key, value in {**answers, **typed}.items() if value not in BLANK}


def answer_text(questionnaire: Questionnaire, key: str, value: Any) -> str:
    """An answer in words."""
    if value in BLANK:
        return _("（未填写）")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    labels = {option.key: said(option) for option in questionnaire.question(key).options}
    given: Iterable[str] = value if isinstance(value, list | tuple) else [value]
    return _("；").join(labels.get(one, str(one)) for one in given)
