"""A case on one page: what it tells, what it withholds, that it is verified, and that each look is in the record."""

from copy import copy
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.urls import reverse

from ethicsreview.accounts.models import Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.trail import triggers
from ethicsreview.trail.models import Chain, Entry
from ethicsreview.trail.verification import verify
from reviews.oversight.audit.case import Case
from reviews.oversight.audit.checks import Checks
from reviews.oversight.audit.moments import Moments
from reviews.oversight.audit.story import Story
from reviews.oversight.looks import looks_into
from tests.committees.builders import authority, holder, keeper_of
from tests.reviews.builders import case
from tests.reviews.desk.conftest import address, queries, text
from tests.reviews.oversight.conftest import decided
from tests.reviews.recheck_builders import listed

pytestmark = pytest.mark.django_db


def opened(path, person=None):
    found = Case.find(path.project.ref, standing_of(person or path.organiser, path.at))
    assert found is not None
    return found


@pytest.mark.article("shandong", 16)
def test_every_step_says_who_when_on_what_grounds_on_which_version_and_by_which_law():
    path = decided()
    steps = {step.title: step for step in Story(opened(path)).steps if step.open}

    accepted = steps["受理"]
    assert (accepted.who, accepted.as_whom) == (path.secretary.name, "委员会秘书")
    assert (accepted.came_from, accepted.came_to) == ("已提交", "已受理")
    assert accepted.grounds == ("列入清单",)
    assert (accepted.saw.number, accepted.saw.digest) == (1, path.review.submission.digest)
    concluded = steps["形成审查意见"]
    assert concluded.law.day.isoformat() == path.review.policy_pin["day"]
    assert f"at={path.review.policy_pin['day']}" in concluded.law.address
    decided_by = steps["依复核意见作出审查决定"]
    assert (decided_by.came_to, decided_by.cite) == ("已批准", "national:32")
    assert {words for _label, words in decided_by.law.values} >= {
        entry.words for entry in path.review.policy_at(path.at).all() if entry.cite == "national:32"
    }


def test_ballots_are_withheld_from_supervisors_and_their_entries_are_counted():
    path = decided()
    record = opened(path).record

    withheld = {known.entry.object_kind for known in record if not known.open}
    assert withheld == {"opinion"}
    assert [known.entry.seq for known in record] == list(range(1, len(record) + 1))
    names = {step.who for step in Story(opened(path)).steps if not step.open}
    assert names == {""}


def test_what_was_touched_is_found():
    path = decided()
    assert Checks(opened(path)).problems == []

    letter = opened(path).letters[0]
    place = Path(default_storage.path(letter.file.name))
    kept = place.read_bytes()
    place.write_bytes(kept[:-1] + b"?")
    triggers.remove()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_submission SET content = '{}' WHERE review_id = %s", [path.review.pk])
        cursor.execute("UPDATE trail_entry SET actor_name = '别人' WHERE step = 'accept' AND object_kind = 'review'")
    triggers.install()

    checks = Checks(opened(path))
    assert len(checks.chain) == 1
    assert path.review.ref in checks.versions[0]
    broken = [one.letter for one in checks.letters if not one.holds]
    # What a builder remembers has its file here.
    place.write_bytes(kept)
    assert broken == [letter]


def test_two_points_in_time():
    path = decided()
    found = opened(path)
    entries = {entry.step: entry for entry in found.open_entries if entry.object_kind == "review"}

    moments = Moments(found, entries["create"], entries["accept"])

    review = next(row for row in moments.objects if path.review.ref in row.about)
    assert (review.before, review.after, review.steps) == ("草稿", "已受理", 2)
    (version,) = moments.versions
    assert (version.old, version.new.number) == (None, 1)
    assert len(version.documents) == version.new.materials.count()
    assert moments.rules == []
    long_ago = copy(entries["create"])
    long_ago.at -= timedelta(days=365 * 10)
    assert "到会委员最低人数" in {row.label for row in Moments(found, long_ago, entries["accept"]).rules}


def test_each_look_is_in_the_record_and_only_a_supervisors(signed_in):
    path = decided()
    organiser, chair = signed_in(path.organiser), signed_in(path.chair)
    letter = opened(path).letters[0]
    asked = [
        address("case", path.project.ref),
        address("case_compare", path.project.ref),
        address("review", path.review.ref),
        address("review_record", path.review.ref),
        address("letter", path.review.ref, letter.ref),
        address("recheck", path.recheck.ref),
        path.review.get_absolute_url(),
    ]

    for one in asked:
        response = organiser.get(one)
        assert response.status_code == 200
        getattr(response, "getvalue", str)()
    chair.get(address("review", path.review.ref))
    signed_in(keeper_of(path.committee)).get(address("review", path.review.ref))

    rows = looks_into(path.project).reverse().values_list("facts__what", "actor_ref")
    assert list(rows) == [(one, path.organiser.username) for one in asked]
    assert list(verify(Chain.objects.filter(subject_kind="oversight"))) == []
    assert path.organiser.name in text(organiser.get(address("case", path.project.ref)))


def test_only_who_supervises_the_case_sees_compares_or_exports_it(signed_in):
    path = decided()
    ordinary = case(region="370100").accepted()
    everybody = {
        "department": (path.organiser, 200),
        "operator": (holder(Role.OPERATOR, authority()), 200),
        "elsewhere": (holder(Role.REGULATOR, authority("510000")), 404),
        "another city": (holder(Role.REGULATOR, authority("370200", level="city")), 404),
        "chair": (path.chair, 404),
        "officer": (keeper_of(path.committee), 404),
        "lead": (path.lead, 404),
    }
    for who, (person, status) in everybody.items():
        client = signed_in(person)
        found = [client.get(address(name, path.project.ref)).status_code for name in ("case", "case_compare")]
        found.append(client.post(address("case_package", path.project.ref)).status_code)
        assert found == [status] * 3, who
        listing = client.get(address("cases"))
        assert (path.project.ref in text(listing)) == (status == 200), who
        assert ordinary.project.ref not in text(listing) or who == "operator", who
    department = signed_in(path.organiser)
    assert department.get(address("case", ordinary.project.ref)).status_code == 404
    assert department.get(address("case_package", path.project.ref)).status_code == 405


def test_a_regulator_who_leads_the_project_does_not_audit_it(signed_in):
    path = listed().passed()
    path.project.members.create(person=path.organiser, name=path.organiser.name)

    assert signed_in(path.organiser).get(address("case", path.project.ref)).status_code == 404


def test_wrong_moments_are_answered(signed_in):
    path = listed().passed()
    client = signed_in(path.organiser)
    page = address("case_compare", path.project.ref)

    assert client.get(page, {"since": "9", "until": "2"}).status_code == 422
    assert client.get(page, {"since": "x", "until": "99999"}).status_code == 422
    assert client.get(address("cases"), {"q": "\x00没有"}).status_code == 200
    assert client.get(address("case", path.project.ref), {"page": "x"}).status_code == 200


def test_pages_cost_the_same_however_long_the_story(signed_in):
    path = decided()
    client = signed_in(path.organiser)
    for name, most in (("case", 20), ("case_compare", 20), ("cases", 12)):
        where = address(name) if name == "cases" else address(name, path.project.ref)
        client.get(where)
        with queries() as caught:
            client.get(where)
        assert len(caught) <= most, "\n".join(str(one["sql"])[:170] for one in caught)


def test_the_list_finds_by_number_and_title(signed_in):
    path = listed().passed()
    client = signed_in(path.organiser)

    assert path.project.title in text(client.get(address("cases"), {"q": path.project.ref.lower()}))
    assert "没有找到相符的案件" in text(client.get(address("cases"), {"q": "不存在"}))
    part = path.project.title[1:4]
    assert path.project.title in text(client.get(address("cases"), {"q": part}))
    # A pattern's signs are letters like others.
    assert "没有找到相符的案件" in text(client.get(address("cases"), {"q": "%_"}))
    assert reverse("desk:case", args=[path.project.ref]) in text(client.get(address("review", path.review.ref)))
    assert Entry.objects.filter(chain__subject_kind="oversight").count() == 1
