"""The faces that letters are set in, and which characters they have.

Noto Serif SC has the whole general table (通用规范汉字表) and extension A; LXGW WenKai has older names (𠮷).
Both come from npm; typst reads no WOFF, so WenKai is unpacked once into VAR_DIR.
"""

import os
import struct
import zlib
from functools import cache
from pathlib import Path

import typst
from django.conf import settings

NOTO = [f"@expo-google-fonts/noto-serif-sc/{cut}" for cut in ("400Regular", "700Bold", "900Black")]
WENKAI = [f"@fontsource/lxgw-wenkai/files/lxgw-wenkai-latin-{cut}-normal.woff" for cut in ("500", "700")]
UNICODE_CMAP = (3, 10)  # platform and encoding of a table that reaches beyond U+FFFF
SEGMENTED_COVERAGE = 12  # its format


class FontsMissing(Exception):
    """The npm packages are not installed."""


@cache
def fonts() -> typst.Fonts:
    """Our faces and no other: a letter looks the same on every machine."""
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[*(str(folder) for folder in _noto()), str(_unpacked().pop().parent)],
    )


@cache
def coverage() -> frozenset[int]:
    """The code points that a letter can show."""
    files = [next(_noto()[0].glob("*.ttf")), min(_unpacked())]
    return frozenset().union(*(_code_points(file.read_bytes()) for file in files))


def _noto() -> list[Path]:
    return [_package_path(name) for name in NOTO]


def _package_path(name: str) -> Path:
    path: Path = settings.BASE_DIR / "node_modules" / name
    if not path.exists():
        raise FontsMissing(f"{path} is missing: run `npm ci`")
    return path


def _unpacked() -> set[Path]:
    folder: Path = settings.VAR_DIR / "fonts"
    folder.mkdir(parents=True, exist_ok=True)
    targets = set()
    for name in WENKAI:
        source = _package_path(name)
        target = folder / source.with_suffix(".ttf").name
        if not target.exists():
            # Several workers may do this at once; each replaces the same bytes in one move.
            part = target.with_suffix(f".{os.getpid()}")
            part.write_bytes(unpack_woff(source.read_bytes()))
            part.replace(target)
        targets.add(target)
    return targets


def unpack_woff(woff: bytes) -> bytes:
    """WOFF 1.0 back into the font file it was made from: its tables, each deflated by zlib."""
    signature, flavour, _length, count = struct.unpack(">4sIIH", woff[:14])
    if signature != b"wOFF":
        raise ValueError("not a WOFF file")
    entries = [struct.unpack(">4sIIII", woff[44 + 20 * i : 64 + 20 * i]) for i in range(count)]
    power = count.bit_length() - 1
    header = struct.pack(">IHHHH", flavour, count, 16 << power, power, (count << 4) - (16 << power))
    directory, body = b"", b""
    start = len(header) + 16 * count
    for tag, offset, packed, length, checksum in sorted(entries):
        table = woff[offset : offset + packed]
        table = zlib.decompress(table) if packed < length else table
        directory += struct.pack(">4sIII", tag, checksum, start + len(body), length)
        body += table + bytes(-length % 4)
    return header + directory + body


def _code_points(font: bytes) -> set[int]:
    """From the font's character map, in the one format that both faces use."""
    count = int.from_bytes(font[4:6])
    tables = {font[12 + 16 * i : 16 + 16 * i]: 12 + 16 * i for i in range(count)}
    cmap = int.from_bytes(font[tables[b"cmap"] + 8 : tables[b"cmap"] + 12])
    records = int.from_bytes(font[cmap + 2 : cmap + 4])
    for i in range(records):
        platform, encoding, offset = struct.unpack_from(">HHI", font, cmap + 4 + 8 * i)
        if (platform, encoding) == UNICODE_CMAP:
            start = cmap + offset
            kind, _reserved, _length, _language, groups = struct.unpack_from(">HHIII", font, start)
            if kind == SEGMENTED_COVERAGE:
                spans = struct.iter_unpack(">III", font[start + 16 : start + 16 + 12 * groups])
                return {point for first, last, _glyph in spans for point in range(first, last + 1)}
    raise ValueError("the font has no character map beyond U+FFFF")
