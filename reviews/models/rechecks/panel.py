"""Who may sit on the panel of a re-check, and why not: all grounds for everybody, in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from committees.kinds import Category, ExpertField
from committees.models import Expert, Membership, conflicts_of
from ethicsreview.accounts.models import Appointment, Body, Person
from ethicsreview.accounts.prepared import Given, PreparedForMany
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.policy import Policy
from reviews.models.projects.interests import project_facts, theirs
from reviews.models.projects.project import Project
from reviews.rules.panels import Candidate, findings, propose

if TYPE_CHECKING:
    from reviews.models.rechecks.recheck import Recheck
    from reviews.models.reviewing.record import ReviewRecord

ARTICLE = "national:28"
# More than a province's register holds; nobody is left out silently below it.
MOST = 500
# The fields of experts that know a domain of the table of departments.
KNOWN_BY = {
    "human": {ExpertField.LIFE_SCIENCE, ExpertField.MEDICINE},
    "ai": {ExpertField.AI},
    "animal": {ExpertField.ANIMAL},
    "agriculture": {ExpertField.AGRICULTURE},
}
WHY = {
    "category": _("规则要求的类别：%(category)s"),
    "field": _("同行专家，领域相符"),
    "number": _("补足人数，在办复核最少"),
}
# Each step of an expert asks these of one person, a proposal of everybody in the register.
SEATS = PreparedForMany(
    lambda people: (
        Membership.objects.filter(appointment__person__pk__in=people)
        .overlapping(Given("since"), Given("until"))
        .order_by()
        .values_list("appointment__person_id", "committee_id")
    )
)
OFFICES = PreparedForMany(
    lambda people: (
        Appointment.objects.on(Given("day"))
        .filter(person__pk__in=people)
        .order_by("body__name")
        .values_list("person_id", "body_id", "body__name")
        .distinct()
    )
)
UNITS = PreparedForMany(lambda units: Body.objects.filter(pk__in=units).order_by().values_list("pk", "name"))
# Everybody on the other projects that these people lead or work on.
JOINT = PreparedForMany(
    lambda people: (
        Project.objects.filter(pk__in=theirs(people))
        .exclude(pk=Given("but"))
        .order_by("pk")
        .values_list("title", "lead_id", "members__person_id")
    )
)


@dataclass(frozen=True)
class Choice:
    """An expert as the organiser sees them: `grounds` say why not, `why` why they are proposed."""

    expert: Expert
    grounds: list[Refusal] = field(default_factory=list)
    load: int = 0
    why: str = ""

    @property
    def free(self) -> bool:
        return not self.grounds


def choices(recheck: "Recheck", at: datetime) -> list[Choice]:
    """Every expert the authority may call on, those who may sit first; a lawful panel among them is proposed."""
    experts = register_of(recheck)
    grounds = grounds_of(experts, recheck, at)
    loads = _loads(experts)
    policy = recheck.policy
    proposed = propose(
        [
            Candidate(expert.pk, expert.category, frozenset(expert.fields), loads.get(expert.person.pk, 0), expert.ref)
            for expert in experts
            if not grounds[expert.pk]
        ],
        fields=fields_of(recheck),
        size=policy.value("recheck.panel_min"),
        categories_required=policy.value("recheck.panel_categories"),
    )
    reasons = {one.person: one.why for one in proposed}
    found = [
        Choice(expert, grounds[expert.pk], loads.get(expert.person.pk, 0), _why(expert, reasons.get(expert.pk, "")))
        for expert in experts
    ]
    return sorted(found, key=lambda one: (not one.why, not one.free, one.expert.category, one.load, one.expert.ref))


def register_of(recheck: "Recheck") -> list[Expert]:
    """Each person once, as their own authority's register has them before another's."""
    rows = Expert.objects.usable_by(recheck.authority).filter(state=Expert.State.ACTIVE)
    rows = rows.select_related("appointment__person", "institution").order_by("ref")[:MOST]
    by_person: dict[int, Expert] = {}
    for expert in sorted(rows, key=lambda one: one.authority_id != recheck.authority_id):
        by_person.setdefault(expert.appointment.person_id, expert)
    return list(by_person.values())


def fields_of(recheck: "Recheck") -> set[str]:
    """The fields whose experts are the activity's peers."""
    found = {str(recheck.review.project.field)}
    for domain in recheck.domains:
        found |= {str(one) for one in KNOWN_BY.get(domain, ())}
    return found


def panel_refusals(categories: Sequence[str], policy: Policy) -> Iterator[Refusal]:
    """What a panel of these categories lacks, in words, with the article of the value that is not met."""
    labels = dict(Category.choices)
    for finding in findings(
        categories,
        size_min=policy.value("recheck.panel_min"),
        categories_required=policy.value("recheck.panel_categories"),
    ):
        cite = policy.entry(finding.key).cite
        if finding.code == "panel_category":
            words = {"category": labels.get(str(finding.params["category"]), finding.params["category"])}
            yield Refusal(finding.code, _("复核专家组没有%(category)s"), words, cite)
        else:
            yield Refusal(finding.code, _("复核专家%(have)d人，少于%(need)d人"), finding.params, cite)


def grounds_of(experts: Sequence[Expert], recheck: "Recheck", at: datetime) -> dict[int, list[Refusal]]:
    """Why each may not sit, by the expert's key: all grounds, each cited; empty where there is none."""
    people = [expert.person for expert in experts]
    personal = personal_grounds(people, recheck.review, at)
    gone = dict(recheck.seats.gone().values_list("person_id", "state"))
    units = units_of(recheck.review)
    found = {}
    for expert in experts:
        own = list(_of_register(expert, at))
        own += _of_workplace(expert, units)
        own += personal[expert.person.pk]
        if expert.person.pk in gone:
            words = _("%(name)s已谢绝、回避或者被替换，不能再次选入")
            own.append(Refusal("expert_gone", words, {"name": expert.person.name}, ARTICLE))
        found[expert.pk] = own
    return found


def personal_grounds(people: Iterable[Person], review: "ReviewRecord", at: datetime) -> dict[int, list[Refusal]]:
    """Why a person may not judge or organise the re-check, whoever they are in it (Measures 28)."""
    people = list(people)
    keys = [person.pk for person in people]
    facts = project_facts(review.project)
    interests = conflicts_of(people, facts)
    seats = _seats(keys, review, at)
    offices = _offices(keys, review, at)
    joint = _joint_projects(keys, facts.team_ids | {facts.lead_id}, review.project)
    found: dict[int, list[Refusal]] = {}
    for person in people:
        name = {"name": person.name}
        own = []
        if person.pk in seats:
            words = _("%(name)s是作出初步审查意见的委员会的成员，不得参与复核")
            own.append(Refusal("expert_on_committee", words, name, ARTICLE))
        # Of joint work the title is told, below, however long ago it was.
        told = [one for one in interests[person.pk] if one.code != "conflict_joint_project"]
        own += [Refusal(one.code, one.message, one.params, ARTICLE) for one in told]
        for unit in offices.get(person.pk, ()):
            words = _("%(name)s在%(unit)s任职，与本科技活动有直接利害关系")
            own.append(Refusal("expert_unit", words, name | {"unit": unit}, ARTICLE))
        for title in joint.get(person.pk, ()):
            words = _("%(name)s与项目组成员共同承担过“%(title)s”")
            own.append(Refusal("expert_joint_project", words, name | {"title": title}, ARTICLE))
        found[person.pk] = own
    return found


def units_of(review: "ReviewRecord") -> dict[int, str]:
    """The institutions on the activity's side and the one whose committee reviewed it, by key."""
    keys = set(project_facts(review.project).institution_ids)
    if review.committee.institution_id:
        keys.add(review.committee.institution_id)
    return dict(UNITS(keys))


def _of_register(expert: Expert, at: datetime) -> Iterator[Refusal]:
    if not expert.is_active_on(law_day(at)):
        words = _("%(name)s不在任期内（%(starts)s至%(ends)s）")
        term = expert.appointment
        shown = {"name": expert.person.name, "starts": term.starts, "ends": term.ends or "—"}
        yield Refusal("expert_term", words, shown, ARTICLE)
    if not expert.person.is_active:
        yield Refusal("expert_inactive", _("%(name)s的账号已停用"), {"name": expert.person.name}, ARTICLE)


def _of_workplace(expert: Expert, units: Mapping[int, str]) -> Iterator[Refusal]:
    """Also where the register knows the workplace by its name alone."""
    at_one = expert.institution_id in units or (expert.employer and expert.employer.strip() in units.values())
    if at_one:
        words = _("%(name)s在%(unit)s任职，与本科技活动有直接利害关系")
        yield Refusal("expert_unit", words, {"name": expert.person.name, "unit": expert.workplace}, ARTICLE)


def _reviewing(review: "ReviewRecord") -> set[int]:
    """The committee that gave the opinion and, of an activity of several units, each other that reviewed its part."""
    from reviews.models.entrustments.guards import reviewed_by

    if review.assessment.conclusions.several_units == "single":
        return {review.committee_id}
    return reviewed_by(review.project) | {review.committee_id}


def _seats(keys: Collection[int], review: "ReviewRecord", at: datetime) -> set[int]:
    """Who has sat on the committee, in whatever office, at any time since it took the case."""
    since = law_day(review.accepted_at or review.created_at)
    sat = SEATS(keys, since=since, until=law_day(at))
    reviewing = _reviewing(review) if sat else set()
    return {person for person, committee in sat if committee in reviewing}


def _offices(keys: Collection[int], review: "ReviewRecord", at: datetime) -> dict[int, list[str]]:
    units = units_of(review)
    found: dict[int, list[str]] = defaultdict(list)
    for person, body, unit in OFFICES(keys, day=law_day(at)):
        if body in units:
            found[person].append(unit)
    return found


def _joint_projects(keys: Collection[int], team: Collection[int], project: Project) -> dict[int, list[str]]:
    """Other projects that somebody of this team and the person were both in."""
    others = set(keys) - set(team)
    found: dict[int, list[str]] = defaultdict(list)
    for title, lead, member in JOINT(team, but=project.pk):
        for person in {lead, member} & others:
            if title not in found[person]:
                found[person].append(title)
    return found


def _loads(experts: Sequence[Expert]) -> dict[int, int]:
    """How many re-checks each has in hand."""
    from reviews.models.rechecks.opinion import RecheckOpinion

    rows = RecheckOpinion.objects.at_work().filter(person__in=[expert.person.pk for expert in experts])
    return dict(rows.order_by().values_list("person_id").annotate(count=Count("pk")))


def _why(expert: Expert, reason: str) -> str:
    return str(WHY[reason]) % {"category": expert.get_category_display()} if reason else ""
