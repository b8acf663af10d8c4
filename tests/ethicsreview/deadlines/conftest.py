from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest

from ethicsreview.accounts.models import Appointment, Body, Person
from ethicsreview.deadlines import clock
from ethicsreview.deadlines.calendar import LAW_ZONE
from ethicsreview.deadlines.models import Deadline

ACCEPTED = datetime(2026, 3, 2, 10, tzinfo=LAW_ZONE)
DUE = datetime(2026, 4, 2, tzinfo=LAW_ZONE)  # 24:00 of 1 April
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Review:
    """Stands for a lifecycle's object, which this room does not know."""

    ref: str
    noun: str = "review"

    def subject(self) -> "Review":
        return Review(self.ref.replace("R", "P"), "project")

    def get_absolute_url(self) -> str:
        return f"/desk/reviews/{self.ref}/"


@pytest.fixture
def review() -> Review:
    return Review("R2026-000001")


@pytest.fixture
def committee(db: None) -> Body:
    return Body.objects.create(kind="committee", ref="C000001", name="甲医院伦理审查委员会", region="370100")


@pytest.fixture
def appoint(committee: Body) -> Callable[..., Person]:
    """A new person who holds the role in the committee from 2020 on."""

    def make(role: str, username: str, *, ends: date | None = None, language: str = "zh-hans") -> Person:
        person = Person.objects.create_user(
            username=username, name=username, email=f"{username}@example.org", language=language
        )
        Appointment.objects.create(person=person, role=role, body=committee, starts=date(2020, 1, 1), ends=ends)
        return person

    return make


@pytest.fixture
def begin(committee: Body) -> Callable[..., Deadline]:
    """The decision's clock of a review: 30 days, reminded 7, 3 and 1 days before and a week after."""

    def start(review: Review, **terms: object) -> Deadline:
        usual: dict[str, object] = {
            "at": ACCEPTED,
            "label": "作出审查决定",
            "length": 30,
            "unit": "days",
            "citation": "national:17",
            "body": committee,
            "role": "secretary",
            "ladder": [-7 * DAY, -3 * DAY, -1 * DAY, 7 * DAY],
            "escalate_to": [{"role": "chair", "body_id": committee.pk, "after": 0}],
        }
        return clock.start("decision", review, **(usual | terms))

    return start
