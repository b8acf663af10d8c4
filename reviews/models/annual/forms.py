"""What is asked of whoever writes, signs, submits, returns an annual report."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.forms import PasswordAgain, StepForm
from reviews.models.annual.kinds import Level

LONGEST = 20_000  # characters


def _text(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 8})
    )


class WriteForm(StepForm):
    """The parts in words. What is left empty may be written later; signing asks for the first two."""

    work = _text(_("工作情况"), _("数字由系统统计，列在正文之外；这里写数字说明不了的。"))
    listed_activities = _text(_("清单内科技活动实施情况"), _("没有的，写“无”。"))
    duties = _text(
        _("履行职责情况"),
        _("本地区科技伦理治理、监督检查、调查处理和应急工作的情况；检查、预警、抽查、调查的数字由系统统计。"),
    )
    problems = _text(_("问题和建议"))

    def build(self) -> None:
        if self.obj.level == Level.COMMITTEE:
            del self.fields["duties"]
        for name in self.fields:
            self.initial.setdefault(name, getattr(self.obj, name))


class SignForm(PasswordAgain):
    pass


class SubmitForm(StepForm):
    """Of a committee's report: the receipt of the platform to which it was submitted (Measures 45)."""

    number = forms.CharField(
        label=_("回执编号"),
        max_length=100,
        required=False,
        validators=[plain_text],
        help_text=_("在国家科技伦理管理信息登记平台提交后取得。"),
    )
    handled_on = forms.DateField(label=_("办理日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def build(self) -> None:
        if self.obj.level != Level.COMMITTEE:
            for name in ("number", "handled_on"):
                del self.fields[name]
        else:
            for name in ("number", "handled_on"):
                self.fields[name].required = True

    def clean(self) -> None:
        if (day := self.cleaned_data.get("handled_on")) and day > law_day(self.act.at):
            self.add_error("handled_on", forms.ValidationError(_("日期不能晚于今天。"), code="future"))


class ReturnForm(StepForm):
    reason = forms.CharField(label=_("退回的理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
