"""The overview: its counters are what a plain count of the rows says, a number promises what its list shows, and nobody
learns of another's territory.
"""

import random
from collections import Counter as Tally
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from committees.models import Committee
from ethicsreview.accounts.models import Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from reviews.models import Change, Counted, Counter, Decision, FollowUp, Project, Review, RiskAssessment
from reviews.models.reviewing.states import OPEN_STATES
from reviews.oversight.overview.counting import check, count_pending
from reviews.oversight.overview.drilling import Drill
from reviews.oversight.overview.figures import Asked, read
from reviews.oversight.overview.spans import Span
from reviews.oversight.scope import supervised_projects
from tests.committees.builders import authority, holder
from tests.memory import remembered
from tests.reviews.builders import PASSWORD, Case, case, signing
from tests.reviews.desk.conftest import address, queries, text
from tests.reviews.emergencies import urgent
from tests.reviews.recheck_builders import listed
from tests.reviews.simplified import given

pytestmark = pytest.mark.django_db
NOW_MEASURES = ("open", "late", "follow_up")


def concluded(path: Case) -> Case:
    path.do("conclude", path.chair, password=PASSWORD)
    return path


ALL_OF_THEM = 7  # members, who vote the same

WAYS: dict[str, Callable[[str], Any]] = {
    "submitted": lambda region: case(region=region).submitted(),
    "accepted": lambda region: case(region=region).accepted(),
    "in review": lambda region: case(region=region).in_review(),
    "approved": lambda region: case(region=region).concluded(),
    "to be revised": lambda region: case(region=region).concluded(
        *["revision_required"] * ALL_OF_THEM, requirements="补充对照组", reasons="设计不足"
    ),
    "rejected": lambda region: case(region=region).concluded(*["rejected"] * ALL_OF_THEM, reasons="风险过大"),
    "simplified": lambda region: concluded(given(case(region=region).designated(), "approved", "approved")),
    "turned to a meeting": lambda region: given(case(region=region).designated(), "approved", "rejected"),
    "urgent": lambda region: urgent(region=region).accepted(),
    "listed": lambda _region: listed().passed(),
    "re-checked": lambda _region: listed().passed().delivered(),
}
CITIES = ("370100", "370200", "510100")


@remembered
def province() -> list[Any]:
    """Every procedure, in several cities, at several stages."""
    return [way(CITIES[place % len(CITIES)]) for place, way in enumerate(WAYS.values())]


def place(path: Any, **facts: Any) -> None:
    QuerySet(Project).filter(pk=path.project.pk).update(**facts)


def plain(at: datetime, prefix: str = "", span: Span | None = None) -> dict[str, Any]:
    """The statement: every review looked at, one by one."""
    found: dict[str, Any] = {"received": 0, "decided": 0, "open": 0, "late": 0, "follow_up": 0}
    outcomes: Tally[str] = Tally()
    days: dict[str, list[int]] = {}
    for review in Review.objects.select_related("project"):
        if review.state == "draft" or not review.project.region.startswith(prefix):
            continue
        if span is not None and span.begins <= review.submitted_at < span.ends:
            found["received"] += 1
        decided = review.concluded_at
        if span is not None and decided is not None and span.begins <= decided < span.ends:
            found["decided"] += 1
            outcomes[Decision.objects.filter(review=review).latest("decided_at", "pk").outcome] += 1
            if review.accepted_at <= decided:
                days.setdefault(review.procedure, []).append((law_day(decided) - law_day(review.accepted_at)).days)
        if review.state in OPEN_STATES:
            found["open"] += 1
            end = Deadline.objects.filter(
                object_kind="review", object_ref=review.ref, kind="review.decision", closed_at=None, paused_at=None
            ).first()
            found["late"] += end is not None and end.due_at <= at
    for owed in FollowUp.objects.filter(state__in=["scheduled", "due"]).select_related("project"):
        found["follow_up"] += owed.due_on < law_day(at) and owed.project.region.startswith(prefix)
    return found | {"outcomes": dict(outcomes), "days": {key: sorted(some) for key, some in days.items()}}


def told(who: Any, at: datetime, span: Span) -> dict[str, Any]:
    figures = read(standing_of(who, at), Asked(span, at))
    numbers: dict[str, Any] = {
        measure: figures.total(measure, span.name if measure in {"received", "decided"} else "")
        for measure in ("received", "decided", *NOW_MEASURES)
    }
    outcomes = {key: number for key, number in figures.outcomes[span.name].items() if number}
    days = {
        procedure: sorted(Tally({key: n for key, n in some.items() if n > 0}).elements())
        for (period, procedure), some in figures.days.items()
        if period == span.name and any(some.values())
    }
    return numbers | {"outcomes": outcomes, "days": days}


def regulator(region: str = "370000", level: str = "province") -> Any:
    return holder(Role.REGULATOR, authority(region, level=level))


MOMENTS = (timedelta(), timedelta(days=40), timedelta(days=400))


def test_counters_are_what_a_plain_count_says_counted_or_not():
    paths = province()
    at = max(path.at for path in paths)
    who = {"37": regulator(), "3701": regulator("370100", "city"), "51": regulator("510000")}
    spans = [Span.around(kind, law_day(at)) for kind in ("month", "quarter", "year")]

    beside = {(key, span): told(one, at, span) for key, one in who.items() for span in spans}
    count_pending(at)

    assert not Change.objects.exists()
    for (key, span), numbers in beside.items():
        assert numbers == plain(at, key, span)
        for later in MOMENTS:
            assert told(who[key], at + later, span) == plain(at + later, key, span)
    assert plain(at + timedelta(days=400), "37")["late"] > 0
    assert plain(at + timedelta(days=400), "37")["follow_up"] > 0
    assert set(plain(at, "37", spans[2])["days"]) == {"general", "simplified"}
    assert list(check(at)) == []


@pytest.mark.parametrize("seed", range(6))
def test_after_random_ways_the_counters_still_agree(seed):
    chance = random.Random(seed)
    paths = province()
    at = max(path.at for path in paths)
    operator = holder(Role.OPERATOR, authority("370000"))
    span = Span.around("year", law_day(at))

    for _turn in range(25):
        path = chance.choice(paths)
        review = Review.objects.get(pk=path.review.pk)
        chance.choice(CHANGES)(path, review, chance, at)
        if chance.random() < 0.3:
            count_pending(at)
        assert told(operator, at, span) == plain(at, "", span)

    count_pending(at)
    assert told(operator, at, span) == plain(at, "", span)
    assert list(check(at)) == []


def withdraw(path, review, _chance, at):
    if review.state in OPEN_STATES and review.state != "in_recheck":
        path.review = review
        path.do("withdraw", path.lead, reason="不再进行")


def move(path, _review, chance, _at):
    place(path, region=chance.choice(["370100", "370200", "370102", "510100", "370000"]))


def other_field(path, _review, chance, _at):
    place(path, field=chance.choice(["ai", "medicine", "agriculture"]))


def decide_later(_path, review, chance, at):
    ends = at + timedelta(days=chance.choice([-3, 3]))
    Deadline.objects.filter(object_ref=review.ref, kind="review.decision", closed_at=None).update(due_at=ends)


def pause(_path, review, chance, at):
    paused = chance.choice([None, at])
    rows = Deadline.objects.filter(object_ref=review.ref, kind="review.decision", closed_at=None)
    rows.update(paused_at=paused, next_at=None)


def owe(_path, review, chance, at):
    FollowUp.objects.filter(review=review).update(due_on=law_day(at) + timedelta(days=chance.choice([-1, 0, 5])))


def other_risk(path, review, chance, _at):
    RiskAssessment.objects.filter(pk=review.assessment_id).update(high_risk=chance.choice([True, False]))


def decide(path, review, _chance, _at):
    if review.state == "accepted" and review.procedure == "general" and type(path) is Case:
        path.review = review
        path.do("begin", path.secretary, meeting=path.planned().ref)
        path.open_meeting()
        path.vote()
        path.do("conclude", path.chair, password=PASSWORD)


def supply(path, review, _chance, _at):
    if review.state == "submitted":
        path.review = review
        path.do("accept", path.secretary, procedure="general", procedure_ground="风险高于最低风险", listed="no")


def revise(path, review, _chance, _at):
    if review.state == "revision_required":
        path.review = review
        answers = {f"answer__{one.number}": "已补充" for one in review.open_requests()}
        path.do("resubmit_revision", path.lead, **answers, **signing(path.lead))


def another(path, _review, _chance, _at):
    """One more activity before the same committee."""
    if type(path) is Case:
        Case(path.committee, path.lead, path.at).submitted()


CHANGES = (decide, supply, revise, another, withdraw, move, other_field, decide_later, pause, owe, other_risk)


@pytest.mark.parametrize("counted", [True, False])
def test_a_number_promises_what_its_list_shows(counted):
    paths = province()
    at = max(path.at for path in paths) + timedelta(days=60)
    for path in paths[:4]:
        QuerySet(RiskAssessment).filter(pk=path.assessment.pk).update(high_risk=True)
    person = regulator()
    paths[0].project.members.create(person=person, name=person.name)
    if counted:
        count_pending(at)

    for who in (person, regulator("370100", "city"), holder(Role.OPERATOR, authority("370000"))):
        standing, span = standing_of(who, at), Span.around("year", law_day(paths[0].at))
        figures = read(standing, Asked(span, at))
        rows = supervised_projects(standing)
        seen = 0
        for of in ("received", "decided", *NOW_MEASURES):
            period = span.name if of in {"received", "decided"} else ""
            for city in ["", *figures.cities()]:
                for field in ["", *figures.fields()]:
                    drill = Drill(of=of, span=period, region=city, field=field)
                    promised = figures.total(of, period, city=city, of=field, cases=True)
                    assert drill.narrow(rows, standing, at).count() == promised, drill
                    seen += promised
        for state, promised in figures.listed.items():
            assert Drill(of="listed", state=state).narrow(rows, standing, at).count() == promised
        assert seen


def test_check_finds_what_was_planted_and_recount_puts_it_right():
    at = max(path.at for path in province())
    count_pending(at)
    Counter.objects.filter(measure="open").update(number=99)
    one = Counted.objects.filter(kind="project").first()
    Counted.objects.filter(pk=one.pk).update(facts=one.facts | {"field": "ai"})

    out = StringIO()
    with time_machine.travel(at, tick=False), pytest.raises(CommandError):
        call_command("overview", "check", stdout=out)
    assert f"project {one.key}: " in out.getvalue()
    assert "open - " in out.getvalue()
    with time_machine.travel(at, tick=False):
        call_command("overview", "recount", stdout=StringIO())
        call_command("overview", "check", stdout=StringIO())
    assert list(check(at)) == []


def test_a_trigger_that_is_missing_is_told():
    on = " ON reviews_review" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER count_reviews_review_update{on}")

    assert [one.what for one in check(datetime.now(UTC))] == ["trigger reviews_review"]


def test_a_committee_that_falls_out_of_order_with_a_day_is_told():
    path = case(region="370100").accepted()
    count_pending(path.at)
    later = path.at + timedelta(days=3000)

    before = read(standing_of(regulator(), path.at), Asked(Span.around("year", law_day(path.at)), path.at))
    count_pending(later)
    after = read(standing_of(regulator(), later), Asked(Span.around("year", law_day(later)), later))

    assert before.committees["370100", "in_order"] == Committee.objects.filter(region__startswith="3701").count()
    assert after.committees["370100", "out_of_order"] >= 1


# --- the page -----------------------------------------------------------------------------------------------------


@pytest.mark.article("shandong", 1, 11)
@pytest.mark.article("sichuan", 1)
def test_the_page_is_for_supervisors_and_of_their_own_territory(signed_in):
    paths = province()
    place(paths[2], field="agriculture", region="510100")
    at = max(path.at for path in paths)
    count_pending(at)

    with time_machine.travel(at, tick=False):
        jinan = text(signed_in(regulator("370100", "city")).get(address("overview")))
        whole = text(signed_in(regulator()).get(address("overview")))
        for nobody in (paths[0].lead, paths[0].chair, paths[0].secretary, paths[0].members[3]):
            assert signed_in(nobody).get(address("overview")).status_code == 404

    assert ("青岛" in whole, "成都" in whole, "农业" in figures_of(whole)) == (True, False, False)
    assert ("济南" in jinan, "青岛" in jinan) == (True, False)


def figures_of(page: str) -> str:
    """Without the choice of fields, which names them all."""
    return page.partition("导出为表格")[2]


def test_another_city_asked_for_shows_nothing_of_it(signed_in):
    paths = province()
    at = max(path.at for path in paths)

    with time_machine.travel(at, tick=False):
        client = signed_in(regulator("370100", "city"))
        page = text(client.get(address("overview"), {"region": "370200"}))
        listed_ = text(client.get(address("cases"), {"of": "open", "region": "370200"}))

    assert "这一地区和领域还没有审查" in page
    assert "没有找到相符的案件" in listed_


def test_what_it_may_not_have_is_ignored(signed_in):
    province()
    client = signed_in(regulator())
    given = {"span": "2026-13", "region": "x' OR 1", "field": "magic"}

    assert client.get(address("overview"), given).status_code == 200
    assert client.get(address("cases"), {"of": "everything", **given, "state": "x"}).status_code == 200
    assert client.get(address("overview"), {"span": "2999"}).status_code == 200


def test_an_empty_territory_says_so(signed_in):
    assert "还没有审查" in text(signed_in(regulator("540000")).get(address("overview")))


def test_questions_do_not_grow_with_reviews(signed_in):
    client = signed_in(regulator())
    case(region="370100").accepted()

    def cost() -> int:
        with queries() as caught:
            assert client.get(address("overview")).status_code == 200
        return len(caught)

    count_pending(datetime.now(UTC))
    cost()
    one = cost()
    case(region="370200").accepted()
    case(region="370300").submitted()
    beside = cost()
    count_pending(datetime.now(UTC))

    assert cost() == one
    assert one <= 12
    assert beside <= 20


def test_what_is_read_does_not_grow_with_reviews():
    path = case(region="370100").accepted()
    count_pending(path.at)
    number = Counter.objects.count()
    for _more in range(3):
        Case(path.committee, path.lead, path.at).accepted()
    count_pending(path.at + timedelta(days=1))

    with CaptureQueriesContext(connection) as caught:
        read(standing_of(regulator(), path.at), Asked(Span.around("year", law_day(path.at)), path.at))

    assert Counter.objects.count() <= number + 4
    # Which of the open warnings one may see is asked by index of each; there are few, however many reviews.
    asked = [one["sql"] for one in caught if "reviews_riskwarning" not in one["sql"]]
    assert not [sql for sql in asked if 'FROM "reviews_review"' in sql]


def test_a_step_takes_no_question_more_for_it():
    path = case().submitted()
    Change.objects.all().delete()

    with CaptureQueriesContext(connection) as caught:
        path.do("accept", path.secretary, procedure="general", procedure_ground="风险高于最低风险", listed="no")

    assert not [one for one in caught if "reviews_change" in one["sql"]]
    assert Change.objects.filter(kind="project", key=path.project.pk).exists()
