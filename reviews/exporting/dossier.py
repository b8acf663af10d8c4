"""A project's dossier as one archive: what was handed in, what was decided, the letters, and the record.

It holds what its asker may see, at the moment in which it is made; what is still being written is in nobody's dossier.
"""

import csv
import io
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django import forms
from django.core.files import File
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ethicsreview.accounts.standing import Standing, standing_of
from ethicsreview.documents.digest import sm3
from ethicsreview.documents.models import DocumentVersion, Letter, Scan
from ethicsreview.trail.models import Chain
from ethicsreview.trail.verification import export
from ethicsreview.work.kinds import AskForm, Failed, Made, Running, kind
from ethicsreview.work.sheets import MEDIA_TYPES, plain
from reviews.models import Project, Review

DOSSIER = "project.dossier"


class DossierForm(AskForm):
    project = forms.CharField(label=gettext_lazy("科技活动编号"), max_length=20)

    def clean_project(self) -> str:
        ref = str(self.cleaned_data["project"]).strip().upper()
        if not Project.objects.visible_to(self.standing).filter(ref=ref).exists():
            raise forms.ValidationError(_("没有这个编号的科技活动，或者您不能查看。"))
        return ref

    def title(self, label: str) -> str:
        return f"{label} {self.cleaned_data['project']}"


@dataclass
class Archive:
    """Each file with its line in the list of contents."""

    zip: ZipFile
    listed: list[tuple[str, int | str, str, str]] = field(default_factory=list)

    def add_json(self, place: str, content: Any) -> None:
        self.add_bytes(place, json.dumps(content, ensure_ascii=False, indent=1, cls=DjangoJSONEncoder).encode())

    def add_bytes(self, place: str, content: bytes) -> None:
        self.zip.writestr(place, content)
        self.listed.append((place, len(content), sm3(content), ""))

    def add_file(self, place: str, item: DocumentVersion | Letter) -> None:
        """In pieces, whatever its size. What cannot be handed out is named, with the reason."""
        if isinstance(item, DocumentVersion) and item.scan == Scan.INFECTED:
            self.listed.append((place, item.size, item.digest, _("查出病毒，未放入")))
            return
        try:
            source: File[Any] = item.file.open("rb")
        except FileNotFoundError:
            self.listed.append((place, item.size, item.digest, _("存储中暂时取不到，未放入")))
            return
        with source, self.zip.open(place, "w", force_zip64=True) as out:
            shutil.copyfileobj(source, out, 1 << 20)
        self.listed.append((place, item.size, item.digest, ""))

    def add_contents(self) -> None:
        out = io.StringIO()
        rows = csv.writer(out)
        rows.writerow([_("文件"), _("字节数"), "SM3", _("说明")])
        rows.writerows([[plain(cell) for cell in row] for row in self.listed])
        self.zip.writestr("contents.csv", "\ufeff" + out.getvalue())


@kind(DOSSIER, label=gettext_lazy("导出卷宗"), form=DossierForm, may=lambda standing: True, listed=False)
def _dossier(work: Running) -> Made:
    standing = standing_of(work.asker, timezone.now())
    project = (
        Project.objects.visible_to(standing)
        .select_related("lead", "institution")
        .filter(ref=work.job.terms["project"])
        .first()
    )
    if project is None:
        raise Failed(_("没有这个编号的科技活动，或者您不能再查看。"))
    reviews = list(
        Review.objects.visible_to(standing).filter(project=project).select_related("committee").order_by("pk")
    )
    papers = [paper for review in reviews for paper in _papers(review)]
    with ZipFile(work.out, "w", ZIP_DEFLATED) as file:
        archive = Archive(file)
        archive.add_json("project.json", _project(project))
        for review in reviews:
            archive.add_json(f"{review.ref}/review.json", _review(review))
        for number, (place, item) in enumerate(papers):
            work.tell(number, len(papers), _("放入文件"))
            archive.add_file(place, item)
        if _reads_record(standing, project):
            for chain in Chain.objects.filter(subject_kind=project.noun, subject_ref=project.ref):
                archive.zip.writestr("record.jsonl", b"".join(export([chain])))
                archive.listed.append(("record.jsonl", "", "", _("留痕，可以核验")))
        archive.add_contents()
    left_out = sum(bool(row[3]) for row in archive.listed if row[2])
    words = _("%(reviews)d项审查，%(files)d个文件，%(left)d个未能放入（见 contents.csv）。")
    return Made(
        summary=words % {"reviews": len(reviews), "files": len(papers) - left_out, "left": left_out},
        name=f"{project.ref}-{timezone.localdate().isoformat()}.zip",
        media_type=MEDIA_TYPES["zip"],
        subject=(project.noun, project.ref),
        facts={"reviews": [review.ref for review in reviews], "files": len(papers) - left_out},
    )


def _reads_record(standing: Standing, project: Project) -> bool:
    """The chain names who voted and who stood aside: it is the committee's and the operators', never the applicant's,
    and nobody's who has an interest.
    """
    if Project.objects.own(standing.person).filter(pk=project.pk).exists():
        return False
    return standing.sees_everyone or Review.objects.on_table(standing).filter(project=project).exists()


def _papers(review: Review) -> Iterator[tuple[str, DocumentVersion | Letter]]:
    for submission in review.submissions.filter(sealed_at__isnull=False).order_by("number"):
        for number, material in enumerate(submission.handed_in, 1):
            name = safe_name(material.version.name)
            yield f"{review.ref}/v{submission.number}/{number:02}-{name}", material.version
    for letter in Letter.objects.of(review.noun, review.ref).order_by("pk"):
        yield f"{review.ref}/letters/{letter.ref}-{safe_name(letter.name)}", letter


def safe_name(name: str) -> str:
    """A name that leads nowhere else when the archive is unpacked."""
    return get_valid_filename(name.replace("/", "_").replace("\\", "_")).lstrip(".")[-120:] or "file"


def _project(project: Project) -> dict[str, Any]:
    return {
        "ref": project.ref,
        "title": project.title,
        "state": project.state,
        "field": project.field,
        "lead": project.lead.name,
        "institution": project.institution.name,
        "starts_on": project.starts_on,
        "ends_on": project.ends_on,
        "made_at": timezone.localtime(),
    }


def _review(review: Review) -> dict[str, Any]:
    return {
        "ref": review.ref,
        "kind": review.kind,
        "state": review.state,
        "procedure": review.procedure,
        "committee": review.committee.name,
        "versions": [
            {
                "number": version.number,
                "sealed_at": _told(version.sealed_at),
                "digest": version.digest,
                "content": version.content,
            }
            for version in review.submissions.filter(sealed_at__isnull=False).order_by("number")
        ],
        "decisions": [
            {
                "number": one.number,
                "outcome": one.outcome,
                "preliminary": one.preliminary,
                "basis": one.basis,
                "decided_at": _told(one.decided_at),
                "version": one.submission.number,
                "version_digest": one.submission_digest,
                "reasons": one.reasons,
                "requirements": one.requirements,
                "conditions": one.conditions,
            }
            for one in review.decisions.select_related("submission").order_by("pk")
        ],
    }


def _told(moment: datetime | None) -> datetime | None:
    return timezone.localtime(moment) if moment else None
