"""Who may see what, said once more and by hand: for people and cases at random, every list, page, search, export and
answer of the API agrees with it, and what a person may not see leaves no word anywhere.

The statement reads plain values, and asks none of the service's own filters.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from django.db.models import QuerySet
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ethicsreview.accounts.models import Authority, Body, Person, Role
from ethicsreview.accounts.standing import standing_of
from reviews.desk.access import Visitor
from reviews.desk.navigation import navigation_of
from reviews.models import Project, Review, RiskAssessment
from reviews.oversight.audit.case import Case as Audited
from reviews.oversight.looks import looks_into
from reviews.oversight.overview.counting import count_pending
from reviews.oversight.scope import supervised_projects, supervised_reviews
from tests.committees.builders import authority, holder
from tests.memory import remembered
from tests.reviews.api.client import ROOT, Caller
from tests.reviews.builders import Case, case
from tests.reviews.desk.conftest import address, text

pytestmark = pytest.mark.django_db
REGIONS = ("370102", "370100", "370200", "510100")
# A situation is three short rows: what shrinking and explaining would find is to be seen without them.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
PLACES = st.tuples(
    st.sampled_from(["370000", "370100", "370200", "510000", "510100", "370102"]),
    st.sampled_from(["national", "province", "city", "county"]),
)


@dataclass(frozen=True)
class Situation:
    """One case as it was drawn; `own`: the person works on it."""

    region: str
    listed: bool | None
    high_risk: bool
    draft: bool
    own: bool


SITUATIONS = st.builds(
    Situation,
    st.sampled_from(REGIONS),
    st.sampled_from([None, True, False]),
    st.booleans(),
    st.sampled_from([False, False, False, True]),
    st.sampled_from([False, False, False, True]),
)


def may(role: str, place: tuple[str, str], one: Situation) -> bool:
    """The statement."""
    if one.draft or one.own:
        return False
    if role == Role.OPERATOR:
        return True
    if role != Role.REGULATOR or not (one.listed is True or one.high_risk):
        return False
    region, level = place
    if level == "national":
        return True
    if region.endswith("0000"):
        return one.region[:2] == region[:2]
    return one.region[:4] == region[:4] if region.endswith("00") else one.region == region


def arrange(path: Case, one: Situation, person: Person) -> None:
    """The rows as they would be, past every step."""
    QuerySet(Project).filter(pk=path.project.pk).update(region=one.region)
    state = "draft" if one.draft else "accepted"
    QuerySet(Review).filter(pk=path.review.pk).update(listed=one.listed, state=state)
    QuerySet(RiskAssessment).filter(pk=path.assessment.pk).update(high_risk=one.high_risk)
    path.project.members.all().delete()
    if one.own:
        path.project.members.create(person=person, name=person.name)


@remembered
def three() -> list[Case]:
    return [case(region="370100").accepted() for _number in range(3)]


@pytest.mark.article("shandong", 1, 2)
@pytest.mark.article("sichuan", 1, 2)
def test_the_filters_agree_with_the_statement():
    paths = three()
    everybody = {role: holder(role, authority("370000")) for role in (Role.REGULATOR, Role.OPERATOR)}
    everybody[Role.CHAIR] = paths[0].chair

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
    @given(st.sampled_from(sorted(everybody)), PLACES, st.tuples(SITUATIONS, SITUATIONS, SITUATIONS))
    def agrees(role: str, place: tuple[str, str], drawn: tuple[Situation, ...]) -> None:
        person = everybody[role]
        for path, one in zip(paths, drawn, strict=True):
            arrange(path, one, person)
        if role != Role.CHAIR:
            held = person.appointments.values("body")
            QuerySet(Body).filter(pk__in=held).update(region=place[0])
            QuerySet(Authority).filter(pk__in=held).update(level=place[1])
        standing = standing_of(person, paths[0].at)

        allowed = {path.project.ref for path, one in zip(paths, drawn, strict=True) if may(role, place, one)}

        assert set(supervised_reviews(standing).values_list("project__ref", flat=True)) == allowed
        assert set(supervised_projects(standing).values_list("ref", flat=True)) == allowed
        assert {path.project.ref for path in paths if Audited.find(path.project.ref, standing)} == allowed

    agrees()


def test_every_page_and_answer_agrees_with_the_statement(signed_in):
    path = three()[0]
    clerk = holder(Role.REGULATOR, authority("370100", level="city"))
    client, program = signed_in(clerk), Caller(clerk)
    project, review = path.project.ref, path.review.ref

    @settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
    @given(SITUATIONS.filter(lambda one: not one.own))
    def agrees(one: Situation) -> None:
        arrange(path, one, clerk)
        allowed, before = may(Role.REGULATOR, ("370100", "city"), one), looks_into(path.project).count()
        answers: dict[str, Any] = {
            "search": f"/desk/cases/{project}/" in text(client.get(address("cases"), {"q": path.project.title})),
            "case": client.get(address("case", project)).status_code == 200,
            "compare": client.get(address("case_compare", project)).status_code == 200,
            "package": client.post(address("case_package", project)).status_code == 200,
            "review": client.get(address("review", review)).status_code == 200,
            "register": review in text(client.get("/desk/registers/reviews/review/")),
            "API": program.get(f"/reviews/{review}").status_code == 200,
        }
        assert set(answers.values()) == {allowed}, answers
        # Five of these were looks into the case; what was refused left nothing.
        assert looks_into(path.project).count() - before == (5 if allowed else 0)

    agrees()


def test_a_regulator_of_one_city_learns_nothing_of_anothers(signed_in):
    listed = {"listed": "yes", "listed_items": ["new_species"], "listed_reason": "委员会认定"}
    theirs, foreign = case(region="370200").accepted(**listed), case(region="370100").accepted(**listed)
    clerk = holder(Role.REGULATOR, authority("370200", level="city"))
    client, program = signed_in(clerk), Caller(clerk)
    count_pending(theirs.at)
    ways = navigation_of(Visitor(clerk, theirs.at, address("queue"))).groups
    pages = [page.url for way in ways for page in way.pages or [way]]
    pages += [f"{address('queue')}?side=territory", "/desk/registers/reviews/project/", "/desk/registers/trail/entry/"]
    paths = program.get("/openapi.json").json()["paths"]
    lists = [path for path, does in paths.items() if "get" in does and "{" not in path]

    told = "".join(text(client.get(page, follow=True)) for page in pages)
    answered = {path: program.get(path.removeprefix(ROOT)) for path in lists}
    told += "".join(text(answer) for answer in answered.values() if answer.status_code == 200)

    assert len([one for one in answered.values() if one.status_code == 200]) > 20, answered
    assert theirs.project.ref in told
    assert theirs.committee.name in told
    for word in (foreign.project.ref, foreign.review.ref, foreign.committee.name, foreign.committee.institution.name):
        assert word not in told
