"""A listed activity that has come all the way, and the department over it."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

from reviews.models.reviewing.lettering import issue_pending
from tests.memory import remembered
from tests.reviews.builders import PASSWORD
from tests.reviews.desk.conftest import signed_in
from tests.reviews.recheck_builders import Listed, listed

__all__ = ["decided", "signed_in"]


@remembered
def decided() -> Listed:
    """From the application to the committee's decision by the re-check, with its letters."""
    path = listed().passed().delivered()
    path.do("conclude_by_recheck", path.chair, follow_up_months="6", password=PASSWORD)
    issue_pending(path.at)
    return path


@pytest.fixture(autouse=True, scope="session")
def _own_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One for all: where a setting differs, what a builder has made is made anew."""
    with override_settings(SIGNING_KEY_FILE=str(tmp_path_factory.mktemp("key") / "signing_key.pem")):
        yield
