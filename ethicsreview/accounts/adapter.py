"""How allauth's sign-in fits this service."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from ethicsreview.accounts.models import Person


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by those who answer for the person: officers and operators."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """No page sends mail: it would wait for the mail server, and show by its time what it did. What allauth would
        send here is switched off or asked for through a room with an outbox (`notices.resets`).
        """
        raise NotImplementedError(template_prefix)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Where to after signing in, unless the address asked for is known (`next`)."""
        return resolve_url(settings.DESK_REDIRECT_URL if request.user.is_staff else settings.LOGIN_REDIRECT_URL)

    def post_login(self, request: HttpRequest, user: Person, **kwargs: Any) -> HttpResponse:
        """Signing in brings one's own language along."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            user.language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return response
