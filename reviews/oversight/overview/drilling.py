"""From a number to the cases behind it, among those the person may open."""

from dataclasses import dataclass, fields
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import OuterRef, Q, QuerySet, Subquery

from ethicsreview.accounts.models import Role
from ethicsreview.accounts.regions import lying_in
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from reviews.models import FollowUp, Project, Review
from reviews.models.counting.triggers import DECISION
from reviews.models.reviewing.states import OPEN_STATES, State
from reviews.oversight.overview.spans import Span
from reviews.oversight.scope import supervised_reviews, supervising
from reviews.rules.counting import ALL, DECIDED, FOLLOW_UP, HIGH, LATE, LISTED, OPEN, RECEIVED

OF = (RECEIVED, DECIDED, OPEN, LATE, FOLLOW_UP, LISTED)
TIMED = {RECEIVED: "submitted_at", DECIDED: "concluded_at"}


def sees_all(standing: Standing) -> bool:
    return standing.is_system or standing.holds(Role.OPERATOR)


def audience(standing: Standing) -> str:
    """Which cases a list shows this person: the high-risk ones, or all."""
    return ALL if sees_all(standing) else HIGH


def in_region(code: str, path: str = "region") -> Q:
    """What lies in a city; of what was entered for a province as a whole, only that."""
    return Q(**{path: code}) if code.endswith("0000") else Q(**lying_in(path, code[:4]))


@dataclass(frozen=True)
class Drill:
    """What the list of cases is narrowed to. Empty: by nothing. `span` is heeded where something has a day."""

    of: str = ""
    span: str = ""
    region: str = ""
    field: str = ""
    state: str = ""

    @classmethod
    def asked(cls, given: "dict[str, str]") -> "Drill":
        """A value it may not have is ignored."""
        of, region = given.get("of", ""), given.get("region", "")
        return cls(
            of=of if of in OF else "",
            span=given.get("span", "")[:7],
            region=region if len(region) == 6 and region.isascii() and region.isdigit() else "",
            field=field if (field := given.get("field", "")) in Project.Field.values else "",
            state=state if (state := given.get("state", "")) in State.values else "",
        )

    def __bool__(self) -> bool:
        return bool(self.of or self.region or self.field)

    @property
    def given(self) -> list[tuple[str, str]]:
        return [(one.name, value) for one in fields(self) if (value := getattr(self, one.name))]

    @property
    def query(self) -> str:
        return urlencode(self.given)

    def narrow(self, rows: "QuerySet[Project]", standing: Standing, at: datetime) -> "QuerySet[Project]":
        if self.region:
            rows = rows.filter(in_region(self.region))
        if self.field:
            rows = rows.filter(field=self.field)
        return rows.filter(self._cases(standing, at)) if self.of else rows

    def _cases(self, standing: Standing, at: datetime) -> Q:
        seen = supervised_reviews(supervising(standing)).order_by()
        if self.of == LISTED:
            latest = seen.filter(project=OuterRef("pk"), listed=True).order_by("-pk").values("state")[:1]
            stands = Project.objects.alias(stands=Subquery(latest)).filter(
                **({"stands": self.state} if self.state else {"stands__isnull": False})
            )
            return Q(pk__in=stands.values("pk"))
        if self.of == FOLLOW_UP:
            owed = FollowUp.objects.late_on(law_day(at)).filter(review__in=seen.values("pk"))
            return Q(pk__in=owed.values("project"))
        if self.of in TIMED:
            span, when = Span.named(self.span, at), TIMED[self.of]
            seen = seen.filter(**{f"{when}__gte": span.begins, f"{when}__lt": span.ends})
        else:
            seen = seen.filter(state__in=OPEN_STATES)
        if self.of == LATE:
            late = Deadline.objects.late(at).filter(kind=DECISION, object_kind=Review.noun)
            seen = seen.filter(ref__in=late.values("object_ref"))
        return Q(pk__in=seen.values("project"))
