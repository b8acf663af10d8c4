"""The database appends a `Change` where a row changes that is counted."""

from ethicsreview.lifecycle.triggers import Trigger

DECISION = "review.decision"
OF_REVIEW = "(SELECT project_id FROM reviews_review WHERE id = NEW.review_id)"
OF_SUBJECT = "(SELECT id FROM reviews_project WHERE ref = NEW.subject_ref)"
BOTH = ("insert", "update")


def _counted(
    model: str, kind: str, key: str, columns: tuple[str, ...], events: tuple[str, ...] = BOTH, only: str = ""
) -> Trigger:
    """`key`: SQL for the object that is to be counted anew. What is not there any more (no project by that number) is
    no change.
    """
    does = f"INSERT INTO reviews_change (kind, key) SELECT '{kind}', {key} WHERE {key} IS NOT NULL"
    return Trigger("count", model, (does,), frozenset({"reviews_change"}), columns, events, only)


TRIGGERS = (
    _counted("reviews.Project", "project", "NEW.id", ("region", "field"), ("update",)),
    _counted("reviews.RiskAssessment", "project", "NEW.project_id", ("high_risk",), ("update",)),
    _counted(
        "reviews.Review",
        "project",
        "NEW.project_id",
        ("state", "procedure", "submitted_at", "accepted_at", "concluded_at", "listed", "assessment_id"),
    ),
    _counted("reviews.FollowUp", "project", "NEW.project_id", ("state", "due_on")),
    _counted("reviews.Decision", "project", OF_REVIEW, (), ("insert",)),
    _counted(
        "deadlines.Deadline",
        "project",
        OF_SUBJECT,
        ("due_at", "closed_at", "paused_at"),
        only=f"NEW.kind = '{DECISION}' AND NEW.subject_kind = 'project'",
    ),
    # Every step on a committee, its seats and papers saves its row.
    _counted("committees.Committee", "committee", "NEW.body_ptr_id", ()),
)
