"""What an entrustment requires: in writing, of another's qualified committee, and never both review and re-check."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from committees.timing import REGISTRATION
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.policy import Policy

if TYPE_CHECKING:
    from committees.models import Committee
    from reviews.models.entrustments.entrustment import Entrustment
    from reviews.models.projects.project import Project


def in_writing(one: "Entrustment", act: Act) -> Iterator[Refusal]:
    if one.document_id is None:
        yield Refusal("in_writing", _("委托应当采取书面形式：请上传委托书或者协议"), cite="national:13")


def another_house(one: "Entrustment", act: Act) -> Iterator[Refusal]:
    if one.trustee.institution_id == one.institution_id:
        yield Refusal("own_committee", _("本单位的委员会不需要委托"), cite="national:13")


def trustee_lawful(one: "Entrustment", act: Act) -> Iterator[Refusal]:
    """Measures 13: a committee that meets the requirements, its composition of today included."""
    yield from one.trustee.can_review(one.regimes or ["general"], at=act.at)


def trustee_registered(one: "Entrustment", act: Act) -> Iterator[Refusal]:
    """Measures 43: one whose time to register has run out is not what Measures 13 asks for."""
    overdue = Deadline.objects.of(one.trustee).open().filter(kind=REGISTRATION, due_at__lt=act.at)
    if overdue.exists():
        words = _("受托委员会“%(name)s”逾期未登记")
        yield Refusal("unregistered", words, {"name": one.trustee.name}, "national:43")


def fields_held(one: "Entrustment", act: Act) -> Iterator[Refusal]:
    """What was agreed on must still be what the committee is set up for."""
    if lacking := set(one.regimes) - set(one.trustee.regimes):
        words = _("受托委员会的审查范围不含所委托的领域（%(regimes)s）")
        yield Refusal("fields", words, {"regimes": "、".join(sorted(lacking))}, "national:13")


def of_equal_level(one: "Entrustment", trustee_grade: int | None, policy: Policy) -> Refusal | None:
    """Human Measures 14: a medical institution entrusts to an equal or a higher level, or to a regional committee."""
    if not policy.has("entrustment.trustees") or one.institution.type != "hospital":
        return None
    allowed = policy.entry("entrustment.trustees")
    if one.trustee.type == "regional_centre" and "regional" in allowed.value:
        return None
    if trustee_grade is not None and one.truster_grade is not None and trustee_grade >= one.truster_grade:
        return None
    words = _("医疗卫生机构应当委托不低于其等级的机构的委员会，或者区域伦理审查委员会")
    return Refusal("level", words, {}, allowed.cite)


# --- never both review and re-check one activity ----------------------------------------------------------------------


def family(project: "Project") -> Q:
    """The project with the others of its collaboration, as a condition on `project`: one activity to EN-05."""
    whole = Q(project=project) | Q(project__participation__collaboration__project=project)
    whole |= Q(project__collaboration__participations__project=project)
    return whole | Q(project__participation__collaboration__participations__project=project)


def reviewed_by(project: "Project") -> set[int]:
    """The committees, by key, that reviewed the activity, each unit's."""
    from reviews.models.reviewing.review import Review

    rows = Review.objects.filter(family(project)).exclude(state__in=["draft", "withdrawn", "declined"])
    return set(rows.values_list("committee", flat=True))


def rechecked_by(project: "Project") -> set[int]:
    """The centres, by key, that carried out a re-check of the activity."""
    from reviews.models.rechecks.recheck import Recheck
    from reviews.models.reviewing.review import Review

    reviews = Review.objects.filter(family(project)).values("pk")
    rows = Recheck.objects.filter(review__in=reviews, centre__isnull=False).exclude(state="cancelled")
    return set(rows.values_list("centre", flat=True))


def experts_of(project: "Project", committee: "Committee") -> list[str]:
    """Members of the committee who sat on a panel that re-checked the activity, by name."""
    from reviews.models.rechecks.opinion import RecheckOpinion
    from reviews.models.reviewing.review import Review

    reviews = Review.objects.filter(family(project)).values("pk")
    seats = RecheckOpinion.objects.filter(recheck__review__in=reviews, person__appointments__body=committee.pk)
    return sorted(set(seats.whole().values_list("person__name", flat=True)))


def not_review_and_recheck(review: Any, act: Act) -> Iterator[Refusal]:
    """AI Measures 11, and what Measures 28 means for the rest: who re-checked an activity does not review it."""
    committee = review.committee
    if committee.institution_id is not None:
        return
    policy = review.policy_at(act.at)
    key = "entrustment.not_review_and_recheck"
    article = policy.entry(key).cite if policy.has(key) else "national:28"
    if committee.pk in rechecked_by(review.project):
        words = _("%(centre)s承办过本科技活动的复核，不得再审查")
        yield Refusal("rechecked_here", words, {"centre": committee.name}, article)
    if names := experts_of(review.project, committee):
        words = _("%(names)s参加过本科技活动的复核，%(centre)s不得再审查")
        yield Refusal("experts_here", words, {"names": "、".join(names), "centre": committee.name}, article)
