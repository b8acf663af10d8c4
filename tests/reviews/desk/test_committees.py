"""The committee's page: who sits, what is wrong with its article, and the steps that put it right."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.formats import date_format

from committees.models import Committee, CommitteeRule, Membership
from ethicsreview.accounts.models import Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.models import Document
from tests.committees.builders import authority, committee, draft, holder, keeper_of, people_of, person
from tests.reviews.desk.conftest import address, text

pytestmark = pytest.mark.django_db


def test_page_shows_every_finding_with_its_article_and_what_is_to_come(signed_in):
    made = committee()
    member = people_of(made, Role.MEMBER)[0]
    page = text(signed_in(keeper_of(made)).get(address("committee", made.ref)))
    assert "委员组成和制度符合规定" in page
    assert member.name in page

    bare = draft()
    found = text(signed_in(keeper_of(bare)).get(address("committee", bare.ref)))

    assert "委员0人，少于7人" in found
    assert "没有现行有效的章程" in found
    assert '<a href="/rules/documents/national/#article-7">《科技伦理审查办法（试行）》第七条</a></cite>' in found


def test_officer_founds_staffs_and_files_rules_by_the_pages(signed_in):
    keeper = keeper_of(draft())
    institution = keeper.appointments.get().body
    client = signed_in(keeper)
    terms = {"owner": institution.ref, "name": "新委员会", "region": "370100", "regimes": ["general", "human"]}

    # Nobody knows the code of a city by heart: the unit's stands there, the others are offered by name.
    asked = client.get(address("committee_new"))
    assert asked.context["form"]["region"].value() == institution.region == "370100"
    assert '<option value="370100">山东省济南市</option>' in text(asked)
    assert client.post(address("committee_new"), terms | {"region": "99"}).status_code == 422
    founded = client.post(address("committee_new"), terms)
    made = Committee.objects.get(name="新委员会")
    assert founded.url == address("committee", made.ref)
    assert made.regimes == ["general", "human"]

    today, newcomer = law_day(timezone.now()), person()
    seat = {
        "person": newcomer.username,
        "role": "chair",
        "starts": today.isoformat(),
        "ends": (today + timedelta(days=700)).isoformat(),
        "sex": "female",
        "category": "peer",
        "ai_categories": ["technology", "law"],
    }
    assert client.post(address("step", "committees", made.ref, "appoint"), seat).status_code == 302
    assert made.memberships.get().ai_categories == ["technology", "law"]

    ending = text(client.get(address("step", "committees", made.ref, "end_term")))
    assert f"{newcomer.name}（主任委员，{date_format(today)} – {date_format(today + timedelta(days=700))}）" in ending

    file = SimpleUploadedFile("章程.txt", "第一条　本章程自公布之日起施行。".encode())
    uploaded = client.post(address("rule_upload", made.ref), {"title": "章程", "file": file})
    document = Document.objects.get(title="章程")
    assert uploaded.url == address("step", "committees", made.ref, "adopt_rule") + f"?document={document.ref}"
    assert document.ref in text(client.get(uploaded.url))
    filed = {"kind": "charter", "document": document.ref, "effective": today.isoformat()}
    assert client.post(address("step", "committees", made.ref, "adopt_rule"), filed).status_code == 302
    rule = CommitteeRule.objects.get(committee=made)
    got = client.get(address("rule", made.ref, rule.pk))
    assert b"".join(got.streaming_content).decode().startswith("第一条")
    assert signed_in(people_of(committee(), Role.CHAIR)[0]).get(address("rule", made.ref, rule.pk)).status_code == 404


def test_wrong_file_is_refused_with_its_reason(signed_in):
    made = committee()
    client = signed_in(people_of(made, Role.SECRETARY)[0])
    mislabelled = SimpleUploadedFile("章程.pdf", b"MZ this is no PDF")

    answer = client.post(address("rule_upload", made.ref), {"title": "章程", "file": mislabelled})

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"file"}
    assert signed_in(people_of(made, Role.MEMBER)[0]).get(address("rule_upload", made.ref)).status_code == 404


def test_member_declares_interests_of_the_year(signed_in):
    made = committee()
    silent = people_of(made, Role.MEMBER)[0]
    silent.interest_declarations.all().delete()
    member = signed_in(silent)
    assert "本年度尚未声明" in text(member.get(address("committee", made.ref)))

    page = address("step", "committees", made.ref, "declare_interests")
    answer = member.post(page, {"none_to_declare": "yes"}, follow=True)

    assert "已声明：没有利益关系" in text(answer)


def test_officers_queue_tells_what_is_wrong(signed_in):
    bare = draft()

    queue = text(signed_in(keeper_of(bare)).get(address("queue")))

    assert bare.name in queue
    assert "委员0人，少于7人" in queue
    assert "运行状况" in text(signed_in(holder(Role.OPERATOR, authority())).get(address("queue")))


@pytest.mark.article("national", 7)
def test_what_a_committee_lacks_without_a_member_is_said_before_the_term_is_ended(signed_in):
    made = committee()
    today = law_day(timezone.now())
    seats = {seat.category: seat for seat in made.voting_members_at(today)}
    lawyers = [seat for seat in made.voting_members_at(today) if seat.category == "law"]
    client, page = signed_in(keeper_of(made)), address("step", "committees", made.ref, "end_term")

    said = text(client.get(page, {"membership": seats["law"].pk}))
    of_any = text(client.get(page))

    assert len(lawyers) == 1
    assert f"解聘{seats['law'].appointment.person.name}后：委员中没有法学" in said
    assert "解聘任何一名委员后：委员6人，少于7人" in of_any
    terms = {"membership": seats["law"].pk, "last_day": today.isoformat(), "reason": "调离"}
    assert client.post(page, terms).status_code == 302


def test_a_background_that_two_catalogues_name_the_same_is_said_once(signed_in):
    made = committee()
    seat = made.voting_members_at(law_day(timezone.now()))[0]
    Membership.objects.filter(pk=seat.pk).update(ai_categories=["law"], human_categories=["law"])

    assert "法学、法学" not in text(signed_in(keeper_of(made)).get(address("committee", made.ref)))
