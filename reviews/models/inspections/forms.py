"""What a department enters of an inspection, what an institution answers."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from committees.models import Committee
from ethicsreview.accounts.models import Authority, Body, Institution, Person
from ethicsreview.accounts.regions import territory_prefix
from ethicsreview.accounts.validators import plain_text
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.models import Document, DocumentVersion
from ethicsreview.lifecycle.forms import StepForm
from reviews.models.complaints.forms import area, people_named
from reviews.models.complaints.kinds import Track
from reviews.models.inspections import checklist
from reviews.models.inspections.bars import against_inspecting, may_be_sent
from reviews.models.inspections.kinds import Conformity, Occasion

DAY = {"type": "date"}
PAPER = "inspection_paper"
MOST_PAPERS, MOST_WORDS = 5, 10_000


def _long(label: Any, help_text: Any = "", rows: int = 5, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, max_length=MOST_WORDS, widget=area(rows), **more)


def _day(label: Any, help_text: Any = "", **more: Any) -> forms.DateField:
    return forms.DateField(label=label, help_text=help_text, widget=forms.DateInput(attrs=DAY), **more)


def _check_days(form: forms.Form, today: date) -> None:
    starts, ends = form.cleaned_data.get("starts_on"), form.cleaned_data.get("ends_on")
    if starts and starts < today:
        form.add_error("starts_on", forms.ValidationError(_("不能早于今天。"), code="past"))
    if starts and ends and ends < starts:
        form.add_error("ends_on", forms.ValidationError(_("结束日期不能早于开始日期。"), code="order"))


class PlanForm(forms.Form):
    """A new inspection; every face checks it here. The department itself is chosen by the face."""

    title = forms.CharField(label=_("检查名称"), max_length=200, validators=[plain_text])
    body = forms.CharField(
        label=_("被检查的单位或者委员会"),
        max_length=200,
        validators=[plain_text],
        help_text=_("编号或者全称；应当在本部门的辖区内。"),
    )
    ground = forms.ChoiceField(label=_("检查依据"), widget=forms.RadioSelect)
    occasion = forms.ChoiceField(label=_("检查起因"), choices=Occasion.choices, widget=forms.RadioSelect)
    occasion_ref = forms.CharField(
        label=_("来源编号"),
        max_length=20,
        required=False,
        validators=[plain_text],
        help_text=_("如预警、抽中件或者上次检查的编号。"),
    )
    themes = forms.MultipleChoiceField(label=_("检查内容"), widget=forms.CheckboxSelectMultiple)
    scope = _long(_("检查范围和重点"), rows=4)
    starts_on = _day(_("计划开始日期"))
    ends_on = _day(_("计划结束日期"))

    def __init__(self, *args: Any, authority: Authority, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.authority, self.at = authority, at
        fields: Any = self.fields
        fields["ground"].choices = [(key, text) for key, text, _cite in checklist.grounds(at, authority.region)]
        fields["themes"].choices = checklist.themes()

    def clean_body(self) -> Body:
        given = self.cleaned_data["body"].strip()
        kinds = [Body.Kind.INSTITUTION, Body.Kind.COMMITTEE]
        rows = Body.objects.filter(
            kind__in=kinds, region__startswith=territory_prefix(self.authority.region), is_active=True
        )
        found = list(rows.filter(ref=given)) or list(rows.filter(name=given)[:2])
        if len(found) != 1:
            raise forms.ValidationError(
                _("本部门辖区内没有这个单位或者委员会，或者有几个同名，请改填编号。"), code="unknown"
            )
        if found[0].kind == Body.Kind.COMMITTEE and self.committee_of(found[0]).institution is None:
            raise forms.ValidationError(_("这个委员会不属于任何单位，没有单位可以整改。"), code="no_unit")
        return found[0]

    @staticmethod
    def committee_of(body: Body) -> Committee:
        found: Committee = Committee.objects.select_related("institution").get(pk=body.pk)
        return found

    def clean(self) -> dict[str, Any]:
        super().clean()
        _check_days(self, law_day(self.at))
        return self.cleaned_data

    def terms(self) -> dict[str, Any]:
        """What the inspection is made with."""
        given = dict(self.cleaned_data)
        body: Body = given.pop("body")
        committee = self.committee_of(body) if body.kind == Body.Kind.COMMITTEE else None
        given["committee"] = committee
        given["institution"] = committee.institution if committee else Institution.objects.get(pk=body.pk)
        cites = {key: cite for key, _text, cite in checklist.grounds(self.at, self.authority.region)}
        return given | {"ground_cite": cites[given["ground"]]}


class ReasonForm(StepForm):
    reason = _long(_("理由"), rows=3)


class ReviseForm(StepForm):
    """Other days, or another scope; the themes stand, since they are what was planned."""

    scope = _long(_("检查范围和重点"), rows=4)
    starts_on = _day(_("计划开始日期"))
    ends_on = _day(_("计划结束日期"))

    def build(self) -> None:
        for name in self.fields:
            self.initial.setdefault(name, getattr(self.obj, name))

    def clean(self) -> dict[str, Any]:
        super().clean()
        _check_days(self, law_day(self.act.at))
        return self.cleaned_data


class TeamForm(StepForm):
    inspectors = forms.CharField(
        label=_("检查组成员的用户名"),
        max_length=2000,
        widget=area(3),
        help_text=_("每行一个；监管人员或者复核专家。被检查单位的人员和与其有利益关系的人不得参加。"),
    )

    def build(self) -> None:
        named = self.obj.inspectors.order_by("pk").values_list("person__username", flat=True)
        self.initial = {"inspectors": "\n".join(named)}

    def clean_inspectors(self) -> list[Person]:
        found = people_named(self.cleaned_data["inspectors"])
        wrong: list[Any] = []
        for one in found:
            if not may_be_sent(one, self.act.at):
                words = _("%(name)s不是监管人员或者复核专家，或者账号已停用。")
                wrong.append(forms.ValidationError(words, code="not_sent", params={"name": one.name}))
            against = against_inspecting(one, self.obj.institution, self.act.at)
            wrong += [forms.ValidationError(str(ground), code="conflict") for ground in against]
        if wrong:
            raise forms.ValidationError(wrong)
        return found


class AnnounceForm(StepForm):
    notice = _long(_("通知内容"), _("到场时间、需要准备的材料和配合的人员。"))


def papers_of(given: str, actor: Person) -> list[DocumentVersion]:
    """The newest versions of papers that this person has just handed in, by reference. Raises ValidationError."""
    refs = given.split()
    if len(refs) > MOST_PAPERS:
        raise forms.ValidationError(_("一次最多上传%(number)d个文件。"), code="many", params={"number": MOST_PAPERS})
    found = []
    for ref in refs:
        document = Document.objects.filter(ref=ref, kind=PAPER).first()
        version = document.latest() if document else None
        if version is None or version.uploaded_by_id != actor.pk:
            raise forms.ValidationError(_("没有这份材料。"), code="unknown")
        found.append(version)
    return found


class PapersForm(StepForm):
    """`documents`: references of papers that were handed in, with a space between."""

    documents = forms.CharField(max_length=300, required=False, widget=forms.HiddenInput)

    def clean_documents(self) -> list[DocumentVersion]:
        return papers_of(self.cleaned_data["documents"], self.act.actor)

    def recorded(self) -> dict[str, Any]:
        """The words stay with the row; of a paper, what proves it."""
        kept = [
            {"document": one.document.ref, "version": one.number, "digest": one.digest}
            for one in self.cleaned_data["documents"]
        ]
        return {"documents": kept} if kept else {}


class FindingForm(PapersForm):
    """Nothing is chosen beforehand: an unfinished form must never count as “conforms”."""

    item = forms.ChoiceField(label=_("检查要点"))
    result = forms.ChoiceField(label=_("检查结果"), choices=Conformity.choices, widget=forms.RadioSelect)
    account = _long(_("检查情况"), _("看了什么、发现什么；不符合的和未检查的必须写明。"), required=False)
    rectify_by = _day(_("整改期限"), _("不符合的可以另定；不填的，与检查报告所定的期限相同。"), required=False)
    field_order = ["item", "result", "account", "rectify_by"]

    def build(self) -> None:
        fields: Any = self.fields
        fields["item"].choices = [(one.key, one.text) for one in self.obj.items()]

    def clean(self) -> dict[str, Any]:
        super().clean()
        given = self.cleaned_data
        result, day = given.get("result"), given.get("rectify_by")
        if result in (Conformity.DOES_NOT, Conformity.NOT_LOOKED_AT) and not given.get("account", "").strip():
            self.add_error("account", forms.ValidationError(_("不符合的和未检查的，请写明情况。"), code="required"))
        if day and day <= law_day(self.act.at):
            self.add_error("rectify_by", forms.ValidationError(_("整改期限应当晚于今天。"), code="past"))
        if day and result and result != Conformity.DOES_NOT:
            self.add_error("rectify_by", forms.ValidationError(_("只有不符合的才定整改期限。"), code="needless"))
        return given

    def recorded(self) -> dict[str, Any]:
        same = {name: self.cleaned_data[name] for name in ("item", "result")}
        return same | super().recorded()


class DraftForm(StepForm):
    summary = _long(_("检查情况综述"), _("连同逐项检查情况一并送被检查单位征求意见。"), rows=6)


class CommentForm(StepForm):
    comment = _long(_("对检查情况的意见"), _("没有不同意见的，写“无”。"), rows=6)

    def build(self) -> None:
        self.initial = {"comment": self.obj.comment}


class IssueForm(StepForm):
    report = _long(_("检查报告"), rows=8)
    response = _long(_("对被检查单位意见的采纳情况"), required=False, rows=4)
    due_on = _day(_("整改期限"), _("不符合的各项，没有另定期限的适用。"), required=False)

    def build(self) -> None:
        self.initial = {"report": self.obj.summary, "due_on": self.obj.rectify_by_default(self.act.at)}
        if not self.obj.comment:
            del self.fields["response"]
        if not self.obj.wrong():
            del self.fields["due_on"]
        for name in {"response", "due_on"} & set(self.fields):
            self.fields[name].required = True

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day <= law_day(self.act.at):
            raise forms.ValidationError(_("整改期限应当晚于今天。"), code="past")
        return day


class ConclusionForm(StepForm):
    conclusion = _long(_("检查结论"), rows=6)


class ReferForm(StepForm):
    title = forms.CharField(label=_("案件名称"), max_length=200, validators=[plain_text])
    account = _long(_("移交的线索"), _("检查中发现的、涉嫌违规的事实和证据。"), rows=6)
    track = forms.ChoiceField(label=_("性质"), choices=Track.choices, widget=forms.RadioSelect)
    unit_suspected = forms.TypedChoiceField(
        label=_("涉嫌违规的是否为单位本身或者其负责人"),
        choices=[("yes", _("是，由上级主管部门处理")), ("no", _("否，由单位首先调查"))],
        coerce=lambda given: given == "yes",
        widget=forms.RadioSelect,
    )


class AnswerForm(PapersForm):
    text = _long(_("整改情况"), _("采取了什么措施，结果怎样，有哪些证明材料。"), rows=6)
    field_order = ["text"]


class SendBackForm(StepForm):
    reason = _long(_("退回的理由和继续整改的要求"), rows=4)
    due_on = _day(_("整改期限"))

    def clean_due_on(self) -> date:
        day: date = self.cleaned_data["due_on"]
        if day <= law_day(self.act.at):
            raise forms.ValidationError(_("整改期限应当晚于今天。"), code="past")
        return day


class ExtendForm(SendBackForm):
    reason = _long(_("延长的理由"), rows=3)
    due_on = _day(_("延长至"))

    def clean_due_on(self) -> date:
        day = super().clean_due_on()
        if day <= self.obj.due_on:
            raise forms.ValidationError(_("应当晚于现在的期限。"), code="earlier")
        return day


class CheckForm(StepForm):
    note = _long(_("核实情况"), _("怎样核实的。"), rows=3)
