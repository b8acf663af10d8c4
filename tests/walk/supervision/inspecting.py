"""An inspection from its plan to its conclusion, with all that is to be put right; also by one who comes to belong."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, ClassVar

from ethicsreview.accounts.models import Appointment, Person, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import end_of_day, law_day
from reviews.models import Inspection, Investigation, Rectification
from reviews.models.inspections.rows import InspectionFinding, Inspector
from tests.committees.builders import authority, holder, people_of
from tests.memory import remembered
from tests.reviews.following import noon
from tests.reviews.inspections import CHENGDU, NOTICE, Inspecting, inspecting
from tests.walk.place import Joint, Terms
from tests.walk.supervision.seen import Seen
from tests.walk.supervision.world import Supervision

NAMED, ONCE_MORE, WRONG, DAY = 2, 1, 2, timedelta(days=1)
ANSWERS = frozenset({"give_comment", "answer"})


@remembered
def scene(at: datetime) -> tuple[Inspecting, dict[str, Person]]:
    made = inspecting(CHENGDU, at=at)
    province = authority("510000", level="province")
    people = {
        "planner": made.planner,
        "inspector": made.team[0],
        "second inspector": made.team[1],
        "province": holder(Role.REGULATOR, province),
        "operator": holder(Role.OPERATOR, province),
        "officer": made.officer,
        "secretary": people_of(made.committee, Role.SECRETARY)[0],
        "member": people_of(made.committee, Role.MEMBER)[0],
    }
    return made.planned(team=False, body=made.committee.ref, themes=["training"]), people


def every_item_was_looked_at(seen: Seen, witness: Any) -> None:
    for row in seen.rows(Inspection):
        if row.state in {"commenting", "reported", "closed"}:
            items = {one.key for one in Inspection.objects.get(pk=row.id).items()}
            assert {one.item for one in seen.rows(InspectionFinding)} == items, "something was not looked at"


def what_does_not_conform_is_put_right(seen: Seen, witness: Any) -> None:
    """One for each item of which the last finding says so, from the report on; and concluded when all is done."""
    for row in seen.rows(Inspection):
        last = {one.item: one for one in seen.rows(InspectionFinding)}
        wrong = sorted(one.id for one in last.values() if one.result == "does_not_conform")
        ordered = sorted(one.finding_id for one in seen.rows(Rectification))
        assert ordered == (wrong if row.state in {"reported", "closed"} else []), "ordered otherwise than was found"
        if row.state == "closed":
            assert {one.state for one in seen.rows(Rectification)} <= {"confirmed"}, "concluded before all was done"


def the_inspected_were_heard(seen: Seen, witness: Any) -> None:
    for row in seen.rows(Inspection):
        if row.reported_at:
            let_pass = "inspection.comment" in seen.lapsed("inspection", row.ref)
            assert row.commented_at or let_pass, "reported before the inspected had spoken"


def the_visit_was_told_of_or_has_its_reason(seen: Seen, witness: Any) -> None:
    for row in seen.rows(Inspection):
        if row.begun_at:
            assert bool(row.announced_at) != bool(row.unannounced), "begun without notice and without a reason"
            assert law_day(row.begun_at) >= row.starts_on, "begun before its day"
            assert len(seen.rows(Inspector)) >= NAMED, "one alone inspects"


class TheInspection(Supervision):
    """Of a committee; of its items two at most do not conform, and one is looked at again. The notice or a surprise;
    one of the team may come to work for the institution at any time.
    """

    name = "the inspection"
    nouns = ("inspection", "rectification")
    answering: ClassVar[frozenset[str]] = ANSWERS
    invariants = (
        every_item_was_looked_at,
        what_does_not_conform_is_put_right,
        the_inspected_were_heard,
        the_visit_was_told_of_or_has_its_reason,
    )

    def __init__(self, made: Inspecting, people: dict[str, Person]) -> None:
        self.made = made
        super().__init__(made.at, people)

    def is_over(self, seen: Seen) -> bool:
        return all(row.state in {"closed", "cancelled"} for row in seen.rows(Inspection))

    def _inside(self, seen: Seen) -> set[int]:
        """Who hold anything in the institution or its committee."""
        bodies = {self.made.unit.pk, self.made.committee.pk}
        return {one.person_id for one in seen.rows(Appointment) if one.body_id in bodies}

    def own_matter(self, seen: Seen, obj: Any, person: Person) -> bool:
        return person.pk in self._inside(seen)

    def kept_from(self, seen: Seen, noun: str, row: Any) -> set[str]:
        """Whoever is inspected learns of it with the notice, or when it begins."""
        told = seen.rows(Inspection)[0]
        inside = {"officer", "secretary"} if not told.announced_at and not told.begun_at else set()
        return {*self.outsiders, "member", *inside}

    def nothing_leaks(self, seen: Seen, turn: int) -> None:
        super().nothing_leaks(seen, turn)
        kept = sorted(self.kept_from(seen, "inspection", None) - set(self.outsiders))
        standing = standing_of(self.people[kept[turn % len(kept)]], seen.at)
        assert not Inspection.objects.visible_to(standing).exists(), "the inspected know before the notice"

    def facts(self, seen: Seen, noun: str, row: Any) -> Joint:
        if noun == "rectification":
            return (row.due_on <= seen.today,)
        found = [one.result for one in seen.rows(InspectionFinding)]
        last = sorted({one.item: one.result for one in seen.rows(InspectionFinding)}.values())
        notice = (row.starts_on - seen.today).days
        days = ("come" if notice <= 0 else "near" if notice < NOTICE else "far") if not row.begun_at else ""
        return len(seen.rows(Inspector)), days, len(found), last, bool(row.commented_at), bool(row.announced_at)

    def besides_states(self, seen: Seen) -> Joint:
        return self.people["inspector"].pk in self._inside(seen), len(seen.rows(Investigation))

    def besides(self, seen: Seen) -> Iterator[tuple[str, Callable[[], Any]]]:
        inspector, unit = self.people["inspector"], self.made.unit
        if inspector.pk not in self._inside(seen):
            terms = {"person": inspector, "body": unit, "role": Role.RESEARCHER, "starts": seen.today}
            yield "an inspector comes to work there", lambda: Appointment.objects.create(**terms)

    def days(self, seen: Seen) -> Iterator[tuple[datetime, str]]:
        for row in seen.rows(Inspection):
            if row.state in {"planned", "announced"}:
                yield end_of_day(row.starts_on - DAY), "the first day of the visit"

    def of_inspection(self, seen: Seen, obj: Inspection, step: str) -> list[Terms]:
        today = seen.today
        match step:
            case "revise":
                starts = [today, today + NOTICE * DAY]
                return [{"scope": "培训", "starts_on": one, "ends_on": one + DAY} for one in starts]
            case "name_team":
                names = [one.username for one in self.made.team]
                officer = self.people["officer"].username
                return [{"inspectors": "\n".join(one)} for one in (names, names[:1], [names[0], officer])]
            case "announce":
                return [{"notice": "请准备培训记录"}]
            case "begin":
                return [{}]
            case "begin_unannounced" | "cancel":
                return [{"reason": "核实投诉反映的情况"}]
            case "enter_finding":
                return list(self._findings(seen, obj))
            case "send_draft":
                return [{"summary": "培训记录不全"}]
            case "give_comment":
                return [{"comment": "无"}] if not obj.commented_at else []
            case "issue":
                response = {"response": "已采纳"} if obj.comment else {}
                return [{"report": "检查报告"} | response | ({"due_on": today + 30 * DAY} if obj.wrong() else {})]
            case "close":
                return [{"conclusion": "已整改到位"}]
            case "refer" if not seen.rows(Investigation) and obj.state in {"commenting", "closed"}:
                given = {"title": "涉嫌违规", "account": "检查发现", "track": "ethics"}
                return [given | {"unit_suspected": one} for one in ("yes", "no")]
        return []

    def _findings(self, seen: Seen, obj: Inspection) -> Iterator[Terms]:
        """Item by item; then once more the last, where it was found otherwise."""
        found, items = seen.rows(InspectionFinding), obj.items()
        if len(found) >= len(items) + ONCE_MORE:
            return
        item = items[min(len(found), len(items) - 1)].key
        wrong = sum(one.result == "does_not_conform" for one in found)
        empty = {"item": item, "rectify_by": None, "documents": ""}
        yield empty | {"result": "conforms", "account": ""}
        if wrong < WRONG:
            yield empty | {"result": "does_not_conform", "account": "未见记录"}
        if not any(one.result == "not_looked_at" for one in found):
            yield empty | {"result": "not_looked_at", "account": "当日未能查阅"}

    def of_rectification(self, seen: Seen, obj: Rectification, step: str) -> list[Terms]:
        match step:
            case "answer":
                return [{"text": "已补记录", "documents": ""}]
            case "confirm":
                return [{"note": "已核实"}]
            case "send_back":
                return [{"reason": "仍缺记录", "due_on": seen.today + 10 * DAY}]
            case "extend":
                return [{"reason": "需要时间", "due_on": max(obj.due_on, seen.today) + 10 * DAY}]
        return []


def the_inspection() -> TheInspection:
    return TheInspection(*scene(noon(2026, 3, 2)))
