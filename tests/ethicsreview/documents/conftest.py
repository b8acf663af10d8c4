import datetime as dt

import pytest
from django.contrib.auth import get_user_model


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def at():
    return dt.datetime(2026, 11, 23, 16, 30, tzinfo=dt.UTC)  # the 24th in Shanghai


@pytest.fixture
def person(db):
    return get_user_model().objects.create(username="researcher")
