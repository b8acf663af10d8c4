"""The warnings to take along, as CSV or XLSX: what their asker sees on the page at that moment."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ethicsreview.accounts.regions import region_name
from ethicsreview.accounts.standing import standing_of
from ethicsreview.work.kinds import AskForm, Failed, Made, Running, kind
from ethicsreview.work.sheets import MEDIA_TYPES, sheet
from reviews.desk.lists import FORMATS
from reviews.desk.warnings import RELATED, WarningFilter
from reviews.models import RiskWarning
from reviews.oversight.warnings.reading import follows, warnings_for

WARNINGS = "desk.warnings"
CHUNK = 500


class WarningsForm(AskForm):
    """The filter of the page, as it stood there."""

    format = forms.ChoiceField(label=gettext_lazy("格式"), choices=FORMATS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {**WarningFilter({}, self.standing).fields, **self.fields}


def address(chosen: WarningFilter, request: HttpRequest) -> str:
    asked = {**chosen.given, "back": request.get_full_path()}
    return f"{reverse('work:new', args=[WARNINGS])}?{urlencode(asked)}"


COLUMNS: dict[Any, Callable[[RiskWarning], Any]] = {
    gettext_lazy("编号"): lambda row: row.ref,
    gettext_lazy("指标"): lambda row: row.get_indicator_display(),
    gettext_lazy("等级"): lambda row: row.get_level_display(),
    gettext_lazy("状态"): lambda row: row.get_state_display(),
    gettext_lazy("对象类别"): lambda row: row.get_about_display(),
    gettext_lazy("对象编号"): lambda row: row.subject_ref,
    gettext_lazy("对象"): lambda row: row.subject_name,
    gettext_lazy("地区"): lambda row: region_name(row.region),
    gettext_lazy("数值"): lambda row: row.value,
    gettext_lazy("阈值"): lambda row: row.threshold,
    gettext_lazy("单位"): lambda row: str(row.watch.unit),
    gettext_lazy("预警日期"): lambda row: timezone.localdate(row.raised_at),
    gettext_lazy("办结日期"): lambda row: timezone.localdate(row.settled_at) if row.settled_at else None,
    gettext_lazy("处置结果或者排除的理由"): lambda row: row.grounds,
}


@kind(WARNINGS, label=gettext_lazy("导出预警"), form=WarningsForm, may=follows, listed=False)
def _warnings(work: Running) -> Made:
    standing = standing_of(work.asker, timezone.now())
    if not follows(standing):
        raise Failed(_("您已不再担任可以查看这一列表的角色。"))
    form = work.job.terms["format"]
    found = warnings_for(standing, work.job.terms)
    keys = list(found.order_by("-raised_at", "-pk").values_list("pk", flat=True))
    with sheet(work.out, form, [str(one) for one in COLUMNS], work.job.title) as out:
        for start in range(0, len(keys), CHUNK):
            work.tell(start, len(keys), _("写出各行"))
            rows = found.select_related(*RELATED).filter(pk__in=keys[start : start + CHUNK])
            for row in rows.order_by("-raised_at", "-pk"):
                out.add([column(row) for column in COLUMNS.values()])
    return Made(
        summary=_("共%(rows)d行。") % {"rows": len(keys)},
        name=f"warnings-{timezone.localdate().isoformat()}.{form}",
        media_type=MEDIA_TYPES[form],
        subject=("person", work.asker.username),
        facts={"rows": len(keys), "asked": work.job.terms},
    )
