"""What is asked in a progress report, in a report of each kind, and in the committee's worksheet for it: as data, so
that the form that asks, the page that shows and the interface that describes it say the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django import forms
from django.db import models
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from ethicsreview.policy import Policy
from ethicsreview.policy.words import said

Words = str | Promise
YES_NO: tuple[tuple[str, Words], ...] = (("no", gettext_lazy("否")), ("yes", gettext_lazy("是")))


class Kind(models.TextChoices):
    """What is reported while an activity runs, besides the progress that its follow-up asks for."""

    RISK_CHANGE = "risk_change", pgettext_lazy("report", "风险变化报告")
    SAE = "sae", pgettext_lazy("report", "严重不良事件报告")
    DEVIATION = "deviation", pgettext_lazy("report", "方案偏离报告")
    SUSPENSION = "suspension", pgettext_lazy("report", "暂停或者终止报告")
    RESUMPTION = "resumption", pgettext_lazy("report", "恢复实施申请")
    COMPLETION = "completion", pgettext_lazy("report", "结题报告")


@dataclass(frozen=True)
class Asked:
    """One field. `past`: a day that cannot lie ahead. An answer is never filled in beforehand."""

    key: str
    label: Words
    kind: Literal["text", "line", "day", "count", "choice"] = "text"
    choices: tuple[tuple[str, Words], ...] = ()
    required: bool = True
    help: Words = ""
    past: bool = True

    def field(self) -> forms.Field:
        about: dict[str, Any] = {"label": self.label, "required": self.required, "help_text": self.help}
        match self.kind:
            case "text":
                return forms.CharField(max_length=8000, widget=forms.Textarea(attrs={"rows": 4}), **about)
            case "line":
                return forms.CharField(max_length=300, **about)
            case "day":
                return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), **about)
            case "count":
                return forms.IntegerField(min_value=0, max_value=10_000_000, **about)
            case "choice":
                return forms.ChoiceField(choices=self.choices, widget=forms.RadioSelect, **about)

    def text(self, value: Any) -> str:
        """An answer in words, in the reader's language."""
        if value in (None, ""):
            return ""
        if self.kind == "day" and (day := parse_date(str(value))):
            return date_format(day, "DATE_FORMAT")
        if self.kind == "choice":
            return str(dict(self.choices).get(value, value))
        return str(value)


@dataclass(frozen=True)
class Head:
    """What a follow-up looks at (Measures 19), in the form of a criterion."""

    key: str
    label: Any
    cite: str
    points: tuple[Any, ...] = ()

    def text(self, lang: str) -> str:
        words: str = self.label.text(lang)
        return words


def heads(policy: Policy) -> tuple[Head, ...]:
    entries = policy.entries("follow_up.contents")
    return tuple(
        Head(key, entry.question.choices[key], entry.cite) for entry in entries[:1] for key in policy.value(entry.key)
    )


def progress(policy: Policy) -> tuple[Asked, ...]:
    """A follow-up's own report: the heads of Measures 19, and the numbers that show whether they hold."""
    told = tuple(
        Asked(f"head__{head.key}", lazy(said, str)(head), required=head.key != "other") for head in heads(policy)
    )
    return (*told, *NUMBERS)


NUMBERS = (
    Asked("planned", gettext_lazy("计划入组的参与者人数"), "count", help=gettext_lazy("不涉及参与者的，填0。")),
    Asked("enrolled", gettext_lazy("已入组人数"), "count"),
    Asked("withdrawn", gettext_lazy("退出人数"), "count"),
    Asked("sae_count", gettext_lazy("本期严重不良事件件数"), "count"),
    Asked("deviation_count", gettext_lazy("本期方案偏离件数"), "count"),
    Asked(
        "major_change",
        gettext_lazy("自上次审查以来，风险或者方案是否有重大变化"),
        "choice",
        YES_NO,
        help=gettext_lazy("有重大变化的，跟踪审查不适用简易程序（《办法》第二十二条）。"),
    ),
)

SUSPEND, TERMINATE = "suspend", "terminate"
GRADES: tuple[tuple[str, Words], ...] = (("minor", gettext_lazy("轻微")), ("major", gettext_lazy("重大")))
REPORTS: dict[str, tuple[Asked, ...]] = {
    Kind.RISK_CHANGE: (
        Asked("changed_on", gettext_lazy("变化发生或者知悉之日"), "day"),
        Asked(
            "source",
            gettext_lazy("变化来自"),
            "choice",
            (("plan", gettext_lazy("方案的变化")), ("external", gettext_lazy("外部环境的变化"))),
        ),
        Asked("changed", gettext_lazy("发生了什么变化")),
        Asked("risk_benefit", gettext_lazy("对风险与受益的影响")),
        Asked("measures", gettext_lazy("已采取和拟采取的措施")),
        Asked("affected", gettext_lazy("受影响的参与者人数"), "count"),
    ),
    Kind.SAE: (
        Asked("event_on", gettext_lazy("事件发生之日"), "day"),
        Asked("known_on", gettext_lazy("研究者知悉之日"), "day"),
        Asked("participant", gettext_lazy("参与者代码"), "line", help=gettext_lazy("只填代码，不填姓名、证件号码。")),
        Asked("event", gettext_lazy("事件的经过")),
        Asked(
            "seriousness",
            gettext_lazy("严重程度"),
            "choice",
            (
                ("death", gettext_lazy("死亡")),
                ("life_threatening", gettext_lazy("危及生命")),
                ("hospitalisation", gettext_lazy("住院或者延长住院")),
                ("disability", gettext_lazy("永久或者严重的残疾、功能丧失")),
                ("congenital", gettext_lazy("先天性异常、出生缺陷")),
                ("other", gettext_lazy("其他重要医学事件")),
            ),
        ),
        Asked(
            "expected",
            gettext_lazy("是否为预期的"),
            "choice",
            (("expected", gettext_lazy("预期")), ("unexpected", gettext_lazy("非预期"))),
        ),
        Asked(
            "related",
            gettext_lazy("与研究的关系"),
            "choice",
            (
                ("related", gettext_lazy("有关")),
                ("possible", gettext_lazy("可能有关")),
                ("unrelated", gettext_lazy("无关")),
                ("unknown", gettext_lazy("尚不能判断")),
            ),
        ),
        Asked("measures", gettext_lazy("对参与者采取的措施和转归")),
        Asked("affected", gettext_lazy("受影响的参与者人数"), "count"),
    ),
    Kind.DEVIATION: (
        Asked("occurred_on", gettext_lazy("偏离发生之日"), "day"),
        Asked("grade", gettext_lazy("偏离的程度"), "choice", GRADES),
        Asked("what", gettext_lazy("偏离了方案的什么规定")),
        Asked("why", gettext_lazy("原因")),
        Asked("effect", gettext_lazy("对参与者和数据的影响")),
        Asked("correction", gettext_lazy("纠正和预防措施")),
    ),
    Kind.SUSPENSION: (
        Asked(
            "action",
            gettext_lazy("暂停还是终止"),
            "choice",
            ((SUSPEND, gettext_lazy("暂停实施")), (TERMINATE, gettext_lazy("终止实施"))),
            help=gettext_lazy("提交后科技活动即行暂停；终止的，经委员会审核对参与者的安排后终止。"),
        ),
        Asked("from_on", gettext_lazy("自何日起"), "day", past=False),
        Asked("reason", gettext_lazy("原因")),
        Asked("care", gettext_lazy("对已入组参与者的安排"), help=gettext_lazy("不涉及参与者的，写明“不涉及”。")),
    ),
    Kind.RESUMPTION: (
        Asked("reason", gettext_lazy("为何可以恢复")),
        Asked("mended", gettext_lazy("已经改正了什么")),
        Asked("risk_benefit", gettext_lazy("恢复后的风险与受益")),
    ),
    Kind.COMPLETION: (
        Asked("completed_on", gettext_lazy("完成之日"), "day"),
        Asked("results", gettext_lazy("主要结果")),
        Asked("enrolled", gettext_lazy("入组人数"), "count"),
        Asked("completed", gettext_lazy("完成人数"), "count"),
        Asked("withdrawn", gettext_lazy("退出人数"), "count"),
        Asked("sae_count", gettext_lazy("严重不良事件总数"), "count"),
        Asked("data_fate", gettext_lazy("数据的去向")),
        Asked("sample_fate", gettext_lazy("样本的去向"), help=gettext_lazy("没有样本的，写明“无”。")),
    ),
}

FINDING = Asked("finding", gettext_lazy("核查情况"), help=gettext_lazy("写明据以判断的材料和事实。"))
# The committee's own answers, beside what the lead wrote.
WORKSHEETS: dict[str, tuple[Asked, ...]] = {
    Kind.RISK_CHANGE: (
        Asked(
            "balance",
            gettext_lazy("风险与受益是否仍然合理"),
            "choice",
            (
                ("as_before", gettext_lazy("与批准时相当")),
                ("still_acceptable", gettext_lazy("风险增加，仍可接受")),
                ("not_acceptable", gettext_lazy("不可接受")),
            ),
        ),
        Asked("sufficient", gettext_lazy("所报措施是否足够"), "choice", YES_NO),
        FINDING,
    ),
    Kind.SAE: (
        Asked("serious", gettext_lazy("是否严重"), "choice", YES_NO),
        Asked("unexpected", gettext_lazy("是否非预期"), "choice", YES_NO),
        Asked(
            "related",
            gettext_lazy("是否与研究有关"),
            "choice",
            (*YES_NO, ("possible", gettext_lazy("可能"))),
        ),
        Asked(
            "balance",
            gettext_lazy("风险与受益是否仍然合理"),
            "choice",
            (
                ("as_before", gettext_lazy("与批准时相当")),
                ("still_acceptable", gettext_lazy("风险增加，仍可接受")),
                ("not_acceptable", gettext_lazy("不可接受")),
            ),
        ),
        Asked("sufficient", gettext_lazy("所报措施是否足够"), "choice", YES_NO),
        FINDING,
    ),
    Kind.DEVIATION: (
        Asked("grade", gettext_lazy("偏离的程度"), "choice", GRADES),
        Asked("harm", gettext_lazy("是否损害参与者的权益、安全或者数据的可靠"), "choice", YES_NO),
        Asked("sufficient", gettext_lazy("纠正和预防措施是否足够"), "choice", YES_NO),
        FINDING,
    ),
    Kind.SUSPENSION: (
        Asked("care", gettext_lazy("对参与者的安排是否妥当"), "choice", YES_NO),
        FINDING,
    ),
    Kind.RESUMPTION: (
        Asked("mended", gettext_lazy("导致暂停的原因是否已经消除"), "choice", YES_NO),
        FINDING,
    ),
    Kind.COMPLETION: (
        Asked("complete", gettext_lazy("报告是否完整"), "choice", YES_NO),
        Asked("fate", gettext_lazy("数据和样本的处置是否符合批准的方案"), "choice", YES_NO),
        FINDING,
    ),
}
# Where participants may have to be told, and asked again (Human Measures 38).
INFORMING = frozenset({Kind.RISK_CHANGE, Kind.SAE})


@dataclass(frozen=True)
class Line:
    key: str
    label: str
    text: str


def lines(asked: Iterable[Asked], answers: Mapping[str, Any]) -> list[Line]:
    """What was answered, in words; what was left open is left out."""
    told = [Line(one.key, str(one.label), one.text(answers.get(one.key))) for one in asked]
    return [line for line in told if line.text]


def check_days(form: forms.Form, asked: Sequence[Asked], today: date) -> None:
    """Nobody reports what has not happened yet."""
    for one in asked:
        day = form.cleaned_data.get(one.key)
        if one.kind == "day" and one.past and isinstance(day, date) and not isinstance(day, datetime) and day > today:
            form.add_error(one.key, _("不能晚于今天。"))
