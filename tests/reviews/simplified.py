"""The simplified procedure's designated members, for its tests."""

from ethicsreview.notices.models import Notice
from reviews.models import Review
from tests.reviews.builders import Case


def given(path: Case, *verdicts: str, **changes: str) -> Case:
    """The designated members, one after the other."""
    for member, verdict in zip([seat.person for seat in path.review.reviewers], verdicts, strict=False):
        path.cast(member, verdict, **changes)
    return reread(path)


def reread(path: Case) -> Case:
    path.review = Review.objects.get(pk=path.review.pk)
    return path


def told(key: str) -> set[str]:
    return set(Notice.objects.filter(key=key).values_list("person__username", flat=True))
