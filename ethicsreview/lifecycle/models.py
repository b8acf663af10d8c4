"""What every object with a lifecycle has."""

from collections.abc import Collection, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from enum import StrEnum, auto
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin, FSMFieldMixin

from ethicsreview.accounts.models import Body, Sequence
from ethicsreview.accounts.prepared import Given, Prepared
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.refusals import Refusal, SideDoor

if TYPE_CHECKING:
    from ethicsreview.lifecycle.steps import Step

# When what an object's clocks demand first is due.
SOONEST = Prepared(
    lambda: (
        Deadline.objects.open()
        .filter(object_kind=Given("kind"), object_ref=Given("ref"))
        .order_by("due_at")
        .values_list("due_at", flat=True)[:1]
    )
)

_door_open: ContextVar[bool] = ContextVar("door_open", default=False)


@contextmanager
def open_door() -> Any:
    """Only `door` and bulk imports, which write the trail themselves, pass here."""
    token = _door_open.set(True)
    try:
        yield
    finally:
        _door_open.reset(token)


class LifecycleQuerySet(models.QuerySet[Any]):
    def visible_to(self, standing: Standing) -> Self:
        """The rows this person may know of. Each model answers; nothing is visible by default."""
        raise NotImplementedError

    def update(self, **values: Any) -> int:
        if "state" in values:
            raise SideDoor("a state is set by a step, not by update()")
        return super().update(**values)

    def bulk_create(self, *args: Any, **kwargs: Any) -> list[Any]:
        if not _door_open.get():
            raise SideDoor(f"{self.model.__name__} is made by create alone")
        return super().bulk_create(*args, **kwargs)

    def delete(self) -> Any:
        raise SideDoor("objects with a lifecycle are never deleted")


class NamedTo(StrEnum):
    """To whom the name of an object is written where nobody asks first whether they see it: whoever holds the office,
    or only the person whose own duty it is, since an office may be held by somebody with an interest.
    """

    ALL, OWN, NOBODY = auto(), auto(), auto()


class Lifecycle(ConcurrentTransitionMixin, models.Model):
    """Base of every object whose state changes by steps.

    A subclass declares `ref` (unique text), `state` (a StateField), and:
    - `noun`: its kind in the trail, in notices and deadlines ("review");
    - `collection`: its name in addresses ("reviews");
    - `letter`: what its reference begins with ("R");
    - `creators`: the capacities that may create one;
    - `called`: the columns with its name for people, the first that there is ("project__title");
    - `named_to`: to whom notices of its deadlines write that name.
    """

    noun: ClassVar[str]
    collection: ClassVar[str]
    letter: ClassVar[str]
    creators: ClassVar[frozenset[str]] = frozenset()
    called: ClassVar[str] = ""
    named_to: ClassVar[NamedTo] = NamedTo.ALL
    ref: Any
    state: Any

    next_due_at = models.DateTimeField(_("最近期限"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not _door_open.get():
            raise SideDoor(f"{type(self).__name__} is saved by perform or create alone")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise SideDoor("an object with a lifecycle is never deleted")

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Read again. Django-fsm's own version lifts the protection of the field for every thread meanwhile."""
        fresh = type(self)._base_manager.get(pk=self.pk)
        for field in self._meta.concrete_fields:
            if isinstance(field, FSMFieldMixin):
                field.set_state(self, getattr(fresh, field.attname))
            else:
                setattr(self, field.attname, getattr(fresh, field.attname))
        self._state.fields_cache.clear()
        getattr(self, "_prefetched_objects_cache", {}).clear()
        self._update_initial_state()

    def give_ref(self, at: datetime) -> None:
        year = timezone.localtime(at).year
        self.ref = f"{self.letter}{year}-{Sequence.take(f'{self.letter}{year}'):06d}"

    # --- what a subclass answers -------------------------------------------------------------------------------

    def subject(self) -> "Lifecycle":
        """The object in whose chain this one's steps stand, and under whose row lock they are taken."""
        return self

    def capacities(self, standing: Standing) -> set[str]:
        """In what capacities this person stands to this object: "lead", "secretary", "chair" …"""
        raise NotImplementedError

    def on_behalf_of(self, capacities: Collection[str]) -> Any:
        """In whose name somebody acts who has the step by these capacities; None where in their own."""
        return None

    def rests_on(self, declared: "Step", at: datetime) -> str:
        """The article that a step of this object rests on: the declared one, where the place has none of its own."""
        return declared.cite

    def conflicts(self, standing: Standing) -> Iterable[Refusal]:
        """What forbids this person to judge the matter, whatever their role."""
        return ()

    def people(self, group: str) -> Iterable[Any]:
        """The people behind a word of the notices table ("lead", "secretaries")."""
        raise NotImplementedError

    def bodies(self) -> set[int]:
        """Whose matter this is: the bodies that it names, and those that what it belongs to names. Their groups and
        systems hear of it, as far as their own people are told.
        """
        found: set[int] = set()
        for field in self._meta.concrete_fields:
            of, key = field.related_model, getattr(self, field.attname)
            if key is None or not isinstance(of, type) or of is type(self):
                continue
            if issubclass(of, Body):
                found.add(key)
            if issubclass(of, Lifecycle):
                found |= getattr(self, field.name).bodies()
        return found

    def get_absolute_url(self) -> str:
        raise NotImplementedError

    def words(self) -> dict[str, Any]:
        """Places that every notice about this object may fill."""
        return {"ref": self.ref}

    def note_next_due(self) -> None:
        """Keep the earliest open deadline on the row, so that a queue is read from one index.

        A row that says so already is not touched: it may be one that is kept as written.
        """
        self.next_due_at = first = next(iter(SOONEST(kind=self.noun, ref=self.ref)), None)
        same = models.Q(next_due_at__isnull=True) if first is None else models.Q(next_due_at=first)
        type(self)._base_manager.filter(pk=self.pk).exclude(same).update(next_due_at=first)
