"""A section of the application as a form. What is typed is kept as it is; the rules say what is wrong with it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ethicsreview.policy.catalogue_models import Column, FormField
from ethicsreview.policy.words import said
from reviews.portal.keeping import BLANK
from reviews.portal.questions import YES_NO
from reviews.rules.checklist import AskedField, AskedSection

# A draft is kept even where it is too long, so that nothing is lost; a whole book is not.
KEPT_CHARACTERS = 200_000
ROWS = 200


class RowsWidget(forms.Widget):
    """A table that is filled in row by row; empty rows fall away, and one empty row always waits."""

    template_name = "portal/widgets/rows.html"
    use_fieldset = True

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self.columns = columns

    def value_from_datadict(self, data: Any, files: MultiValueDict[str, Any], name: str) -> list[dict[str, str]]:
        if f"{name}-rows" not in data:
            return data.get(name) or []
        rows = []
        for number in range(_count(data.get(f"{name}-rows"))):
            cells = {column.key: data.get(f"{name}-{number}-{column.key}", "").strip() for column in self.columns}
            if data.get(f"{name}-remove") != str(number) and any(cells.values()):
                rows.append({key: cell for key, cell in cells.items() if cell})
        return rows

    def value_omitted_from_data(self, data: Any, files: MultiValueDict[str, Any], name: str) -> bool:
        return f"{name}-rows" not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        kept = [row for row in (value or []) if isinstance(row, Mapping)]
        rows = [
            [
                {
                    "name": f"{name}-{number}-{column.key}",
                    "id": f"{(attrs or {}).get('id', f'id_{name}')}_{number}_{column.key}",
                    "label": said(column),
                    "type": "date" if column.kind == "date" else "text",
                    "required": column.required,
                    "value": row.get(column.key, ""),
                }
                for column in self.columns
            ]
            for number, row in enumerate([*kept, {}])
        ]
        context["widget"] |= {"rows": rows, "count": len(rows)}
        return context

    def id_for_label(self, id_: str) -> str:
        return ""


class RowsField(forms.Field):
    """Cells are checked by the rules; here only that they are cells."""

    def to_python(self, value: Any) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = value or []
        if any("\x00" in cell for row in rows for cell in row.values()):
            raise forms.ValidationError(_("不能含有空字符。"), code="null_characters_not_allowed")
        return rows


class SectionForm(forms.Form):
    def __init__(
        self,
        section: AskedSection,
        content: Mapping[str, Any],
        data: Any = None,
    ) -> None:
        self.asked = {asked.key: asked.field for asked in section.fields}
        self.cite = section.section.cite
        super().__init__(data, initial={key: _shown(content.get(key)) for key in self.asked}, label_suffix="")
        for asked in section.fields:
            self.fields[asked.key] = _field(asked)

    def values(self) -> dict[str, Any]:
        """As the rules take them; a number that is none stays as it was typed, and they say so."""
        return {key: _kept(self.asked[key], value) for key, value in self.cleaned_data.items()}

    def articles(self) -> list[tuple[forms.BoundField, str]]:
        """Each field, with its article where that is not its section's."""
        return [(self[key], field.cite if field.cite != self.cite else "") for key, field in self.asked.items()]

    def show(self, errors: Mapping[str, Sequence[str]]) -> None:
        """Put what the rules found beside the fields."""
        for key, found in errors.items():
            if key in self.fields:
                self.add_error(key, [forms.ValidationError(message) for message in found])


def _field(asked: AskedField) -> forms.Field:
    field = asked.field
    shared: dict[str, Any] = {
        "label": said(field),
        "required": False,
        "help_text": said(field.help) if field.help else "",
    }
    made = _field_of(field, shared)
    # A draft may lack it, the application may not: so it is not drawn as optional.
    made.needed = asked.required  # type: ignore[attr-defined]
    return made


def _field_of(field: FormField, shared: dict[str, Any]) -> forms.Field:
    choices = [(option.key, said(option)) for option in field.options]
    if field.kind == "longtext":
        rows = 8 if (field.max_length or 0) > 2000 else 4
        area = forms.Textarea(attrs={"rows": rows})
        return forms.CharField(widget=area, max_length=KEPT_CHARACTERS, **_limited(field, shared))
    if field.kind == "number":
        return forms.CharField(widget=forms.TextInput(attrs={"inputmode": "numeric"}), max_length=40, **shared)
    if field.kind == "date":
        return forms.CharField(widget=forms.DateInput(attrs={"type": "date"}), max_length=40, **shared)
    if field.kind == "bool":
        return forms.ChoiceField(choices=[("true", _("是")), ("false", _("否"))], widget=forms.RadioSelect, **shared)
    if field.kind == "choice":
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **shared)
    if field.kind == "multichoice":
        return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **shared)
    if field.kind == "people":
        return RowsField(widget=RowsWidget(field.columns), **shared)
    return forms.CharField(max_length=KEPT_CHARACTERS, **_limited(field, shared))


def _limited(field: FormField, shared: dict[str, Any]) -> dict[str, Any]:
    limit = _("不超过%(limit)d字。") % {"limit": field.max_length}
    return {**shared, "help_text": f"{shared['help_text']}{limit}"}


def _shown(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _kept(field: FormField, value: Any) -> Any:
    if field.kind == "bool":
        return YES_NO.get(value)
    if field.kind == "number" and value.isascii() and value.isdigit():
        return int(value)
    if field.kind in {"text", "longtext"}:
        # A browser sends line ends as CRLF; what is compared and sealed has one form.
        return value.replace("\r\n", "\n")
    return value


def _count(text: Any) -> int:
    return min(int(text), ROWS) if str(text).isascii() and str(text).isdigit() else 0


def value_text(field: FormField, value: Any) -> str:
    """A value in words, on one line or several."""
    if value in BLANK:
        return _("（未填写）")
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if field.kind == "people":
        columns = {column.key: column for column in field.columns}
        return "\n".join(
            _("；").join(_cell(columns.get(key), key, cell) for key, cell in row.items())
            for row in value
            if isinstance(row, Mapping)
        )
    if field.kind == "date":
        return _day(str(value))
    labels = {option.key: said(option) for option in field.options}
    if isinstance(value, list | tuple):
        return _("；").join(labels.get(one, str(one)) for one in value)
    return labels.get(value, str(value))


def _cell(column: Column | None, key: str, cell: Any) -> str:
    text = _day(str(cell)) if column is not None and column.kind == "date" else str(cell)
    return f"{said(column) if column else key}{_('：')}{text}"


def _day(value: str) -> str:
    """A day as people write it; whatever else was typed stays as it is."""
    try:
        day = parse_date(value)
    except ValueError:
        return value
    return date_format(day, "DATE_FORMAT") if day else value
