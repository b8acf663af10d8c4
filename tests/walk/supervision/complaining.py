"""A complaint, until it is investigated, declined or handed over; and the investigation, until it is concluded."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar

from ethicsreview.accounts.models import Appointment, Body, Person, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import law_day
from reviews.models import Complaint, Finding, Investigation, Investigator, Respondent
from reviews.models.complaints.complaint import Addition
from reviews.models.complaints.receiving import add
from reviews.models.investigations.rows import Transfer
from tests.committees.builders import authority, committee, holder, institution, people_of, person
from tests.memory import remembered
from tests.reviews.builders import with_password
from tests.reviews.complaints import JINAN, SHANDONG, Matter, city, matter, province
from tests.reviews.following import noon
from tests.walk.place import MINUTE, Joint, Terms
from tests.walk.supervision.seen import Seen
from tests.walk.supervision.world import Supervision

ACCUSED = Complaint.accused.through
HANDING = {"ground": "crime", "receiver": "公安机关", "reason": "涉嫌犯罪"}
TOLD = {"notified", "stated", "established"}


@remembered
def scene(at: datetime) -> tuple[Matter, dict[str, Person], dict[str, Body]]:
    """A unit under another, with its committee; the departments of its place; whoever may be accused."""
    above = institution(JINAN)
    made = matter(JINAN, at=at, parent=above)
    sat = committee(7, JINAN, at=at - timedelta(days=30), institution=made.unit)
    town, clerk = city(JINAN)
    department, regulator = province(SHANDONG)
    sector = authority(SHANDONG, level="province", field="ai")
    people = {
        "officer": made.officer,
        "second": made.second,
        "head": with_password(holder(Role.INSTITUTION_OFFICER, above)),
        "clerk": clerk,
        "regulator": regulator,
        "another regulator": with_password(holder(Role.REGULATOR, department)),
        "sector": holder(Role.REGULATOR, sector),
        "operator": holder(Role.OPERATOR, department),
        "investigator": made.investigator,
        "another investigator": person(),
        "accused": made.accused,
        "secretary": people_of(sat, Role.SECRETARY)[0],
    }
    bodies = {"unit": made.unit, "above": above, "town": town, "department": department, "sector": sector}
    return made, people, {**bodies, "committee": sat}


class Accusing(Supervision):
    """What a complaint and its investigation have in common: nobody handles what they are accused of, nor sees it."""

    def __init__(self, made: Matter, people: dict[str, Person], bodies: dict[str, Body]) -> None:
        self.made, self.bodies = made, bodies
        super().__init__(made.at, people)

    def body(self, key: int | None) -> str:
        return next((name for name, one in self.bodies.items() if one.pk == key), "")

    def accused(self, seen: Seen) -> set[int]:
        """By the complaint and by the investigation, people and whoever is of an accused body."""
        named = {row.person_id for row in seen.rows(ACCUSED)}
        named |= {row.person_id for row in seen.rows(Respondent) if row.person_id}
        bodies = {row.body_id for row in seen.rows(Respondent) if row.body_id}
        for row in seen.rows(Complaint):
            bodies |= {row.committee_id} if row.committee_id else set()
            bodies |= {row.institution_id} if row.unit_suspected and row.institution_id else set()
        return named | {one.person_id for one in seen.rows(Appointment) if one.body_id in bodies}

    def own_matter(self, seen: Seen, obj: Any, person: Person) -> bool:
        return person.pk in self.accused(seen)

    def kept_from(self, seen: Seen, noun: str, row: Any) -> set[str]:
        accused = self.accused(seen)
        return set(self.outsiders) | {who for who, one in self.people.items() if one.pk in accused}

    def nothing_leaks(self, seen: Seen, turn: int) -> None:
        super().nothing_leaks(seen, turn)
        self._the_accused_hear_nothing(seen)

    def _the_accused_hear_nothing(self, seen: Seen) -> None:
        """From the moment at which they are accused, of the complaint and the investigation."""
        now, accused = seen.at, self.accused(seen)
        told = [
            row
            for row in seen.notices
            if row.object_kind in {"complaint", "investigation"} and row.person_id in accused and row.created_at == now
        ]
        assert not told, "an accused person is told of it"


def outcome_follows_the_findings(seen: Seen, witness: Any) -> None:
    for row in seen.rows(Investigation):
        if row.state == "investigating":
            continue
        parts = [one for one in seen.rows(Respondent) if one.investigation_id == row.id]
        assert parts, "concluded against nobody"
        assert {one.state for one in parts} <= {"established", "cleared"}, "concluded before all was settled"
        found = [one.established for one in seen.rows(Finding) if one.respondent_id in {part.id for part in parts}]
        expected = "founded" if all(found) else "partly_founded" if any(found) else "unfounded"
        assert row.state == expected, f"{row.state}, and found was {found}"


def nobody_is_found_against_unheard(seen: Seen, witness: Any) -> None:
    for row in seen.rows(Respondent):
        found = [one.established for one in seen.rows(Finding) if one.respondent_id == row.id]
        if row.state in {"established", "cleared"}:
            assert found, "settled without a finding"
            assert (row.state == "established") == any(found), "it does not follow the findings"
        if row.state == "established":
            last = max(one.at for one in seen.rows(Finding) if one.respondent_id == row.id)
            assert row.notified_at, "found against, and never told"
            assert row.notified_at >= last, "something was found after the notice"
            assert row.stated_at or row.heard_until < law_day(row.settled_at), "found against unheard"


def a_complaint_ends_with_its_investigation(seen: Seen, witness: Any) -> None:
    opened = {row.complaint_id: row for row in seen.rows(Investigation)}
    for row in seen.rows(Complaint):
        found = opened.get(row.id)
        assert (found is not None) == (row.state in {"accepted", "closed"}), f"{row.state} with or without one"
        if found is not None:
            assert (row.state == "closed") == (found.state != "investigating"), "one is over and the other is not"
            assert (row.handler_id, row.joint_id) == (found.handler_id, found.joint_id), "they lie with two bodies"
        assert bool(row.answer) == (row.state not in {"received", "accepted"}), "the complainant has no answer"


class TheComplaint(Accusing):
    """Received of a named complainant; the unit's. Ends where an investigation is opened."""

    name = "the complaint"
    nouns = ("complaint",)
    invariants = (a_complaint_ends_with_its_investigation,)

    def is_over(self, seen: Seen) -> bool:
        return all(row.state not in {"received", "accepted"} for row in seen.rows(Complaint))

    def ends(self, seen: Seen) -> bool:
        return bool(seen.rows(Investigation))

    def facts(self, seen: Seen, noun: str, row: Any) -> Joint:
        by_key = {one.pk: who for who, one in self.people.items()}
        accused = sorted(by_key[one.person_id] for one in seen.rows(ACCUSED))
        handled = self.body(row.handler_id), self.body(row.joint_id), row.duty
        return *handled, row.unit_suspected, bool(row.committee_id), accused

    def besides_states(self, seen: Seen) -> Joint:
        return (bool(seen.rows(Addition)),)

    def besides(self, seen: Seen) -> Iterator[tuple[str, Callable[[], Any]]]:
        [row] = seen.rows(Complaint)
        if row.state == "received" and not seen.rows(Addition):
            found = Complaint.objects.get(pk=row.id)
            yield "the complainant adds to it", lambda: add(found, text="又有新的情况", at=seen.at + MINUTE)

    def at_the_door(
        self, seen: Seen, after: Seen, obj: Any, step: str, person: Person, terms: Terms, witness: Any
    ) -> Any:
        [row] = seen.rows(Complaint)
        if step in {"accept", "decline", "hand_over"}:
            officers = {
                one.person_id
                for one in seen.rows(Appointment)
                if one.body_id == row.handler_id and one.role in {"institution_officer", "regulator"}
            }
            named = {one.person_id for one in seen.rows(ACCUSED)}
            assert not officers & named, "the body of an accused officer deals with it"
            assert not (row.unit_suspected and row.handler_id == row.institution_id), "the suspected unit deals with it"
        return super().at_the_door(seen, after, obj, step, person, terms, witness)

    def of_complaint(self, seen: Seen, obj: Complaint, step: str) -> list[Terms]:
        named: Terms = {"accused": "", "institution": self.made.unit.ref, "committee": "", "unit_suspected": False}
        match step:
            case "name_accused":
                return [
                    named,
                    named | {"accused": self.people["accused"].username},
                    named | {"accused": self.people["second"].username},
                    named | {"accused": self.people["clerk"].username},
                    named | {"committee": self.bodies["committee"].ref},
                    named | {"unit_suspected": True},
                ]
            case "refer":
                others = obj.might_handle().exclude(pk=obj.handler_id)
                return [{"body": one.ref, "reason": "由其处理更为适当"} for one in others]
            case "accept":
                return [{"title": "未经批准开展研究", "track": track} for track in ("ethics", "misconduct")]
            case "decline" | "take_over":
                return [{"reason": "不属于受理范围"}]
            case "hand_over":
                return [HANDING]
        return []


class TheInvestigation(Accusing):
    """Opened upon a complaint, by the unit. Ends where it is concluded; of several accused two at most."""

    name = "the investigation"
    nouns = ("complaint", "investigation", "respondent")
    answering: ClassVar[frozenset[str]] = frozenset({"state_case"})
    invariants = (
        a_complaint_ends_with_its_investigation,
        outcome_follows_the_findings,
        nobody_is_found_against_unheard,
    )

    def is_over(self, seen: Seen) -> bool:
        return all(row.state != "investigating" for row in seen.rows(Investigation))

    def facts(self, seen: Seen, noun: str, row: Any) -> Joint:
        if noun == "complaint":
            return (self.body(row.handler_id),)
        if noun == "investigation":
            by_key = {one.pk: who for who, one in self.people.items()}
            named = sorted(by_key[one.person_id] for one in seen.rows(Investigator))
            handed = sorted(bool(one.number) for one in seen.rows(Transfer))
            return self.body(row.handler_id), self.body(row.joint_id), named, handed
        whom = "person" if row.person_id else "body" if row.body_id else "name"
        found = sorted({one.established for one in seen.rows(Finding) if one.respondent_id == row.id})
        heard = row.stated_at is not None, row.heard_until is not None and row.heard_until < seen.today
        return whom, self.people["second"].pk == row.person_id, found, heard, row.heard_until is not None

    def at_the_door(
        self, seen: Seen, after: Seen, obj: Any, step: str, person: Person, terms: Terms, witness: Any
    ) -> Any:
        if obj.noun == "respondent" and step == "state_case":
            assert obj.person_id == person.pk or obj.body_id in seen.bodies_of(person.pk), "spoken for another"
        accused = self.accused(after)
        assert not accused & {one.person_id for one in after.rows(Investigator)}, "an accused person investigates"
        return super().at_the_door(seen, after, obj, step, person, terms, witness)

    def nothing_leaks(self, seen: Seen, turn: int) -> None:
        super().nothing_leaks(seen, turn)
        accused = self.accused(seen)
        who = [one for one in self.people.values() if one.pk in accused]
        if who:
            standing = standing_of(who[turn % len(who)], seen.at)
            for model in (Complaint, Investigation):
                assert not model.objects.visible_to(standing).exists(), f"the accused sees the {model.noun}"
            shown = set(Respondent.objects.visible_to(standing).values_list("state", flat=True))
            assert shown <= TOLD | {"cleared"}, "seen before the notice"

    def of_investigation(self, seen: Seen, obj: Investigation, step: str) -> list[Terms]:
        parts = seen.rows(Respondent)
        found = bool(seen.rows(Finding))
        match step:
            case "name_investigators":
                # Whoever cannot be named is refused, and is tried all the same.
                one, two = (self.people[who].username for who in ("investigator", "second"))
                return [{"investigators": one}, {"investigators": f"{one}\n{two}"}] if not found else []
            case "add_respondent":
                return [] if found else list(self._respondents(parts))
            case "enter_evidence":
                return [{"kind": "statement", "title": "询问笔录", "text": "经询问，属实", "document": ""}]
            case "extend":
                return [{"due_on": obj.next_due_at.date() + timedelta(days=30), "reason": "案情复杂"}]
            case "reveal":
                return [{"reason": "需要核实细节"}]
            case "hand_over":
                return [HANDING] if obj.state != "investigating" and not seen.rows(Transfer) else []
            case "enter_receipt":
                return [{"number": "公〔2026〕1号", "received_on": seen.today}]
            case "conclude":
                return [{"summary": "调查报告", "answer": "已查清"}]
        return []

    def _respondents(self, parts: list[Any]) -> Iterator[Terms]:
        nobody = {"username": "", "body": "", "name": ""}
        if not parts:
            yield nobody | {"username": self.people["accused"].username}
            yield nobody | {"body": self.bodies["committee"].ref}
            yield nobody | {"name": "外单位人员"}
            yield nobody | {"username": self.people["second"].username}
        elif len(parts) == 1 and parts[0].person_id == self.people["accused"].pk:
            yield nobody | {"username": self.people["second"].username}

    def of_respondent(self, seen: Seen, obj: Respondent, step: str) -> list[Terms]:
        found = {one.established for one in seen.rows(Finding) if one.respondent_id == obj.pk}
        match step:
            case "find":
                given = {"offence": "applicant.without_approval", "occurred_on": seen.today, "account": "有记录为证"}
                results = {True: "established", False: "not_established"}
                return [given | {"result": word} for result, word in results.items() if result not in found]
            case "notify":
                return [{"until": obj.heard_until_at_least(seen.at + MINUTE)}]
            case "state_case":
                return [{"statement": "当时以为不需要审查"}]
            case "settle":
                return [{"weighed": "不影响认定"}]
        return []


def the_complaint() -> TheComplaint:
    made, people, bodies = scene(noon(2026, 3, 2))
    return TheComplaint(made.complained(), people, bodies)


def the_investigation() -> TheInvestigation:
    made, people, bodies = scene(noon(2026, 3, 2))
    return TheInvestigation(made.accepted(), people, bodies)
