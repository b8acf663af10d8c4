"""A sanction, from what is proposed upon a concluded investigation to its end; with its hearing, appeal and ban."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar

from ethicsreview.accounts.models import Person, Restriction, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import end_of_day, law_day
from reviews.models import Investigator, Respondent, Sanction
from tests.committees.builders import holder
from tests.memory import remembered
from tests.reviews.builders import with_password
from tests.reviews.complaints import JINAN, Matter, matter, province
from tests.reviews.following import noon
from tests.walk.place import MINUTE, Joint, Terms
from tests.walk.supervision.complaining import Accusing
from tests.walk.supervision.seen import Seen

OVER = {"ended", "revoked", "dropped"}
TOLD = {"notified", "stated", "decided", "served", "in_force", "ended", "revoked"}
# A ban of forty days, so that it may be over before the time to appeal is.
BANNED, CORRECTED, LATER = timedelta(days=40), timedelta(days=20), timedelta(days=15)


@remembered
def scene(at: datetime) -> tuple[Matter, dict[str, Person]]:
    """Concluded; one of those who answer for the unit has investigated too."""
    made = matter(JINAN, at=at)
    department, regulator = province()
    third = with_password(holder(Role.INSTITUTION_OFFICER, made.unit))
    made.named().settled()
    both = f"{made.investigator.username}\n{made.second.username}"
    made.look_into("name_investigators", investigators=both)
    made.look_into("conclude", summary="经查属实", answer="已查实并处理")
    people = {
        "officer": made.officer,
        "investigating officer": made.second,
        "third officer": third,
        "fourth officer": with_password(holder(Role.INSTITUTION_OFFICER, made.unit)),
        "regulator": regulator,
        "operator": holder(Role.OPERATOR, department),
        "investigator": made.investigator,
        "accused": made.accused,
    }
    return made, people


def two_and_neither_investigated(seen: Seen, witness: Any) -> None:
    by_name = {one.id: one.username for one in seen.rows(Person)}
    investigated = {by_name[one.person_id] for one in seen.rows(Investigator)}
    for row in seen.rows(Sanction):
        proposed = by_name[row.proposed_by_id]
        decided = {one.actor_ref for one in seen.taken("sanction", row.ref, "decide")}
        again = {one.actor_ref for one in seen.taken("sanction", row.ref, "reconsider")}
        assert (row.state in OVER - {"ended", "revoked"} | {"proposed", "notified", "stated"}) or decided, "undecided"
        assert not decided & ({proposed} | investigated), "decided by who proposed or investigated"
        assert not again & ({proposed} | decided | investigated), "reconsidered by one whose matter it was before"


def decided_upon_a_hearing(seen: Seen, witness: Any) -> None:
    for row in seen.rows(Sanction):
        if row.decided_at:
            let_pass = row.heard_until is not None and row.heard_until < law_day(row.decided_at)
            assert row.stated_at or let_pass, "decided upon unheard"


def a_ban_bars_as_long_as_it_stands(seen: Seen, witness: Any) -> None:
    """From its first to its last day, both included; revoked, it bars nobody from that day on; never longer again."""
    kept = {row.id: row for row in seen.rows(Restriction)}
    for row in seen.rows(Sanction):
        begun = row.measure == "ban" and bool(seen.taken("sanction", row.ref, "take_effect"))
        assert (row.restriction_id is not None) == begun, "in force without a restriction, or the other way round"
        if not begun:
            continue
        bar = kept.pop(row.restriction_id)
        [part] = [one for one in seen.rows(Respondent) if one.id == row.respondent_id]
        assert bar.person_id == part.person_id, "it bars somebody else"
        assert bar.starts == row.starts
        assert bar.ends <= row.ends, "it bars longer than was decided"
        stands = bar.starts <= seen.today <= bar.ends
        assert stands == (row.state == "in_force" and seen.today <= row.ends), f"{row.state}, and bars: {stands}"
    assert not kept, "somebody is barred by nothing"


def no_longer_public_when_revoked(seen: Seen, witness: Any) -> None:
    for row in seen.rows(Sanction):
        assert not row.published_at or row.state in {"served", "in_force", "ended"}, f"{row.state} and public"


class TheSanction(Accusing):
    """One after the other: another is proposed when the last is over. Of the measures a ban, which begins at once or
    later, a correction with its day, and one that is carried out once.
    """

    name = "the sanction"
    nouns = ("respondent", "sanction")
    everybody: ClassVar[frozenset[str]] = frozenset({"decide", "reconsider"})
    answering: ClassVar[frozenset[str]] = frozenset({"state_case", "appeal", "report_corrected"})
    invariants = (
        two_and_neither_investigated,
        decided_upon_a_hearing,
        a_ban_bars_as_long_as_it_stands,
        no_longer_public_when_revoked,
    )

    def __init__(self, made: Matter, people: dict[str, Person]) -> None:
        super().__init__(made, people, {"unit": made.unit})

    def is_over(self, seen: Seen) -> bool:
        """Nor does anybody wait for anything."""
        waits = [row for row in self.running(seen) if not row.lapses]
        return all(row.state in OVER for row in seen.rows(Sanction)) and not waits

    def stands(self, seen: Seen, noun: str, row: Any) -> Joint:
        """Those that are over, and nobody waits for anything of, make no difference to the next."""
        if noun == "sanction" and row.state in OVER and not seen.owed(noun, row.ref):
            return ()
        return super().stands(seen, noun, row)

    def facts(self, seen: Seen, noun: str, row: Any) -> Joint:
        if noun != "sanction":
            return ()
        who = {one.pk: name for name, one in self.people.items()}
        begun = row.starts <= seen.today
        heard = row.heard_until is not None and row.heard_until < seen.today
        ended = row.ends is not None and row.ends <= seen.today
        appealed = bool(row.appealed_at), row.reconsidered, bool(row.appeal_until and row.appeal_until <= seen.at)
        return row.measure, who[row.proposed_by_id], begun, heard, ended, *appealed, bool(row.published_at)

    def days(self, seen: Seen) -> Iterator[tuple[datetime, str]]:
        for row in seen.rows(Sanction):
            if row.state not in OVER:
                yield end_of_day(row.starts - timedelta(days=1)), "the first day of a sanction"
                if row.ends is not None:
                    yield end_of_day(row.ends - timedelta(days=1)), "the last day of a sanction"
                    yield end_of_day(row.ends), "the end of a sanction"

    def at_the_door(
        self, seen: Seen, after: Seen, obj: Any, step: str, person: Person, terms: Terms, witness: Any
    ) -> Any:
        if obj.noun == "sanction" and step in self.answering:
            [part] = [one for one in seen.rows(Respondent) if one.id == obj.respondent_id]
            assert part.person_id == person.pk, "spoken for another"
        if step == "appeal":
            assert seen.one(Sanction, obj.pk).appeal_until > after.at, "appealed after the time to"
        return super().at_the_door(seen, after, obj, step, person, terms, witness)

    def nothing_leaks(self, seen: Seen, turn: int) -> None:
        super().nothing_leaks(seen, turn)
        shown = Sanction.objects.visible_to(standing_of(self.people["accused"], seen.at))
        assert set(shown.values_list("state", flat=True)) <= TOLD, "seen before the notice"

    def of_respondent(self, seen: Seen, obj: Respondent, step: str) -> list[Terms]:
        waiting = [row for row in seen.rows(Sanction) if row.state not in OVER or seen.owed("sanction", row.ref)]
        if step != "propose" or waiting:
            return []
        given = {"content": "一年内不得承担", "starts": None, "ends": None}
        return [
            given | {"measure": "ban", "ends": seen.today + BANNED},
            given | {"measure": "ban", "starts": seen.today + LATER, "ends": seen.today + BANNED},
            given | {"measure": "correct", "ends": seen.today + CORRECTED},
            given | {"measure": "penalty"},
        ]

    def of_sanction(self, seen: Seen, obj: Sanction, step: str) -> list[Terms]:
        match step:
            case "notify":
                return [{"until": obj.respondent.heard_until_at_least(seen.at + MINUTE)}]
            case "state_case":
                return [{"statement": "请从轻"}]
            case "drop" | "withdraw_publication":
                return [{"reason": "情节轻微"}]
            case "decide":
                return [{"number": "处字〔2026〕1号", "reason": "情节严重"}]
            case "serve":
                return [{"served_on": seen.today, "how": "直接送达"}]
            case "appeal":
                return [{"grounds": "事实不清"}]
            case "reconsider":
                given = {"reason": "经复核", "ends": None}
                shorter = [given | {"result": "shortened", "ends": seen.today}] if obj.ends else []
                return [given | {"result": "upheld"}, given | {"result": "revoked"}, *shorter]
            case "publish":
                return [{"text": "关于某人员的处理决定"}]
            case "report_corrected":
                return [{"answer": "已改正"}]
            case "complete":
                return [{"note": "已执行"}]
        return []


def the_sanction() -> TheSanction:
    return TheSanction(*scene(noon(2026, 3, 2)))
