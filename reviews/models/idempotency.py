"""One request, one deed: what was sent under a key is done once, however often it is sent, and through whichever face.

The row is written in the transaction of the deed. So two processes never do it twice, and a deed that was refused, or
lost with its process, leaves no row and is judged anew.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Self

from django.db import models, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.trail.models import Entry

KEPT = timedelta(days=7)
LONGEST = 200
# What a page sends beside what a person fills in.
BESIDE = frozenset({"csrfmiddlewaretoken", "once"})

# Said where the same form comes once more, with other content.
TAKEN_MEANWHILE = _(
    "您打开本页之后已经提交过一次，内容与现在填写的不同。现在填写的还没有提交；如确需再次提交，请核对后再点一次。"
)


class KeyReused(Exception):
    """The key stands for another request already."""


@dataclass(frozen=True)
class Answer:
    """What was answered, and whether that was an earlier time."""

    status: int
    text: str
    replayed: bool


def once(person: Person, key: str, said: Iterable[str], *, at: datetime, do: Callable[[], tuple[int, str]]) -> Answer:
    """Do it, unless the person has had it done under this key; `said` is what the request says, part by part.

    Whoever comes second with the same key waits in the database until the first has committed or given up.
    Raises KeyReused where the key was used for something else, and whatever `do` raises: then no row is left.
    """
    rows = IdempotentRequest.objects.filter(person=person)
    sent = fingerprint(said)
    with transaction.atomic():
        rows.outdated(at).delete()
        row, _new = rows.get_or_create(person=person, key=key, defaults={"fingerprint": sent, "created_at": at})
        if row.fingerprint != sent:
            raise KeyReused(key)
        if row.status is not None:
            return Answer(row.status, row.answer, replayed=True)
        row.status, row.answer = do()
        row.save(update_fields=["status", "answer"])
        return Answer(row.status, row.answer, replayed=False)


def once_by_form(
    person: Person, address: str, sent: Any, *, at: datetime, do: Callable[[], str], files: Any = None
) -> Answer:
    """The same for a form that a page drew with a key in `once`; `do` answers with the page to go to. `files`: what was
    uploaded with it, so that another file is another content.

    A form that brings no key, from a page written by hand, is taken as it is.
    """
    key = sent.get("once", "")
    if not key or len(key) > LONGEST - 5:
        return Answer(303, do(), replayed=False)
    said = [address, *(f"{name}={values}" for name, values in sorted(sent.lists()) if name not in BESIDE)]
    said += uploads_told(files) if files else []
    # A machine's key has no space in it, so a form's is never taken for one.
    return once(person, f"form {key}", said, at=at, do=lambda: (303, do()))


def uploads_told(files: Any) -> list[str]:
    """Each uploaded file by its field, name and digest; several may come in one field."""
    return [f"{name}={file.name} {_digest(file)}" for name, sent in sorted(files.lists()) for file in sent]


def _digest(file: Any) -> str:
    """Leaves the file at its beginning, for whoever stores it."""
    found = sha256()
    for part in file.chunks():
        found.update(part)
    file.seek(0)
    return found.hexdigest()


def form_key(obj: Lifecycle, step: str) -> str:
    """What a page that offers the step sends along: the same in every window until the step is taken once more."""
    taken = Entry.objects.filter(object_kind=obj.noun, object_ref=obj.ref, step=step).count()
    return f"{obj.noun}:{obj.ref}:{step}:{taken}"


def fingerprint(said: Iterable[str]) -> str:
    """Keyed, because a request may hold a password."""
    return salted_hmac("reviews.models.idempotency", "\n".join(said), algorithm="sha256").hexdigest()


class IdempotentRequestQuerySet(models.QuerySet["IdempotentRequest"]):
    def outdated(self, at: datetime) -> Self:
        return self.filter(created_at__lt=at - KEPT)


class IdempotentRequest(models.Model):
    """One row for each key of a person."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    key = models.CharField(max_length=LONGEST)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)
    created_at = models.DateTimeField()

    objects = IdempotentRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("接口请求")
        verbose_name_plural = _("接口请求")
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="idempotent_request_once")]
        indexes = [models.Index(fields=["person", "created_at"], name="idempotent_request_age")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.key}"
