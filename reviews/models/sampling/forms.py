"""What a department enters of a sample and of what was drawn; what a committee answers."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from committees.kinds import Regime
from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.forms import StepForm
from reviews.models.reviewing.record import ReviewRecord
from reviews.models.sampling.kinds import Basis, Confidence, Strata

DAY = {"type": "date"}
ANY = ("", _("不限"))


class PlanForm(forms.Form):
    """A new plan; every face checks it here. The department itself is chosen by the face."""

    title = forms.CharField(label=_("计划名称"), max_length=200, validators=[plain_text])
    since = forms.DateField(label=_("决定日期自"), widget=forms.DateInput(attrs=DAY))
    until = forms.DateField(
        label=_("决定日期至"),
        widget=forms.DateInput(attrs=DAY),
        help_text=_("这一期间内作出审查结果的高风险科技活动构成总体；期间届满后才能固定总体。"),
    )
    procedure = forms.ChoiceField(label=_("审查程序"), choices=[ANY, *ReviewRecord.Procedure.choices], required=False)
    regime = forms.ChoiceField(label=_("适用规则"), choices=[ANY, *Regime.choices], required=False)
    exemptions = forms.BooleanField(label=_("包括免除审查的科技活动"), required=False)
    strata = forms.ChoiceField(label=_("分层"), choices=Strata.choices, widget=forms.RadioSelect)
    basis = forms.ChoiceField(label=_("样本量"), choices=Basis.choices, widget=forms.RadioSelect)
    rate_percent = forms.IntegerField(label=_("抽查比例（%）"), required=False, min_value=1, max_value=100)
    margin_percent = forms.IntegerField(
        label=_("允许误差（百分点）"),
        required=False,
        min_value=1,
        max_value=50,
        help_text=_("按允许误差确定样本量的填写。"),
    )
    confidence = forms.TypedChoiceField(
        label=_("置信度"),
        choices=Confidence.choices,
        coerce=int,
        widget=forms.RadioSelect,
        help_text=_("结果的置信区间也按此计算。"),
    )
    finish_by = forms.DateField(label=_("办结日期"), widget=forms.DateInput(attrs=DAY))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        since, until, finish_by = (cleaned.get(name) for name in ("since", "until", "finish_by"))
        if since and until and until < since:
            self.add_error("until", forms.ValidationError(_("终止日期不能早于起始日期。"), code="order"))
        if until and finish_by and finish_by <= until:
            self.add_error("finish_by", forms.ValidationError(_("办结日期应当晚于总体期间的终止日期。"), code="order"))
        wanted = {Basis.RATE: "rate_percent", Basis.CONFIDENCE: "margin_percent"}
        for basis, name in wanted.items():
            if cleaned.get("basis") == basis and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, forms.ValidationError(_("请填写。"), code="required"))
            elif cleaned.get("basis") and cleaned.get("basis") != basis:
                # What the other way of sizing would have asked for counts for nothing, and is not kept.
                cleaned[name] = None
        return cleaned


class ReasonedForm(StepForm):
    reason = forms.CharField(label=_("理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class PublishForm(StepForm):
    seed = forms.CharField(
        label=_("随机种子"),
        max_length=200,
        validators=[plain_text],
        help_text=_("取自本部门不能左右的公开信息，如某期彩票的开奖号码，按公布的文字原样填写。公布后不能更改。"),
    )
    seed_source = forms.CharField(
        label=_("种子的来源"),
        max_length=300,
        validators=[plain_text],
        help_text=_("何处何时公布，使任何人都能核对。"),
    )

    def clean_seed(self) -> str:
        # The bar parts the seed from what it is drawn with; a seed that holds one would be ambiguous.
        seed: str = self.cleaned_data["seed"]
        if "|" in seed:
            raise forms.ValidationError(_("种子不能含有“|”。"), code="bar")
        return seed


class CloseForm(StepForm):
    conclusion = forms.CharField(label=_("抽查复核的结论"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 6}))


class ExamineForm(StepForm):
    """Nothing is chosen beforehand: an unfinished form must never count as “in order”."""

    result = forms.ChoiceField(
        label=_("检查结果"),
        choices=[("in_order", _("未发现问题")), ("findings", _("发现问题"))],
        widget=forms.RadioSelect,
    )
    finding = forms.CharField(
        label=_("检查情况"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("检查了什么；发现问题的，逐项写明。"),
    )


class RectifyForm(StepForm):
    demand = forms.CharField(label=_("整改要求"), max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
    due_on = forms.DateField(label=_("整改期限"), widget=forms.DateInput(attrs=DAY))

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day <= law_day(self.act.at):
            raise forms.ValidationError(_("整改期限应当晚于今天。"), code="past")
        return day


class AnswerForm(StepForm):
    answer = forms.CharField(label=_("整改情况"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 5}))
