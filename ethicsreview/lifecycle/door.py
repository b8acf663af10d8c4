"""The one door through which state changes.

`perform` always goes: transaction → lock → visible? → permitted? → free of conflict? → every requirement,
all refusals collected → input → the step → validate → save → trail → deadlines → consequences → notices.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMFieldMixin

from ethicsreview.accounts.references import lock
from ethicsreview.accounts.request_id import current_request_id
from ethicsreview.accounts.standing import Standing, standing_of
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.forms import StepForm, describe, recordable, unreadable
from ethicsreview.lifecycle.models import Lifecycle, open_door
from ethicsreview.lifecycle.refusals import InvalidInput, NotPermitted, NotVisible, Refusal, Refused, SideDoor
from ethicsreview.lifecycle.sight import sees
from ethicsreview.lifecycle.steps import CONSEQUENCE, Step, steps_of
from ethicsreview.notices.outbox import nobody, post
from ethicsreview.notices.tables import notice_for
from ethicsreview.trail.record import Record, append

Object = TypeVar("Object", bound=Lifecycle)


@dataclass(frozen=True)
class StepView:
    """One step, as a face draws it for one person: open, or shut with every reason."""

    step: Step
    refusals: tuple[Refusal, ...]
    make_form: Callable[[], StepForm]
    rests_on: Callable[[], str]

    @cached_property
    def form(self) -> StepForm:
        """Built when it is drawn: a list of buttons must not read what every form offers to choose from."""
        return self.make_form()

    @property
    def name(self) -> str:
        return self.step.name

    @property
    def label(self) -> str | Promise:
        return self.step.label

    @property
    def cite(self) -> str:
        return self.rests_on()

    @property
    def open(self) -> bool:
        return not self.refusals

    def input_schema(self) -> dict[str, Any]:
        return describe(self.form)


def perform(
    obj: Object,
    name: str,
    received: Mapping[str, Any] = MappingProxyType({}),
    /,
    *,
    by: Any,
    at: datetime | None = None,
    **raw: Any,
) -> Object:
    """Take a step, for a person (or SYSTEM), now; returns the object as it was saved.

    The input comes by name, or as a face `received` it: whatever its names are, none can pose as the actor or the
    moment. The step's form cleans it. Raises NotVisible, NotPermitted,
    Refused (all requirements that are unmet) or InvalidInput (all fields that are wrong); then nothing has
    changed.
    """
    moment = at or timezone.now()
    with transaction.atomic(), open_door():
        locked = _locked(obj)
        act = Act(actor=by, at=moment, standing=standing_of(by, moment), request_id=current_request_id())
        if not act.standing.is_system and not sees(locked, act.standing):
            raise NotVisible(f"{obj.noun}:{obj.ref}")
        declared = steps_of(type(locked))[name]
        _check_permission(declared, locked, act)
        if refusals := _refusals(declared, locked, act):
            raise Refused(refusals)
        _name_whom(locked, act)
        form = _valid_form(declared, locked, act, {**received, **raw})
        _take(locked, declared, act, form.terms(), form.recorded())
    return locked


def create(instance: Object, *, by: Any, at: datetime | None = None, **facts: Any) -> Object:
    """Bring a new object into being, with the first entry of its trail."""
    moment = at or timezone.now()
    with transaction.atomic(), open_door():
        act = Act(actor=by, at=moment, standing=standing_of(by, moment), request_id=current_request_id())
        act.capacities = instance.creators & instance.capacities(act.standing)
        if not act.standing.is_system and not act.capacities:
            raise NotPermitted(str(_("新建")), sorted(instance.creators))
        _name_whom(instance, act)
        act.record(**facts)
        _make(instance, act)
    return instance


def open_steps(
    obj: Lifecycle, by: Any, *, at: datetime | None = None, standing: Standing | None = None, every: bool = False
) -> list[StepView]:
    """The steps this person may take on the object, each open or with all that stands in its way.

    Steps that belong to another state are left out, unless `every` asks for them too. `standing` saves a query
    where the face has it already.
    """
    moment = at or timezone.now()
    act = Act(actor=by, at=moment, standing=standing or standing_of(by, moment))
    capacities = obj.capacities(act.standing)
    views = []
    for declared in steps_of(type(obj)).values():
        if not declared.by & capacities or not (every or obj.state in declared.sources):
            continue
        act.doing = (obj, declared.name)
        views.append(_view(declared, obj, act))
    return views


def step_view(
    obj: Lifecycle,
    name: str,
    by: Any,
    *,
    at: datetime | None = None,
    standing: Standing | None = None,
    data: Any = None,
) -> StepView:
    """One step with its form (bound when `data` is given), for the page that asks for its input."""
    moment = at or timezone.now()
    act = Act(actor=by, at=moment, standing=standing or standing_of(by, moment))
    declared = steps_of(type(obj))[name]
    _check_permission(declared, obj, act)
    return _view(declared, obj, act, data)


def _view(declared: Step, obj: Lifecycle, act: Act, data: Any = None) -> StepView:
    refusals = tuple(_refusals(declared, obj, act))
    form = partial(declared.form, data, obj=obj, act=act)
    return StepView(declared, refusals, form, partial(obj.rests_on, declared, act.at))


def _locked(obj: Object) -> Object:
    """The object afresh, under its subject's lock and its own: always in this order, so that no two wait crosswise."""
    subject = obj.subject()
    if subject.pk != obj.pk or type(subject) is not type(obj):
        lock(subject)
    return lock(obj)


def _check_permission(declared: Step, obj: Lifecycle, act: Act) -> None:
    act.capacities = declared.by & obj.capacities(act.standing)
    if not act.capacities and not (act.standing.is_system and CONSEQUENCE in declared.by):
        raise NotPermitted(str(declared.label), sorted(declared.by))


def _name_whom(obj: Lifecycle, act: Act) -> None:
    """Both names stand in the record where one person acts for another."""
    if other := obj.on_behalf_of(act.capacities):
        act.record(on_behalf_of=other.name, on_behalf_of_username=other.username)


def _refusals(declared: Step, obj: Lifecycle, act: Act) -> list[Refusal]:
    found = []
    if obj.state not in declared.sources:
        field: Any = obj._meta.get_field("state")  # type: ignore[misc]  # each subclass declares its own
        names = dict(field.flatchoices)
        found.append(
            Refusal(
                "state",
                _("当前状态为“%(state)s”，不能“%(step)s”"),
                {"state": names.get(obj.state, obj.state), "step": declared.label},
                obj.rests_on(declared, act.at),
            )
        )
    if declared.judges:
        found += act.once(("conflicts", obj.noun, obj.pk), lambda: list(obj.conflicts(act.standing)))
    # A guard speaks of the state its step begins in; asked elsewhere it would only repeat the first refusal.
    if not found or obj.state in declared.sources:
        for guard in declared.requires:
            found += guard(obj, act)
    return found


def _valid_form(declared: Step, obj: Lifecycle, act: Act, raw: Mapping[str, Any]) -> StepForm:
    form = declared.form(dict(raw), obj=obj, act=act)
    errors = {name: [str(_("没有这一项。"))] for name in raw if name not in form.fields}
    if found := {name: [str(wrong)] for name, value in raw.items() if (wrong := unreadable(value))}:
        # A form would repeat the whole of it in its own message, or fail on it.
        form = declared.form({name: value for name, value in raw.items() if name not in found}, obj=obj, act=act)
    if not form.is_valid():
        errors |= {name: [str(message) for message in messages] for name, messages in form.errors.items()}
    if errors := errors | found:
        raise InvalidInput(errors)
    return form


def _take(obj: Lifecycle, declared: Step, act: Act, cleaned: Mapping[str, Any], recorded: dict[str, Any]) -> None:
    source = obj.state
    act.doing = (obj, declared.name)
    getattr(obj, declared.name)(act, **cleaned)
    for other, consequence, terms in act.preliminaries:
        _bring_about(obj, declared.name, other, consequence, act.apart(CONSEQUENCE), terms)
    # The database enforces keys and uniqueness; here it is for the words that a person reads.
    obj.full_clean(exclude=_unchecked(obj), validate_unique=False, validate_constraints=False)
    obj.save()
    facts = act.facts | ({"input": recorded} if recorded else {})
    _record(obj, declared.name, act, source=source, cite=obj.rests_on(declared, act.at), facts=facts)
    _follow_up(obj, declared.name, act)


def _make(instance: Lifecycle, act: Act) -> None:
    if instance.state != instance._meta.get_field("state").get_default():  # type: ignore[misc]  # each declares its own
        raise SideDoor(f"{type(instance).__name__} begins in its first state")
    if not instance.ref:
        instance.give_ref(act.at)
    instance.full_clean(exclude=_unchecked(instance), validate_unique=False, validate_constraints=False)
    instance.save()
    act.doing = (instance, "create")
    _record(instance, "create", act, source="", cite="", facts=act.facts)
    _follow_up(instance, "create", act)


def _record(obj: Lifecycle, name: str, act: Act, *, source: str, cite: str, facts: Mapping[str, Any]) -> None:
    subject = obj.subject()
    actor = ("system" if act.standing.is_system else "person", act.actor.username, act.actor.name)
    append(
        Record(
            subject=(subject.noun, subject.ref),
            object=(obj.noun, obj.ref),
            step=name,
            at=act.at,
            actor=actor,
            capacities=",".join(sorted(act.capacities)),
            source=source,
            target=obj.state,
            citation=cite,
            facts=recordable(facts),
            request_id=act.request_id,
        )
    )


def _follow_up(obj: Lifecycle, name: str, act: Act) -> None:
    """What the step leaves behind it: new objects, deadlines, steps on other objects, and last the post."""
    for instance in act.creations:
        _make(instance, act.apart(CONSEQUENCE))
    for target, change in act.timings:
        change(target)
    timed = {(target.noun, target.ref): target for target, _change in act.timings}
    for target in timed.values():
        if isinstance(target, Lifecycle):
            target.note_next_due()
    for other, consequence, cleaned in act.consequences:
        _bring_about(obj, name, other, consequence, act.apart(CONSEQUENCE), cleaned)
    for other, ruling, cleaned in act.rulings:
        _bring_about(obj, name, other, ruling, act.as_system(CONSEQUENCE), cleaned)
        if other == obj:
            obj.refresh_from_db()
    _post(obj, name, act)


def _bring_about(
    obj: Lifecycle, name: str, other: Lifecycle, consequence: str, act: Act, cleaned: dict[str, Any]
) -> None:
    locked = _locked(other)
    declared = steps_of(type(locked))[consequence]
    if CONSEQUENCE not in declared.by:
        raise NotPermitted(str(declared.label), sorted(declared.by))
    act.doing = (locked, consequence)
    if refusals := _refusals(declared, locked, act):
        raise Refused(refusals)
    act.record(because=f"{obj.noun}:{obj.ref} {name}")
    _take(locked, declared, act, cleaned, {})


def _post(obj: Lifecycle, name: str, act: Act) -> None:
    key = f"{obj.noun}.{name}"
    # What only somebody named is told is no matter for a body's group or system.
    messages: list[Any] = [(*told, nobody) for told in act.messages]
    if rule := notice_for(key):
        people = {person.pk: person for group in rule.to for person in obj.people(group)}
        messages.insert(0, (key, list(people.values()), act.words, obj.bodies))
    for message, people_told, places, bodies in messages:
        post(
            message,
            people_told,
            object_kind=obj.noun,
            object_ref=obj.ref,
            url=obj.get_absolute_url(),
            context={**obj.words(), **places},
            dedupe=f"{message}:{obj.ref}:{act.at.isoformat()}",
            at=act.at,
            request_id=act.request_id,
            bodies=bodies,
        )


def _unchecked(obj: Lifecycle) -> set[str]:
    """What `full_clean` leaves alone: keys, which the database checks, and the state, which only its step sets."""
    return {field.name for field in obj._meta.concrete_fields if field.is_relation or isinstance(field, FSMFieldMixin)}
