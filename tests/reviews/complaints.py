"""Complaints on their way to a sanction, made through the steps that make them in life. A unit of Jinan, Shandong."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from ethicsreview.accounts.models import Authority, Institution, Person, Role
from ethicsreview.accounts.standing import SYSTEM
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.storage import store
from ethicsreview.lifecycle.door import create, perform
from reviews.models import Complaint, Investigation, Respondent, Sanction
from reviews.models.complaints.receiving import Received, receive
from reviews.models.investigations.forms import EVIDENCE
from reviews.models.investigations.opening import open_by_own_motion
from tests.committees.builders import authority, holder, institution, person
from tests.reviews.builders import with_password

JINAN, SHANDONG = "370100", "370000"
WHISTLE, CONTACT = "吹哨者甲乙丙", "whistle-13800000000"
GIVEN: dict[str, Any] = {
    "category": "applicant.without_approval",
    "unit_suspected": False,
    "region": JINAN,
    "about": "某课题组",
    "case_ref": "",
    "account": "未经审查即招募受试者",
}


@dataclass
class Matter:
    """A unit with its officers, and whoever is accused. `at` is the hour of what is done next."""

    at: datetime
    unit: Institution
    officer: Person
    second: Person
    investigator: Person
    accused: Person
    received: Received = field(init=False)
    investigation: Investigation = field(init=False)
    respondent: Respondent = field(init=False)
    sanction: Sanction = field(init=False)

    @property
    def complaint(self) -> Complaint:
        return Complaint.objects.get(pk=self.received.complaint.pk)

    def complained(self, **terms: Any) -> "Matter":
        given = GIVEN | {"unit": self.unit.name, "name": WHISTLE, "contact": CONTACT} | terms
        self.received = receive(at=self.at, **given)
        return self

    def handle(self, name: str, /, *, by: Person | None = None, **terms: Any) -> "Matter":
        self._later()
        perform(self.complaint, name, by=by or self.officer, at=self.at, **terms)
        return self

    def accepted(self, track: str = "ethics", **terms: Any) -> "Matter":
        self.complained(**terms).handle("accept", title="未经批准开展研究", track=track)
        self.investigation = Investigation.objects.get(complaint=self.complaint)
        return self

    def look_into(self, name: str, /, *, by: Person | None = None, **terms: Any) -> "Matter":
        self._later()
        self.investigation = perform(self.investigation, name, by=by or self.officer, at=self.at, **terms)
        return self

    def named(self, **terms: Any) -> "Matter":
        """With its investigator and its respondent."""
        self.accepted(**terms).look_into("name_investigators", investigators=self.investigator.username)
        return self.accuse(username=self.accused.username)

    def accuse(self, **whom: str) -> "Matter":
        self.look_into("add_respondent", **{"username": "", "body": "", "name": ""} | whom)
        self.respondent = self.investigation.respondents.order_by("-pk").first()
        return self

    def ask(self, name: str, /, *, by: Person | None = None, **terms: Any) -> "Matter":
        self._later()
        self.respondent = perform(self.respondent, name, by=by or self.investigator, at=self.at, **terms)
        return self

    def found(self, result: str = "established", offence: str = "applicant.without_approval", **terms: Any) -> "Matter":
        given = {"occurred_on": law_day(self.at) - timedelta(days=30), "account": "有招募记录为证", **terms}
        return self.ask("find", offence=offence, result=result, **given)

    def notified(self) -> "Matter":
        return self.found().ask("notify", until=law_day(self.at) + timedelta(days=10))

    def settled(self) -> "Matter":
        self.notified().ask("state_case", by=self.accused, statement="当时以为不需要审查")
        return self.ask("settle", weighed="不影响认定")

    def concluded(self, **terms: Any) -> "Matter":
        self.named(**terms).settled()
        return self.look_into("conclude", summary="经查属实", answer="已查实并处理")

    def proposed(self, measure: str = "ban", days: int = 365, **terms: Any) -> "Matter":
        if not hasattr(self, "respondent"):
            self.concluded()
        ends = law_day(self.at) + timedelta(days=days) if measure in ("ban", "correct") else None
        self.ask("propose", by=self.officer, measure=measure, content="一年内不得承担", ends=ends, **terms)
        self.sanction = self.respondent.sanctions.order_by("-pk").first()
        return self

    def rule(self, name: str, /, *, by: Person | None = None, **terms: Any) -> "Matter":
        self._later()
        self.sanction = perform(self.sanction, name, by=by or self.officer, at=self.at, **terms)
        self.sanction.refresh_from_db()
        return self

    def decided(self, measure: str = "ban", **terms: Any) -> "Matter":
        self.proposed(measure, **terms).rule("notify", until=law_day(self.at) + timedelta(days=10))
        self.rule("state_case", by=self.accused, statement="请从轻")
        return self.rule("decide", by=self.second, number="处字〔2026〕1号", reason="情节严重")

    def in_force(self, measure: str = "ban", **terms: Any) -> "Matter":
        return self.decided(measure, **terms).rule("serve", served_on=law_day(self.at), how="直接送达")

    def evidence(self, title: str = "招募广告", earlier: Any = None) -> "Matter":
        file = ContentFile("招募受试者".encode(), name="ad.txt")
        kept = store(earlier, file, by=self.investigator, at=self.at, title=title, kind=EVIDENCE)
        terms = {"kind": "document", "title": title, "text": "", "document": kept.document.ref}
        return self.look_into("enter_evidence", by=self.investigator, **terms)

    def _later(self) -> None:
        self.at += timedelta(minutes=1)


def matter(region: str = JINAN, *, at: datetime | None = None, **fields: Any) -> Matter:
    unit = institution(region, **fields)
    people = [with_password(holder(Role.INSTITUTION_OFFICER, unit)) for _number in range(2)]
    accused = with_password(holder(Role.RESEARCHER, unit))
    return Matter(at or timezone.now(), unit, *people, with_password(person()), accused)


def province(region: str = SHANDONG) -> tuple[Authority, Person]:
    made = authority(region, level="province")
    return made, with_password(holder(Role.REGULATOR, made))


def city(region: str = JINAN) -> tuple[Authority, Person]:
    made = authority(region, level="city")
    return made, with_password(holder(Role.REGULATOR, made))


def beside(handler: Authority, accused: Person, investigator: Person, officer: Person, at: datetime) -> dict[str, Any]:
    """One of each kind as they stand in a department's hands, in their first states; by collection."""
    complaint = Complaint(**GIVEN, key_digest="0" * 64, handler=handler, received_at=at, anonymous=False)
    create(complaint, by=SYSTEM, at=at)
    opened = open_by_own_motion(
        handler, by=officer, at=at, title="主动立案", origin="audit", origin_ref="", track="ethics", account="审计发现"
    )
    perform(opened, "name_investigators", by=officer, at=at, investigators=investigator.username)
    perform(opened, "add_respondent", by=officer, at=at, username=accused.username, body="", name="")
    respondent = opened.respondents.get()
    sanction = Sanction(
        respondent=respondent,
        measure="correct",
        cite="sichuan:12",
        terms="限期改正",
        starts=law_day(at),
        ends=law_day(at) + timedelta(days=30),
        proposed_by=officer,
        proposed_at=at,
    )
    create(sanction, by=SYSTEM, at=at)
    found = (complaint, Investigation.objects.get(pk=opened.pk), respondent, sanction)
    return {one.collection: one for one in found}
