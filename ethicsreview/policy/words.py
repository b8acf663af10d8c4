"""The words of a catalogue's item in the language that the reader has chosen."""

from typing import Protocol

from django.utils.translation import get_language


class Bilingual(Protocol):
    def text(self, lang: str) -> str: ...


def said(item: Bilingual) -> str:
    return item.text(get_language() or "zh-hans")
