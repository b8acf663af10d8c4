"""From "national:14" to 《科技伦理审查办法（试行）》第十四条, in the reader's language."""

import re

from django.utils.translation import get_language, gettext

from ethicsreview.policy.loading import library
from ethicsreview.policy.numerals import chinese
from ethicsreview.policy.schema import Document
from ethicsreview.policy.words import said

_PARTS = re.compile(r"(?P<name>[a-z][a-z0-9-]*)(?::(?P<article>\d+|annex)(?:\((?P<head>\d+)\))?)?")


class UnknownCitation(LookupError):
    """No pack has the rule document that is cited, or the citation is not written as one."""


def cite(reference: str, *, short: bool = False) -> str:
    """The document's title (or its short one) and the article. Raises UnknownCitation."""
    document, article, head = _parts(reference)
    title = said(document.called if short else document)
    if (get_language() or "").startswith("en"):
        return f"{title}{_english(article, head)}"
    if document.numbering == "none":
        return title
    return f"《{title}》{_chinese(document, article, head)}"


def with_article(words: object, reference: str) -> str:
    """Words with their article behind them, where there is one line for both."""
    if not reference:
        return str(words)
    return gettext("%(words)s（%(article)s）") % {"words": words, "article": cite(reference)}


def cited_document(reference: str) -> Document:
    return _parts(reference)[0]


def place_of(reference: str) -> tuple[str, str]:
    """The document's name, and the mark of the article on its page: ("national", "article-14")."""
    document, article, _head = _parts(reference)
    return document.name, f"article-{article}" if article else ""


def holds_in(reference: str, region: str) -> bool:
    """Whether the document that is cited holds in that region (GB/T 2260)."""
    document = _parts(reference)[0]
    return any(document in pack.documents and region.startswith(pack.head.region or "") for pack in library().packs)


def _parts(reference: str) -> tuple[Document, str, str]:
    parts = _PARTS.fullmatch(reference)
    document = library().documents.get(parts["name"]) if parts else None
    if parts is None or document is None:
        raise UnknownCitation(reference)
    return document, parts["article"] or "", parts["head"] or ""


def _chinese(document: Document, article: str, head: str) -> str:
    if not article:
        return ""
    if article == "annex":
        return "附件"
    number = chinese(int(article))
    place = f"第（{number}）条" if document.numbering == "bracketed" else f"第{number}条"
    return place + (f"第（{chinese(int(head))}）项" if head else "")


def _english(article: str, head: str) -> str:
    if not article:
        return ""
    return ", Annex" if article == "annex" else f", Art. {article}" + (f"({head})" if head else "")
