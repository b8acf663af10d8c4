"""Programmes at the desk: the list, a new one, its stages and projects, a project with its gates, a list checked."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ethicsreview.accounts.models import Authority, Role
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.registry import step_name
from ethicsreview.trail.models import Entry
from ethicsreview.ui import keyset
from ethicsreview.ui.charts import Chart
from ethicsreview.work.models import Job
from reviews.desk.access import Visitor, at_desk, desk_page
from reviews.models import GateAnswer, GateCheck, Programme, ProgrammeEntry
from reviews.models.programmes.answers import answer_of
from reviews.models.programmes.forms import ProgrammeForm
from reviews.models.programmes.gate import RELATED, gatekeeper_for
from reviews.models.programmes.kinds import CHECK_NAMES, ProgrammeState, stages_of
from reviews.models.programmes.planning import plan_programme
from reviews.oversight.programmes.checking import CHECK, rows_of
from reviews.oversight.programmes.figures import Figures, figures_of

ROWS, RECENT = 30, 10


@require_safe
@desk_page
def programmes(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """Of the departments that the visitor manages programmes of or supervises; to others there is no such page."""
    if not visitor.asks_gates:
        raise Http404(request.path)
    rows = at_desk(Programme, visitor.standing).select_related("authority")
    context = {
        "page": keyset.page(rows, by=["-pk"], cursor=request.GET.get("cursor", ""), size=ROWS),
        "may_plan": visitor.standing.holds(Role.PROGRAMME_MANAGER),
    }
    return render(request, "desk/programmes.html", context)


class EntryForm(ProgrammeForm):
    authority = forms.ModelChoiceField(
        label=gettext_lazy("管理部门"), queryset=Authority.objects.none(), to_field_name="ref", empty_label=None
    )
    field_order = ["authority", *ProgrammeForm.base_fields]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def begin(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    own = Authority.objects.filter(pk__in=visitor.standing.bodies(Role.PROGRAMME_MANAGER)).order_by("name", "pk")
    if not own:
        raise Http404(request.path)
    form = EntryForm(request.POST or None)
    form.fields["authority"].queryset = own  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = dict(form.cleaned_data)
        made = plan_programme(given.pop("authority"), by=visitor.person, at=visitor.at, **given)
        messages.success(request, _("科技计划已建立。开始实施后，才能列入项目。"))
        return redirect(made)
    return render(request, "desk/programme_new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@desk_page
def programme(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    found: Programme = visitor.find(Programme, ref, "authority")
    figures = figures_of(found, visitor.at) if found.state != ProgrammeState.DRAFT else None
    entries = found.entries.entered().select_related("project").order_by("number", "pk")
    number = request.GET.get("number", "").strip()
    if number:
        entries = entries.filter(number__contains=number)
    policy = found.policy_at(visitor.at)
    context = {
        "programme": found,
        "stages": list(stages_of(policy).items()),
        "stages_cite": policy.entry("programme.stages").cite if policy.has("programme.stages") else "",
        "figures": figures,
        "chart": _chart(figures) if figures and figures.size else None,
        "number": number,
        "entries": Paginator(entries, ROWS).get_page(request.GET.get("page")),
        "stage_names": stages_of(policy),
        "checks": GateCheck.objects.visible_to(visitor.standing)
        .filter(programme=found)
        .select_related("asked_by")
        .counted()
        .order_by("-pk")[:RECENT],
        "check_address": _check_address(found, request),
        "history": _history(found),
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
    }
    return render(request, "desk/programme.html", context)


def _check_address(found: Programme, request: HttpRequest) -> str:
    asked = urlencode({"programme": found.ref, "back": request.path})
    return f"{reverse('work:new', args=[CHECK])}?{asked}"


def _chart(figures: Figures) -> Chart:
    return Chart(
        name="stages",
        title=_("各环节通过和不通过的项目数"),
        labels=[one.label for one in figures.stages],
        series={
            _("通过"): [one.open for one in figures.stages],
            _("通过，有提醒"): [one.warned for one in figures.stages],
            _("不通过"): [one.shut for one in figures.stages],
        },
        stacked=True,
        of=_("环节"),
    )


def _history(found: Any) -> list[tuple[Entry, str]]:
    rows = Entry.objects.filter(object_kind=found.noun, object_ref=found.ref).defer("facts").order_by("-seq")
    return [(entry, step_name(entry.object_kind, entry.step)) for entry in rows[:RECENT]]


@require_safe
@desk_page
def entry(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """What the gates say, and nothing of the case. Who supervises the project as well leaves the entry of a look."""
    found: ProgrammeEntry = visitor.find(ProgrammeEntry, ref, *RELATED)
    if found.project is not None:
        visitor.looks_into(found.project)
    keeper = gatekeeper_for(found, visitor.standing)
    letter = keeper.facts[found.pk].commitment
    visitor.standing.once(("letter", found.pk), lambda: letter)
    context = {
        "entry": found,
        "answers": [(answer, _drawn(answer)) for answer in keeper.answers(found)],
        "next_stage": keeper.stages.get(found.next_stage(visitor.at), ""),
        "passed": keeper.stages.get(found.passed, ""),
        "letter": letter,
        "kept": GateAnswer.objects.filter(entry=found).select_related("asked_by").order_by("-pk")[:RECENT],
        "history": _history(found),
        "steps": open_steps(found, visitor.person, at=visitor.at, standing=visitor.standing),
    }
    return render(request, "desk/programme_entry.html", context)


def _drawn(answer: Any) -> list[tuple[str, str, str, bool]]:
    """Each reason: the check, the words, the article, and whether it shuts the gate."""
    return [(str(CHECK_NAMES[one.check]), str(one.refusal), one.refusal.cite, shuts) for one, shuts in answer.reasons]


@require_POST
@desk_page
def ask(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """An answer that is kept, for whoever must show later what was known on the day."""
    found: ProgrammeEntry = visitor.find(ProgrammeEntry, ref, *RELATED)
    stage = request.POST.get("stage", "")
    if stage == "guide" or stage not in stages_of(found.policy_at(visitor.at)):
        raise Http404(stage)
    kept = answer_of(found, stage, by=visitor.person, at=visitor.at, held=found.capacities(visitor.standing))
    words = _("已答复并留痕：%(stage)s，%(answer)s。")
    answer = _("通过") if kept.open else _("不通过")
    messages.success(request, words % {"stage": kept.stage_label, "answer": answer})
    return redirect(found)


@require_safe
@desk_page
def check(request: HttpRequest, visitor: Visitor, job: str) -> HttpResponseBase:
    """A list that was checked: every line, and the file where it is one's own."""
    runs = GateCheck.objects.visible_to(visitor.standing).select_related("programme", "asked_by")
    found = runs.counted().filter(job=job).first() if visitor.asks_gates else None
    if found is None:
        raise Http404(job)
    rows = rows_of(found)
    only = request.GET.get("only", "")
    if only == "wrong":
        rows = rows.filter(answer=None)
    elif only in ("open", "shut"):
        rows = rows.filter(answer__open=only == "open")
    context = {
        "run": found,
        "only": only,
        "choices": [
            ("", _("全部"), found.lines),
            ("open", _("通过"), found.open),
            ("shut", _("不通过"), found.shut),
            ("wrong", _("未能检查"), found.wrong),
        ],
        "rows": Paginator(rows, ROWS).get_page(request.GET.get("page")),
        "job": Job.objects.visible_to(visitor.standing).filter(ref=job).first(),
    }
    return render(request, "desk/gate_check.html", context)
