"""Programmes on their way, made through the steps that make them in life."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from ethicsreview.accounts.models import Appointment, Authority, Person, Restriction, Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.door import create, perform
from reviews.models import Commitment, GateCheck, GateCheckRow, Programme, ProgrammeEntry, Project, RecordLookup
from reviews.models.programmes.answers import keep
from reviews.models.programmes.gate import RELATED, Answer, gatekeeper
from reviews.models.programmes.planning import plan_programme
from tests.committees.builders import authority, holder, keeper_of
from tests.factories import FIRST
from tests.memory import remembered
from tests.reviews.builders import PASSWORD, Case, case, with_password

SHANDONG, SICHUAN = "370000", "510000"
JINAN, CHENGDU = "370100", "510100"
SIGNING = {"agree": True, "password": PASSWORD}
_numbers = count(FIRST + 1)


@dataclass
class Run:
    """A department's programme. `at` is the hour of what is done next."""

    authority: Authority
    manager: Person
    at: datetime
    programme: Programme = field(init=False)
    entry: ProgrammeEntry = field(init=False)

    def planned(self, **terms: Any) -> "Run":
        given = {"code": f"KJ-{next(_numbers)}", "name": "重点研发计划", "fiscal": True} | terms
        self.programme = plan_programme(self.authority, by=self.manager, at=self.at, **given)
        return self

    def opened(self, **terms: Any) -> "Run":
        self.planned(**terms)
        self.programme = perform(self.programme, "open", by=self.manager, at=self.at)
        return self

    def entered(self, path: Case | None = None, **terms: Any) -> "Run":
        """A project of this service; without one, a project that is known by its number alone."""
        given = {
            "number": f"2026-{next(_numbers)}",
            "title": path.project.title if path else "尚未在此办理的项目",
            "unit_name": path.project.institution.name if path else "某单位",
            "lead_name": path.lead.name if path else "某负责人",
            "field": "medicine",
            "project": path.project.ref if path else "",
        } | terms
        self.programme = perform(self.programme, "enter", by=self.manager, at=self.at, **given)
        self.entry = self.programme.entries.get(number=given["number"])
        return self

    @property
    def letter(self) -> Commitment:
        found = self.entry.letter_now
        assert found is not None
        return found

    def sign(self, *steps: str) -> "Run":
        """By the lead, by the unit; without a name, by both."""
        by = {
            "sign_as_lead": with_password(self.letter.lead),
            "sign_for_unit": with_password(keeper_of(self.letter.institution)),
        }
        for step in steps or by:
            perform(self.letter, step, by=by[step], at=self.at, **SIGNING)
        return self

    def do(self, name: str, **terms: Any) -> ProgrammeEntry:
        self.entry = perform(self.entry, name, by=self.manager, at=self.at, **terms)
        return self.entry

    def ask(self, stage: str, at: datetime | None = None) -> Answer:
        """What the gate says, without keeping it."""
        entry = ProgrammeEntry.objects.select_related(*RELATED).get(pk=self.entry.pk)
        return gatekeeper(entry, at or self.at).answer(entry, stage)

    def says(self, stage: str, at: datetime | None = None) -> dict[str, str]:
        """What shuts it: each reason with its article."""
        return {one.refusal.code: one.refusal.cite for one in self.ask(stage, at).shutting}

    def warns(self, stage: str, at: datetime | None = None) -> dict[str, str]:
        return {one.refusal.code: one.refusal.cite for one in self.ask(stage, at).warning}


def run(region: str = SICHUAN, at: datetime | None = None) -> Run:
    made = authority(region, level="province")
    return Run(made, with_password(holder(Role.PROGRAMME_MANAGER, made)), at or timezone.now())


@remembered
def approved(region: str = CHENGDU) -> Case:
    # Of yesterday, so that no page that is asked now finds a day that has not begun.
    return case(region=region, at=timezone.now() - timedelta(days=1)).concluded()


@remembered
def entered(region: str = CHENGDU) -> tuple[Run, Case]:
    """An approved project of the place in a programme of its province, its letter to be signed."""
    path = approved(region)
    made = run(region[:2] + "0000", path.at).opened()
    return made.entered(path), path


def ban(at: datetime, *, project: Project, whom: str = "lead", ends: Any = None) -> Restriction:
    who = {"person": project.lead} if whom == "lead" else {"institution": project.institution}
    return Restriction.objects.create(
        **who, starts=law_day(at), ends=ends, ground="川科处〔2026〕3号", citation="sichuan:12"
    )


def check_list(made: Run) -> GateCheck:
    """The one project of the programme, checked as in a list."""
    entry = ProgrammeEntry.objects.select_related(*RELATED).get(pk=made.entry.pk)
    checked = GateCheck.objects.create(
        job=f"J-{next(_numbers)}",
        programme=made.programme,
        stage="approval",
        stage_label="审批立项",
        asked_by=made.manager,
        at=made.at,
    )
    asked = [(entry, gatekeeper(entry, made.at).answer(entry, "approval"))]
    [answer] = keep(asked, by=made.manager, at=made.at, held={"programme_manager"}, run=checked)
    GateCheckRow.objects.create(run=checked, line=1, given=entry.number, answer=answer)
    return checked


def looked_up(made: Run) -> RecordLookup:
    """Of any province, whether or not its rules let a record count for anything."""
    asked = RecordLookup(
        authority=made.authority,
        kind="institution",
        name="某单位",
        purpose="talent",
        matter="人才项目",
        asked_by=made.manager,
        asked_at=made.at,
        result={"bans": [], "sanctions": [], "namesakes": 0},
        digest="0" * 64,
    )
    return create(asked, by=made.manager, at=made.at)


def managing(manager: Person, of: Authority, path: Case) -> Run:
    """The path's project in a programme, as somebody of the department who is more than a manager runs it."""
    Appointment.objects.create(
        person=manager, role=Role.PROGRAMME_MANAGER, body=of, starts=law_day(path.at) - timedelta(days=1)
    )
    return Run(of, manager, path.at).opened().entered(path)
