"""Programmes 科技计划项目监管: the stages of each place, the letter, every reason that shuts a gate, who may ask."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from ethicsreview.accounts.models import Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from reviews.models import Commitment, FollowUp, GateAnswer, Programme, ProgrammeEntry, Project, Review, RiskAssessment
from reviews.models.programmes.answers import answer_of
from reviews.models.programmes.gate import RELATED
from reviews.models.programmes.kinds import stages_of
from reviews.oversight.audit.case import Case as Audited
from reviews.oversight.audit.story import Story
from reviews.oversight.programmes import figures
from tests.committees.builders import authority, holder, institution, keeper_of, people_of, person
from tests.reviews.builders import Case, case
from tests.reviews.programmes import CHENGDU, JINAN, SHANDONG, SICHUAN, approved, ban, entered, run
from tests.reviews.rules.answers import SURVEY

pytestmark = pytest.mark.django_db


def refusals(caught: Any) -> dict[str, str]:
    return {refusal.code: refusal.cite for refusal in caught.value.refusals}


# --- the law of the place -----------------------------------------------------------------------------------------


@pytest.mark.article("shandong", 12)
@pytest.mark.article("sichuan", 10)
def test_six_stages_in_shandong_and_five_in_sichuan() -> None:
    here, there = run(SHANDONG).planned(fiscal=False), run(SICHUAN).planned()

    six, five = (list(stages_of(one.programme.policy_at(one.at))) for one in (here, there))

    assert six == ["guide", "intake", "approval", "process", "acceptance", "evaluation"]
    assert five == ["guide", "approval", "process", "acceptance", "evaluation"]
    assert perform(here.programme, "open", by=here.manager, at=here.at).state == "open"


def test_in_sichuan_only_programmes_with_public_money_are_overseen() -> None:
    private, elsewhere = run(SICHUAN).planned(fiscal=False), run("440000").planned()

    with pytest.raises(Refused) as caught:
        perform(private.programme, "open", by=private.manager, at=private.at)
    assert refusals(caught) == {"fiscal_only": "sichuan:10"}
    with pytest.raises(Refused) as caught:
        perform(elsewhere.programme, "open", by=elsewhere.manager, at=elsewhere.at)
    assert set(refusals(caught)) == {"no_stages"}


@pytest.mark.article("sichuan", 8)
def test_unsigned_in_sichuan_nothing_is_approved() -> None:
    made, _path = entered(CHENGDU)

    assert made.says("approval") == {"letter_lead": "sichuan:8", "letter_unit": "sichuan:8"}
    with pytest.raises(Refused) as caught:
        made.do("advance")
    assert refusals(caught) == {"letter_lead": "sichuan:8", "letter_unit": "sichuan:8"}
    made.sign("sign_for_unit")
    assert made.says("approval") == {"letter_lead": "sichuan:8"}
    made.sign("sign_as_lead")
    assert made.says("approval") == {}
    assert made.do("advance").passed == "approval"


@pytest.mark.article("shandong", 12)
def test_unsigned_in_shandong_it_is_a_task_and_a_warning() -> None:
    made, _path = entered(JINAN)

    assert made.says("approval") == {}
    assert made.warns("approval") == {"letter_lead": "shandong:12", "letter_unit": "shandong:12"}
    assert Deadline.objects.open().filter(object_ref=made.letter.ref).count() == 2
    assert "科研诚信" in made.letter.title
    assert (made.do("advance").passed, made.do("advance").passed) == ("intake", "approval")


# --- each reason --------------------------------------------------------------------------------------------------

STATES: list[tuple[str, dict[str, str], dict[str, str]]] = [
    # The state of the project; what shuts 立项, and what shuts the process.
    ("draft", {}, {"not_assessed": "national:9"}),
    ("assessed", {}, {"not_approved": "national:9"}),
    ("under_review", {}, {"review_open": "national:9"}),
    ("rejected", {"rejected": "national:16"}, {"rejected": "national:16"}),
    ("suspended", {"suspended": "national:19"}, {"suspended": "national:19"}),
    ("terminated", {"terminated": "national:19"}, {"terminated": "national:19"}),
    ("approved", {}, {}),
    ("exempt", {}, {}),
    ("not_required", {}, {}),
    ("completed", {}, {}),
]


@pytest.mark.parametrize("region", [JINAN, CHENGDU])
def test_state_of_the_review_shuts_the_stages_that_ask_for_it(region: str) -> None:
    made, path = entered(region)
    made.sign()
    found = []
    for state, _approval, _process in STATES:
        Project._base_manager.filter(pk=path.project.pk).update(state=state)
        found.append((state, made.says("approval"), made.says("process")))

    assert found == STATES
    assert made.ask("approval").hard


def test_partners_review_stands_before_approval_in_sichuan_alone() -> None:
    abroad = SURVEY | {"international_cooperation": True, "countries": ["DE"]}
    found = {}
    for region in (JINAN, CHENGDU):
        own = case(region=region)
        path = Case(own.committee, own.lead, own.at, abroad).assessed()
        made = run(region[:2] + "0000", path.at).opened().entered(path).sign()
        found[region] = (made.says("approval"), made.says("process"))

    shandong, sichuan = found[JINAN], found[CHENGDU]
    assert shandong == ({}, {"not_approved": "national:9", "foreign_wanted": "national:12"})
    assert sichuan[0] == {"project_state": "sichuan:9", "foreign_wanted": "sichuan:9"}
    assert set(sichuan[1]) == {"not_approved", "foreign_wanted"}


def test_listed_activity_without_its_recheck_is_held() -> None:
    path = case(region=CHENGDU).accepted()
    Review._base_manager.filter(pk=path.review.pk).update(listed=True)
    made = run(at=path.at).opened().entered(path).sign()

    assert made.says("process") == {"review_open": "national:9", "not_rechecked": "national:32"}
    assert made.says("approval") == {}
    Review._base_manager.filter(pk=path.review.pk).update(recheck_result="agreed")
    assert made.says("process") == {"review_open": "national:9"}


def test_overdue_follow_up_shuts_and_an_annual_report_owed_warns() -> None:
    made, path = entered(CHENGDU)
    made.sign()
    due = FollowUp.objects.get(project=path.project).due_on - law_day(made.at)

    assert made.says("process", made.at + due) == {}
    late = made.at + due + timedelta(days=1)
    assert made.says("process", late) == {"follow_up_late": "national:19"}
    assert made.says("approval", late) == {}
    owing = Deadline.objects.open().get(kind="committee.annual_report", object_ref=path.committee.ref)
    assert made.warns("evaluation", owing.due_at) == {}
    assert made.warns("evaluation", owing.due_at + timedelta(hours=1)) == {"annual_report_late": "human:13"}


@pytest.mark.article("sichuan", 12)
def test_standing_ban_of_lead_or_unit_shuts_from_its_first_day_to_its_last() -> None:
    made, path = entered(CHENGDU)
    made.sign()
    last = law_day(made.at) + timedelta(days=10)
    ban(made.at, project=path.project, ends=last)

    assert made.says("approval") == {"lead_banned": "sichuan:12"}
    assert made.says("approval", made.at + timedelta(days=10)) == {"lead_banned": "sichuan:12"}
    assert made.says("approval", made.at + timedelta(days=11)) == {}
    ban(made.at, project=path.project, whom="institution")
    assert made.says("approval") == {"lead_banned": "sichuan:12", "institution_banned": "sichuan:12"}
    assert made.says("evaluation") == {}


def test_project_known_by_number_alone_has_no_review_and_is_linked_by_number_and_lead_together() -> None:
    path = approved(CHENGDU)
    made = run(at=path.at).opened().entered()
    assert made.says("approval") == {"letter_missing": "sichuan:8"}
    assert made.says("process") == {"letter_missing": "sichuan:8", "not_here": "national:9"}
    told = []
    elsewhere = approved(JINAN)

    for ref, lead in (
        ("P2020-000001", path.lead.name),
        (path.project.ref, "别人"),
        (elsewhere.project.ref, elsewhere.lead.name),
    ):
        with pytest.raises(InvalidInput) as caught:
            made.do("link", project=ref, lead_name=lead)
        told.append(caught.value.errors)

    assert told[0] == told[1] == told[2]
    assert set(told[0]) == {"project"}
    made.do("link", project=path.project.ref, lead_name=path.lead.name)
    assert set(made.says("process")) == {"letter_lead", "letter_unit"}


def test_what_a_list_may_not_hold_twice() -> None:
    made, path = entered(CHENGDU)
    number = made.entry.number

    with pytest.raises(InvalidInput) as caught:
        made.entered(path, number=number)

    assert set(caught.value.errors) == {"number", "project"}


# --- what was answered --------------------------------------------------------------------------------------------


def test_an_answer_is_kept_under_its_digest_and_told_in_the_story_of_the_case() -> None:
    made, path = entered(CHENGDU)
    RiskAssessment.objects.filter(project=path.project).update(high_risk=True)
    entry = ProgrammeEntry.objects.select_related(*RELATED).get(pk=made.entry.pk)

    kept = answer_of(entry, "approval", by=made.manager, at=made.at, held={"programme_manager"})

    assert (kept.open, [one["code"] for one in kept.shutting]) == (False, ["letter_lead", "letter_unit"])
    audited = Audited.find(path.project.ref, standing_of(holder(Role.REGULATOR, made.authority), made.at))
    assert audited is not None
    told = Story(audited).steps[-1]
    assert (told.who, told.title) == (made.manager.name, "答复科技计划环节的查询")
    facts = {name: value for name, _words, value in told.original}
    assert (facts["stage"], facts["open"], facts["digest"]) == ("approval", "否", kept.digest)
    with pytest.raises(Exception, match="kept as written"):
        kept.save()


def test_a_stage_is_passed_with_its_answer_and_only_in_order() -> None:
    made, _path = entered(CHENGDU)
    made.sign()
    passed = [made.do("advance").passed for _stage in range(4)]

    assert passed == ["approval", "process", "acceptance", "evaluation"]
    assert GateAnswer.objects.filter(entry=made.entry).count() == 4
    with pytest.raises(Refused) as caught:
        made.do("advance")
    assert set(refusals(caught)) == {"no_stage_left"}


# --- many at once -------------------------------------------------------------------------------------------------


def test_figures_count_each_stage_and_large_programmes_as_they_were_counted() -> None:
    made, _path = entered(CHENGDU)
    made.entered()
    made.programme.refresh_from_db()

    now = {one.stage: (one.open, one.warned, one.shut) for one in figures.figures_of(made.programme, made.at).stages}
    with patch.object(figures, "LIVE", 1):
        before = figures.figures_of(made.programme, made.at)
        counted = figures.count_large(made.at)
        made.programme.refresh_from_db()
        after = figures.figures_of(made.programme, made.at)

    assert now == dict.fromkeys(("approval", "process", "acceptance", "evaluation"), (0, 0, 2))
    assert (before.at, counted, after.at, after.stages[0].shut) == (None, 1, made.at, 2)


# --- who may ------------------------------------------------------------------------------------------------------


def test_only_the_departments_managers_and_who_supervises_it_know_of_a_programme() -> None:
    made, path = entered(CHENGDU)
    people = {
        "own": made.manager,
        "beside": holder(Role.PROGRAMME_MANAGER, authority(SICHUAN, level="province")),
        "province": holder(Role.REGULATOR, made.authority),
        "city": holder(Role.REGULATOR, authority(CHENGDU, level="city")),
        "elsewhere": holder(Role.REGULATOR, authority(SHANDONG, level="province")),
        "operator": holder(Role.OPERATOR, made.authority),
        "expert": holder(Role.RECHECK_EXPERT, made.authority),
        "secretary": path.secretary,
        "chair": people_of(path.committee, Role.CHAIR)[0],
        "lead": path.lead,
        "officer": keeper_of(path.committee),
        "other officer": holder(Role.INSTITUTION_OFFICER, institution(CHENGDU)),
        "nobody": person(),
    }

    def seeing(model: Any) -> set[str]:
        return {name for name, who in people.items() if model.objects.visible_to(standing_of(who, made.at)).exists()}

    programme_side = {"own", "province", "operator"}
    assert seeing(Programme) == seeing(ProgrammeEntry) == programme_side
    assert seeing(Commitment) == programme_side | {"lead", "officer"}
    terms = {"number": "X-1", "title": "x", "unit_name": "x", "lead_name": "x", "field": "ai", "project": ""}
    for who, wrong in ((people["province"], NotPermitted), (people["operator"], NotPermitted)):
        with pytest.raises(wrong):
            perform(made.programme, "enter", by=who, at=made.at, **terms)
    with pytest.raises(NotVisible):
        perform(made.programme, "enter", by=people["beside"], at=made.at, **terms)


def test_a_manager_learns_from_the_gate_and_not_from_the_case() -> None:
    made, path = entered(CHENGDU)
    standing = standing_of(made.manager, made.at)

    assert not Project.objects.visible_to(standing).exists()
    assert not Review.objects.visible_to(standing).exists()
    assert not Deadline.objects.filter(object_ref=path.review.ref, person=made.manager).exists()
