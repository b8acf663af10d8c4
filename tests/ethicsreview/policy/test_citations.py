from itertools import chain

import pytest
from django.utils.translation import override

from ethicsreview.policy import UnknownCitation, catalogues, cite
from ethicsreview.policy.loading import library


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("national:14", "《科技伦理审查办法（试行）》第十四条"),
        ("national:9(5)", "《科技伦理审查办法（试行）》第九条第（五）项"),
        ("ai:annex", "《人工智能科技伦理审查与服务办法（试行）》附件"),
        ("civil-code:201", "《中华人民共和国民法典》第二百零一条"),
        ("shandong:8", "《山东关于加强全省科技伦理治理的实施意见》第（八）条"),
        ("order-24", "《科学技术活动违规行为调查处理规定》"),
        ("gcp:12", "《药物临床试验质量管理规范》第十二条"),
        ("sichuan-rules:7", "《四川省科技伦理审查实施细则》第七条"),
        ("service", "本系统设置"),
    ],
)
def test_cite_names_document_and_article(reference: str, text: str) -> None:
    assert cite(reference) == text


def test_cite_follows_the_readers_language() -> None:
    with override("en"):
        assert cite("national:14") == "Measures for Science and Technology Ethics Review (Trial), Art. 14"
        assert cite("national:9(5)").endswith(", Art. 9(5)")
        assert cite("ai:annex").endswith(", Annex")


def test_cite_short_uses_the_short_title_where_there_is_one() -> None:
    assert cite("national:14", short=True) == "《办法》第十四条"
    assert cite("integrity-rules", short=True) == "《科研失信行为调查处理规则》"


@pytest.mark.parametrize("reference", ["", "nowhere:1", "national:", "national:x", "第十四条"])
def test_cite_refuses_what_it_does_not_know(reference: str) -> None:
    with pytest.raises(UnknownCitation):
        cite(reference)


def test_every_citation_of_packs_and_catalogues_resolves() -> None:
    books = catalogues.load()
    cited = {
        *(entry.cite for pack in library().packs for entry in pack.entries),
        *(item.cite for item in chain(books.questions.questions, books.materials.materials, books.criteria.criteria)),
        *(item.cite for item in chain(books.conclusions.conclusions, books.listed_items.items)),
    }

    assert {reference for reference in cited if not cite(reference)} == set()
