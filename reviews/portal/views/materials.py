"""The documents of an application: what is asked for and why, handing in, replacing, taking back."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from ethicsreview.documents.checks import ACCEPT, LIMITS, UploadRefused
from ethicsreview.documents.formats import MB
from reviews.models import Material, Review
from reviews.models.submissions.writing import hand_in, take_back
from reviews.portal.access import Visitor, closed, portal_page
from reviews.portal.application import Application
from reviews.portal.views.applications import writable


class UploadForm(forms.Form):
    """One file, for one kind of document or in place of one that was handed in."""

    file = forms.FileField(
        label=gettext_lazy("选择文件"),
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        error_messages={"required": gettext_lazy("请先选择文件。"), "empty": gettext_lazy("文件是空的（0 字节）。")},
    )

    def __init__(self, name: str, data: Any = None, files: Any = None, *, label: str = "") -> None:
        super().__init__(data, files, auto_id=f"id_{name}_%s", label_suffix="")
        if label:
            self.fields["file"].label = label


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def materials(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    review, version = writable(visitor, ref)
    if version is None:
        return closed(request, review)
    version.review = review
    application = Application(review, version, visitor.at)
    if request.method != "POST":
        return _draw(request, application)
    kind = request.POST.get("kind", "")
    paper = next((paper for paper in application.papers if paper.key == kind), None)
    if paper is None:
        raise Http404(kind)
    return _hand_in(request, visitor, application, kind, None)


@require_POST
@portal_page
def replace(request: HttpRequest, visitor: Visitor, ref: str, pk: int) -> HttpResponseBase:
    """The next version of a document; the old one stays where it was handed in before."""
    review, material = _own(visitor, ref, pk)
    application = Application(review, material.submission, visitor.at)
    return _hand_in(request, visitor, application, material.kind, material)


@require_POST
@portal_page
def remove(request: HttpRequest, visitor: Visitor, ref: str, pk: int) -> HttpResponseBase:
    _review, material = _own(visitor, ref, pk)
    name = material.version.name
    take_back(material, by=visitor.person, at=visitor.at)
    messages.success(request, _("已移除“%(name)s”。") % {"name": name})
    return redirect("portal:materials", ref)


def _own(visitor: Visitor, ref: str, pk: int) -> tuple[Review, Material]:
    review, version = writable(visitor, ref)
    if version is None:
        raise Http404(ref)
    version.review = review
    material = get_object_or_404(version.documents(), pk=pk)
    material.submission = version
    return review, material


def _hand_in(
    request: HttpRequest, visitor: Visitor, application: Application, kind: str, in_place_of: Material | None
) -> HttpResponseBase:
    name = f"material_{in_place_of.pk}" if in_place_of else kind
    form = UploadForm(name, request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = hand_in(application.version, kind, file, by=visitor.person, at=visitor.at, in_place_of=in_place_of)
        except UploadRefused as refused:
            form.add_error("file", refused)
        else:
            messages.success(request, _("已上传“%(name)s”。") % {"name": kept.version.name})
            return redirect(f"{reverse('portal:materials', args=[application.review.ref])}#{kind}")
    return _draw(request, application, sent=(name, form))


def _draw(
    request: HttpRequest, application: Application, sent: tuple[str, UploadForm] | None = None
) -> HttpResponseBase:
    sent_name, sent_form = sent or ("", None)

    def form(name: str, label: str) -> UploadForm:
        return sent_form if sent_form is not None and name == sent_name else UploadForm(name, label=label)

    rows = []
    for paper in application.papers:
        again = [
            (material, form(f"material_{material.pk}", _("“%(name)s”的新版本") % {"name": material.version.name}))
            for material in paper.handed_in
        ]
        rows.append((paper, form(paper.key, _("上传“%(name)s”") % {"name": paper.title}), again))
    context = {
        "review": application.review,
        "application": application,
        "rows": rows,
        "sent": sent_form,
        "limit": LIMITS.bytes // MB,
    }
    return render(request, "portal/materials.html", context, status=422 if sent else 200)
