"""The page behind a letter's QR code: whether it holds today, and nothing more."""

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from ethicsreview.documents.models import Letter
from reviews.models.reviewing.lettering import issue_pending
from tests.reviews.builders import PASSWORD, Case, case

pytestmark = pytest.mark.django_db


def letter_of(path: Case) -> Letter:
    issue_pending(path.at)
    return Letter.objects.get(number=path.review.decision.number)


def page(client, letter: Letter) -> str:
    response = client.get(reverse("public:verify", args=[letter.code]))
    assert response.status_code == 200
    return response.content.decode()


def test_an_approval_is_valid_today_and_the_page_says_nothing_more(client):
    path = case().concluded()
    letter = letter_of(path)

    html = page(client, letter)

    assert "今日有效" in html
    assert letter.number in html
    for secret in (path.project.title, path.lead.name, path.committee.name, path.chair.name):
        assert secret not in html


def test_an_approval_of_a_project_that_stands_still_is_not_valid_today(client):
    path = case().concluded()
    letter = letter_of(path)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_project SET state = 'suspended' WHERE id = %s", [path.project.pk])

    html = page(client, letter)
    assert "科技活动现为“暂停”" in html
    assert "今日有效" not in html


def test_a_letter_that_approves_nothing_says_so(client):
    path = case().voted(*["rejected"] * 7)
    path.do("conclude", path.chair, password=PASSWORD, reasons="风险大于受益")

    assert "不是批准" in page(client, letter_of(path))


def test_a_withdrawn_letter_says_so(client):
    path = case().concluded()
    letter = letter_of(path)

    letter.revoke("印制有误", timezone.now())

    assert "已撤销" in page(client, letter)


def test_an_unknown_code_is_not_found(client):
    answer = client.get(reverse("public:verify", args=["0" * 20]))

    assert answer.status_code == 404
    html = answer.content.decode()
    assert "没有这个验证码" in html
    # Mistyped or forged: typed again, or reported.
    assert f'action="{reverse("public:find")}"' in html
    assert f'href="{reverse("public:complain")}"' in html


def test_the_code_may_be_typed_with_spaces(client):
    letter = letter_of(case().concluded())
    typed = " ".join(letter.code[n : n + 5] for n in range(0, len(letter.code), 5))

    response = client.get(reverse("public:find"), {"code": typed})

    assert response.url == reverse("public:verify", args=[letter.code])
