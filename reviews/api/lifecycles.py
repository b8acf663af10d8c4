"""The same five addresses for every kind of object with a lifecycle: a list, one, its steps, a step, its trail."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from django import forms
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Body, Query, Router
from pydantic import Field, WithJsonSchema, create_model

from ethicsreview.accounts.regions import is_region, territory_prefix
from ethicsreview.lifecycle.door import open_steps, perform, step_view
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.refusals import InvalidInput
from ethicsreview.lifecycle.steps import steps_of
from ethicsreview.trail.models import Entry
from ethicsreview.ui.keyset import page
from reviews.api.access import Call, Ref, Viewer, find
from reviews.api.shapes import EntryShape, Input, Moment, Page, StepShape, Summary

Value = str | int | bool | None | list[str | int]
StepInput = dict[str, Value]
Filter = Callable[[Viewer, str], Q]


class Paged(Input):
    after: str = Field("", max_length=400, description="`next` of the page before")
    limit: int = Field(25, ge=1, le=100)


class Asked(Paged):
    state: str = ""
    committee: str = Field("", max_length=20, pattern="^[A-Za-z0-9-]*$", description="reference of a committee")
    project: str = Field("", max_length=20, pattern="^[A-Za-z0-9-]*$", description="reference of a project")
    region: str = Field("", pattern=r"^(\d{6})?$", description="GB/T 2260; those below it count too")
    due_before: Moment | None = None


@dataclass(frozen=True)
class Face:
    """How one kind of object meets machines.

    `shape` answers for one object, `row` in lists; `related` are joined for them. `committee`, `project` and `region`
    say what these filters mean here; a kind without one does not take the filter. `own` narrows the list to the
    asker's.
    """

    model: type[Lifecycle]
    shape: type[Summary] = Summary
    row: type[Summary] = Summary
    related: tuple[str, ...] = ()
    committee: Filter | None = None
    project: Filter | None = None
    region: str = ""
    own: Callable[[QuerySet[Any], Viewer], QuerySet[Any]] | None = None


def asked_of(model: type[Any]) -> Any:
    """The filters, with the states that this kind can be in."""
    states: Any = Literal[("", *dict(model._meta.get_field("state").flatchoices))]
    return create_model(f"Asked{model.__name__}", __base__=Asked, state=(states, ""))


def step_name(model: type[Any]) -> Any:
    """Described, and not checked on the way in: a step that does not exist is not found."""
    names = {"enum": list(steps_of(model))} if steps_of(model) else {}
    return Annotated[str, WithJsonSchema({"type": "string"} | names)]


def along(path: str) -> Filter:
    """A filter by what the path leads to."""
    return lambda _viewer, value: Q(**{path: value})


def routes(face: Face) -> Router:
    """The router of a collection; a module may add to it what only its kind has."""
    model: type[Any] = face.model
    collection: str = model.collection
    router = Router(tags=[collection])
    rows_page: Any = Page[face.row]  # type: ignore[name-defined]
    filters, name_of_step = asked_of(model), step_name(model)

    @router.get("", response=rows_page, operation_id=f"{collection}.list", summary=f"List {collection}")
    def listed(request: Call, asked: Query[filters]) -> Any:  # type: ignore[valid-type]
        check_known(request, asked)
        viewer = Viewer.of(request)
        rows = model.objects.visible_to(viewer.standing)
        if face.own is not None:
            rows = face.own(rows, viewer)
        found = page_of(_filtered(face, rows, asked, viewer).select_related(*face.related), ["-pk"], asked)
        return rows_page(items=[face.row.of(obj, viewer) for obj in found.rows], next=found.next or None)

    @router.get("/{ref}", response=face.shape, operation_id=f"{collection}.get", summary=f"One of {collection}")
    def one(request: Call, ref: Ref) -> Any:
        viewer = Viewer.of(request)
        return face.shape.of(find(model, ref, viewer, face.related), viewer)

    @router.get(
        "/{ref}/steps",
        response=list[StepShape],
        operation_id=f"{collection}.steps",
        summary="Every step that is yours to take, open or with all that stands in its way",
    )
    def steps(request: Call, ref: Ref) -> Any:
        viewer = Viewer.of(request)
        obj = find(model, ref, viewer, face.related)
        return [StepShape.of(view) for view in open_steps(obj, viewer.person, at=viewer.at, every=True)]

    @router.post(
        "/{ref}/steps/{name}",
        response=face.shape,
        operation_id=f"{collection}.step",
        summary="Take a step",
        description="The input is described by `input` of the object's steps.",
    )
    def step(request: Call, ref: Ref, name: name_of_step, body: Annotated[StepInput, Body()] = {}) -> Any:  # type: ignore[valid-type]  # noqa: B006
        viewer = Viewer.of(request)
        obj = find(model, ref, viewer)
        if name not in steps_of(model):
            raise Http404(name)
        fields: Mapping[str, forms.Field] = steps_of(model)[name].form.base_fields
        if any(isinstance(value, list | bool) for key, value in body.items() if key not in fields):
            # What a form asks may depend on the object.
            view = step_view(obj, name, viewer.person, at=viewer.at, standing=viewer.standing)
            fields = view.form.fields
        _check_kinds(fields, body)
        perform(obj, name, body, by=viewer.person, at=viewer.at)
        # Read without the filter: a step (a recusal) may end one's right to see what one has just done.
        return face.shape.of(model._base_manager.select_related(*face.related).get(ref=ref), viewer)

    @router.get(
        "/{ref}/trail",
        response=Page[EntryShape],
        operation_id=f"{collection}.trail",
        summary="What was done with it, by whom, oldest first",
    )
    def trail(request: Call, ref: Ref, asked: Query[Paged]) -> Any:
        check_known(request, asked)
        obj = find(model, ref, Viewer.of(request))
        found = page_of(Entry.objects.filter(object_kind=obj.noun, object_ref=obj.ref), ["seq", "pk"], asked)
        return Page[EntryShape](items=[EntryShape.of(entry, model) for entry in found.rows], next=found.next or None)

    return router


def check_known(request: Call, asked: Input) -> None:
    """A filter that is misspelt must not quietly filter nothing."""
    if unknown := request.GET.keys() - type(asked).model_fields.keys():
        raise InvalidInput({name: [_("没有这一项。")] for name in sorted(unknown)})


def page_of(rows: QuerySet[Any], by: list[str], asked: Paged) -> Any:
    try:
        return page(rows, by=by, cursor=asked.after, size=asked.limit)
    except Http404:
        raise InvalidInput({"after": [_("不是上一页给出的 next。")]}) from None


def _filtered(face: Face, rows: QuerySet[Any], asked: Asked, viewer: Viewer) -> QuerySet[Any]:
    errors: dict[str, list[str]] = {}
    if asked.state:
        rows = rows.filter(state=asked.state)
    for name, given, means in (
        ("committee", asked.committee, face.committee),
        ("project", asked.project, face.project),
    ):
        if given and means is None:
            errors[name] = [_("不能按此筛选。")]
        elif given and means is not None:
            rows = rows.filter(means(viewer, given))
    if asked.region:
        if not face.region or not is_region(asked.region):
            errors["region"] = [_("不能按此筛选。") if not face.region else _("不是 GB/T 2260 行政区划代码。")]
        else:
            rows = rows.filter(**{f"{face.region}__startswith": territory_prefix(asked.region)})
    if errors:
        raise InvalidInput(errors)
    if asked.due_before:
        rows = rows.filter(next_due_at__lt=asked.due_before)
    return rows


def _check_kinds(fields: Mapping[str, forms.Field], body: StepInput) -> None:
    """A form would make text of anything; JSON has kinds, and they are held to what `input` says of the field."""
    errors = {}
    for name, value in body.items():
        field = fields.get(name)
        if isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField):
            fits, message = value is None or isinstance(value, list), _("应为列表。")
        elif isinstance(field, forms.BooleanField):
            fits, message = value is None or isinstance(value, bool), _("应为 true 或 false。")
        else:
            fits, message = not isinstance(value, list | bool), _("应为文字。")
        if not fits:
            errors[name] = [message]
    if errors:
        raise InvalidInput(errors)
