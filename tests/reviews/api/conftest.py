from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings

from tests.reviews.builders import Case, case


@pytest.fixture(autouse=True)
def _own_media(tmp_path: Path) -> Iterator[None]:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


@pytest.fixture
def path() -> Case:
    return case()
