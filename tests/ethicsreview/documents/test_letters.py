import datetime as dt
import io
import re
from contextlib import closing
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from pydantic import ValidationError
from pypdf import PdfReader

from ethicsreview.documents.letters import issue_letter, render, verification_url
from ethicsreview.documents.letters.fonts import coverage
from ethicsreview.documents.letters.typesetting import printable
from ethicsreview.documents.models import Kept, Letter, verification_code
from ethicsreview.documents.storage import serve

DECISION = {
    "lang": "zh",
    "institution": "山东省示例医院",
    "committee": "山东省示例医院科技伦理（审查）委员会",
    "review_ref": "R2026-000123",
    "review_kind": "初始审查",
    "procedure": "一般程序（会议审查）",
    "project_ref": "P2026-000098",
    "project_title": "早期肺癌筛查研究",
    "lead": "䶮㐀𠮷",
    "lead_unit": "呼吸与危重症医学科",
    "submission_version": 2,
    "submitted_on": dt.date(2026, 10, 28),
    "documents": [{"title": "科技活动方案", "version": 2, "digest": "ab" * 32, "pages": 48}],
    "decided_on": dt.date(2026, 11, 20),
    "meeting_on": dt.date(2026, 11, 20),
    "meeting_ref": "M2026-000017",
    "members_total": 9,
    "attending": ["王静", "李建国", "张䶮", "陈思远", "赵敏", "孙志强", "欧阳明月"],
    "by_video": 1,
    "recused": 1,
    "votes": [{"label": "批准", "count": 6}, {"label": "不予批准", "count": 1}],
    "vote_rules": [{"text": "到会委员7人，6人同意", "citation": "《科技伦理审查办法（试行）》第十六条"}],
    "outcome": "approved",
    "outcome_label": "批准",
    "grounds": [{"text": "风险与获益相称。", "citation": "《科技伦理审查办法（试行）》第十五条"}],
    "requirements": [],
    "follow_up": {"interval": "每12个月一次", "next_on": dt.date(2027, 11, 20)},
    "notices": [],
    "presider": "王静",
    "presider_title": "主任委员",
}
ISSUED = {
    "number": "鲁示医伦审〔2026〕12号",
    "issued_at": dt.datetime(2026, 11, 20, 17, 0, tzinfo=dt.UTC),  # the 21st in Shanghai
    "code": "K7RW2MPX9QTB4HDNE6ZC",
    "verification_url": "https://example.org/verify/K7RW2MPX9QTB4HDNE6ZC/",
}


def letter(**changed: object) -> bytes:
    return render("decision", {**DECISION, **ISSUED, **changed})


def text_of(pdf: bytes) -> str:
    """Without spaces and line ends, which typesetting may put anywhere."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """Each face by name, and whether the file carries it."""
    found = {}
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for font in page["/Resources"]["/Font"].values():
            descendant = font["/DescendantFonts"][0].get_object()
            descriptor = descendant["/FontDescriptor"]
            embedded = any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
            found[descendant["/BaseFont"].split("+")[-1]] = embedded
    return found


def test_approval_says_all_that_it_must():
    text = text_of(letter())

    for said in (
        "科技伦理审查批件",
        DECISION["institution"],
        DECISION["committee"],
        ISSUED["number"],
        "早期肺癌筛查研究",
        "第2版，2026年10月28日提交",
        "2026年11月20日，M2026-000017",
        "委员9人，到会7人，其中视频参会1人，回避1人：王静、李建国、张䶮",
        "批准6票，不予批准1票",
        "到会委员7人，6人同意（《科技伦理审查办法（试行）》第十六条）",
        "1.风险与获益相称。（《科技伦理审查办法（试行）》第十五条）",
        "每12个月一次。下一次跟踪审查不晚于2027年11月20日。",
        "1科技活动方案v248" + "ab" * 32,
        "主任委员：王静（签章）2026年11月21日",
        ISSUED["code"],
        ISSUED["verification_url"],
    ):
        assert said in text


SIMPLIFIED = {
    "procedure": "简易程序（主任委员指定委员审查）",
    "designated": True,
    "meeting_on": None,
    "meeting_ref": "",
    "attending": ["陈思远", "赵敏"],
    "by_video": 0,
    "recused": 0,
    "votes": [{"label": "批准", "count": 2}],
    "vote_rules": [],
    "grounds": [
        {"text": "采用简易程序的依据：风险不高于最低风险", "citation": "《科技伦理审查办法（试行）》第二十二条"},
        {"text": "采用简易程序的理由：匿名问卷", "citation": "《科技伦理审查办法（试行）》第二十三条"},
    ],
}


@pytest.mark.article("national", 23)
def test_simplified_approval_names_its_reviewers_and_says_why_it_took_this_way():
    text = text_of(letter(**SIMPLIFIED))

    for said in (
        "简易程序（主任委员指定委员审查）",
        "承办委员陈思远、赵敏",
        "2名承办委员一致同意批准",
        "1.采用简易程序的依据：风险不高于最低风险（《科技伦理审查办法（试行）》第二十二条）",
        "2.采用简易程序的理由：匿名问卷（《科技伦理审查办法（试行）》第二十三条）",
    ):
        assert said in text
    assert "到会" not in text
    assert "审查会议" not in text


@pytest.mark.parametrize(
    ("outcome", "preliminary", "title"),
    [
        ("approved", False, "科技伦理审查批件"),
        ("approved", True, "科技伦理初步审查意见"),
        ("modification_required", False, "科技伦理审查意见"),
        ("revision_required", False, "科技伦理审查意见"),
        ("rejected", False, "科技伦理审查意见"),
    ],
)
def test_title_tells_an_approval_from_an_opinion(outcome, preliminary, title):
    pdf = letter(outcome=outcome, preliminary=preliminary, follow_up=None)

    assert PdfReader(io.BytesIO(pdf)).metadata.title == f"{ISSUED['number']} {title}"


def test_same_data_gives_the_same_bytes():
    assert letter() == letter()


def test_all_faces_are_embedded():
    fonts = fonts_of(letter())

    assert fonts == {
        "NotoSerifSC-Regular": True,
        "NotoSerifSC-Bold": True,
        "NotoSerifSC-Black": True,
        "LXGWWenKai-Regular": True,
    }


def test_rare_characters_print_in_text_and_headings():
    text = text_of(letter(project_title="䶮㐀𠮷的研究", committee="𠮷祥医院伦理委员会"))

    assert "䶮㐀𠮷，呼吸与危重症医学科" in text
    assert "科技活动䶮㐀𠮷的研究" in text
    assert "𠮷祥医院伦理委员会" in text
    assert {ord(character) for character in "䶮㐀𠮷"} <= coverage()


def test_character_without_a_face_is_printed_as_its_code_point():
    assert printable("张\U0002a6d6\u202e<b>\x07葛\U000e0100") == "张〔U+2A6D6〕〔U+202E〕<b>〔U+0007〕葛"
    assert "张〔U+2A6D6〕，" in text_of(letter(lead="张\U0002a6d6"))


@pytest.mark.parametrize(
    "hostile",
    [
        '#panic("run")',
        '#image("/etc/passwd")',
        "$ x + y $ *bold* _it_ @ref <label>",
        '"), (a: "b',
        ']#read("letterhead.typ")[',
        "\\u{202e} \\ // comment",
        "<script>alert(1)</script>=1+1",
    ],
)
def test_markup_in_data_is_printed_as_it_is(hostile):
    text = text_of(letter(project_title=hostile, requirements=[hostile], lead=hostile, attending=[hostile]))

    assert text.count(re.sub(r"\s", "", hostile)) >= 4


def test_forty_requirements_are_numbered_over_pages_and_the_signature_stays_whole():
    requirements = [f"请补充第{number}点：" + "说明数据和样本的处理方式；" * 8 for number in range(1, 41)]

    pdf = letter(outcome="modification_required", requirements=requirements, project_title="长标题" * 60)

    pages = [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]
    text = "".join(pages)
    assert 4 <= len(pages) <= 8
    assert all(f"{number}.请补充第{number}点" in text for number in range(1, 41))
    assert all(f"第{number}页/共{len(pages)}页" in page for number, page in enumerate(pages, 1))
    assert all(ISSUED["code"] in page for page in pages)
    assert any("王静（签章）2026年11月21日" in page for page in pages)


def test_english_letter_speaks_english():
    text = text_of(letter(lang="en", outcome_label="Approved", presider="Wang Jing", presider_title="Chair"))

    assert "EthicsReviewApproval" in text
    assert "7of9members,1byvideo,1recused" in text
    assert "Chair:WangJing(signatureandseal)21November2026" in text


def test_every_wrong_field_is_named():
    with pytest.raises(ValidationError) as refusal:
        letter(outcome="perhaps", members_total=0, surprise=1)

    assert {error["loc"] for error in refusal.value.errors()} == {("outcome",), ("members_total",), ("surprise",)}


# --- kept letters ---------------------------------------------------------------------------------------------


def issue(at: dt.datetime, **changed: object) -> Letter:
    content = {**DECISION, **changed}
    return issue_letter(
        "decision", content, number=ISSUED["number"], object_kind="review", object_ref="R2026-000123", at=at
    )


@pytest.mark.django_db
def test_issued_letter_is_kept_with_its_code(at, settings):
    settings.SITE_URL = "https://lunli.example.org/"

    kept = issue(at)

    text = text_of(Path(kept.file.path).read_bytes())
    assert re.fullmatch(r"L2026-\d{6}", kept.ref)
    assert f"https://lunli.example.org/verify/{kept.code}/" == verification_url(kept.code)
    assert verification_url(kept.code) in text
    assert list(Letter.objects.of("review", "R2026-000123").in_force()) == [kept]


@pytest.mark.django_db
def test_letter_asked_for_twice_is_one(at):
    assert issue(at) == issue(at)
    assert Letter.objects.count() == 1


@pytest.mark.django_db
def test_english_copy_has_the_same_number(at):
    chinese, english = issue(at), issue(at, lang="en")

    assert (chinese.number, chinese.language) == (english.number, "zh")
    assert english.language == "en"
    assert chinese.code != english.code


@pytest.mark.django_db
def test_revoked_letter_stays_and_says_so(at):
    kept = issue(at)

    kept.revoke("审查依据的材料不实", at)
    kept.revoke("再说一次", at + dt.timedelta(days=1))

    again = Letter.objects.get(code=kept.code)
    assert (again.revoked_at, again.revocation.reason) == (at, "审查依据的材料不实")
    assert list(Letter.objects.in_force()) == []


@pytest.mark.django_db
def test_letter_cannot_be_changed(at):
    kept = issue(at)

    with pytest.raises(Kept):
        kept.save()
    with pytest.raises(DatabaseError, match="kept as written"), transaction.atomic():
        connection.cursor().execute("UPDATE documents_letter SET code = 'X'")


@pytest.mark.django_db
def test_letter_is_served_under_its_number(at):
    with closing(serve(issue(at))) as response:
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E9%B2%81")


def test_codes_can_be_read_aloud_and_do_not_repeat():
    codes = {verification_code() for _number in range(1000)}

    assert len(codes) == 1000
    assert all(re.fullmatch(r"[2-9A-HJKMNP-Z]{20}", code) for code in codes)
