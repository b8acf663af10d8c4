"""Annual reports at the desk: the list by year, one report by its forms, its paper; who finds nothing."""

import pytest

from ethicsreview.accounts.models import Role
from reviews.models.annual.lettering import issue_pending
from tests.committees.builders import authority, holder, keeper_of, people_of
from tests.reviews.annual import SUMMED, TEXTS, YEAR, year
from tests.reviews.builders import PASSWORD, with_password
from tests.reviews.desk.conftest import address, queries, text

pytestmark = pytest.mark.django_db


def cost(client, page):
    client.get(page)
    with queries() as caught:
        assert client.get(page).status_code == 200
    return len(caught)


@pytest.fixture
def spring(time_machine):
    """The pages go by the clock: the spring after the year."""
    time_machine.move_to(SUMMED)


def test_pages_are_shown_within_their_budgets_and_cost_the_same_for_more(signed_in, spring) -> None:
    few, many = year("370100"), year("370200", "370201", "370202")
    costs = []
    for made, region in ((few, "370100"), (many, "370200")):
        made.drafted()
        for committee in made.committees:
            made.submitted(committee)
        made.at = SUMMED
        made.drafted()
        made.summed(region)
        client = signed_in(made.regulator(region))
        pages = [("annual_reports", []), ("annual_report", [made.of(made.departments[region]).ref])]
        costs.append([cost(client, f"{address(name, *args)}?year={YEAR}") for name, args in pages])

    assert costs[0] == costs[1]
    assert costs[0][0] <= 12
    assert costs[0][1] <= 20


def test_a_report_is_written_signed_and_submitted_by_its_forms(signed_in, spring) -> None:
    made = year("370100").drafted()
    committee = made.committees[0]
    chair, officer = with_password(people_of(committee, Role.CHAIR)[0]), keeper_of(committee)
    report = made.of(committee)

    def step(who, name, **given):
        return signed_in(who).post(address("step", "annual-reports", report.ref, name), given)

    early = step(chair, "sign", password=PASSWORD)
    step(chair, "write", **TEXTS)
    wrong = step(chair, "sign", password="wrong")
    signed = step(chair, "sign", password=PASSWORD)
    issue_pending(SUMMED)
    empty = step(officer, "submit", number="", handled_on="2028-01-01")
    done = step(officer, "submit", number="年-1", handled_on="2027-03-01")

    page = signed_in(officer).get(address("annual_report", report.ref))
    paper = page.context["letters"][0]
    answers = [one.status_code for one in (early, wrong, signed, empty, done)]
    assert answers == [409, 422, 302, 422, 302]
    assert "2028-01-01" in text(empty)
    assert TEXTS["work"] in text(page)
    got = signed_in(officer).get(address("annual_report_paper", report.ref, paper.ref))
    assert got.getvalue().startswith(b"%PDF")


def test_list_says_when_a_report_that_is_not_handed_in_is_due(signed_in, spring) -> None:
    made = year("370100").drafted()
    officer = signed_in(keeper_of(made.committees[0]))
    page = f"{address('annual_reports')}?year={YEAR}"

    before = officer.get(page).context["rows"]
    made.submitted(made.committees[0])
    after = officer.get(page).context["rows"]

    assert [end.last_day.isoformat() for _report, end in before] == ["2027-03-31"]
    assert [end for _report, end in after] == [None]


def test_sum_names_who_has_not_reported(signed_in, spring) -> None:
    made = year("370100", "370101").drafted()
    made.submitted(made.committees[0])
    made.at = SUMMED
    made.drafted()
    city = made.of(made.departments["370100"])

    page = signed_in(made.regulator("370100")).get(address("annual_report", city.ref))

    assert page.context["missing"]["number"] == 1
    assert made.committees[1].name in text(page)


def test_others_find_nothing(signed_in, spring) -> None:
    made = year("370100").drafted()
    committee = made.committees[0]
    draft = address("annual_report", made.of(committee).ref)
    elsewhere = holder(Role.REGULATOR, authority("370200", level="city"))

    # What is still being written, its department does not see either.
    assert signed_in(made.regulator("370100")).get(draft).status_code == 404
    made.submitted(committee)
    assert signed_in(made.regulator("370100")).get(draft).status_code == 200
    assert signed_in(elsewhere).get(draft).status_code == 404
    assert committee.name not in text(signed_in(elsewhere).get(address("annual_reports")))
