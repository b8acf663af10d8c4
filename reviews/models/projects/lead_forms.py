"""Who is named as the new lead, and who may act for the one there is."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.forms import StepForm
from reviews.models.mandates.acts import Act

YES_NO = [("no", _("否")), ("yes", _("是"))]
LONGEST = 4000


def text(label: Any, *, required: bool = True, rows: int = 4, **kwargs: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, required=required, max_length=LONGEST, widget=area, **kwargs)


class NewLeadField(forms.ModelChoiceField):
    """Named by user name: nobody is offered a list of everybody."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("新负责人的用户名"))
        kwargs.setdefault("help_text", _("须有本系统账号，并已登记为承担单位的科技人员。"))
        kwargs["error_messages"] = {"invalid_choice": _("没有这个用户名的在用账号。")}
        super().__init__(Person.objects.filter(is_active=True), to_field_name="username", **kwargs)


class NameLeadForm(StepForm):
    new_lead = NewLeadField()
    former_stays = forms.ChoiceField(
        label=_("原负责人是否留在项目组"),
        choices=YES_NO,
        widget=forms.RadioSelect,
        help_text=_("不留下的，只能查阅其负责期间的审查和文书。"),
    )

    def clean_new_lead(self) -> Person:
        found: Person = self.cleaned_data["new_lead"]
        if found.pk == project_of(self.obj).lead_id:
            raise forms.ValidationError(_("已经是本科技活动的负责人。"), code="lead")
        return found


class ReplaceLeadForm(NameLeadForm):
    """An institution whose lead has left, or cannot act."""

    reason = text(_("变更负责人的理由"))


def project_of(obj: Any) -> Any:
    return getattr(obj, "project", obj)


class AuthoriseForm(StepForm):
    """Whom the lead lets act in their name, in what, and until when."""

    person = forms.ModelChoiceField(
        label=_("受委托人"),
        queryset=Person.objects.none(),
        to_field_name="username",
        empty_label=_("请选择"),
        help_text=_("项目组成员中有账号的人。"),
    )
    acts = forms.MultipleChoiceField(label=_("委托事项"), choices=Act.choices, widget=forms.CheckboxSelectMultiple)
    starts_on = forms.DateField(label=_("自"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(label=_("至"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = text(_("委托的理由"), required=False, rows=2)

    def build(self) -> None:
        members = self.obj.members.filter(person__is_active=True, was_lead_until=None).values("person")
        field: Any = self.fields["person"]
        field.queryset = Person.objects.filter(pk__in=members).exclude(pk=self.obj.lead_id).order_by("name")
        field.label_from_instance = lambda person: f"{person.name} ({person.username})"

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("结束日期不能早于开始日期。"))
        elif ends and ends < law_day(self.act.at):
            self.add_error("ends_on", _("期限已过。"))
        return cleaned
