"""The approval of a partner's country as a document, handed in beside the steps."""

from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import Standing, standing_of
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.documents.storage import store
from ethicsreview.lifecycle.refusals import NotPermitted, NotVisible, Refusal, Refused
from reviews.models.international.approval import ForeignApproval
from reviews.models.projects.project import Project

WRITERS = ("lead", "team")


def readable_paper(approval: ForeignApproval, standing: Standing) -> DocumentVersion | None:
    """Its document; what is not entered yet, for the project's own people alone."""
    written = approval.state in ForeignApproval.ENTERABLE
    if written and not standing.is_system and not set(WRITERS) & approval.project.capacities(standing):
        return None
    return approval.document


def hand_in_approval(
    approval: ForeignApproval, file: "File[Any]", *, by: Person, at: datetime | None = None
) -> DocumentVersion:
    """The document of an approval that is still to be entered; handed in again, it is the next version.

    Raises NotVisible, NotPermitted, Refused once it waits for the committee or is confirmed, UploadRefused with all
    that is wrong with the file.
    """
    moment = at or timezone.now()
    standing = standing_of(by, moment)
    if not ForeignApproval.objects.visible_to(standing).filter(pk=approval.pk).exists():
        raise NotVisible(approval.ref)
    if not set(WRITERS) & approval.project.capacities(standing):
        raise NotPermitted(str(_("上传批准文件")), WRITERS)
    with transaction.atomic():
        # Under the project's lock, as the steps are: nothing is exchanged while it is being entered or confirmed.
        Project.objects.select_for_update().get(pk=approval.project_id)
        locked = ForeignApproval.objects.select_for_update().get(pk=approval.pk)
        if locked.state not in ForeignApproval.ENTERABLE:
            raise Refused(
                [Refusal("sealed", _("已登记的批准文件不能再改动；需要更换的，先撤回登记"), cite="national:12")]
            )
        earlier = locked.document.document if locked.document else None
        title = str(_("%(country)s伦理审查批准") % {"country": locked.country_name})
        version = store(earlier, file, by=by, at=moment, title=title, kind="foreign_approval")
        ForeignApproval.objects.filter(pk=locked.pk).update(document=version)
    return version
