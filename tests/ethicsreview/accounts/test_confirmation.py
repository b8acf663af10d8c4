import pytest
from django.conf import settings
from django.core.cache import cache

from ethicsreview.accounts.confirmation import TooManyGuesses, confirms
from tests.factories import PASSWORD, PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _forgotten():
    cache.clear()


def test_the_right_password_confirms_and_forgets_earlier_slips():
    person = PersonFactory()

    slips = [confirms(person, "wrong") for _ in range(settings.AXES_FAILURE_LIMIT - 1)]

    assert slips == [False] * (settings.AXES_FAILURE_LIMIT - 1)
    assert confirms(person, PASSWORD)
    assert not confirms(person, "wrong")


def test_guessing_is_stopped_and_the_right_password_does_not_help():
    person, other = PersonFactory(), PersonFactory()
    for _ in range(settings.AXES_FAILURE_LIMIT):
        confirms(person, "wrong")

    with pytest.raises(TooManyGuesses):
        confirms(person, PASSWORD)
    assert confirms(other, PASSWORD)
