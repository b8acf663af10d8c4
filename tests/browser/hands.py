"""Filling in pages as a person does: by what is on the screen."""

import re
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Dialog, Locator, Page, expect

from ethicsreview.accounts.models import Person
from tests.pages import PHONE, Looking, axe, overflows, picture

TEXT = "见方案第三章：招募、随访与数据保护均按规范执行。"
WORDS = {"date": "2027-03-01", "number": "120", "text": "如方案所述", "textarea": TEXT}


# What a form asks, read at once. Optional is what is marked so on the screen, and an empty row of a list.
FIELDS = """form => {
    const asked = [...form.elements].filter(
        e => e.name && !['hidden', 'submit', 'file'].includes(e.type) && !e.disabled);
    return [...new Set(asked.map(e => e.name))].map(name => {
        const same = asked.filter(e => e.name === name), first = same[0];
        const kind = first.getAttribute('type') || first.tagName.toLowerCase();
        const ticked = ['radio', 'checkbox'].includes(kind);
        return {
            name, kind,
            filled: ticked ? same.some(e => e.checked) : !!first.value,
            optional: !!first.closest('.form-group')?.querySelector('.form-optional') || !!first.closest('.team-row'),
        };
    });
}"""


def _sure(dialog: Dialog) -> None:
    dialog.accept()


class Hands:
    """One person at one browser page. Every page that is looked at must pass axe and fit a phone."""

    def __init__(self, page: Page, address: str, name: str) -> None:
        self.page, self.address, self.name = page, address, name
        self.seen = 0

    @classmethod
    def of(cls, look: Looking, person: Person) -> "Hands":
        """Of that person, at the browser that others used before; asked whether they are sure, they are."""
        page = look.sit_down(person)
        page.once("dialog", _sure)
        return cls(page, look.address, person.username)

    def take(self, label: str, answers: Mapping[str, Any] | None = None) -> "Hands":
        """The step that is called so on the page of a thing; its form, where it asks something; and done."""
        self.press(label)
        if "/steps/" in self.page.url:
            self.fill(answers)
            self.press(label)
        assert "/steps/" not in self.page.url, self.page.locator("main").inner_text()[:800]
        return self

    def hand_in(self, text: str = "论证意见。") -> "Hands":
        """A file, where the page asks for one."""
        form = self.page.locator("main form", has=self.page.locator("input[type=file]")).first
        file = {"name": "材料.txt", "mimeType": "text/plain", "buffer": text.encode()}
        form.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
        form.locator("button[type=submit]").click()
        self.page.wait_for_load_state()
        return self

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
        for found in form.evaluate(FIELDS):
            name, kind = found["name"], found["kind"]
            fields = form.locator(f"[name='{name}']")
            if name in given:
                self._give(fields, kind, given[name])
            elif not found["filled"] and not found["optional"]:
                self._give(fields, kind, self._some(fields, kind))

    def names(self, within: str = "main form") -> set[str]:
        """What the form asks on the screen, by name."""
        return {found["name"] for found in self.page.locator(within).first.evaluate(FIELDS)}

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
