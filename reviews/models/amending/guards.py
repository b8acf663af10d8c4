"""What the steps of an amendment require. Each guard is silent in a review that amends nothing."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Appointment, Restriction, Role
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from reviews.models.amending.amendment import part_words
from reviews.models.amending.scope import changed_parts
from reviews.models.projects.changing import AMENDABLE

if TYPE_CHECKING:
    from reviews.models.amending.steps import Amending
    from reviews.models.reviewing.record import ReviewRecord
    from reviews.models.reviewing.review import Review


def amends_something(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    if review.amends_id is None:
        yield Refusal("not_an_amendment", _("不是变更审查"), {}, "national:20")


def base_in_force(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    """What it was compared with, and what it was drawn up from, is what is in force."""
    if review.amends_id is None:
        return
    if review.project.state not in AMENDABLE:
        yield Refusal(
            "project_state",
            _("科技活动现为“%(state)s”，不能变更已批准的方案"),
            {"state": review.project.get_state_display()},
            "national:20",
        )
    if review.project.in_force_id != review.amends_id:
        yield Refusal("base_replaced", _("现行有效的版本已经改变，请撤回后按新的版本重新申请变更"), {}, "national:20")


def change_told(review: "Review", act: Act) -> Iterator[Refusal]:
    """Why, and for each part what; risk and benefit; what the participants are told."""
    if review.amends_id is None:
        return
    amendment = review.amendment
    if not amendment.parts:
        yield Refusal("no_parts", _("请先选择变更的部分并写明理由"), {}, "national:20")
        return
    words = part_words(review.amends)
    for part in amendment.parts:
        if not amendment.changes.get(part):
            yield Refusal(
                f"untold.{part}",
                _("请说明“%(part)s”变更了什么"),
                {"part": words.get(part, part)},
                "national:20",
            )
    if not amendment.risk_benefit:
        yield Refusal("risk_untold", _("请说明是否改变风险或者受益"), {}, "national:20")


def chosen_changed(review: "Review", act: Act) -> Iterator[Refusal]:
    """Each part that was chosen differs from what is in force, and no other does."""
    version = review.draft_submission if review.amends_id is not None else None
    if version is None:
        return
    words, changed = part_words(review.amends), changed_parts(review, version)
    for part in review.amendment.written_parts:
        if part not in changed:
            yield Refusal(
                f"unchanged.{part}",
                _("“%(part)s”已选择变更，但与现行有效的版本相同"),
                {"part": words.get(part, part)},
                "national:20",
            )
    for part in sorted(changed - set(review.amendment.parts)):
        yield Refusal(
            f"not_opened.{part}",
            _("“%(part)s”不在本次变更之内，却与现行有效的版本不同"),
            {"part": words.get(part, part)},
            "national:20",
        )


def risk_assessed_anew(review: "Review", act: Act) -> Iterator[Refusal]:
    """Measures 9: where the answers change, they are given anew before it is submitted."""
    if review.amends_id is None or not review.amendment.risk_changed:
        return
    if review.assessment.state != review.assessment.State.PROPOSED:
        yield Refusal("assessment", _("风险评估的回答改变的，请先完成新的风险评估"), {}, "national:9")


def lead_settled(review: "Review", act: Act) -> Iterator[Refusal]:
    """A new lead has accepted and promised; the institution agrees; nobody bars them."""
    if review.amends_id is None or not review.amendment.changes_lead:
        return
    amendment = review.amendment
    assert amendment.new_lead is not None
    names = {"name": amendment.new_lead.name}
    if not amendment.accepted:
        yield Refusal("not_accepted", _("新负责人%(name)s尚未接受并签署承诺"), names, "national:9(5)")
    if not amendment.agreed:
        yield Refusal("not_agreed", _("承担单位尚未同意变更负责人"), {}, "national:9(3)")
    yield from lead_qualified(review, act)


def lead_qualified(review: "Review", act: Act) -> Iterator[Refusal]:
    """Measures 9(3): of the institution's research staff, with an account; Sichuan 12: and under no ban."""
    person = review.amendment.new_lead if review.amends_id is not None else None
    if person is None:
        return
    held = Appointment.objects.current(act.at).filter(person=person, body=review.project.institution_id)
    if not person.is_active or not held.filter(role__in=[Role.RESEARCHER, Role.INSTITUTION_OFFICER]).exists():
        yield Refusal(
            "not_of_institution",
            _("%(name)s不是承担单位登记的科技人员，不能担任负责人"),
            {"name": person.name},
            "national:9(3)",
        )
    for barred in Restriction.objects.in_force(act.at).on(person=person, institution=review.project.institution):
        yield Refusal(
            "restriction",
            _("%(who)s在限制期内（至%(until)s）：%(ground)s"),
            {
                "who": barred.person or barred.institution,
                "until": barred.ends or _("另行通知"),
                "ground": barred.ground,
            },
            barred.citation,
        )


def lead_named(review: "Review", act: Act) -> Iterator[Refusal]:
    if review.amends_id is None or review.amendment.new_lead_id is None:
        yield Refusal("nobody_named", _("没有提名新负责人"), {}, "national:9")


def not_yet_accepted(review: "Review", act: Act) -> Iterator[Refusal]:
    if review.amends_id is not None and review.amendment.accepted:
        yield Refusal("accepted", _("新负责人已经接受"), {}, "national:9")


def not_yet_agreed(review: "Review", act: Act) -> Iterator[Refusal]:
    if review.amends_id is not None and review.amendment.agreed:
        yield Refusal("agreed", _("单位已经同意"), {}, "national:9(3)")


def change_weighed(review: "Amending", act: Act) -> Iterator[Refusal]:
    """The committee, and not the applicant, finds whether a change is small."""
    if review.amends_id is not None and not review.amendment.weighed:
        yield Refusal("not_weighed", _("请先认定是否属于较小变更、风险是否发生重大变化"), {}, "national:22")


def not_voted_on(review: "Amending", act: Act) -> Iterator[Refusal]:
    """What the ballots rest on is not found otherwise while they are cast."""
    if review.amends_id is not None and review.opinions.filter(state="cast", round=review.round).exists():
        yield Refusal("voted", _("本轮已有委员出具意见，不能再改变认定"), {}, "national:22")
