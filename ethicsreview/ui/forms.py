"""How every form of the service is drawn: labels, help and errors tied to their fields, an error summary on top."""

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ethicsreview.ui.choosing import ManyCheckboxes

_CHOICE_GROUPS = (forms.RadioSelect, forms.CheckboxSelectMultiple)
_CONTROLS: list[tuple[tuple[type[forms.Widget], ...], str]] = [
    ((forms.CheckboxInput, *_CHOICE_GROUPS), "form-check-input"),
    ((forms.Select,), "form-select"),
    ((forms.Widget,), "form-control"),
]


class BoundField(forms.BoundField):
    """A field that knows the Bootstrap classes of its widget, what its template asks, and what to say where it is
    left empty: Django's own words name nothing.
    """

    def __init__(self, form: forms.BaseForm, field: forms.Field, name: str) -> None:
        super().__init__(form, field, name)
        # The form's own copy of the field: what a form says of itself stays.
        if field.error_messages.get("required") is forms.Field.default_error_messages["required"]:
            field.error_messages["required"] = self._missing(field) % {"field": self.label}

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        if not widget.is_hidden:
            classes = [widget.attrs.get("class", ""), attrs.get("class", ""), self._control(widget)]
            if self.errors:
                classes.append("is-invalid")
            attrs["class"] = " ".join(dict.fromkeys(name for part in classes for name in part.split()))
        return attrs

    def label_tag(
        self,
        contents: Any = None,
        attrs: dict[str, Any] | None = None,
        label_suffix: str | None = None,
        tag: str | None = None,
    ) -> SafeString:
        """Without a colon, unless one is asked for: the label stands above its control."""
        look = "form-check-label" if self.is_single_check else "form-label"
        return super().label_tag(contents, {"class": look, **(attrs or {})}, label_suffix or "", tag)

    @property
    def summary_errors(self) -> list[str]:
        """Each error with the field's name, once."""
        label = str(self.label)
        return [
            error if label in error else _("%(field)s：%(error)s") % {"field": label, "error": error}
            for error in map(str, self.errors)
        ]

    @property
    def is_single_check(self) -> bool:
        """A box that stands before its label."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def is_choice_group(self) -> bool:
        """A few choices, drawn one below the other. Many have a box of their own."""
        return isinstance(self.field.widget, _CHOICE_GROUPS) and not isinstance(self.field.widget, ManyCheckboxes)

    @property
    def summary_target(self) -> str:
        """Where a link of the error summary leads: the control, or the first one of a group."""
        return f"{self.auto_id}_0" if self.use_fieldset and self.auto_id else self.auto_id

    @staticmethod
    def _missing(field: forms.Field) -> str:
        # Not “choose …”: where a label is what is judged (“meets the principles”), that would say which way.
        if isinstance(field.widget, forms.CheckboxInput):
            return _("“%(field)s”还没有勾选。")
        if isinstance(field.widget, (forms.Select, forms.FileInput, *_CHOICE_GROUPS)):
            return _("“%(field)s”还没有选择。")
        return _("“%(field)s”还没有填写。")

    @staticmethod
    def _control(widget: forms.Widget) -> str:
        return next(name for kinds, name in _CONTROLS if isinstance(widget, kinds))


class Renderer(TemplatesSetting):
    """Templates of forms come from the same place as those of pages, so that any room can override one."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"
    bound_field_class = BoundField
