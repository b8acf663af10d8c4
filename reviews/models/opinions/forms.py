"""What a member fills in."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.lifecycle.forms import PasswordAgain, StepForm
from ethicsreview.policy.catalogues import criteria
from ethicsreview.policy.words import said
from reviews.models.following.contents import Head, heads
from reviews.models.reviewing.wording import verdict_choices
from reviews.rules.checklist import applicable_criteria
from reviews.rules.simplified import CONCERNS
from reviews.rules.votes import ABSTAIN, PASSING

if TYPE_CHECKING:
    from ethicsreview.policy.catalogue_models import Criterion
    from reviews.models.reviewing.record import ReviewRecord

ANSWERS = [
    ("meets", _("符合")),
    ("comment", _("基本符合，有意见")),
    ("fails", _("不符合")),
    ("not_applicable", _("不适用")),
]


CONCERN_ANSWERS = [("no", _("没有")), ("yes", _("有"))]


def criteria_for(review: "ReviewRecord") -> "tuple[Criterion | Head, ...]":
    """The heads of Measures 15 that apply to this review, as they stood when it was accepted; of a follow-up those of
    Measures 19.
    """
    if review.kind == review.Kind.FOLLOW_UP:
        return heads(review.policy_at(review.accepted_at or timezone.now()))
    return applicable_criteria(review.assessment.conclusions, criteria(review.accepted_at or timezone.now()))


class CastForm(PasswordAgain):
    """Every criterion that applies is answered; what fails or is remarked on says why."""

    verdict = forms.ChoiceField(label=_("表决"), widget=forms.RadioSelect, choices=[])
    comment = forms.CharField(
        label=_("总体意见"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=8000,
        required=False,
        empty_value="",
    )

    def build(self) -> None:
        self.fields["verdict"].choices = verdict_choices(self.obj.review)  # type: ignore[attr-defined]
        for criterion in criteria_for(self.obj.review):
            name = f"criterion__{criterion.key}"
            self.fields[name] = forms.ChoiceField(
                label=said(criterion),
                help_text=" ".join(said(point) for point in criterion.points),
                choices=ANSWERS,
                widget=forms.RadioSelect,
            )
            self.fields[f"{name}__note"] = forms.CharField(
                label=_("说明"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
            )
        raised = self._ask_concerns() if self.obj.designation_id else []
        self.order_fields(
            [name for name in self.fields if name.startswith("criterion__")]
            + raised
            + ["verdict", "comment", "password"]
        )

    def _ask_concerns(self) -> list[str]:
        """Of a designated member: what would turn the review into a meeting, asked without a default. They do not
        abstain: whoever cannot give an opinion is replaced.
        """
        verdict: Any = self.fields["verdict"]
        verdict.label, verdict.help_text = (
            _("意见"),
            _("“%(passing)s”以外的意见都会使本审查转为会议审查（《办法》第二十四条）。")
            % {"passing": verdict.choices[0][1]},
        )
        verdict.choices = [choice for choice in verdict.choices if choice[0] != ABSTAIN]
        names = []
        for key, label in concerns_asked(self.obj.review).items():
            name = f"concern__{key}"
            self.fields[name] = forms.ChoiceField(
                label=label,
                choices=CONCERN_ANSWERS,
                widget=forms.RadioSelect,
                help_text=_("选“有”的，本审查转为会议审查。"),
            )
            self.fields[f"{name}__note"] = forms.CharField(
                label=_("说明"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
            )
            names += [name, f"{name}__note"]
        return names

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name, answer in list(cleaned.items()):
            asks_why = answer in {"comment", "fails"} if name.startswith("criterion__") else answer == "yes"
            if name.startswith(("criterion__", "concern__")) and asks_why and not cleaned.get(f"{name}__note"):
                self.add_error(f"{name}__note", _("请写明具体意见。"))
        if cleaned.get("verdict") and cleaned["verdict"] not in PASSING and not cleaned.get("comment"):
            self.add_error("comment", _("不批准、要求修改或弃权的，请写明理由。"))
        return cleaned

    def recorded(self) -> dict[str, Any]:
        """Nothing of a sealed ballot: the step keeps its digest."""
        return {}


def criteria_kept(answers: dict[str, Any]) -> dict[str, dict[str, str]]:
    """{"3": {"answer": "comment", "note": "…"}}"""
    kept = {}
    for name, value in answers.items():
        if name.startswith("criterion__") and not name.endswith("__note"):
            kept[name.removeprefix("criterion__")] = {
                "answer": value,
                "note": answers.get(f"{name}__note", ""),
            }
    return kept


def concerns_asked(review: "ReviewRecord") -> "dict[str, str]":
    """What a rule in force makes a ground for a meeting and only the member can know (Measures 24; Human 31)."""
    entries = review.policy_at(review.accepted_at or timezone.now()).entries("simplified.convert_on")
    triggers = {key: said(entry.question.choices[key]) for entry in entries for key in entry.value}
    return {key: triggers[key] for key in CONCERNS if key in triggers}


def concerns_kept(answers: dict[str, Any]) -> dict[str, str]:
    """{"doubt": "…"}: what was raised, with the reason."""
    return {
        name.removeprefix("concern__"): answers.get(f"{name}__note", "")
        for name, value in answers.items()
        if name.startswith("concern__") and not name.endswith("__note") and value == "yes"
    }


class RecusalForm(StepForm):
    ground = forms.CharField(
        label=_("回避理由"), max_length=300, help_text=_("例如：本人参与该项目；与负责人有利害关系。")
    )
