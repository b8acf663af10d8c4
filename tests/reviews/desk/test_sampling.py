"""Samples at the desk: the plans, one plan, a case drawn; the steps by their forms; who finds nothing."""

import io
import zipfile
from datetime import timedelta

import pytest

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.trail.models import Entry
from reviews.models import SamplingPlan
from tests.committees.builders import authority, holder
from tests.reviews.desk.conftest import address, queries, text
from tests.reviews.sampling import DEFAULTS, MIANYANG, SEED, SOURCE, sampling

pytestmark = pytest.mark.django_db


def cost(client, page):
    client.get(page)
    with queries() as caught:
        assert client.get(page).status_code == 200
    return len(caught)


def test_pages_are_shown_within_their_budgets_and_cost_the_same_for_more(signed_in) -> None:
    made, _paths = sampling(3)
    made.drawn(rate_percent=34)
    client = signed_in(made.sampler)
    pages = [
        address("sampling_plans"),
        address("sampling_plan", made.plan.ref),
        address("sample_item", made.item().ref),
    ]
    few = [cost(client, page) for page in pages]
    said = [text(client.get(page)) for page in (*pages[:2], address("sampling_plan_new"))]
    assert ["总体：可能被抽到的全部审查结果。" in one for one in said] == [True, True, True]
    assert ["种子：" in one for one in said] == [False, True, True]
    assert "威尔逊区间：" in said[1]

    made.drawn(rate_percent=100, title="再次抽查")
    made.take(made.item(), "examine", result="in_order", finding="规范")
    waiting = made.plan.items.order_by("pk").last()
    pages[1:] = [address("sampling_plan", made.plan.ref), address("sample_item", waiting.ref)]
    many = [cost(client, page) for page in pages]

    assert many == few
    assert few[0] <= 12
    assert max(few[1:]) <= 20


def test_where_no_text_orders_samples_it_is_said_before_the_form_is_filled_in(signed_in) -> None:
    without = signed_in(holder(Role.REGULATOR, authority("370000")))
    ordered = signed_in(holder(Role.REGULATOR, authority("510000")))

    said = "没有规定抽查复核"
    assert said in without.get(address("sampling_plan_new")).content.decode()
    assert said not in ordered.get(address("sampling_plan_new")).content.decode()


def test_a_plan_is_made_and_published_by_its_forms(signed_in) -> None:
    made, _paths = sampling(1)
    client, day = signed_in(made.sampler), law_day(made.at)
    days = {"since": day - timedelta(days=9), "until": day, "finish_by": day + timedelta(days=9)}
    given = {name: value for name, value in {**DEFAULTS, **days}.items() if value not in (None, False)}

    wrong = client.post(address("sampling_plan_new"), given | {"authority": made.authority.ref, "basis": ""})
    client.post(address("sampling_plan_new"), given | {"authority": made.authority.ref})
    plan = SamplingPlan.objects.get()
    step = address("step", "sampling-plans", plan.ref, "publish")
    barred = client.post(step, {"seed": "03|09", "seed_source": SOURCE})
    done = client.post(step, {"seed": SEED, "seed_source": SOURCE})

    assert (wrong.status_code, barred.status_code, done.status_code) == (422, 422, 302)
    page = client.get(address("sampling_plan", plan.ref)).content.decode()
    assert SEED in page
    assert "期间到" in page  # why the population cannot be frozen yet, at the button


def test_the_page_repeats_the_draw_and_hands_out_its_files(signed_in) -> None:
    made, _paths = sampling(2)
    made.frozen()
    client = signed_in(made.sampler)
    before = client.get(address("sampling_package", made.plan.ref))
    made.do("draw")

    page = client.get(address("sampling_plan", made.plan.ref), {"repeat": "yes"}).content.decode()
    packed = zipfile.ZipFile(io.BytesIO(client.get(address("sampling_package", made.plan.ref)).content))

    assert before.status_code == 200
    assert "重复抽取，结果一致。" in page
    assert sorted(packed.namelist()) == ["draw_again.py", "drawn.csv", "plan.json", "population.csv"]


def test_a_city_is_told_before_it_plans_who_organises(signed_in) -> None:
    city, province = authority("510100", level="city"), authority("510000", level="province")

    told, other = (
        text(signed_in(holder(Role.REGULATOR, one)).get(address("sampling_plan_new"))) for one in (city, province)
    )

    assert f"{city.name}：抽查复核由相关省直部门组织，本部门不能公布计划" in told
    assert "相关省直部门" not in other


def test_reading_a_case_that_was_drawn_leaves_a_look(signed_in) -> None:
    made, _paths = sampling(1)
    made.drawn()
    item = made.item()

    signed_in(made.sampler).get(address("sample_item", item.ref))

    looked = Entry.objects.get(chain__subject_kind="oversight", chain__subject_ref=item.project.ref)
    assert looked.actor_ref == made.sampler.username


def test_others_find_nothing(signed_in) -> None:
    made, paths = sampling(1)
    made.drawn()
    item = made.item()
    plan_pages = [address(name, made.plan.ref) for name in ("sampling_plan", "sampling_package")]
    pages = [*plan_pages, address("sample_item", item.ref)]
    elsewhere = signed_in(holder(Role.REGULATOR, authority(MIANYANG, level="city")))
    secretary = signed_in(paths[0].secretary)

    assert {elsewhere.get(page).status_code for page in pages} == {404}
    assert made.plan.title not in elsewhere.get(address("sampling_plans")).content.decode()
    assert {secretary.get(page).status_code for page in [*pages, address("sampling_plans")]} == {404}


def test_the_committee_reads_what_is_asked_and_answers(signed_in) -> None:
    made, paths = sampling(1)
    made.drawn()
    item = made.asked(made.item())
    secretary = signed_in(paths[0].secretary)

    page = secretary.get(address("sample_item", item.ref)).content.decode()
    done = secretary.post(
        address("step", "sample-items", item.ref, "answer_rectification"), {"answer": "已补正版本日期"}
    )

    assert "知情同意书缺少版本日期" in page
    assert item.ticket not in page
    assert done.status_code == 302
    item.refresh_from_db()
    assert item.state == "answered"
    assert made.authority.region == "510000"
