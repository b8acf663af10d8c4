#!/usr/bin/env python3
"""Verify an audit package of the ethics review service, anywhere: python3 verify.py PACKAGE.zip

Needs Python 3.8 or later and nothing else: no network, no service, no further packages. PACKAGE is the file as it was
exported, or a folder into which it was unpacked.

  --key KEY     the installation's public key (PEM file, or its fingerprint "sm3:…") as you know it from elsewhere.
                Without it the package is held against the key that it brings along, and the fingerprint is printed
                for you to compare with the one that the service publishes.
  --seal FILE   a daily seal (seal-YYYY-MM-DD.jsonl) that somebody else has kept: the record must continue it.

What is checked: the signature; every file against the signed list; every byte of the archive; each entry of the record
against its digest and the one before it; each version and report against the digest in the record; each letter against
its digest and the decision in the record. Ends with 0 where all of it holds, 1 where something does not, 2 where there
is nothing that could be verified.

核验科技伦理审查审计包：python3 verify.py 审计包.zip 。只需 Python 3.8 以上，不需联网。
全部相符返回 0，有不符返回 1，无法核验返回 2。
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import io
import json
import struct
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Any, Iterable, Iterator

FORMAT = "ethicsreview-audit/1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
PEM_HEAD, PEM_TAIL = "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----"
# What stands before the 32 bytes of an Ed25519 key in its PEM file (RFC 8410).
DER_PREFIX = bytes.fromhex("302a300506032b6570032100")
SLOW_SM3_LIMIT = 4 << 20  # bytes; above, where Python has no SM3 of its own, a file is held to SHA-256 alone


# --- SM3 (GB/T 32905) ---------------------------------------------------------------------------------------------

MASK = 0xFFFFFFFF
SM3_START = (
    *(0x7380166F, 0x4914B2B9, 0x172442D7, 0xDA8A0600),
    *(0xA96F30BC, 0x163138AA, 0xE38DEE4D, 0xB0FB0E4E),
)


def _turn(word: int, by: int) -> int:
    by %= 32
    return ((word << by) | (word >> (32 - by))) & MASK if by else word


def _sm3_block(state: Any, block: bytes) -> Any:
    words = list(struct.unpack(">16I", block))
    for j in range(16, 68):
        mixed = words[j - 16] ^ words[j - 9] ^ _turn(words[j - 3], 15)
        mixed ^= _turn(mixed, 15) ^ _turn(mixed, 23)
        words.append(mixed ^ _turn(words[j - 13], 7) ^ words[j - 6])
    a, b, c, d, e, f, g, h = state
    for j in range(64):
        constant = 0x79CC4519 if j < 16 else 0x7A879D8A
        ss1 = _turn((_turn(a, 12) + e + _turn(constant, j)) & MASK, 7)
        if j < 16:
            ff, gg = a ^ b ^ c, e ^ f ^ g
        else:
            ff, gg = (a & b) | (a & c) | (b & c), (e & f) | (~e & MASK & g)
        tt1 = (ff + d + (ss1 ^ _turn(a, 12)) + (words[j] ^ words[j + 4])) & MASK
        tt2 = (gg + h + ss1 + words[j]) & MASK
        a, b, c, d = tt1, a, _turn(b, 9), c
        e, f, g, h = tt2 ^ _turn(tt2, 9) ^ _turn(tt2, 17), e, _turn(f, 19), g
    return tuple(old ^ new for old, new in zip(state, (a, b, c, d, e, f, g, h)))


def plain_sm3(data: bytes) -> str:
    """SM3 without any library, about half a megabyte a second."""
    padded = data + b"\x80" + b"\x00" * ((55 - len(data)) % 64) + struct.pack(">Q", len(data) * 8)
    state = SM3_START
    for start in range(0, len(padded), 64):
        state = _sm3_block(state, padded[start : start + 64])
    return struct.pack(">8I", *state).hex()


def _own_sm3() -> bool:
    try:
        hashlib.new("sm3", b"")
    except ValueError:
        return False
    return True


FAST_SM3 = _own_sm3()


def sm3(data: bytes) -> str:
    return hashlib.new("sm3", data).hexdigest() if FAST_SM3 else plain_sm3(data)


# --- Ed25519 (RFC 8032): verification alone, which handles no secret ------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def _x_of(y: int, sign: int) -> Any:
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    return P - x if x & 1 != sign else x


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = _x_of(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def _add(one: Any, other: Any) -> Any:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(scalar: int, point: Any) -> Any:
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _add(result, point)
        point = _add(point, point)
        scalar >>= 1
    return result


def _point(data: bytes) -> Any:
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    x = _x_of(y, sign)
    return None if x is None else (x, y, 1, x * y % P)


def signed_by(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the 64 bytes are the Ed25519 signature of the message under the 32 bytes of the key."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, r = _point(public), _point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    left, right = _times(s, BASE), _add(r, _times(challenge, key))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


# --- digests and keys, as the service writes them -------------------------------------------------------------------


def canonical(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def digest_like(expected: str, data: bytes) -> str:
    """The digest of bytes by the algorithm that the expected one names; nothing where we do not know it."""
    name = str(expected).partition(":")[0]
    if name == "sm3":
        return "sm3:" + sm3(data)
    if name == "sha256":
        return "sha256:" + hashlib.sha256(data).hexdigest()
    return ""


def fingerprint(public: bytes) -> str:
    return "sm3:" + sm3(public)


def key_bytes(pem: str) -> bytes:
    """The 32 bytes of a public key in PEM. Raises ValueError for anything else."""
    body = pem.partition(PEM_HEAD)[2].partition(PEM_TAIL)[0]
    try:
        der = base64.b64decode("".join(body.split()), validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from error
    if not der.startswith(DER_PREFIX) or len(der) != len(DER_PREFIX) + 32:
        raise ValueError("not an Ed25519 public key")
    return der[len(DER_PREFIX) :]


# --- the archive ----------------------------------------------------------------------------------------------------

STAMP = (0, 33)  # 1980-01-01, in every header: the archive of the same files is the same bytes
MODE = 0o644 << 16


def frame(files: Iterable[tuple[str, bytes]]) -> bytes:
    """The archive of these files (name, content), byte by byte: stored, in this order, without times or remarks."""
    body: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for name, content in files:
        path = name.encode()
        sums = (binascii.crc32(content), len(content), len(content), len(path), 0)
        head = struct.pack("<4s5H3I2H", b"PK\x03\x04", 20, 0, 0, *STAMP, *sums) + path
        entry = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", 20 | 3 << 8, 20, 0, 0, *STAMP, *sums, 0, 0, 0, MODE, offset)
        directory.append(entry + path)
        body += [head, content]
        offset += len(head) + len(content)
    size = sum(map(len, directory))
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, len(directory), len(directory), size, offset, 0)
    return b"".join([*body, *directory, end])


class Unreadable(Exception):
    pass


def read(path: Path) -> tuple[list[tuple[str, bytes]], bool]:
    """The files of a package, in its order, and whether every byte of the archive is one that it must have."""
    if path.is_dir():
        found = sorted(one for one in path.rglob("*") if one.is_file())
        return [(one.relative_to(path).as_posix(), one.read_bytes()) for one in found], True
    try:
        return unpacked(path.read_bytes())
    except OSError as error:
        raise Unreadable("%s: %s" % (path, error)) from error


DAMAGE = (zipfile.BadZipFile, ValueError, NotImplementedError, RuntimeError, EOFError, OSError, zlib.error)


def unpacked(content: bytes) -> tuple[list[tuple[str, bytes]], bool]:
    """The files of an archive; of one whose bytes no longer have their checksum, nothing."""
    files = []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for info in archive.infolist():
                try:
                    files.append((info.filename, archive.read(info)))
                except DAMAGE:
                    files.append((info.filename, b""))
    except DAMAGE as error:
        raise Unreadable(str(error)) from error
    try:
        return files, frame(files) == content
    except struct.error:
        return files, False


# --- what is checked ------------------------------------------------------------------------------------------------


class Package:
    def __init__(self, files: list[tuple[str, bytes]], whole: bool) -> None:
        self.files, self.order, self.whole = dict(files), [name for name, _content in files], whole
        self.problems: list[str] = []
        self.remarks: list[str] = []
        self.facts: set[str] = set()
        self.manifest = self._manifest()

    def wrong(self, zh: str, en: str) -> None:
        self.problems.append("%s / %s" % (zh, en))

    def _manifest(self) -> dict[str, Any]:
        try:
            value = json.loads(self.files[MANIFEST])
        except (KeyError, ValueError) as error:
            raise Unreadable("manifest.json: %r" % (error,)) from error
        if not isinstance(value, dict) or value.get("format") != FORMAT:
            raise Unreadable("manifest.json: not %s" % FORMAT)
        return value

    def verify(self, known: str = "", seals: Iterable[Path] = ()) -> bool:
        try:
            self.signature(known)
            self.listed()
            if not self.problems:
                # What is signed says what belongs together; where that does not hold, nothing further would be proof.
                self.records()
                self.sealed_content()
                self.letters()
                for path in seals:
                    self.seal(path)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self.wrong("内容不合格式：%r" % (error,), "content is not as the format has it")
        return not self.problems

    def signature(self, known: str) -> None:
        public = bytes.fromhex(self.manifest["key"]["public"])
        printed = fingerprint(public)
        if printed != self.manifest["key"]["fingerprint"]:
            self.wrong("公钥与其指纹不符", "the key does not have the fingerprint that is named")
        if not known:
            self.remarks.append(
                "公钥指纹 / key fingerprint: %s\n  请与公布的相比对 / compare with the one published at: %s"
                % (printed, self.manifest["key"]["published"])
            )
        elif known != printed:
            self.wrong("签名所用公钥不是给定的公钥", "signed by another key than the one that was given")
        try:
            signature = bytes.fromhex(self.files.get(SIGNATURE, b"").decode("ascii").strip())
        except ValueError:
            signature = b""
        if not signed_by(public, signature, self.files[MANIFEST]):
            self.wrong("签名不符：清单被改动，或者不是该公钥所签", "the signature does not hold for the list of files")

    def listed(self) -> None:
        named = [row["path"] for row in self.manifest["files"]]
        extra = [name for name in self.order if name not in named and name not in (MANIFEST, SIGNATURE)]
        for name in extra:
            self.wrong("多出文件 %s" % name, "a file that is not on the list")
        if len(set(self.order)) != len(self.order):
            self.wrong("包内有重名文件", "two files of the same name")
        for row in self.manifest["files"]:
            content = self.files.get(row["path"])
            if content is None:
                self.wrong("缺少文件 %s" % row["path"], "a file is missing")
            elif len(content) != row["size"] or hashlib.sha256(content).hexdigest() != row["sha256"]:
                self.wrong("文件被改动 %s" % row["path"], "a file was changed (SHA-256)")
            elif FAST_SM3 or len(content) <= SLOW_SM3_LIMIT:
                if sm3(content) != row["sm3"]:
                    self.wrong("文件被改动 %s" % row["path"], "a file was changed (SM3)")
            else:
                self.remarks.append("大文件只核对 SHA-256 / SHA-256 alone: %s" % row["path"])
        if not self.whole:
            self.wrong("压缩包本身被改动或者重新打包", "the archive itself was changed, or packed anew")

    def entries(self, name: str) -> list[Any]:
        return [json.loads(line) for line in self.files[name].splitlines()]

    def records(self) -> None:
        for chain in self.manifest["chains"]:
            self.chain(chain)

    def chain(self, chain: dict[str, Any]) -> None:
        subject, head, number, withheld = chain["subject"], "", 0, 0
        for entry in self.entries(chain["path"]):
            number += 1
            place = "%s #%d" % (subject, number)
            if entry["seq"] != number:
                self.wrong("%s 缺条" % place, "an entry is missing")
                return
            if entry["previous"] != head:
                self.wrong("%s 与前一条不相接" % place, "it does not continue the entry before it")
            head = entry["digest"]
            if "withheld" in entry:
                withheld += 1
                continue
            content = {key: value for key, value in entry.items() if key != "digest"}
            if digest_like(head, canonical(content)) != head:
                self.wrong("%s 内容被改动" % place, "its content was changed")
            if entry["subject"] != subject:
                self.wrong("%s 不属于该链" % place, "it belongs to another chain")
            self.facts |= set(_texts(entry["facts"]))
        if (number, head, withheld) != (chain["length"], chain["head"], chain["withheld"]):
            self.wrong("%s 链尾不符" % subject, "the chain does not end where it should")
        if withheld:
            self.remarks.append(
                "%s：%d 条，其中 %d 条内容未开示，只核对衔接 / %d entries, %d withheld: only their links are checked"
                % (subject, number, withheld, number, withheld)
            )

    def sealed_content(self) -> None:
        """Versions and reports: what stands here is what was handed in, as the record has it."""
        sealed: set[str] = set()
        for row in self.manifest["sealed"]:
            content = self.files[row["path"]]
            if digest_like(row["digest"], canonical(json.loads(content))) != row["digest"]:
                self.wrong("%s 与摘要不符" % row["path"], "the content does not have its digest")
            if row["digest"] not in self.facts:
                self.wrong("%s 的摘要不在留痕中" % row["path"], "the record does not know of it")
            sealed |= set(_texts(json.loads(content)))
        for row in self.manifest["documents"]:
            content = self.files[row["path"]]
            if (FAST_SM3 or len(content) <= SLOW_SM3_LIMIT) and sm3(content) != row["sm3"]:
                self.wrong("%s 与摘要不符" % row["path"], "the document does not have its digest")
            if row["sm3"] not in sealed | self.facts:
                self.wrong("%s 不在任何提交的版本中" % row["path"], "no version that was handed in has this document")

    def letters(self) -> None:
        for row in self.manifest["letters"]:
            content = self.files[row["path"]]
            if sm3(content) != row["sm3"]:
                self.wrong("文书 %s 与摘要不符" % row["number"], "the letter does not have its digest")
            if row["decision"] and row["number"] not in self.facts:
                self.wrong("文书 %s 没有相应的决定" % row["number"], "the record has no decision for it")

    def seal(self, path: Path) -> None:
        try:
            lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        except (OSError, ValueError) as error:
            raise Unreadable("%s: %s" % (path, error)) from error
        head, heads = lines[0], lines[1:]
        if digest_like(head["digest"], canonical([head["day"], head["previous"], heads])) != head["digest"]:
            self.wrong("%s 自身被改动" % path.name, "the seal itself was changed")
        sealed = {subject: (length, digest) for subject, length, digest in heads}
        for chain in self.manifest["chains"]:
            if chain["subject"] not in sealed:
                self.remarks.append("%s 不在 %s 中 / began after this seal" % (chain["subject"], path.name))
                continue
            length, digest = sealed[chain["subject"]]
            entries = self.entries(chain["path"])
            if length > len(entries) or entries[length - 1]["digest"] != digest:
                self.wrong("%s 与日封 %s 不符" % (chain["subject"], path.name), "it does not continue the seal")


def _texts(value: Any) -> Iterator[str]:
    """Every text inside a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def known_key(given: str) -> str:
    if not given or given.startswith("sm3:"):
        return given
    try:
        return fingerprint(key_bytes(Path(given).read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise Unreadable("%s: %s" % (given, error)) from error


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", type=Path)
    parser.add_argument("--key", default="")
    parser.add_argument("--seal", type=Path, action="append", default=[])
    given = parser.parse_args(arguments)
    try:
        package = Package(*read(given.package))
        package.verify(known_key(given.key), given.seal)
    except Unreadable as error:
        print("无法核验 / cannot be verified: %s" % error)
        return 2
    for remark in package.remarks:
        print(remark)
    for problem in package.problems:
        print("× " + problem)
    if package.problems:
        print("发现 %d 处不符 / %d problem(s)" % (len(package.problems), len(package.problems)))
        return 1
    print("相符 / verified: %s" % package.manifest["case"]["ref"])
    return 0


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    sys.exit(main())
