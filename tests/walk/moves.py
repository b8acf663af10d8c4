"""What is tried in a situation: the objects, and for each step what people might well write into its form."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace as Row
from typing import TYPE_CHECKING, Any

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.models import Lifecycle
from reviews.models import FollowUp, Meeting, Opinion, Project, Recheck, RecheckOpinion, Review
from reviews.models.opinions.forms import criteria_for
from reviews.rules.votes import verdicts_of
from tests.reviews.builders import PASSWORD, signing
from tests.reviews.following import answers
from tests.reviews.picture import Picture
from tests.reviews.recheck_builders import ACCEPT, LISTED, REPORT, opinion
from tests.walk.joint import FOLLOWED, GONE, OVER, alive
from tests.walk.place import Terms, Tried

if TYPE_CHECKING:
    from tests.walk.beginnings import Beginning

UNLISTED = {"listed": "no", "listed_items": [], "listed_reason": "委员会认定"}
AS_LISTED = LISTED | {"listed_reason": "委员会认定"}
# A review anew that has been handed in.
ANEW = {"submitted", "accepted", "in_review", "modification_required", "modification_submitted", "revision_required"}


class ReviewsTried(Tried):
    """One situation of one activity."""

    def __init__(self, begun: "Beginning", seen: Picture) -> None:
        super().__init__(seen)
        self.begun, self.size = begun, begun.size
        self.next_to_vote: int | None = None

    # --- of what --------------------------------------------------------------------------------------------------

    def objects(self) -> Iterator[Lifecycle]:
        """Everything that has not come to its end; of ballots and seats one for each standing."""
        seen = self.seen
        yield Project.objects.get(pk=seen.project_id)
        # The last of each kind: what became of the earlier ones is no longer open to anybody.
        latest = {review.kind: review for review in seen.reviews}
        for review in latest.values():
            found = Review.objects.select_related("project", "committee", "assessment").get(pk=review.id)
            yield found
            if review.state not in OVER:
                yield from self.ballots(found, review)
        for meeting in alive(seen):
            yield Meeting.objects.select_related("committee").get(pk=meeting.id)
        for recheck in seen.rechecks[-1:]:
            yield Recheck.objects.get(pk=recheck.id)
            yield from self.seats(recheck)
        for row in seen.follow_ups:
            if row.state not in FOLLOWED:
                yield FollowUp.objects.get(pk=row.id)

    def ballots(self, review: Review, row: Row) -> Iterator[Opinion]:
        item, meeting = self.seen.item_of(row), self.seen.meeting_of(row)
        there = self.seen.there(meeting) if meeting is not None else set()
        law = {seat.appointment.person_id for seat in self.seen.members if seat.category == "law"}
        running = [one for one in self.seen.ballots(row) if item is not None and one.agenda_item_id == item.id]
        waiting = [one for one in running if one.state == "assigned" and one.person_id in there]
        away = [one for one in running if one.state == "assigned" and one.person_id not in there]
        of_law = [one for one in waiting if one.person_id in law]
        # Votes are given in the order of the seats: whose turn it is makes no difference to the count.
        self.next_to_vote = waiting[0].id if waiting else None
        self.to_stand_back = {one.id for one in [*waiting[-1:], *of_law]}
        chosen = [*waiting[:1], *waiting[-1:], *of_law, *away[:1]]
        chosen += [next((one for one in running if one.state == state), None) for state in ("cast", "recused")]
        for key in dict.fromkeys(one.id for one in chosen if one is not None):
            ballot = Opinion.objects.select_related("person", "membership__appointment").get(pk=key)
            ballot.review = review
            yield ballot

    def seats(self, recheck: Row) -> Iterator[RecheckOpinion]:
        """The first of each category and state; of those who have left, one."""
        found: dict[Any, int] = {}
        for seat in self.seen.panel_of(recheck):
            found.setdefault("gone" if seat.state in GONE else (seat.category, seat.state), seat.id)
        first: dict[str, int] = {}
        for seat in self.seen.panel_of(recheck):
            first.setdefault(seat.state, seat.id)
        self.next_of_panel = set(first.values())
        for key in found.values():
            yield RecheckOpinion.objects.select_related("person", "expert__appointment").get(pk=key)

    def whose(self, obj: Lifecycle) -> dict[str, Any]:
        """Who else stands near it, besides those who are there all the time."""
        if isinstance(obj, Opinion):
            return {"voter": obj.person}
        return {"seated expert": obj.person} if isinstance(obj, RecheckOpinion) else {}

    def near(self, obj: Lifecycle) -> str:
        if isinstance(obj, Review):
            opinions = self.seen.opinions
            recused = sorted({o.person_id for o in opinions if o.state == "recused" and o.review_id == obj.pk})
            return f"{recused} {obj.meeting is not None and obj.meeting.presider_id}"
        if isinstance(obj, Opinion):
            return self.near(obj.review) + f" {obj.person_id}"
        if isinstance(obj, RecheckOpinion):
            return str(obj.person_id)
        if isinstance(obj, Recheck):
            return str(sorted(seat.person_id for seat in self.seen.panels if seat.state not in GONE))
        return str(getattr(obj, "presider_id", ""))

    # --- with what ------------------------------------------------------------------------------------------------

    def of_review(self, review: Review, step: str) -> list[Terms]:
        lead = self.begun.people["lead"]
        asked = {f"answer__{one.number}": "已办理" for one in review.open_requests()} if "submit" in step else {}
        simple: dict[str, Terms] = {
            # Of a review anew, the answers on risk are confirmed with it.
            "submit": signing(lead) | ({"assessment_holds": True} if review.kind == "rereview" else {}),
            "resubmit": asked | signing(lead),
            "submit_modification": asked | signing(lead),
            "resubmit_revision": asked | signing(lead),
            "request_supplement": {"item__purpose": "目的不清楚"},
            "decline": {"reason": "材料不实"},
            "withdraw": {"reason": "不再开展"},
            "accept": {"procedure": "general", "procedure_ground": "由会议审查"}
            | ({} if review.kind == "follow_up" else AS_LISTED if self._listed() else UNLISTED),
            "new_round": {"reason": "再议"},
            "extend": {"until": law_day(self.at) + timedelta(days=60), "reason": "需要补充数据"},
            "confirm_modification": {"password": PASSWORD},
            "return_modification": {"requirements": "仍缺签字"},
            "conclude_by_recheck": {"password": PASSWORD, "reasons": "依据复核意见"},
            "conclude_by_exception": {"password": PASSWORD, "reasons": "国家已审批"},
        }
        if (step == "extend" and self._cast(review)) or (review.kind == "rereview" and self._waits(step)):
            return []
        if step in simple:
            return [simple[step]]
        several: dict[str, Callable[[Review], list[Terms]]] = {
            "begin": self._meetings,
            "reschedule": self._meetings,
            "determine_listing": self._listings,
            "determine_exception": self._exceptions,
            "conclude": self._conclusions,
            "refer": self._referrals,
        }
        return several[step](review) if step in several else []

    def _waits(self, step: str) -> bool:
        """A review anew goes on while no follow-up is dealt with; what is missing is asked for in a first review."""
        return step == "request_supplement" or any(
            one.state in {"reported", "in_review"} for one in self.seen.follow_ups
        )

    def _listed(self) -> bool:
        return any(review.listed for review in self.seen.reviews)

    def _meetings(self, review: Review) -> list[Terms]:
        here = review.meeting
        return [
            {"meeting": one.ref}
            for one in alive(self.seen)
            if one.state == "planned" and (here is None or one.id != here.pk)
        ]

    def _listings(self, review: Review) -> list[Terms]:
        """After the votes, where all are for it: then it says which way that goes."""
        votes = {one.verdict for one in self._cast(review)}
        if not self.size.divided or self.next_to_vote is not None or votes != {"approved"}:
            return []
        return [UNLISTED if review.listed else AS_LISTED]

    def _exceptions(self, review: Review) -> list[Terms]:
        assert review.submission is not None
        paper = review.submission.documents().first()
        if paper is None:
            return []
        given = {
            "approval": "临床试验审批",
            "granted_by": "国家药品监督管理局",
            "number": "国药准字2026",
            "granted_on": law_day(self.at),
            "evidence": paper.version.pk,
            "ground": "伦理审查是审批条件",
        }
        return [{"excepted": "yes", "password": PASSWORD} | given, {"excepted": "no", "password": PASSWORD}]

    def _conclusions(self, review: Review) -> list[Terms]:
        """What each outcome asks to be written; what fits another outcome is answered with what is wrong."""
        votes = Counter(one.verdict for one in self._cast(review))
        first = votes.most_common(1)[0][0] if votes else ""
        written = {"requirements": "补充说明"} if first in {"modification_required", "revision_required"} else {}
        if first in {"rejected", "suspended", "terminated", "rereview_required"}:
            written = {"reasons": "风险大于受益"}
        return [{"password": PASSWORD} | written] + ([{"password": PASSWORD}] if written else [])

    def _referrals(self, review: Review) -> list[Terms]:
        department = getattr(self.begun.path, "department", None)
        return [{"authority": department.ref}] if department is not None else []

    def _cast(self, review: Review) -> list[Row]:
        item = review.item
        return [one for one in self.seen.opinions if item and one.agenda_item_id == item.pk and one.state == "cast"]

    def of_opinion(self, ballot: Opinion, step: str) -> list[Terms]:
        review: Any = ballot.review
        if step == "recuse":
            may = ballot.pk in self.to_stand_back and review.meeting.state == "open"
            may = may and self._departed(review.pk) < self.size.departures and self._of_one_mind(review)
            return [{"ground": "与负责人有合作"}] if may else []
        if ballot.pk != self.next_to_vote:
            return []
        given = Counter(one.verdict for one in self._cast(review))
        return [vote_of(review, verdict) for verdict in self._verdicts(review, given)]

    def _departed(self, review: int) -> int:
        """How many have stood back from it, or left the meeting that deals with it."""
        back = {one.person_id for one in self.seen.opinions if one.state == "recused" and one.review_id == review}
        held = [self.seen.meetings[item.meeting_id] for item in self.seen.items if item.review_id == review]
        return len(back) + sum(list(self.seen.marked(meeting).values()).count("left") for meeting in held)

    def _verdicts(self, review: Review, given: Counter[str]) -> Iterator[str]:
        """All of one mind, or some for it and some of one other; and those who abstain."""
        passing, *others = verdicts_of(review.kind)
        different = set(given) - {passing, "abstain"}
        divided = self.size.divided and not self._departed(review.pk) and self._by_the_chair(review)
        for verdict in (passing, *others):
            if verdict == passing:
                fits = divided or not different
            else:
                fits = different <= {verdict} and (divided or not given[passing])
            if fits and (not given["abstain"] or not divided or len({*given, verdict} - {"abstain"}) < 2):
                yield verdict
        if given["abstain"] < self.size.abstentions and len(set(given) - {"abstain"}) < 2:
            yield "abstain"

    def _by_the_chair(self, review: Review) -> bool:
        return review.meeting.presider_id is None

    def _of_one_mind(self, review: Review) -> bool:
        """So far; and the chair presides. Who leaves a divided committee makes no other case."""
        return self._by_the_chair(review) and len({one.verdict for one in self._cast(review)}) < 2

    def of_meeting(self, meeting: Meeting, step: str) -> list[Terms]:
        match step:
            case "mark_attendance":
                return list(self._rolls(meeting))
            case "designate_presider":
                return self._presiders(meeting)
            case "close":
                return [{"minutes": "会议记录", "password": PASSWORD}]
            case "open" if len(alive(self.seen)) == 1:
                return [{}]
            case "cancel":
                return [{"reason": "人数不足"}]
            case "postpone" if self._unmarked(meeting):
                return [{"starts_at": (self.at + timedelta(days=1)).isoformat(), "place": "二楼"}]
            case "reply" if self._unmarked(meeting):
                return [{"coming": "declined"}]
        return []

    def _rolls(self, meeting: Meeting) -> Iterator[Terms]:
        """Before it opens, any roll; then somebody may come late, and somebody may leave."""
        row = self.seen.meetings[meeting.pk]
        marks = self.seen.marked(row)
        seats = [seat for seat in self.seen.members if seat.appointment.role in {"chair", "vice_chair", "member"}]
        there = {n for n, seat in enumerate(seats) if marks.get(seat.pk) == "present"}
        gone = {n for n, seat in enumerate(seats) if marks.get(seat.pk) == "left"}
        on_agenda = [
            review.id
            for review in self.seen.reviews
            if review.state == "in_review" and (item := self.seen.item_of(review)) and item.meeting_id == meeting.pk
        ]
        if not on_agenda:
            return
        for roll in self.size.rolls:
            if (meeting.state == "open" and (gone or not there < roll)) or (meeting.presider_id and 0 in roll):
                continue
            yield {f"presence__{seat.pk}": "present" if n in roll else "absent" for n, seat in enumerate(seats)}
        review = Review.objects.get(pk=on_agenda[-1])
        may = self._departed(review.pk) < self.size.departures and self._of_one_mind(review)
        if meeting.state == "open" and may:
            # The one who would vote last, and the law member, without whom the others are not enough.
            for leaving in {max(there), 3} & there:
                yield {
                    f"presence__{seat.pk}": "left" if n == leaving else "present" if n in there else "absent"
                    for n, seat in enumerate(seats)
                }

    def _unmarked(self, meeting: Meeting) -> bool:
        return not self.seen.marked(self.seen.meetings[meeting.pk])

    def _presiders(self, meeting: Meeting) -> list[Terms]:
        """Where the chair is away."""
        marks = self.seen.marked(self.seen.meetings[meeting.pk])
        seats = {seat.appointment.role: seat.pk for seat in self.seen.members}
        return [{"presider": seats["vice_chair"]}] if marks.get(seats["chair"]) == "absent" else []

    def of_recheck(self, recheck: Recheck, step: str) -> list[Terms]:
        experts = [one.ref for one in getattr(self.begun.path, "experts", [])]
        seats = self.seen.panel_of(next(one for one in self.seen.rechecks if one.id == recheck.pk))
        match step:
            case "form_panel":
                # A lawful one; one too few; and one without a lawyer.
                return [{"experts": experts[:5]}, {"experts": experts[:4]}, {"experts": [*experts[:2], *experts[3:6]]}]
            case "replace":
                return self._replacements(seats, experts)
            case "extend" if recheck.due_at <= self.at or not any(seat.vote for seat in seats):
                return [{"until": law_day(recheck.due_at) + timedelta(days=30), "reason": "案情复杂"}]
            case "conclude":
                return [REPORT]
            case "begin" | "deliver":
                return [{}]
        return []

    def _replacements(self, seats: list[Row], experts: list[str]) -> list[Terms]:
        gone = [seat for seat in seats if seat.state in GONE]
        waiting = [seat for seat in seats if seat.state in {"invited", "assigned"}]
        free = len(seats) - len(gone) < 5
        spare = experts[5 + sum(seat.state == "released" for seat in gone) :] if len(seats) > 5 else experts[5:]
        found = [{"expert": spare[-1], "reason": "补选"}] if free and spare else []
        if not free and len(gone) < self.size.replaced and waiting and spare:
            found.append({"leaving": waiting[0].ref, "expert": spare[-1], "reason": "更换"})
        return found

    def of_recheck_opinion(self, seat: RecheckOpinion, step: str) -> list[Terms]:
        """Each answers in turn; an expert of the law may be the one who leaves, for whom there is no other."""
        seats = self.seen.panel_of(next(one for one in self.seen.rechecks if one.id == seat.recheck_id))
        gone = sum(one.state in GONE for one in seats)
        first = seat.pk in self.next_of_panel
        match step:
            case "accept" if first:
                return [ACCEPT, ACCEPT | {"interest": "some"}]
            case "cast" if first:
                return [opinion("agree"), opinion("disagree")]
            case "decline" | "recuse" if gone < self.size.replaced and (first or seat.category == "law"):
                return [{"ground": "时间不便"}]
        return []

    def of_follow_up(self, row: FollowUp, step: str) -> list[Terms]:
        match step:
            case "report" if not any(one.kind == "rereview" and one.state in ANEW for one in self.seen.reviews):
                asked = row.asked(row.policy_at(self.at))
                return [answers(asked, law_day(self.at), major_change="yes")]
            case "bring_forward":
                return [{"due_on": row.due_on - timedelta(days=10), "reason": "风险较高"}]
        return []


def vote_of(review: Any, verdict: str) -> Terms:
    met = {f"criterion__{criterion.key}": "meets" for criterion in criteria_for(review)}
    return met | {"verdict": verdict, "comment": "见逐项意见", "password": PASSWORD}
