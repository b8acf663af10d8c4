"""What the pages of inspections draw: the checklist with what was found, and papers taken in with a step."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ethicsreview.documents.checks import ACCEPT, UploadRefused
from ethicsreview.documents.storage import store
from ethicsreview.lifecycle.door import perform
from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.refusals import InvalidInput, Refused
from reviews.desk.access import Visitor
from reviews.models import Inspection, InspectionFinding
from reviews.models.complaints.forms import Files, FilesField
from reviews.models.inspections import checklist
from reviews.models.inspections.forms import MOST_PAPERS, PAPER


@dataclass(frozen=True)
class Line:
    """An item of the checklist, with what counts of it and how often it was entered."""

    item: checklist.Item
    finding: InspectionFinding | None
    times: int


def checklist_of(found: Inspection) -> list[tuple[str, list[Line]]]:
    """By theme, in the catalogue's order. Two questions."""
    entered = list(found.findings.select_related("entered_by").prefetch_related("papers__version").order_by("number"))
    latest = {one.item: one for one in entered}
    lines = [Line(one, latest.get(one.key), sum(other.item == one.key for other in entered)) for one in found.items()]
    themed = [(name, [line for line in lines if line.item.theme == key]) for key, name in checklist.themes()]
    return [(name, of) for name, of in themed if of]


def with_files(form: forms.Form) -> forms.Form:
    """The step's own form, with a field for files in the place of their references."""
    fields: Any = form.fields
    del fields["documents"]
    fields["files"] = FilesField(
        label=_("文件"),
        required=False,
        widget=Files(attrs={"accept": ACCEPT, "multiple": True}),
        help_text=_("一次最多%(number)d个。") % {"number": MOST_PAPERS},
    )
    return form


class NotTaken(Exception):
    """The step was not taken: by these refusals, or, where there are none, by what the form says is wrong."""

    def __init__(self, refusals: Any = ()) -> None:
        super().__init__(refusals)
        self.refusals = refusals


def take_with_files(
    found: Lifecycle, name: str, form: forms.Form, request: HttpRequest, visitor: Visitor, title: str
) -> None:
    """Store what was uploaded and take the step. Raises NotTaken; what is wrong is in the form.

    Nothing is stored before the words are in order, so that a form that comes back leaves no paper behind.
    """
    if not form.is_valid():
        raise NotTaken
    given = {key: request.POST.get(key, "") for key in form.fields if key != "files"}
    files = form.cleaned_data["files"]
    if len(files) > MOST_PAPERS:
        form.add_error("files", str(_("一次最多上传%(number)d个文件。") % {"number": MOST_PAPERS}))
        raise NotTaken
    try:
        kept = [store(None, one, by=visitor.person, at=visitor.at, title=title, kind=PAPER) for one in files]
        given["documents"] = " ".join(one.document.ref for one in kept)
        perform(found, name, given, by=visitor.person, at=visitor.at)
    except UploadRefused as refused:
        form.add_error("files", refused)
        raise NotTaken from refused
    except InvalidInput as wrong:
        for key, told in wrong.errors.items():
            form.add_error(key if key in form.fields else None, told)
        raise NotTaken from wrong
    except Refused as refused:
        raise NotTaken(refused.refusals) from refused
