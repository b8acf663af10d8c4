"""One paper beside something that is being written, as its people hand it in."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from ethicsreview.documents.checks import UploadRefused
from reviews.portal.access import Visitor
from reviews.portal.views.materials import UploadForm


def hand_in(
    request: HttpRequest, visitor: Visitor, found: Any, name: str, keep: Callable[..., Any]
) -> UploadForm | None:
    """None once it is kept, and said so; else the form with all that is wrong. `keep` is the one way to hand it in."""
    form = UploadForm(name, request.POST, request.FILES)
    if form.is_valid():
        try:
            kept = keep(found, form.cleaned_data["file"], by=visitor.person, at=visitor.at)
        except UploadRefused as refused:
            form.add_error("file", refused)
        else:
            messages.success(request, _("已上传“%(name)s”。") % {"name": kept.name})
            return None
    return form
