"""Documents: what is asked for and why, handed in with all that is wrong said at once, replaced, taken back."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from reviews.models import Material, Review
from reviews.models.applying import start_review
from tests.reviews.builders import Case
from tests.reviews.portal.writing import file, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def review(path: Case) -> Review:
    path.assessed()
    path.review = start_review(path.project, by=path.lead, committee=path.committee, at=path.at)
    return path.review


@pytest.fixture
def address(review: Review) -> str:
    return f"{review.get_absolute_url()}materials/"


@pytest.mark.article("national", 9)
def test_each_document_says_why_it_is_asked_for(lead: Client, address: str) -> None:
    page = text_of(lead.get(address))

    assert "参与人员科技伦理培训记录" in page
    assert "《科技伦理审查办法（试行）》第九条" in page
    assert "研究者手册" not in page


def test_everything_wrong_with_a_file_is_said_at_once(lead: Client, address: str) -> None:
    wrong = SimpleUploadedFile("方案.pdf.exe", b"MZ\x90\x00\x03")

    response = lead.post(address, {"kind": "protocol", "file": wrong})

    assert response.status_code == 422
    page = text_of(response)
    assert "不接受这种扩展名" in page
    assert "两个扩展名" in page
    assert 'href="#id_protocol_file"' in page
    assert not Material.objects.exists()


def test_mislabelled_file_is_named_for_what_it_is(lead: Client, address: str) -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40

    response = lead.post(address, {"kind": "protocol", "file": SimpleUploadedFile("方案.pdf", png)})

    assert response.status_code == 422
    assert not Material.objects.exists()


@pytest.mark.parametrize("files", [{}, {"file": SimpleUploadedFile("空.txt", b"")}])
def test_nothing_and_an_empty_file_are_told_apart_from_a_file(lead: Client, address: str, files: dict) -> None:
    response = lead.post(address, {"kind": "protocol"} | files)

    assert response.status_code == 422
    assert ("请先选择文件" if not files else "文件是空的") in text_of(response)


def test_same_file_twice_is_one_document(lead: Client, address: str) -> None:
    for _time in range(2):
        lead.post(address, {"kind": "protocol", "file": file("方案.txt")})

    assert Material.objects.count() == 1


def test_next_version_takes_the_place_of_the_last(lead: Client, address: str) -> None:
    lead.post(address, {"kind": "protocol", "file": file("方案.txt", "一")})
    material = Material.objects.get()

    lead.post(f"{address}{material.pk}/replace/", {"file": file("方案二.txt", "二")})

    material.refresh_from_db()
    assert (material.version.number, material.version.name) == (2, "方案二.txt")
    assert material.version.document.versions.count() == 2


def test_wrong_next_version_leaves_the_last(lead: Client, address: str) -> None:
    lead.post(address, {"kind": "protocol", "file": file("方案.txt", "一")})
    material = Material.objects.get()

    response = lead.post(f"{address}{material.pk}/replace/", {"file": file("方案.exe", "二")})

    assert response.status_code == 422
    assert f'href="#id_material_{material.pk}_file"' in text_of(response)
    material.refresh_from_db()
    assert material.version.number == 1


def test_document_is_taken_back_while_it_is_a_draft(lead: Client, address: str) -> None:
    lead.post(address, {"kind": "protocol", "file": file("方案.txt")})

    lead.post(f"{address}{Material.objects.get().pk}/remove/")

    assert not Material.objects.exists()


def test_document_of_a_sealed_version_stays(lead: Client, path: Case) -> None:
    path.submitted()
    material = path.review.submission.materials.get(kind="protocol")
    address = f"{path.review.get_absolute_url()}materials/"

    assert lead.post(f"{address}{material.pk}/remove/").status_code == 404
    assert lead.post(f"{address}{material.pk}/replace/", {"file": file("方案.txt")}).status_code == 404
    assert lead.post(address, {"kind": "protocol", "file": file("方案.txt")}).status_code == 302
    assert Material.objects.filter(kind="protocol").get().version == material.version


def test_unknown_kind_is_not_found(lead: Client, address: str) -> None:
    assert lead.post(address, {"kind": "nothing", "file": file("方案.txt")}).status_code == 404
