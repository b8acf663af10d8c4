"""The pages of rules: public, filtered by region, kind of activity and day."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
import time_machine
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> object:
    with time_machine.travel(datetime(2026, 6, 1, 4, tzinfo=UTC), tick=False):
        yield


def rows(html: str, key: str) -> list[str]:
    """The text of each row about the key."""
    found = re.findall(r"<tr>(?:(?!</tr>).)*/rules/" + re.escape(key) + r"/(?:(?!</tr>).)*</tr>", html, re.DOTALL)
    return [text_of(row) for row in found]


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def get(client: Client, path: str, **query: object) -> str:
    response = client.get(path, query)
    assert response.status_code == 200
    return response.content.decode()


def test_anyone_reads_the_national_rules_of_today(client: Client) -> None:
    html = get(client, "/rules/")

    (row,) = rows(html, "meeting.quorum")
    assert row == "到会委员最低人数 5人 《科技伦理审查办法（试行）》第十四条 已核对规则原文 2023年12月1日"
    assert rows(html, "committee.odd") == []


def test_a_city_sees_the_rules_of_its_province(client: Client) -> None:
    html = get(client, "/rules/", region="510100", regimes=["general", "human"], at="2026-06-01")

    assert len(rows(html, "committee.odd")) == 1
    assert len(rows(html, "vote.formula")) == 2
    assert re.search(r'<option value="510000"\s+selected', html)


def test_the_same_question_for_another_day_has_another_answer(client: Client) -> None:
    html = get(client, "/rules/", region="370000", at="2023-06-01")

    assert rows(html, "meeting.quorum") == []
    assert "科学技术活动违规行为处理暂行规定" in rows(html, "sanction.basis")[0]


def test_a_day_that_is_none_is_an_error_of_the_form(client: Client) -> None:
    html = get(client, "/rules/", at="2026-02-30", region="999999")

    assert rows(html, "meeting.quorum") == []
    assert html.count("is-invalid") == 2


def test_a_day_before_all_rules(client: Client) -> None:
    assert "这一天没有规则。" in get(client, "/rules/", at="1999-01-01")


def test_each_table_has_a_caption_and_scoped_headings(client: Client) -> None:
    for path in ("/rules/", "/rules/meeting.quorum/", "/rules/documents/"):
        html = get(client, path)
        assert html.count("<table") == html.count("<caption") > 0
        assert set(re.findall(r"<th(?: scope=\"(\w+)\")?", html)) <= {"row", "col", ""}
        assert re.findall(r"<th>", html) == []


def test_the_history_of_one_rule(client: Client) -> None:
    html = get(client, "/rules/sanction.basis/")

    body = text_of(html)
    assert body.index("科学技术活动违规行为处理暂行规定") < body.index("科学技术活动违规行为调查处理规定")
    assert "2026年3月20日" in body
    assert "现行有效" in body


def test_a_rule_that_is_to_come_says_so(client: Client) -> None:
    with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC), tick=False):
        assert "尚未施行" in get(client, "/rules/committee.ai_categories/")


def test_a_rule_that_nobody_knows_is_not_found(client: Client) -> None:
    assert client.get("/rules/meeting.quorom/").status_code == 404


def test_the_rule_documents(client: Client) -> None:
    body = text_of(get(client, "/rules/documents/"))

    measures = "科技伦理审查办法（试行） 科学技术部等十部门 国科发监〔2023〕167号 全国，各类科技活动"
    assert f"{measures} 2023年9月7日 2023年12月1日 有效" in body
    order = "科学技术活动违规行为处理暂行规定 科学技术部 科学技术部令第19号 全国，各类科技活动"
    assert f"{order} 2020年7月17日 2020年9月1日 已失效 2026年3月20日" in body
    assert "本系统设置" not in body


@pytest.mark.parametrize("path", ["/rules/", "/rules/vote.formula/", "/rules/documents/"])
def test_the_pages_only_answer_reading(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


def test_the_pages_ask_the_database_nothing(client: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        get(client, "/rules/", region="370000", regimes=["human"])


def test_rules_are_found_by_words_of_both_languages(client: Client) -> None:
    for words, key in (
        ("到会 第十四条", "meeting.quorum"),
        ("Members attending ART. 14", "meeting.quorum"),
        ("meeting.quorum", "meeting.quorum"),
        ("四川 抽查", "sampling.required"),
    ):
        html = get(client, "/rules/", q=words, region="510000")
        assert len(rows(html, key)) == 1, words
        assert rows(html, "committee.odd") == [], words
    assert "这一天的规则中没有符合的。" in get(client, "/rules/", q="quorum-no-such")


def test_what_held_on_another_day_is_found_beside(client: Client) -> None:
    html = get(client, "/rules/", q="违规行为处理暂行规定")

    assert "这一天不适用的：已失效或者尚未施行" in html
    (row,) = rows(html, "sanction.basis")
    assert row.endswith("2020年9月1日 2026年3月20日")
    assert "由何代替" in get(client, "/rules/sanction.basis/")
    assert "《科学技术活动违规行为调查处理规定》" in text_of(get(client, "/rules/sanction.basis/"))


def test_a_text_lists_what_rests_on_it_article_by_article(client: Client) -> None:
    html = get(client, "/rules/documents/national/")

    places = [int(one) for one in re.findall(r'id="article-(\d+)"', html)]
    assert places == sorted(places)
    assert 14 in places
    assert "科学技术部等十部门 · 国科发监〔2023〕167号" in text_of(html)
    assert "/rules/documents/national/#article-14" in get(client, "/rules/meeting.quorum/")
    assert "已失效" in text_of(get(client, "/rules/documents/order-19/"))
    assert client.get("/rules/documents/none/").status_code == 404
