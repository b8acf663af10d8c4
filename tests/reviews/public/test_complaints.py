"""Anybody complains, follows by the key and adds to it; what is typed is kept, and nothing says what exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse

from ethicsreview.deadlines.calendar import law_day
from reviews.models import Complainant, Complaint
from reviews.public.complaints import MOST_COMPLAINTS
from tests.reviews.builders import case
from tests.reviews.complaints import CONTACT, JINAN, WHISTLE, matter

pytestmark = pytest.mark.django_db
NEW, FOLLOW = reverse("public:complain"), reverse("public:follow")
GIVEN = {
    "category": "applicant.without_approval",
    "unit": "",
    "region": JINAN,
    "about": "某课题组",
    "case_ref": "",
    "account": "未经审查即招募受试者",
    "name": "",
    "contact": "",
}


@pytest.fixture(autouse=True)
def _fresh(tmp_path: Path) -> Iterator[None]:
    cache.clear()
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


def texts(count: int) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(f"{number}.txt", "证据".encode()) for number in range(count)]


def same(page: str) -> str:
    """Without what differs on every page."""
    return re.sub(r'"X-CSRFToken": "\w+"|value="[^"]*"|T\d{4}-\d{6}|([A-Z0-9]{5}-){3}[A-Z0-9]{5}|\d+:\d+', "", page)


def receipt(client: Client, **terms: object) -> tuple[str, str]:
    answer = client.post(NEW, GIVEN | terms)
    assert answer.status_code == 201
    page = answer.content.decode()
    ref, key = re.search(r"T\d{4}-\d{6}", page), re.search(r"[A-Z0-9]{5}(-[A-Z0-9]{5}){3}", page)
    assert ref is not None
    assert key is not None
    return ref.group(), key.group()


@pytest.mark.article("national", 46)
def test_anybody_complains_and_is_given_a_key_that_is_shown_once(client: Client) -> None:
    ref, key = receipt(client)

    followed = client.post(FOLLOW, {"ref": ref, "key": key}).content.decode()

    assert GIVEN["account"] in followed
    assert key not in str(Complaint.objects.values())
    assert not Complainant.objects.exists()


def test_a_named_complainant_is_sealed_and_not_on_their_own_page(client: Client) -> None:
    ref, key = receipt(client, name=WHISTLE, contact=CONTACT)

    followed = client.post(FOLLOW, {"ref": ref, "key": key}).content.decode()

    assert Complainant.objects.get().identity.name == WHISTLE
    assert WHISTLE not in followed


def test_all_that_is_wrong_is_said_at_once_and_what_was_typed_stays(client: Client) -> None:
    wrong = client.post(NEW, GIVEN | {"region": "", "account": "", "contact": CONTACT, "unit_suspected": "on"})
    page = wrong.content.decode()

    assert wrong.status_code == 422
    assert {"region", "account", "name", "unit"} == set(wrong.context["form"].errors)
    assert GIVEN["about"] in page
    assert CONTACT in page


def test_files_are_checked_and_too_many_refused(client: Client) -> None:
    bad = SimpleUploadedFile("工具.exe", b"MZ")

    refused = [client.post(NEW, GIVEN | {"papers": papers}).status_code for papers in (bad, texts(6))]
    receipt(client, papers=texts(2))

    assert refused == [422, 422]
    assert Complaint.objects.get().papers.count() == 2


def test_a_flood_is_stopped_with_one_answer_and_what_was_typed_stays(client: Client) -> None:
    for _number in range(MOST_COMPLAINTS):
        receipt(client)

    answer = client.post(NEW, GIVEN)

    assert answer.status_code == 429
    assert GIVEN["account"] in answer.content.decode()
    assert Complaint.objects.count() == MOST_COMPLAINTS


def test_a_wrong_key_and_an_unknown_reference_have_the_same_answer(client: Client) -> None:
    ref, key = receipt(client)
    found = [
        client.post(FOLLOW, given) for given in ({"ref": ref, "key": "ABCDE" * 4}, {"ref": "T2026-999999", "key": key})
    ]
    pages = [same(answer.content.decode()) for answer in found]

    assert [answer.status_code for answer in found] == [422, 422]
    assert pages[0] == pages[1]


def test_the_answer_does_not_say_whether_the_case_exists(client: Client) -> None:
    path = case().drafted()
    answers = [client.post(NEW, GIVEN | {"case_ref": one}) for one in (path.review.ref, "R2026-999999")]
    pages = [same(answer.content.decode()) for answer in answers]

    assert pages[0] == pages[1]


def test_more_is_added_by_the_key_until_it_is_answered(client: Client) -> None:
    made = matter().complained(name="", contact="")
    given = {"ref": made.complaint.ref, "key": made.received.key, "add": "yes"}

    empty = client.post(FOLLOW, given | {"text": ""})
    added = client.post(FOLLOW, given | {"text": "还有录音"})
    made.handle("decline", reason="不属于科技活动")
    late = client.post(FOLLOW, given | {"text": "再说一句"})

    assert [answer.status_code for answer in (empty, added, late)] == [422, 200, 422]
    assert [one.text for one in made.complaint.additions.all()] == ["还有录音"]
    assert "不属于科技活动" in late.content.decode()


def test_whoever_is_signed_in_complains_like_everybody_and_no_account_is_linked(client: Client) -> None:
    who = matter().officer
    client.force_login(who, backend=settings.AUTHENTICATION_BACKENDS[-1])

    prefilled = client.get(NEW, {"named": "yes"}).content.decode()
    receipt(client, name=who.name)

    assert who.name in prefilled
    assert who.username not in str(list(Complaint.objects.values())) + str(list(Complainant.objects.values()))


def test_published_decisions_are_there_while_they_are(client: Client) -> None:
    made = matter().in_force()
    page = reverse("public:published")
    before = client.get(page).content.decode()
    made.rule("publish", text="给予一年限制的处理")
    shown = client.get(page).content.decode()
    made.rule("withdraw_publication", reason="期满")

    assert ["给予一年限制的处理" in one for one in (before, shown, client.get(page).content.decode())] == [
        False,
        True,
        False,
    ]
    assert made.accused.name not in shown


def test_published_decisions_are_found_by_words_place_and_article(client: Client) -> None:
    page = reverse("public:published")
    made = matter().in_force().rule("publish", text="给予一年限制的处理")
    made.decided("penalty").rule("serve", served_on=law_day(made.at), how="直接送达")
    made.rule("publish", text="处以罚款")

    def found(**asked: str) -> list[bool]:
        shown = client.get(page, asked).content.decode()
        return [words in shown for words in ("给予一年限制的处理", "处以罚款")]

    both, neither, second = [True, True], [False, False], [False, True]
    assert [found(), found(q="罚款"), found(q=made.unit.name), found(q="没有")] == [both, second, both, neither]
    assert [found(region="370000"), found(region="510000")] == [both, neither]
    assert [found(article=made.sanction.cite), found(article="national:1")] == [second, both]
    assert f'<option value="{made.sanction.cite}">' in client.get(page).content.decode()


def test_whoever_corrects_the_form_is_told_to_choose_the_files_again(client: Client) -> None:
    without = client.post(NEW, GIVEN | {"about": ""})
    with_files = client.post(NEW, GIVEN | {"about": "", "papers": texts(1)})

    assert (without.status_code, with_files.status_code) == (422, 422)
    assert "请重新选择文件" not in without.content.decode()
    assert "请重新选择文件" in with_files.content.decode()
