"""The overview to take along, as CSV or XLSX: what its asker may see when it is made."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ethicsreview.accounts.standing import standing_of
from ethicsreview.work.kinds import AskForm, Failed, Made, Running, kind
from ethicsreview.work.sheets import MEDIA_TYPES, sheet
from reviews.desk.lists import FORMATS
from reviews.desk.overview import HEADER, Overview, lines_of
from reviews.models import Project
from reviews.oversight.overview.figures import Asked, read
from reviews.oversight.overview.spans import Span
from reviews.oversight.scope import supervises

OVERVIEW = "desk.overview"


class OverviewForm(AskForm):
    span = forms.RegexField(
        r"^2\d{3}(-(0[1-9]|1[0-2])|-Q[1-4])?$",
        label=gettext_lazy("时段"),
        help_text=gettext_lazy("月、季度或者年，如 2026-11、2026-Q4、2026。"),
    )
    region = forms.RegexField(r"^\d{6}$", label=gettext_lazy("地区"), required=False, widget=forms.HiddenInput)
    field = forms.ChoiceField(
        label=gettext_lazy("领域"), required=False, choices=[("", gettext_lazy("全部")), *Project.Field.choices]
    )
    format = forms.ChoiceField(label=gettext_lazy("格式"), choices=FORMATS)

    def title(self, label: str) -> str:
        return f"{label}：{self.cleaned_data['span']}"


def address(asked: Asked, back: str) -> str:
    given = {"span": asked.span.name, "region": asked.region, "field": asked.field, "back": back}
    return f"{reverse('work:new', args=[OVERVIEW])}?{urlencode(given)}"


@kind(OVERVIEW, label=gettext_lazy("导出总览"), form=OverviewForm, may=supervises)
def _overview(work: Running) -> Made:
    at = timezone.now()
    standing = standing_of(work.asker, at)
    if not supervises(standing):
        raise Failed(_("您已不再担任可以查看总览的角色。"))
    terms: dict[str, Any] = work.job.terms
    asked = Asked(Span.named(terms["span"], at), at, region=terms["region"], field=terms["field"])
    rows = list(lines_of(Overview(read(standing, asked))))
    form = terms["format"]
    with sheet(work.out, form, [str(one) for one in HEADER], work.job.title) as out:
        for row in rows:
            out.add(row)
    return Made(
        summary=_("共%(rows)d行。") % {"rows": len(rows)},
        name=f"overview-{asked.span.name}.{form}",
        media_type=MEDIA_TYPES[form],
        subject=("person", work.asker.username),
        facts={"rows": len(rows), "asked": terms},
    )
