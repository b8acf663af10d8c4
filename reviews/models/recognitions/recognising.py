"""Founding an alliance, asking for recognition, and the evidence as a document; every face asks here."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Institution, Person
from ethicsreview.accounts.standing import standing_of
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.documents.storage import store
from ethicsreview.lifecycle.door import create
from ethicsreview.lifecycle.refusals import NotPermitted, NotVisible, Refusal, Refused
from reviews.models.projects.project import Project
from reviews.models.recognitions.alliance import Alliance, AllianceSeat
from reviews.models.recognitions.recognition import Recognition
from reviews.models.reviewing.review import Review

# While it waits to be taken up: what is under way ends as it began.
ASKABLE = frozenset({Review.State.SUBMITTED, Review.State.ACCEPTED})
WRITERS = ("lead", "team")


def found_alliance(
    founder: Institution, *, by: Person, name: str, regimes: Iterable[str], at: datetime | None = None, **more: Any
) -> Alliance:
    """A new alliance with its founder for its first member."""
    moment = at or timezone.now()
    with transaction.atomic():
        made = create(
            Alliance(founder=founder, name=name, regimes=sorted(regimes), **more),
            by=by,
            at=moment,
            name=name,
            regimes=sorted(regimes),
        )
        AllianceSeat.objects.create(alliance=made, institution=founder, asked_at=moment, admitted_at=moment)
    return made


def start_recognition(review: Review, *, by: Person, at: datetime | None = None) -> Recognition:
    """The review's open request, or a new one. Raises Refused."""
    moment = at or timezone.now()
    if not Recognition.creators & review.project.capacities(standing_of(by, moment)):
        raise NotPermitted(str(_("请求认可")), sorted(Recognition.creators))
    with transaction.atomic():
        review.project = Project.objects.select_for_update().get(pk=review.project_id)
        fresh = Review.objects.select_related("project").get(pk=review.pk)
        if opened := Recognition.objects.open().filter(review=fresh).first():
            return opened
        if not askable(fresh):
            words = _("审查现为“%(state)s”：提交之后、开始审查之前，方可请求认可")
            raise Refused([Refusal("state", words, {"state": fresh.get_state_display()}, "national:21")])
        return create(Recognition(review=fresh), by=by, at=moment)


def askable(review: Review) -> bool:
    return review.state in ASKABLE and review.kind == Review.Kind.INITIAL


def hand_in_evidence(one: Recognition, file: "File[Any]", *, by: Person, at: datetime | None = None) -> DocumentVersion:
    """The letter of another service, as it was handed in. Raises NotVisible, NotPermitted, Refused, UploadRefused."""
    moment = at or timezone.now()
    standing = standing_of(by, moment)
    if not Recognition.objects.visible_to(standing).filter(pk=one.pk).exists():
        raise NotVisible(one.ref)
    if not set(WRITERS) & one.review.project.capacities(standing):
        raise NotPermitted(str(_("上传证明文件")), WRITERS)
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=one.review.project_id)
        locked = Recognition.objects.select_for_update(of=("self",)).get(pk=one.pk)
        if locked.state != Recognition.State.DRAFT:
            raise Refused([Refusal("sealed", _("请求已提出，证明文件不能再改动"), {}, "national:21")])
        earlier = locked.document.document if locked.document else None
        version = store(earlier, file, by=by, at=moment, title=str(_("请求认可的批件")), kind="recognition")
        Recognition.objects.filter(pk=locked.pk).update(document=version)
    return version
