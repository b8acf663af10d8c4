import io

import pytest

from ethicsreview.documents.checks import Limits, UploadRefused, check_upload, find_problems
from ethicsreview.documents.formats import DOCX, JPEG, MB, PDF, PNG, TEXT, XLSX
from tests.ethicsreview.documents import files


def codes(content: bytes, name: str, limits: Limits | None = None) -> list[str]:
    _checked, problems = find_problems(io.BytesIO(content), name, limits or Limits())
    return [problem.code for problem in problems]


@pytest.mark.parametrize(
    ("name", "content", "media_type", "pages"),
    [
        ("研究方案 v1.2.pdf", files.pdf(pages=3), PDF, 3),
        ("知情同意书.docx", files.docx(), DOCX, None),
        ("数据.XLSX", files.xlsx(), XLSX, None),
        ("照片.png", files.png(), PNG, 1),
        ("照片.jpg", files.jpeg(), JPEG, 1),
        ("照片.jpeg", files.jpeg(), JPEG, 1),
        ("说明.txt", "中文".encode(), TEXT, None),
        ("说明.csv", "中文,1\r\n".encode("gb18030"), TEXT, None),
        ("家庭👨‍👩‍👧.txt", b"plain", TEXT, None),
    ],
)
def test_good_file_passes_with_its_true_kind(name, content, media_type, pages):
    checked = check_upload(io.BytesIO(content), name)

    assert (checked.name, checked.size) == (name, len(content))
    assert (checked.media_type, checked.pages) == (media_type, pages)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("方案.pdf", b"", ["empty"]),
        ("方案.pdf", files.pdf(password="secret"), ["encrypted"]),
        ("方案.pdf", files.pdf(script=True), ["active_content"]),
        ("方案.pdf", b"%PDF-1.7\nnot a document at all", ["damaged"]),
        ("方案.pdf", files.pdf(pages=3)[:300], ["damaged"]),
        ("方案.pdf", b"MZ\x90\x00\x03\x00\x00\x00 renamed program", ["unknown_content"]),
        ("方案.exe", b"MZ\x90\x00\x03\x00\x00\x00", ["extension", "unknown_content"]),
        ("方案.docx", files.pdf(), ["mislabelled"]),
        ("方案.pdf", files.docx(), ["mislabelled"]),
        ("方案.jpg", files.png(), ["mislabelled"]),
        ("方案.docx", files.docx(main=f"{DOCX}.macroEnabled.main+xml"), ["macros"]),
        ("方案.docx", files.docx(**{"word/vbaProject.bin": b"\0"}), ["macros"]),
        ("方案.docx", files.zipped({"a.txt": "plain zip"}), ["unknown_content"]),
        ("方案.docx", files.docx()[:-30], ["damaged"]),
        ("方案.docx", files.zipped({"[Content_Types].xml": "<!DOCTYPE x><x/>"}), ["damaged"]),
        ("方案.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ["old_or_encrypted_office"]),
        ("图.png", files.png()[:-4], ["damaged"]),
        ("图.png", files.png(100_000, 100_000), ["too_many_pixels"]),
        ("图.jpg", files.jpeg()[:10], ["damaged"]),
        ("图.jpg", files.jpeg(width=0), ["damaged"]),
        ("方案.html", b"<script>alert(1)</script>", ["extension"]),
        ("方案", b"plain", ["extension"]),
    ],
)
def test_bad_file_is_refused_for_its_reason(name, content, expected):
    assert codes(content, name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("方案.exe.txt", ["double_extension"]),
        ("方案.txt.exe", ["double_extension", "extension"]),
        ("../../etc/passwd.txt", ["name_path"]),
        ("C:\\temp\\方案.txt", ["name_path"]),
        (".txt", ["name_path", "extension"]),
        ("方案.txt ", ["name_path", "extension"]),
        ("方案\u202efdp.txt", ["name_hidden_characters"]),
        ("方案\x00.txt", ["name_hidden_characters"]),
        ("方案\n.txt", ["name_hidden_characters"]),
        ("方\u200b案.txt", ["name_hidden_characters"]),
        ("长" * 200 + ".txt", ["name_too_long"]),
    ],
)
def test_bad_name_is_refused_for_its_reason(name, expected):
    assert codes(b"plain", name) == expected


def test_all_problems_are_told_at_once():
    content = files.pdf(pages=3, script=True)

    with pytest.raises(UploadRefused) as refusal:
        check_upload(io.BytesIO(content), "方案\u202e/a.exe.docx", Limits(pages=2))

    assert [problem.code for problem in refusal.value.problems] == [
        "name_hidden_characters",
        "name_path",
        "double_extension",
        "too_many_pages",
        "active_content",
        "mislabelled",
    ]
    assert refusal.value.messages == [problem.message for problem in refusal.value.problems]
    assert refusal.value.messages[3] == "PDF 共 3 页，超过 2 页。请拆分成几个文件上传。"


def test_zip_bomb_is_refused_without_being_unpacked():
    bomb = files.docx(**{"word/media/bomb.bin": bytes(300 * MB)})

    assert len(bomb) < MB
    assert codes(bomb, "方案.docx") == ["zip_bomb"]


def test_archive_of_too_many_entries_is_refused():
    parts = {f"word/{number}.xml": "" for number in range(50)}

    assert codes(files.docx(**parts), "方案.docx", Limits(zip_entries=20)) == ["zip_bomb"]


def test_too_large_file_is_not_even_read():
    assert codes(b"x" * (2 * MB), "方案.pdf", Limits(bytes=MB)) == ["too_large"]


def test_thirty_megabytes_of_text_are_refused_with_advice():
    _checked, problems = find_problems(io.BytesIO("科技伦理".encode() * (30 * MB // 12)), "方案.txt")

    assert [(problem.code, problem.message) for problem in problems] == [
        ("text_too_large", "纯文本超过 10 MB。请拆分，或者导出为 PDF 后再上传。")
    ]


def test_name_is_stored_composed():
    checked = check_upload(io.BytesIO(b"plain"), "re\u0301sume\u0301.txt")

    assert checked.name == "résumé.txt"
