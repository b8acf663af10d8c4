"""What of an amendment is open for writing: the parts that were chosen, and nothing else (Shandong 6; Sichuan 4)."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.lifecycle.refusals import Refusal, Refused
from reviews.models.amending.amendment import PAPER, Amendment, fields_of, part_of, part_words
from reviews.models.submissions.submission import Material, Submission

if TYPE_CHECKING:
    from reviews.models.reviewing.review import Review

ARTICLE = "national:20"


def parts_open(review: "Review") -> frozenset[str] | None:
    """The keys of the parts that may be written; None where all of the application is."""
    if review.amends_id is None:
        return None
    return frozenset(review.amendment.parts)


def check_fields(version: Submission, values: Mapping[str, Any]) -> None:
    """Raises Refused for every field that would change outside the parts that were chosen."""
    parts = parts_open(version.review)
    if parts is None:
        return
    open_fields = set(fields_of(version, parts))
    changed = [name for name, value in values.items() if value != version.content.get(name)]
    _refuse(version, {part_of(version, name) for name in changed if name not in open_fields})


def check_paper(version: Submission, kind: str) -> None:
    """Raises Refused for a document of a kind that was not chosen."""
    parts = parts_open(version.review)
    if parts is not None and PAPER + kind not in parts:
        _refuse(version, {PAPER + kind})


def changed_parts(review: "Review", version: Submission) -> set[str]:
    """The parts in which a version differs from the one in force."""
    base = review.amends
    assert base is not None
    names = base.content.keys() | version.content.keys()
    changed = {part_of(version, name) for name in names if base.content.get(name) != version.content.get(name)}
    # A field and a kind of document may have the same name: they are different parts.
    before, after = ({(one.kind, one.version_id) for one in each.materials.all()} for each in (base, version))
    return changed | {PAPER + kind for kind, _version in before ^ after}


def narrow(amendment: Amendment, version: Submission, parts: Iterable[str]) -> None:
    """Choose these parts: what lies outside them is again what is in force."""
    base, kept = amendment.review.amends, set(parts)
    assert base is not None
    open_fields = set(fields_of(version, kept))
    content = {name: value for name, value in version.content.items() if name in open_fields}
    version.content = {name: value for name, value in base.content.items() if name not in open_fields} | content
    version.revision += 1
    version.save(update_fields=["content", "revision"])
    kinds = {part.removeprefix(PAPER) for part in kept if part.startswith(PAPER)}
    version.materials.exclude(kind__in=kinds).delete()
    copy_papers(base, version, without=kinds)


def copy_papers(base: Submission, version: Submission, *, without: Iterable[str] = ()) -> None:
    """Hand in with `version` what `base` was handed in with."""
    left_out = set(without)
    Material.objects.bulk_create(
        [
            Material(submission=version, kind=one.kind, version=one.version, note=one.note)
            for one in base.documents()
            if one.kind not in left_out
        ]
    )


def _refuse(version: Submission, shut: Iterable[str]) -> None:
    words = part_words(version.review.amends)
    refusals = [
        Refusal(
            "not_opened",
            _("“%(part)s”不在本次变更之内，按现行有效的版本执行；需要变更的，请先选择该部分"),
            {"part": words.get(part, part)},
            ARTICLE,
        )
        for part in sorted(shut)
    ]
    if refusals:
        raise Refused(refusals)
