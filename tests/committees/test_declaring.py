"""The yearly declaration of interests: how long one counts, and the row that reminds before it lapses."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from committees.models import Committee, InterestDeclaration, undeclared
from ethicsreview.accounts.models import Person, Role
from ethicsreview.deadlines.models import Deadline
from ethicsreview.deadlines.sweep import sweep
from ethicsreview.lifecycle.door import perform
from ethicsreview.notices.models import Notice
from tests.committees.builders import committee, keeper_of, people_of

pytestmark = [pytest.mark.django_db, pytest.mark.article("national", 8)]
AT = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def made() -> Committee:
    return committee(at=AT)


@pytest.fixture
def member(made: Committee) -> Person:
    return people_of(made, Role.MEMBER)[0]


def declare(made: Committee, member: Person, at: datetime = AT) -> None:
    perform(made, "declare_interests", by=member, at=at, none_to_declare="yes")


def owed() -> list[Deadline]:
    return list(Deadline.objects.open().filter(kind="committee.declaration"))


def test_who_never_declared_to_this_committee_may_not_judge(made: Committee, member: Person) -> None:
    InterestDeclaration.objects.filter(person=member).update(committee=committee(at=AT))

    found = undeclared(made, [member], AT)

    assert [(one.code, one.cite) for one in found.values()] == [("interests_undeclared", "national:8")]


def test_a_declaration_counts_through_the_same_day_of_the_next_year(made: Committee, member: Person) -> None:
    declare(made, member)

    assert undeclared(made, [member], AT.replace(year=2027)) == {}
    lapsed = undeclared(made, [member], AT.replace(year=2027, day=3))
    assert [str(one) for one in lapsed.values()] == [
        f"{member.name}的利益关系声明有效期至2027-03-02，重新声明前不能到会、承办和表决"
    ]


def test_the_next_one_is_due_when_this_one_lapses_and_is_reminded_of_before(made: Committee, member: Person) -> None:
    declare(made, member)

    [row] = owed()
    assert (row.person_id, row.due_at, row.citation) == (
        member.pk,
        datetime(2027, 3, 3, tzinfo=ZoneInfo("Asia/Shanghai")),
        "national:8",
    )
    sweep(row.due_at - timedelta(days=30))
    assert Notice.objects.filter(key="deadline.reminder", person=member).count() == 1


def test_declaring_again_meets_it_and_begins_the_next(made: Committee, member: Person) -> None:
    declare(made, member)
    declare(made, member, AT.replace(year=2027, month=2))

    [row] = owed()
    assert row.due_at == datetime(2028, 2, 3, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert Deadline.objects.filter(kind="committee.declaration", outcome="met").count() == 1


def test_who_leaves_owes_none(made: Committee, member: Person) -> None:
    declare(made, member)
    seat = made.memberships.get(appointment__person=member)
    terms = {"membership": seat.pk, "last_day": AT.date(), "reason": "离任"}
    perform(made, "end_term", by=keeper_of(made), at=AT, **terms)

    assert owed() == []
