"""Open statistics: a page that goes down the tree of figures, the same as CSV, and what its columns mean (CSVW)."""

import csv
import io
import json
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ethicsreview.policy import policy_for
from ethicsreview.ui.charts import Chart
from reviews.oversight.publicity.statistics import LEVEL_NAMES, LEVELS, Open, name_of, statistics
from reviews.public.caching import public_file, public_page
from reviews.rules.suppressing import REST, Path

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
FILE = "ethics-review-decisions.csv"
COLUMNS = ("level", "year", "city", "city_name", *LEVELS[2:], "decisions")


@require_safe
@public_page
def page(request: HttpRequest) -> HttpResponse:
    """`year`, `city`, `field`, `procedure` in this order lead down; a figure that is not published is not found."""
    now = timezone.now()
    found = statistics(now)
    years = found.years()
    path = _path(request, years)
    if years and found.figure(path) is None:
        raise Http404(request.get_full_path())
    context: dict[str, Any] = {
        "found": found,
        "years": years[::-1],
        "path": path,
        "crumbs": [(name_of(LEVELS[depth], path[depth]), _query(path[: depth + 1])) for depth in range(len(path))],
        "licence": policy_for(region="", at=now).entry("statistics.licence").words,
        "licence_url": LICENCE,
    }
    if years:
        context |= _drawn(found, path)
    return render(request, "public/statistics.html", context)


def _path(request: HttpRequest, years: list[str]) -> Path:
    path: list[str] = []
    for level in LEVELS[:-1]:
        value = request.GET.get(level, "")
        if not value:
            break
        path.append(value)
    return tuple(path or years[-1:])


def _query(path: Path) -> str:
    return urlencode(dict(zip(LEVELS, path, strict=False)))


def _drawn(found: Open, path: Path) -> dict[str, Any]:
    level = LEVELS[len(path)]
    under = found.under(path)
    names = [name_of(level, one.path[-1]) for one in under]
    title = _("审查决定件数，按%(level)s") % {"level": LEVEL_NAMES[level]}
    total = found.figure(path)
    leads = level != LEVELS[-1]
    lines = [
        (name, one.number, _query(one.path) if leads and one.path[-1] != REST else "")
        for name, one in zip(names, under, strict=True)
    ]
    chart = (
        Chart("statistics", title, names, {_("件数"): [one.number for one in under]}, of=str(LEVEL_NAMES[level]))
        if under
        else None
    )
    return {"level": LEVEL_NAMES[level], "lines": lines, "chart": chart, "total": total.number if total else 0}


@require_safe
def file(request: HttpRequest) -> HttpResponse:
    """Every published figure; `level` says how far down it goes."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(COLUMNS)
    with translation.override("zh-hans"):
        for one in statistics(timezone.now()).figures:
            year, city, *rest = (*one.path, *[""] * (len(LEVELS) - len(one.path)))
            table.writerow(
                [LEVELS[len(one.path) - 1], year, city, name_of("city", city) if city else "", *rest, one.number]
            )
    response = public_file(request, out.getvalue().encode(), "text/csv; charset=utf-8; header=present", FILE)
    metadata = request.build_absolute_uri(reverse("public:statistics_metadata"))
    response["Link"] = f'<{metadata}>; rel="describedby"; type="application/csvm+json"'
    return response


@require_safe
def metadata(request: HttpRequest) -> HttpResponse:
    """The data dictionary, in both languages: CSV on the Web, W3C Recommendation of 17 December 2015."""
    found = statistics(timezone.now())
    told = {lang: _described(found, lang) for lang in ("zh-hans", "en")}
    tags = {"zh-hans": "zh", "en": "en"}

    def both(part: str, name: str) -> dict[str, str]:
        return {tags[lang]: words[part][name] for lang, words in told.items()}

    columns = [
        {
            "name": name,
            "titles": {"und": name},
            "dc:title": both("titles", name),
            "dc:description": both("descriptions", name),
            "datatype": _datatype(name),
            **({} if name in ("level", "year", "decisions") else {"null": ""}),
        }
        for name in COLUMNS
    ]
    described = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh"}],
        "url": request.build_absolute_uri(reverse("public:statistics_file")),
        "dc:title": both("table", "title"),
        "dc:description": both("table", "description"),
        "dc:license": {"@id": LICENCE},
        "dialect": {"header": True, "encoding": "utf-8", "delimiter": ","},
        "tableSchema": {"columns": columns, "primaryKey": ["year", "city", "field", "procedure", "outcome"]},
    }
    content = json.dumps(described, ensure_ascii=False, indent=1).encode()
    return public_file(request, content, "application/csvm+json; charset=utf-8")


def _datatype(name: str) -> Any:
    if name == "year":
        return "gYear"
    if name == "decisions":
        return {"base": "integer", "minimum": 0}
    return "string"


def _described(found: Open, lang: str) -> dict[str, dict[str, str]]:
    """Titles and descriptions in one language; the codes with what they mean."""
    with translation.override(lang):
        titles = {
            "level": _("层级"),
            "city_name": _("市名"),
            "decisions": _("审查决定件数"),
            **{level: str(name) for level, name in LEVEL_NAMES.items()},
        }
        descriptions = {
            "level": _("这一行是哪一级的合计：year、city、field、procedure 或者 outcome。"),
            "year": _("作出决定的年份（北京时间）。只公布已经结束的年份。"),
            "city": _("GB/T 2260 代码；末四位为0的是省本级。上一级的合计为空。"),
            "city_name": _("市的名称。"),
            **{level: _codes(level, found) for level in LEVELS[2:]},
            "decisions": _("这一年作出审查决定的审查件数，每件以其最后的决定计一次。"),
        }
        table = {
            "title": _("科技伦理审查决定统计"),
            "description": _(
                "逐级合计：年、市、领域、审查程序、审查决定。少于%(least)s件的不单独公布，与同级最小的几项合并为"
                "“%(rest)s”，每个“%(rest)s”不少于%(least)s件并且至少合并两项；没有列出的为0件或者已经合并。"
            )
            % {"least": found.least, "rest": REST},
        }
    return {"titles": titles, "descriptions": descriptions, "table": table}


def _codes(level: str, found: Open) -> str:
    depth = LEVELS.index(level)
    used = sorted({one.path[depth] for one in found.figures if len(one.path) > depth} | {REST})
    return _("；").join(f"{code}={name_of(level, code)}" for code in used)
