"""The audit package 审计包: a case as files that can be verified without the service (`verify_package.py`).

A plain function makes it, for a request or a job. The list of its files is signed with the installation's key; what is
withheld from whoever exports it is in the record by its digest alone. What participants' data may hold (what follow-ups
and reports say, and their documents) is left out unless `audit.participants_data` says so; the documents of the
application go in by choice.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from ethicsreview.documents.digest import sm3
from ethicsreview.documents.models import DocumentVersion, Scan
from ethicsreview.policy import Policy, cite, policy_for
from ethicsreview.trail.digest import canonical_json
from ethicsreview.trail.models import Entry
from ethicsreview.trail.signing import published
from reviews.models import FollowUp, Report
from reviews.oversight import looks
from reviews.oversight.audit import verify_package
from reviews.oversight.audit.case import Case
from reviews.oversight.audit.checks import Checks
from reviews.oversight.audit.story import Story, Told

COMMAND = Path(verify_package.__file__)
MEGABYTE = 1 << 20
README = """审计包 · Audit package {ref}

python3 verify.py {name}

verify.py 只需 Python 3.8 以上，不联网。公钥和 verify.py 也公布于 {keys} ，请与之核对。
verify.py needs Python 3.8 or later and no network. The key and verify.py are published at {keys} too: compare.

manifest.json   文件清单及摘要，由 manifest.sig 签名 · the signed list of files
case.json       全过程：每一步的人员、时间、理由、所见版本和当时的规则 · the story, with the law as it stood
record.jsonl    案件的留痕链 · the record of the case, one chain
looks.jsonl     监管查看的留痕链 · who looked into it, one chain
sealed/         提交的申请版本和报告 · what was handed in
letters/        批件和意见书 · letters
documents/      申请材料（选择导出时） · documents, where they were chosen
"""


@dataclass(frozen=True)
class Built:
    name: str
    content: bytes
    digest: str


class TooLarge(Exception):
    """`megabytes` of documents are more than is packed while somebody waits."""

    def __init__(self, megabytes: int) -> None:
        self.megabytes = megabytes
        super().__init__(megabytes)


def documents_of(case: Case) -> list[DocumentVersion]:
    """Each document of a version that was handed in, once."""
    found = {one.version_id: one.version for version in case.versions for one in version.handed_in}
    return [found[key] for key in sorted(found)]


def check_size(case: Case) -> None:
    """Raises TooLarge."""
    size = sum(document.size for document in documents_of(case))
    if size > settings.AUDIT_PACKAGE_MEGABYTES * MEGABYTE:
        raise TooLarge(-(-size // MEGABYTE))


def export(case: Case, *, at: datetime, with_documents: bool) -> Built:
    """Note the export in the record, and make the package, which holds that entry too.

    Raises FileNotFoundError where a letter or document is gone from its store: then nothing was exported, and the
    entry says that somebody tried.
    """
    looks.note(case.project, case.asking, "package", {"documents": with_documents}, step=looks.EXPORTED)
    return build(case, at=at, with_documents=with_documents)


def build(case: Case, *, at: datetime, with_documents: bool) -> Built:
    return _Package(case, at, with_documents=with_documents).built()


class _Package:
    def __init__(self, case: Case, at: datetime, *, with_documents: bool) -> None:
        self.case, self.at, self.with_documents = case, at, with_documents
        self.files: list[tuple[str, bytes]] = []
        self.name = f"audit-{case.project.ref}.zip"

    def built(self) -> Built:
        signer = published(self.at)
        # One language for all, whoever exports: the package is evidence, and the law's language is its.
        with translation.override("zh-hans"):
            listed = {
                "chains": list(self._chains()),
                "sealed": [*self._versions(), *self._filings()],
                "letters": list(self._letters()),
                "documents": list(self._documents()) if self.with_documents else [],
            }
            self._add("case.json", canonical_json(self._case()))
        self._add("verify.py", COMMAND.read_bytes())
        self._add("README.txt", README.format(ref=self.case.project.ref, name=self.name, keys=self._keys()).encode())
        self._add("key.pem", signer.pem.encode())
        manifest = canonical_json(
            {
                "format": verify_package.FORMAT,
                "case": {"ref": self.case.project.ref, "title": self.case.project.title},
                "made_at": self.at,
                "made_by": self._maker(),
                "service": settings.SITE_URL,
                "key": {
                    "algorithm": "ed25519",
                    "fingerprint": signer.fingerprint,
                    "public": signer.public.hex(),
                    "published": self._keys(),
                },
                "files": [_row(path, content) for path, content in self.files],
                **listed,
            }
        )
        signature = signer.sign(manifest).hex().encode()
        head = [(verify_package.MANIFEST, manifest), (verify_package.SIGNATURE, signature)]
        content = verify_package.frame([*head, *self.files])
        return Built(self.name, content, f"sm3:{sm3(content)}")

    def _add(self, path: str, content: bytes) -> None:
        assert path.isascii(), "the archive's headers say nothing of encodings"
        self.files.append((path, content))

    def _keys(self) -> str:
        return settings.SITE_URL.rstrip("/") + reverse("public:keys")

    def _maker(self) -> dict[str, str]:
        person = self.case.asking.person
        return {"name": person.name, "username": person.username} if person else {"name": "", "username": ""}

    # --- the record -----------------------------------------------------------------------------------------------

    def _chains(self) -> Iterator[dict[str, Any]]:
        opened = {known.entry.pk: known.open for known in self.case.record}
        yield self._chain("record.jsonl", [known.entry for known in self.case.record], lambda e: opened[e.pk])
        entries = list(looks.looks_into(self.case.project).select_related("chain").reverse())
        yield self._chain("looks.jsonl", entries, lambda _entry: True)

    def _chain(self, path: str, entries: list[Entry], is_open: Callable[[Entry], bool]) -> dict[str, Any]:
        lines = [_line(entry, opened=is_open(entry)) for entry in entries]
        self._add(path, b"".join(canonical_json(line) + b"\n" for line in lines))
        return {
            "path": path,
            "subject": str(entries[0].chain) if entries else "",
            "length": len(entries),
            "head": entries[-1].digest if entries else "",
            "withheld": sum("withheld" in line for line in lines),
        }

    # --- what was handed in, and what went out --------------------------------------------------------------------

    def _versions(self) -> Iterator[dict[str, Any]]:
        for version in self.case.versions:
            path = f"sealed/{version.review.ref}-v{version.number}.json"
            self._add(path, canonical_json(version.fingerprinted()))
            yield {"path": path, "digest": version.digest}

    def _filings(self) -> Iterator[dict[str, Any]]:
        """What follow-ups and reports said, where policy lets it out of the house."""
        if not self._participants_data:
            return
        for model in (FollowUp, Report):
            rows = model.objects.visible_to(self.case.standing).filter(project=self.case.project)
            for filed in rows.exclude(digest="").order_by("pk"):
                if not filed.readable_by(self.case.standing):
                    continue
                documents = [
                    [one.version.document.ref, one.version.number, one.version.digest] for one in filed.handed_in()
                ]
                path = f"sealed/{filed.ref}.json"
                self._add(path, canonical_json({"ref": filed.ref, "answers": filed.answers, "documents": documents}))
                yield {"path": path, "digest": filed.digest}

    @cached_property
    def _participants_data(self) -> bool:
        policy = policy_for(region=self.case.project.region, regimes=self.case.regimes, at=self.at)
        return bool(policy.value("audit.participants_data"))

    def _letters(self) -> Iterator[dict[str, Any]]:
        decided = {decision.number for decision in self.case.decisions}
        for letter in self.case.letters:
            path = f"letters/{letter.ref}.pdf"
            with letter.file.open("rb") as content:
                self._add(path, content.read())
            yield {
                "path": path,
                "number": letter.number,
                "sm3": letter.digest,
                "decision": letter.number in decided,
                "withdrawn_at": letter.revoked_at,
            }

    def _documents(self) -> Iterator[dict[str, Any]]:
        for document in documents_of(self.case):
            if document.scan == Scan.INFECTED:
                continue
            path = f"documents/{document.document.ref}-v{document.number}"
            with document.file.open("rb") as content:
                self._add(path, content.read())
            yield {
                "path": path,
                "sm3": document.digest,
                "title": document.document.title,
                "name": document.name,
                "media_type": document.media_type,
            }

    # --- the story ------------------------------------------------------------------------------------------------

    def _case(self) -> dict[str, Any]:
        project, checks = self.case.project, Checks(self.case)
        return {
            "ref": project.ref,
            "title": project.title,
            "institution": project.institution.name,
            "lead": project.lead.name,
            "region": project.region,
            "state": project.get_state_display(),
            "problems_when_made": checks.problems,
            "last_seal": checks.sealed_on,
            "participants_data": self._participants_data,
            "steps": [_told(step) for step in Story(self.case).steps],
            "decisions": [
                {"number": one.number, "outcome": one.outcome_word, "at": one.decided_at, **one.facts()}
                for one in self.case.decisions
            ],
            "rules": [
                {"review": review.ref, "pin": review.policy_pin, "values": _values(review.policy_at(self.at))}
                for review in self.case.reviews
                if not checks.rules
            ],
        }


def _row(path: str, content: bytes) -> dict[str, Any]:
    return {"path": path, "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "sm3": sm3(content)}


def _line(entry: Entry, *, opened: bool) -> dict[str, Any]:
    """An entry as its digest was taken; of one that is withheld its place in the chain alone."""
    if opened:
        return {**entry.content(), "digest": entry.digest}
    return {"seq": entry.seq, "previous": entry.previous, "digest": entry.digest, "withheld": entry.object_kind}


def _told(step: Told) -> dict[str, Any]:
    if not step.open:
        return {"seq": step.seq, "digest": step.digest, "withheld": str(step.why)}
    return {
        "seq": step.seq,
        "digest": step.digest,
        "at": step.at,
        "who": step.who,
        "as_whom": step.as_whom,
        "about": step.about,
        "step": step.title,
        "from": step.came_from,
        "to": step.came_to,
        "grounds": step.grounds,
        "article": cite(step.cite) if step.cite else "",
        "law": {"day": step.law.day, "values": step.law.values} if step.law else None,
        "saw": {"review": step.saw.review, "version": step.saw.number, "digest": step.saw.digest} if step.saw else None,
    }


def _values(policy: Policy) -> list[dict[str, Any]]:
    return [
        {"key": entry.key, "rule": entry.label, "value": entry.words, "article": cite(entry.cite), "since": entry.since}
        for entry in policy.all()
    ]
