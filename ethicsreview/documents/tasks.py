"""What a worker does with a stored file. The rows say what is still to be done; a message only hurries it."""

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from ethicsreview.documents.clamav import ScannerUnavailable, is_infected
from ethicsreview.documents.extraction import extract as extract_text
from ethicsreview.documents.models import Findings, Scan, TextState

log = structlog.get_logger(__name__)
BATCH = 200


@shared_task(name="documents.extract")
def extract(version_id: int) -> None:
    """Scan one version, then read it. Asked twice it does nothing the second time."""
    findings = Findings.objects.select_related("version").get(pk=version_id)
    with findings.version.file.open("rb") as file:
        if findings.scan == Scan.NOT_SCANNED and settings.CLAMAV_ADDRESS:
            try:
                findings.scan = Scan.INFECTED if is_infected(file, settings.CLAMAV_ADDRESS) else Scan.CLEAN
                findings.scanned_at = timezone.now()
            except ScannerUnavailable as error:
                log.warning("scanner_unavailable", version=version_id, error=str(error))
        if findings.text_state == TextState.PENDING and findings.scan != Scan.INFECTED:
            findings.text_state, findings.text = extract_text(file, findings.version.media_type)
    findings.save()


@shared_task(name="documents.extract_pending")
def extract_pending() -> int:
    """Take up what a lost message or an absent scanner left behind."""
    waiting = Findings.objects.unread().exclude(scan=Scan.INFECTED)
    if settings.CLAMAV_ADDRESS:
        waiting |= Findings.objects.unscanned()
    ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH])
    for version_id in ids:
        extract(version_id)
    return len(ids)
