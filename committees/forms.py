"""The input of the committee's steps."""

from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from committees.composition import VOTING
from committees.kinds import AiCategory, Category, HumanCategory, PaperKind, Regime, RuleKind, Sex
from committees.models.membership import Membership, SignedPaper
from ethicsreview.accounts.models import Institution, Person, Role
from ethicsreview.deadlines.calendar import add_months, law_day
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.lifecycle.forms import StepForm
from ethicsreview.policy import policy_for

# What says who somebody is, is chosen and not left as it came.
UNCHOSEN = ("", _("请选择"))
SEATS = (Role.CHAIR, Role.VICE_CHAIR, Role.MEMBER, Role.SECRETARY, Role.ADVISER)


class PersonField(forms.CharField):
    """One person by user name: a province has too many people for a list to choose from."""

    default_error_messages = {"unknown": _("没有用户名为“%(username)s”的在用账号。")}

    def clean(self, value: Any) -> Person | None:
        username = super().clean(value)
        if not username:
            return None
        try:
            return Person.objects.get(username=username, is_active=True)
        except Person.DoesNotExist:
            raise forms.ValidationError(
                self.error_messages["unknown"], code="unknown", params={"username": username}
            ) from None


class _ManyField(forms.CharField):
    """Several rows by their names in the system, parted by spaces or commas; every unknown one is named."""

    default_error_messages = {"unknown": _("没有找到：%(names)s")}
    model: Any
    by: str

    def clean(self, value: Any) -> list[Any]:
        if isinstance(value, list | tuple):
            value = " ".join(map(str, value))
        names = set(super().clean(value).replace(",", " ").replace("，", " ").replace("、", " ").split())
        rows = list(self.model.objects.filter(**{f"{self.by}__in": names}))
        if unknown := names - {getattr(row, self.by) for row in rows}:
            raise forms.ValidationError(
                self.error_messages["unknown"], code="unknown", params={"names": translated("、").join(sorted(unknown))}
            )
        return rows


class PeopleField(_ManyField):
    model, by = Person, "username"


class InstitutionsField(_ManyField):
    model, by = Institution, "ref"


class _SeatChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        seat: Membership = obj
        ends = seat.appointment.ends
        term = f"{date_format(seat.appointment.starts)} – {date_format(ends) if ends else ''}"
        return translated("%(name)s（%(more)s）") % {
            "name": seat.person.name,
            "more": translated("，").join([seat.appointment.get_role_display(), term]),
        }


class _PersonChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return translated("%(name)s（%(more)s）") % {"name": obj.name, "more": obj.username}


def day_field(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}), **kwargs)


class CommitteeForm(StepForm):
    @property
    def today(self) -> date:
        return law_day(self.act.at)

    def refuse_future(self, name: str) -> None:
        if (day := self.cleaned_data.get(name)) and day > self.today:
            self.add_error(name, forms.ValidationError(_("日期不能晚于今天。"), code="future"))

    def refuse_order(self, first: str, last: str) -> None:
        start, end = self.cleaned_data.get(first), self.cleaned_data.get(last)
        if start and end and end < start:
            self.add_error(last, forms.ValidationError(_("终止日期不能早于起始日期。"), code="order"))


class EstablishForm(CommitteeForm):
    set_up_on = day_field(_("设立日期"), help_text=_("登记期限自设立之日起计算。"))

    def clean(self) -> None:
        self.refuse_future("set_up_on")


class CompetenceForm(CommitteeForm):
    regimes = forms.MultipleChoiceField(label=_("审查范围"), choices=Regime.choices)


class _TermForm(CommitteeForm):
    def check_term(self, starts: date, ends: date, person: Person, *, role: str, field: str) -> None:
        """A voting member's term is bounded, and is the only one; nobody holds another role twice at once."""
        seats = self.obj.memberships.overlapping(starts, ends).filter(appointment__person=person)
        if role in VOTING:
            policy = policy_for(region=self.obj.region, regimes=self.obj.regimes, at=self.act.at)
            years = policy.value("committee.term_years_max")
            if ends > add_months(starts, 12 * years):
                words = _("每届任期不超过%(years)d年。")
                self.add_error(field, forms.ValidationError(words, code="too_long", params={"years": years}))
        taken = seats.voting() if role in VOTING else seats.filter(appointment__role=role)
        if taken.exists():
            words = _("%(name)s在此期间已在本委员会任职。")
            self.add_error(field, forms.ValidationError(words, code="overlap", params={"name": person.name}))


class AppointForm(_TermForm):
    person = PersonField(label=_("用户名"), max_length=150, help_text=_("受聘人登录本系统的用户名。"))
    role = forms.ChoiceField(label=_("职务"), choices=[UNCHOSEN, *((role.value, role.label) for role in SEATS)])
    starts = day_field(_("任期开始"))
    ends = day_field(_("任期届满"))
    sex = forms.ChoiceField(label=_("性别"), choices=[UNCHOSEN, *Sex.choices])
    category = forms.ChoiceField(label=_("类别"), choices=[UNCHOSEN, *Category.choices])
    external = forms.BooleanField(label=_("非本单位人员"), required=False)
    local_knowledge = forms.BooleanField(label=_("熟悉当地情况"), required=False)
    ai_categories = forms.MultipleChoiceField(label=_("人工智能专业背景"), choices=AiCategory.choices, required=False)
    human_categories = forms.MultipleChoiceField(
        label=_("涉及人的研究专业背景"), choices=HumanCategory.choices, required=False
    )

    def clean(self) -> None:
        self.refuse_order("starts", "ends")
        if not self.errors:
            given = self.cleaned_data
            self.check_term(given["starts"], given["ends"], given["person"], role=given["role"], field="ends")


class _SeatForm(_TermForm):
    """About one seat whose term runs or is yet to begin."""

    membership = _SeatChoice(label=_("成员"), queryset=Membership.objects.none())

    def build(self) -> None:
        seats = self.obj.memberships.not_ended(self.today).with_people().order_by("appointment__starts", "pk")
        self.fields["membership"].queryset = seats  # type: ignore[attr-defined]


class EndTermForm(_SeatForm):
    last_day = day_field(_("任职最后一日"))
    reason = forms.CharField(label=_("原因"), max_length=500, widget=forms.Textarea)

    def clean(self) -> None:
        seat, last_day = self.cleaned_data.get("membership"), self.cleaned_data.get("last_day")
        if not seat or not last_day:
            return
        term = seat.appointment
        if last_day < term.starts or (term.ends and last_day > term.ends):
            self.add_error("last_day", forms.ValidationError(_("日期应在本届任期之内。"), code="outside"))
        # What the person did as a member up to today stays done by a member.
        elif last_day < self.today:
            self.add_error("last_day", forms.ValidationError(_("日期不能早于今天。"), code="past"))


class RenewTermForm(_SeatForm):
    ends = day_field(_("新一届任期届满"), help_text=_("新一届任期自本届届满次日开始。"))

    def clean(self) -> None:
        seat, ends = self.cleaned_data.get("membership"), self.cleaned_data.get("ends")
        if not seat or not ends:
            return
        if seat.appointment.ends is None or ends <= seat.appointment.ends:
            self.add_error("ends", forms.ValidationError(_("应晚于本届任期届满日。"), code="order"))
        else:
            term = seat.appointment
            self.check_term(seat.next_start(), ends, term.person, role=term.role, field="ends")


class _PersonForm(CommitteeForm):
    """About a person who sits on the committee, or is yet to."""

    person = _PersonChoice(label=_("成员"), queryset=Person.objects.none(), to_field_name="username")

    def build(self) -> None:
        seats = self.obj.memberships.not_ended(self.today)
        people = Person.objects.filter(appointments__membership__in=seats).distinct().order_by("username")
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


class SignPaperForm(_PersonForm):
    kind = forms.ChoiceField(label=_("文书"), choices=PaperKind.choices)
    signed_on = day_field(_("签署日期"))
    valid_until = day_field(_("有效期至"), required=False, help_text=_("长期有效的留空。"))

    def clean(self) -> None:
        self.refuse_future("signed_on")
        self.refuse_order("signed_on", "valid_until")
        if not self.errors:
            given = {name: self.cleaned_data[name] for name in ("person", "kind", "signed_on")}
            if SignedPaper.objects.filter(committee=self.obj, **given).exists():
                words = _("该成员当日签署的同种文书已记录。")
                self.add_error("signed_on", forms.ValidationError(words, code="twice"))


class RecordTrainingForm(_PersonForm):
    title = forms.CharField(label=_("培训名称"), max_length=200)
    held_on = day_field(_("培训日期"))
    hours = forms.DecimalField(label=_("学时"), max_digits=5, decimal_places=1, min_value=0.5)
    valid_until = day_field(_("有效期至"), required=False)

    def clean(self) -> None:
        self.refuse_future("held_on")
        self.refuse_order("held_on", "valid_until")


class AdoptRuleForm(CommitteeForm):
    kind = forms.ChoiceField(label=_("制度"), choices=RuleKind.choices)
    document = forms.CharField(label=_("文本编号"), max_length=40, help_text=_("先上传文本，再填写其编号。"))
    effective = day_field(_("施行日期"))
    until = day_field(_("施行至"), required=False, help_text=_("长期施行的留空。"))

    def clean_document(self) -> DocumentVersion:
        """The last version, and of one's own upload: a reference must not open another's file."""
        versions = DocumentVersion.objects.filter(
            document__ref=self.cleaned_data["document"], uploaded_by=self.act.standing.person
        )
        if (version := versions.order_by("-number").first()) is None:
            raise forms.ValidationError(_("您没有上传过这一编号的文本。"), code="unknown")
        return version

    def clean(self) -> None:
        self.refuse_order("effective", "until")
        kind, effective = self.cleaned_data.get("kind"), self.cleaned_data.get("effective")
        if kind and effective and self.obj.rules.filter(kind=kind, effective__gte=effective).exists():
            words = _("已有同日或更晚施行的同类制度。")
            self.add_error("effective", forms.ValidationError(words, code="superseded"))


class DeclareInterestsForm(CommitteeForm):
    none_to_declare = forms.TypedChoiceField(
        label=_("本年度利益关系"),
        choices=[("yes", _("没有需要声明的利益关系")), ("no", _("有下列利益关系"))],
        coerce=lambda answer: answer == "yes",
        widget=forms.RadioSelect,
    )
    details = forms.CharField(label=_("利益关系说明"), max_length=4000, required=False, widget=forms.Textarea)
    institutions = InstitutionsField(label=_("相关单位编号"), max_length=2000, required=False)
    people = PeopleField(label=_("相关人员用户名"), max_length=2000, required=False)

    def clean(self) -> None:
        none_to_declare = self.cleaned_data.get("none_to_declare")
        if none_to_declare is None or none_to_declare == "":
            return
        for name in ("details", "institutions", "people"):
            if none_to_declare and self.cleaned_data.get(name):
                words = _("已选择没有利益关系，此项应为空。")
                self.add_error(name, forms.ValidationError(words, code="contradiction"))
        if not none_to_declare and not self.cleaned_data.get("details"):
            self.add_error("details", forms.ValidationError(translated("请说明利益关系。"), code="required"))


class DissolveForm(CommitteeForm):
    reason = forms.CharField(label=_("撤销原因"), max_length=1000, widget=forms.Textarea)
