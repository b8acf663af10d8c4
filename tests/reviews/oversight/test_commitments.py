"""The commitment letter of a programme's project: two signatures, fixed words, and what becomes of it."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from ethicsreview.accounts.models import Institution, Role
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.deadlines.models import Deadline
from ethicsreview.documents.models import Letter
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refused
from ethicsreview.trail.models import Entry
from reviews.models import Commitment, Project
from reviews.models.programmes.lettering import issue_pending
from reviews.models.reviewing.verifying import standing_of_letter
from tests.committees.builders import institution, keeper_of, person
from tests.reviews.builders import Case, case, with_password
from tests.reviews.programmes import CHENGDU, SIGNING, entered, run

pytestmark = pytest.mark.django_db


def refusals(caught: Any) -> dict[str, str]:
    return {refusal.code: refusal.cite for refusal in caught.value.refusals}


def test_letter_is_signed_by_two_with_their_passwords_and_set_as_a_paper() -> None:
    made, path = entered(CHENGDU)
    letter, officer = made.letter, with_password(keeper_of(path.committee))

    for step, who, wrong in (
        ("sign_as_lead", officer, NotPermitted),
        ("sign_for_unit", path.lead, NotPermitted),
        ("sign_as_lead", with_password(path.secretary), NotVisible),
    ):
        with pytest.raises(wrong):
            perform(letter, step, by=who, at=made.at, **SIGNING)
    with pytest.raises(InvalidInput) as caught:
        perform(letter, "sign_as_lead", by=path.lead, at=made.at, agree=False, password="wrong")
    assert set(caught.value.errors) == {"agree", "password"}
    made.sign("sign_as_lead")
    assert (made.letter.state, issue_pending(made.at)) == ("half_signed", 0)
    made.sign("sign_for_unit")
    assert (made.letter.state, issue_pending(made.at), issue_pending(made.at)) == ("signed", 1, 0)
    paper = Letter.objects.of("commitment", letter.ref).get()
    shown = standing_of_letter(paper.code, made.at)
    assert shown is not None
    assert (shown.genuine, shown.permits) == (True, False)
    with paper.file.open() as file:
        assert file.read(5) == b"%PDF-"
    signed = Entry.objects.filter(chain__subject_ref=path.project.ref, object_ref=letter.ref).order_by("seq")
    assert [(one.step, one.facts.get("digest", letter.digest)) for one in signed] == [
        ("create", letter.digest),
        ("sign_as_lead", letter.digest),
        ("sign_for_unit", letter.digest),
    ]
    assert not any("password" in str(one.facts) for one in signed)
    assert Deadline.objects.filter(object_ref=letter.ref, outcome="met").count() == 2


def test_letter_whose_words_were_altered_is_not_signed() -> None:
    made, _path = entered(CHENGDU)
    Commitment.objects.filter(pk=made.letter.pk).update(text=["空白承诺书"])

    with pytest.raises(Refused) as caught:
        made.sign("sign_as_lead")

    assert refusals(caught) == {"altered": "sichuan:8"}


def test_nobody_signs_for_both_sides_and_the_database_knows() -> None:
    made, path = entered(CHENGDU)
    letter = made.letter
    holder_of_both = path.lead.appointments.create(
        role=Role.INSTITUTION_OFFICER, body=path.committee.institution, starts=law_day(made.at)
    )

    with pytest.raises(Refused) as caught:
        perform(letter, "sign_for_unit", by=path.lead, at=made.at, **SIGNING)
    assert refusals(caught) == {"same_person": "sichuan:8"}
    assert holder_of_both.pk
    for wrong in ({"state": "signed", "lead_signed_at": made.at}, {"unit_signer": path.lead}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Commitment._base_manager.filter(pk=letter.pk).update(**wrong)


def test_former_leads_letter_counts_no_more_and_another_is_asked_for() -> None:
    made, path = entered(CHENGDU)
    made.sign()
    new = with_password(person())
    Project.objects.filter(pk=path.project.pk).update(lead=new)
    made.entry.refresh_from_db()

    assert made.says("approval") == {"letter_former_lead": "sichuan:8"}
    made.do("ask_letter")
    assert list(made.entry.commitments.order_by("pk").values_list("state", "lead")) == [
        ("void", path.lead.pk),
        ("unsigned", new.pk),
    ]
    assert set(made.says("approval")) == {"letter_lead", "letter_unit"}
    with pytest.raises(Refused) as caught:
        made.do("ask_letter")
    assert set(refusals(caught)) == {"letter_there"}


def test_person_without_a_unit_signs_alone() -> None:
    path = Case(case(region=CHENGDU).committee, with_password(person()), run().at)
    unit = institution(CHENGDU, type=Institution.Type.INDIVIDUAL)
    path.lead.appointments.create(role=Role.RESEARCHER, body=unit, starts=law_day(path.at))
    path.committee.institution = unit
    path.assessed()
    made = run(at=path.at).opened().entered(path).sign("sign_as_lead")

    assert (made.letter.state, made.says("approval")) == ("signed", {})


def test_no_letter_outside_sensitive_fields_and_none_left_of_what_was_removed() -> None:
    made, path = entered(CHENGDU)
    letter = made.letter
    made.do("remove", reason="撤项")
    letter.refresh_from_db()
    assert letter.state == "void"
    assert not Deadline.objects.open().filter(object_ref=letter.ref).exists()

    Project.objects.filter(pk=path.project.pk).update(field="engineering")
    made.entered(path)
    assert made.entry.letter_now is None
    assert made.says("approval") == {}
