"""From a recognised result to this committee's own decision."""

from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _

from committees.models import Membership
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.act import Act
from reviews.models.rechecks import conclusion as recheck_conclusion
from reviews.models.recognitions import sources
from reviews.models.reviewing import conclusion
from reviews.models.reviewing.decision import Decision, Outcome
from reviews.rules.votes import VERDICTS

if TYPE_CHECKING:
    from reviews.models.recognitions.recognition import Recognition
    from reviews.models.reviewing.confirming import Confirming


def conclude(review: "Confirming", recognition: "Recognition", act: Act) -> str:
    """Approved on the recognised result; a listed activity goes on to its own re-check (Measures 26, 32)."""
    policy, day = review.policy_at(act.at), law_day(act.at)
    listed = bool(review.listed)
    names = [one["name"] for one in recognition.confirmations if one["capacity"] == "chair"]
    decision = Decision(
        review_id=review.pk,
        outcome=Outcome.PRELIMINARILY_PASSED if listed else Outcome.APPROVED,
        basis=Decision.Basis.RECOGNITION,
        preliminary=listed,
        recognition=recognition,
        presider_name=names[0],
        attendance=[_confirmed(review, one) for one in recognition.confirmations],
        tally={
            "votes": dict.fromkeys(VERDICTS, 0),
            "abstained": 0,
            "attending": 0,
            "all_members": review.committee.count_all_members(day),
            "formulas": [],
        },
        reasons="\n".join(one["remark"] for one in recognition.confirmations if one["remark"]),
    )
    with translation.override("zh-hans"):
        grounds = _grounds(review, recognition, act)
    conclusion.issue(decision, review, act, policy, grounds=grounds)
    if review.clock_runs():
        act.meet("review.decision")
    if listed:
        return recheck_conclusion.passed(review, act, policy)
    conclusion.approved(review, decision, act, policy)
    return review.State.APPROVED


def _grounds(review: "Confirming", recognition: "Recognition", act: Act) -> list[dict[str, Any]]:
    """What it rests on: the result, the article, the term, and the duties that stay here."""
    policy = sources.policy_of(recognition, act.at)
    words = _("认可%(body)s的审查结果（%(number)s），认可的期限至%(until)s") % {
        "body": recognition.source_body,
        "number": recognition.source_number,
        "until": recognition.valid_until,
    }
    term, duties = policy.entry("recognition.term_months"), policy.entry("recognition.local_duties")
    first = {"key": term.key, "label": words, "value": term.value, "cite": sources.article(policy), "sure": term.sure}
    kept = [policy.entry("follow_up.months"), policy.entry("review.decision_days")]
    return [
        first,
        *(
            {"key": one.key, "label": one.label, "value": one.value, "cite": one.cite, "sure": one.sure}
            for one in (duties, *kept)
        ),
    ]


def _confirmed(review: "Confirming", done: dict[str, Any]) -> dict[str, Any]:
    """Who recognised it, in the form of an attendance."""
    seat = Membership.objects.filter(
        committee=review.committee_id, appointment__person__username=done["person"]
    ).first()
    return {
        "name": done["name"],
        "role": done["capacity"],
        "category": seat.category if seat else "other",
        "presence": "recognised",
        "recused": False,
    }
