"""What acceptance requires, by whatever procedure: an emergency adds to it and takes nothing away (Measures 39)."""

from reviews.models.amending import guards as amending
from reviews.models.entrustments import guards as entrusting
from reviews.models.reviewing import guards

REQUIRED = (
    amending.change_weighed,
    guards.committee_active,
    guards.committee_lawful,
    guards.procedure_exists,
    entrusting.not_review_and_recheck,
)
