"""What is filled in around a re-check: by the department that organises it, and by its experts."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from committees.kinds import CommitteeType
from committees.models import Committee
from ethicsreview.lifecycle.forms import PasswordAgain, StepForm
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.policy import cite, with_article
from reviews.models.meetings.forms import ReasonForm
from reviews.models.reviewing import urgent_timing

if TYPE_CHECKING:
    from reviews.models.rechecks.panel import Choice

NOTE = 4000
JUDGED = [("meets", _("符合")), ("fails", _("不符合"))]


def told(refusal: Refusal) -> str:
    """A reason in words with its article, where a form has one line for it."""
    return with_article(refusal, refusal.cite)


class _Boxes(forms.CheckboxSelectMultiple):
    """Boxes of which some cannot be ticked; each still says why."""

    barred: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)
        if str(value) in self.barred:
            option["attrs"]["disabled"] = True
        return option


class PanelForm(StepForm):
    """Every expert of the register, with the reason for or against each; a lawful panel is ticked beforehand."""

    experts = forms.MultipleChoiceField(label=_("复核专家"), choices=[], widget=_Boxes)
    centre = forms.ModelChoiceField(
        label=_("承办复核的服务中心"),
        queryset=Committee.objects.none(),
        to_field_name="ref",
        required=False,
        empty_label=_("由主管部门自行组织"),
        help_text=_("服务中心不得对同一科技活动既审查又复核。"),
    )

    def build(self) -> None:
        found = choices_of(self)
        self.by_ref = {choice.expert.ref: choice for choice in found}
        field: Any = self.fields["experts"]
        field.choices = [(ref, in_words(choice)) for ref, choice in self.by_ref.items()]
        field.widget.barred = frozenset(ref for ref, choice in self.by_ref.items() if not choice.free)
        self.initial.setdefault("experts", [choice.expert.ref for choice in found if choice.why])
        centres = Committee.objects.active().filter(
            Q(type=CommitteeType.REGIONAL_CENTRE) | Q(type=CommitteeType.PROFESSIONAL_CENTRE),
            region__startswith=self.obj.authority.region[:2],
        )
        self.fields["centre"].queryset = centres.order_by("name", "pk")  # type: ignore[attr-defined]

    def clean_experts(self) -> list[Any]:
        """All that is wrong with the panel at once: each who may not sit, and what is lacking without them."""
        from reviews.models.rechecks.panel import panel_refusals

        chosen = [self.by_ref[ref] for ref in self.cleaned_data["experts"]]
        wrong = [told(ground) for choice in chosen for ground in choice.grounds]
        free = [choice.expert.category for choice in chosen if choice.free]
        wrong += [told(refusal) for refusal in panel_refusals(free, self.obj.policy)]
        if wrong:
            raise forms.ValidationError([forms.ValidationError(text, code="panel") for text in wrong])
        return [choice.expert for choice in chosen]

    def clean_centre(self) -> Committee | None:
        from reviews.models.entrustments.guards import reviewed_by

        centre: Committee | None = self.cleaned_data["centre"]
        # One activity, whichever unit's committee reviewed its part (AI Measures 11).
        reviewed = reviewed_by(self.obj.review.project) if centre is not None else set()
        if centre is not None and centre.pk in reviewed | {self.obj.review.committee_id}:
            key = "entrustment.not_review_and_recheck"
            article = self.obj.policy.entry(key).cite if self.obj.policy.has(key) else "national:28"
            words = _("%(centre)s作出了初步审查意见，不得承办同一科技活动的复核（%(article)s）。")
            raise forms.ValidationError(
                words, code="same_centre", params={"centre": centre.name, "article": cite(article)}
            )
        return centre


def choices_of(form: StepForm) -> "list[Choice]":
    from reviews.models.rechecks.panel import choices

    found: list[Choice] = form.act.once("choices", lambda: choices(form.obj, form.act.at))
    return found


def in_words(choice: "Choice") -> str:
    """王敏 · 法学专家 · 某大学 · 在办1项 —— 建议：…"""
    expert = choice.expert
    parts = [expert.person.name, str(expert.get_category_display()), expert.workplace]
    parts.append(translated("、").join(expert.field_names))
    parts.append(translated("在办%(count)d项") % {"count": choice.load})
    line = " · ".join(part for part in parts if part)
    if choice.grounds:
        why = translated("；").join(map(told, choice.grounds))
        return translated("%(line)s —— 不能参加：%(why)s") % {"line": line, "why": why}
    return translated("%(line)s —— 建议：%(why)s") % {"line": line, "why": choice.why} if choice.why else line


class ReplaceForm(ReasonForm):
    leaving: Any = forms.ModelChoiceField(
        label=_("替换的专家"),
        queryset=None,
        to_field_name="ref",
        required=False,
        empty_label=_("补足空缺"),
        help_text=_("尚未提交意见的专家方可替换。"),
    )
    expert = forms.ChoiceField(label=_("补选的专家"), choices=[], widget=forms.RadioSelect)
    field_order = ["leaving", "expert", "reason"]

    def build(self) -> None:
        found = [choice for choice in choices_of(self) if choice.free]
        sitting = {seat.person_id for seat in self.obj.panel}
        self.by_ref = {choice.expert.ref: choice for choice in found if choice.expert.person.pk not in sitting}
        self.fields["expert"].choices = [  # type: ignore[attr-defined]
            (ref, in_words(choice)) for ref, choice in self.by_ref.items()
        ]
        self.fields["leaving"].queryset = (  # type: ignore[attr-defined]
            self.obj.seats.filter(state__in=["invited", "assigned"]).select_related("person", "recheck")
        )

    def clean(self) -> dict[str, Any]:
        from reviews.models.rechecks.panel import panel_refusals

        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        leaving = cleaned.get("leaving")
        if leaving is None and "leaving" not in self.errors and len(self.obj.panel) >= self.obj.size:
            self.add_error("leaving", _("专家组没有空缺，请选择要替换的专家。"))
        if ref := cleaned.get("expert"):
            expert = cleaned["expert"] = self.by_ref[ref].expert
            left = [seat.category for seat in self.obj.panel if leaving is None or seat.pk != leaving.pk]
            # With several seats free, the last that is filled makes it whole again: fewer is told at the beginning.
            whole = len(left) + 1 >= self.obj.size
            for refusal in panel_refusals([*left, expert.category], self.obj.policy) if whole else ():
                self.add_error("expert", told(refusal))
        return cleaned


class HandOverForm(ReasonForm):
    authority = forms.ChoiceField(label=_("移送给"), choices=[], widget=forms.RadioSelect)
    field_order = ["authority", "reason"]

    def build(self) -> None:
        from reviews.models.rechecks.dossier import authorities_for

        offered = authorities_for(self.obj.review, self.act.at)
        self.offered = {one.ref: one for one in offered if one.pk != self.obj.authority_id}
        self.fields["authority"].choices = [  # type: ignore[attr-defined]
            (ref, authority.name) for ref, authority in self.offered.items()
        ]

    def clean_authority(self) -> Any:
        return self.offered[self.cleaned_data["authority"]]


class ExtendForm(ReasonForm):
    until = forms.DateField(label=_("新的期限"), widget=forms.DateInput(attrs={"type": "date"}))
    field_order = ["until", "reason"]

    def build(self) -> None:
        self.in_hours = urgent_timing.counts_inside(self.obj.review, self.obj.policy)
        if self.in_hours:
            self.fields["until"] = forms.DateTimeField(
                label=_("新的时限"),
                widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
                help_text=_("专家复核时间计入应急审查时间，不得超过审查的时限。"),
            )
            self.order_fields(self.field_order)

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if self.in_hours:
            return self.within_the_clock(until)
        if until <= timezone.localdate(self.obj.due_at - timedelta(seconds=1)):
            raise forms.ValidationError(_("新的期限应晚于现有期限。"), code="earlier")
        return until

    def within_the_clock(self, until: Any) -> Any:
        """Measures 36: the review's own hours are the panel's too."""
        row = urgent_timing.running(self.obj.review)
        if until <= self.obj.due_at:
            raise forms.ValidationError(_("新的期限应晚于现有期限。"), code="earlier")
        if row is not None and until > row.due_at:
            words = _("专家复核时间计入应急审查时间（%(article)s），不得晚于%(end)s；应先由委员会延长审查的时限。")
            article = cite(self.obj.policy.entry("emergency.includes_recheck").cite)
            end = urgent_timing.minute(row.due_at)
            raise forms.ValidationError(words, code="beyond", params={"article": article, "end": end})
        return until


class ReportForm(PasswordAgain):
    """The panel's opinion in writing, under the heads of Measures 29. The result is computed."""

    compliance = forms.CharField(
        label=_("对初步审查意见合规性的复核意见"), max_length=NOTE, widget=forms.Textarea(attrs={"rows": 4})
    )
    reasonableness = forms.CharField(
        label=_("对初步审查意见合理性的复核意见"), max_length=NOTE, widget=forms.Textarea(attrs={"rows": 4})
    )
    other = forms.CharField(
        label=_("其他复核意见"),
        max_length=NOTE,
        required=False,
        empty_value="",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = ["compliance", "reasonableness", "other", "password"]


class GroundForm(StepForm):
    ground = forms.CharField(label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class AcceptForm(PasswordAgain):
    """Before the dossier is opened: no direct interest, and confidentiality (Measures 28)."""

    interest = forms.ChoiceField(
        label=_("与本科技活动的直接利害关系"),
        choices=[("none", _("没有直接利害关系")), ("some", _("有直接利害关系"))],
        widget=forms.RadioSelect,
    )
    confidentiality = forms.BooleanField(label=_("我承诺对复核材料和复核情况保密，不用于复核以外的用途"))
    field_order = ["interest", "confidentiality", "password"]

    def clean_interest(self) -> str:
        interest: str = self.cleaned_data["interest"]
        if interest != "none":
            raise forms.ValidationError(_("有直接利害关系的，应当声明回避，不能参加复核。"), code="interest")
        return interest


class CastForm(PasswordAgain):
    """The heads of Measures 29 and one word for the whole; nothing is chosen beforehand."""

    compliance = forms.ChoiceField(
        label=_("初步审查意见的合规性"),
        help_text=_("审查程序、委员会组成、到会和表决、材料是否符合规定。"),
        choices=JUDGED,
        widget=forms.RadioSelect,
    )
    reasonableness = forms.ChoiceField(
        label=_("初步审查意见的合理性"),
        help_text=_("对价值、风险与受益、风险控制和应急预案的判断是否合理。"),
        choices=JUDGED,
        widget=forms.RadioSelect,
    )
    vote = forms.ChoiceField(label=_("复核意见"), choices=[], widget=forms.RadioSelect)

    def build(self) -> None:
        from reviews.models.rechecks.opinion import Vote

        self.fields["vote"].choices = Vote.choices  # type: ignore[attr-defined]
        for head in ("compliance", "reasonableness"):
            self.fields[f"{head}__note"] = self._text(_("说明"))
        self.fields["other"] = self._text(_("其他意见和建议"))
        self.order_fields(
            [
                *("compliance", "compliance__note", "reasonableness", "reasonableness__note"),
                *("other", "vote", "password"),
            ]
        )

    @staticmethod
    def _text(label: Any) -> forms.CharField:
        widget = forms.Textarea(attrs={"rows": 2})
        return forms.CharField(label=label, max_length=NOTE, required=False, empty_value="", widget=widget)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for head in ("compliance", "reasonableness"):
            if cleaned.get(head) == "fails" and not cleaned.get(f"{head}__note"):
                self.add_error(f"{head}__note", _("请写明具体意见。"))
        if cleaned.get("vote") == "disagree" and not any(self._reasons(cleaned)):
            self.add_error("other", _("不同意的，应当写明理由。"))
        return cleaned

    def _reasons(self, cleaned: dict[str, Any]) -> Iterable[Any]:
        return (cleaned.get(name) for name in ("compliance__note", "reasonableness__note", "other"))

    def recorded(self) -> dict[str, Any]:
        """Nothing of a sealed opinion: the step keeps its digest."""
        return {}
