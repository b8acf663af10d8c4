"""What is filled in around an amendment: by its applicant, by a new lead and the institution, by the committee."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.forms import PasswordAgain, StepForm
from ethicsreview.policy import with_article
from ethicsreview.policy.catalogues import materials
from ethicsreview.policy.words import said
from reviews.models.amending.amendment import PAPER, part_words
from reviews.models.projects.lead_forms import YES_NO, NameLeadForm, text
from reviews.models.reviewing.forms import SignedForm
from reviews.rules.checklist import asked_sections, required_materials

__all__ = ["NameLeadForm"]


class ChoosePartsForm(StepForm):
    """Only what is chosen here can be written in; all the rest stays as it is in force."""

    parts = forms.MultipleChoiceField(
        label=_("变更的部分"), choices=[], required=False, widget=forms.CheckboxSelectMultiple
    )
    reason = text(_("变更的理由"))
    risk_changed = forms.ChoiceField(
        label=_("风险评估的回答是否因此改变"),
        choices=YES_NO,
        widget=forms.RadioSelect,
        help_text=_("改变的，须重新填写风险评估；变更批准之前，仍按原评估执行。"),
    )

    def build(self) -> None:
        version = self.obj.draft_submission
        if version is None:
            return
        conclusions, words = self.obj.assessment.conclusions, part_words(self.obj.amends)
        keys = [section.key for section in asked_sections(version.form, conclusions, version.content)]
        keys += [PAPER + need.key for need in required_materials(conclusions, materials(self.act.at))]
        # What was chosen stays on offer, although the new answers may no longer ask for it.
        keys += [part for part in self.obj.amendment.written_parts if part not in keys]
        field: Any = self.fields["parts"]
        field.choices = [(key, words.get(key, key)) for key in keys]
        field.needed = True
        amendment = self.obj.amendment
        if amendment.reason:
            changed = "yes" if amendment.risk_changed else "no"
            self.initial = {
                "parts": amendment.written_parts,
                "reason": amendment.reason,
                "risk_changed": changed,
            } | dict(self.initial)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("parts") and not self.obj.amendment.changes_lead and "parts" not in self.errors:
            self.add_error("parts", _("请选择至少一个变更的部分。"))
        return cleaned


class ExplainForm(StepForm):
    """For each part that was chosen, what changes in it; and what that means for those who take part."""

    risk_benefit = forms.ChoiceField(
        label=_("是否改变风险或者受益"),
        choices=[("unchanged", _("不改变")), ("altered", _("改变"))],
        widget=forms.RadioSelect,
    )
    risk_benefit_text = text(_("风险和受益怎样变化，如何控制"), required=False, rows=3)
    urgent = forms.ChoiceField(
        label=_("是否已为消除紧急危害先行变更"),
        choices=YES_NO,
        widget=forms.RadioSelect,
        help_text=_("只限于为消除对参与者的紧急危害、来不及先行审查的变更；提交时立即告知委员会。"),
    )
    urgent_on = forms.DateField(
        label=_("先行变更的日期"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    urgent_text = text(_("先行变更了什么，消除了什么危害"), required=False, rows=3)
    consent_triggers = forms.MultipleChoiceField(
        label=_("应当再次获取知情同意的情形"), required=False, widget=forms.CheckboxSelectMultiple
    )
    informing = text(
        _("将怎样、何时告知参与者"),
        required=False,
        rows=3,
        help_text=_("有上述情形的，必须写明；没有的，写明是否告知。"),
    )

    def build(self) -> None:
        amendment, words = self.obj.amendment, part_words(self.obj.amends)
        told = [f"what__{part}" for part in amendment.parts]
        for part in amendment.parts:
            label = _("“%(part)s”变更了什么") % {"part": words.get(part, part)}
            self.fields[f"what__{part}"] = text(label, rows=3, initial=amendment.changes.get(part, ""))
        policy = self.obj.policy_at(self.act.at)
        if policy.has("consent.renewal_triggers"):
            entry = policy.entry("consent.renewal_triggers")
            field: Any = self.fields["consent_triggers"]
            field.choices = [(key, said(entry.question.choices[key])) for key in entry.value]
            field.help_text = with_article(_("都没有的，不选"), entry.cite)
        else:
            del self.fields["consent_triggers"]
            self.fields["informing"].help_text = ""
        self.order_fields(told)
        if amendment.risk_benefit:
            self.initial = self._given() | dict(self.initial)

    def _given(self) -> dict[str, Any]:
        amendment = self.obj.amendment
        return {
            "risk_benefit": "altered" if amendment.risk_benefit["altered"] else "unchanged",
            "risk_benefit_text": amendment.risk_benefit.get("text", ""),
            "urgent": "yes" if amendment.urgent else "no",
            "urgent_on": amendment.urgent.get("done_on"),
            "urgent_text": amendment.urgent.get("text", ""),
            "consent_triggers": amendment.consent.get("triggers", []),
            "informing": amendment.consent.get("informing", ""),
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("risk_benefit") == "altered" and not cleaned.get("risk_benefit_text"):
            self.add_error("risk_benefit_text", _("请写明风险和受益怎样变化。"))
        if cleaned.get("risk_benefit") == "unchanged" and self.obj.amendment.risk_changed:
            self.add_error("risk_benefit", _("风险评估的回答已改变，应当写明风险和受益怎样变化。"))
        if cleaned.get("urgent") == "yes":
            for name in ("urgent_on", "urgent_text"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("先行变更的，应当写明这一项。"))
        if (done := cleaned.get("urgent_on")) and done > law_day(self.act.at):
            self.add_error("urgent_on", _("日期不能晚于今天。"))
        if cleaned.get("consent_triggers") and not cleaned.get("informing"):
            self.add_error("informing", _("须再次获取知情同意的，应当写明怎样、何时告知参与者。"))
        return cleaned


class AcceptLeadForm(SignedForm):
    qualification = text(_("资质和经验"), rows=3, help_text=_("与本科技活动有关的资质、经验和科技伦理培训。"))
    field_order = ["qualification", "agree", "signature"]


class AgreeForm(PasswordAgain):
    opinion = text(_("单位意见"), required=False, rows=3)
    field_order = ["opinion", "password"]


class WeighForm(StepForm):
    """The committee's finding; the applicant's own view stands beside it and decides nothing."""

    small = forms.ChoiceField(label=_("是否属于较小变更且不影响风险受益比"), choices=YES_NO, widget=forms.RadioSelect)
    major_risk = forms.ChoiceField(
        label=_("科技伦理风险是否发生重大变化"),
        choices=YES_NO,
        widget=forms.RadioSelect,
        help_text=_("清单内的科技活动风险发生重大变化的，重新审查并重新复核。"),
    )
    ground = text(_("认定的理由"), rows=3)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("small") == "yes":
            if cleaned.get("major_risk") == "yes":
                self.add_error("small", _("风险发生重大变化的，不是较小变更。"))
            elif self.obj.amendment.risk_benefit.get("altered"):
                self.add_error("small", _("申请人说明风险或者受益改变的，不能认定为较小变更。"))
        return cleaned
