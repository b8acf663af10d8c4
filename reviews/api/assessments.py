"""Risk assessments: answers in, conclusions out, each with the answers and articles it rests on."""

from typing import Any, Self

from django.db.models import Q
from django.utils.translation import gettext as _
from pydantic import BaseModel, Field

from ethicsreview.lifecycle.drafts import keep_draft
from ethicsreview.lifecycle.refusals import InvalidInput
from ethicsreview.policy.catalogue_models import Question
from ethicsreview.policy.catalogues import questionnaire
from ethicsreview.policy.words import said
from reviews.api.access import Viewer
from reviews.api.lifecycles import Face, along, routes
from reviews.api.preconditions import require_revision
from reviews.api.shapes import Citation, Input, Summary
from reviews.models import Project, Review, RiskAssessment
from reviews.models.applying import start_assessment
from reviews.rules.conclusions import Conclusion
from reviews.rules.routing import assess

Answer = bool | str | list[str]


class Answers(Input):
    answers: dict[str, Answer] = Field(max_length=200, description="question → true/false, an option, or several")
    revision: int | None = Field(
        None, ge=0, le=2**31 - 1, description="of the draft these answers go on from; needed once there is one"
    )


class OptionShape(BaseModel):
    key: str
    text: str


class QuestionShape(BaseModel):
    key: str
    text: str
    kind: str
    options: list[OptionShape]
    citation: Citation | None

    @classmethod
    def of(cls, question: Question) -> Self:
        return cls(
            key=question.key,
            text=said(question),
            kind=question.kind,
            options=[OptionShape(key=option.key, text=said(option)) for option in question.options],
            citation=Citation.of(question.cite),
        )


class ConclusionShape(BaseModel):
    """`answers` and `citations`: the grounds, those of the conclusions it builds on included."""

    topic: str
    value: bool | str
    text: str
    sure: str
    determined: bool
    citation: Citation | None
    answers: dict[str, Answer]
    citations: list[Citation]

    @classmethod
    def of(cls, item: Conclusion) -> Self:
        return cls(
            topic=item.topic,
            value=item.value,
            text=said(item),
            sure=item.sure,
            determined=item.determined,
            citation=Citation.of(item.cite),
            answers={key: list(value) if isinstance(value, tuple) else value for key, value in item.answers},
            citations=[cited for key in item.cites if (cited := Citation.of(key))],
        )


class ContradictionShape(BaseModel):
    text: str
    questions: list[str]
    citation: Citation | None


class AssessmentShape(Summary):
    revision: int
    questionnaire: str
    answers: dict[str, Any]
    missing: list[QuestionShape]
    conclusions: list[ConclusionShape]
    contradictions: list[ContradictionShape]
    procedures_open: list[str]
    outcome: str

    @classmethod
    def of(cls, obj: RiskAssessment, viewer: Viewer) -> Self:
        found, asked = obj.conclusions, obj.questionnaire
        return cls(
            **cls.common(obj),
            revision=obj.revision,
            questionnaire=found.version,
            answers=obj.answers,
            missing=[QuestionShape.of(asked.question(key)) for key in found.missing],
            conclusions=[ConclusionShape.of(item) for item in found.items],
            contradictions=[
                ContradictionShape(text=said(c), questions=list(c.questions), citation=Citation.of(c.cite))
                for c in found.contradictions
            ],
            procedures_open=list(found.procedures_open),
            outcome=found.project_outcome,
        )


def of_project_reviewed_by(viewer: Viewer, committee: str) -> Q:
    """Only through reviews that the person may see: a filter must not tell of the others."""
    seen = Review.objects.visible_to(viewer.standing).filter(committee__ref=committee)
    return Q(project__in=seen.values("project"))


router = routes(
    Face(
        model=RiskAssessment,
        shape=AssessmentShape,
        related=("project",),
        committee=of_project_reviewed_by,
        project=along("project__ref"),
        region="project__region",
    )
)


def answer(project: Project, given: Answers, viewer: Viewer) -> AssessmentShape:
    """Keep the answers in the project's open assessment. Raises InvalidInput for each that does not fit its question,
    and Stale when somebody has saved since.
    """
    words = {
        "unknown_question": _("没有这个问题。"),
        "not_bool": _("应为 true 或 false。"),
        "not_list": _("应为列表。"),
        "not_option": _("不是可选的答案。"),
    }
    found = assess(given.answers, questionnaire(viewer.at))
    if found.invalid:
        raise InvalidInput({f"answers.{key}": [words[reason]] for key, reason in found.invalid.items()})
    assessment = start_assessment(project, by=viewer.person, at=viewer.at)
    revision = require_revision(given.revision, assessment.revision)
    assessment.revision = keep_draft(
        assessment, by=viewer.person, revision=revision, at=viewer.at, answers=given.answers
    )
    assessment.answers = given.answers
    return AssessmentShape.of(assessment, viewer)
