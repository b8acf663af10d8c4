"""The same request under the same key is done once, however often it is sent."""

import threading
from io import BytesIO
from typing import Any

import pytest
from django.db import connection

from reviews.models import IdempotentRequest, Material, Project
from tests.reviews.api.client import Caller, problem
from tests.reviews.builders import Case, case, signing


def entered(path: Case, title: str = "问卷调查") -> dict[str, str]:
    return {"title": title, "field": "social_science", "institution": path.committee.institution.ref}


@pytest.mark.django_db
class TestKeys:
    def test_the_same_again_gets_the_first_answer(self, path: Case) -> None:
        caller = Caller(path.lead)

        first = caller.post("/projects", entered(path), key="k-1")
        again = caller.post("/projects", entered(path), key="k-1")

        assert Project.objects.count() == 1
        assert (again.status_code, again.content) == (201, first.content)
        assert again["Idempotency-Replayed"] == "true"

    def test_another_request_under_the_same_key(self, path: Case) -> None:
        caller = Caller(path.lead)
        caller.post("/projects", entered(path), key="k-1")

        body = problem(caller.post("/projects", entered(path, "另一项目"), key="k-1"), 422)

        assert body["errors"].keys() == {"Idempotency-Key"}
        assert Project.objects.count() == 1

    def test_keys_are_each_persons_own(self, path: Case) -> None:
        Caller(path.lead).post("/projects", entered(path), key="k-1")

        problem(Caller(path.chair).post("/projects", entered(path), key="k-1"), 422)

        assert IdempotentRequest.objects.count() == 1

    def test_a_step_is_taken_once(self, path: Case) -> None:
        path.drafted()
        caller, address = Caller(path.lead), f"/reviews/{path.review.ref}/steps/submit"

        first = caller.post(address, signing(path.lead), key="k-1")
        again = caller.post(address, signing(path.lead), key="k-1")

        assert first.json() == again.json()
        problem(caller.post(address, signing(path.lead)), 409)

    def test_what_was_refused_is_judged_anew(self, path: Case) -> None:
        path.drafted()
        path.review.draft_submission.materials.all().delete()
        caller, address = Caller(path.lead), f"/reviews/{path.review.ref}/steps/submit"

        problem(caller.post(address, signing(path.lead), key="k-1"), 409)
        path.fill(path.review.draft_submission)

        assert caller.post(address, signing(path.lead), key="k-1").status_code == 200

    def test_a_file_is_handed_in_once(self, path: Case) -> None:
        path.drafted()
        caller, kind = Caller(path.lead), path.review.draft_submission.materials.first().kind
        before = Material.objects.count()

        def send(content: bytes) -> Any:
            file = BytesIO(content)
            file.name = "附件.txt"
            return caller.upload(f"/reviews/{path.review.ref}/documents", key="k-1", kind=kind, file=file)

        first, again = send(b"one"), send(b"one")

        assert first.content == again.content
        assert Material.objects.count() == before + 1
        problem(send(b"two"), 422)

    def test_a_password_cannot_be_guessed_from_what_is_kept(self, path: Case) -> None:
        caller = Caller(path.lead)
        caller.post("/projects", entered(path), key="k-1")

        row = IdempotentRequest.objects.get()
        assert len(row.fingerprint) == 64
        assert "问卷" not in row.fingerprint

    @pytest.mark.parametrize("key", ["", " ", "键", "x" * 201])
    def test_a_key_that_is_none(self, path: Case, key: str) -> None:
        caller = Caller(path.lead)
        caller.headers["Idempotency-Key"] = key

        problem(caller.post("/projects", entered(path)), 422)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_done_once() -> None:
    path = case()
    callers = [Caller(path.lead), Caller(path.lead)]
    answers: list[Any] = []
    ready = threading.Barrier(len(callers))

    def send(caller: Caller) -> None:
        ready.wait()
        answers.append(caller.post("/projects", entered(path), key="k-1"))
        connection.close()

    threads = [threading.Thread(target=send, args=[caller]) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Project.objects.count() == 1
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
