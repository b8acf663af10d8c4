"""Disclosures on their way, made through the steps that make them in life: a department of Shandong with two people."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from ethicsreview.accounts.models import Authority, Person, Role
from ethicsreview.lifecycle.door import perform
from reviews.models import Disclosure, EmergencyEvent
from reviews.models.disclosures.drafting import draft
from tests.committees.builders import authority, holder
from tests.memory import remembered
from tests.reviews.builders import with_password
from tests.reviews.emergencies import event

SHANDONG, JINAN, SICHUAN = "370000", "370100", "510000"
TEXT: dict[str, Any] = {
    "title": "关于某机构未经审查开展研究的通报",
    "kind": "major",
    "happened": "某机构未经科技伦理审查即开展研究。",
    "facts": "经调查，该机构未按规定申请审查。",
    "basis": "省级专家组鉴定意见",
    "measures": "责令停止，限期改正。",
    "contact": "省科学技术厅监督处 0531-00000000",
}


@dataclass
class Telling:
    """Who writes, who approves, the emergency that it rests on. `at` is the hour of what is done next."""

    authority: Authority
    writer: Person
    second: Person
    event: EmergencyEvent
    at: datetime
    disclosure: Disclosure = field(init=False)

    def drafted(self, **changes: Any) -> "Telling":
        terms = TEXT | {"sources": [f"emergency_event:{self.event.ref}"]} | changes
        self.disclosure = draft(self.authority, by=self.writer, at=self.at, **terms)
        return self

    def take(self, name: str, /, *, by: Person | None = None, **terms: Any) -> "Telling":
        self.at += timedelta(minutes=1)
        self.disclosure = perform(self.disclosure, name, by=by or self.writer, at=self.at, **terms)
        return self

    def submitted(self, **changes: Any) -> "Telling":
        return self.drafted(**changes).take("submit", checked=True)

    def published(self, **changes: Any) -> "Telling":
        return self.submitted(**changes).approve()

    def approve(self, **terms: Any) -> "Telling":
        return self.take("approve", by=self.second, **{"checked": True} | terms)

    def corrected(self, **changes: Any) -> "Telling":
        """The correction, published; `disclosure` is the new version from here on."""
        self.take("correct", reason="日期有误")
        self.disclosure = self.disclosure.corrections.get()
        if changes:
            self.take("revise", **{name: getattr(self.disclosure, name) for name in (*TEXT, "sources")} | changes)
        return self.take("submit", checked=True).approve()


@remembered
def telling(region: str = SHANDONG, at: datetime | None = None) -> Telling:
    made = authority(region, level="province")
    writer, second = (with_password(holder(Role.REGULATOR, made)) for _number in range(2))
    moment = at or timezone.now()
    return Telling(made, writer, second, event(region=region, at=moment, by=writer), moment)


def disclosed(department: Authority, by: Person, at: datetime) -> Disclosure:
    """A draft of that department, which rests on nothing in the service."""
    return draft(department, by=by, at=at, **TEXT, sources=[])
