"""Which projects those who supervise their territory may know of: kept by the database, asked of every page of theirs.

What makes a project one of high risk stands in three tables. A filter over them reads the more, the more cases a
province has; this one row is found by its key.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ethicsreview.lifecycle.triggers import Trigger

# The lead's own answers came to it.
_RATED = """EXISTS (
  SELECT 1 FROM reviews_riskassessment rated
  WHERE rated.project_id = {key} AND rated.state = 'completed' AND rated.high_risk
)"""
# Of what was handed in something is of high risk; or nobody reviews it, and somebody must look (Human Measures 32).
_AUDITED = """(
  EXISTS (SELECT 1 FROM reviews_project exempt WHERE exempt.id = {key} AND exempt.state = 'exempt')
  OR EXISTS (
    SELECT 1 FROM reviews_review handed_in
    LEFT JOIN reviews_riskassessment answers ON answers.id = handed_in.assessment_id
    WHERE handed_in.project_id = {key} AND handed_in.state <> 'draft'
      AND (handed_in.listed OR answers.high_risk)
  )
)"""
KEEP = f"""
INSERT INTO reviews_highrisk (project_id, audited)
SELECT {{key}}, {_AUDITED} WHERE {_RATED} OR {_AUDITED}
ON CONFLICT (project_id) DO UPDATE SET audited = excluded.audited
"""
DROP = f"DELETE FROM reviews_highrisk WHERE project_id = {{key}} AND NOT ({_RATED} OR {_AUDITED})"  # noqa: S608


class HighRisk(models.Model):
    """A project that is rated so, or a case: then it may be `audited`. Not there: neither."""

    project = models.OneToOneField(
        "reviews.Project", models.CASCADE, primary_key=True, related_name="high_risk", verbose_name=_("科技活动")
    )
    audited = models.BooleanField(_("案件"))

    class Meta:
        verbose_name = _("高风险科技活动")
        verbose_name_plural = _("高风险科技活动")
        indexes = [models.Index(fields=["-project"], condition=models.Q(audited=True), name="high_risk_audited")]

    def __str__(self) -> str:
        return str(self.project_id)


def _trigger(model: str, key: str, columns: tuple[str, ...], events: tuple[str, ...], only: str = "") -> Trigger:
    uses = frozenset({"reviews_highrisk", "reviews_project", "reviews_review", "reviews_riskassessment"})
    return Trigger("risk", model, (KEEP.format(key=key), DROP.format(key=key)), uses, columns, events, only)


_INSERT, _UPDATE = ("insert",), ("update",)
TRIGGERS = (
    _trigger("reviews.RiskAssessment", "NEW.project_id", (), _INSERT, "NEW.high_risk"),
    _trigger(
        "reviews.RiskAssessment", "NEW.project_id", ("state", "high_risk"), _UPDATE, "(OLD.high_risk OR NEW.high_risk)"
    ),
    _trigger("reviews.Review", "NEW.project_id", (), _INSERT, "NEW.state <> 'draft'"),
    _trigger("reviews.Review", "NEW.project_id", ("state", "listed", "assessment_id"), _UPDATE),
    _trigger("reviews.Project", "NEW.id", (), _INSERT, "NEW.state = 'exempt'"),
    _trigger("reviews.Project", "NEW.id", ("state",), _UPDATE, "'exempt' IN (OLD.state, NEW.state)"),
)
