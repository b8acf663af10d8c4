"""Inspections at the desk: the list, planning one, the checklist with its evidence, the answer, who finds none."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.formats import date_format

from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.trail.models import Chain
from ethicsreview.trail.verification import verify
from reviews.models import Inspection, InspectionPaper, Rectification
from reviews.oversight.looks import looks_into
from tests.committees.builders import authority, holder, people_of
from tests.reviews.desk.conftest import address, queries
from tests.reviews.inspections import PLAN, inspecting, scene

pytestmark = pytest.mark.django_db


def text(response) -> str:
    return response.content.decode()


def cost(client, page):
    client.get(page)
    with queries() as caught:
        assert client.get(page).status_code == 200
    return len(caught)


def test_pages_are_shown_within_their_budgets_and_cost_the_same_for_more(signed_in) -> None:
    made = inspecting().answered()
    one = made.inspection
    client, officer = signed_in(made.planner), signed_in(made.officer)
    few = cost(client, address("inspections"))
    detail = cost(client, address("inspection", one.ref))

    made.planned()
    made.answered(wrong=("members_trained", "annual_report", "committee_registered"))

    assert cost(client, address("inspections")) == few
    assert cost(client, address("inspection", made.inspection.ref)) == detail
    assert few <= 12
    assert detail <= 20
    assert cost(client, address("rectification", made.rectification.ref)) <= 20
    assert cost(officer, address("inspection", one.ref)) <= 20


def test_plan_is_made_by_its_form_and_nothing_typed_is_lost(signed_in) -> None:
    made = inspecting()
    client = signed_in(made.planner)
    given = PLAN | {"body": made.unit.ref, "starts_on": law_day(made.at), "ends_on": law_day(made.at)}

    wrong = client.post(address("inspection_new"), given | {"body": "没有的单位", "themes": [], "scope": "长" * 2000})
    right = client.post(address("inspection_new"), given)

    assert wrong.status_code == 422
    assert ("没有这个单位或者委员会" in text(wrong), "长" * 2000 in text(wrong)) == (True, True)
    found = Inspection.objects.get()
    assert (right.status_code, right["Location"]) == (302, found.get_absolute_url())
    assert found.institution == made.unit
    assert signed_in(made.officer).get(address("inspection_new")).status_code == 404


def test_finding_and_answer_come_with_their_papers(signed_in) -> None:
    made = inspecting().on_site()
    client, officer = signed_in(made.team[0]), signed_in(made.officer)
    page = address("inspection_finding", made.inspection.ref)
    given = {"item": "members_trained", "result": "does_not_conform", "account": "签到表缺失"}

    asked = client.get(page, {"item": "members_trained"})
    bare = client.post(page, given | {"account": ""})
    bad = client.post(page, given | {"files": SimpleUploadedFile("a.exe", b"MZ")})
    client.post(page, given | {"files": [SimpleUploadedFile("表.txt", "签到".encode())]})
    evidence = InspectionPaper.objects.get()
    paper = address("inspection_paper", made.inspection.ref, evidence.pk)
    before = officer.get(paper).status_code
    hidden = text(officer.get(address("inspection", made.inspection.ref)))
    for one in made.inspection.items():
        if one.key != "members_trained":
            made.find(one.key)
    made.do("send_draft", by=made.team[0], summary="综述")
    shown = text(officer.get(address("inspection", made.inspection.ref)))

    assert '<option value="members_trained" selected>' in text(asked)
    assert (bare.status_code, bad.status_code, "签到表缺失" in text(bad)) == (422, 422, True)
    assert made.inspection.findings.filter(item="members_trained").count() == 1
    assert (before, "签到表缺失" in hidden) == (404, False)
    served = officer.get(paper)
    assert (served.getvalue().decode(), "签到表缺失" in shown, paper in shown) == ("签到", True, True)

    made.do("give_comment", by=made.officer, comment="无")
    form = text(signed_in(made.planner).get(address("step", "inspections", made.inspection.ref, "issue")))
    assert f'value="{made.inspection.rectify_by_default(timezone.now()).isoformat()}"' in form
    made.do("issue", report="报告", response="无", due_on=made.inspection.rectify_by_default(made.at))
    wrong = made.rectification
    many, sent = (
        officer.post(
            address("rectification_answer", wrong.ref),
            {"text": "已补签到表", "files": [SimpleUploadedFile(f"{one}.txt", b"x") for one in range(number)]},
        )
        for number in (6, 2)
    )

    assert (many.status_code, "一次最多上传5个文件" in text(many), "已补签到表" in text(many)) == (422, True, True)
    assert sent.status_code == 302
    assert Rectification.objects.get(pk=wrong.pk).answers.get().papers.count() == 2


def test_forms_with_files_sent_twice_are_taken_once(signed_in) -> None:
    made = inspecting().on_site()
    client, page = signed_in(made.team[0]), address("inspection_finding", made.inspection.ref)
    keys = [client.get(page, {"item": one}).context["once"] for one in ("members_trained", "annual_report")]
    given = {"item": "members_trained", "result": "does_not_conform", "account": "签到表缺失"}

    def send(content: bytes, **changes: str):
        files = {"files": [SimpleUploadedFile("表.txt", content)]}
        return client.post(page, given | {"once": keys[0]} | files | changes, follow=True)

    first, again, other = send(b"1"), send(b"1"), send(b"2")

    assert (first.status_code, "没有重复办理" in text(again)) == (200, True)
    assert (other.status_code, "还没有提交" in text(other), "签到表缺失" in text(other)) == (409, True, True)
    assert (made.inspection.findings.count(), InspectionPaper.objects.count()) == (1, 1)
    send(b"3", once=keys[1], item="annual_report")
    send(b"2", once=other.context["once"])
    assert made.inspection.findings.count() == 3

    for one in made.inspection.items():
        made.find(one.key, "does_not_conform")
    made.do("send_draft", by=made.team[0], summary="综述").do("give_comment", by=made.officer, comment="无")
    made.do("issue", report="报告", response="无", due_on=made.inspection.rectify_by_default(made.at))
    wrong, officer = made.rectification, signed_in(made.officer)
    page = address("rectification_answer", wrong.ref)
    terms = {"text": "已补签到表", "once": officer.get(page).context["once"]}
    answers = [officer.post(page, terms, follow=True) for _time in range(2)]
    assert ["没有重复办理" in text(one) for one in answers] == [False, True]
    assert wrong.answers.count() == 1


def test_who_finds_nothing(signed_in) -> None:
    made, people = scene()
    page = address("inspection", made.inspection.ref)

    for name in ("officer", "secretary", "member", "elsewhere", "another field", "another officer"):
        client = signed_in(people[name])
        assert client.get(page).status_code == 404, name
        assert client.get(address("inspection_finding", made.inspection.ref)).status_code == 404, name
    assert "没有符合条件的现场检查" in text(signed_in(people["elsewhere"]).get(address("inspections")))
    assert signed_in(people["member"]).get(address("inspections")).status_code == 404
    made.do("announce", notice="通知")
    told = text(signed_in(people["officer"]).get(page))
    assert ("检查起因" in told, "经过" in told) == (False, False)


def test_each_look_of_whoever_supervises_is_an_entry_beside_the_inspection(signed_in) -> None:
    made, people = scene()
    made.do("announce", notice="通知")
    page = address("inspection", made.inspection.ref)

    for name in ("planner", "inspector", "officer", "secretary", "chair"):
        assert signed_in(people[name]).get(page).status_code == 200, name
    assert not looks_into(made.inspection).exists()
    province = signed_in(people["province"])
    for _time in range(2):
        assert cost(province, page) <= 20

    looks = looks_into(made.inspection).values_list("actor_ref", "object_kind", "facts__what")
    assert list(looks) == [(people["province"].username, "inspection", page)] * 4
    assert list(verify(Chain.objects.filter(subject_kind="oversight"))) == []
    # Those who inspect see who looked; those who are inspected do not.
    told = text(signed_in(people["planner"]).get(page))
    assert ("谁看过" in told, "共4次" in told, people["province"].name in told) == (True, True, True)
    assert "谁看过" not in text(signed_in(people["officer"]).get(page))


def test_whoever_is_inspected_finds_the_time_to_comment_on_their_first_page(signed_in) -> None:
    made = inspecting().commenting()

    shown = text(signed_in(made.officer).get(address("queue")))

    assert f'href="{made.inspection.get_absolute_url()}">对检查情况提出意见' in shown


def test_one_day_is_said_once_and_as_people_read_it(signed_in) -> None:
    today = law_day(timezone.now())
    made = inspecting().planned(starts_on=today + timedelta(days=1), ends_on=today + timedelta(days=1))

    page = text(signed_in(made.planner).get(address("inspection", made.inspection.ref)))

    day = date_format(today + timedelta(days=1))
    assert (f"<dd>{day}</dd>" in page, f"应当在计划开始日期{day}之前" in page) == (True, True)


def test_first_page_says_what_a_deadline_is_about_and_not_only_its_number(signed_in) -> None:
    made = inspecting().answered()

    duties = text(signed_in(made.planner).get(address("queue"))).split('id="duties"')[1].split("</table>")[0]

    assert f"{made.rectification.ref} · {made.inspection.title}" in duties


def test_an_announced_inspection_waits_on_the_first_page_of_whoever_is_inspected(signed_in) -> None:
    made = inspecting().planned()
    secretary = people_of(made.committee, Role.SECRETARY)[0]
    way = f'href="{address("inspection", made.inspection.ref)}">{made.inspection.title}'
    before = [way in text(signed_in(one).get(address("queue"))) for one in (made.officer, secretary)]

    made.do("announce", notice="请准备登记材料")

    page = text(signed_in(made.officer).get(address("queue")))
    # Of the unit, and not of its committee: the committee's own people are told of what inspects the committee.
    after = [way in page, way in text(signed_in(secretary).get(address("queue")))]
    assert (before, after) == ([False, False], [True, False])
    assert f"现场检查定于{date_format(made.inspection.starts_on)}" in page


def test_a_look_is_no_step_in_the_course_of_an_inspection(signed_in) -> None:
    made = inspecting().announced()
    province = holder(Role.REGULATOR, authority("510000", level="province"))

    signed_in(province).get(address("inspection", made.inspection.ref))
    page = text(signed_in(made.planner).get(address("inspection", made.inspection.ref)))

    record = page.split('id="record"')[1].split("</section>")[0]
    assert ("通知被检查单位" in record, province.name in record, province.name in page) == (True, False, True)


def test_the_head_of_a_list_cites_the_places_of_its_reader(signed_in) -> None:
    here, everywhere = inspecting().planner, holder(Role.REGULATOR, authority("110000", level="national"))

    cited = [
        [f"/rules/documents/{name}/" in text(signed_in(one).get(address(page))) for name in ("sichuan", "shandong")]
        for one in (here, everywhere)
        for page in ("inspections", "warnings")
    ]

    assert cited == [[True, False], [True, False], [True, True], [True, True]]
