"""Every face in English: states as states, decisions as decisions, and not one Chinese character of our own."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format, get_format
from django.utils.timezone import datetime

from committees.kinds import CommitteeState
from committees.models import EmergencyDrill
from ethicsreview.accounts.models import Person, Role
from ethicsreview.lifecycle.registry import collections
from ethicsreview.lifecycle.steps import steps_of
from reviews.models import Decision, Opinion, Project, Review
from reviews.models.reviewing.lettering import issue_pending
from tests import factories
from tests.committees.builders import authority, holder, keeper_of
from tests.reviews import builders
from tests.reviews.api.client import Caller
from tests.reviews.builders import PASSWORD, Case, case

# Of ours nothing may stand in these: ideographs, and punctuation of their width.
CHINESE = re.compile(r"[\u2e80-\u2fdf\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]+")
# A law without an official English title is cited by its own; the switch names each language in itself.
# What the builders call projects and meetings before they are renamed stays in the notices of that day.
ENTERED = re.compile(r"项目\d+|第\d+次会议")
NOT_OURS = (
    # What somebody signed is shown as they signed it.
    r'<section aria-labelledby="signed">.*?</section>',
    r"<cite[^>]*>.*?</cite>",
    r'<button[^>]*lang="zh-Hans"[^>]*>.*?</button>',
    r"<title>.*?</title>",
)
AMERICAN = re.compile(r"\b(?:Jan|Feb|March|April|May|June|July|Aug|Sept|Oct|Nov|Dec)\.? \d{1,2}, \d{4}|\b[ap]\.m\.")


@pytest.fixture
def _ascii(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What people enter, entered in English."""

    def name(factory: Any, words: str) -> None:
        create = factory._create.__func__

        def named(cls: Any, model: Any, *args: Any, **values: Any) -> Any:
            values["name"] = f"{words} {values['name'].strip('张第医院科技厅')}"
            if model is Person:
                values["language"] = "en"
            return create(cls, model, *args, **values)

        monkeypatch.setattr(factory, "_create", classmethod(named))

    name(factories.PersonFactory, "Zhang San")
    name(factories.InstitutionFactory, "Hospital")
    name(factories.AuthorityFactory, "Department")
    filled = builders.filled

    def in_english(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: in_english(one) for key, one in value.items()}
        if isinstance(value, list):
            return [in_english(one) for one in value]
        return CHINESE.sub("text", value) if isinstance(value, str) else value

    monkeypatch.setattr(builders, "filled", lambda *given: in_english(filled(*given)))
    return None


def english(path: Case) -> Case:
    Project.objects.filter(pk=path.project.pk).update(title="A survey")
    return path


def reader(person: Person) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def foreign(client: Client, address: str) -> list[str]:
    """What is left in Chinese on a page, with some of what stands before it."""
    response = client.get(address, follow=True)
    assert response.status_code in (200, 409), address
    html = response.content.decode()
    for pattern in NOT_OURS:
        html = re.sub(pattern, "", html, flags=re.DOTALL)
    html = ENTERED.sub("", unescape(html))
    assert not AMERICAN.search(html), (address, AMERICAN.search(html))
    return [html[max(0, found.start() - 60) : found.end()] for found in CHINESE.finditer(html)]


def pages_of(path: Case) -> dict[Person, list[str]]:
    review, meeting = path.review.ref, path.meeting.ref
    steps = [("accept", "secretary"), ("request_supplement", "secretary")]
    desk = [reverse(f"desk:{name}", args=[review]) for name in ("review", "review_changes", "review_record")]
    desk += [reverse("desk:queue"), reverse("desk:meetings"), reverse("desk:meeting", args=[meeting])]
    desk += [reverse("desk:committees"), reverse("desk:committee", args=[path.committee.ref])]
    desk += [reverse("desk:meeting_new", args=[path.committee.ref])]
    desk += [reverse("desk:step", args=["reviews", review, name]) for name, _who in steps]
    portal = [reverse("portal:home"), path.project.get_absolute_url(), path.review.get_absolute_url()]
    portal += [path.assessment.get_absolute_url(), reverse("notices:inbox")]
    portal += [reverse("portal:version", args=[review, 1]), reverse("portal:project_new")]
    chair = [reverse("desk:queue"), desk[0], reverse("desk:step", args=["reviews", review, "conclude"])]
    chair += [reverse("desk:step", args=["meetings", meeting, "close"])]
    return {path.secretary: desk, path.lead: portal, path.chair: chair, keeper_of(path.committee): desk[3:4]}


@pytest.mark.django_db
@pytest.mark.usefixtures("_ascii")
def test_pages_of_a_decided_review() -> None:
    path = case(name="Ethics Committee")
    path.opened(procedure_ground="More than minimal risk")
    english(path)
    type(path.meeting).objects.filter(pk=path.meeting.pk).update(title="First meeting")
    for member in path.members:
        path.cast(member, comment="Fine")
    path.do("conclude", path.chair, password=PASSWORD)
    issue_pending(path.at)
    left = {}
    pages = pages_of(path) | {holder(Role.OPERATOR, authority()): [reverse("desk:queue"), "/desk/registers/"]}
    for person, addresses in pages.items():
        client = reader(person)
        for address in addresses:
            if found := foreign(client, address):
                left[address] = found

    assert left == {}


@pytest.mark.django_db
@pytest.mark.usefixtures("_ascii")
def test_pages_of_an_application_being_written() -> None:
    path = english(case(name="Ethics Committee").drafted())
    client, review = reader(path.lead), path.review
    sections = [section.key for section in review.draft_submission.form.sections]
    addresses = [reverse("portal:section", args=[review.ref, key]) for key in sections]
    addresses += [reverse(f"portal:{name}", args=[review.ref]) for name in ("review", "materials", "check")]
    addresses += [reverse("portal:home"), reverse("portal:project_edit", args=[path.project.ref])]

    left = {address: found for address in addresses if (found := foreign(client, address))}

    assert left == {}


@pytest.mark.django_db
def test_pages_for_everybody() -> None:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    addresses = ["/accounts/login/", "/accounts/password/reset/", "/accounts/password/reset/done/", "/verify/"]

    left = {address: found for address in addresses if (found := foreign(client, address))}

    assert left == {}


def ours(answer: Any) -> Any:
    """Without what is quoted: the phrases of the law, and what somebody signed as they signed it."""
    if isinstance(answer, dict):
        return {key: ours(one) for key, one in answer.items() if key not in {"values", "grounds", "commitment"}}
    return [ours(one) for one in answer] if isinstance(answer, list) else answer


@pytest.mark.django_db
@pytest.mark.usefixtures("_ascii")
def test_answers_of_the_api() -> None:
    path = case(name="Ethics Committee").accepted(procedure_ground="More than minimal risk")
    english(path)
    caller = Caller(path.secretary, {"Accept-Language": "en"})
    pages = [f"/reviews/{path.review.ref}{tail}" for tail in ("", "/steps", "/trail")]
    pages += ["/reviews", f"/projects/{path.project.ref}", f"/committees/{path.committee.ref}"]

    answers = {page: str(ours(caller.get(page).json())) for page in pages}

    assert caller.get(pages[0]).json()["state_label"] == "Accepted"
    cites = re.compile(r"'(?:text|title|words|name|citation|article|cite|value)[a-z_]*': '[^']*'")
    left = {page: CHINESE.findall(cites.sub("", answer)) for page, answer in answers.items()}
    assert {page: found for page, found in left.items() if found} == {}


class TestWords:
    """A state reads as a state, a decision as a decision, a vote and a step as what somebody does."""

    def test_states_and_steps_share_no_word(self) -> None:
        for language in ("en", "zh-hans"):
            with translation.override(language):
                for model in collections().values():
                    field: Any = model._meta.get_field("state")
                    states = {str(label) for _value, label in field.flatchoices}
                    steps = {str(step.label) for step in steps_of(model).values()}
                    # What ends an application is named by the law alike as a step and as its result.
                    assert states & steps <= {"不予受理", "不予批准"}, (language, model)

    @pytest.mark.parametrize(
        ("value", "state", "decision", "vote"),
        [
            ("approved", "Approved", "Approved", "Approve"),
            (
                "modification_required",
                "Modification required",
                "Approved on condition of modification",
                "Approve on condition of modification",
            ),
            ("revision_required", "Revision required", "Revise and review again", "Revise and review again"),
            ("rejected", "Rejected", "Rejected", "Reject"),
        ],
    )
    def test_in_english(self, value: str, state: str, decision: str, vote: str) -> None:
        with translation.override("en"):
            said = [
                str(dict(model._meta.get_field(name).flatchoices)[value])  # type: ignore[union-attr]
                for model, name in ((Review, "state"), (Decision, "outcome"), (Opinion, "verdict"))
            ]

        assert said == [state, decision, vote]

    def test_in_chinese(self) -> None:
        with translation.override("zh-hans"):
            assert str(Review.State.APPROVED.label) == "已批准"
            assert str(Review.State.MODIFICATION_REQUIRED.label) == "待修改后批准"
            assert str(CommitteeState.DISSOLVED.label) == "已撤销"


def test_days_and_hours_are_not_american() -> None:
    moment = datetime(2026, 11, 26, 14, 5)
    with translation.override("en"):
        said = {date_format(moment, name) for name in ("DATETIME_FORMAT", "SHORT_DATETIME_FORMAT")}
        assert said == {"26 Nov 2026, 14:05"}
        assert date_format(moment, "DATE_FORMAT") == "26 Nov 2026"
        assert "%m/%d/%Y" not in get_format("DATE_INPUT_FORMATS")
    with translation.override("zh-hans"):
        assert date_format(moment, "DATE_FORMAT") == "2026年11月26日"


def test_what_begins_a_line_begins_with_a_capital() -> None:
    with translation.override("en"):
        assert [str(label) for label in EmergencyDrill.Kind.labels] == ["Training", "Drill"]
