"""Files at the desk, handed out to whoever may see what they belong to."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from committees.models import Committee
from ethicsreview.documents.checks import UploadRefused
from ethicsreview.documents.models import Letter
from ethicsreview.documents.storage import serve, store
from reviews.desk.access import Visitor, desk_page
from reviews.models import Material, Review


@require_safe
@desk_page
def document(request: HttpRequest, visitor: Visitor, ref: str, document: str, number: int) -> HttpResponseBase:
    """A document of a version that was handed in; what is still being written is not on the desk."""
    review = visitor.find(Review, ref)
    handed_in = Material.objects.filter(submission__review=review, submission__sealed_at__isnull=False)
    found = (
        handed_in.filter(version__document__ref=document, version__number=number)
        .select_related("version__findings")
        .first()
    )
    if found is None:
        raise Http404(document)
    return serve(found.version)


@require_safe
@desk_page
def letter(request: HttpRequest, visitor: Visitor, ref: str, letter: str) -> HttpResponseBase:
    review = visitor.find(Review, ref)
    found = Letter.objects.of(review.noun, review.ref).filter(ref=letter).first()
    if found is None:
        raise Http404(letter)
    return serve(found)


@require_safe
@desk_page
def rule(request: HttpRequest, visitor: Visitor, ref: str, pk: int) -> HttpResponseBase:
    committee = visitor.find(Committee, ref)
    found = committee.rules.select_related("version__findings").filter(pk=pk).first()
    if found is None:
        raise Http404(str(pk))
    return serve(found.version)


class RuleTextForm(forms.Form):
    title = forms.CharField(label=_("名称"), max_length=300)
    file = forms.FileField(label=_("文本"), help_text=_("上传后进入“制度备案”，由您填写种类和施行日期。"))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def upload_rule(request: HttpRequest, visitor: Visitor, ref: str) -> HttpResponseBase:
    """The text of a rule, before the step that files it. Alone it is nobody's rule."""
    committee = visitor.find(Committee, ref)
    if not committee.capacities(visitor.standing) & {"institution_officer", "operator", "secretary"}:
        raise Http404(ref)
    form = RuleTextForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            file, title = form.cleaned_data["file"], form.cleaned_data["title"]
            kept = store(None, file, by=visitor.person, at=visitor.at, title=title, kind="committee_rule")
        except UploadRefused as refused:
            form.add_error("file", refused)
        else:
            messages.success(request, _("文本已上传，请填写备案内容。"))
            step = reverse("desk:step", args=["committees", committee.ref, "adopt_rule"])
            return redirect(f"{step}?document={kept.document.ref}")
    status = 422 if form.errors else 200
    return render(request, "desk/rule_upload.html", {"committee": committee, "form": form}, status=status)
