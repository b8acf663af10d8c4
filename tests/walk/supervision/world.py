"""What the beginnings of supervision share: what is seen, what always holds, how pages are looked at."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from ethicsreview.accounts.models import Person, Role
from ethicsreview.lifecycle.models import Lifecycle
from reviews.models import Complainant
from tests.committees.builders import authority, holder, institution
from tests.memory import contents
from tests.reviews.complaints import CONTACT, WHISTLE
from tests.walk.place import Joint, Terms, Tried, a_stranger_sees_nothing
from tests.walk.supervision.invariants import EVERYWHERE
from tests.walk.supervision.seen import LIFECYCLES, Seen

# At every so manieth situation a page is asked for.
PAGES = 3


class Supervision:
    """A matter of supervision and the people around it. `nouns`: whose steps are walked, first those others hang on."""

    everybody: ClassVar[frozenset[str]] = frozenset()
    elsewhere: ClassVar[frozenset[str]] = frozenset()
    hidden: ClassVar[tuple[Any, ...]] = ()
    name: ClassVar[str]
    nouns: ClassVar[tuple[str, ...]]
    invariants: ClassVar[tuple[Callable[..., None], ...]] = ()
    # Whoever may take which step though it is their own matter: they answer.
    answering: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, at: datetime, people: dict[str, Person]) -> None:
        self.at, self.people = at, people
        self.hidden = tuple(LIFECYCLES[noun] for noun in self.nouns)
        elsewhere = institution("440100")
        self.outsiders = {
            "officer elsewhere": holder(Role.INSTITUTION_OFFICER, elsewhere),
            "researcher elsewhere": holder(Role.RESEARCHER, elsewhere),
            "regulator elsewhere": holder(Role.REGULATOR, authority("440000", level="province")),
        }
        # One client for all: each looks for the static files anew.
        self.client = Client()
        self.cookies = {who: self._signed_in(one) for who, one in {**people, **self.outsiders}.items()}

    def _signed_in(self, person: Person) -> str:
        self.client.cookies.clear()
        self.client.force_login(person, backend=settings.AUTHENTICATION_BACKENDS[-1])
        return self.client.cookies[settings.SESSION_COOKIE_NAME].value

    # --- what a walk asks -----------------------------------------------------------------------------------------

    def picture(self, at: datetime) -> Seen:
        return Seen(at)

    def witnessed(self, at: datetime) -> Any:
        return None

    def tried(self, seen: Seen) -> Tried:
        return SupervisionTried(self, seen)

    def joint(self, seen: Seen) -> Joint:
        """The states, what else can make a difference, which ends have passed, and which comes next."""
        return (
            tuple(sorted(stand for noun, row in self.objects(seen) if (stand := self.stands(seen, noun, row)))),
            self.besides_states(seen),
            tuple(sorted((row.kind, bool(row.due_at <= seen.at)) for row in self.running(seen))),
            self.next_end(seen)[0],
        )

    def objects(self, seen: Seen) -> list[tuple[str, Any]]:
        return [(noun, row) for noun in self.nouns for row in seen.rows(LIFECYCLES[noun])]

    def stands(self, seen: Seen, noun: str, row: Any) -> Joint:
        """Of one object; empty for one that makes no difference any more."""
        return noun, str(row.state), *(str(one) for one in self.facts(seen, noun, row))

    def facts(self, seen: Seen, noun: str, row: Any) -> Joint:
        """Of one object, besides its state."""
        return ()

    def besides_states(self, seen: Seen) -> Joint:
        return ()

    def running(self, seen: Seen) -> list[Any]:
        return [row for row in seen.open_deadlines if row.object_kind in self.nouns]

    def ends(self, seen: Seen) -> bool:
        return False

    def is_over(self, seen: Seen) -> bool:
        raise NotImplementedError

    def hold(self, seen: Seen, witness: Any) -> None:
        for check in EVERYWHERE:
            check(seen)
        for check in self.invariants:
            check(seen, witness)

    def at_the_door(
        self, seen: Seen, after: Seen, obj: Any, step: str, person: Person, terms: Terms, witness: Any
    ) -> Any:
        assert step in self.answering or not self.own_matter(seen, obj, person), "somebody handled their own matter"
        return witness

    def own_matter(self, seen: Seen, obj: Any, person: Person) -> bool:
        return False

    def besides(self, seen: Seen) -> Iterator[tuple[str, Callable[[], Any]]]:
        return iter(())

    def next_end(self, seen: Seen) -> tuple[str, datetime | None]:
        coming = [(row.due_at, row.kind) for row in self.running(seen)] + list(self.days(seen))
        later = sorted(one for one in coming if one[0] > seen.at)
        return later[0][1::-1] if later else ("", None)

    def days(self, seen: Seen) -> Iterator[tuple[datetime, str]]:
        """On which something begins or ends by itself, without a deadline."""
        return iter(())

    # --- who sees what --------------------------------------------------------------------------------------------

    def nothing_leaks(self, seen: Seen, turn: int) -> None:
        a_stranger_sees_nothing(self, seen, turn)

    def kept_from(self, seen: Seen, noun: str, row: Any) -> set[str]:
        """By their names here, those to whom this object does not exist."""
        return set(self.outsiders)

    def look_around(self, seen: Seen, turn: int) -> None:
        """No row says who complained; nor does a page, which does not even ask. One page, by one person, in turn."""
        assert not {WHISTLE, CONTACT} & _texts(), "who complained is told"
        if turn % PAGES:
            return
        turn //= PAGES
        objects = self.objects(seen)
        noun, row = objects[turn % len(objects)]
        who = list(self.cookies)[(turn // len(objects)) % len(self.cookies)]
        asked: list[str] = []

        def listen(execute: Any, sql: str, *rest: Any) -> Any:
            asked.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(listen):
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[who]
            page = self.client.get(reverse(f"desk:{noun}", args=[row.ref]))
        assert page.status_code in {200, 404}, f"{who} is answered {page.status_code}"
        assert page.status_code == 404 or who not in self.kept_from(seen, noun, row), f"{who} reads a {noun}"
        told = page.content.decode()
        assert WHISTLE not in told, "a page says who complained"
        assert CONTACT not in told, "a page says who complained"
        sealed = Complainant._meta.db_table
        assert not any(sealed in sql for sql in asked), "a page asks who complained"


def _texts() -> set[str]:
    """Of the two words those that stand in some row."""
    everything = repr(contents())
    return {word for word in (WHISTLE, CONTACT) if word in everything}


class SupervisionTried(Tried):
    """`of_<noun>` of the beginning says with what."""

    def __init__(self, begun: Supervision, seen: Seen) -> None:
        super().__init__(seen)
        self.begun, self.stand = begun, begun.joint(seen)

    def objects(self) -> Iterator[Lifecycle]:
        for noun in self.begun.nouns:
            for row in self.seen.rows(LIFECYCLES[noun]):
                yield LIFECYCLES[noun].objects.get(pk=row.id)

    def near(self, obj: Lifecycle) -> str:
        """Everything that the beginning tells situations apart by: who stands to it in what way hangs on that."""
        return f"{self.stand} {obj.pk}"

    def inputs(self, obj: Lifecycle, step: str) -> list[Terms]:
        written = getattr(self.begun, f"of_{obj.noun}", None)
        found: list[Terms] = written(self.seen, obj, step) if written is not None else []
        return found
