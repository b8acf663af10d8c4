"""The registers at the desk: who finds what, by which filter, with how many queries; what is exported and recorded."""

import csv
import io
import json
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from committees.models import Committee, CommitteeRegistration
from committees.timing import REGISTRATION
from ethicsreview.accounts.models import Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.lifecycle.door import perform
from ethicsreview.trail.models import Entry
from ethicsreview.work import running
from ethicsreview.work.asking import ask_by_form
from ethicsreview.work.kinds import KINDS
from reviews.models import Project
from reviews.oversight.overview.counting import count_pending
from reviews.oversight.registers import activities, committees
from tests.committees import builders
from tests.reviews.builders import PASSWORD, case
from tests.reviews.desk.conftest import address, queries, text
from tests.reviews.recheck_builders import Listed, listed

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def registered(made: Committee, at: datetime | None = None, owed: str = REGISTRATION) -> Committee:
    at = at or timezone.now()
    keeper = builders.keeper_of(made)
    return perform(made, "record_receipt", by=keeper, at=at, owed=owed, number="登-1", handled_on=at.date())


def regulator(region: str = "370100"):
    return builders.holder(Role.REGULATOR, builders.authority(region, level="city"))


def approved() -> Listed:
    path = listed().passed().delivered()
    path.do("conclude_by_recheck", path.chair, password=PASSWORD)
    return path


def cost(client, page):
    client.get(page)
    with queries() as caught:
        assert client.get(page).status_code == 200
    return len(caught)


def named(standing, **asked: str) -> set[Committee]:
    return set(committees.committees_for(standing, asked, timezone.now()))


def test_committees_are_found_by_where_they_stand() -> None:
    now = timezone.now()
    done, due = registered(builders.committee(at=now)), builders.committee(at=now)
    late = builders.committee(at=now - 40 * DAY)
    elsewhere = builders.committee(region="370200", at=now)
    changed = registered(builders.committee(at=now))
    builders.appoint(changed, 9, by=builders.keeper_of(changed), at=now)
    standing = standing_of(regulator(), now)

    assert named(standing) == {done, due, late, changed}
    assert named(standing, registration="registered") == {done, changed}
    assert named(standing, registration="due") == {due}
    assert named(standing, registration="late") == {late}
    assert named(standing, registration="update") == {changed}
    assert named(standing, q=due.ref.lower()) == {due}
    assert named(standing_of(builders.keeper_of(elsewhere), now)) == {elsewhere}


def test_committees_that_may_not_review_are_found_by_what_was_counted() -> None:
    now = timezone.now()
    lawful, wrong = builders.committee(at=now), builders.committee(at=now)
    chair = wrong.memberships.get(appointment__role=Role.CHAIR)
    terms = {"membership": chair.pk, "last_day": timezone.localdate(now), "reason": "调离"}
    perform(wrong, "end_term", by=builders.keeper_of(wrong), at=now, **terms)
    count_pending(now + DAY)
    standing = standing_of(regulator(), now + DAY)

    assert named(standing, health="in_order") == {lawful}
    assert named(standing, health="breach") == {wrong}


def test_register_of_committees_costs_the_same_for_more(signed_in) -> None:
    registered(builders.committee())
    client = signed_in(regulator())
    few = cost(client, address("committee_register"))

    for _number in range(2):
        registered(builders.committee())

    assert cost(client, address("committee_register")) == few
    assert few <= 12


def test_page_of_a_committee_says_what_changed_and_costs_the_same_for_more(signed_in) -> None:
    path = case(at=timezone.now()).concluded()
    made = registered(path.committee)
    keeper = builders.keeper_of(made)
    client, page = signed_in(keeper), address("committee_registration", made.ref)
    builders.appoint(made, 9, by=keeper)
    few = cost(client, page)
    supervised = cost(signed_in(regulator()), page)

    for number in (10, 11):
        newcomer = builders.appoint(made, number, by=keeper)
    shown = text(client.get(page))

    assert cost(client, page) == few
    assert max(few, supervised) <= 20
    assert "登-1" in shown
    assert f"{newcomer.name}，委员" in shown
    assert "应当及时更新" in shown


def test_a_look_by_a_supervisor_is_an_entry_and_one_of_its_own_is_none(signed_in) -> None:
    made = builders.committee()
    watcher = regulator()

    signed_in(builders.keeper_of(made)).get(address("committee_registration", made.ref))
    signed_in(watcher).get(address("committee_registration", made.ref))

    looked = Entry.objects.get(chain__subject_kind="oversight", chain__subject_ref=made.ref)
    assert looked.actor_ref == watcher.username


def test_others_find_nothing(signed_in) -> None:
    path = approved()
    elsewhere = regulator("370200")
    member = builders.people_of(path.committee, Role.MEMBER)[0]
    one = address("committee_registration", path.committee.ref)
    activity = address("activity_registration", path.project.ref)

    assert {signed_in(elsewhere).get(page).status_code for page in (one, activity)} == {404}
    assert path.committee.name not in text(signed_in(elsewhere).get(address("committee_register")))
    assert path.project.title not in text(signed_in(elsewhere).get(address("activity_register")))
    pages = [one, activity, address("committee_register"), address("activity_register")]
    assert {signed_in(member).get(page).status_code for page in pages} == {404}


@pytest.mark.article("national", 44)
def test_activities_are_found_by_where_they_stand_and_the_page_leaves_a_look(signed_in) -> None:
    path = approved()
    watcher = regulator()
    project = Project.objects.get(pk=path.project.pk)
    standing = standing_of(watcher, path.at)
    before = list(activities.activities_for(standing, {"registration": "due"}, path.at))
    perform(project, "record_registration", by=path.officer, at=path.at, number="活-1", handled_on=path.at.date())

    client = signed_in(watcher)
    shown = text(client.get(address("activity_registration", project.ref)))
    few = cost(client, address("activity_register"))

    assert before == [project]
    assert list(activities.activities_for(standing, {"registration": "registered"}, path.at)) == [project]
    assert "活-1" in shown
    assert "登记内容与最近一次回执时一致" in shown
    assert Entry.objects.filter(chain__subject_kind="oversight", chain__subject_ref=project.ref).count() == 1
    assert few <= 12


def test_register_of_activities_costs_the_same_for_more(signed_in) -> None:
    path = approved()
    client = signed_in(regulator())
    few = cost(client, address("activity_register"))
    for _number in range(2):
        other = Listed(path.committee, path.lead, path.at)
        other.department, other.organiser, other.experts = path.department, path.organiser, path.experts
        other.passed().delivered()
        other.do("conclude_by_recheck", other.chair, password=PASSWORD)

    page = client.get(address("activity_register"))

    assert len(page.context["rows"]) == 3
    assert cost(client, address("activity_register")) == few
    assert few <= 12
    assert cost(client, address("activity_registration", path.project.ref)) <= 20


def test_package_of_a_centre_is_its_operators_and_no_regulators() -> None:
    centre = builders.committee(type="regional_centre", institution=None)
    watcher = regulator()
    operator = builders.keeper_of(centre)

    made_by(watcher, "registration.committee", committee=centre.ref)
    before = list(centre.registrations.all())
    made_by(operator, "registration.committee", committee=centre.ref)

    assert before == []
    assert [one.person for one in centre.registrations.all()] == [operator]


def made_by(person, kind: str, **terms: str) -> Path:
    """The work as a worker does it."""
    form = KINDS[kind].form(terms, standing=standing_of(person, timezone.now()))
    assert form.is_valid(), form.errors
    job = ask_by_form(form, KINDS[kind], at=timezone.now())
    running.run_waiting()
    job.refresh_from_db()
    assert job.state == "done", job.error
    return Path(job.path())


def rows_in(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.article("national", 43)
def test_package_of_a_committee_holds_facts_rules_changes_and_digests() -> None:
    made = registered(builders.committee())
    keeper = builders.keeper_of(made)
    builders.appoint(made, 9, by=keeper)

    packed = zipfile.ZipFile(made_by(keeper, "registration.committee", committee=made.ref))

    names = set(packed.namelist())
    listed_files = {row[0]: row[2] for row in rows_in(packed.read("contents.csv"))[1:]}
    assert {"registration.csv", "registration.xlsx", "changes.csv", "contents.csv"} <= names
    assert sum(name.startswith("rules/") for name in names) == made.rules.count()
    assert ["主管部门", "山东省科学技术厅"] in rows_in(packed.read("registration.csv"))
    assert len(rows_in(packed.read("changes.csv"))) == 2
    assert set(listed_files) == names - {"contents.csv"}
    assert all(len(digest) == 64 for digest in listed_files.values())
    assert CommitteeRegistration.objects.filter(committee=made, what="package", person=keeper).count() == 1


def test_package_that_a_supervisor_takes_along_changes_nothing_of_the_committee() -> None:
    made = builders.committee()
    watcher = regulator()

    made_by(watcher, "registration.committee", committee=made.ref)

    assert list(made.registrations.all()) == []
    assert Entry.objects.get(chain__subject_kind="oversight", chain__subject_ref=made.ref).step == "export"


@pytest.mark.article("national", 44)
def test_package_of_an_activity_holds_plan_review_and_recheck() -> None:
    path = approved()

    packed = zipfile.ZipFile(made_by(path.officer, "registration.activity", project=path.project.ref))

    names = packed.namelist()
    decided = json.loads(packed.read("review.json"))
    assert any(name.startswith("plan/") for name in names)
    assert [one["outcome"] for one in decided] == ["preliminarily_passed", "approved"]
    assert decided[-1]["recheck"] != ""
    facts = dict(rows_in(packed.read("registration.csv"))[1:])
    assert facts["科技活动名称"] == path.project.title
    assert decided[-1]["number"] in facts["审查决定"]


def test_registers_are_taken_along_as_the_page_shows_them() -> None:
    here, path = registered(builders.committee()), approved()
    builders.committee(region="370200")
    watcher = regulator()

    shown = rows_in(made_by(watcher, "desk.committee_register", format="csv").read_bytes())
    narrowed = rows_in(
        made_by(watcher, "desk.committee_register", format="csv", registration="registered").read_bytes()
    )
    listed_ones = rows_in(made_by(watcher, "desk.activity_register", format="csv").read_bytes())

    assert {row[0] for row in shown[1:]} == {here.ref, path.committee.ref}
    assert [(row[0], row[7], row[9]) for row in narrowed[1:]] == [(here.ref, "已登记", "登-1")]
    assert [row[0] for row in listed_ones[1:]] == [path.project.ref]
