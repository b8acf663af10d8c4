"""Whether a letter holds today, and nothing more: no title, no name, no vote."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ethicsreview.trail.models import SigningKey
from reviews.models.reviewing.verifying import standing_of_letter
from reviews.oversight.audit.package import COMMAND


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("验证码"),
        max_length=60,
        help_text=_("印在批件或审查意见末页的二维码旁。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        # As people type it from paper: spaces and hyphens between groups mean nothing.
        return "".join(self.cleaned_data["code"].split()).replace("-", "")


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Type the code from a letter; the same page that its QR code leads to answers."""
    form = CodeForm(request.GET or None)
    if form.is_valid():
        return redirect("public:verify", code=form.cleaned_data["code"])
    return render(request, "public/find.html", {"form": form})


@never_cache
@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """The letter's standing today. An unknown code is answered in the same words for every reason."""
    now = timezone.now()
    letter = standing_of_letter(code, now)
    if letter is None:
        response = render(request, "public/verify_unknown.html", {"code": code[:60], "form": CodeForm()}, status=404)
    else:
        response = render(request, "public/verify.html", {"letter": letter, "now": now})
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """Under which keys this installation has signed, the newest first; and the command that verifies."""
    return render(request, "public/keys.html", {"keys": SigningKey.objects.all()})


@require_safe
def key(request: HttpRequest, fingerprint: str) -> HttpResponse:
    found = SigningKey.objects.filter(fingerprint=f"sm3:{fingerprint}").first()
    if found is None:
        raise Http404
    return _file(found.pem.encode(), f"{fingerprint}.pem", "application/x-pem-file")


@require_safe
def command(request: HttpRequest) -> HttpResponse:
    return _file(COMMAND.read_bytes(), "verify.py", "text/x-python")


def _file(content: bytes, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
