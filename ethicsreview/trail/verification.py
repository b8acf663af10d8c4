"""Reading the trail back, and saying exactly where it no longer holds."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from ethicsreview.trail import triggers
from ethicsreview.trail.digest import algorithm_of, canonical_json, digest
from ethicsreview.trail.models import Chain, Entry, Seal


@dataclass(frozen=True)
class Problem:
    """One place where the record was touched. `seq` is 0 where it is the chain as a whole."""

    subject: str
    seq: int
    message: str

    def __str__(self) -> str:
        return f"{self.subject} #{self.seq}: {self.message}"


def verify(chains: Iterable[Chain] | None = None) -> Iterator[Problem]:
    """Recompute every digest of the chains (all, unless given), and check the triggers that guard them."""
    if chains is None:
        for table in triggers.missing():
            yield Problem(table, 0, _("表上缺少防改触发器"))
        chains = Chain.objects.order_by("pk").iterator(chunk_size=2000)
    for chain in chains:
        yield from _verify_chain(chain)


def _verify_chain(chain: Chain) -> Iterator[Problem]:
    subject, head, expected = str(chain), "", 0
    for entry in Entry.objects.filter(chain=chain).order_by("seq").iterator(chunk_size=500):
        entry.chain = chain
        expected += 1
        if entry.seq != expected:
            yield Problem(subject, expected, _("缺少第 %(seq)d 条") % {"seq": expected})
            expected = entry.seq
        elif entry.previous != head:
            yield Problem(subject, entry.seq, _("与前一条的摘要不相接"))
        algorithm = algorithm_of(entry.digest)
        if not algorithm or digest(entry.content(), algorithm) != entry.digest:
            yield Problem(
                subject,
                entry.seq,
                _("内容被改动（步骤 %(step)s，办理人 %(actor)s）") % {"step": entry.step, "actor": entry.actor_name},
            )
        head = entry.digest
    if (chain.length, chain.head) != (expected, head):
        yield Problem(subject, expected, _("链尾与记录不符：末条被删除，或链头被改动"))


def seal(day: date, at: datetime, folder: Path) -> tuple[Seal, Path]:
    """Close a day: one digest over all heads, and a file that lists them, to be kept outside the service.

    A day is sealed once; asked again, the same seal is returned and the file is left as it is.
    """
    path = folder / f"seal-{day.isoformat()}.jsonl"
    with transaction.atomic():
        made = Seal.objects.filter(day=day).first()
        if made is not None:
            return made, path
        folder.mkdir(parents=True, exist_ok=True)
        previous = Seal.objects.order_by("-day").first()
        chains = list(
            Chain.objects.order_by("subject_kind", "subject_ref").values_list(
                "subject_kind", "subject_ref", "length", "head"
            )
        )
        heads = [[f"{kind}:{ref}", length, head] for kind, ref, length, head in chains]
        before = previous.digest if previous else ""
        made = Seal.objects.create(
            day=day,
            made_at=at,
            chains=len(heads),
            entries=Chain.objects.aggregate(total=Sum("length"))["total"] or 0,
            previous=before,
            digest=digest([day, before, heads]),
        )
        # Whole or not at all, whoever pulls the plug: a file without its row is written over the next time.
        part = path.with_suffix(".part")
        with part.open("wb") as out:
            out.write(canonical_json({"day": day, "previous": before, "digest": made.digest}) + b"\n")
            for line in heads:
                out.write(canonical_json(line) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    return made, path


def verify_seal(path: Path) -> Iterator[Problem]:
    """Hold the record against a seal's file: what was sealed must still stand, at its place, unchanged."""
    lines = path.read_text("utf-8").splitlines()
    head, heads = json.loads(lines[0]), [json.loads(line) for line in lines[1:]]
    day = date.fromisoformat(head["day"])
    if digest([day, head["previous"], heads], algorithm_of(head["digest"])) != head["digest"]:
        yield Problem(path.name, 0, _("日封文件自身被改动"))
    kept = Seal.objects.filter(day=day).first()
    if kept is None or kept.digest != head["digest"]:
        yield Problem(path.name, 0, _("库中的日封与文件不符"))
    for subject, length, sealed in heads:
        kind, _colon, ref = subject.partition(":")
        entry = Entry.objects.filter(chain__subject_kind=kind, chain__subject_ref=ref, seq=length).first()
        if entry is None or entry.digest != sealed:
            yield Problem(subject, length, _("与日封时的记录不符"))


def export(chains: Iterable[Chain]) -> Iterator[bytes]:
    """The chains as lines of canonical JSON, each entry with its digest: enough to verify them elsewhere."""
    for chain in chains:
        for entry in Entry.objects.filter(chain=chain).order_by("seq").iterator(chunk_size=500):
            entry.chain = chain
            yield canonical_json({**entry.content(), "digest": entry.digest}) + b"\n"
