"""An object's next end, when the one before has lapsed by itself: no step was taken that would have noted it."""

from collections.abc import Collection
from typing import Any

import structlog
from django.db import transaction

from ethicsreview.lifecycle.registry import nouns

log = structlog.get_logger(__name__)


def note_next_ends(objects: Collection[tuple[str, str]]) -> None:
    """Each under its own lock, so that no step comes between. What has no lifecycle (a seat) keeps no end."""
    for noun, ref in sorted(objects):
        if (model := nouns().get(noun)) is None:
            continue
        try:
            with transaction.atomic():
                rows: Any = model._base_manager.select_for_update(of=("self",))
                found = rows.filter(ref=ref).first()
                if found is not None:
                    found.note_next_due()
        except Exception:
            # The deadline is over all the same; its object's next step notes what is next.
            log.exception("next_end_not_noted", noun=noun, ref=ref)
