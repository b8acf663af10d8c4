"""Words found among the rules, in whichever of both languages they are written."""

import re
from collections.abc import Iterable
from functools import lru_cache

from django.utils import translation

from ethicsreview.policy.citations import cite
from ethicsreview.policy.engine import Policy
from ethicsreview.policy.library import Entry

LANGUAGES = ("zh-hans", "en")


def terms_of(words: str) -> tuple[str, ...]:
    return tuple(words.casefold().split())


def matching(entries: Iterable[Entry], terms: Iterable[str]) -> list[Entry]:
    """Those in which every term stands."""
    asked = tuple(terms)
    return [entry for entry in entries if all(term in _text(entry) for term in asked)]


def at_other_times(policy: Policy, terms: Iterable[str]) -> list[Entry]:
    """What the same packs say on the words and does not hold on the policy's day: repealed, or to come."""
    spoken = (entry for pack in policy.library.packs if pack.name in policy.packs for entry in pack.entries)
    return matching((entry for entry in spoken if not entry.in_force(policy.day)), terms)


@lru_cache(maxsize=4096)
def _text(entry: Entry) -> str:
    """All that is read of it, in both languages. An article is found with and without a blank before its number."""
    parts = [entry.key]
    for language in LANGUAGES:
        with translation.override(language):
            parts += [entry.label, entry.words, entry.note, cite(entry.cite), cite(entry.cite, short=True)]
    text = "\n".join(parts).casefold()
    return text + "\n" + re.sub(r"art\. (\d)", r"art.\1", text)
