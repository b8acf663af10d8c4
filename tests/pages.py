"""What every page is held to in a real browser."""

import os
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse
from playwright.sync_api import Page

from ethicsreview.accounts.models import Person

PHONE = {"width": 375, "height": 800}
DESKTOP = {"width": 1280, "height": 900}
WHOLE = os.environ.get("WHOLE", "") == "1"


@dataclass(frozen=True)
class Looking:
    """Opens pages as somebody, as wide as a desk's screen and as a phone's: one page in Chinese, the next in English,
    and with WHOLE=1, or where pictures are kept, each in both.

    Nothing may be wider than the screen, and axe, which takes longest, finds nothing: in Chinese at a desk, in English
    on a phone.
    """

    page: Page
    address: str

    def __call__(self, person: Person | None, path: str, name: str, *, status: int = 200) -> None:
        """`person`: None is anybody. `name`: what its pictures are called."""
        self.sit_down(person)
        self.at(path, name, status=status)

    def sit_down(self, person: Person | None, language: str = "zh-hans") -> Page:
        """The browser as that person finds it, at a desk: whoever sat there before has signed out."""
        self.page.context.clear_cookies()
        if person is not None:
            sign_in(self.page, person, self.address)
        self.speak(language)
        self.page.set_viewport_size(DESKTOP)
        return self.page

    def speak(self, language: str) -> None:
        self.page.context.add_cookies([{"name": "django_language", "value": language, "url": self.address}])

    def at(self, path: str, name: str, *, status: int = 200) -> None:
        """The same, as whoever sits there."""
        found: list[Any] = []
        for language, judged in _looks(name):
            self.speak(language)
            self.page.set_viewport_size(DESKTOP)
            answer = self.page.goto(self.address + path)
            assert answer is not None
            assert answer.status == status, path
            for screen in (DESKTOP, PHONE):
                self.page.set_viewport_size(screen)
                picture(self.page, f"{name}-{language}-{screen['width']}")
                found += [(name, language, screen["width"], "too wide", one) for one in overflows(self.page)]
                if screen is judged:
                    found += [(name, language, screen["width"], one) for one in axe(self.page)]
        self.page.set_viewport_size(DESKTOP)
        assert not found, found


def _looks(name: str) -> list[tuple[str, dict[str, int]]]:
    """In which languages, and on which screen axe is asked."""
    both = [("zh-hans", DESKTOP), ("en", PHONE)]
    return both if WHOLE or "PICTURES" in os.environ else [both[zlib.crc32(name.encode()) % 2]]


def desk(name: str, *args: str) -> str:
    return reverse(f"desk:{name}", args=args)


def portal(name: str, *args: str) -> str:
    return reverse(f"portal:{name}", args=args)


def picture(page: Page, name: str) -> None:
    """For whoever wants to see the pages: PICTURES=folder. None are kept without it."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def axe(page: Page) -> list[str]:
    """Every violation of axe's rules, with the element that has it."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_axe_source())
    # What it need not look for takes time: media outside of the page, and selectors for what is in order.
    violations: list[Any] = page.evaluate(
        "axe.run(document, {resultTypes: ['violations'], preload: false, selectors: false}).then(r => r.violations)"
    )
    return [
        f"{violation['id']}: {node['html'][:300]} | {node.get('failureSummary', '')[:300]}"
        for violation in violations
        for node in violation["nodes"]
    ]


def overflows(page: Page) -> list[str]:
    """Elements that make the page wider than the screen, once the charts have followed a change of its width."""
    found: list[str] = page.evaluate(
        """async () => {
            await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
            return document.documentElement.scrollWidth <= window.innerWidth ? [] :
            [...document.querySelectorAll('body *')]
                .filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1)
                .map((element) => element.outerHTML.slice(0, 120));
        }"""
    )
    return found


def sign_in(page: Page, person: Person, address: str) -> None:
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
