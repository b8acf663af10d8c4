"""Acting on behalf: named things, for a time, with both names in the record; never the lead's own signature."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from ethicsreview.accounts.standing import standing_of
from ethicsreview.lifecycle.door import open_steps
from ethicsreview.lifecycle.models import open_door
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Entry
from reviews.models import Mandate
from reviews.models.amending.beginning import start_amendment
from tests.reviews.amendments import authorise, change, step, team_member
from tests.reviews.builders import case, refused, signing

pytestmark = pytest.mark.django_db


def test_a_lead_authorises_one_of_the_team():
    path = case().drafted()
    delegate = team_member(path)

    mandate = authorise(path, delegate, "submit", "answer")

    assert mandate.lead == path.lead
    assert path.review.capacities(standing_of(delegate, path.at)) >= {"team", "acting_submit", "acting_answer"}
    assert Notice.objects.filter(key="mandate.create", person=delegate).exists()


def test_nobody_outside_the_team_is_authorised():
    path = case().drafted()
    team_member(path)

    with pytest.raises(InvalidInput) as caught:
        authorise(path, path.secretary)

    assert set(caught.value.errors) == {"person"}


@pytest.mark.parametrize("who", ["team", "another", "secretary"])
def test_only_the_lead_authorises(who):
    path = case().drafted()
    delegate = team_member(path)
    one = {"team": delegate, "another": team_member(path), "secretary": path.secretary}[who]

    with pytest.raises((NotPermitted, NotVisible)):
        step(path, path.project, "authorise", one, person=delegate.username)


def test_without_a_mandate_the_team_hands_nothing_in():
    path = case().drafted()
    delegate = team_member(path)

    with pytest.raises(NotPermitted):
        path.do("submit", delegate, **signing(delegate))


def test_the_lead_signs_first_and_the_delegate_hands_in():
    path = case().drafted()
    delegate = team_member(path)
    authorise(path, delegate, "submit")
    wanting = refused(path, "submit", delegate)

    path.do("sign_ahead", path.lead, **signing(path.lead))
    path.do("submit", delegate)

    assert wanting == {"not_signed": "national:9(5)"}
    assert path.review.state == "submitted"
    kept = path.review.submission.commitment
    assert (kept["username"], kept["handed_in_username"]) == (path.lead.username, delegate.username)
    assert path.review.submission.sealed_by == delegate


def test_the_delegate_is_not_asked_for_a_signature_and_cannot_give_one():
    path = case().drafted()
    delegate = team_member(path)
    authorise(path, delegate, "submit")
    path.do("sign_ahead", path.lead, **signing(path.lead))

    with pytest.raises(InvalidInput) as caught:
        path.do("submit", delegate, **signing(path.lead))

    assert set(caught.value.errors) == {"agree", "signature"}


def test_what_changed_after_the_signature_is_signed_again():
    path = case().drafted()
    delegate = team_member(path)
    authorise(path, delegate, "submit")
    path.do("sign_ahead", path.lead, **signing(path.lead))
    path.fill(path.review.draft_submission)
    content = path.review.draft_submission.content
    type(path.review.draft_submission).objects.filter(review=path.review).update(content=content | {"purpose": "改"})

    found = refused(path, "submit", delegate)

    assert found == {"signed_before": "national:9(5)"}


def test_both_names_stand_in_the_record():
    path = case().drafted()
    delegate = team_member(path)
    authorise(path, delegate, "submit")
    path.do("sign_ahead", path.lead, **signing(path.lead))

    path.do("submit", delegate)

    entry = Entry.objects.get(object_ref=path.review.ref, step="submit")
    assert entry.actor_ref == delegate.username
    assert entry.facts["on_behalf_of"] == path.lead.name
    assert "on_behalf_of" not in Entry.objects.get(object_ref=path.review.ref, step="sign_ahead").facts


def test_an_answer_needs_no_second_promise():
    path = case().submitted()
    delegate = team_member(path)
    authorise(path, delegate, "answer")
    path.do("request_supplement", path.secretary, item__purpose="请补充")

    path.do("resubmit", delegate, answer__1="已补充")

    assert path.review.submission.commitment["username"] == path.lead.username
    assert path.review.submission.commitment["handed_in_by"] == delegate.name


def test_a_mandate_gives_what_it_names_and_no_more():
    path = case().submitted()
    delegate = team_member(path)
    authorise(path, delegate, "submit")
    path.do("request_supplement", path.secretary, item__purpose="请补充")

    with pytest.raises(NotPermitted):
        path.do("resubmit", delegate, answer__1="已补充")
    with pytest.raises(NotPermitted):
        path.do("withdraw", delegate, reason="x")


def test_a_delegate_begins_and_describes_an_amendment():
    path = change().approved()
    delegate = team_member(path)
    authorise(path, delegate, "write")

    path.review = start_amendment(path.project, by=delegate, at=path.at)
    path.choose("plan", by=delegate).write(by=delegate).explain(by=delegate)

    entries = Entry.objects.filter(object_ref__in=[path.project.ref, path.review.ref], actor_ref=delegate.username)
    told = {entry.step for entry in entries if entry.facts.get("on_behalf_of") == path.lead.name}
    assert told == {"begin_amendment", "choose_parts", "explain_change"}


def test_it_ends_with_its_last_day():
    path = case().drafted()
    delegate = team_member(path)
    mandate = authorise(path, delegate, "submit", days=3)
    on_the_day, after = path.at + timedelta(days=3), path.at + timedelta(days=4)

    held = [path.review.capacities(standing_of(delegate, day)) for day in (on_the_day, after)]

    assert ["acting_submit" in capacities for capacities in held] == [True, False]
    assert mandate.state == "in_force"


@pytest.mark.parametrize("who", ["lead", "delegate"])
def test_either_ends_it_at_once(who):
    path = case().drafted()
    delegate = team_member(path)
    mandate = authorise(path, delegate, "submit")

    step(path, mandate, "revoke", path.lead if who == "lead" else delegate)

    assert "acting_submit" not in path.review.capacities(standing_of(delegate, path.at))


def test_another_of_the_team_does_not_end_it():
    path = case().drafted()
    mandate = authorise(path, team_member(path), "submit")

    with pytest.raises(NotPermitted):
        step(path, mandate, "revoke", team_member(path))


def test_a_new_mandate_takes_the_place_of_the_old():
    path = case().drafted()
    delegate = team_member(path)
    first = authorise(path, delegate, "submit")

    authorise(path, delegate, "answer")

    first.refresh_from_db()
    assert first.state == "revoked"
    assert path.review.capacities(standing_of(delegate, path.at)) & {"acting_submit", "acting_answer"} == {
        "acting_answer"
    }


def test_the_database_holds_to_one_mandate_of_a_person():
    path = case().drafted()
    mandate = authorise(path, team_member(path), "submit")
    mandate.pk, mandate.ref = None, "D-second"

    with pytest.raises(IntegrityError), transaction.atomic(), open_door():
        mandate.save(force_insert=True)


def test_a_period_that_ends_before_it_begins_is_none():
    path = case().drafted()
    delegate = team_member(path)

    with pytest.raises(InvalidInput) as caught:
        authorise(path, delegate, ends_on="2020-01-01")

    assert set(caught.value.errors) == {"ends_on"}


def test_without_a_team_nobody_can_be_authorised():
    path = case().drafted()

    with pytest.raises(Refused):
        step(path, path.project, "authorise", path.lead)


def test_committee_members_know_of_no_mandate():
    path = case().submitted()
    mandate = authorise(path, team_member(path), "submit")

    seen = Mandate.objects.visible_to(standing_of(path.secretary, path.at))

    assert mandate not in seen
    assert open_steps(mandate, path.secretary, at=path.at) == []
