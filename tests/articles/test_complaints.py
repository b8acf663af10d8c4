"""Complaints, investigations and sanctions: Measures 46 to 49; Shandong 5, 13 and 14; Sichuan 12."""

from datetime import date, timedelta

import pytest

from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.refusals import Refused
from ethicsreview.policy import policy_for
from reviews.models import Complainant, Complaint, Respondent
from reviews.models.complaints.kinds import measures, offences
from reviews.models.sanctions.bans import standing_bans
from tests.reviews.complaints import WHISTLE, city, matter, province

pytestmark = pytest.mark.django_db


def sees(who, made) -> bool:
    return Complaint.objects.visible_to(standing_of(who, made.at)).filter(pk=made.complaint.pk).exists()


@pytest.mark.article("national", 46)
@pytest.mark.article("shandong", 5)
def test_anyone_may_complain_and_who_complained_stays_sealed() -> None:
    """《办法》第四十六条：任何单位和个人对开展科技活动中存在的违反科技伦理规范的行为，有权投诉举报。

    Given somebody who complains by name, when the unit's officer opens the complaint, then it is there with its clock,
    and the name is in no column that the officer's pages read.
    """
    made = matter().complained()

    assert sees(made.officer, made)
    assert made.complaint.next_due_at is not None
    assert WHISTLE not in str(list(Complaint.objects.values()))
    assert Complainant.objects.get().identity.name == WHISTLE


@pytest.mark.article("national", 47)
@pytest.mark.article("national", 48)
def test_the_offences_of_both_sides_are_what_a_complaint_is_about() -> None:
    """第四十七条、第四十八条所列的情形，均可作为投诉举报和认定的类别，认定写明条款。

    Given the policy of today, when somebody complains, then the six heads of Article 47 and the three of 48 are
    offered; a finding cites the article of its side.
    """
    made = matter().named()
    made.found(offence="applicant.beyond_scope").found(offence="committee.abuse")

    assert [code.split(".")[0] for code, _name in offences(made.at)] == ["applicant"] * 6 + ["committee"] * 3
    assert len({str(name) for _code, name in offences(made.at)}) == 9
    assert [one.cite for one in made.respondent.findings.all()] == ["national:47", "national:48"]


@pytest.mark.article("national", 49)
def test_the_unit_comes_first_and_a_finding_needs_a_hearing() -> None:
    """第四十九条：单位是调查处理的第一责任主体。

    Given a complaint about a member of staff, when it comes in, then the unit investigates; nobody is found against
    before they were notified and heard.
    """
    made = matter().named().found()

    with pytest.raises(Refused) as unheard:
        made.ask("settle", weighed="x")

    assert made.complaint.handler_id == made.unit.pk
    assert {refusal.code for refusal in unheard.value.refusals} == {"not_notified"}


@pytest.mark.article("shandong", 13)
def test_a_suspected_unit_is_investigated_by_the_province_together_with_the_city() -> None:
    """第十三条：没有上级主管部门的，由省科技厅会同其所在设区市的科技部门负责组织调查。

    Given a unit without a superior, when it or its head is suspected, then the provincial department and the city's
    handle it and the unit does not see it; in Sichuan the provincial department alone does.
    """
    (department, regulator), (town, clerk) = province(), city()
    chengdu_department, _person = province("510000")
    city("510100")

    made = matter().complained(unit_suspected=True)
    elsewhere = matter("510100").complained(unit_suspected=True)

    assert (made.complaint.handler_id, made.complaint.joint_id) == (department.pk, town.pk)
    assert (elsewhere.complaint.handler_id, elsewhere.complaint.joint_id) == (chengdu_department.pk, None)
    assert [sees(who, made) for who in (regulator, clerk, made.officer)] == [True, True, False]


@pytest.mark.article("shandong", 14)
def test_violations_are_handled_under_the_order_of_their_day_and_crimes_are_handed_over() -> None:
    """第十四条：依据《科学技术活动违规行为处理暂行规定》等作出处理；涉嫌违法犯罪的，及时移交。

    Given two findings on the last day of Order 19 and the first of Order 24, then each names the order of its day; what
    may be a crime is handed over and waits for its receipt.
    """
    made = matter().named().found(occurred_on=date(2026, 3, 19)).found(occurred_on=date(2026, 3, 20))

    made.look_into("hand_over", ground="crime", receiver="市公安局", reason="涉嫌犯罪")

    assert [one.basis for one in made.respondent.findings.all()] == ["order-19", "order-24"]
    assert made.investigation.transfers.get().number == ""


@pytest.mark.article("sichuan", 12)
def test_the_six_measures_and_a_ban_that_ends_by_itself() -> None:
    """第十二条：责令改正，停止相关科技活动，追回资助资金，撤销获得的奖励、荣誉，取消相关从业资格，禁止一定期限内承担或参与财政性资金支持的科技活动。

    Given a sanction in Chengdu, then the six measures are offered with the article; a ban stands on its days and on no
    other.
    """
    made = matter("510100").concluded(region="510100").in_force(days=30)
    offered = measures(policy_for(region="510100", at=made.at))
    until = made.sanction.ends

    assert sum(cite == "sichuan:12" for _name, cite in offered.values()) == 6
    assert [ban.citation for ban in standing_bans(until, person=made.accused)] == ["sichuan:12"]
    assert standing_bans(until + timedelta(days=1), person=made.accused) == []
    assert standing_bans(law_day(made.at) - timedelta(days=1), person=made.accused) == []


@pytest.mark.article("shandong", 13)
def test_nobody_accused_handles_their_own_case() -> None:
    """第十三条：对单位负责人涉嫌违规的，由上级主管部门负责。

    Given an investigation of the unit, when one of its officers is accused, then neither that officer nor the unit goes
    on with it, and the officer sees their own part alone, once told.
    """
    department, regulator = province()
    made = matter().named()

    made.accuse(username=made.second.username)

    assert made.investigation.handler_id == department.pk
    standing = standing_of(made.second, made.at)
    assert made.investigation.capacities(standing) == set()
    assert not Respondent.objects.visible_to(standing).exists()
    assert "handler" in made.investigation.capacities(standing_of(regulator, made.at))
