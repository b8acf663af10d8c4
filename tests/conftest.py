"""What the tests of every room share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings


@pytest.fixture(scope="session", autouse=True)
def _fast_passwords() -> Iterator[None]:
    """Argon2 is slow on purpose; a thousand tests that sign in need not wait for it."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real input (SHARED_DATA, ../shared/data). Where it must be, in CI, its absence is a failure."""
    folder = Path(os.environ.get("SHARED_DATA", settings.BASE_DIR.parent / "shared" / "data"))
    if folder.is_dir():
        return folder
    message = f"No real input at {folder}: set SHARED_DATA to its folder."
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(message)
    pytest.skip(message)
