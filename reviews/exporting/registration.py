"""What a unit types into the national platform and hands in there, as one archive with a digest of each file (Measures
43, 44). The platform has no interface; what it holds is known by the receipt that is entered afterwards.
"""

import csv
import io
import tempfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django import forms
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from committees import registered
from committees.kinds import Registered
from committees.models import Committee
from committees.models.registration import note
from ethicsreview.accounts.models import Role
from ethicsreview.accounts.standing import Standing, standing_of
from ethicsreview.documents.models import Letter
from ethicsreview.work.kinds import AskForm, Failed, Made, Running, kind
from ethicsreview.work.sheets import MEDIA_TYPES, plain, sheet
from reviews.exporting.dossier import Archive, safe_name
from reviews.models import Project, Review
from reviews.models.projects import registration
from reviews.oversight.looks import EXPORTED
from reviews.oversight.looks import note as note_look
from reviews.oversight.registers import activities, committees

COMMITTEE, ACTIVITY = "registration.committee", "registration.activity"
# The kinds of material that are the implementation plan.
PLAN = ("protocol", "ai_plan")


class CommitteePackageForm(AskForm):
    committee = forms.CharField(label=gettext_lazy("委员会编号"), max_length=20)

    def clean_committee(self) -> str:
        ref = str(self.cleaned_data["committee"]).strip().upper()
        if committee_for(self.standing, ref) is None:
            raise forms.ValidationError(_("没有这个编号的委员会，或者您不能查看。"))
        return ref

    def title(self, label: str) -> str:
        return f"{label} {self.cleaned_data['committee']}"


class ActivityPackageForm(AskForm):
    project = forms.CharField(label=gettext_lazy("科技活动编号"), max_length=20)

    def clean_project(self) -> str:
        ref = str(self.cleaned_data["project"]).strip().upper()
        if project_for(self.standing, ref, timezone.now()) is None:
            raise forms.ValidationError(_("没有这个编号的科技活动，或者您不能查看。"))
        return ref

    def title(self, label: str) -> str:
        return f"{label} {self.cleaned_data['project']}"


def committee_for(standing: Standing, ref: str) -> Committee | None:
    found = Committee.objects.visible_to(standing).filter(ref=ref).select_related("institution").first()
    return found if found is not None and committees.reads(standing) else None


def project_for(standing: Standing, ref: str, at: datetime) -> Project | None:
    rows = activities.activities_for(standing, {}, at).filter(ref=ref)
    return rows.select_related("lead", "institution", "in_force__review__committee").first()


@kind(
    COMMITTEE, label=gettext_lazy("导出委员会登记材料"), form=CommitteePackageForm, may=committees.reads, listed=False
)
def _committee(work: Running) -> Made:
    at = timezone.now()
    standing = standing_of(work.asker, at)
    committee = committee_for(standing, work.job.terms["committee"])
    if committee is None:
        raise Failed(_("没有这个编号的委员会，或者您不能再查看。"))
    facts = committee.registered_facts(at)
    held = committee.registrations.held().first()
    rules = list(committee.rules.select_related("version__findings").order_by("kind", "-effective"))
    with ZipFile(work.out, "w", ZIP_DEFLATED) as file:
        archive = Archive(file)
        _tables(archive, facts, registered.FIELDS)
        _changes(archive, held.facts if held else {}, facts)
        for number, rule in enumerate(rules):
            work.tell(number, len(rules), _("放入文件"))
            name = safe_name(rule.version.name)
            archive.add_file(f"rules/{rule.kind}-{rule.effective.isoformat()}-{name}", rule.version)
        archive.add_contents()
    own = committees.own_side(committee, standing)
    entry = _noted(committee, own=own, facts=facts, at=at, work=work)
    if not own:
        note_look(committee, standing, "registration", step=EXPORTED)
    return _made(work, committee, entry, len(facts))


@kind(
    ACTIVITY,
    label=gettext_lazy("导出清单内科技活动登记材料"),
    form=ActivityPackageForm,
    may=activities.reads,
    listed=False,
)
def _activity(work: Running) -> Made:
    at = timezone.now()
    standing = standing_of(work.asker, at)
    project = project_for(standing, work.job.terms["project"], at)
    if project is None:
        raise Failed(_("没有这个编号的科技活动，或者您不能再查看。"))
    facts = registration.activity_facts(project, at)
    held = project.registrations.held().first()
    with ZipFile(work.out, "w", ZIP_DEFLATED) as file:
        archive = Archive(file)
        _tables(archive, facts, registration.FIELDS)
        _changes(archive, held.facts if held else {}, facts)
        if project.in_force is not None:
            _approved(archive, project.in_force.review, project.in_force, work)
        archive.add_contents()
    own = standing.holds(Role.INSTITUTION_OFFICER, body_id=project.institution_id)
    entry = _noted(project, own=own, facts=facts, at=at, work=work)
    if not own:
        note_look(project, standing, "registration", step=EXPORTED)
    return _made(work, project, entry, len(facts))


def _noted(subject: Any, *, own: bool, facts: Mapping[str, str], at: datetime, work: Running) -> str:
    """What its own side exports is what the next receipt answers for; what others take along changes nothing."""
    if not own:
        return ""
    made = note(subject.registrations, Registered.PACKAGE, at=at, person=work.asker, facts=facts)
    return str(made.digest)


def _made(work: Running, subject: Any, digest: str, fields: int) -> Made:
    return Made(
        summary=_("%(fields)d项登记内容；办理后请登记回执编号。") % {"fields": fields},
        name=f"registration-{subject.ref}-{timezone.localdate().isoformat()}.zip",
        media_type=MEDIA_TYPES["zip"],
        subject=(subject.noun, subject.ref),
        facts={"fields": fields, "digest": digest},
    )


def _approved(archive: Archive, review: Review, version: Any, work: Running) -> None:
    """The plan as it was approved, the decisions, and the papers of review and re-check."""
    plan = [one for one in version.handed_in if one.kind in PLAN]
    for number, material in enumerate(plan, 1):
        work.tell(number, len(plan), _("放入文件"))
        archive.add_file(f"plan/{number:02}-{safe_name(material.version.name)}", material.version)
    decisions = review.decisions.select_related("submission", "recheck").order_by("pk")
    archive.add_json("review.json", [_decision(one) for one in decisions])
    for recheck in review.rechecks.order_by("pk"):
        for letter in Letter.objects.of(recheck.noun, recheck.ref).order_by("pk"):
            archive.add_file(f"recheck/{safe_name(letter.name)}", letter)
    for letter in Letter.objects.of(review.noun, review.ref).order_by("pk"):
        archive.add_file(f"decisions/{safe_name(letter.name)}", letter)


def _decision(one: Any) -> dict[str, Any]:
    return {
        "number": one.number,
        "outcome": one.outcome,
        "preliminary": one.preliminary,
        "basis": one.basis,
        "decided_at": timezone.localtime(one.decided_at),
        "version": one.submission.number,
        "version_digest": one.submission_digest,
        "tally": one.tally,
        "grounds": one.grounds,
        "recheck": one.recheck.number if one.recheck is not None else "",
    }


def _tables(archive: Archive, facts: Mapping[str, str], fields: Mapping[str, Any]) -> None:
    """The same rows twice: to read, and to open in a spreadsheet."""
    with translation.override("zh-hans"):
        rows = [[str(fields.get(name.partition(":")[0], name)), value] for name, value in facts.items()]
        header = [str(_("登记项目")), str(_("内容"))]
        archive.add_bytes("registration.csv", _csv(header, rows))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "registration.xlsx"
            with sheet(path, "xlsx", header) as out:
                for row in rows:
                    out.add(row)
            archive.add_bytes("registration.xlsx", path.read_bytes())


def _changes(archive: Archive, before: Mapping[str, str], now: Mapping[str, str]) -> None:
    """What the platform holds and what it should; without the first, all is new."""
    with translation.override("zh-hans"):
        rows = [[one.field, one.before, one.after] for one in registered.differences(before, now)]
        header = [str(_("登记项目")), str(_("平台上的内容")), str(_("现在的内容"))]
        archive.add_bytes("changes.csv", _csv(header, rows))


def _csv(header: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([[plain(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")
