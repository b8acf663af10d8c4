"""What may be uploaded. Everything that is wrong is told at once, with what to do about it."""

import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ethicsreview.documents.formats import DOCX, JPEG, MB, PDF, PNG, TEXT, XLSX, Limits, Problem, read

__all__ = [
    "ACCEPT",
    "LIMITS",
    "Checked",
    "Limits",
    "Problem",
    "UploadRefused",
    "check_upload",
    "find_problems",
]

LIMITS = Limits()
EXTENSIONS = {
    ".pdf": PDF,
    ".docx": DOCX,
    ".xlsx": XLSX,
    ".png": PNG,
    ".jpg": JPEG,
    ".jpeg": JPEG,
    ".txt": TEXT,
    ".csv": TEXT,
}
ACCEPT = ",".join(EXTENSIONS)  # for <input type=file accept=…>
KIND_NAMES = {PDF: "PDF", DOCX: "Word (.docx)", XLSX: "Excel (.xlsx)", PNG: "PNG", JPEG: "JPEG", TEXT: "TXT"}
# Endings that make a name look like something else when they stand before the last one.
DISGUISES = frozenset(
    EXTENSIONS.keys()
    | {
        ".bat",
        ".cmd",
        ".com",
        ".doc",
        ".docm",
        ".exe",
        ".hta",
        ".htm",
        ".html",
        ".jar",
        ".js",
        ".lnk",
        ".msi",
    }
    | {".php", ".ps1", ".rar", ".scr", ".sh", ".svg", ".vbs", ".wps", ".xls", ".xlsm", ".xml", ".zip", ".7z"}
)
PATH_CHARACTERS = frozenset('/\\:*?"<>|')
# The joiners are needed inside emoji and some scripts; every other format character can disguise a name.
HARMLESS_FORMAT = "\u200c\u200d"


@dataclass(frozen=True)
class Checked:
    """A file that passed."""

    name: str
    size: int  # bytes
    media_type: str
    pages: int | None  # None where the format has no pages


class UploadRefused(ValidationError):
    """Every problem of one file. A form shows them as they are; `problems` is for the other faces."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__([ValidationError(problem.message, code=problem.code) for problem in problems])


def check_upload(file: IO[bytes], name: str, limits: Limits = LIMITS) -> Checked:
    """The file's true kind, size and pages. Raises UploadRefused with all problems."""
    checked, problems = find_problems(file, name, limits)
    if problems:
        raise UploadRefused(problems)
    return checked


def find_problems(file: IO[bytes], name: str, limits: Limits = LIMITS) -> tuple[Checked, list[Problem]]:
    name = unicodedata.normalize("NFC", name)
    size = file.seek(0, 2)
    file.seek(0)
    problems = [*_name_problems(name, limits), *_size_problems(size, limits)]
    media_type, pages = "", None
    if 0 < size <= limits.bytes:
        content = read(file, limits)
        media_type, pages = content.media_type, content.pages
        problems += [*content.problems, *_kind_problems(name, media_type, explained=bool(content.problems))]
    else:
        problems += _extension_problems(name)
    return Checked(name, size, media_type, pages), problems


def _size_problems(size: int, limits: Limits) -> list[Problem]:
    if size == 0:
        return [Problem("empty", _("文件是空的（0 字节）。请检查后重新上传。"))]
    if size > limits.bytes:
        message = _("文件 %(size)s MB，超过 %(limit)s MB。请压缩图片或拆分后再上传。")
        return [Problem("too_large", message % {"size": -(-size // MB), "limit": limits.bytes // MB})]
    return []


def _name_problems(name: str, limits: Limits) -> list[Problem]:
    problems = []
    if any(_is_hidden(character) for character in name):
        problems.append(
            Problem("name_hidden_characters", _("文件名含有看不见的控制字符或改变文字方向的字符。请重新命名。"))
        )
    if PATH_CHARACTERS & set(name) or name.strip(". ") != name:
        problems.append(Problem("name_path", _('文件名不能含有 / \\ : * ? " < > |，首尾不能是点或空格。请重新命名。')))
    if len(name) > limits.name_characters:
        message = _("文件名 %(length)s 个字，超过 %(limit)s 个字。请缩短。")
        problems.append(Problem("name_too_long", message % {"length": len(name), "limit": limits.name_characters}))
    *inner, _last = [suffix.lower() for suffix in PurePosixPath(name).suffixes] or [""]
    if DISGUISES & set(inner):
        message = _("文件名有两个扩展名（%(suffixes)s）。请只保留真实的一个。")
        problems.append(Problem("double_extension", message % {"suffixes": "".join(PurePosixPath(name).suffixes)}))
    return problems


def _is_hidden(character: str) -> bool:
    category = unicodedata.category(character)
    return category in ("Cc", "Cs", "Zl", "Zp") or (category == "Cf" and character not in HARMLESS_FORMAT)


def _extension_problems(name: str) -> list[Problem]:
    if _claimed(name):
        return []
    message = _("不接受这种扩展名。可以上传：%(kinds)s。")
    return [Problem("extension", message % {"kinds": _("、").join(EXTENSIONS)})]


def _kind_problems(name: str, media_type: str, *, explained: bool) -> list[Problem]:
    """`explained`: the content's own problem already says why it is no kind that we know."""
    problems = _extension_problems(name)
    claimed = _claimed(name)
    if not media_type and not explained:
        message = _("文件内容不是可以接受的格式（PDF、Word、Excel、PNG、JPEG、纯文本）。请转换后再上传。")
        problems.append(Problem("unknown_content", message))
    if media_type and claimed and claimed != media_type:
        message = _("扩展名是 %(claimed)s，内容却是 %(actual)s。请改成正确的扩展名，或者上传正确的文件。")
        params = {"claimed": PurePosixPath(name).suffix, "actual": KIND_NAMES[media_type]}
        problems.append(Problem("mislabelled", message % params))
    return problems


def _claimed(name: str) -> str:
    return EXTENSIONS.get(PurePosixPath(name).suffix.lower(), "")
