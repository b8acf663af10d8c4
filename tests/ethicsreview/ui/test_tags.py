import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.http import QueryDict
from django.template import engines
from django.test import RequestFactory
from django.utils.translation import override

from ethicsreview.deadlines.models import Deadline, Unit
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.ui.charts import Chart
from ethicsreview.ui.icons import icon
from ethicsreview.ui.keyset import Page

NOON = datetime(2026, 3, 10, 4, tzinfo=UTC)  # 12:00 in Shanghai


def draw(source: str, **context: Any) -> str:
    template = engines["django"].from_string("{% load ui %}" + source)
    return " ".join(template.render(context, RequestFactory().get("/list/?state=open&cursor=old")).split())


@dataclass
class Declared:
    danger: bool = False
    help: str = ""


@dataclass
class Shown:
    name: str
    label: str
    refusals: tuple[Refusal, ...] = ()
    step: Declared = field(default_factory=Declared)

    @property
    def open(self) -> bool:
        return not self.refusals


def test_an_open_step_leads_to_its_form() -> None:
    html = draw('{% step_buttons steps "/reviews/R1/" %}', steps=[Shown("accept", "受理")])

    assert '<a class="btn btn-primary" role="button" href="/reviews/R1/steps/accept/">受理</a>' in html


def test_a_shut_step_says_all_its_reasons_with_their_articles_and_stays_in_reach() -> None:
    refusals = (
        Refusal("quorum", "到会委员%(there)d人，少于%(least)d人", {"there": 4, "least": 5}, "national:14"),
        Refusal("chair", "主任委员没有签字"),
    )
    html = draw('{% step_buttons steps "/r/" %}', steps=[Shown("conclude", "形成审查意见", refusals)])

    assert "到会委员4人，少于5人 <cite" in html
    assert "《科技伦理审查办法（试行）》第十四条" in html
    assert "主任委员没有签字</li>" in html
    assert 'aria-disabled="true" aria-describedby="steps-conclude-why"' in html
    assert 'id="steps-conclude-why"' in html
    # A disabled button takes no focus, and its reasons would not be read.
    assert not re.search(r"<button[^>]* disabled", html)
    assert 'href="/r/steps/' not in html


def test_no_steps_draw_nothing() -> None:
    assert draw('{% step_buttons steps "/r/" %}', steps=[]) == ""


@pytest.mark.parametrize(
    ("due_at", "unit", "words", "late"),
    [
        (datetime(2026, 3, 12, 16, tzinfo=UTC), Unit.DAYS, "还剩2天", False),
        (datetime(2026, 3, 10, 16, tzinfo=UTC), Unit.DAYS, "今天到期", False),
        (datetime(2026, 3, 8, 16, tzinfo=UTC), Unit.DAYS, "已逾期2天", True),
        (datetime(2026, 3, 10, 5, 30, tzinfo=UTC), Unit.HOURS, "还剩1小时30分", False),
    ],
)
def test_due_says_how_long_and_until_when(due_at: datetime, unit: Unit, words: str, late: bool) -> None:
    html = draw("{% due deadline at=at %}", deadline=Deadline(due_at=due_at, unit=unit), at=NOON)

    assert f'<span class="due-left">{words}</span>' in html
    assert ("due-late" in html) is late
    assert "<svg" in html if late else "<svg" not in html


def test_due_of_a_moment_at_midnight_is_the_day_before() -> None:
    html = draw("{% due moment at=at %}", moment=datetime(2026, 3, 12, 16, tzinfo=UTC), at=NOON)

    assert "还剩2天" in html
    assert "2026年3月12日" in html


def test_due_of_nothing_is_nothing() -> None:
    assert draw("{% due nothing %}", nothing=None) == ""


def test_cite_speaks_the_language_of_the_reader() -> None:
    assert "《科技伦理审查办法（试行）》第十四条" in draw('{% cite "national:14" %}')
    with override("en"):
        assert "Art. 14" in draw('{% cite "national:14" %}') or "Article 14" in draw('{% cite "national:14" %}')
    assert draw("{% cite nothing %}", nothing="") == ""


def test_a_state_is_said_in_words_and_toned_by_its_value() -> None:
    class Review:
        state = "rejected"

        def get_state_display(self) -> str:
            return "不予批准"

    assert draw("{% state_badge r %}", r=Review()) == '<span class="state state-danger">不予批准</span>'
    assert draw('{% state_badge r "审查中" %}', r=Review()) == '<span class="state state-danger">审查中</span>'


def test_pagination_keeps_the_filters_and_drops_the_old_place() -> None:
    html = draw("{% pagination page %}", page=Page([], "new", is_first=False))

    assert 'href="?state=open" rel="first"' in html
    assert 'href="?state=open&amp;cursor=new" rel="next"' in html
    assert QueryDict("state=open&cursor=new")["cursor"] == "new"
    assert draw("{% pagination page %}", page=Page([], "", is_first=True)) == ""


def test_a_chart_brings_its_data_as_json_and_as_a_table() -> None:
    chart = Chart("load", "每月受理", ["1月", "</script>"], {"受理": [3, 4]})
    html = draw("{% chart c %}", c=chart)

    assert 'data-chart="chart-load"' in html
    assert '<script id="chart-load" type="application/json">' in html
    assert "</script>，" not in html
    assert html.count("</script>") == 1
    assert '<th scope="row">1月</th><td>3</td>' in html


def test_a_chart_whose_rows_do_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="load: 受理 has 1 values for 2 labels"):
        Chart("load", "每月受理", ["1月", "2月"], {"受理": [3]})


def test_an_icon_is_silent_unless_it_is_named() -> None:
    assert 'aria-hidden="true"' in icon("lock")
    assert 'role="img" aria-label="&lt;已锁&gt;"' in icon("lock", "<已锁>")


def test_a_path_is_not_the_name_of_an_icon() -> None:
    with pytest.raises(ValueError, match="not the name of an icon"):
        icon("../../package")


def test_every_icon_that_a_template_names_exists() -> None:
    root: Path = settings.BASE_DIR
    templates = [
        path for room in ("config", "ethicsreview", "committees", "reviews") for path in (root / room).rglob("*.html")
    ]
    named = {name for path in templates for name in re.findall(r'\{% icon "([^"]+)"', path.read_text(encoding="utf-8"))}

    assert named
    assert all(icon(name) for name in named)
