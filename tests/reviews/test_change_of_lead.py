"""A new lead: named, accepts and promises, the institution agrees, the committee decides; then all passes over."""

from datetime import timedelta

import pytest

from committees.models import InterestDeclaration, conflicts_of
from ethicsreview.accounts.models import Appointment, Restriction, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Entry
from reviews.models import Project, Review
from reviews.models.projects.interests import project_facts
from tests.committees.builders import person
from tests.reviews.amendments import Change, change, colleague, step
from tests.reviews.builders import PASSWORD, refused, signing, with_password

pytestmark = pytest.mark.django_db


def named(path: Change, **terms):
    """A draft that names a colleague; returns them."""
    new = colleague(path)
    path.begin()
    path.do("name_lead", path.lead, new_lead=new.username, former_stays="no", **terms)
    return new


def settled(path: Change, new) -> Change:
    path.do("accept_lead", new, qualification="主任医师，受过伦理培训", **signing(new))
    path.do("agree_lead", path.officer, password=PASSWORD, opinion="同意")
    return path.explain(what__lead="原负责人调离")


def handed_in(path: Change):
    new = named(path)
    settled(path, new).do("submit", path.lead, **signing(path.lead))
    return new


def decided(path: Change):
    new = handed_in(path)
    path.weigh(small="yes").accept("simplified").designate()
    path.give(*path.members[-2:])
    path.do("conclude", path.chair, password=PASSWORD)
    return new


def test_who_is_named_reads_the_matter_and_is_told():
    path = change().approved()

    new = named(path)

    standing = standing_of(new, path.at)
    assert path.now.incoming_lead == new
    assert Review.objects.visible_to(standing).filter(project=path.project).count() == 2
    assert Notice.objects.filter(key="review.name_lead", person=new).exists()
    assert path.now.lead == path.lead


def test_the_present_lead_cannot_be_named():
    path = change().begun()

    with pytest.raises(InvalidInput) as caught:
        path.do("name_lead", path.lead, new_lead=path.lead.username, former_stays="no")

    assert set(caught.value.errors) == {"new_lead"}


def test_nobody_without_an_account_is_named():
    path = change().begun()

    with pytest.raises(InvalidInput) as caught:
        path.do("name_lead", path.lead, new_lead="nobody", former_stays="no")

    assert set(caught.value.errors) == {"new_lead"}


def test_it_is_not_handed_in_before_the_new_lead_accepts_and_the_institution_agrees():
    path = change().approved()
    named(path)
    path.explain(what__lead="原负责人调离")

    found = refused(path, "submit", path.lead, **signing(path.lead))

    assert found == {"not_accepted": "national:9(5)", "not_agreed": "national:9(3)"}


def test_the_new_lead_signs_in_their_own_name():
    path = change().approved()
    new = named(path)

    with pytest.raises(InvalidInput) as caught:
        path.do("accept_lead", new, qualification="有", agree=True, signature=path.lead.name)

    assert set(caught.value.errors) == {"signature"}


@pytest.mark.parametrize("who", ["lead", "officer", "secretary"])
def test_nobody_accepts_in_the_new_leads_place(who):
    path = change().approved()
    named(path)
    one = getattr(path, who)

    with pytest.raises((NotPermitted, NotVisible)):
        path.do("accept_lead", one, qualification="有", **signing(one))


@pytest.mark.parametrize("who", ["lead", "new"])
def test_the_institution_alone_agrees(who):
    path = change().approved()
    new = named(path)

    with pytest.raises(NotPermitted):
        path.do("agree_lead", new if who == "new" else path.lead, password=PASSWORD)


def test_one_who_is_not_of_the_institution_cannot_accept():
    path = change().approved()
    stranger = with_password(person())
    path.begin()
    path.do("name_lead", path.lead, new_lead=stranger.username, former_stays="no")

    found = refused(path, "accept_lead", stranger, qualification="有", **signing(stranger))

    assert found == {"not_of_institution": "national:9(3)"}


def test_one_who_is_barred_cannot_accept():
    path = change().approved()
    new = named(path)
    day = law_day(path.at)
    Restriction.objects.create(
        person=new, ground="学术不端", citation="sichuan:12", starts=day, ends=day + timedelta(days=90)
    )

    found = refused(path, "accept_lead", new, qualification="有", **signing(new))

    assert "restriction" in found


def test_who_is_named_may_decline():
    path = change().approved()
    new = named(path)

    path.do("keep_lead", new)

    assert path.now.incoming_lead is None
    assert not path.review.amendment.changes_lead
    assert not Review.objects.visible_to(standing_of(new, path.at)).filter(project=path.project).exists()


def test_approval_passes_the_lead_on():
    path = change().approved()

    new = decided(path)

    now = path.now
    assert (now.lead, now.incoming_lead, now.state) == (new, None, "approved")
    assert now.in_force == path.review.submission
    told = Notice.objects.filter(key="project.change_lead").values_list("person", flat=True)
    assert new.pk in told
    assert Notice.objects.filter(key="project.lead_changed_former", person=path.lead).exists()
    assert Entry.objects.get(object_kind="project", step="change_lead").facts["lead"] == new.username


def test_the_deadlines_pass_to_the_new_lead():
    path = change().approved()

    new = decided(path)

    limit = Deadline.objects.open().get(kind="follow_up.report", subject_ref=path.project.ref)
    assert limit.person == new
    assert limit.history[-1]["change"] == "handed_over"


def test_the_new_lead_acts_and_the_former_does_not():
    path = change().approved()
    new = decided(path)

    with pytest.raises(NotPermitted):
        step(path, path.now, "begin_amendment", path.lead)
    step(path, path.now, "begin_amendment", new)

    assert path.project.reviews.filter(state="draft").count() == 1


def test_the_former_lead_goes_on_reading_what_was_theirs_and_nothing_later():
    path = change().approved()
    new = decided(path)
    step(path, path.now, "begin_amendment", new)
    later = path.project.reviews.get(state="draft")

    seen = Review.objects.visible_to(standing_of(path.lead, path.at)).filter(project=path.project)

    assert {review.ref for review in seen} == {path.initial.ref, path.review.ref}
    assert later not in seen
    assert Project.objects.visible_to(standing_of(path.lead, path.at)).filter(pk=path.project.pk).exists()
    assert "team" not in path.now.capacities(standing_of(path.lead, path.at))


def test_a_former_lead_who_stays_is_of_the_team():
    path = change().approved()
    new = colleague(path)
    path.begin()
    path.do("name_lead", path.lead, new_lead=new.username, former_stays="yes")
    settled(path, new).do("submit", path.lead, **signing(path.lead))
    path.weigh().accept().meet()

    assert "team" in path.now.capacities(standing_of(path.lead, path.at))


def test_interests_are_measured_against_the_new_lead_from_the_nomination_on():
    path = change().approved()
    new = named(path)
    member = path.members[-1]
    declared = InterestDeclaration.objects.create(
        committee=path.committee,
        person=member,
        year=path.at.year,
        declared_at=path.at,
        none_to_declare=False,
        details="亲属",
    )
    declared.people.add(new)
    settled(path, new).do("submit", path.lead, **signing(path.lead))

    assert conflicts_of([member], project_facts(path.now))[member.pk]
    assert not Review.objects.visible_to(standing_of(member, path.at)).filter(pk=path.review.pk).exists()


def test_a_member_of_the_committee_who_is_named_judges_nothing_of_it():
    path = change().approved()
    member = path.members[-1]
    Appointment.objects.create(
        person=member, role=Role.RESEARCHER, body=path.committee.institution, starts=law_day(path.at)
    )
    path.begin()
    path.do("name_lead", path.lead, new_lead=member.username, former_stays="no")
    settled(path, member).do("submit", path.lead, **signing(path.lead))

    capacities = path.review.capacities(standing_of(member, path.at))

    assert "member" not in capacities
    assert conflicts_of([member], project_facts(path.now))[member.pk]


@pytest.mark.parametrize("end", ["withdraw", "reject"])
def test_without_an_approval_the_lead_stays(end):
    path = change().approved()
    new = handed_in(path)
    if end == "withdraw":
        path.do("withdraw", path.lead, reason="不变更了")
    else:
        path.weigh().accept().meet(*["rejected"] * 7, reasons="资质不足")

    assert (path.now.lead, path.now.incoming_lead) == (path.lead, None)
    assert not Review.objects.visible_to(standing_of(new, path.at)).filter(pk=path.review.pk).exists()


# --- a lead who has left ----------------------------------------------------------------------------------------------


def by_officer(path: Change):
    new = colleague(path)
    terms = {"new_lead": new.username, "former_stays": "no", "reason": "原负责人已离职"}
    step(path, path.project, "replace_lead", path.officer, **terms)
    path.review = path.project.reviews.get(kind="amendment")
    return new


def test_an_institution_replaces_a_lead_who_has_left():
    path = change().approved()
    new = by_officer(path)
    assert path.review.amendment.by_officer
    path.do("accept_lead", new, qualification="主任医师", **signing(new))
    path.explain(by=new, what__lead="原负责人离职")

    path.do("submit", new, **signing(new))
    path.weigh().accept().meet()

    assert path.now.lead == new
    assert path.review.submission.commitment["username"] == new.username


def test_the_successor_applies_only_once_they_have_accepted():
    path = change().approved()
    new = by_officer(path)

    with pytest.raises(NotPermitted):
        path.do("submit", new, **signing(new))


@pytest.mark.parametrize("who", ["lead", "secretary", "elsewhere"])
def test_only_its_institution_replaces_a_lead(who):
    path = change().approved()
    new = colleague(path)
    one = person() if who == "elsewhere" else getattr(path, who)
    terms = {"new_lead": new.username, "former_stays": "no", "reason": "x"}

    with pytest.raises((NotPermitted, NotVisible)):
        perform(path.project, "replace_lead", by=one, at=path.at, **terms)


def test_a_project_that_is_not_approved_has_no_lead_replaced():
    path = change().accepted()

    with pytest.raises(Refused):
        step(path, path.project, "replace_lead", path.officer, new_lead="x", former_stays="no", reason="x")
