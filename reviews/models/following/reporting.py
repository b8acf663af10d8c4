"""Beginning a report, and the documents beside it; every face begins them here."""

from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import standing_of
from ethicsreview.documents.digest import sm3
from ethicsreview.documents.storage import store
from ethicsreview.lifecycle.door import create
from ethicsreview.lifecycle.refusals import NotPermitted, NotVisible, Refusal, Refused
from reviews.models.following.contents import Kind
from reviews.models.following.filing import Filed, FilingPaper, obstacles
from reviews.models.following.report import Report
from reviews.models.projects.project import Project
from reviews.models.reviewing.review import Review
from reviews.rules.reporting import FILED_IN

WRITERS = ("lead", "team")
# What an activity runs on: the reviews that can have approved it.
APPROVING = (Review.Kind.INITIAL, Review.Kind.APPEAL, Review.Kind.REREVIEW)


def kinds_open(project: Project) -> list[Kind]:
    """What may be reported of the project as it stands."""
    may = FILED_IN.get(project.state, frozenset())
    return [kind for kind in Kind if kind in may]


def start_report(project: Project, kind: str, *, by: Person, at: datetime | None = None) -> Report:
    """The open draft of this kind; a new one, if there is none. Raises NotPermitted, or Refused with the reasons."""
    moment = at or timezone.now()
    if not Report.creators & project.capacities(standing_of(by, moment)):
        raise NotPermitted(str(_("提交报告")), sorted(Report.creators))
    with transaction.atomic():
        # Two tabs begin it once, and of the project as it is now.
        project = Project.objects.select_for_update().get(pk=project.pk)
        drafted = Report.objects.filter(project=project, kind=kind, state=Report.State.DRAFT).first()
        if drafted is not None:
            return drafted
        if refusals := list(obstacles(project, kind)):
            raise Refused(refusals)
        approved = project.reviews.filter(state="approved", kind__in=APPROVING).order_by("-concluded_at", "-pk").first()
        assert approved is not None, "in these states the project was approved by a review"
        return create(Report(project=project, kind=kind, review=approved), by=by, at=moment)


def hand_in_paper(filed: Filed, file: "File[Any]", *, by: Person, at: datetime | None = None) -> FilingPaper:
    """A document beside a report that is being written. The same file twice is one document.

    Raises NotVisible, NotPermitted, Refused once it is sealed, UploadRefused with all that is wrong with the file.
    """
    moment = at or timezone.now()
    with transaction.atomic():
        locked = _open(filed, by, moment)
        if same := locked.papers.filter(version__digest=sm3(file)).first():
            found: FilingPaper = same
            return found
        version = store(None, file, by=by, at=moment, title=file.name or "", kind="report")
        return FilingPaper.objects.create(**{locked.noun: locked}, version=version)


def take_back_paper(paper: FilingPaper, *, by: Person, at: datetime | None = None) -> None:
    with transaction.atomic():
        _open(paper.of, by, at or timezone.now())
        paper.delete()


def _open(filed: Filed, by: Person, at: datetime) -> Filed:
    """Under its project's lock and its own, so that nothing is handed in while it is being sealed."""
    standing = standing_of(by, at)
    model: Any = type(filed)
    if not model.objects.visible_to(standing).filter(pk=filed.pk).exists():
        raise NotVisible(filed.ref)
    if not set(WRITERS) & filed.project.capacities(standing):
        raise NotPermitted(str(_("上传报告材料")), WRITERS)
    Project.objects.select_for_update().get(pk=filed.project.pk)
    locked: Filed = model.objects.select_for_update(of=("self",)).get(pk=filed.pk)
    if locked.state not in model.draft.states:
        raise Refused([Refusal("sealed", _("报告现在不能改动"), cite="national:19")])
    return locked
