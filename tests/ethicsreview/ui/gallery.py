"""One page with every part that pages are made of."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse
from django.template import engines

from ethicsreview.deadlines.models import Deadline, Unit
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.ui.charts import Chart
from ethicsreview.ui.keyset import Page
from tests.ethicsreview.ui.test_forms import Sample

TEMPLATE = Path(__file__).parent / "templates" / "gallery.html"


def step(name: str, label: str, *refusals: Refusal, danger: bool = False) -> SimpleNamespace:
    declared = SimpleNamespace(danger=danger, help="说明文字")
    return SimpleNamespace(name=name, label=label, refusals=refusals, open=not refusals, step=declared)


def state(value: str) -> SimpleNamespace:
    return SimpleNamespace(state=value, get_state_display=lambda: value)


def gallery(request: HttpRequest) -> HttpResponse:
    refusal = Refusal("quorum", "到会委员%(n)d人，少于5人", {"n": 4}, "national:14")
    context = {
        "form": Sample({"title": "长" * 11}),
        "steps": [step("a", "受理"), step("b", "撤回", danger=True), step("c", "形成审查意见", refusal, refusal)],
        "tones": [state(value) for value in ("approved", "suspended", "rejected", "in_review", "draft")],
        "late": Deadline(due_at=datetime(2024, 1, 1, 16, tzinfo=UTC), unit=Unit.DAYS),
        "soon": Deadline(due_at=datetime(2099, 1, 1, 16, tzinfo=UTC), unit=Unit.HOURS),
        "drawn": Chart("load", "每月受理", ["1月", "2月"], {"受理": [3, 4], "办结": [1, 5]}),
        "items": [{"at": datetime(2026, 1, 1, tzinfo=UTC), "title": "受理", "who": "秘书", "text": "材料齐全"}],
        "page": Page([], "x", is_first=False),
    }
    template = engines["django"].from_string(TEMPLATE.read_text(encoding="utf-8"))
    return HttpResponse(template.render(context, request))
