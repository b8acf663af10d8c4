"""Filling in pages as a person does: by what is on the screen."""

import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.pages import PHONE, axe, overflows, picture

TEXT = "见方案第三章：招募、随访与数据保护均按规范执行。"
WORDS = {"date": "2027-03-01", "number": "120", "text": "如方案所述", "textarea": TEXT}


class Hands:
    """One person at one browser page. Every page that is looked at must pass axe and fit a phone."""

    def __init__(self, page: Page, address: str, name: str) -> None:
        self.page, self.address, self.name = page, address, name
        self.seen = 0

    def go(self, path: str) -> "Hands":
        response = self.page.goto(path if path.startswith("http") else f"{self.address}{path}")
        assert response is not None
        assert response.status == 200, f"{path}: {response.status}"
        return self

    def look(self) -> None:
        """Axe, and a phone's width."""
        assert axe(self.page) == [], self.page.url
        self.seen += 1
        picture(self.page, f"{self.name}-{self.seen:02}")
        size = self.page.viewport_size
        self.page.set_viewport_size(PHONE)
        assert overflows(self.page) == [], self.page.url
        picture(self.page, f"{self.name}-{self.seen:02}-phone")
        assert size is not None
        self.page.set_viewport_size(size)

    def press(self, label: str) -> None:
        """The button or link that says so, and the page after it."""
        target = self.page.locator("main").get_by_role("button", name=label, exact=True)
        if not target.count():
            target = self.page.locator("main").get_by_role("link", name=label, exact=True)
        target.first.click()
        self.page.wait_for_load_state()

    def settle(self) -> None:
        """What was filled in has saved itself, and what that brings up is on the page. The page's own clock says when
        it would have begun to: it is as slow as the page is."""
        self.page.evaluate("() => new Promise((done) => setTimeout(done, 350))")
        self.page.wait_for_function("() => !document.querySelector('.htmx-request')")

    def sees(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)

    def fill(self, answers: Mapping[str, Any] | None = None, within: str = "main form") -> None:
        """Every empty field that must be filled gets something lawful; what `answers` names gets that."""
        given = dict(answers or {})
        form = self.page.locator(within).first
        for name in self._names(form):
            fields = form.locator(f"[name='{name}']")
            kind = fields.first.get_attribute("type") or fields.first.evaluate("e => e.tagName.toLowerCase()")
            if name in given:
                self._give(fields, kind, given[name])
            elif not self._filled(fields, kind) and not self._optional(fields):
                self._give(fields, kind, self._some(fields, kind))

    def _names(self, form: Locator) -> list[str]:
        names: list[str] = form.evaluate(
            "f => [...new Set([...f.elements].filter(e => e.name && e.type !== 'hidden' && e.type !== 'submit'"
            " && e.type !== 'file' && !e.disabled).map(e => e.name))]"
        )
        return names

    def _optional(self, fields: Locator) -> bool:
        """Marked so on the screen; an empty row of a list is left empty too."""
        left: bool = fields.first.evaluate(
            "e => !!e.closest('.form-group')?.querySelector('.form-optional') || !!e.closest('.team-row')"
        )
        return left

    def _filled(self, fields: Locator, kind: str) -> bool:
        if kind in {"radio", "checkbox"}:
            return any(fields.nth(n).is_checked() for n in range(fields.count()))
        return bool(fields.first.input_value())

    def _some(self, fields: Locator, kind: str) -> Any:
        if kind in {"radio", "select"}:
            return None
        if kind == "checkbox":
            return [fields.first.get_attribute("value") or "on"]
        return WORDS.get(kind, WORDS["text"])

    def _give(self, fields: Locator, kind: str, value: Any) -> None:
        if kind == "radio":
            wanted = {True: "True", False: "False"}.get(value, value) if isinstance(value, bool) else value
            chosen = fields.first if wanted is None else self._with_value(fields, str(wanted))
            chosen.check()
        elif kind == "checkbox":
            values = value if isinstance(value, list | tuple) else ["on"] if value else []
            for one in values:
                self._with_value(fields, str(one)).check()
        elif kind == "select":
            fields.first.select_option(value) if value is not None else fields.first.select_option(index=1)
        else:
            fields.first.fill(str(value))

    def _with_value(self, fields: Locator, value: str) -> Locator:
        count = fields.count()
        if count == 1 and value == "on":
            return fields.first
        for n in range(count):
            if (fields.nth(n).get_attribute("value") or "on").lower() == value.lower():
                return fields.nth(n)
        raise AssertionError(f"no choice {value!r} among {count}")


def ref_in(url: str) -> str:
    found = re.search(r"[A-Z]\d{4}-\d{6}", url)
    assert found, url
    return found.group()
