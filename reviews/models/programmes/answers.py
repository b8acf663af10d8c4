"""What a gate has answered: who asked, when, of which stage, and the answer under a digest. Kept as given."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.request_id import current_request_id
from ethicsreview.accounts.standing import Standing
from ethicsreview.documents.digest import canonical_json, sm3
from ethicsreview.documents.models import KeptModel
from ethicsreview.lifecycle.registry import NOTED
from ethicsreview.trail.record import Record, append
from reviews.models.programmes.entry import ProgrammeEntry
from reviews.models.programmes.gate import Answer, gatekeeper
from reviews.models.programmes.programme import run_by

if TYPE_CHECKING:
    from reviews.models.programmes.checks import GateCheck

STEP = "answer_gate"
NOTED[STEP] = _("答复科技计划环节的查询")


class GateAnswerQuerySet(models.QuerySet["GateAnswer"]):
    def visible_to(self, standing: Standing) -> Self:
        """As the programme."""
        if standing.is_system or standing.holds(Role.OPERATOR):
            return self
        return self.filter(run_by(standing, "entry__programme__authority")) if standing.person else self.none()


class GateAnswer(KeptModel):
    entry = models.ForeignKey(ProgrammeEntry, models.PROTECT, related_name="answers", verbose_name=_("计划项目"))
    stage = models.CharField(_("环节"), max_length=12)
    stage_label = models.CharField(_("环节名称"), max_length=40)
    hard = models.BooleanField(_("不得放行的环节"))
    open = models.BooleanField(_("通过"))
    # Each with its check, its code, its words, its article, and whether it shuts the gate.
    reasons = models.JSONField(_("理由"), default=list)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("查询人"))
    asked_at = models.DateTimeField(_("查询时间"))
    check_run = models.ForeignKey(
        "reviews.GateCheck", models.PROTECT, null=True, related_name="answers", verbose_name=_("批量检查")
    )
    digest = models.CharField(_("摘要（SM3）"), max_length=64)

    objects = GateAnswerQuerySet.as_manager()

    if TYPE_CHECKING:
        entry_id: int

    class Meta:
        verbose_name = _("环节答复")
        verbose_name_plural = _("环节答复")
        indexes = [models.Index(fields=["entry", "-id"], name="gate_answer_entry")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.stage}"

    def content(self) -> dict[str, Any]:
        """What the digest is taken over."""
        return {
            "programme": self.entry.programme.code,
            "number": self.entry.number,
            "project": self.entry.project.ref if self.entry.project else "",
            "stage": self.stage,
            "open": self.open,
            "reasons": self.reasons,
            "asked_by": self.asked_by.username,
            "asked_at": self.asked_at,
        }

    @property
    def shutting(self) -> list[dict[str, Any]]:
        return [one for one in self.reasons if one["shuts"]]

    @property
    def warning(self) -> list[dict[str, Any]]:
        return [one for one in self.reasons if not one["shuts"]]


def answer_of(entry: ProgrammeEntry, stage: str, *, by: Person, at: datetime, held: Iterable[str]) -> GateAnswer:
    """Ask one gate, and keep what it says; `held`: in what capacities one asks. Raises KeyError for a stage that the
    rules of the place do not know.
    """
    [kept] = keep([(entry, gatekeeper(entry, at).answer(entry, stage))], by=by, at=at, held=held)
    return kept


def keep(
    answered: Iterable[tuple[ProgrammeEntry, Answer]],
    *,
    by: Person,
    at: datetime,
    held: Iterable[str],
    run: "GateCheck | None" = None,
) -> list[GateAnswer]:
    """Rows and entries of the record in one transaction; a case's story tells of what was asked about it."""
    made = [_row(entry, answer, by=by, at=at, run=run) for entry, answer in answered]
    with transaction.atomic():
        GateAnswer.objects.bulk_create(made)
        append(*_records(made, held))
    return made


def _row(entry: ProgrammeEntry, answer: Answer, *, by: Person, at: datetime, run: "GateCheck | None") -> GateAnswer:
    row = GateAnswer(
        entry=entry,
        stage=answer.stage,
        stage_label=answer.stage_label,
        hard=answer.hard,
        open=answer.open,
        reasons=answer.kept(),
        asked_by=by,
        asked_at=at,
        check_run=run,
    )
    row.digest = sm3(canonical_json(row.content()))
    return row


def _records(rows: Sequence[GateAnswer], held: Iterable[str]) -> list[Record]:
    """In the project's chain where the project is here, else in the programme's."""
    return [
        Record(
            subject=_subject(row.entry),
            object=_subject(row.entry) if row.entry.project else (row.entry.noun, row.entry.ref),
            step=STEP,
            at=row.asked_at,
            actor=("person", row.asked_by.username, row.asked_by.name),
            capacities=",".join(sorted(held)),
            facts={
                "programme": row.entry.programme.code,
                "number": row.entry.number,
                "stage": row.stage,
                "open": row.open,
                "reasons": [one["text"] for one in row.reasons],
                "digest": row.digest,
            },
            request_id=current_request_id(),
        )
        for row in rows
    ]


def _subject(entry: ProgrammeEntry) -> tuple[str, str]:
    about = entry.project or entry.programme
    return about.noun, about.ref
