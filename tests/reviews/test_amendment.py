"""Amendments: only the chosen parts open, what is approved stays in force until the committee decides."""

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from ethicsreview.accounts.standing import standing_of
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.models import open_door
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.notices.models import Notice
from ethicsreview.trail.models import Entry
from reviews.models import Decision, Review
from reviews.models.amending.beginning import start_amendment
from reviews.models.appeals.appealing import start_appeal
from reviews.models.submissions.submission import keep_section
from reviews.models.submissions.writing import hand_in, take_back
from tests.reviews.amendments import DESIGN, change, explained, team_member
from tests.reviews.builders import case, codes, refused, signing
from tests.reviews.rules.answers import DRUG_TRIAL

pytestmark = pytest.mark.django_db
TRIAL = {"size": 11, "regimes": ["general", "human", "drug"]}


# --- how it begins ----------------------------------------------------------------------------------------------------


def test_begins_with_the_version_in_force_at_the_committee_that_approved_it():
    path = change().begun()

    assert (path.review.kind, path.review.state) == ("amendment", "draft")
    assert path.review.committee == path.committee
    assert path.review.amends == path.now.in_force == path.initial.submission
    draft = path.review.draft_submission
    assert draft.content == path.initial.submission.content
    assert [m.version_id for m in draft.documents()] == [m.version_id for m in path.initial.submission.documents()]


def test_of_two_amendments_only_one_is_open():
    path = change().begun()

    with pytest.raises(Refused) as caught:
        start_amendment(path.project, by=path.lead, at=path.at)

    assert codes(caught) == {"amendment_open"}


def test_the_database_too_keeps_to_one_open_amendment():
    path = change().begun()
    second = Review(
        ref="R-second",
        kind="amendment",
        project=path.project,
        committee=path.committee,
        assessment=path.assessment,
        amends=path.now.in_force,
    )

    with pytest.raises(IntegrityError), transaction.atomic(), open_door():
        second.save(force_insert=True)


def test_nothing_in_force_nothing_to_amend():
    path = case().accepted()

    with pytest.raises(Refused) as caught:
        start_amendment(path.project, by=path.lead, at=path.at)

    assert codes(caught) == {"state"}


@pytest.mark.parametrize("who", ["team", "secretary", "chair"])
def test_others_than_the_lead_begin_none(who):
    path = change().approved()
    one = team_member(path) if who == "team" else getattr(path, who)

    with pytest.raises(NotPermitted):
        start_amendment(path.project, by=one, at=path.at)


# --- only what was chosen is open -------------------------------------------------------------------------------------


def test_a_field_outside_the_chosen_parts_is_refused_at_the_door():
    path = change().begun().choose("plan")

    with pytest.raises(Refused) as caught:
        path.write(purpose="另一个目的")

    assert codes(caught) == {"not_opened"}
    assert path.review.draft_submission.content["purpose"] == path.now.in_force.content["purpose"]


def test_before_a_part_is_chosen_nothing_is_open():
    path = change().begun()

    with pytest.raises(Refused):
        path.write(design=DESIGN)


def test_saving_the_same_again_is_no_change():
    path = change().begun().choose("plan")

    path.write(purpose=path.now.in_force.content["purpose"], design=DESIGN)

    assert path.review.draft_submission.content["design"] == DESIGN


def test_a_document_of_a_kind_that_was_not_chosen_is_neither_handed_in_nor_taken_back():
    path = change().begun().choose("plan")
    draft = path.review.draft_submission
    material = draft.documents()[0]

    with pytest.raises(Refused) as first:
        hand_in(draft, material.kind, ContentFile("新".encode(), name="n.txt"), by=path.lead, at=path.at)
    with pytest.raises(Refused) as second:
        take_back(material, by=path.lead, at=path.at)

    assert codes(first) == codes(second) == {"not_opened"}


def test_a_chosen_document_is_replaced_and_compared():
    path = change().begun()
    kind = path.review.draft_submission.documents()[0].kind
    path.choose(f"material.{kind}")
    draft = path.review.draft_submission
    draft.review = path.review
    material = draft.documents().get(kind=kind)
    material.submission = draft

    hand_in(draft, kind, ContentFile("新版本".encode(), name="n.txt"), by=path.lead, at=path.at, in_place_of=material)
    path.explain().do("submit", path.lead, **signing(path.lead))

    assert path.review.state == "submitted"


def test_a_part_that_is_no_longer_chosen_is_again_as_in_force():
    path = change().begun().choose("plan", "overview").write(design=DESIGN, purpose="另一个目的")

    path.choose("overview")

    content = path.review.draft_submission.content
    assert content["purpose"] == "另一个目的"
    assert content["design"] == path.now.in_force.content["design"]


# --- what is asked of it before it is handed in -----------------------------------------------------------------------


def test_handing_in_names_everything_that_is_wanting():
    path = change().begun()

    found = refused(path, "submit", path.lead, **signing(path.lead))

    assert found == {"no_parts": "national:20"}


def test_each_chosen_part_is_told_and_changed():
    path = change().begun().choose("plan", "overview").write(design=DESIGN)

    found = refused(path, "submit", path.lead, **signing(path.lead))

    assert set(found) == {"untold.plan", "untold.overview", "risk_untold", "unchanged.overview"}


def test_consent_sought_anew_says_how_participants_are_told():
    path = change(answers=DRUG_TRIAL, **TRIAL).begun().choose("plan")

    with pytest.raises(InvalidInput) as caught:
        path.explain(consent_triggers=["risk_raised"])

    assert set(caught.value.errors) == {"informing"}


def test_an_urgent_change_is_told_to_the_committee_at_once():
    path = change().begun().choose("plan").write()
    day = path.at.date().isoformat()
    path.explain(urgent="yes", urgent_on=day, urgent_text="停用可能过敏的药物")

    path.do("submit", path.lead, **signing(path.lead))

    told = Notice.objects.filter(key="review.urgent_change")
    assert {notice.person for notice in told} >= {path.secretary, path.chair}
    assert "停用可能过敏的药物" in told[0].text


# --- who sees it, who is told, what is recorded -----------------------------------------------------------------------


def test_a_draft_is_its_own_peoples_and_the_institutions():
    path = change().begun()
    seen = {
        who: Review.objects.visible_to(standing_of(getattr(path, who), path.at)).filter(pk=path.review.pk).exists()
        for who in ("lead", "officer", "secretary", "chair")
    }

    assert seen == {"lead": True, "officer": True, "secretary": False, "chair": False}


def test_the_record_says_what_was_chosen_and_which_version_it_amends():
    path = change().decided()
    entries = {entry.step: entry for entry in Entry.objects.filter(object_ref=path.review.ref)}

    assert entries["open_change"].facts["amends"] == path.initial.submission.digest
    assert entries["choose_parts"].facts["input"]["parts"] == ["plan"]
    assert entries["weigh_change"].facts["weighed"] == {"small": False, "major_risk": False}
    assert Entry.objects.get(object_kind="project", step="amend").facts["decision"] == path.review.decision.number


def test_all_are_told_that_a_new_version_is_in_force():
    path = change().decided()

    assert {notice.person for notice in Notice.objects.filter(key="review.amended")} == {path.lead, path.officer}
    assert Decision.objects.filter(review=path.review).count() == 1


def test_an_amendment_of_one_committee_is_not_explained_elsewhere():
    """A review that amends nothing has none of these steps."""
    path = change().drafted()

    with pytest.raises(NotPermitted):
        perform(path.review, "explain_change", by=path.lead, at=path.at)
    with pytest.raises(NotPermitted):
        perform(path.review, "choose_parts", by=path.lead, at=path.at)


def test_saving_a_field_of_an_amendment_needs_its_people():
    path = change().begun().choose("plan")
    version = path.review.draft_submission

    with pytest.raises(NotVisible):
        keep_section(version, by=path.chair, revision=version.revision, values={"design": DESIGN}, at=path.at)


def test_explained_terms_are_kept():
    path = change().begun().choose("plan")

    path.do("explain_change", path.lead, **explained(path.review, what__plan="样本量增加"))

    assert path.review.amendment.changes == {"plan": "样本量增加"}
    assert path.review.amendment.risk_benefit == {"altered": False, "text": ""}


def test_no_appeal_against_what_is_not_refused():
    path = change().decided()

    with pytest.raises(Refused):
        start_appeal(path.review, by=path.lead, at=path.at)
