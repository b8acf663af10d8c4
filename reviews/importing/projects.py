"""From rows to draft projects, each through the door, with the first entry of its trail."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from ethicsreview.accounts.models import Institution, Person
from ethicsreview.accounts.standing import SYSTEM
from ethicsreview.lifecycle.door import create
from ethicsreview.lifecycle.refusals import StepError
from ethicsreview.trail.digest import digest
from reviews.importing.institutions import Institutions
from reviews.importing.layouts import Candidate, Layout, layout_of
from reviews.importing.problems import Problem
from reviews.importing.tables import Row, Table
from reviews.models import Project

BATCH = 200


@dataclass
class Summary:
    new: int = 0
    unchanged: int = 0
    changed: int = 0
    refused: int = 0
    doubtful: int = 0
    institutions: int = 0

    @property
    def rows(self) -> int:
        return self.new + self.unchanged + self.changed + self.refused


@dataclass
class Import:
    """One file. `tell` hears each problem as it is found; `progress`, how far it has come after each batch."""

    path: Path
    kind: str
    institutions: Institutions
    by: Any = SYSTEM
    tell: Callable[[Problem], None] = lambda problem: None
    progress: Callable[[Summary], None] = lambda summary: None
    summary: Summary = field(default_factory=Summary)
    # As people know the file, where it lies under another name.
    name: str = ""

    def run(self) -> Summary:
        """Raises UnknownLayout before anything is written, if the file as a whole cannot be read."""
        table = Table(self.path)
        layout = layout_of(self.kind, table.header)
        seen: dict[str, int] = {}
        rows = table.rows()
        while batch := list(islice(rows, BATCH)):
            with transaction.atomic():
                self._take(layout, list(self._read(layout, batch, seen)))
            self.progress(self.summary)
        return self.summary

    def _read(self, layout: Layout, batch: list[Row], seen: dict[str, int]) -> Iterator[tuple[Row, Candidate]]:
        for row in batch:
            if row.refused:
                self._report(row)
                continue
            candidate = layout.read(layout, row)
            first = seen.setdefault(candidate.source_ref, row.line)
            if first != row.line:
                row.refuse(layout.column("source_ref"), _("与第%(line)d行编号重复") % {"line": first})
            yield row, candidate

    def _take(self, layout: Layout, read: list[tuple[Row, Candidate]]) -> None:
        refs = [candidate.source_ref for _row, candidate in read]
        known = dict(Project.objects.filter(source_ref__in=refs).values_list("source_ref", "source_note"))
        for row, candidate in read:
            self._one(layout, row, candidate, known.get(candidate.source_ref))
            self._report(row)

    def _one(self, layout: Layout, row: Row, candidate: Candidate, note: dict[str, Any] | None) -> None:
        institution = self.institutions.named(row, layout.column("institution"), region=candidate.region)
        project = Project(
            title=candidate.title,
            field=candidate.domain,
            region=institution.region if institution else candidate.region,
            funding=candidate.funding,
            starts_on=candidate.starts_on,
            ends_on=candidate.ends_on,
            source_ref=candidate.source_ref,
        )
        lead = Person(username=lead_username(candidate), name=candidate.lead[1], is_active=False)
        _check(layout, row, project, lead)
        if row.refused or institution is None:
            return
        fingerprint = _fingerprint(project, institution, lead)
        if note is not None:
            self._compare(layout, row, candidate, same=note.get("row") == fingerprint)
            return
        project.source_note = candidate.note | {"row": fingerprint}
        try:
            with transaction.atomic():
                self._save(project, institution, lead, row)
        except (StepError, ValidationError, DatabaseError) as error:
            row.refuse(layout.column("source_ref"), str(error))

    def _save(self, project: Project, institution: Institution, lead: Person, row: Row) -> None:
        founding = institution.pk is None
        try:
            if founding:
                institution.save()
            project.institution = institution
            project.lead, _new = Person.objects.get_or_create(
                username=lead.username, defaults={"name": lead.name, "is_active": False, "password": "!"}
            )
            create(project, by=self.by, ground="import", file=self.name or self.path.name, line=row.line)
        except Exception:
            if founding:
                # Undone with the savepoint: the next row that names it founds it again.
                institution.pk, institution.id, institution.ref = None, None, ""
            raise
        self.summary.new += 1
        self.summary.institutions += founding

    def _compare(self, layout: Layout, row: Row, candidate: Candidate, *, same: bool) -> None:
        """What was imported belongs to its people now: a later file changes nothing, and says so where it differs."""
        if same:
            self.summary.unchanged += 1
            return
        self.summary.changed += 1
        words = _("“%(ref)s”与此前导入的内容不同；已导入的科技活动不会被改动")
        row.doubt(layout.column("source_ref"), words % {"ref": candidate.source_ref})

    def _report(self, row: Row) -> None:
        for problem in row.problems:
            self.tell(problem)
        self.summary.refused += row.refused
        self.summary.doubtful += bool(row.problems) and not row.refused


def lead_username(candidate: Candidate) -> str:
    """The account that waits for the lead: the same for the same person of the same list, and telling nothing."""
    source = candidate.source_ref.partition(":")[0]
    return f"{source}-{digest([source, candidate.lead[0]], 'sha256').removeprefix('sha256:')[:12]}"


def _check(layout: Layout, row: Row, project: Project, lead: Person) -> None:
    """Everything that is wrong with what the row would make, under the column it comes from."""
    # A lead without a name has been refused in words of its own.
    for made, names in ((project, ("title", "source_ref", "funding")), (lead, ("name",) if lead.name else ())):
        left_out = {field.name for field in made._meta.concrete_fields} - set(names)
        try:
            made.clean_fields(exclude=left_out)
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                for message in messages:
                    row.refuse(layout.column("lead" if made is lead else name), message)
    starts, ends = project.starts_on, project.ends_on
    if starts and ends and ends < starts:
        row.refuse(
            layout.column("ends_on"), _("结束日期%(ends)s早于开始日期%(starts)s") % {"starts": starts, "ends": ends}
        )


def _fingerprint(project: Project, institution: Institution, lead: Person) -> str:
    parts = [project.title, project.field, institution.name, lead.username, project.funding]
    return digest([*parts, project.starts_on, project.ends_on], "sha256")
