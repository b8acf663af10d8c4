"""A review taken at random by anybody to anywhere, and what must hold after every step.

`Path` is the state machine. It holds no rule of the service; nor do the `invariants`, which count by hand.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.lifecycle.steps import steps_of
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Chain, Entry
from reviews.models import Decision, Meeting, Opinion, Project, Review
from reviews.models.applying import start_meeting
from reviews.models.submissions.submission import keep_section
from tests.reviews.builders import PASSWORD, ballot, signing
from tests.reviews.invariants import hold
from tests.reviews.picture import Picture, Witness
from tests.reviews.recheck_builders import LISTED
from tests.reviews.rules.answers import BCI
from tests.reviews.world import World

REFUSALS = (NotVisible, NotPermitted, Refused, InvalidInput)
SHORTEST = 4  # rules
VERDICTS = ("approved", "modification_required", "revision_required", "rejected", "abstain")


class Path(RuleBasedStateMachine):
    """One random path. A class of its own is made for each run, with `world` set."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.changed = True
        self.meeting: Meeting | None = None
        self.planned = self.checks = 0
        self.witness = Witness()
        self.seen: tuple[Any, ...] | None = None  # the last fingerprint, while nothing has changed

    def teardown(self) -> None:
        # One that hypothesis gave up before it got anywhere is no path.
        if self.checks >= SHORTEST:
            self.world.paths += 1
            self.world.reached[self.review.state] += 1
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @initialize(start=st.integers(0, 59))
    def begin_somewhere(self, start: int) -> None:
        begins = list(self.world.starts.values())
        begun = begins[start % len(begins)]
        self.at: datetime = begun.at + timedelta(minutes=5)
        self.answers, self.path = begun.answers, begun
        self.project = Project.objects.get(pk=begun.project.pk)
        self.read()
        self.people = {**self.world.people, "lead": begun.lead}
        self.seen = None
        ref = self.review.ref
        given = self.ballots().filter(state="cast")
        self.witness = Witness({(ref, o.round, o.person.username): o.verdict for o in given})
        self.entries = self.picture().chain.length

    # --- the rules: what people do --------------------------------------------------------------------------------

    @rule(data=st.data())
    def anybody_tries_anything(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(steps_of(Review))), "step")
        who = data.draw(st.sampled_from([*self.people, 0, 1, 2]), "who")
        self.take(self.review, name, self.person(who), self.terms(name, data))

    @rule(data=st.data())
    def somebody_takes_what_is_theirs(self, data: st.DataObject) -> None:
        mine = [s for s in steps_of(Review).values() if self.review.state in s.sources]
        if not mine:
            return
        declared = data.draw(st.sampled_from(mine), "step")
        chair = {"presider", "designator"}
        who = data.draw(st.sampled_from(sorted(declared.by)), "capacity")
        self.take(
            self.review, declared.name, self.person("chair" if who in chair else who), self.terms(declared.name, data)
        )

    @rule(most=st.sampled_from(VERDICTS[:4]))
    def it_goes_on_of_one_mind(self, most: str) -> None:
        self.go_on(most, 0)

    @rule(most=st.sampled_from(VERDICTS[:4]), others=st.integers(1, 4))
    def it_goes_on_divided(self, most: str, others: int) -> None:
        self.go_on(most, others)

    def go_on(self, most: str, others: int) -> None:
        """What those whose turn it is would do next, so that paths come far enough to go wrong there."""
        secretary, chair, lead = (self.people[who] for who in ("secretary", "chair", "lead"))
        listing = LISTED if self.answers == BCI else {"listed": "no"}
        match self.review.state:
            case "submitted":
                way = "simplified" if others == 0 and self.answers != BCI else "general"
                terms = {"procedure": way, "procedure_ground": "一般", **listing}
                self.take(self.review, "accept", secretary, terms)
            case "accepted" if self.review.is_simplified:
                self.take(self.review, "begin", chair, self.designation(range(4, 6)))
            case "in_review" if self.review.is_simplified:
                self.all_give(most, others)
                self.take(self.review, "conclude", chair, {"password": PASSWORD})
            case "in_review" if self.meeting is None:
                self.another_meeting_is_planned()
                self.take(self.review, "reschedule", secretary, {"meeting": self.latest_meeting()})
            case "accepted":
                self.another_meeting_is_planned()
                self.take(self.review, "begin", secretary, {"meeting": self.latest_meeting()})
            case "in_review" if self.meeting is not None and self.meeting.state == "planned":
                self.attendance_is_marked(set())
                self.take(self.meeting, "open", secretary, {})
            case "in_review":
                self.all_vote(most, "abstain", others)
                written = {"requirements": "补充说明"} if most.endswith("required") else {}
                written |= {"reasons": "风险大于受益"} if most == "rejected" else {}
                if not self.take(self.review, "conclude", chair, {"password": PASSWORD, **written}):
                    self.take(self.review, "new_round", chair, {"reason": "再议"})
            case "modification_submitted":
                self.take(self.review, "confirm_modification", secretary, {"password": PASSWORD})
                self.take(self.review, "confirm_modification", chair, {"password": PASSWORD})
            case "supplement_requested" | "modification_required" | "revision_required":
                due = {"s": "resubmit", "m": "submit_modification", "r": "resubmit_revision"}[self.review.state[0]]
                self.take(self.review, due, lead, self.answered())

    @precondition(lambda self: self.meeting is not None or self.review.is_simplified)
    @rule(data=st.data(), verdict=st.sampled_from(VERDICTS))
    def one_votes(self, data: st.DataObject, verdict: str) -> None:
        whose = data.draw(st.sampled_from(list(self.ballots_of_round()) or [None]), "ballot")
        if whose is not None:
            by = data.draw(st.sampled_from([whose.person, whose.person, whose.person, self.people["chair"]]), "who")
            self.vote(whose, by, verdict)

    @precondition(lambda self: self.meeting is not None and self.meeting.state == "open")
    @rule(most=st.sampled_from(VERDICTS[:4]), other=st.sampled_from(VERDICTS), others=st.sampled_from([0, 0, 1, 2, 3]))
    def all_vote(self, most: str, other: str, others: int) -> None:
        for number, whose in enumerate(self.ballots_of_round().filter(state="assigned")):
            self.vote(whose, whose.person, other if number < others else most)

    @precondition(lambda self: self.review.is_simplified and self.review.state == "in_review")
    @rule(most=st.sampled_from(VERDICTS[:2]), others=st.integers(0, 1))
    def all_give(self, most: str, others: int) -> None:
        """Those who are designated, one after the other; a conversion ends it for the rest."""
        for number, whose in enumerate(self.ballots_of_round().filter(state="assigned", designation__ended_at=None)):
            self.vote(whose, whose.person, "approved" if number < others else most)

    @precondition(lambda self: self.review.is_simplified and self.review.state == "in_review")
    @rule(coming=st.integers(2, 7), data=st.data())
    def one_is_replaced(self, coming: int, data: st.DataObject) -> None:
        leaving = data.draw(st.sampled_from(list(self.designated())), "leaving")
        terms = {"reviewer": str(leaving.pk), "replacement": self.seats()[coming], "ground": "休假"}
        due = {"opinion_due": law_day(self.at) + timedelta(days=2)}
        self.take(self.review, "replace_reviewer", self.people["chair"], terms | due)

    @precondition(lambda self: self.review.state == "in_review")
    @rule()
    def it_is_concluded_at_once(self) -> None:
        self.take(self.review, "conclude", self.people["chair"], {"password": PASSWORD})

    @precondition(lambda self: self.review.is_simplified)
    @rule(who=st.sampled_from(["chair", "vice_chair", "member 3", "member 5", "secretary", "lead"]))
    def a_meeting_is_asked_for(self, who: str) -> None:
        self.take(self.review, "request_meeting", self.people[who], {"ground": "宜由会议讨论"})

    @precondition(lambda self: self.meeting is not None or self.review.is_simplified)
    @rule(data=st.data())
    def one_is_recused(self, data: st.DataObject) -> None:
        whose = data.draw(st.sampled_from(list(self.ballots_of_round()) or [None]), "ballot")
        if whose is not None:
            by = data.draw(st.sampled_from([whose.person, self.people["secretary"], self.people["lead"]]), "who")
            self.take(whose, "recuse", by, {"ground": "与负责人有合作"})

    @precondition(lambda self: self.meeting is not None)
    @rule(absent=st.sets(st.integers(0, 8), max_size=4), away=st.sampled_from(["absent", "left"]))
    def attendance_is_marked(self, absent: set[int], away: str = "absent") -> None:
        seats = self.world.committee.voting_members_at(law_day(self.at)).order_by("pk")
        marks = {f"presence__{seat.pk}": away if n in absent else "present" for n, seat in enumerate(seats)}
        self.take(self.meeting, "mark_attendance", self.people["secretary"], marks)

    @precondition(lambda self: self.meeting is not None)
    @rule(data=st.data(), step=st.sampled_from(["open", "open", "close", "cancel", "postpone"]))
    def meeting_goes_on(self, data: st.DataObject, step: str) -> None:
        who = data.draw(st.sampled_from(["chair", "secretary", "vice_chair"]), "who")
        terms: dict[str, Any] = {
            "open": {},
            "close": {"minutes": "会议记录", "password": PASSWORD},
            "cancel": {"reason": "人数不足"},
            "postpone": {"starts_at": (self.at + timedelta(days=1)).isoformat(), "place": ""},
        }[step]
        self.take(self.meeting, step, self.people[who], terms)

    @precondition(lambda self: self.meeting is not None and self.meeting.presider_id is None)
    @rule()
    def vice_chair_is_designated(self) -> None:
        seat = self.world.committee.memberships.get(appointment__person=self.people["vice_chair"])
        self.take(self.meeting, "designate_presider", self.people["chair"], {"presider": seat.pk})

    @precondition(lambda self: self.planned < 2)
    @rule()
    def another_meeting_is_planned(self) -> None:
        terms = {"title": "又一次会议", "starts_at": self.at + timedelta(minutes=30)}
        start_meeting(self.world.committee, by=self.people["secretary"], at=self.at, **terms)
        self.planned += 1
        self.seen = None

    @rule(number=st.integers(0, 7))
    def term_ends(self, number: int) -> None:
        seats = list(self.world.committee.voting_members_at(law_day(self.at)).order_by("pk"))
        if number < len(seats):
            terms = {"membership": seats[number].pk, "last_day": law_day(self.at), "reason": "调离"}
            self.take(self.world.committee, "end_term", self.world.officer, terms)

    @rule(number=st.integers(2, 8))
    def interest_is_declared(self, number: int) -> None:
        who = self.people[f"member {min(number, 8)}"] if number > 2 else self.people["vice_chair"]
        terms = {"none_to_declare": "no", "details": "有合作", "people": self.people["lead"].username}
        self.take(self.world.committee, "declare_interests", who, terms)

    @rule(hours=st.sampled_from([1, 3, 24, 24 * 31]))
    def time_passes(self, hours: int) -> None:
        self.at += timedelta(hours=hours)
        self.changed = True

    @rule(text=st.sampled_from(["新的目的", ""]))
    def lead_writes(self, text: str) -> None:
        version = self.review.draft_submission
        if version is not None:
            keep_section(
                version, by=self.people["lead"], revision=version.revision, values={"purpose": text}, at=self.at
            )

    # --- how a rule acts ------------------------------------------------------------------------------------------

    def person(self, who: str | int) -> Person:
        if isinstance(who, int):
            return self.world.outsiders[who]
        return self.people.get(who) or self.people["member 3"]

    def terms(self, name: str, data: st.DataObject) -> dict[str, Any]:
        """What a person might well write into the form of a step; sometimes nothing, sometimes nonsense."""
        write = data.draw(st.sampled_from(["well", "well", "well", "well", "nothing", "nonsense"]), "input")
        if write != "well":
            return {} if write == "nothing" else {"state": "approved", "outcome": "approved"}
        if name in {"submit", "resubmit", "submit_modification", "resubmit_revision"}:
            return self.answered() if name != "submit" else signing(self.people["lead"])
        if name == "begin" and self.review.is_simplified:
            return self.designation(data.draw(st.sets(st.integers(0, 7), min_size=1, max_size=3), "designated"))
        if name in {"begin", "reschedule"}:
            return {"meeting": self.latest_meeting()}
        if name in {"replace_reviewer", "convert_to_meeting", "request_meeting"}:
            return {"ground": "理由"}
        listing = LISTED if self.answers == BCI else {"listed": "no"}
        return {
            "accept": {"procedure": "general", "procedure_ground": "一般", **listing},
            "determine_listing": {**listing, "listed_reason": "委员会认定"},
            "request_supplement": {"item__purpose": "目的不清楚"},
            "extend": {"until": (self.at + timedelta(days=60)).date(), "reason": "需要补充数据"},
            "conclude": {"password": PASSWORD, **self.written()},
            "confirm_modification": {"password": PASSWORD},
            "return_modification": {"requirements": "仍缺签字"},
        }.get(name, {"reason": "理由"})

    def seats(self) -> list[str]:
        """The members by their number, in or out of office."""
        rows = self.world.committee.memberships.voting().order_by("pk")
        return [str(pk) for pk in rows.values_list("pk", flat=True)]

    def designation(self, numbers: Iterable[int]) -> dict[str, Any]:
        seats = self.seats()
        chosen = [seats[number] for number in sorted(numbers)]
        return {"reviewers": chosen, "opinion_due": law_day(self.at) + timedelta(days=2)}

    def designated(self) -> Any:
        return self.review.designations.filter(round=self.review.round, ended_at=None).order_by("pk")

    def latest_meeting(self) -> str:
        planned = Meeting.objects.filter(committee=self.world.committee).planned().order_by("-pk").first()
        return planned.ref if planned else "M0"

    def written(self) -> dict[str, str]:
        """What the votes that were cast ask to be written."""
        cast = self.witness.cast.items()
        votes = Counter(vote for (_ref, of_round, _who), vote in cast if of_round == self.review.round)
        first = votes.most_common(1)[0][0] if votes else ""
        if first == "rejected":
            return {"reasons": "风险大于受益"}
        return {"requirements": "补充说明"} if first.endswith("required") else {}

    def answered(self) -> dict[str, Any]:
        asked = {f"answer__{request.number}": "已办理" for request in self.review.open_requests()}
        return asked | signing(self.people["lead"])

    def vote(self, whose: Opinion, by: Person, verdict: str) -> None:
        terms = ballot(self.review, verdict)
        seen = self.picture()
        if self.take(whose, "cast", by, terms):
            key = (self.review.ref, whose.round, whose.person.username)
            assert key not in self.witness.cast, "a second ballot of one member in one round was taken"
            self.witness.cast[key] = verdict
            assert by == whose.person, "somebody voted for another"
            if not whose.designation_id:
                [row] = [row for row in seen.reviews if row.id == whose.review_id]
                assert whose.person_id in seen.there(seen.meeting_of(row)), "somebody voted who is not there"
            assert whose.person_id not in seen.interested, "somebody voted who has an interest"

    def take(self, obj: Any, name: str, by: Person, terms: dict[str, Any]) -> bool:
        """Try a step. Refused, nothing may have changed; taken, the record must say so, and by whom."""
        self.at += timedelta(minutes=1)
        before = self.seen or self.fingerprint()
        try:
            perform(obj, name, by=by, at=self.at, **terms)
        except REFUSALS as answer:
            self.world.attempts[type(answer).__name__] += 1
            self.seen = self.fingerprint()
            assert self.seen == before, f"{name} was refused and left something behind"
            return False
        self.world.attempts["done"] += 1
        self.changed, self.seen = True, None
        entry = Entry.objects.filter(object_kind=obj.noun, object_ref=obj.ref, step=name).order_by("-pk").first()
        assert entry is not None, f"{name} left no trail entry"
        assert (entry.at, entry.actor_ref, entry.actor_kind) == (self.at, by.username, "person")
        self.read()
        return True

    def read(self) -> None:
        self.review = Review.objects.select_related("project", "committee", "assessment").get(pk=self.path.review.pk)
        self.meeting = self.review.meeting

    def ballots(self) -> Any:
        return Opinion.objects.filter(review=self.review).select_related("person", "review__project")

    def ballots_of_round(self) -> Any:
        return self.ballots().filter(round=self.review.round).order_by("pk")

    def picture(self) -> Picture:
        return Picture(self.project.pk, self.world.committee.pk, self.at)

    def fingerprint(self) -> tuple[Any, ...]:
        """Enough of the database to see that a refusal left nothing."""
        return (
            Review.objects.filter(pk=self.path.review.pk).values().get(),
            list(Chain.objects.order_by("pk").values_list("pk", "length", "head")),
            list(Opinion.objects.filter(review=self.path.review).order_by("pk").values_list("pk", "state", "verdict")),
            Notice.objects.count(),
            Deadline.objects.count(),
            Decision.objects.count(),
        )

    # --- invariants -----------------------------------------------------------------------------------------------

    @invariant()
    def all_hold(self) -> None:
        """Asked again only when something has changed since."""
        self.checks += 1
        if self.changed and hasattr(self, "review"):
            self.changed = False
            seen = self.picture()
            hold(seen, self.witness)
            assert seen.chain.length >= self.entries, "an entry is gone"
            self.entries = seen.chain.length
            self.nothing_is_seen_by_another_institution()

    def nothing_is_seen_by_another_institution(self) -> None:
        """One kind of object and one outsider at a time, in turn; over a path, each with each."""
        turn = self.world.attempts.total()
        model = (Project, Review, Opinion, Meeting)[turn % 4]
        standing = standing_of(self.world.outsiders[turn % 3], self.at)
        assert not model.objects.visible_to(standing).exists(), f"another institution's people see a {model.noun}"
