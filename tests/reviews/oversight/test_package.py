"""The audit package: what is in it, that it verifies without the service, and that no byte of it can be another."""

import hashlib
import json
import os
import stat
import subprocess
import sys
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.urls import reverse
from django.utils import timezone

from ethicsreview.trail.models import Entry, SigningKey
from ethicsreview.trail.signing import UnusableKey, published, signer
from ethicsreview.trail.verification import seal
from reviews.oversight.audit import verify_package
from reviews.oversight.audit.package import COMMAND, export
from reviews.oversight.looks import looks_into
from tests.reviews.desk.conftest import address, text
from tests.reviews.oversight.conftest import decided
from tests.reviews.oversight.test_audit import opened
from tests.reviews.recheck_builders import listed


def elsewhere(folder: Path, *arguments: str) -> tuple[int, str]:
    """The command as another machine has it: a copy, another folder, nothing installed, nothing in the environment."""
    command = folder / "verify.py"
    command.write_bytes(COMMAND.read_bytes())
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(command), *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def problems(content: bytes, **known: str) -> list[str]:
    """What the command's own parts find, in this process."""
    package = verify_package.Package(*verify_package.unpacked(content))
    package.verify(**known)
    return package.problems


def signed_anew(files: dict[str, bytes], **changed: bytes) -> bytes:
    """A package that a forger put together: the list fits, the signature is the forger's own."""
    key, rows = Ed25519PrivateKey.generate(), files | changed
    manifest = json.loads(rows["manifest.json"])
    for row in manifest["files"]:
        content = rows[row["path"]]
        row |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        row["sm3"] = verify_package.sm3(content)
    public = key.public_key().public_bytes_raw()
    manifest["key"] |= {"public": public.hex(), "fingerprint": verify_package.fingerprint(public)}
    rows["manifest.json"] = verify_package.canonical(manifest)
    rows["manifest.sig"] = key.sign(rows["manifest.json"]).hex().encode()
    return verify_package.frame(list(rows.items()))


@pytest.mark.django_db
class TestPackage:
    def test_it_verifies_elsewhere_and_holds_what_was_chosen(self, tmp_path):
        path = decided()
        made = export(opened(path), at=path.at, with_documents=True)
        (tmp_path / made.name).write_bytes(made.content)
        (tmp_path / "key.pem").write_text(signer().pem)
        _seal, sealed = seal(timezone.localdate(path.at), path.at, tmp_path)

        code, told = elsewhere(tmp_path, made.name, "--key", "key.pem", "--seal", str(sealed))

        assert code == 0, told
        assert f"verified: {path.project.ref}" in told
        with zipfile.ZipFile(BytesIO(made.content)) as archive:
            archive.extractall(tmp_path / "unpacked")
            names = archive.namelist()
            story = json.loads(archive.read("case.json"))
        assert elsewhere(tmp_path, "unpacked", "--key", signer().fingerprint)[0] == 0
        assert sum(name.startswith("documents/") for name in names) == path.review.submission.materials.count()
        assert sum(name.startswith("letters/") for name in names) == 3
        assert next(step for step in story["steps"] if step.get("step") == "受理")["who"] == path.secretary.name
        assert {one["step"] for one in map(json.loads, archive_lines(made.content, "looks.jsonl"))} == {"export"}
        assert looks_into(path.project).get().facts == {"what": "package", "documents": True}

    def test_without_documents_and_participants_data_none_are_in_it(self):
        path = decided()
        made = export(opened(path), at=path.at, with_documents=False)

        with zipfile.ZipFile(BytesIO(made.content)) as archive:
            names = archive.namelist()
        assert [name for name in names if name.startswith("documents/")] == []
        assert [name for name in names if name.startswith("sealed/")] == [f"sealed/{path.review.ref}-v1.json"]
        kept_back = [one for one in map(json.loads, archive_lines(made.content, "record.jsonl")) if "withheld" in one]
        assert {tuple(sorted(one)) for one in kept_back} == {("digest", "previous", "seq", "withheld")}
        assert len(kept_back) == Entry.objects.filter(object_kind="opinion").count()
        assert problems(made.content) == []

    def test_every_changed_byte_is_found(self):
        path = listed().passed()
        content = export(opened(path), at=path.at, with_documents=False).content

        # Every byte of the frame and the list would take minutes: each region at a stride, its edges whole.
        places = {*range(0, len(content), 997), *range(200), *range(len(content) - 900, len(content))}
        for place in sorted(places):
            changed = bytearray(content)
            changed[place] ^= 1
            try:
                found = quick_problems(bytes(changed))
            except verify_package.Unreadable:
                continue
            assert found, place

    def test_a_changed_file_is_named(self, tmp_path):
        path = listed().passed()
        content = bytearray(export(opened(path), at=path.at, with_documents=False).content)
        content[content.index(b"#!/usr/bin/env python3")] ^= 1
        (tmp_path / "changed.zip").write_bytes(content)

        code, told = elsewhere(tmp_path, "changed.zip")
        assert (code, "文件被改动 verify.py" in told) == (1, True)

    def test_a_forger_without_the_key_is_found_out(self, tmp_path):
        path = listed().passed()
        own = signer().fingerprint
        content = export(opened(path), at=path.at, with_documents=False).content
        with zipfile.ZipFile(BytesIO(content)) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        record = [json.loads(line) for line in files["record.jsonl"].splitlines()]
        accepted = next(n for n, one in enumerate(record) if one.get("step") == "accept")
        record[accepted]["actor"][2] = "别人"
        forged = b"".join(verify_package.canonical(one) + b"\n" for one in record)

        assert problems(signed_anew(files)) == []
        assert "不是给定的公钥" in problems(signed_anew(files), known=own)[0]
        # The key is the forger's, and still the record does not hold: each entry carries the digest of the one before.
        assert any("内容被改动" in one for one in problems(signed_anew(files, **{"record.jsonl": forged})))
        cut = b"".join(files["record.jsonl"].splitlines(keepends=True)[:-1])
        assert any("链尾不符" in one for one in problems(signed_anew(files, **{"record.jsonl": cut})))

    def test_what_is_no_package_is_said_so(self, tmp_path):
        (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 nothing")
        (tmp_path / "b.zip").write_bytes(verify_package.frame([("manifest.json", b'{"format": "other"}')]))

        assert [elsewhere(tmp_path, name)[0] for name in ("a.zip", "b.zip", "missing.zip")] == [2, 2, 2]

    def test_the_package_is_offered_to_the_supervisor_and_the_key_to_everybody(self, signed_in, client, settings):
        path = listed().passed()
        organiser = signed_in(path.organiser)

        response = organiser.post(address("case_package", path.project.ref), {"documents": "yes"})

        assert response["Content-Disposition"] == f'attachment; filename="audit-{path.project.ref}.zip"'
        assert problems(response.content) == []
        key = SigningKey.objects.get()
        assert key.fingerprint in text(client.get(reverse("public:keys")))
        assert client.get(reverse("public:key", args=[key.hex])).content.decode() == signer().pem
        assert client.get(reverse("public:command")).content == COMMAND.read_bytes()
        assert client.get(reverse("public:key", args=["0" * 64])).status_code == 404
        settings.AUDIT_PACKAGE_MEGABYTES = 0
        refused = organiser.post(address("case_package", path.project.ref), {"documents": "yes"}, follow=True)
        assert "超过当场导出的上限" in text(refused)

    def test_a_new_key_leaves_the_old_one_published(self, settings, tmp_path):
        at = timezone.now()
        first = published(at).fingerprint
        settings.SIGNING_KEY_FILE = str(tmp_path / "second.pem")
        second = published(at + timedelta(days=1)).fingerprint

        assert [key.fingerprint for key in SigningKey.objects.all()] == [second, first]


def test_the_secret_key_is_its_owners_alone_and_never_replaced(settings, tmp_path):
    settings.SIGNING_KEY_FILE = str(tmp_path / "signing_key.pem")
    place = Path(settings.SIGNING_KEY_FILE)
    first = signer()

    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert signer().fingerprint == first.fingerprint
    assert [one.name for one in place.parent.iterdir()] == [place.name]
    place.write_text("nothing of a key")
    with pytest.raises(UnusableKey):
        signer()
    assert place.read_text() == "nothing of a key"


@pytest.mark.parametrize("length", [0, 1, 55, 56, 63, 64, 65, 1000])
def test_the_commands_own_sm3_is_the_standards(length):
    data = os.urandom(length)
    known = hashes.Hash(hashes.SM3())
    known.update(data)

    assert verify_package.plain_sm3(data) == known.finalize().hex()
    assert verify_package.plain_sm3(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_the_commands_own_ed25519_is_the_standards():
    key, message = Ed25519PrivateKey.generate(), os.urandom(99)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)

    assert verify_package.signed_by(public, signature, message)
    assert not verify_package.signed_by(public, signature, message + b"x")
    for place in range(64):
        changed = bytearray(signature)
        changed[place] ^= 4
        assert not verify_package.signed_by(public, bytes(changed), message)
    # The group's order added to S makes another text of the same signature: refused (RFC 8032, 5.1.7).
    s = int.from_bytes(signature[32:], "little") + verify_package.ORDER
    assert not verify_package.signed_by(public, signature[:32] + s.to_bytes(32, "little"), message)


def archive_lines(content: bytes, name: str) -> list[bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return archive.read(name).splitlines()


def quick_problems(content: bytes) -> list[str]:
    """As the command has it; the signature's arithmetic only where nothing cheaper found the change."""
    files, whole = verify_package.unpacked(content)
    if not whole:
        return ["the archive"]
    package = verify_package.Package(files, whole)
    package.verify()
    return package.problems
