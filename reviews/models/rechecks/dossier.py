"""What a unit applies for a re-check with, and at whom (Measures 26, 27)."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Authority
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.policy import Policy, policy_for
from ethicsreview.policy.catalogues import materials
from ethicsreview.policy.schema import Text
from ethicsreview.policy.words import said
from reviews.models.collaborations import spreading
from reviews.models.meetings.meeting import Meeting
from reviews.models.reviewing.decision import Decision
from reviews.rules.checklist import missing
from reviews.rules.recheck_routing import Department, competent, domains, routes

if TYPE_CHECKING:
    from reviews.models.reviewing.record import ReviewRecord

# A refusal names so many units; the page of the collaboration names all.
NAMED = 8


def policy_of(review: "ReviewRecord", at: datetime) -> Policy:
    """The rules of the day of the application, where the unit is that applies."""
    return policy_for(region=review.project.region, regimes=review.regimes, at=at)


def domains_of(review: "ReviewRecord") -> tuple[str, ...]:
    """The domains of the table of departments that the activity touches."""
    answered = review.assessment.conclusions.facts.get("fields", ())
    return domains(regimes=review.regimes, fields={review.project.field, *answered})


def authorities_for(review: "ReviewRecord", at: datetime) -> list[Authority]:
    """The departments that may take the application, those of the first domain before others."""
    policy, place = policy_of(review, at), review.project.region
    rows = {
        one.pk: one for one in Authority.objects.filter(is_active=True, region__startswith=place[:2]).order_by("ref")
    }
    found = competent(
        [Department(one.pk, one.level, one.field, one.region[: _digits(one)]) for one in rows.values()],
        asked=routes(domains_of(review), _table(policy)),
        levels=policy.value("recheck.routed_to"),
        place=place,
    )
    return [rows[key] for key in found]


def _digits(authority: Authority) -> int:
    return 2 if authority.level == Authority.Level.PROVINCE else 4


def _table(policy: Policy) -> dict[str, Any]:
    """A province's own table of departments, or what the operator set where there is none."""
    key = "authority.lead_departments" if policy.has("authority.lead_departments") else "recheck.departments"
    table: dict[str, Any] = policy.value(key, default={})
    return table


def preliminary_opinion(review: "ReviewRecord") -> Decision | None:
    """The committee's opinion of this round: of a modification that was confirmed, the vote that asked for it."""
    decision: Decision | None = review.decisions.filter(round=review.round).order_by("-pk").first()
    return decision


# --- guards of `refer` ------------------------------------------------------------------------------------------------


def by_lead_unit(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    """Of an activity of several units the lead unit applies for all."""
    if review.assessment.conclusions.several_units == "participating":
        yield Refusal(
            "not_lead_unit", _("多单位合作的科技活动，由牵头单位汇总并报请复核，本单位为参与单位"), {}, "national:26"
        )


def gathered(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    """Measures 26: the lead unit gathers before it applies, so every unit's committee has spoken."""
    if waiting := spreading.undecided(review):
        named = {"count": len(waiting), "names": "、".join(waiting[:NAMED])}
        words = _("由牵头单位汇总后报请复核：尚有%(count)d个参与单位未作出决定（%(names)s）")
        yield Refusal("units_out", words, named, "national:26")


def application_whole(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    """Measures 27(1): all the material of the application, as it was sealed."""
    version = review.submission
    if version is None or not version.intact():
        yield Refusal("version_changed", _("所审版本与提交时的摘要不符，不能报请复核"), cite="national:27")
        return
    assert version.sealed_at is not None
    present = {material.kind for material in version.handed_in}
    for rule in missing(review.assessment.conclusions, materials(version.sealed_at), present):
        yield Refusal(f"material.{rule.key}", _("缺少材料：%(material)s"), {"material": said(rule)}, rule.cite)
    for material in version.handed_in:
        if material.version.scan == "infected":
            words = _("文件“%(name)s”查出病毒，不能报送")
            yield Refusal("infected", words, {"name": material.version.name}, "national:27")


def opinion_whole(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    """Measures 27(2): the preliminary opinion, with the votes and the signed minutes it rests on."""
    opinion = preliminary_opinion(review)
    if opinion is None:
        yield Refusal("no_opinion", _("没有初步审查意见"), cite="national:27")
    elif opinion.meeting is not None and opinion.meeting.state != Meeting.State.CLOSED:
        words = _("会议“%(meeting)s”的会议记录尚未签署")
        yield Refusal("minutes_unsigned", words, {"meeting": opinion.meeting.title}, "national:27")


def authority_exists(review: "ReviewRecord", act: Act) -> Iterator[Refusal]:
    """Measures 26: there must be somebody to apply to."""
    if act.once("authorities", lambda: authorities_for(review, act.at)):
        return
    policy, touched = policy_of(review, act.at), domains_of(review)
    table = _table(policy)
    names = [said(Text(**table[domain])) for domain in touched if domain in table]
    yield Refusal(
        "no_authority",
        _("没有登记可以受理复核申请的主管部门（%(domains)s%(names)s），请运维人员登记后再报请"),
        {"domains": "、".join(_domain_words(touched)), "names": f"：{'、'.join(names)}" if names else ""},
        policy.entry("recheck.routed_to").cite,
    )


def _domain_words(touched: tuple[str, ...]) -> list[str]:
    labels = {
        "human": _("涉及人的生命科学和医学"),
        "ai": _("人工智能"),
        "animal": _("实验动物"),
        "agriculture": _("农业"),
        "other": _("其他领域"),
    }
    return [str(labels[domain]) for domain in touched]
