"""The two registers to take along, as CSV or XLSX: what their asker sees on the page at that moment."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ethicsreview.accounts.regions import region_name
from ethicsreview.accounts.standing import Standing, standing_of
from ethicsreview.policy import cite
from ethicsreview.work.kinds import AskForm, Failed, Made, Running, kind
from ethicsreview.work.sheets import MEDIA_TYPES, sheet
from reviews.desk.lists import FORMATS
from reviews.desk.register_filters import ActivityFilter, CommitteeFilter, RegisterFilter
from reviews.oversight.registers import activities, committees
from reviews.oversight.registers.rows import REGISTRATION_STATES

COMMITTEES, ACTIVITIES = "desk.committee_register", "desk.activity_register"
CHUNK = 200
ACTIVITY_RELATED = ("institution", "lead", "in_force__review__committee")


class _RegisterForm(AskForm):
    """The filter of the page, as it stood there."""

    filter_class: type[RegisterFilter]
    format = forms.ChoiceField(label=gettext_lazy("格式"), choices=FORMATS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {**self.filter_class.of({}, self.standing).fields, **self.fields}


class CommitteesForm(_RegisterForm):
    filter_class = CommitteeFilter


class ActivitiesForm(_RegisterForm):
    filter_class = ActivityFilter


def address(name: str, chosen: RegisterFilter, request: HttpRequest) -> str:
    asked = {**chosen.given, "back": request.get_full_path()}
    return f"{reverse('work:new', args=[name])}?{urlencode(asked)}"


def _standing(work: Running, reads: Callable[[Standing], bool]) -> Standing:
    standing = standing_of(work.asker, timezone.now())
    if not reads(standing):
        raise Failed(_("您已不再担任可以查看这一列表的角色。"))
    return standing


COMMITTEE_COLUMNS: dict[Any, Callable[[committees.Row], Any]] = {
    gettext_lazy("编号"): lambda row: row.committee.ref,
    gettext_lazy("名称"): lambda row: row.committee.name,
    gettext_lazy("类型"): lambda row: row.committee.get_type_display(),
    gettext_lazy("单位"): lambda row: row.committee.institution.name if row.committee.institution else "",
    gettext_lazy("地区"): lambda row: region_name(row.committee.region),
    gettext_lazy("状态"): lambda row: row.committee.get_state_display(),
    gettext_lazy("设立日期"): lambda row: row.committee.set_up_on,
    gettext_lazy("登记状态"): lambda row: REGISTRATION_STATES[row.state],
    gettext_lazy("期限"): lambda row: row.clock.last_day if row.clock else None,
    gettext_lazy("回执编号"): lambda row: row.number,
    gettext_lazy("问题"): lambda row: told(row.blocking),
    gettext_lazy("提醒"): lambda row: told(row.warnings),
    gettext_lazy("培训过期人数"): lambda row: row.untrained,
}
ACTIVITY_COLUMNS: dict[Any, Callable[[activities.Row], Any]] = {
    gettext_lazy("编号"): lambda row: row.project.ref,
    gettext_lazy("科技活动名称"): lambda row: row.project.title,
    gettext_lazy("单位"): lambda row: row.project.institution.name,
    gettext_lazy("地区"): lambda row: region_name(row.project.region),
    gettext_lazy("领域"): lambda row: row.project.get_field_display(),
    gettext_lazy("状态"): lambda row: row.project.get_state_display(),
    gettext_lazy("审查委员会"): lambda row: row.project.in_force.review.committee.name if row.project.in_force else "",
    gettext_lazy("登记状态"): lambda row: REGISTRATION_STATES[row.state],
    gettext_lazy("期限"): lambda row: row.clock.last_day if row.clock else None,
    gettext_lazy("回执编号"): lambda row: row.number,
    gettext_lazy("国家医学研究登记备案信息系统编号"): lambda row: row.medical,
}


def told(refusals: Sequence[Any]) -> str:
    return _("；").join(f"{one}（{cite(one.cite)}）" if one.cite else str(one) for one in refusals)


@kind(COMMITTEES, label=gettext_lazy("导出委员会登记册"), form=CommitteesForm, may=committees.reads, listed=False)
def _committees(work: Running) -> Made:
    at, standing = timezone.now(), _standing(work, committees.reads)
    found = committees.committees_for(standing, work.job.terms, at).select_related("institution")
    return _write(work, COMMITTEE_COLUMNS, found, lambda rows: committees.rows_of(rows, at), "committees")


@kind(ACTIVITIES, label=gettext_lazy("导出清单内活动登记册"), form=ActivitiesForm, may=activities.reads, listed=False)
def _activities(work: Running) -> Made:
    at, standing = timezone.now(), _standing(work, activities.reads)
    found = activities.activities_for(standing, work.job.terms, at).select_related(*ACTIVITY_RELATED)
    return _write(work, ACTIVITY_COLUMNS, found, lambda rows: activities.rows_of(rows, at), "activities")


def _write(
    work: Running,
    columns: dict[Any, Callable[[Any], Any]],
    found: "QuerySet[Any]",
    rows_of: Callable[["QuerySet[Any]"], list[Any]],
    name: str,
) -> Made:
    form, total, written = work.job.terms["format"], found.count(), 0
    with sheet(work.out, form, [str(one) for one in columns], work.job.title) as out:
        for part in _parts(found):
            work.tell(written, total, _("写出各行"))
            for row in rows_of(part):
                out.add([column(row) for column in columns.values()])
                written += 1
    return Made(
        summary=_("共%(rows)d行。") % {"rows": written},
        name=f"{name}-{timezone.localdate().isoformat()}.{form}",
        media_type=MEDIA_TYPES[form],
        subject=("person", work.asker.username),
        facts={"rows": written, "asked": work.job.terms},
    )


def _parts(found: "QuerySet[Any]") -> Iterator["QuerySet[Any]"]:
    """The rows in the order of their keys, so many at a time."""
    keys = list(found.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        yield found.filter(pk__in=keys[start : start + CHUNK]).order_by("pk")
