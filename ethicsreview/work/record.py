"""Work on the record itself: the daily seal, and chains to take along."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ethicsreview.accounts.standing import Standing, standing_of
from ethicsreview.trail.models import Chain, Seal
from ethicsreview.trail.verification import export, seal, verify_seal
from ethicsreview.work.asking import ask
from ethicsreview.work.kinds import AskForm, Failed, Made, Running, kind
from ethicsreview.work.models import Job

SEAL, WHOLE = "trail.seal", "trail.export"


def ask_for_seal(at: datetime) -> Job | None:
    """The seal of the day before `at` in the service's time zone; None if it has been made or was asked for already:
    one that failed waits for an operator.
    """
    day = timezone.localdate(at) - timedelta(days=1)
    terms = {"day": day.isoformat()}
    if Seal.objects.filter(day=day).exists() or Job.objects.filter(kind=SEAL, asked_by=None, terms=terms).exists():
        return None
    title = _("封存%(day)s的留痕") % {"day": date_format(day, "DATE_FORMAT")}
    return ask(SEAL, by=None, at=at, title=title, terms=terms, once=f"{SEAL}:{day}")


def _operates(standing: Standing) -> bool:
    return standing.sees_everyone


class SealForm(AskForm):
    """The day before today, whose record is complete."""

    def clean(self) -> dict[str, Any]:
        day = timezone.localdate(self.standing.at) - timedelta(days=1)
        if Seal.objects.filter(day=day).exists():
            words = _("%(day)s的留痕已经封存。") % {"day": date_format(day, "DATE_FORMAT")}
            raise forms.ValidationError(words)
        return {"day": day.isoformat()}

    def title(self, label: str) -> str:
        return f"{label} {self.cleaned_data['day']}"


@kind(SEAL, label=gettext_lazy("留痕日封"), form=SealForm, may=_operates)
def _seal(work: Running) -> Made:
    day = date.fromisoformat(work.job.terms["day"])
    work.tell(0, 2, _("计算各条链的摘要"))
    made, path = seal(day, timezone.now(), settings.SEALS_DIR)
    work.tell(1, 2, _("核对日封文件"))
    if problems := [str(problem) for problem in verify_seal(path)]:
        raise Failed("\n".join([_("日封文件与记录不符，请立即核查："), *problems[:20]]))
    words = _("%(chains)d条链，%(entries)d条记录；摘要 %(digest)s；文件 %(file)s。请将文件复制到本系统不能写入的地方。")
    summary = words % {"chains": made.chains, "entries": made.entries, "digest": made.digest, "file": path.name}
    return Made(summary=summary)


@kind(WHOLE, label=gettext_lazy("导出全部留痕"), may=_operates)
def _export(work: Running) -> Made:
    """Every chain, as lines of canonical JSON that `trail verify` and any other tool can check. Operators alone."""
    if not standing_of(work.asker, timezone.now()).sees_everyone:
        raise Failed(_("您已不再是运维人员，不能导出全部留痕。"))
    chains, total = Chain.objects.order_by("pk"), Chain.objects.count()
    entries = 0
    with work.out.open("wb") as out:
        for number, chain in enumerate(chains.iterator(chunk_size=500)):
            work.tell(number, total, _("写出各条链"))
            for line in export([chain]):
                out.write(line)
                entries += 1
    summary = _("%(chains)d条链，%(entries)d条记录。") % {"chains": total, "entries": entries}
    name = f"trail-{timezone.localdate().isoformat()}.jsonl"
    subject = ("person", work.asker.username)
    return Made(summary, name, "application/jsonl", subject=subject, facts={"chains": total, "entries": entries})
