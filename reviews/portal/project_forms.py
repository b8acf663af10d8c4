"""The details of a project and its team, as its lead enters them."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ethicsreview.accounts.models import Institution, Person
from ethicsreview.accounts.validators import plain_text
from reviews.models import Project

TEAM = 60


class ProjectForm(forms.ModelForm):
    """Only checked here; `start_project` and `revise_project` write."""

    class Meta:
        model = Project
        fields = ["title", "institution", "field", "funding", "starts_on", "ends_on"]
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}),
            "ends_on": forms.DateInput(attrs={"type": "date"}),
        }
        help_texts = {
            "title": gettext_lazy("与立项或者备案材料一致。"),
            "funding": gettext_lazy("如：国家自然科学基金；单位自筹。"),
            "starts_on": gettext_lazy("拟开始日期；未通过审查不得开始。"),
        }

    use_required_attribute = False

    def __init__(self, *args: Any, institutions: Sequence[Institution], **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        choice = self.fields["institution"]
        choice.queryset = Institution.objects.filter(pk__in=[one.pk for one in institutions])  # type: ignore[attr-defined]
        choice.empty_label = _("请选择")  # type: ignore[attr-defined]
        if len(institutions) == 1 and not self.instance.pk:
            choice.initial = institutions[0]
        field = self.fields["field"]
        field.choices = [("", _("请选择")), *(one for one in field.choices if one[0])]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("结束日期不应早于开始日期。"))
        return cleaned

    def validate_constraints(self) -> None:
        """The one there is was said above, beside its field."""


class MemberForm(forms.Form):
    use_required_attribute = False

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=100, validators=[plain_text])
    username = forms.CharField(
        label=gettext_lazy("用户名"),
        max_length=150,
        required=False,
        help_text=gettext_lazy("有账号的成员可以一起填写申请。"),
    )
    unit = forms.CharField(
        label=gettext_lazy("单位"), max_length=200, required=False, help_text=gettext_lazy("全称或者编号。")
    )
    duty = forms.CharField(label=gettext_lazy("分工"), max_length=100, required=False, validators=[plain_text])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def clean_username(self) -> Person | None:
        username = self.cleaned_data["username"]
        if not username:
            return None
        person = Person.objects.filter(username=username, is_active=True).first()
        if person is None:
            raise ValidationError(_("没有这个用户名；没有账号的成员请留空。"), code="unknown")
        return person

    def clean_unit(self) -> Institution | None:
        named = self.cleaned_data["unit"]
        if not named:
            return None
        found = list(Institution.objects.filter(name=named)[:2]) or list(Institution.objects.filter(ref=named))
        if len(found) != 1:
            raise ValidationError(_("没有找到这个单位，请填写全称，或者编号（如 I000001）。"), code="unknown")
        return found[0]

    def member(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            "name": cleaned["name"],
            "person": cleaned["username"],
            "institution": cleaned["unit"],
            "duty": cleaned["duty"],
        }


class Team(BaseFormSet):
    def clean(self) -> None:
        seen: set[int] = set()
        for form in self._kept():
            person = form.cleaned_data.get("username")
            if person is not None and person.pk in seen:
                form.add_error("username", _("同一成员不能列两次。"))
            if person is not None:
                seen.add(person.pk)

    def members(self) -> list[dict[str, Any]]:
        return [form.member() for form in self._kept()]

    def _kept(self) -> list[MemberForm]:
        """Those that are filled in and not to be left out."""
        return [
            form for form in self.forms if form.is_valid() and form.cleaned_data and not form.cleaned_data.get("DELETE")
        ]


TeamFormSet = cast(
    type[Team],
    formset_factory(
        MemberForm,
        formset=Team,
        extra=2,
        can_delete=True,
        can_delete_extra=False,
        max_num=TEAM,
        absolute_max=TEAM * 2,
        validate_max=True,
    ),
)


def team_of(project: Project) -> list[dict[str, str]]:
    return [
        {
            "name": member.name,
            "username": member.person.username if member.person else "",
            "unit": member.institution.name if member.institution else "",
            "duty": member.duty,
        }
        for member in project.members.select_related("person", "institution").order_by("pk")
    ]
