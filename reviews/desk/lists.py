"""The desk's lists to take along, as CSV or XLSX: what their asker sees on the page at that moment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from committees.models import Committee
from ethicsreview.accounts.models import DESK_ROLES
from ethicsreview.accounts.standing import Standing
from ethicsreview.work.kinds import AskForm, Failed, Made, Running, kind
from ethicsreview.work.sheets import MEDIA_TYPES, sheet
from reviews.desk import queue
from reviews.desk.access import Visitor, at_desk, reviews_at_desk
from reviews.models import FollowUp, Project, Report

QUEUE, REGISTER = "desk.queue", "desk.register"
FORMATS = [("xlsx", "XLSX"), ("csv", "CSV")]
CHUNK = 500


def _may(standing: Standing) -> bool:
    return standing.holds(*DESK_ROLES) or standing.sees_everyone


# --- the queue ----------------------------------------------------------------------------------------------------


class QueueForm(AskForm):
    """The filter of the queue's page, as it stood there."""

    side = forms.ChoiceField(label=gettext_lazy("事项类别"))
    q = forms.CharField(label=gettext_lazy("编号或项目名称"), required=False, max_length=100)
    state = forms.ChoiceField(label=gettext_lazy("状态"), required=False)
    due = forms.ChoiceField(label=gettext_lazy("期限"), required=False)
    committee = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    format = forms.ChoiceField(label=gettext_lazy("格式"), choices=FORMATS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["side"].choices = [(one, queue.SIDES[one]) for one in queue.sides_of(self.standing) if one in LISTED]
        for name in ("state", "due"):
            fields[name].choices = queue.Filter.base_fields[name].choices  # type: ignore[attr-defined]

    def title(self, label: str) -> str:
        return f"{label}：{queue.SIDES[self.cleaned_data['side']]}"


def address(side: str, chosen: queue.Filter, request: HttpRequest) -> str:
    """Where this very list is asked for as a file."""
    asked = {"side": side, **chosen.given, "back": request.get_full_path()}
    return f"{reverse('work:new', args=[QUEUE])}?{urlencode(asked)}"


LISTED = ("committee", "institution", "territory")
QUEUE_COLUMNS: Mapping[str, Any] = {
    "ref": gettext_lazy("编号"),
    "title": gettext_lazy("项目"),
    "institution": gettext_lazy("单位"),
    "lead": gettext_lazy("负责人"),
    "committee": gettext_lazy("委员会"),
    "kind": gettext_lazy("类别"),
    "state": gettext_lazy("状态"),
    "listed": gettext_lazy("清单内"),
    "submitted_at": gettext_lazy("提交时间"),
    "due": gettext_lazy("期限"),
}


@kind(QUEUE, label=gettext_lazy("导出审查列表"), form=QueueForm, may=_may)
def _queue(work: Running) -> Made:
    visitor = Visitor(work.asker, timezone.now())
    terms = work.job.terms
    if terms["side"] not in queue.sides_of(visitor.standing):
        raise Failed(_("您已不再担任可以查看这一列表的角色。"))
    chosen = queue.Filter(terms, ((terms["committee"], ""), ("", "")) if terms["committee"] else ())
    rows = queue.waiting(visitor.standing, terms["side"], for_others=bool({"q", "state"} & chosen.given.keys()))
    found = chosen.narrow(rows, visitor).select_related("project__lead", "project__institution", "committee")
    columns: list[Callable[[Any], Any]] = [
        lambda row: row.ref,
        lambda row: row.project.title,
        lambda row: row.project.institution.name,
        lambda row: row.project.lead.name,
        lambda row: row.committee.name,
        lambda row: row.get_kind_display(),
        lambda row: row.get_state_display(),
        lambda row: _("是") if row.listed else _("否"),
        lambda row: row.submitted_at,
        lambda row: row.next_due_at,
    ]
    return _written(work, "reviews", list(QUEUE_COLUMNS.values()), columns, found.order_by("next_due_at", "pk"))


# --- registers ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Register:
    """`columns`: the heading, and what of a row stands under it."""

    label: Any
    rows: Callable[[Standing], "QuerySet[Any]"]
    related: tuple[str, ...]
    columns: Mapping[Any, Callable[[Any], Any]]


def _projects(standing: Standing) -> "QuerySet[Any]":
    return Project.objects.filter(pk__in=reviews_at_desk(standing).values("project"))


REGISTERS = {
    "projects": Register(
        gettext_lazy("科技活动"),
        _projects,
        ("lead", "institution"),
        {
            gettext_lazy("编号"): lambda row: row.ref,
            gettext_lazy("名称"): lambda row: row.title,
            gettext_lazy("单位"): lambda row: row.institution.name,
            gettext_lazy("负责人"): lambda row: row.lead.name,
            gettext_lazy("状态"): lambda row: row.get_state_display(),
            gettext_lazy("地区"): lambda row: row.region,
            gettext_lazy("开始日期"): lambda row: row.starts_on,
            gettext_lazy("结束日期"): lambda row: row.ends_on,
        },
    ),
    "follow_ups": Register(
        gettext_lazy("跟踪审查"),
        lambda standing: at_desk(FollowUp, standing),
        ("project", "review__committee"),
        {
            gettext_lazy("编号"): lambda row: row.ref,
            gettext_lazy("项目"): lambda row: row.project.title,
            gettext_lazy("委员会"): lambda row: row.review.committee.name,
            gettext_lazy("次数"): lambda row: row.number,
            gettext_lazy("应完成日期"): lambda row: row.due_on,
            gettext_lazy("状态"): lambda row: row.get_state_display(),
        },
    ),
    "reports": Register(
        gettext_lazy("报告"),
        lambda standing: at_desk(Report, standing),
        ("project", "review__committee"),
        {
            gettext_lazy("编号"): lambda row: row.ref,
            gettext_lazy("项目"): lambda row: row.project.title,
            gettext_lazy("委员会"): lambda row: row.review.committee.name,
            gettext_lazy("类别"): lambda row: row.get_kind_display(),
            gettext_lazy("提交时间"): lambda row: row.filed_at,
            gettext_lazy("状态"): lambda row: row.get_state_display(),
        },
    ),
    "committees": Register(
        gettext_lazy("委员会"),
        lambda standing: at_desk(Committee, standing),
        ("institution",),
        {
            gettext_lazy("编号"): lambda row: row.ref,
            gettext_lazy("名称"): lambda row: row.name,
            gettext_lazy("单位"): lambda row: row.institution.name if row.institution else "",
            gettext_lazy("地区"): lambda row: row.region,
            gettext_lazy("状态"): lambda row: row.get_state_display(),
        },
    ),
}


class RegisterForm(AskForm):
    register = forms.ChoiceField(
        label=gettext_lazy("登记册"), choices=lambda: [(name, one.label) for name, one in REGISTERS.items()]
    )
    format = forms.ChoiceField(label=gettext_lazy("格式"), choices=FORMATS)

    def title(self, label: str) -> str:
        return f"{label}：{REGISTERS[self.cleaned_data['register']].label}"


@kind(REGISTER, label=gettext_lazy("导出登记册"), form=RegisterForm, may=_may)
def _register(work: Running) -> Made:
    visitor = Visitor(work.asker, timezone.now())
    if not visitor.works_here:
        raise Failed(_("您已不再担任可以查看这一列表的角色。"))
    name = work.job.terms["register"]
    register = REGISTERS[name]
    rows = register.rows(visitor.standing).select_related(*register.related).order_by("pk")
    return _written(work, name, list(register.columns), list(register.columns.values()), rows)


def _written(
    work: Running, name: str, header: list[Any], columns: list[Callable[[Any], Any]], rows: "QuerySet[Any]"
) -> Made:
    form, total, written = work.job.terms["format"], rows.count(), 0
    with sheet(work.out, form, [str(one) for one in header], work.job.title) as out:
        for row in rows.iterator(chunk_size=CHUNK):
            work.tell(written, total, _("写出各行"))
            out.add([column(row) for column in columns])
            written += 1
    return Made(
        summary=_("共%(rows)d行。") % {"rows": written},
        name=f"{name}-{timezone.localdate().isoformat()}.{form}",
        media_type=MEDIA_TYPES[form],
        subject=("person", work.asker.username),
        facts={"rows": written, "asked": work.job.terms},
    )
