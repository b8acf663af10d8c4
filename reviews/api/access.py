"""Who asks, and which objects they may know of."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer
from pydantic import WithJsonSchema

from ethicsreview.accounts.models import ApiToken, Person
from ethicsreview.accounts.standing import Standing, standing_of
from ethicsreview.lifecycle import sight
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.refusals import NotVisible

Object = TypeVar("Object", bound=Lifecycle)
REF = re.compile(r"[A-Za-z0-9-]{1,60}")
# Described, and not checked on the way in: what cannot be a reference is not found, like any that does not exist.
Ref = Annotated[str, WithJsonSchema({"type": "string", "pattern": f"^{REF.pattern}$"})]


class Bearer(HttpBearer):
    """A token from `manage.py token`. The browser's session is no way in: it would need CSRF protection."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        return ApiToken.objects.holder(token, timezone.now())


if TYPE_CHECKING:

    class Call(HttpRequest):
        auth: ApiToken

else:
    Call = HttpRequest


@dataclass(frozen=True)
class Viewer:
    """The person behind a request, at its moment."""

    person: Person
    at: datetime

    @classmethod
    def of(cls, request: Call) -> "Viewer":
        return cls(request.auth.person, timezone.now())

    @cached_property
    def standing(self) -> Standing:
        return standing_of(self.person, self.at)


def find(model: type[Object], ref: str, viewer: Viewer, related: Iterable[str] = ()) -> Object:
    """The object, if the person may know of it; else NotVisible, whether it exists or not."""
    if not REF.fullmatch(ref):
        raise NotVisible(f"{model.noun}:{ref}")
    return sight.find(model, ref, viewer.standing, *related)
