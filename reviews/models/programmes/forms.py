"""What is entered of programmes, of projects in them, of letters and look-ups."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.validators import plain_text
from ethicsreview.lifecycle.forms import PasswordAgain, StepForm
from reviews.models.programmes.kinds import Purpose
from reviews.models.projects.project import Project

CODE = r"[A-Z0-9][A-Z0-9-]{1,19}"
NUMBER = r"[A-Za-z0-9\u4e00-\u9fff][A-Za-z0-9\u4e00-\u9fff\-/_.()（）〔〕]{0,59}"


class ProgrammeForm(forms.Form):
    """A new programme; every face checks it here. The department is chosen by the face."""

    code = forms.RegexField(
        f"^{CODE}$",
        label=_("计划代码"),
        max_length=20,
        help_text=_("大写字母、数字和连字符，如 SDKJ-2026；接口按它查询，以后不能更改。"),
        error_messages={"invalid": _("应为2至20个大写字母、数字或者连字符。")},
    )
    name = forms.CharField(label=_("计划名称"), max_length=200, validators=[plain_text])
    fiscal = forms.BooleanField(label=_("由财政性资金支持"), required=False)

    def clean_code(self) -> str:
        from reviews.models.programmes.programme import Programme

        code: str = self.cleaned_data["code"]
        if Programme.objects.filter(code=code).exists():
            raise forms.ValidationError(_("这一代码已经使用。"), code="used")
        return code


class ReasonedForm(StepForm):
    reason = forms.CharField(label=_("理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class NamedForm(StepForm):
    """A project of this service is named by its number and its lead together: a number alone tells nobody whose it is.
    What does not fit is told in one way, whether there is such a project or not.
    """

    project = forms.CharField(
        label=_("科技活动编号"),
        max_length=20,
        required=False,
        help_text=_("已在本系统办理科技伦理审查的填写，如 P2026-000123；还没有的留空，以后再关联。"),
    )
    lead_name = forms.CharField(label=_("项目负责人"), max_length=100, validators=[plain_text])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        ref = cleaned.get("project")
        cleaned["project"] = None
        if ref and self.obj is not None and "lead_name" in cleaned:
            cleaned["project"] = self._found(ref.strip(), cleaned["lead_name"].strip())
            if cleaned["project"] is None:
                words = _("没有这一编号、且由该负责人负责的科技活动，或者不在本计划所属地区。")
                self.add_error("project", forms.ValidationError(words, code="unknown"))
        return cleaned

    def _found(self, ref: str, lead_name: str) -> Project | None:
        rows = Project.objects.filter(ref=ref, lead__name=lead_name).select_related("lead", "institution")
        found: Project | None = rows.filter(region__startswith=self.programme.territory).first()
        return found

    @property
    def programme(self) -> Any:
        return getattr(self.obj, "programme", self.obj)


class EnterForm(NamedForm):
    number = forms.RegexField(
        f"^{NUMBER}$",
        label=_("项目编号"),
        max_length=60,
        help_text=_("本计划中的编号，以后按它查询。"),
        error_messages={"invalid": _("项目编号不能含有空格和特殊符号。")},
    )
    title = forms.CharField(label=_("项目名称"), max_length=300, validators=[plain_text])
    unit_name = forms.CharField(label=_("承担单位"), max_length=200, validators=[plain_text])
    field = forms.ChoiceField(
        label=_("领域"),
        choices=[("", _("请选择")), *Project.Field.choices],
        help_text=_("生命科学、医学、人工智能等敏感领域应当签订承诺书。"),
    )
    field_order = ["number", "title", "unit_name", "lead_name", "field", "project"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.obj is None:
            return cleaned
        there = self.programme.entries.exclude(state="removed")
        if cleaned.get("number") and there.filter(number=cleaned["number"]).exists():
            self.add_error("number", forms.ValidationError(_("这一项目编号已经列入本计划。"), code="used"))
        if cleaned.get("project") and there.filter(project=cleaned["project"]).exists():
            self.add_error("project", forms.ValidationError(_("这一科技活动已经列入本计划。"), code="used"))
        return cleaned


class LinkForm(NamedForm):
    def build(self) -> None:
        self.fields["project"].required = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        project = cleaned.get("project")
        if project and self.programme.entries.exclude(state="removed").filter(project=project).exists():
            self.add_error("project", forms.ValidationError(_("这一科技活动已经列入本计划。"), code="used"))
        return cleaned


class SignForm(PasswordAgain):
    """Read, agreed, and signed with the password (Sichuan 8, Shandong 12)."""

    agree = forms.BooleanField(label=_("我已阅读并承诺遵守上述内容"))
    field_order = ["agree", "password"]

    def build(self) -> None:
        # The page of the step shows what is signed.
        self.frozen = self.obj


class LookupForm(forms.Form):
    """A look into somebody's ethics record; every face checks it here."""

    kind = forms.ChoiceField(
        label=_("查询对象"), choices=[("person", _("人员")), ("institution", _("单位"))], widget=forms.RadioSelect
    )
    name = forms.CharField(label=_("姓名或者单位名称"), max_length=200, validators=[plain_text])
    unit = forms.CharField(
        label=_("人员所在单位"),
        max_length=200,
        required=False,
        validators=[plain_text],
        help_text=_("名称或者统一社会信用代码；查询人员的填写。"),
    )
    purpose = forms.ChoiceField(
        label=_("用途"), choices=[("", _("请选择")), *Purpose.choices], help_text=_("记入留痕，以后不能更改。")
    )
    matter = forms.CharField(
        label=_("申请事项"),
        max_length=300,
        validators=[plain_text],
        help_text=_("为哪一项申请查询，如“2026年度青年人才项目，申请编号……”。"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("kind") == "person" and not cleaned.get("unit") and "unit" not in self.errors:
            self.add_error("unit", forms.ValidationError(_("请填写人员所在单位。"), code="required"))
        return cleaned
