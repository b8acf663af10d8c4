"""Beginning an appeal, and its support as a document; every face begins it here."""

from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import standing_of
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.documents.storage import store
from ethicsreview.lifecycle.door import create
from ethicsreview.lifecycle.refusals import NotPermitted, NotVisible, Refusal, Refused
from reviews.models.appeals.appeal import Appeal, obstacles
from reviews.models.projects.project import Project
from reviews.models.reviewing.review import Review

WRITERS = ("lead", "team")


def start_appeal(review: Review, *, by: Person, at: datetime | None = None) -> Appeal:
    """The open appeal against the review's latest decision; a new one if there is none. Raises Refused."""
    moment = at or timezone.now()
    if not Appeal.creators & review.project.capacities(standing_of(by, moment)):
        raise NotPermitted(str(_("提出申诉")), sorted(Appeal.creators))
    with transaction.atomic():
        # Two tabs begin it once, and of the project as it is now.
        review.project = Project.objects.select_for_update().get(pk=review.project_id)
        decision = review.decision
        if refusals := list(obstacles(review, decision)):
            raise Refused(refusals)
        opened = Appeal.objects.open().filter(decision=decision).first()
        return opened or create(Appeal(review=review, decision=decision), by=by, at=moment)


def hand_in_support(appeal: Appeal, file: "File[Any]", *, by: Person, at: datetime | None = None) -> DocumentVersion:
    """What supports an appeal that is being written; handed in again, it is the next version.

    Raises NotVisible, NotPermitted, Refused once it is filed, UploadRefused with all that is wrong with the file.
    """
    moment = at or timezone.now()
    standing = standing_of(by, moment)
    if not Appeal.objects.visible_to(standing).filter(pk=appeal.pk).exists():
        raise NotVisible(appeal.ref)
    if not set(WRITERS) & appeal.review.project.capacities(standing):
        raise NotPermitted(str(_("上传支持材料")), WRITERS)
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=appeal.review.project_id)
        locked = Appeal.objects.select_for_update().get(pk=appeal.pk)
        if locked.state != Appeal.State.DRAFT:
            raise Refused([Refusal("sealed", _("申诉已提出，支持材料不能再改动"), cite="national:18")])
        earlier = locked.document.document if locked.document else None
        version = store(earlier, file, by=by, at=moment, title=str(_("申诉支持材料")), kind="appeal")
        Appeal.objects.filter(pk=locked.pk).update(document=version)
    return version
