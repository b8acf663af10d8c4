from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command

from ethicsreview.accounts.models import ApiToken
from tests.factories import PersonFactory

AT = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def test_holder_of_a_secret() -> None:
    token, secret = ApiToken.issue(PersonFactory.create(), "中心接口")

    assert ApiToken.objects.holder(secret, AT) == token
    assert ApiToken.objects.holder(secret + "x", AT) is None
    assert ApiToken.objects.holder("", AT) is None


def test_secret_is_not_kept() -> None:
    token, secret = ApiToken.issue(PersonFactory.create())

    assert secret not in str(vars(ApiToken.objects.get(pk=token.pk)))


def test_holder_of_a_revoked_token_or_an_inactive_person() -> None:
    revoked, revoked_secret = ApiToken.issue(PersonFactory.create())
    _token, idle_secret = ApiToken.issue(PersonFactory.create(is_active=False))
    ApiToken.objects.filter(pk=revoked.pk).revoke(AT)

    assert ApiToken.objects.holder(revoked_secret, AT) is None
    assert ApiToken.objects.holder(idle_secret, AT) is None


def test_last_use_is_kept_to_the_hour() -> None:
    token, secret = ApiToken.issue(PersonFactory.create())

    seen = []
    for minutes in (0, 30, 61):
        ApiToken.objects.holder(secret, AT + timedelta(minutes=minutes))
        token.refresh_from_db()
        seen.append(token.last_used_at)

    assert seen == [AT, AT, AT + timedelta(minutes=61)]


class TestCommand:
    def test_prints_the_secret_alone_on_standard_output(self, capsys: pytest.CaptureFixture[str]) -> None:
        person = PersonFactory.create(username="zhang")

        call_command("token", "zhang", "--label", "中心接口")

        found = ApiToken.objects.holder(capsys.readouterr().out.strip(), AT)
        assert found is not None
        assert (found.person, found.label) == (person, "中心接口")

    def test_revokes_by_label(self, capsys: pytest.CaptureFixture[str]) -> None:
        person = PersonFactory.create(username="zhang")
        old, _secret = ApiToken.issue(person, "old")
        new, _secret = ApiToken.issue(person, "new")

        call_command("token", "zhang", "--label", "old", "--revoke")

        old.refresh_from_db()
        new.refresh_from_db()
        assert (old.revoked_at is None, new.revoked_at is None) == (False, True)
        assert capsys.readouterr().err == "1 token(s) of zhang revoked.\n"

    def test_for_nobody(self) -> None:
        with pytest.raises(CommandError, match="No person has the user name 'nobody'"):
            call_command("token", "nobody")

    def test_for_someone_inactive(self) -> None:
        PersonFactory.create(username="gone", is_active=False)

        with pytest.raises(CommandError, match="gone is inactive"):
            call_command("token", "gone")

        assert not ApiToken.objects.exists()
