"""What a complaint asks of whoever complains, and what is entered when it is dealt with."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from committees.models import Committee
from ethicsreview.accounts.models import Body, Institution, Person
from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.checks import ACCEPT
from ethicsreview.lifecycle.forms import StepForm
from reviews.models.complaints.kinds import Receiver, Track, offences, places

MOST_FILES, MOST_WORDS = 5, 20_000
CATEGORY = _("违规行为类别")


def area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files at once; each is checked by the documents' room when it is stored."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(FilesField, self).clean(one, initial) for one in given]


class ComplaintForm(forms.Form):
    """For anybody; every face checks it here. Nothing in it says whether what it names exists."""

    category = forms.ChoiceField(label=CATEGORY, widget=forms.RadioSelect)
    unit = forms.CharField(
        label=_("涉及的单位"),
        max_length=200,
        required=False,
        validators=[plain_text],
        help_text=_("单位全称。知道单位的，一般由该单位首先调查。"),
    )
    unit_suspected = forms.BooleanField(
        label=_("反映的是单位本身或者单位负责人"),
        required=False,
        help_text=_("勾选后由上级主管部门处理，该单位看不到。"),
    )
    region = forms.ChoiceField(label=_("发生地区"))
    about = forms.CharField(
        label=_("反映的人员或者活动"), max_length=500, widget=area(2), help_text=_("例如负责人姓名、项目名称、科室。")
    )
    case_ref = forms.CharField(
        label=_("审查编号"),
        max_length=20,
        required=False,
        validators=[plain_text],
        help_text=_("知道的可以填写，如批件上的编号。"),
    )
    account = forms.CharField(
        label=_("事实经过"),
        max_length=MOST_WORDS,
        widget=area(10),
        help_text=_("何时、何地、何人、做了什么，有什么证据。请不要在这里写自己的姓名。"),
    )
    papers = FilesField(
        label=_("证据材料"),
        required=False,
        widget=Files(attrs={"accept": ACCEPT, "multiple": True}),
        help_text=_("最多5份。文件的属性中可能有您的姓名，匿名的请先删除。"),
    )
    name = forms.CharField(
        label=_("您的姓名"),
        max_length=100,
        required=False,
        validators=[plain_text],
        help_text=_("不填写即为匿名。身份另行加密封存，只有本案调查人员说明理由后才能查看，查看留痕。"),
    )
    contact = forms.CharField(
        label=_("联系方式"), max_length=200, required=False, validators=[plain_text], help_text=_("电话或者电子邮箱。")
    )

    def __init__(self, *args: Any, at: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["category"].choices = offences(at)
        fields["region"].choices = [("", _("请选择")), *places()]

    def clean_papers(self) -> list[Any]:
        return _few(self.cleaned_data["papers"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("contact") and not cleaned.get("name"):
            self.add_error("name", forms.ValidationError(_("留联系方式的，请填写姓名；或者两项都不填。"), code="name"))
        if cleaned.get("unit_suspected") and not cleaned.get("unit") and "unit" not in self.errors:
            self.add_error("unit", forms.ValidationError(_("请填写单位全称。"), code="required"))
        return cleaned


class KeyForm(forms.Form):
    """The reference and the key of a receipt."""

    ref = forms.CharField(label=_("受理编号"), max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    key = forms.CharField(
        label=_("查询密钥"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_ref(self) -> str:
        return str(self.cleaned_data["ref"]).strip().upper()


class AdditionForm(forms.Form):
    text = forms.CharField(label=_("补充的情况"), max_length=MOST_WORDS, widget=area(5))
    papers = FilesField(label=_("证据材料"), required=False, widget=Files(attrs={"accept": ACCEPT, "multiple": True}))

    def clean_papers(self) -> list[Any]:
        return _few(self.cleaned_data["papers"])


def _few(files: list[Any]) -> list[Any]:
    if len(files) > MOST_FILES:
        raise forms.ValidationError(
            _("最多%(most)s份，您选择了%(count)s份；多的请合并。"),
            code="many",
            params={"most": MOST_FILES, "count": len(files)},
        )
    return files


class SupplementForm(StepForm):
    """The words stay with the complaint; the record keeps that something was added."""

    text = forms.CharField(max_length=MOST_WORDS)

    def recorded(self) -> dict[str, Any]:
        return {}


class ReasonedForm(StepForm):
    reason = forms.CharField(label=_("理由"), max_length=2000, widget=area(3))


class DeclineForm(StepForm):
    reason = forms.CharField(
        label=_("理由"), max_length=2000, widget=area(3), help_text=_("举报人用密钥查询时可以看到。")
    )


def people_named(text: str) -> list[Person]:
    """One user name a line. Raises ValidationError that names every one nobody has."""
    names = [name.strip() for name in text.replace("，", "\n").replace(",", "\n").splitlines() if name.strip()]
    found = {one.username: one for one in Person.objects.filter(username__in=names)}
    if unknown := [name for name in names if name not in found]:
        raise forms.ValidationError(
            _("没有这些用户名：%(names)s"), code="unknown", params={"names": "、".join(unknown)}
        )
    return list(found.values())


class NameAccusedForm(StepForm):
    accused = forms.CharField(
        label=_("被反映人的用户名"), required=False, max_length=2000, widget=area(2), help_text=_("每行一个。")
    )
    institution = forms.CharField(
        label=_("涉及的单位（编号或者全称）"), required=False, max_length=200, validators=[plain_text]
    )
    committee = forms.CharField(
        label=_("被反映的委员会（编号或者全称）"), required=False, max_length=200, validators=[plain_text]
    )
    unit_suspected = forms.BooleanField(
        label=_("反映的是单位本身或者单位负责人"),
        required=False,
        help_text=_("勾选后按规定移交上级主管部门，该单位不再看到。"),
    )

    def build(self) -> None:
        self.initial = {
            "institution": self.obj.institution.name if self.obj.institution else "",
            "committee": self.obj.committee.name if self.obj.committee else "",
            "unit_suspected": self.obj.unit_suspected,
            "accused": "\n".join(self.obj.accused.order_by("pk").values_list("username", flat=True)),
        }

    def clean_accused(self) -> list[Person]:
        return people_named(self.cleaned_data["accused"])

    def clean_institution(self) -> Institution | None:
        given = self.cleaned_data["institution"].strip()
        if not given:
            return None
        found = institution_called(given)
        if found is None:
            raise forms.ValidationError(_("登记册中没有这个单位。"), code="unknown")
        return found

    def clean_committee(self) -> Committee | None:
        given = self.cleaned_data["committee"].strip()
        found = committee_called(given) if given else None
        if given and found is None:
            raise forms.ValidationError(_("登记册中没有这个委员会。"), code="unknown")
        return found


def committee_called(given: str) -> Committee | None:
    named = list(Committee.objects.filter(ref=given)) or list(Committee.objects.filter(name=given)[:2])
    return named[0] if len(named) == 1 else None


def institution_called(given: str) -> Institution | None:
    """By its reference or its whole name, where one alone has it."""
    named = list(Institution.objects.filter(ref=given)) or list(Institution.objects.filter(name=given)[:2])
    return named[0] if len(named) == 1 else None


class ReferForm(StepForm):
    body = forms.ModelChoiceField(label=_("移交给"), queryset=Body.objects.none(), to_field_name="ref")
    reason = forms.CharField(label=_("理由"), max_length=2000, widget=area(3))

    def build(self) -> None:
        """The unit, those above it, and the departments of the place."""
        fields: Any = self.fields
        fields["body"].queryset = self.obj.might_handle()


class AcceptForm(StepForm):
    title = forms.CharField(label=_("案件名称"), max_length=200, validators=[plain_text])
    track = forms.ChoiceField(
        label=_("性质"),
        choices=Track.choices,
        widget=forms.RadioSelect,
        help_text=_("科研失信行为适用其调查处理规则的期限。"),
    )


class HandOverForm(StepForm):
    ground = forms.ChoiceField(label=_("移送事由"), choices=Receiver.choices, widget=forms.RadioSelect)
    receiver = forms.CharField(label=_("接收机关"), max_length=200, validators=[plain_text])
    reason = forms.CharField(label=_("移送的事项和理由"), max_length=4000, widget=area(4))


class ReceiptForm(StepForm):
    number = forms.CharField(label=_("回执文号"), max_length=120, validators=[plain_text])
    received_on = forms.DateField(label=_("接收日期"), widget=forms.DateInput(attrs={"type": "date"}))

    def clean_received_on(self) -> date:
        day: date = self.cleaned_data["received_on"]
        if day > law_day(self.act.at):
            raise forms.ValidationError(_("接收日期不能晚于今天。"), code="future")
        return day
