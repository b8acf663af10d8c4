"""The input of a step, as one Django form that every face uses: drawn by the pages, described to the API."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.confirmation import TooManyGuesses, confirms

if TYPE_CHECKING:
    from ethicsreview.lifecycle.act import Act

# Django's own words for nothing chosen yet.
DASHES = "---------"
MOST_TEXT = 200_000  # characters; the longest field, a meeting's minutes, takes a quarter of it


class StepForm(forms.Form):
    """Fields are flat (`answer__3`), so that a page, a JSON body and a test fill them alike.

    `build` adds fields that depend on the object. `secret` names what proves who is there and is no term of the
    step (a password): it reaches neither the step nor the trail.
    """

    secret: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, *args: Any, obj: Any, act: "Act", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.obj, self.act = obj, act
        self.build()
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField) and field.empty_label == DASHES:
                field.empty_label = _("请选择")

    def build(self) -> None:
        """Add or narrow fields by `self.obj` and `self.act`."""

    def terms(self) -> dict[str, Any]:
        """What the step is called with."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.secret}

    def recorded(self) -> dict[str, Any]:
        """What the trail keeps of the input. A form whose content is sealed keeps less."""
        return {name: recordable(value) for name, value in self.terms().items() if value not in (None, "", [])}


class PasswordAgain(StepForm):
    """For what a person signs: the password once more, whichever face it comes through."""

    secret = frozenset({"password"})
    password = forms.CharField(
        label=_("登录密码"),
        help_text=_("签署前请再次输入您的登录密码。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        try:
            right = confirms(self.act.actor, password)
        except TooManyGuesses:
            raise forms.ValidationError(_("密码输错次数过多，请过一段时间再试。"), code="locked") from None
        if not right:
            raise forms.ValidationError(_("密码不正确。"), code="password")
        return password


def unreadable(value: Any) -> str | Promise:
    """Why no field could take this: more text than any asks for, or no text at all. Empty where nothing is wrong."""
    for text in value if isinstance(value, list | tuple) else [value]:
        if isinstance(text, str) and len(text) > MOST_TEXT:
            return _("内容过长。")
        if isinstance(text, str) and any("\ud800" <= character <= "\udfff" for character in text):
            # Half a character, as broken software sends it; neither UTF-8 nor a digest can hold it.
            return _("含有无法识别的字符。")
    return ""


def recordable(value: Any) -> Any:
    """A cleaned value as plain data; rows become their reference, people their user name."""
    if isinstance(value, models.Model):
        return getattr(value, "ref", "") or getattr(value, "username", "") or value.pk
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): recordable(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | models.QuerySet):
        return [recordable(item) for item in value]
    if value is None or isinstance(value, str | int):
        return value
    return str(value)


_TYPES: list[tuple[type[forms.Field], dict[str, Any]]] = [
    (forms.MultipleChoiceField, {"type": "array", "items": {"type": "string"}}),
    (forms.ModelMultipleChoiceField, {"type": "array", "items": {"type": "string"}}),
    (forms.BooleanField, {"type": "boolean"}),
    (forms.IntegerField, {"type": "integer"}),
    (forms.DateTimeField, {"type": "string", "format": "date-time"}),
    (forms.DateField, {"type": "string", "format": "date"}),
    (forms.EmailField, {"type": "string", "format": "email"}),
]


def describe(form: forms.Form) -> dict[str, Any]:
    """The form as JSON Schema: what a machine may send, with the labels and help that people read. `enumNames` says
    who or what each value of an `enum` is, in its order.
    """
    properties = {}
    for name, field in form.fields.items():
        schema: dict[str, Any] = next(
            (deepcopy(kind) for cls, kind in _TYPES if isinstance(field, cls)), {"type": "string"}
        )
        schema["title"] = str(field.label or name)
        if field.help_text:
            schema["description"] = str(field.help_text)
        if isinstance(field, forms.ChoiceField):
            flat = [choice for choice in _flat(field.choices) if choice[0] != ""]
            held = schema["items"] if schema["type"] == "array" else schema
            held |= {"enum": [value for value, _label in flat], "enumNames": [label for _value, label in flat]}
        if limit := getattr(field, "max_length", None):
            schema["maxLength"] = limit
        properties[name] = schema
    required = [name for name, field in form.fields.items() if field.required]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _flat(choices: Any) -> list[tuple[str, str]]:
    flat = []
    for value, label in choices:
        if isinstance(label, list | tuple):
            flat += [(str(v), str(text)) for v, text in label]
        else:
            flat.append((str(value), str(label)))
    return flat
