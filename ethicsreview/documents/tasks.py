"""What a worker does with a stored file. The rows say what is still to be done; a message only hurries it."""

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from ethicsreview.documents.clamav import ScannerUnavailable, is_infected
from ethicsreview.documents.extraction import extract as extract_text
from ethicsreview.documents.models import Findings, FindingsQuerySet, Scan, TextState

log = structlog.get_logger(__name__)
BATCH = 200
SECONDS = 300  # a document that takes longer to read counts as unreadable


@shared_task(name="documents.extract", lane="slow", soft_time_limit=SECONDS)
def extract(version_id: int) -> None:
    """Scan one version, then read it. Asked twice it does nothing the second time."""
    findings = Findings.objects.select_related("version").get(pk=version_id)
    try:
        _scan(findings)
    except ScannerUnavailable as error:
        log.warning("scanner_unavailable", version=version_id, error=str(error))
    _read(findings)


@shared_task(name="documents.extract_pending", lane="slow")
def extract_pending() -> int:
    """Take up what a lost message or an absent scanner left behind; how many files were looked at."""
    seen = set()
    if settings.CLAMAV_ADDRESS:
        for findings in _oldest(Findings.objects.unscanned()):
            try:
                _scan(findings)
            except ScannerUnavailable as error:
                log.warning("scanner_unavailable", error=str(error))
                break  # the others would wait in vain, and reading must not wait for them
            seen.add(findings.pk)
    for findings in _oldest(Findings.objects.unread().exclude(scan=Scan.INFECTED)):
        _read(findings)
        seen.add(findings.pk)
    return len(seen)


def _oldest(findings: FindingsQuerySet) -> FindingsQuerySet:
    return findings.select_related("version").order_by("pk")[:BATCH]


def _scan(findings: Findings) -> None:
    """Raises ScannerUnavailable."""
    if not settings.CLAMAV_ADDRESS or findings.scan != Scan.NOT_SCANNED:
        return
    try:
        file = findings.version.file.open("rb")
    except OSError:
        return  # told by the reading; it stays "not scanned"
    with file:
        findings.scan = Scan.INFECTED if is_infected(file, settings.CLAMAV_ADDRESS) else Scan.CLEAN
    findings.scanned_at = timezone.now()
    findings.save(update_fields=["scan", "scanned_at"])


def _read(findings: Findings) -> None:
    if findings.scan == Scan.INFECTED or findings.text_state != TextState.PENDING:
        return
    try:
        with findings.version.file.open("rb") as file:
            findings.text_state, findings.text = extract_text(file, findings.version.media_type)
    except OSError as error:
        log.error("file_missing", version=findings.pk, error=str(error))
        findings.text_state = TextState.FAILED
    findings.save(update_fields=["text_state", "text"])
