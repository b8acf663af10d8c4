"""manage.py token USERNAME: a bearer token for the API."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ethicsreview.accounts.models import ApiToken, Person


class Command(BaseCommand):
    help = "Issue a bearer token for the API and print its secret, this once; or revoke what was issued."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--label", default="", help="what the token is for; with --revoke: only those so labelled")
        parser.add_argument("--revoke", action="store_true", help="revoke the person's tokens instead")

    def handle(self, *args: Any, username: str, label: str, revoke: bool, **options: Any) -> None:
        person = Person.objects.filter(username=username).first()
        if person is None:
            raise CommandError(f"No person has the user name {username!r}.")
        if revoke:
            tokens = person.api_tokens.filter(label=label) if label else person.api_tokens.all()
            self.stderr.write(f"{tokens.revoke(timezone.now())} token(s) of {username} revoked.")
            return
        if not person.is_active:
            raise CommandError(f"{username} is inactive; a token would not work.")
        _token, secret = ApiToken.issue(person, label)
        self.stderr.write(f"Token of {username}. It is shown this once:")
        # Alone on standard output, so that TOKEN=$(manage.py token USERNAME) works.
        self.stdout.write(secret)
