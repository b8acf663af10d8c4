"""The reports on a year: a committee's, its city's and the province's, each signed, submitted, returned, summed up."""

from datetime import datetime
from typing import Any

from ethicsreview.accounts.models import Person, Role
from ethicsreview.accounts.standing import standing_of
from reviews.models import AnnualReport
from tests.committees.builders import holder, keeper_of, people_of
from tests.reviews.annual import SUMMED, TEXTS, Year, year
from tests.reviews.builders import PASSWORD, with_password
from tests.walk.place import Joint, Terms
from tests.walk.supervision.seen import Seen
from tests.walk.supervision.world import Supervision

SIGNED = {"signed", "submitted", "accepted"}
HANDED_IN = {"submitted", "accepted"}
CONTENT = ("figures", "parts", "groups", "work", "listed_activities", "duties", "problems", "digest")
Frozen = dict[str, tuple[str, ...]]


def _content(row: Any) -> tuple[str, ...]:
    return tuple(str(getattr(row, name)) for name in CONTENT)


def what_is_signed_stays(seen: Seen, witness: Frozen) -> None:
    for row in seen.rows(AnnualReport):
        assert bool(row.digest) == (row.state in SIGNED), f"{row.state} with or without a digest"
        if row.state in SIGNED:
            assert row.signer_id, "signed by nobody"
            assert _content(row) == witness[row.ref], "changed after it was signed"


def a_signed_sum_is_the_sum_of_what_it_names(seen: Seen, witness: Frozen) -> None:
    rows = {row.ref: row for row in seen.rows(AnnualReport)}
    for row in rows.values():
        if row.level == "committee" or row.state not in SIGNED:
            continue
        parts = [rows[part["ref"]] for part in row.parts]
        assert parts, "the sum of nothing"
        for part, named in zip(parts, row.parts, strict=True):
            assert part.state in HANDED_IN, f"a part that is {part.state}"
            assert part.digest == named["digest"], "a part changed after it was summed up"
        for name in ("received", "decided", "meetings", "committees"):
            assert row.figures.get(name, 0) == sum(part.figures.get(name, 0) for part in parts), f"{name} do not add up"
        assert len({part.body_id for part in parts}) == len(parts), "something was counted twice"


class TheReports(Supervision):
    """Of one committee of one city."""

    name = "the reports on a year"
    nouns = ("annual_report",)
    invariants = (what_is_signed_stays, a_signed_sum_is_the_sum_of_what_it_names)

    def __init__(self, made: Year) -> None:
        self.made, (sat,) = made, made.committees
        super().__init__(
            SUMMED,
            {
                "chair": with_password(people_of(sat, Role.CHAIR)[0]),
                "secretary": people_of(sat, Role.SECRETARY)[0],
                "member": people_of(sat, Role.MEMBER)[0],
                "officer": keeper_of(sat),
                "city": made.regulator("370100"),
                "province": made.regulator("370000"),
                "operator": holder(Role.OPERATOR, made.departments["370000"]),
            },
        )

    def witnessed(self, at: datetime) -> Frozen:
        return {row.ref: _content(row) for row in Seen(at).rows(AnnualReport) if row.state in SIGNED}

    def is_over(self, seen: Seen) -> bool:
        """A province's goes to the State, outside."""
        return all(
            row.state == ("submitted" if row.level == "province" else "accepted") for row in seen.rows(AnnualReport)
        )

    def facts(self, seen: Seen, noun: str, row: Any) -> Joint:
        states = {one.ref: one.level for one in seen.rows(AnnualReport)}
        parts = sorted(states[part["ref"]] for part in row.parts) if row.state in SIGNED else []
        return row.level, bool(row.work), parts, bool(row.reason)

    def at_the_door(
        self, seen: Seen, after: Seen, obj: Any, step: str, person: Person, terms: Terms, witness: Frozen
    ) -> Frozen:
        if step == "sign":
            return {**witness, obj.ref: _content(after.one(AnnualReport, obj.pk))}
        return witness

    def nothing_leaks(self, seen: Seen, turn: int) -> None:
        super().nothing_leaks(seen, turn)
        committee = next(row for row in seen.rows(AnnualReport) if row.level == "committee")
        shown = AnnualReport.objects.visible_to(standing_of(self.people["city"], seen.at)).filter(ref=committee.ref)
        assert shown.exists() == (committee.state in HANDED_IN | {"returned"}), "seen above before it was handed in"

    def of_annual_report(self, seen: Seen, obj: AnnualReport, step: str) -> list[Terms]:
        match step:
            case "write" if not obj.work:
                return [TEXTS | ({} if obj.level == "committee" else {"duties": "检查两次。"})]
            case "recount" | "reopen" | "take_in":
                return [{}]
            case "sign":
                return [{"password": PASSWORD}]
            case "submit":
                return [{"number": "年-1", "handled_on": seen.today} if obj.level == "committee" else {}]
            case "send_back":
                return [{"reason": "数字不全"}]
        return []


def the_reports() -> TheReports:
    made = year("370100")
    made.drafted().at = SUMMED
    return TheReports(made.drafted())
