"""Checking a list at one stage in the background: an answer for each project, and for each wrong line what is wrong."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ethicsreview.accounts.models import Role
from ethicsreview.accounts.standing import Standing, standing_of
from ethicsreview.policy import cite
from ethicsreview.policy.words import said
from ethicsreview.work.kinds import AskForm, Failed, Made, Running, kind
from ethicsreview.work.sheets import MEDIA_TYPES, sheet
from reviews.models import GateAnswer, GateCheck, GateCheckRow, Programme, ProgrammeEntry
from reviews.models.programmes.answers import keep
from reviews.models.programmes.gate import RELATED, Gatekeeper
from reviews.models.programmes.kinds import ProgrammeState, stages_of
from reviews.oversight.programmes.listing import Line, Unreadable, from_file, pasted

CHECK = "programme.check"
CHUNK, NAMED, LARGEST = 100, 50, 5  # rows at a time; wrong lines a summary names; MiB
FORMATS = [("xlsx", "XLSX"), ("csv", "CSV")]


def asks(standing: Standing) -> bool:
    """Who asks gates: managers of programmes, and who supervises them."""
    return standing.holds(Role.PROGRAMME_MANAGER, Role.REGULATOR, Role.OPERATOR)


def _stages() -> list[tuple[str, str]]:
    """Every stage that any place knows; whether the programme's does is checked with the programme."""
    from ethicsreview.policy import policy_for

    question = policy_for(region="", at=timezone.now()).library.registry.questions["programme.stages"]
    return [(key, capfirst(said(words))) for key, words in question.choices.items() if key != "guide"]


class CheckForm(AskForm):
    programme = forms.CharField(label=gettext_lazy("科技计划"), max_length=20, help_text=gettext_lazy("编号或者代码。"))
    stage = forms.ChoiceField(label=gettext_lazy("环节"), choices=lambda: [("", gettext_lazy("请选择")), *_stages()])
    numbers = forms.CharField(
        label=gettext_lazy("项目编号"),
        required=False,
        max_length=150_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("每行一个；也可以直接粘贴表格，取第一列。"),
    )
    file = forms.FileField(
        label=gettext_lazy("文件"),
        required=False,
        help_text=gettext_lazy("CSV 或者 XLSX，取第一列；与上面的清单任填一项。"),
    )
    format = forms.ChoiceField(label=gettext_lazy("结果的格式"), choices=FORMATS)

    def clean_programme(self) -> str:
        given = self.cleaned_data["programme"].strip()
        rows = Programme.objects.visible_to(self.standing).exclude(state=ProgrammeState.DRAFT)
        found = (rows.filter(ref=given).first() or rows.filter(code=given).first()) if "\0" not in given else None
        if found is None:
            raise forms.ValidationError(_("没有这一科技计划。"), code="unknown")
        self.found: Programme = found
        return str(found.ref)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > LARGEST << 20:
            raise forms.ValidationError(_("文件超过%(most)dMB，请分成几份。") % {"most": LARGEST})
        return file

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        numbers, file = cleaned.get("numbers"), cleaned.get("file")
        if bool(numbers) == bool(file):
            if not {"numbers", "file"} & self.errors.keys():
                words = _("清单和文件只能填一项。") if file else _("请粘贴清单，或者上传文件。")
                self.add_error("numbers", forms.ValidationError(words, code="one"))
        elif numbers:
            try:
                pasted(numbers)
            except Unreadable as wrong:
                self.add_error("numbers", forms.ValidationError(str(wrong), code="list"))
        if (found := getattr(self, "found", None)) and cleaned.get("stage"):
            known = stages_of(found.policy_at(timezone.now()))
            if cleaned["stage"] not in known:
                self.add_error("stage", forms.ValidationError(_("本计划没有这一环节。"), code="stage"))
        return cleaned

    def title(self, label: str) -> str:
        return _("批量检查：%(programme)s，%(stage)s") % {
            "programme": self.found.name,
            "stage": dict(_stages())[self.cleaned_data["stage"]],
        }


@dataclass(frozen=True)
class Checked:
    """A line with its project, or with what is wrong with it."""

    line: Line
    entry: ProgrammeEntry | None = None
    problem: str = ""


@kind(CHECK, label=gettext_lazy("批量检查科技计划项目"), form=CheckForm, may=asks, listed=False)
def _check(work: Running) -> Made:
    """By batches, each whole: begun again, the lines that have their answer keep it."""
    at, terms = timezone.now(), work.job.terms
    standing = standing_of(work.asker, at)
    programme = Programme.objects.visible_to(standing).filter(ref=terms["programme"]).first()
    if programme is None or not asks(standing):
        raise Failed(_("您已不再担任可以检查这一科技计划的角色。"))
    stage = terms["stage"]
    label = stages_of(programme.policy_at(at)).get(stage)
    if label is None:
        raise Failed(_("本计划没有这一环节。"))
    try:
        lines = from_file(work.given) if work.job.given_name else pasted(terms["numbers"])
    except Unreadable as wrong:
        raise Failed(str(wrong)) from wrong
    run, _new = GateCheck.objects.get_or_create(
        job=work.job.ref,
        defaults={
            "programme": programme,
            "stage": stage,
            "stage_label": label,
            "asked_by": work.asker,
            "at": at,
        },
    )
    _answer_all(work, run, lines, standing, at)
    return _written(work, run)


def _answer_all(work: Running, run: GateCheck, lines: Sequence[Line], standing: Standing, at: datetime) -> None:
    programme, policy = run.programme, run.programme.policy_at(at)
    there = set(run.rows.values_list("line", flat=True))
    held = programme.capacities(standing) & {"programme_manager", "regulator", "operator"}
    found = _found(programme, lines)
    for start in range(0, len(found), CHUNK):
        part = [one for one in found[start : start + CHUNK] if one.line.line not in there]
        work.tell(start, len(found), _("逐项检查"))
        entries = [one.entry for one in part if one.entry is not None]
        keeper = Gatekeeper(entries, policy, at)
        with transaction.atomic():
            asked = [(entry, keeper.answer(entry, run.stage)) for entry in entries]
            answers = keep(asked, by=work.asker, at=at, held=held, run=run)
            of = {answer.entry_id: answer for answer in answers}
            GateCheckRow.objects.bulk_create(_row(run, one, of) for one in part)


def _row(run: GateCheck, one: Checked, of: dict[int, GateAnswer]) -> GateCheckRow:
    answer = of[one.entry.pk] if one.entry is not None else None
    return GateCheckRow(run=run, line=one.line.line, given=one.line.given, answer=answer, problem=one.problem)


def _found(programme: Programme, lines: Sequence[Line]) -> list[Checked]:
    """Each line with its project, by the programme's number or this service's. Two queries."""
    rows = programme.entries.entered().select_related(*RELATED)
    given = {one.given for one in lines if "\0" not in one.given}
    by_number: dict[str, ProgrammeEntry] = {one.number: one for one in rows.filter(number__in=given)}
    by_number = {one.project.ref: one for one in rows.filter(project__ref__in=given) if one.project} | by_number
    first: dict[int, int] = {}
    found = []
    for line in lines:
        entry = by_number.get(line.given)
        if entry is None:
            found.append(Checked(line, problem=_("本计划没有这一项目编号")))
        elif entry.pk in first:
            words = _("与第%(line)d行重复") % {"line": first[entry.pk]}
            found.append(Checked(line, problem=words))
        else:
            first[entry.pk] = line.line
            found.append(Checked(line, entry))
    return found


def rows_of(run: GateCheck) -> Any:
    """The lines in their order, each with its project and its answer."""
    return run.rows.select_related("answer__entry").order_by("line")


def _written(work: Running, run: GateCheck) -> Made:
    form = work.job.terms["format"]
    header = [
        _("行"),
        _("原文"),
        _("项目编号"),
        _("项目名称"),
        _("结果"),
        _("不通过的理由"),
        _("提醒"),
        _("摘要（SM3）"),
    ]
    counted: Counter[str] = Counter()
    wrong: list[str] = []
    with sheet(work.out, form, header, work.job.title) as out:
        for row in rows_of(run):
            counted["wrong" if row.answer is None else "open" if row.answer.open else "shut"] += 1
            if row.answer is None:
                said_of = {"line": row.line, "given": row.given, "problem": row.problem}
                wrong.append(_("第%(line)d行“%(given)s”：%(problem)s") % said_of)
            out.add(list(_cells(row)))
    return Made(
        summary=_summary(counted, wrong),
        name=f"gates-{run.programme.code}-{run.stage}-{timezone.localdate().isoformat()}.{form}",
        media_type=MEDIA_TYPES[form],
        subject=(run.programme.noun, run.programme.ref),
        facts={"stage": run.stage, "lines": sum(counted.values()), **counted},
    )


def _cells(row: GateCheckRow) -> Iterator[Any]:
    yield from (row.line, row.given)
    if row.answer is None:
        yield from ("", "", _("未检查"), row.problem, "", "")
        return
    yield from (row.answer.entry.number, row.answer.entry.title)
    yield _("通过") if row.answer.open else _("不通过")
    yield told(row.answer.shutting)
    yield told(row.answer.warning)
    yield row.answer.digest


def told(reasons: Sequence[dict[str, Any]]) -> str:
    """Kept reasons in one cell, each with its article."""
    return _("；").join(f"{one['text']}（{cite(one['cite'])}）" if one["cite"] else one["text"] for one in reasons)


def _summary(counted: Counter[str], wrong: Sequence[str]) -> str:
    words = _("共%(all)d行：通过%(open)d，不通过%(shut)d，未能检查%(wrong)d。")
    counts = {name: counted[name] for name in ("open", "shut", "wrong")}
    lines = [words % (counts | {"all": sum(counted.values())}), *wrong[:NAMED]]
    if len(wrong) > NAMED:
        lines.append(_("其余%(more)d行见结果。") % {"more": len(wrong) - NAMED})
    return "\n".join(lines)
