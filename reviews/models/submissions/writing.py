"""What a project's people write beside the steps: the project's details, answers as they are typed, documents handed
in. A step makes something of it later; until then it leaves no entry in the trail.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import Standing, standing_of
from ethicsreview.documents.digest import sm3
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.documents.storage import store
from ethicsreview.lifecycle.drafts import Stale, keep_draft
from ethicsreview.lifecycle.refusals import NotPermitted, NotVisible, Refusal, Refused
from reviews.models.amending.scope import check_paper
from reviews.models.collaborations.confirming import carried_versions
from reviews.models.projects.project import Project, ProjectMember
from reviews.models.reviewing.review import Review
from reviews.models.submissions.submission import Material, Submission

WRITERS = ["lead", "team"]


def revise_project(
    project: Project,
    *,
    by: Person,
    revision: int,
    members: list[dict[str, Any]],
    at: datetime | None = None,
    **fields: Any,
) -> int:
    """Change what a draft project says of itself, and who is on its team. Raises as `keep_draft` does."""
    if institution := fields.get("institution"):
        fields["region"] = institution.region
    with transaction.atomic():
        kept = keep_draft(project, by=by, revision=revision, at=at, **fields)
        project.members.filter(was_lead_until=None).delete()
        ProjectMember.objects.bulk_create([ProjectMember(project=project, **member) for member in members])
    return kept


def keep_answers(
    review: Review, *, by: Person, answers: Mapping[int, str], before: Mapping[int, str], at: datetime | None = None
) -> None:
    """Keep the answers to open requests as they are typed; `before` is what each was when the person read it.

    Raises NotVisible, NotPermitted, or Stale when one was changed since: then none is kept.
    """
    _check_writer(review, by, at or timezone.now())
    with transaction.atomic():
        for number, answer in answers.items():
            waiting = review.open_requests().filter(number=number, answer=before[number])
            if not waiting.update(answer=answer):
                raise Stale(f"{review.ref} {number}")


def hand_in(
    submission: Submission,
    kind: str,
    file: "File[Any]",
    *,
    by: Person,
    at: datetime | None = None,
    title: str = "",
    in_place_of: Material | None = None,
) -> Material:
    """A document for the version being written; `in_place_of`: as the next version of that one.

    The same file handed in twice as the same thing is one document.
    Raises NotVisible, NotPermitted, Refused once the version is sealed, UploadRefused with all that is wrong.
    """
    moment = at or timezone.now()
    with transaction.atomic():
        _open(submission, by, moment)
        check_paper(submission, kind)
        if in_place_of is None:
            if same := submission.materials.filter(kind=kind, version__digest=sm3(file)).first():
                return same
            version = store(None, file, by=by, at=moment, title=title, kind=kind)
            return Material.objects.create(submission=submission, kind=kind, version=version)
        _not_the_leads(in_place_of)
        in_place_of.version = store(in_place_of.version.document, file, by=by, at=moment)
        in_place_of.save(update_fields=["version"])
        return in_place_of


def take_back(material: Material, *, by: Person, at: datetime | None = None) -> None:
    """Leave a document out of the version being written. What earlier versions handed in stays with them."""
    with transaction.atomic():
        _open(material.submission, by, at or timezone.now())
        check_paper(material.submission, material.kind)
        _not_the_leads(material)
        material.delete()


def readable_versions(standing: Standing) -> QuerySet[DocumentVersion]:
    """The documents of reviews that the person may see; what is still being written, for the project's own alone."""
    materials = Material.objects.filter(submission__review__in=Review.objects.visible_to(standing))
    if not standing.is_system:
        own = Q(submission__review__project__in=Project.objects.own(standing.person))
        materials = materials.filter(own | Q(submission__sealed_at__isnull=False))
    return DocumentVersion.objects.filter(pk__in=materials.values("version"))


def _open(submission: Submission, by: Person, at: datetime) -> None:
    """The version under its lock, so that nothing is handed in while it is being sealed."""
    _check_writer(submission.review, by, at)
    locked = Submission.objects.select_for_update().get(pk=submission.pk)
    if locked.sealed_at is not None:
        raise Refused([Refusal("sealed", _("本版本已提交，不能再改动"), cite="national:10")])


def _not_the_leads(material: Material) -> None:
    """Of a confirmation: what the lead unit's committee decided on stays as it is."""
    if material.version_id in carried_versions(material.submission.review):
        words = _("牵头单位所审的材料应当原样保留，不能更换或者移除")
        raise Refused([Refusal("lead_materials", words, cite="national:21")])


def _check_writer(review: Review, by: Person, at: datetime) -> None:
    standing = standing_of(by, at)
    if not Review.objects.visible_to(standing).filter(pk=review.pk).exists():
        raise NotVisible(review.ref)
    if not set(WRITERS) & review.capacities(standing):
        raise NotPermitted(str(_("填写申请")), WRITERS)
