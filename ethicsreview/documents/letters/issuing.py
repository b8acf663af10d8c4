"""A letter is set once, kept with its digest, and found again by its code."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from ethicsreview.accounts.models import Sequence
from ethicsreview.documents.digest import sm3
from ethicsreview.documents.letters.typesetting import render
from ethicsreview.documents.models import Letter, verification_code

VERIFICATION_PATH = "/verify/{code}/"  # a public page; the letters that are out there point at it for ever


def verification_url(code: str) -> str:
    return settings.SITE_URL.rstrip("/") + VERIFICATION_PATH.format(code=code)


@transaction.atomic
def issue_letter(
    template: str,
    content: Mapping[str, Any],
    *,
    number: str,
    object_kind: str,
    object_ref: str,
    at: dt.datetime,
) -> Letter:
    """Set the letter and keep it; asked again for the same number and language, return the one that is kept.

    `content` is what the template's schema asks for, without number, time, code and address, which are added
    here. Raises pydantic's ValidationError. Takes about 0.2 s: for a worker, not for a request.
    """
    language = content.get("lang", "zh")
    copies = Letter.objects.filter(number=number, language=language)
    if kept := copies.first():
        return kept
    code = verification_code()
    added = {"number": number, "issued_at": at, "code": code, "verification_url": verification_url(code)}
    pdf = render(template, {**content, **added})
    year = timezone.localtime(at).year
    letter = Letter(
        ref=f"L{year}-{Sequence.take(f'L{year}'):06d}",
        number=number,
        kind=template,
        language=language,
        object_kind=object_kind,
        object_ref=object_ref,
        size=len(pdf),
        digest=sm3(pdf),
        code=code,
        created_at=at,
    )
    letter.file.save("letter", ContentFile(pdf), save=False)
    try:
        with transaction.atomic():
            letter.save()
    except IntegrityError:  # another worker was quicker; its letter is the one that counts
        letter.file.delete(save=False)
        return copies.get()
    return letter
