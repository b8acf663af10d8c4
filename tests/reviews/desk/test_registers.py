"""The registers are no side door: what has a lifecycle is read there, people are kept within one's reach."""

import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, reverse

from ethicsreview.accounts.models import Appointment, Person, Role
from ethicsreview.lifecycle.models import Lifecycle
from reviews.models import Review
from tests.committees.builders import authority, holder, institution, person
from tests.reviews.builders import case
from tests.reviews.desk.conftest import address, text

pytestmark = pytest.mark.django_db
PEOPLE = "/desk/registers/accounts/person/"
OFFICES = "/desk/registers/accounts/appointment/"


def operator():
    return holder(Role.OPERATOR, authority())


def test_no_form_of_the_admin_leads_to_an_object_with_a_lifecycle(signed_in):
    path = case().in_review()
    client = signed_in(operator())

    kept = [model for model in admin.site._registry if issubclass(model, Lifecycle)]
    assert {model.__name__ for model in kept} >= {"Project", "Review", "Meeting", "Opinion", "FollowUp", "Committee"}
    for model in kept:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        page = reverse(f"{name}_changelist")
        for form in ("add", "change", "delete", "history"):
            with pytest.raises(NoReverseMatch):
                reverse(f"{name}_{form}", args=[] if form == "add" else [1])
        assert client.post(page, {"action": "delete_selected", "_selected_action": [1]}).status_code == 403
        for form in ("add/", "1/change/", "1/delete/", "1/"):
            assert client.post(page + form, {"state": "approved"}).status_code == 404
    path.review.refresh_from_db()
    assert path.review.state == Review.State.IN_REVIEW


def test_register_leads_to_the_page_at_the_desk_and_shows_no_other_institutions_rows(signed_in):
    path, other = case().submitted(), case().submitted()

    page = text(signed_in(path.secretary).get("/desk/registers/reviews/review/"))

    assert address("review", path.review.ref) in page
    assert other.review.ref not in page
    searched = text(signed_in(path.secretary).get(f"/desk/registers/reviews/review/?q={other.review.ref}"))
    assert other.project.title not in searched


def test_operator_enters_a_person_and_sets_the_password(signed_in):
    client = signed_in(operator())
    terms = {"username": "newcomer", "name": "王新", "language": "zh-hans", "is_active": "on"}
    inline = {"appointments-TOTAL_FORMS": "0", "appointments-INITIAL_FORMS": "0"}

    assert client.post(f"{PEOPLE}add/", terms | inline).status_code == 302
    made = Person.objects.get(username="newcomer")
    assert not made.has_usable_password()
    password = {"password1": "a-quite-long-password", "password2": "a-quite-long-password"}
    assert client.post(f"{PEOPLE}{made.pk}/password/", password | {"usable_password": "true"}).status_code == 302
    made.refresh_from_db()
    assert made.check_password("a-quite-long-password")


def test_officer_keeps_the_people_of_the_institution_and_not_how_they_sign_in(signed_in):
    own, elsewhere = institution(), institution()
    client = signed_in(holder(Role.INSTITUTION_OFFICER, own))
    ours, theirs = holder(Role.RESEARCHER, own), holder(Role.RESEARCHER, elsewhere)
    terms = {"name": "改名", "username": "taken-over", "email": "thief@example.org", "language": "en", "title": ""}

    assert client.post(f"{PEOPLE}{ours.pk}/change/", terms).status_code == 302
    ours.refresh_from_db()
    assert (ours.name, ours.username == "taken-over", ours.email == "thief@example.org") == ("改名", False, False)
    password = {"password1": "a-quite-long-password", "password2": "a-quite-long-password", "usable_password": "true"}
    assert client.post(f"{PEOPLE}{ours.pk}/password/", password).status_code == 403
    assert client.post(f"{PEOPLE}{theirs.pk}/change/", terms).status_code == 302
    theirs.refresh_from_db()
    assert theirs.name != "改名"
    assert theirs.name not in text(client.get(PEOPLE))
    assert client.get(f"{PEOPLE}?password__startswith=a").status_code == 400


def test_officer_gives_offices_of_the_institution_only(signed_in):
    own, elsewhere = institution(), institution()
    officer = holder(Role.INSTITUTION_OFFICER, own)
    client, ours = signed_in(officer), holder(Role.RESEARCHER, own)
    terms = {"person": ours.pk, "starts": "2026-01-01", "ends": ""}
    before = Appointment.objects.count()

    for role, body in ((Role.RESEARCHER, elsewhere), (Role.OPERATOR, own), (Role.SECRETARY, own)):
        assert client.post(f"{OFFICES}add/", terms | {"role": role, "body": body.pk}).status_code == 200
    assert Appointment.objects.count() == before
    assert client.post(f"{OFFICES}add/", terms | {"role": Role.RESEARCHER, "body": own.pk}).status_code == 302
    assert Appointment.objects.count() == before + 1
    mine = Appointment.objects.get(person=officer)
    assert client.post(f"{OFFICES}{mine.pk}/change/", {"ends": "2099-01-01"}).status_code == 403


def test_seat_on_a_committee_is_given_by_its_step_alone(signed_in):
    path = case()
    client = signed_in(operator())
    seat = path.committee.memberships.first().appointment

    assert client.post(f"{OFFICES}{seat.pk}/change/", {"ends": "2099-01-01"}).status_code == 403
    terms = {"person": person().pk, "role": "chair", "body": path.committee.pk, "starts": "2026-01-01", "ends": ""}
    assert client.post(f"{OFFICES}add/", terms).status_code == 200
    assert Appointment.objects.filter(role="chair").count() == 1


def test_deliveries_are_the_operators(signed_in):
    path = case().submitted()

    assert signed_in(operator()).get("/desk/registers/notices/delivery/").status_code == 200
    assert signed_in(path.secretary).get("/desk/registers/notices/delivery/").status_code == 403
