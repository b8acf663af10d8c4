"""Sampling 抽查复核: from the plan to what was put right; what is refused; who sees what."""

import csv
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from ethicsreview.accounts.models import Appointment, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.digest import sm3
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.trail.models import Entry
from reviews.models import Exemption, ProjectMember, Review, SampleItem, SampleUnit, SamplingPlan
from reviews.models.exemptions.exempting import start_exemption
from reviews.models.sampling.forms import PlanForm
from reviews.models.sampling.population import frozen_units
from reviews.models.sampling.results import results_of, whole
from reviews.oversight.sampling.export import export
from reviews.rules.sampling import content_of, mark_of
from tests.committees.builders import authority, holder
from tests.reviews.builders import PASSWORD, Case
from tests.reviews.rules.answers import RECORDS
from tests.reviews.sampling import CHENGDU, DEFAULTS, MIANYANG, SEED, SOURCE, Sampling, decided, department, sampling

pytestmark = pytest.mark.django_db


def refusals(caught: Any) -> dict[str, str]:
    return {refusal.code: refusal.cite for refusal in caught.value.refusals}


# --- the way ------------------------------------------------------------------------------------------------------


def test_whole_way_from_the_plan_to_its_end() -> None:
    made, paths = sampling(4)
    made.drawn()

    first, second = made.plan.items.order_by("pk")
    made.take(first, "examine", result="in_order", finding="材料齐全，程序合规")
    second = made.asked(second)
    secretary = paths[0].secretary
    second = made.take(second, "answer_rectification", by=secretary, answer="已补正")
    due = law_day(made.at) + timedelta(days=5)
    second = made.take(second, "send_back", demand="请附复印件", due_on=due)
    second = made.take(second, "answer_rectification", by=secretary, answer="已附复印件")
    second = made.take(second, "confirm_rectified")
    made.do("close", conclusion="总体规范")

    assert (made.plan.state, second.state) == ("closed", "rectified")
    assert made.plan.population_size == 4
    steps = Entry.objects.filter(chain__subject_ref=made.plan.ref).order_by("seq").values_list("step", flat=True)
    assert list(steps[:4]) == ["create", "publish", "freeze", "draw"]
    assert Deadline.objects.filter(kind="sample_item.rectify", outcome="met").count() == 2
    assert Deadline.objects.get(kind="sampling_plan.finish").outcome == "met"


def test_trail_holds_the_digest_and_the_log_of_the_draw() -> None:
    made, _paths = sampling(3)
    made.drawn()

    frozen, drawn = (Entry.objects.get(object_ref=made.plan.ref, step=step).facts for step in ("freeze", "draw"))
    content = content_of(frozen_units(made.plan))
    assert frozen["sm3"] == drawn["sm3"] == made.plan.population_sm3 == sm3(content)
    assert (drawn["seed"], drawn["sizes"]) == (SEED, {"all": {"of": 3, "take": 2}})
    assert drawn["drawn"] == [item.case.ref for item in made.plan.items.order_by("pk")]


def test_population_is_the_results_of_high_risk_reviews_of_the_place_in_the_days() -> None:
    made, paths = sampling(2)
    low = Case(paths[0].committee, paths[0].lead, made.at).concluded()
    running = Case(paths[0].committee, paths[0].lead, made.at).accepted()
    elsewhere = decided(1, "370100")
    made.frozen()

    refs = set(SampleUnit.objects.filter(plan=made.plan).values_list("ref", flat=True))
    assert refs == {path.review.ref for path in paths}
    assert not refs & {low.review.ref, running.review.ref, elsewhere[0].review.ref}


@pytest.mark.article("sichuan", 10)
def test_a_department_of_a_city_cannot_publish_where_the_provinces_departments_organise() -> None:
    city = authority(CHENGDU, level="city")
    made = Sampling(city, holder(Role.REGULATOR, city), timezone.now()).planned()

    with pytest.raises(Refused) as told:
        made.do("publish", seed=SEED, seed_source=SOURCE)

    assert [(one.code, one.cite) for one in told.value.refusals] == [("not_organiser", "sichuan:10")]
    assert "相关省直部门" in str(told.value.refusals[0])
    assert made.plan.state == "draft"


def test_a_province_draws_from_each_city() -> None:
    paths = decided(1, MIANYANG, decided(3, CHENGDU)[-1].at)  # one after the other: the last is in the plan's days
    made = department("510000", paths[-1].at).drawn(strata="city", rate_percent=25)

    assert made.plan.sizes == {"510100": {"of": 3, "take": 1}, "510700": {"of": 1, "take": 1}}


def test_exemptions_are_drawn_where_the_plan_says_so() -> None:
    made, paths = sampling(1)
    spared = Case(paths[0].committee, paths[0].lead, made.at, RECORDS).assessed()
    exemption = start_exemption(spared.project, by=spared.lead, at=made.at)
    terms = {"ground": exemption.proposed_ground, "password": PASSWORD}
    for who in (spared.secretary, spared.chair):
        perform(exemption, "confirm", by=who, at=made.at, **terms)
    made.drawn(exemptions=True, strata="procedure", rate_percent=100)

    assert made.plan.items.get(exemption__isnull=False).exemption == Exemption.objects.get()
    assert set(made.plan.sizes) == {"exempt", "general"}


def test_next_sample_is_due_in_the_months_of_the_pack_and_met_by_its_plan() -> None:
    made, _paths = sampling(1)
    made.drawn()
    waiting = Deadline.objects.get(kind="sampling_plan.next")

    made.published(title="下一年度")

    assert 360 < (waiting.due_at - made.at).days < 370
    waiting.refresh_from_db()
    assert waiting.outcome == "met"


# --- what is refused ----------------------------------------------------------------------------------------------


def test_population_is_not_frozen_before_its_days_are_over() -> None:
    made, _paths = sampling(1)
    made.published()

    with pytest.raises(Refused) as caught:
        made.do("freeze")

    assert refusals(caught) == {"period_running": "sichuan:10"}


def test_nothing_to_draw_from_is_refused() -> None:
    made = department()
    made.published()
    made.at += timedelta(days=1)

    with pytest.raises(Refused) as caught:
        made.do("freeze")

    assert refusals(caught) == {"empty": "sichuan:10"}


def test_less_than_the_pack_asks_and_a_province_without_the_rule_are_refused() -> None:
    sparing, shandong = department().planned(rate_percent=9), department("370100").planned()

    with pytest.raises(Refused) as caught:
        sparing.do("publish", seed=SEED, seed_source=SOURCE)
    assert set(refusals(caught)) == {"rate"}
    with pytest.raises(Refused) as caught:
        shandong.do("publish", seed=SEED, seed_source=SOURCE)
    assert refusals(caught) == {"not_ordered": "sichuan:10"}


@pytest.mark.parametrize("change", ["altered", "removed", "added", "marked anew"])
def test_changed_population_is_refused_and_says_which(change: str) -> None:
    made, _paths = sampling(3)
    made.frozen()
    rows, second = SampleUnit.objects.filter(plan=made.plan), SampleUnit.objects.get(plan=made.plan, place=2)
    if change == "altered":
        rows.filter(place=2).update(ref="R2026-999999")
    elif change == "removed":
        rows.filter(place=2).delete()
    elif change == "added":
        SampleUnit.objects.create(plan=made.plan, place=4, kind="review", ref="R2026-999999", stratum="all")
    else:
        unit = replace(frozen_units(made.plan)[1], ref="R2026-999999")
        rows.filter(place=2).update(ref=unit.ref, mark=mark_of(unit))

    with pytest.raises(Refused) as caught:
        made.do("draw")

    [refusal] = caught.value.refusals
    code, named = {
        "altered": ("population_altered", "R2026-999999"),
        "removed": ("population_missing", "2"),
        "added": ("population_altered", "R2026-999999"),
        "marked anew": ("population_digest", made.plan.population_sm3),
    }[change]
    assert (refusal.code, refusal.cite) == (code, "sichuan:10")
    assert named in str(refusal)
    assert second.ref not in str(refusal)
    assert SampleItem.objects.count() == 0


def test_a_plan_is_not_closed_while_something_waits() -> None:
    made, _paths = sampling(3)
    made.drawn()

    with pytest.raises(Refused) as caught:
        made.do("close", conclusion="完")

    assert refusals(caught) == {"unsettled": "sichuan:10"}
    assert made.item().ref in str(caught.value.refusals[0])


def test_a_frozen_population_cannot_be_given_up_for_another_seed() -> None:
    made, _paths = sampling(1)
    made.frozen()

    with pytest.raises(Refused) as caught:
        made.do("withdraw", reason="换一个种子")

    assert set(refusals(caught)) == {"state"}


def test_who_sat_on_the_committee_does_not_examine_its_results() -> None:
    made, paths = sampling(1)
    made.drawn(rate_percent=100)
    member = paths[0].members[3]
    Appointment.objects.create(
        person=member, role=Role.REGULATOR, body=made.authority, starts=law_day(made.at) - timedelta(days=1)
    )

    with pytest.raises(Refused) as caught:
        made.take(made.item(), "examine", by=member, result="in_order", finding="无")

    assert refusals(caught)["own_committee"] == "national:28"


def test_an_unfinished_form_is_no_result() -> None:
    made, _paths = sampling(1)
    made.drawn()

    with pytest.raises(InvalidInput) as caught:
        made.take(made.item(), "examine", finding="看过")

    assert set(caught.value.errors) == {"result"}


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, set()),
        ({"until": "2026-01-01"}, {"until"}),
        ({"finish_by": "2026-06-30"}, {"finish_by"}),
        ({"rate_percent": ""}, {"rate_percent"}),
        ({"basis": "confidence"}, {"margin_percent"}),
        ({"basis": ""}, {"basis"}),
    ],
)
def test_what_a_plan_must_say(changes: dict[str, str], wrong: set[str]) -> None:
    days = {"since": "2026-02-01", "until": "2026-06-30", "finish_by": "2026-09-30"}

    form = PlanForm(DEFAULTS | days | changes)

    assert set(form.errors) == wrong


# --- who sees what ------------------------------------------------------------------------------------------------


def test_only_departments_of_the_province_see_its_samples() -> None:
    made, paths = sampling(1)
    made.drawn(rate_percent=100)
    item = made.item()
    people = {
        "own": made.sampler,
        "city": holder(Role.REGULATOR, authority(CHENGDU, level="city")),
        "province": holder(Role.REGULATOR, authority("510000", level="province")),
        "other city": holder(Role.REGULATOR, authority(MIANYANG, level="city")),
        "operator": holder(Role.OPERATOR, authority("510000", level="province")),
        "secretary": paths[0].secretary,
        "lead": paths[0].lead,
    }

    def seeing(model: type[SamplingPlan] | type[SampleItem]) -> set[str]:
        return {name for name, who in people.items() if model.objects.visible_to(standing_of(who, made.at)).exists()}

    department_side = {"own", "province", "operator"}
    assert seeing(SamplingPlan) == seeing(SampleItem) == department_side
    for name in ("city", "other city"):
        with pytest.raises(NotVisible):
            made.take(item, "examine", by=people[name], result="in_order", finding="无")
    with pytest.raises(NotPermitted):
        made.take(item, "examine", by=people["province"], result="in_order", finding="无")
    made.asked(item)
    assert seeing(SampleItem) == department_side | {"secretary"}
    assert seeing(SamplingPlan) == department_side


def test_ones_own_activity_is_hidden() -> None:
    made, paths = sampling(1)
    made.drawn(rate_percent=100)

    ProjectMember.objects.create(project=paths[0].project, person=made.sampler, name=made.sampler.name)

    assert not SampleItem.objects.visible_to(standing_of(made.sampler, made.at)).exists()


# --- results ------------------------------------------------------------------------------------------------------


def test_results_by_stratum_and_together() -> None:
    paths = decided(1, MIANYANG, decided(3, CHENGDU)[-1].at)  # one after the other: the last is in the plan's days
    made = department("510000", paths[-1].at).drawn(strata="city", rate_percent=100)
    for item in made.plan.items.filter(stratum=CHENGDU).order_by("pk")[:2]:
        made.take(item, "examine", result="in_order", finding="规范")
    made.found(made.plan.items.get(stratum=MIANYANG))

    chengdu, mianyang = results_of(made.plan)
    total = whole(made.plan, [chengdu, mianyang])

    assert (chengdu.size, chengdu.drawn, chengdu.examined, chengdu.found) == (3, 3, 2, 0)
    assert (mianyang.examined, mianyang.found, mianyang.interval.share) == (1, 1, 1.0)
    assert total is not None
    assert total.interval.share == pytest.approx(0.25)
    assert total.interval.low < 0.25 < total.interval.high


# --- on another machine -------------------------------------------------------------------------------------------


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    """Without our packages, our settings or any other package."""
    command = [sys.executable, "-I", "-S", str(folder / "draw_again.py"), str(folder)]
    return subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    made, _paths = sampling(5)
    made.drawn()
    zipfile.ZipFile(io.BytesIO(export(made.plan))).extractall(tmp_path)
    return tmp_path


def drawn_refs() -> list[str]:
    return [item.case.ref for item in SampleItem.objects.order_by("pk")]


def test_the_script_repeats_the_draw(exported: Path) -> None:
    done = run(exported)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1:] == drawn_refs()
    plan = json.loads((exported / "plan.json").read_text("utf-8"))
    assert plan["population"]["sm3"] == SamplingPlan.objects.get().population_sm3


def test_the_script_refuses_a_population_in_which_one_reference_was_changed(exported: Path) -> None:
    population = exported / "population.csv"
    ref = Review.objects.order_by("pk").first().ref
    population.write_text(population.read_text("utf-8").replace(ref, "R2026-999999"), "utf-8")

    done = run(exported)

    assert done.returncode == 1
    assert done.stdout.startswith("REFUSED")
    assert "R2026-999999" in done.stdout


def test_the_script_refuses_a_line_that_is_gone_and_another_draw(exported: Path) -> None:
    population, drawn = exported / "population.csv", exported / "drawn.csv"
    lines = population.read_text("utf-8-sig").splitlines(keepends=True)
    rows = list(csv.reader(io.StringIO(drawn.read_text("utf-8-sig"))))

    drawn.write_text("ref,stratum,rank,ticket\n" + ",".join(rows[2]) + "\n", "utf-8")
    other = run(exported)
    population.write_text("".join(lines[:2] + lines[3:]), "utf-8")
    gone = run(exported)
    population.unlink()
    nothing = run(exported)

    assert (other.returncode, gone.returncode, nothing.returncode) == (1, 1, 2)
    assert "DIFFERS" in other.stdout
    assert "line 2" in gone.stdout
