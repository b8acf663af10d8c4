"""Recognition on its way: a result of one unit, an alliance, and another unit's committee that is asked for it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from ethicsreview.documents.models import Letter
from ethicsreview.lifecycle.door import perform
from reviews.models import Alliance, Recognition
from reviews.models.recognitions.recognising import found_alliance, hand_in_evidence, start_recognition
from reviews.models.reviewing.lettering import issue_pending
from tests.committees.builders import keeper_of
from tests.memory import remembered
from tests.reviews.builders import PASSWORD, Case, case, with_password
from tests.reviews.rules.answers import SURVEY


@dataclass
class Asked:
    """`there`: whose result it is; `here`: who asks. The evidence is this service's letter, or a paper."""

    there: Case
    here: Case
    alliance: Alliance | None = None
    recognition: Recognition = field(init=False)

    @property
    def at(self) -> Any:
        return self.here.at

    @property
    def code(self) -> str:
        issue_pending(self.there.at)
        return Letter.objects.get(number=self.there.review.decision.number, language="zh").code

    @remembered
    def allied(self, **more: Any) -> "Asked":
        """Founded by the one, joined by the other."""
        founder, fellow = (with_password(keeper_of(path.committee)) for path in (self.there, self.here))
        at = self.here.at
        regimes = more.pop("regimes", ["general", "human"])
        self.alliance = found_alliance(
            self.there.committee.institution, by=founder, at=at, name="胶东互认联盟", regimes=regimes, **more
        )
        unit = self.here.committee.institution.ref
        perform(self.alliance, "join", by=fellow, at=at + timedelta(minutes=1), institution=unit)
        perform(self.alliance, "admit", by=founder, at=at + timedelta(minutes=2), institutions=[unit])
        return self

    @remembered
    def founded(self) -> "Asked":
        """By the asking unit alone, so far."""
        officer, unit = keeper_of(self.here.committee), self.here.committee.institution
        self.alliance = found_alliance(unit, by=officer, at=self.here.at, name="互认联盟", regimes=["general"])
        return self

    @remembered
    def begun(self, *, paper: bool = False) -> "Asked":
        self.recognition = start_recognition(self.here.review, by=self.here.lead, at=self.here.at)
        if paper:
            file = ContentFile("外省批件".encode(), name="批件.txt")
            hand_in_evidence(self.recognition, file, by=self.here.lead, at=self.here.at)
        return self

    def step(self, name: str, by: Any, **terms: Any) -> Recognition:
        self.here.at += timedelta(minutes=1)
        self.recognition = perform(self.recognition, name, by=by, at=self.here.at, **terms)
        return self.recognition

    @remembered
    def requested(self, **changes: Any) -> "Asked":
        """By the letter's code; with `number` and the rest, by hand."""
        by_hand = "number" in changes
        self.begun(paper=by_hand)
        terms = {"note": "同一方案的本地部分"} | ({} if by_hand else {"code": self.code})
        terms |= {"alliance": self.alliance.ref} if self.alliance else {}
        self.step("request", self.here.lead, **terms | changes)
        return self

    @remembered
    def confirm(self, *sides: str, **terms: Any) -> "Asked":
        people = {"secretary": self.here.secretary, "chair": self.here.chair}
        for side in sides or ("secretary", "chair"):
            self.step("confirm", people[side], checked=True, password=PASSWORD, **terms)
        self.here.review.refresh_from_db()
        self.here.project.refresh_from_db()
        return self


BY_HAND = {"body": "外省某医院伦理审查委员会", "number": "外伦审〔2026〕12号", "decided_on": "2026-05-01"}


@remembered
def asked(
    *,
    there: str = "370100",
    here: str = "370200",
    answers: dict[str, Any] | None = None,
    hours_ago: int = 0,
    **terms: Any,
) -> Asked:
    """The one has approved; the other's application is accepted and waits. `hours_ago`: begun so long before now."""
    at = timezone.now() - timedelta(hours=hours_ago)
    given = dict(answers or SURVEY | {"risk_level": "above_minimal"})
    first = case(region=there, answers=given, at=at).concluded()
    second = case(region=here, answers=given, at=first.at).accepted(**terms)
    return Asked(first, second)
