"""A review taken at random by anybody to anywhere, and what must hold after every step.

`Path` is the state machine. It holds no rule of the service: what it knows of the law is written out once more below,
by hand, in plain counting, so that the two can disagree.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.lifecycle.steps import steps_of
from ethicsreview.notices.models import Notice
from ethicsreview.trail.digest import digest
from ethicsreview.trail.models import Chain, Entry
from reviews.models import Decision, Meeting, Opinion, Project, Review
from reviews.models.applying import start_meeting
from reviews.models.submissions.submission import keep_section
from tests.committees.builders import holder, institution, keeper_of
from tests.memory import remembered
from tests.reviews.builders import PASSWORD, Case, ballot, case, signing
from tests.reviews.rules.answers import BCI

REFUSALS = (NotVisible, NotPermitted, Refused, InvalidInput)
SHORTEST = 4  # rules
VERDICTS = ("approved", "modification_required", "revision_required", "rejected", "abstain")
LISTED = {"listed": "yes", "listed_items": ["invasive_bci"]}


@dataclass
class World:
    """One committee, its people, and reviews that stand at different places. Built once, rolled back often."""

    committee: Any
    starts: dict[str, Case]
    people: dict[str, Person]
    outsiders: list[Person]
    officer: Person
    paths: int = 0
    attempts: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)

    def beginning(self, *names: str) -> "World":
        """The same, with paths that begin only there."""
        return replace(self, starts={name: self.starts[name] for name in names})

    def summary(self) -> str:
        done = self.attempts["done"]
        return (
            f"{self.paths} paths, {self.attempts.total()} attempts ({done} steps taken), "
            f"ended in {dict(self.reached.most_common())}; answers {dict(self.attempts.most_common())}"
        )


@remembered
def world() -> World:
    """Eight members, of whom the eighth leads one of the projects."""
    first = case(size=8)
    members = first.members
    people = {
        "lead": first.lead,
        "secretary": first.secretary,
        "chair": first.chair,
        "vice_chair": members[1],
        **{f"member {n}": member for n, member in enumerate(members[2:], start=3)},
        "colleague": holder(Role.RESEARCHER, first.committee.institution),
        "officer": keeper_of(first.committee),
        "operator": holder(Role.OPERATOR, institution()),
    }
    elsewhere = institution("370200")
    outsiders = [holder(role, elsewhere) for role in (Role.SECRETARY, Role.INSTITUTION_OFFICER, Role.RESEARCHER)]

    def another(**terms: Any) -> Case:
        return Case(first.committee, terms.pop("lead", first.lead), first.at, **terms)

    modified = another().concluded(*["modification_required"] * 8, requirements="补充知情同意书")
    modified.fill(modified.review.draft_submission)
    modified.do("submit_modification", modified.lead, answer__1="已补充", **signing(modified.lead))
    holds_both = another(lead=members[7])
    holder_of_both = holds_both.lead
    first.committee.institution.appointments.create(
        person=holder_of_both, role=Role.RESEARCHER, starts=law_day(first.at)
    )
    listed = another(answers=dict(BCI)).drafted()
    listed.do("submit", listed.lead, **signing(listed.lead))
    listed.do("accept", listed.secretary, procedure="general", procedure_ground="列入清单", **LISTED)
    listed.do("begin", listed.secretary, meeting=listed.planned().ref)
    listed.open_meeting()
    starts = {
        "submitted": another().submitted(),
        "in review": another().in_review(),
        "at the meeting": another().opened(),
        "five at the meeting": another().opened(absent=3),
        "voted": another().voted(*["modification_required"] * 3),
        "modified": modified,
        "to revise": another().concluded(*["revision_required"] * 8, requirements="重新设计"),
        "listed": listed,
        "lead on the committee": holds_both.opened(),
        "to be designated": another().simplified(),
        "designated": another().designated(*members[4:6]),
        "one has approved": one_has_approved(another().designated(*members[4:6])),
    }
    return World(first.committee, starts, people, outsiders, people["officer"])


def one_has_approved(begun: Case) -> Case:
    begun.cast(begun.review.reviewers[0].person)
    begun.review = Review.objects.get(pk=begun.review.pk)
    return begun


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
        self.cast: dict[tuple[int, str], str] = {}
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
        self.cast = {(o.round, o.person.username): o.verdict for o in self.ballots().filter(state="cast")}
        self.entries = self.entries_now()

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
        votes = Counter(v for (round_, _who), v in self.cast.items() if round_ == self.review.round)
        first = votes.most_common(1)[0][0] if votes else ""
        if first == "rejected":
            return {"reasons": "风险大于受益"}
        return {"requirements": "补充说明"} if first.endswith("required") else {}

    def answered(self) -> dict[str, Any]:
        asked = {f"answer__{request.number}": "已办理" for request in self.review.open_requests()}
        return asked | signing(self.people["lead"])

    def vote(self, whose: Opinion, by: Person, verdict: str) -> None:
        terms = ballot(self.review, verdict)
        if self.take(whose, "cast", by, terms):
            key = (whose.round, whose.person.username)
            assert key not in self.cast, "a second ballot of one member in one round was taken"
            self.cast[key] = verdict
            assert by == whose.person, "somebody voted for another"
            assert whose.designation_id or whose.person_id in self.there()
            assert not self.interested(whose.person)

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

    def entries_now(self) -> int:
        return Entry.objects.filter(chain__subject_kind="project", chain__subject_ref=self.project.ref).count()

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

    # --- the law, counted once more by hand -----------------------------------------------------------------------

    def there(self) -> set[int]:
        """Marked as present and not gone, term running today, not recused from this review."""
        assert self.meeting is not None
        rows = self.meeting.attendances.filter(presence__in=["present", "video"], left_at=None)
        seats = [row.membership for row in rows.select_related("membership__appointment")]
        today = law_day(self.at)
        running = {
            seat.appointment.person_id
            for seat in seats
            if seat.appointment.starts <= today and (seat.appointment.ends is None or today <= seat.appointment.ends)
        }
        return running - set(self.ballots().filter(state="recused").values_list("person_id", flat=True))

    def interested(self, person: Person) -> bool:
        if person == self.project.lead or self.project.members.filter(person=person).exists():
            return True
        latest = person.interest_declarations.order_by("-declared_at", "-pk").first()
        return latest is not None and latest.people.filter(pk=self.project.lead_id).exists()

    # --- invariants -----------------------------------------------------------------------------------------------

    @invariant()
    def all_hold(self) -> None:
        """Asked again only when something has changed since."""
        self.checks += 1
        if self.changed and hasattr(self, "review"):
            self.changed = False
            for check in INVARIANTS:
                check(self)


def no_approval_without_a_lawful_basis(path: Path) -> None:
    review, project = path.review, Project.objects.get(pk=path.project.pk)
    approving = [d for d in review.decisions.all() if d.outcome == "approved" and not d.preliminary]
    assert (review.state == "approved") == bool(approving) == (project.state == "approved")
    for decision in review.decisions.all():
        if decision.basis == "simplified":
            approved_by_all_who_were_designated(path, decision)
            continue
        if decision.basis == "modification_confirmed":
            assert {done["capacity"] for done in review.confirmations} == {"chair", "secretary"}
            assert len({done["person"] for done in review.confirmations}) == 2
            wanted, verdict = decision.round, "modification_required"
        else:
            wanted = decision.round
            verdict = "approved" if decision.outcome == "preliminarily_passed" else decision.outcome
        present = [one for one in decision.attendance if one["presence"] != "absent" and not one["recused"]]
        votes = [cast for (round_, _who), cast in path.cast.items() if round_ == wanted]
        attending = decision.tally["attending"]
        assert attending >= 5, "fewer than five"
        assert attending <= len(present), "more attend than are on the roll"
        assert votes.count(verdict) * 3 >= attending * 2, "less than two thirds"
        assert decision.tally["votes"][verdict] == votes.count(verdict), "a vote was lost or invented"
        counted = sum(decision.tally["votes"].values()) + decision.tally["abstained"]
        assert attending == counted == len(votes), "somebody who voted was not counted, or somebody who did not was"
        assert {one["category"] for one in present} >= {"peer", "ethics", "law"}, "a category is missing"


def approved_by_all_who_were_designated(path: Path, decision: Decision) -> None:
    seats = path.review.designations.filter(round=decision.round, ended_at=None).select_related("person")
    names = sorted(seat.person.name for seat in seats)
    assert len(names) >= 2, "fewer than two"
    assert sorted(one["name"] for one in decision.attendance) == names, "others approved than were designated"
    assert {path.cast.get((decision.round, seat.person.username)) for seat in seats} == {"approved"}
    assert not path.review.conversion, "it had gone to a meeting"
    assert decision.decided_at >= max(seat.designated_at for seat in seats)


def whatever_is_not_approved_goes_to_a_meeting(path: Path) -> None:
    """A simplified review that still runs has heard nothing but approval; one that was left keeps why."""
    review = path.review
    if review.is_simplified:
        heard = {verdict for (round_, _who), verdict in path.cast.items() if round_ == review.round}
        assert heard <= {"approved"}, "somebody did not approve, and it went on"
        assert review.item is None
        assert not review.conversion
    if review.conversion:
        assert review.conversion["triggers"]
        assert Entry.objects.filter(object_ref=review.ref, step="convert_to_meeting", actor_kind="system").count() == 1


def no_opinion_owed_without_a_deadline(path: Path) -> None:
    running = path.review.is_simplified and path.review.state == "in_review"
    owed = path.ballots_of_round().filter(state="assigned", designation__ended_at=None, designation__isnull=False)
    expected = sorted(owed.values_list("ref", flat=True)) if running else []
    clocks = Deadline.objects.open().filter(kind="opinion.give", subject_ref=path.project.ref)
    assert sorted(clocks.values_list("object_ref", flat=True)) == expected


def no_listed_activity_without_a_recheck(path: Path) -> None:
    if path.review.listed:
        assert path.review.state != "approved"
        assert not path.review.decisions.filter(outcome="approved").exists()


def nobody_conflicted_or_recused_takes_part(path: Path) -> None:
    recused = {opinion.person.username for opinion in path.ballots().filter(state="recused")}
    for opinion in path.ballots().filter(state="cast"):
        assert opinion.person != path.project.lead, "the lead voted"
    item = path.review.item if path.review.state == "in_review" else None
    if item is not None and path.meeting is not None:
        voters = {p.username for p in Person.objects.filter(pk__in=item.voters(path.at))}
        assert not voters & recused, "a recused member is counted"
        assert path.project.lead.username not in voters, "the lead is counted"


def no_vote_is_lost_or_counted_twice(path: Path) -> None:
    kept = [((o.round, o.person.username), o.verdict) for o in path.ballots().filter(state="cast")]
    assert len(kept) == len({key for key, _verdict in kept})
    assert dict(kept) == path.cast


def no_change_without_an_entry_and_its_author(path: Path) -> None:
    entries = Entry.objects.filter(object_kind="review", object_ref=path.review.ref).order_by("seq")
    states = [entry.target for entry in entries]
    assert states[-1] == path.review.state
    for entry, before in zip(list(entries)[1:], states, strict=False):
        assert entry.source == before, "the state changed between two entries"
        assert entry.actor_ref or entry.actor_kind == "system"
    chain = Chain.objects.get(subject_kind="project", subject_ref=path.project.ref)
    assert chain.length == path.entries_now() >= path.entries
    path.entries = chain.length
    last = chain.entries.order_by("-seq").first()
    assert chain.head == last.digest == digest(last.content())


def no_decision_on_a_version_that_changed(path: Path) -> None:
    for decision in path.review.decisions.select_related("submission"):
        version = decision.submission
        assert version.sealed_at is not None
        assert version.fingerprint() == version.digest == decision.submission_digest


# Whoever has the ball, to whom it runs.
CLOCKS = {
    "supplement_requested": "review.supplement",
    "accepted": "review.decision",
    "in_review": "review.decision",
    "modification_required": "review.modification",
    "modification_submitted": "review.confirm_modification",
    "revision_required": "review.revision",
    "preliminarily_passed": "review.refer",
}


def no_obligation_without_a_deadline(path: Path) -> None:
    open_clocks = [clock.kind for clock in Deadline.objects.of(path.review).open()]
    owed = CLOCKS.get(path.review.state)
    assert open_clocks == ([owed] if owed else [])
    if path.review.state == "approved":
        [first] = path.review.follow_ups.all()
        assert Deadline.objects.of(first).open().filter(kind="follow_up.report").count() == 1
    assert path.review.next_due_at == (Deadline.objects.of(path.review).open().get().due_at if open_clocks else None)


def nothing_is_seen_by_another_institution(path: Path) -> None:
    """One kind of object and one outsider at a time, in turn; over a path, each with each."""
    turn = path.world.attempts.total()
    model = (Project, Review, Opinion, Meeting)[turn % 4]
    standing = standing_of(path.world.outsiders[turn % 3], path.at)
    assert not model.objects.visible_to(standing).exists(), f"another institution's people see a {model.noun}"


INVARIANTS: Iterable[Callable[[Path], None]] = (
    no_approval_without_a_lawful_basis,
    no_listed_activity_without_a_recheck,
    nobody_conflicted_or_recused_takes_part,
    no_vote_is_lost_or_counted_twice,
    no_change_without_an_entry_and_its_author,
    no_decision_on_a_version_that_changed,
    no_obligation_without_a_deadline,
    no_opinion_owed_without_a_deadline,
    whatever_is_not_approved_goes_to_a_meeting,
    nothing_is_seen_by_another_institution,
)
