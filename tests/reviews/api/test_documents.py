"""Writing the application: fields and documents, and who may take them home."""

from io import BytesIO

import pytest

from ethicsreview.accounts.models import Role
from ethicsreview.policy.catalogues import materials
from reviews.models import Material
from reviews.rules.checklist import required_materials
from tests.committees.builders import people_of, person
from tests.reviews.api.client import Caller, problem
from tests.reviews.builders import Case

pytestmark = pytest.mark.django_db


def named(name: str, content: bytes = "方案。".encode()) -> BytesIO:
    file = BytesIO(content)
    file.name = name
    return file


@pytest.fixture
def drafted(path: Case) -> Case:
    return path.drafted()


@pytest.fixture
def kind(drafted: Case) -> str:
    return required_materials(drafted.assessment.conclusions, materials(drafted.at))[0].key


class TestFields:
    def test_others_stay(self, drafted: Case) -> None:
        caller, address = Caller(drafted.lead), f"/reviews/{drafted.review.ref}"
        version = caller.get(address).json()["versions"][0]
        texts = [name for name, value in version["content"].items() if str(value).startswith("见方案")]
        changed = {texts[0]: "改用新方案。"}

        written = caller.put(f"{address}/content", {"revision": version["revision"], "values": changed})

        assert written.json()["content"] == version["content"] | changed
        assert written.json()["revision"] == version["revision"] + 1

    def test_wrong_ones_are_all_named(self, drafted: Case) -> None:
        version = Caller(drafted.lead).get(f"/reviews/{drafted.review.ref}").json()["versions"][0]

        body = problem(
            Caller(drafted.lead).put(
                f"/reviews/{drafted.review.ref}/content",
                {"revision": version["revision"], "values": {"no_such": 1, "starts_on": "soon"}},
            ),
            422,
        )

        assert body["errors"].keys() == {"values.no_such", "values.starts_on"}

    def test_not_over_what_somebody_else_saved(self, drafted: Case) -> None:
        problem(Caller(drafted.lead).put(f"/reviews/{drafted.review.ref}/content", {"revision": 0, "values": {}}), 409)

    def test_not_by_the_committee(self, path: Case) -> None:
        path.submitted()
        secretary = Caller(path.secretary)

        problem(secretary.put(f"/reviews/{path.review.ref}/content", {"revision": 0, "values": {}}), 403)


class TestDocuments:
    def test_all_that_is_wrong_with_a_file_is_told_at_once(self, drafted: Case, kind: str) -> None:
        file = named("方案.pdf.exe", b"MZ\x90\x00")

        body = problem(
            Caller(drafted.lead).upload(f"/reviews/{drafted.review.ref}/documents", kind=kind, file=file), 422
        )

        assert len(body["errors"]["file"]) > 1

    def test_a_kind_that_does_not_apply(self, drafted: Case) -> None:
        caller = Caller(drafted.lead)

        body = problem(
            caller.upload(f"/reviews/{drafted.review.ref}/documents", kind="poem", file=named("诗.txt"), document="D0"),
            422,
        )

        assert body["errors"].keys() == {"kind", "document"}

    def test_without_a_file(self, drafted: Case, kind: str) -> None:
        caller = Caller(drafted.lead)

        body = problem(caller.upload(f"/reviews/{drafted.review.ref}/documents", kind=kind), 422)

        assert body["errors"] == {"file": ["必填。"]}

    def test_in_place_of_another_as_its_next_version(self, drafted: Case, kind: str) -> None:
        caller, address = Caller(drafted.lead), f"/reviews/{drafted.review.ref}/documents"
        old = next(d for d in caller.get(f"/reviews/{drafted.review.ref}").json()["documents"] if d["kind"] == kind)

        new = caller.upload(address, kind=kind, document=old["document"], file=named("新方案.txt", "第二版。".encode()))

        assert new.status_code == 201
        assert (new.json()["document"], new.json()["version"]) == (old["document"], old["version"] + 1)
        assert Material.objects.filter(submission=drafted.review.draft_submission, kind=kind).count() == 1

    def test_once_it_is_submitted(self, drafted: Case, kind: str) -> None:
        caller = Caller(drafted.lead)
        drafted.do("submit", drafted.lead, agree=True, signature=drafted.lead.name)

        body = problem(caller.upload(f"/reviews/{drafted.review.ref}/documents", kind=kind, file=named("晚.txt")), 409)

        assert [refusal["code"] for refusal in body["refusals"]] == ["sealed"]

    def test_are_left_out_again(self, drafted: Case) -> None:
        caller = Caller(drafted.lead)
        first = caller.get(f"/reviews/{drafted.review.ref}").json()["documents"][0]
        address = f"/api/v1/reviews/{drafted.review.ref}/documents/{first['id']}"

        assert caller.http.delete(address, headers=caller.headers).status_code == 204
        problem(caller.http.delete(address, headers=caller.headers), 404)
        shown = caller.get(f"/reviews/{drafted.review.ref}").json()["documents"]
        assert first["id"] not in [document["id"] for document in shown]

    def test_are_not_left_out_once_submitted(self, path: Case) -> None:
        path.submitted()
        url = Caller(path.lead).get(f"/reviews/{path.review.ref}").json()["documents"][0]["url"]

        for who, status in ((path.lead, 409), (path.secretary, 403)):
            caller = Caller(who)
            problem(caller.http.delete(url, headers=caller.headers), status)

    def test_are_handed_out_as_attachments(self, drafted: Case) -> None:
        caller = Caller(drafted.lead)
        first = caller.get(f"/reviews/{drafted.review.ref}").json()["documents"][0]

        answer = caller.get(first["url"].removeprefix("/api/v1"))

        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer.getvalue()

    def test_only_to_those_who_see_the_version(self, drafted: Case) -> None:
        url = Caller(drafted.lead).get(f"/reviews/{drafted.review.ref}").json()["documents"][0]["url"]
        url = url.removeprefix("/api/v1")
        secretary = Caller(people_of(drafted.committee, Role.SECRETARY)[0])

        problem(secretary.get(url), 404)
        drafted.do("submit", drafted.lead, agree=True, signature=drafted.lead.name)
        assert secretary.get(url).getvalue()
        problem(Caller(person()).get(url), 404)

    def test_of_the_next_version_are_its_writers_own(self, path: Case) -> None:
        path.submitted()
        lead, secretary, address = Caller(path.lead), Caller(path.secretary), f"/reviews/{path.review.ref}"
        kind = path.review.submission.materials.first().kind
        path.do("request_supplement", path.secretary, **{f"item__{kind}": "请补充"})
        new = lead.upload(f"{address}/documents", kind=kind, file=named("补.txt")).json()

        assert [version["sealed_at"] is None for version in lead.get(address).json()["versions"]] == [False, True]
        assert [version["sealed_at"] is None for version in secretary.get(address).json()["versions"]] == [False]
        problem(secretary.get(new["url"].removeprefix("/api/v1")), 404)


def test_a_letter_that_is_not_there_yet(path: Case) -> None:
    path.submitted()

    problem(Caller(path.lead).get(f"/reviews/{path.review.ref}/letter"), 404)
