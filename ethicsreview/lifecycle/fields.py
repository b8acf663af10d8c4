"""The column in which an object with a lifecycle keeps where it is."""

from typing import Any

from django_fsm import FSMField


class StateField(FSMField):
    """A state that nothing but a transition sets.

    A migration sees the plain text column that it is: the machine belongs to the model. (Each FSMField that a
    migration rendered would listen to every model prepared after it: the first `migrate` lasted a minute.)
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "protected": True})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        kwargs.pop("protected", None)
        return name, "django.db.models.CharField", args, kwargs
