"""What a person is at a moment: every role they hold, read once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from ethicsreview.accounts.models import Appointment, Person, Role
from ethicsreview.accounts.prepared import Given, Prepared
from ethicsreview.accounts.regions import territory_prefix


class System:
    """The actor of what the clock or a rule does by itself."""

    id = pk = None
    name = "系统"
    username = ""


SYSTEM = System()


@dataclass(frozen=True)
class Held:
    """One role, held now. `level` and `field` are an authority's, and empty elsewhere."""

    role: str
    body_id: int
    body_kind: str
    region: str
    level: str = ""
    field: str = ""


@dataclass(frozen=True)
class Standing:
    """The roles of one person at one moment; of nobody, for a visitor; of the system, which sees everything."""

    person: Person | None
    at: datetime
    held: tuple[Held, ...] = ()
    is_system: bool = False
    memory: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def once(self, key: Any, compute: Callable[[], Any]) -> Any:
        """What several questions about this person at this moment need, read once."""
        if key not in self.memory:
            self.memory[key] = compute()
        return self.memory[key]

    @property
    def sees_everyone(self) -> bool:
        """Operators; the system; and the superuser, who appoints the first operator."""
        return self.is_system or self.holds(Role.OPERATOR) or (self.person is not None and self.person.is_superuser)

    def holds(self, *roles: str, body_id: int | None = None) -> bool:
        return any(h.role in roles and (body_id is None or h.body_id == body_id) for h in self.held)

    def bodies(self, *roles: str) -> frozenset[int]:
        return frozenset(h.body_id for h in self.held if h.role in roles)

    def territories(self, role: str = Role.REGULATOR) -> frozenset[str]:
        """The prefixes of GB/T 2260 codes that the role covers: {"3701"}; {""} for the whole country."""
        return frozenset(
            "" if h.level == "national" else territory_prefix(h.region) for h in self.held if h.role == role
        )


def standing_of(person: Any, at: datetime) -> Standing:
    """One query. An inactive person, and a visitor, hold nothing."""
    if isinstance(person, System):
        return Standing(None, at, is_system=True)
    if not isinstance(person, Person) or not person.is_active:
        return Standing(None, at)
    rows = HELD(person=person.pk, day=timezone.localdate(at))
    return Standing(
        person,
        at,
        tuple(
            Held(role, body, kind, region, level or "", field or "") for role, body, kind, region, level, field in rows
        ),
    )


HELD = Prepared(
    lambda: (
        Appointment.objects.on(Given("day"))
        .filter(person=Given("person"), body__is_active=True)
        .values_list(
            *("role", "body_id", "body__kind", "body__region", "body__as_authority__level"),
            "body__as_authority__field",
        )
    )
)
