"""What every page is held to in a real browser."""

from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Page

PHONE = {"width": 375, "height": 800}
DESKTOP = {"width": 1280, "height": 900}


def axe(page: Page) -> list[str]:
    """Every violation of axe's rules, with the element that has it."""
    page.evaluate(_axe_source())
    result: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {node['html'][:300]} | {node.get('failureSummary', '')[:300]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def overflows(page: Page) -> list[str]:
    """Elements that make the page wider than the screen."""
    found: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
            [...document.querySelectorAll('body *')]
                .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1)
                .map((element) => element.outerHTML.slice(0, 120))"""
    )
    return found


def sign_in(page: Page, person: Any, address: str) -> None:
    """As the sign-in page leaves it, without going through it."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.save()
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key or "", "url": address}]
    )


@cache
def _axe_source() -> str:
    path: Path = settings.NODE_MODULES / "axe-core" / "axe.min.js"
    return path.read_text(encoding="utf-8")
