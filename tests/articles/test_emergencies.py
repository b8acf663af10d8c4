"""应急审查: 《办法》第三十五条至第三十九条、第十四条；涉及人的办法第十六条；山东第九条；四川第九条."""

from datetime import UTC, datetime, timedelta

import pytest

from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import open_steps, perform
from ethicsreview.lifecycle.refusals import InvalidInput
from reviews.models import Project, Review
from reviews.models.reviewing.lettering import letter_content
from tests.reviews.builders import PASSWORD, case, refused
from tests.reviews.emergencies import regulator_of, urgent, urgent_listed
from tests.reviews.recheck_builders import LISTED

pytestmark = pytest.mark.django_db
# 除夕夜里: the night before the Spring Festival, an hour before midnight in Shanghai.
NEW_YEARS_NIGHT = datetime(2026, 2, 16, 15, 0, tzinfo=UTC)


@pytest.mark.article("national", 35)
def test_a_committee_is_ready_before_the_emergency_comes() -> None:
    """第三十五条：预先制定应急审查制度，明确流程和标准操作规程，加强培训。

    Given a committee with nothing on file, when an urgent application comes, then it cannot take the procedure and is
    told everything that is missing at once; with its rules, its procedure, a drill and a roster it can.
    """
    unready, ready = urgent(ready=False).submitted(), urgent().submitted()

    missing = refused(unready, "accept_urgently", unready.secretary)
    [step] = [view for view in open_steps(ready.review, ready.secretary, at=ready.at) if view.name == "accept_urgently"]

    assert set(missing) == {
        "emergency_process_missing",
        "emergency_sop_missing",
        "emergency_training",
        "emergency_roster",
    }
    assert [code for code, cite in missing.items() if cite != "national:35"] == ["emergency_roster"]
    assert step.open


@pytest.mark.article("national", 36)
@pytest.mark.article("human", 16)
def test_seventy_two_hours_through_the_holiday() -> None:
    """第三十六条；《涉及人的办法》第十六条：应急审查一般在七十二小时内完成。

    Given an urgent application accepted an hour before the Spring Festival, when the festival's days off pass, then the
    time ends seventy-two hours after the acceptance all the same, to the minute; and the committee may make it shorter
    by the degree of urgency, never longer.
    """
    path = urgent(at=NEW_YEARS_NIGHT).accepted()
    tiers = [urgent(at=NEW_YEARS_NIGHT).accepted(tier=tier).clock() for tier in (1, 2, 3)]

    assert path.clock().due_at == path.review.accepted_at + timedelta(hours=72)
    assert path.clock().citation == "national:36"
    assert [clock.length for clock in tiers] == sorted((clock.length for clock in tiers), reverse=True)
    assert max(clock.length for clock in tiers) == 72


@pytest.mark.article("national", 36)
def test_the_recheck_counts_inside_the_seventy_two_hours() -> None:
    """第三十六条：清单内科技活动的专家复核时间一并计入应急审查时间。

    Given a listed activity accepted as urgent, when its committee has formed its preliminary opinion and the unit has
    applied, then committee, unit and panel all end within the same seventy-two hours; none has a time of its own.
    """
    path = urgent_listed().accepted(**LISTED)
    end = path.review.accepted_at + timedelta(hours=72)
    path.do("begin", path.secretary, meeting=path.planned().ref)
    path.open_meeting()
    path.vote()
    path.do("conclude", path.chair, password=PASSWORD)
    path.close()
    path.referred().paneled()

    ends = [row.due_at for row in Deadline.objects.open().filter(subject_ref=path.project.ref)]

    assert Deadline.objects.open().get(object_ref=path.review.ref, kind="review.decision").due_at == end
    assert max(ends) == end
    assert path.recheck.due_at <= end


@pytest.mark.article("national", 36)
def test_what_is_no_longer_urgent_has_the_ordinary_time() -> None:
    """第三十六条、第十七条：紧急情形消失的，按一般程序的期限。

    Given an urgent review under way, when the emergency is over, then thirty days run from the acceptance, with the
    reason on record, and the review cannot go back to being urgent.
    """
    path = urgent().in_review()
    accepted_at = path.review.accepted_at

    path.do("leave_emergency", path.chair, reason="应急响应终止")

    assert 30 <= (path.clock().due_at - accepted_at).days <= 31
    assert path.review.lapse["reason"] == "应急响应终止"
    assert "accept_urgently" not in {view.name for view in open_steps(path.review, path.chair, at=path.at, every=True)}


@pytest.mark.article("national", 37)
@pytest.mark.article("national", 14)
def test_somebody_who_knows_the_field_is_there() -> None:
    """第三十七条、第十四条：相关领域的委员应参会；没有的，邀请领域顾问专家，只提供咨询意见。

    Given an urgent meeting without a member of the field, when everybody has voted, then nothing is concluded; after an
    adviser of the field has been heard it is, and the adviser is in no vote and no count.
    """
    path = urgent().voted()
    Project.objects.filter(pk=path.project.pk).update(field="engineering")
    path.review.project.refresh_from_db()

    without = refused(path, "conclude", path.chair, password=PASSWORD)
    adviser = path.adviser("engineering")
    seat = path.committee.memberships.get(appointment__person=adviser)
    path.do("invite_adviser", path.chair, adviser=str(seat.pk))
    path.do("give_advice", adviser, presence="present", advice="技术路线可行。", password=PASSWORD)
    path.do("conclude", path.chair, password=PASSWORD)

    assert without == {"field_absent": "national:37"}
    assert path.review.decision.tally["attending"] == len(path.members) == 7
    assert not path.review.opinions.filter(person=adviser).exists()


@pytest.mark.article("national", 38)
def test_what_was_approved_in_haste_is_looked_at_sooner() -> None:
    """第三十八条：加强跟踪审查和过程监督，及时提供指导。

    Given the same activity approved by the general procedure and as urgent, then the urgent approval's first follow-up
    comes earlier, cannot be put off beyond that, and its letter says so and gives guidance.
    """
    hasty, calm = urgent().voted(), case().concluded()

    with pytest.raises(InvalidInput):
        hasty.do("conclude", hasty.chair, password=PASSWORD, follow_up_months=12)
    hasty.do("conclude", hasty.chair, password=PASSWORD)

    said = letter_content(hasty.review.decision)["notices"]
    assert hasty.review.decision.follow_up_due < calm.review.decision.follow_up_due
    assert any("跟踪审查和过程监督" in notice["text"] for notice in said)
    assert hasty.project.follow_ups.get().due_on == hasty.review.decision.follow_up_due


@pytest.mark.article("national", 39)
@pytest.mark.article("shandong", 9)
@pytest.mark.article("sichuan", 9)
@pytest.mark.parametrize("region", ["370100", "510100"])
def test_urgency_waives_nothing(region: str) -> None:
    """第三十九条；山东第九条；四川第九条：不得以情况紧急为由回避审查或者降低标准。

    Given an urgent review in either province, when four of seven members are there, or four of seven approve, or a
    ballot is out, then it is refused by the same articles as in any other review.
    """
    too_few = urgent(region=region).in_review()
    too_few.at = max(too_few.at, too_few.meeting.starts_at)
    seats = list(too_few.committee.voting_members_at(law_day(too_few.at)).order_by("pk"))
    there = {f"presence__{seat.pk}": "present" if place < 4 else "absent" for place, seat in enumerate(seats)}
    perform(too_few.meeting, "mark_attendance", by=too_few.secretary, at=too_few.at, **there)
    with pytest.raises(Exception, match="少于5人"):
        perform(too_few.meeting, "open", by=too_few.secretary, at=too_few.at)

    split = urgent(region=region).voted(*["approved"] * 4, *["rejected"] * 3)
    silent = urgent(region=region).opened()
    silent.cast(silent.chair)

    assert set(refused(split, "conclude", split.chair, password=PASSWORD).values()) == {"national:16"}
    assert refused(silent, "conclude", silent.chair, password=PASSWORD)["ballots_out"] == "national:16"
    assert {one.policy_at(one.accepted_at).value("emergency.no_bypass") for one in Review.objects.all()} == {True}


@pytest.mark.article("shandong", 9)
@pytest.mark.article("sichuan", 9)
@pytest.mark.parametrize("region", ["370100", "510100"])
def test_only_under_an_emergency_that_an_authority_declared(region: str) -> None:
    """山东第九条、四川第九条：突发公共卫生事件等紧急状态下的应急审查。

    Given an application that says it is urgent, when no emergency is in force in its province, then it is not accepted
    as urgent, whatever it says.
    """
    path = urgent(region=region).submitted()
    perform(path.event, "end", by=regulator_of(path.event), at=path.at, reason="响应终止")

    assert refused(path, "accept_urgently", path.secretary) == {"no_event": "national:36"}
