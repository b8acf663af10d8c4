"""Exemption: proposed by the answers, confirmed by two, on record, and gone when the facts change."""

from datetime import timedelta
from typing import Any

import pytest

from ethicsreview.accounts.models import Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Entry
from reviews.models import Exemption, Project, RiskAssessment
from reviews.models.applying import start_assessment
from reviews.models.exemptions.exempting import start_exemption
from reviews.models.projects.starting import gates
from tests.committees.builders import authority, committee, holder, keeper_of, people_of
from tests.reviews.builders import PASSWORD, Case, case
from tests.reviews.rules.answers import RECORDS, SURVEY

pytestmark = pytest.mark.django_db


def eligible(**terms: Any) -> Case:
    return case(answers=RECORDS, **terms).assessed()


def confirm(path: Case, one: Exemption, by: Any, ground: str = "anonymised", reason: str = "") -> Exemption:
    path.at += timedelta(minutes=1)
    return perform(one, "confirm", by=by, at=path.at, ground=ground, ground_reason=reason, password=PASSWORD)


def granted(path: Case) -> Exemption:
    one = start_exemption(path.project, by=path.lead, at=path.at)
    confirm(path, one, path.secretary)
    return confirm(path, one, path.chair)


def state_of(path: Case) -> str:
    return Project.objects.get(pk=path.project.pk).state


def reassess(path: Case, **changes: Any) -> None:
    path.at += timedelta(minutes=1)
    again = start_assessment(path.project, by=path.lead, at=path.at)
    answers = {key: value for key, value in (RECORDS | changes).items() if value is not None}
    RiskAssessment.objects.filter(pk=again.pk).update(answers=answers)
    perform(again, "complete", by=path.lead, at=path.at)


def test_two_confirm_and_the_ground_is_on_record() -> None:
    path = eligible()
    one = start_exemption(path.project, by=path.lead, at=path.at)
    assert one.proposed_ground == "anonymised"
    one = confirm(path, one, path.secretary)
    assert (one.state, state_of(path)) == ("proposed", "assessed")
    assert not gates(Project.objects.get(pk=path.project.pk), path.at).start.open

    one = confirm(path, one, path.chair)

    assert (one.state, one.ground, state_of(path)) == ("granted", "anonymised", "exempt")
    assert gates(Project.objects.get(pk=path.project.pk), path.at).start.open
    assert {ground["cite"] for ground in one.grounds} == {"human:32"}
    entry = Entry.objects.filter(object_ref=one.ref, step="confirm").order_by("-seq").first()
    assert entry.citation == "human:32"
    assert entry.facts["answers"]["exemption_head"] == "anonymised"
    project = Entry.objects.get(object_kind="project", step="exempt")
    assert (project.facts["ground"], project.citation) == ("anonymised", "human:32")
    assert "匿名化的信息数据" in Notice.objects.get(key="exemption.granted", person=path.lead).text


def test_one_person_does_not_confirm_for_both() -> None:
    path = eligible()
    one = start_exemption(path.project, by=path.lead, at=path.at)
    confirm(path, one, path.secretary)

    with pytest.raises(Refused) as caught:
        confirm(path, one, path.secretary)
    assert [refusal.code for refusal in caught.value.refusals] == ["confirmed"]
    assert state_of(path) == "assessed"


def test_another_head_is_determined_with_a_reason_and_by_both() -> None:
    path = eligible()
    one = start_exemption(path.project, by=path.lead, at=path.at)
    with pytest.raises(InvalidInput) as caught:
        confirm(path, one, path.secretary, "public_data")
    assert caught.value.errors.keys() == {"ground_reason"}
    confirm(path, one, path.secretary, "public_data", "数据来自公开发布的数据库")
    with pytest.raises(InvalidInput) as caught:
        confirm(path, one, path.chair, "anonymised")
    assert caught.value.errors.keys() == {"ground"}

    one = confirm(path, one, path.chair, "public_data")

    assert (one.ground, one.proposed_ground) == ("public_data", "anonymised")
    assert one.ground_reason == "数据来自公开发布的数据库"


def test_nothing_is_chosen_beforehand() -> None:
    path = eligible()
    one = start_exemption(path.project, by=path.lead, at=path.at)

    with pytest.raises(InvalidInput) as caught:
        perform(one, "confirm", by=path.secretary, at=path.at, password=PASSWORD)

    assert caught.value.errors.keys() == {"ground"}


@pytest.mark.parametrize("who", ["secretary", "chair"])
def test_either_may_find_that_it_must_be_reviewed(who: str) -> None:
    path = eligible()
    one = start_exemption(path.project, by=path.lead, at=path.at)

    one = perform(one, "refuse", by=getattr(path, who), at=path.at, reason="仍可识别到个人")

    assert (one.state, state_of(path)) == ("refused", "assessed")
    assert "仍可识别到个人" in Notice.objects.get(key="exemption.refuse").text


@pytest.mark.parametrize(
    "changes",
    [
        {"bodily_harm": True},
        {"commercial": True},
        {"exemption_head": "none"},
        {"involves_animals": True, "animal_severity": "mild"},
        {"other_challenge": True, "challenge_kinds": ["public_order"]},
        {"fields": ["medicine", "ai"], "ai_affects_people": False},
        {"human_life_science": False, "existing_only": None, "bodily_harm": None, "commercial": None,
         "exemption_head": None},
    ],
    ids=["harm", "commercial", "no head", "animals", "third head", "ai", "not life science"],
)  # fmt: skip
def test_where_the_measures_apply_beside_nothing_is_exempt(changes: dict[str, Any]) -> None:
    answers = {key: value for key, value in (RECORDS | changes).items() if value is not None}
    path = case(answers=answers).assessed()

    with pytest.raises(Refused) as caught:
        start_exemption(path.project, by=path.lead, at=path.at)

    assert "not_possible" in {refusal.code for refusal in caught.value.refusals}


def test_a_survey_outside_life_science_is_never_exempt() -> None:
    path = case(answers=SURVEY).assessed()

    with pytest.raises(Refused):
        start_exemption(path.project, by=path.lead, at=path.at)


def test_a_new_assessment_ends_it() -> None:
    path = eligible()
    one = granted(path)
    reassess(path, sensitive_data=True, exemption_head="none", risk_level="above_minimal")

    one.refresh_from_db()
    assert (one.state, state_of(path)) == ("revoked", "assessed")
    assert not gates(Project.objects.get(pk=path.project.pk), path.at).start.open
    assert Notice.objects.filter(key="exemption.lapsed", person=path.lead).exists()
    assert Exemption.objects.granted().count() == 0


def test_a_new_assessment_ends_what_is_only_proposed_too() -> None:
    path = eligible()
    one = start_exemption(path.project, by=path.lead, at=path.at)
    reassess(path)
    one.refresh_from_db()
    assert one.state == "revoked"

    assert start_exemption(path.project, by=path.lead, at=path.at) != one


def test_the_chair_revokes_what_turned_out_otherwise() -> None:
    path = eligible()
    one = granted(path)

    perform(one, "revoke", by=path.chair, at=path.at, reason="发现可识别信息")

    assert state_of(path) == "assessed"
    assert Notice.objects.filter(key="exemption.revoke", person=path.lead).exists()


def test_a_project_under_review_is_not_exempted() -> None:
    path = case(answers=RECORDS).submitted()

    with pytest.raises(Refused) as caught:
        start_exemption(path.project, by=path.lead, at=path.at)
    assert [refusal.code for refusal in caught.value.refusals] == ["state"]


def test_others_can_do_nothing() -> None:
    path = eligible()
    officer, operator = keeper_of(path.committee), holder(Role.OPERATOR, authority())
    for who in (officer, operator):
        with pytest.raises(NotPermitted):
            start_exemption(path.project, by=who, at=path.at)
    one = start_exemption(path.project, by=path.lead, at=path.at)
    for who in (path.lead, path.members[1], path.members[3], officer, operator):
        with pytest.raises(NotPermitted):
            confirm(path, one, who)
        with pytest.raises(NotPermitted):
            perform(one, "refuse", by=who, at=path.at, reason="x")
    elsewhere = committee()
    strangers = [people_of(elsewhere, Role.CHAIR)[0], holder(Role.REGULATOR, authority("370000"))]
    for who in strangers:
        with pytest.raises(NotVisible):
            confirm(path, one, who)
    for name in ("exempt", "end_exemption"):
        with pytest.raises(NotPermitted):
            perform(path.project, name, by=path.lead, at=path.at)


def test_a_chair_with_an_interest_does_not_confirm() -> None:
    path = eligible()
    one = start_exemption(path.project, by=path.lead, at=path.at)
    interest = {"none_to_declare": "no", "details": "师生", "people": path.lead.username}
    perform(path.committee, "declare_interests", by=path.chair, at=path.at, **interest)

    with pytest.raises(Refused):
        confirm(path, one, path.chair)


def test_the_regulator_of_the_place_sees_what_was_exempted() -> None:
    path = eligible()
    inside, outside = (holder(Role.REGULATOR, authority(region)) for region in ("370000", "510000"))
    one = granted(path)

    def sees(who: Any, model: Any) -> int:
        return model.objects.visible_to(standing_of(who, path.at)).count()

    assert (sees(inside, Exemption), sees(outside, Exemption)) == (1, 0)
    assert (sees(inside, Project), sees(outside, Project)) == (1, 0)
    day = law_day(one.decided_at)
    drawn = Exemption.objects.visible_to(standing_of(inside, path.at))
    assert drawn.granted(day, day).count() == 1
    assert drawn.granted(day + timedelta(days=2)).count() == 0


def test_an_international_exempt_activity_waits_for_its_partners() -> None:
    path = case(answers=RECORDS | {"international_cooperation": True, "countries": ["DE"]}).assessed()
    granted(path)

    found = gates(Project.objects.get(pk=path.project.pk), path.at).start

    assert [refusal.code for refusal in found.refusals] == ["foreign_wanted"]
