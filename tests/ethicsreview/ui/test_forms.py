"""The renderer: names, hints and errors tied to their controls, as a screen reader follows them."""

from html.parser import HTMLParser

import pytest
from django import forms


class Sample(forms.Form):
    title = forms.CharField(label="名称", help_text="全称", max_length=10)
    note = forms.CharField(label="备注", required=False, widget=forms.Textarea)
    kind = forms.ChoiceField(label="类别", choices=[("a", "甲"), ("b", "乙")])
    verdict = forms.ChoiceField(
        label="意见", help_text="没有默认值", choices=[("yes", "同意"), ("no", "不同意")], widget=forms.RadioSelect
    )
    topics = forms.MultipleChoiceField(
        label="领域", choices=[("x", "生命科学"), ("y", "医学")], widget=forms.CheckboxSelectMultiple, required=False
    )
    agreed = forms.BooleanField(label="我承诺")
    ticket = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> None:
        raise forms.ValidationError("整体有误")


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    @property
    def ids(self) -> list[str]:
        return [attrs["id"] or "" for _tag, attrs in self.tags if "id" in attrs]

    def having(self, **wanted: str) -> dict[str, str | None]:
        found = [attrs for _tag, attrs in self.tags if wanted.items() <= attrs.items()]
        assert len(found) == 1, found
        return found[0]


@pytest.fixture
def wrong() -> Page:
    return Page(str(Sample({"title": "长" * 11})))


def test_every_control_has_its_bootstrap_class() -> None:
    page = Page(str(Sample()))

    assert page.having(name="title")["class"] == "form-control"
    assert page.having(name="note")["class"] == "form-control"
    assert page.having(name="kind")["class"] == "form-select"
    assert page.having(id="id_verdict_0")["class"] == "form-check-input"
    assert page.having(name="agreed")["class"] == "form-check-input"
    assert "class" not in page.having(name="ticket")


def test_hint_and_error_are_tied_to_the_control(wrong: Page) -> None:
    title = wrong.having(name="title")

    assert title["aria-describedby"] == "id_title_helptext id_title_error"
    assert title["aria-invalid"] == "true"
    assert title["class"] == "form-control is-invalid"
    assert {"id_title_helptext", "id_title_error"} <= set(wrong.ids)


def test_a_group_is_a_fieldset_described_as_a_whole(wrong: Page) -> None:
    fieldset = next(attrs for tag, attrs in wrong.tags if tag == "fieldset")

    assert fieldset["aria-describedby"] == "id_verdict_helptext id_verdict_error"
    assert wrong.having(id="id_verdict_1")["value"] == "no"
    assert [attrs["for"] for tag, attrs in wrong.tags if tag == "label" and "verdict" in (attrs["for"] or "")] == [
        "id_verdict_0",
        "id_verdict_1",
    ]


def test_no_id_stands_twice(wrong: Page) -> None:
    assert sorted(wrong.ids) == sorted(set(wrong.ids))


def test_the_summary_names_every_error_and_leads_to_its_control(wrong: Page) -> None:
    links = [attrs["href"] or "" for tag, attrs in wrong.tags if tag == "a"]

    assert links == ["#id_title", "#id_kind", "#id_verdict_0", "#id_agreed"]
    assert all(link.removeprefix("#") in wrong.ids for link in links)
    assert "整体有误" in str(Sample({"title": "名"}))


def test_only_what_may_be_left_out_is_marked() -> None:
    html = str(Sample())

    assert html.count("（选填）") == 2


def test_an_unbound_form_has_no_summary() -> None:
    assert "error-summary" not in str(Sample())


def test_what_people_enter_is_escaped() -> None:
    html = str(Sample({"title": '"><script>'}))

    assert "<script>" not in html
    assert 'value="&quot;&gt;&lt;script&gt;"' in html


def test_what_is_missing_is_named_as_the_control_asks_for_it_and_once_in_the_summary() -> None:
    form = Sample({"title": "长" * 11})
    said = [error for field in form for error in field.summary_errors]

    assert said[0].startswith("名称：")
    assert said[1:] == ["“类别”还没有选择。", "“意见”还没有选择。", "“我承诺”还没有勾选。"]
    assert Sample({}).errors["title"] == ["“名称”还没有填写。"]
