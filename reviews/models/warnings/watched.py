"""Which activities are watched one by one: those of high risk (Shandong 11; Sichuan 11), as regulators see them."""

from django.db.models import Exists, OuterRef, Q

from reviews.models.projects.assessment import RiskAssessment
from reviews.models.reviewing.review import Review
from reviews.models.reviewing.states import State


def high_risk(path: str) -> Q:
    """Rows whose project (at `path`) its assessment or its committee finds of high risk. Asked of each row by index."""
    assessed = RiskAssessment.objects.filter(
        project=OuterRef(path), state=RiskAssessment.State.COMPLETED, high_risk=True
    )
    listed = Review.objects.filter(project=OuterRef(path), listed=True).exclude(state=State.DRAFT)
    return Q(Exists(assessed)) | Q(Exists(listed))
