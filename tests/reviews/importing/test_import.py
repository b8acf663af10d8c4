"""Importing projects: every layout, every kind of bad row, and repeats that change nothing."""

import csv
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from ethicsreview.accounts.models import Institution, Person, Role
from ethicsreview.trail.models import Entry
from ethicsreview.trail.verification import verify
from reviews.models import Project
from tests.committees.builders import holder
from tests.factories import InstitutionFactory

pytestmark = pytest.mark.django_db

TRIAL = {
    "trial_id": "ChiCTR2000000001",
    "public_title": "A cohort of nurses on night shifts",
    "primary_sponsor": "First Hospital of Somewhere",
    "pi_key": "0a1b2c3d",
    "province": "四川",
    "province_code": "51",
    "city": "甘孜州",
    "study_type": "Observational study",
    "phase_raw": "0",
    "countries_raw": "China",
    "date_registration": "2020-02-08",
    "date_enrolment": "2020-02-10",
}
GRANT = {
    "project_no": "71700001",
    "fund": "NSFC",
    "department": "G 管理科学部",
    "category": "面上项目",
    "title": "区域物流网络的韧性研究",
    "unit": "某某大学",
    "pi": "钱某",
    "amount_wan": "48",
    "start": "2018-01",
    "end": "2021-12",
    "province": "山东",
}


@dataclass
class Answer:
    lines: list[str]
    code: int
    error: str = ""


def imported(path: Path, kind: str = "ictrp", **options: object) -> Answer:
    out = StringIO()
    try:
        call_command("import_projects", str(path), format=kind, stdout=out, stderr=StringIO(), **options)
    except CommandError as error:
        return Answer(out.getvalue().splitlines(), error.returncode, str(error))
    return Answer(out.getvalue().splitlines(), 0)


@pytest.fixture
def written(tmp_path):
    def write(*rows: dict[str, str], name: str = "list.csv") -> Path:
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return tmp_path / name

    return write


def test_a_trial_becomes_a_draft_project(written):
    answer = imported(written(TRIAL))

    project = Project.objects.get(source_ref="ictrp:ChiCTR2000000001")
    assert answer.code == 0
    assert (project.state, project.title, project.field) == ("draft", TRIAL["public_title"], "medicine")
    assert (project.region, project.institution.region, project.institution.type) == ("513300", "513300", "hospital")
    assert project.starts_on.isoformat() == "2020-02-10"
    assert (project.lead.is_active, project.lead.has_usable_password()) == (False, False)
    assert project.source_note["study_type"] == "Observational study"


def test_the_trail_says_that_it_was_imported_and_from_where(written):
    imported(written(TRIAL))

    entry = Entry.objects.get()
    assert (entry.step, entry.actor_kind, entry.target) == ("create", "system", "draft")
    assert entry.facts == {"ground": "import", "file": "list.csv", "line": 2}
    assert list(verify()) == []


@pytest.mark.parametrize(
    ("changes", "starts", "ends", "field"),
    [
        ({}, "2018-01-01", "2021-12-31", "social_science"),
        ({"department": "C 生命科学部"}, "2018-01-01", "2021-12-31", "life_science"),
        ({"start": "2016-09-20", "end": ""}, "2016-09-20", None, "social_science"),
    ],
)
def test_a_grant_becomes_a_draft_project(written, changes, starts, ends, field):
    imported(written(GRANT | changes), "grants")

    project = Project.objects.get(source_ref="nsfc:71700001")
    assert project.starts_on.isoformat() == starts
    assert (project.ends_on and project.ends_on.isoformat()) == ends
    assert (project.field, project.region, project.lead.name) == (field, "370000", "钱某")
    assert project.funding == "NSFC 面上项目 71700001"


def test_years_are_read_from_their_first_to_their_last_day(written):
    years = {"approve_year": "2018", "end_year": "2022", "code": "C0502", "department": "C 生命科学部"}

    imported(written({k: v for k, v in GRANT.items() if k not in {"start", "end"}} | years), "grants")

    project = Project.objects.get()
    assert (project.starts_on.isoformat(), project.ends_on.isoformat()) == ("2018-01-01", "2022-12-31")


def test_a_repeat_changes_nothing(written):
    rows = [TRIAL, TRIAL | {"trial_id": "ChiCTR2000000002"}]
    imported(written(*rows))
    before = (Entry.objects.count(), Person.objects.count(), Institution.objects.count())

    answer = imported(written(*rows))

    assert (Entry.objects.count(), Person.objects.count(), Institution.objects.count()) == before
    assert answer.lines == [
        "2 行：新增 0，未变 2，与此前不同 0，拒收 0；存疑 0；新单位 0 / 2 rows: 0 new, 2 unchanged, 0 changed, "
        "0 refused; 0 doubtful; 0 new institutions"
    ]


def test_a_row_that_changed_since_is_said_and_the_project_left_alone(written):
    imported(written(TRIAL))

    answer = imported(written(TRIAL | {"public_title": "Another title"}))

    assert "与此前导入的内容不同" in answer.lines[0]
    assert Project.objects.get().title == TRIAL["public_title"]


# What cannot be a project: the change to a good row, the column that is named, and words of the reason.
REFUSED = {
    "no sponsor": ({"primary_sponsor": ""}, "primary_sponsor", "没有单位"),
    "sponsor that is none": ({"primary_sponsor": "Nil"}, "primary_sponsor", "写作“Nil”"),
    "sponsor too long": ({"primary_sponsor": "医" * 201}, "primary_sponsor", "200"),
    "nowhere": ({"province": "", "province_code": "", "city": ""}, "primary_sponsor", "地区"),
    "no number": ({"trial_id": ""}, "trial_id", "没有编号"),
    "shifted columns": ({"trial_id": "1.某某研究的题目"}, "trial_id", "错位"),
    "no title": ({"public_title": ""}, "public_title", "空"),
    "title too long": ({"public_title": "研" * 301}, "public_title", "300"),
    "control character": ({"public_title": "A\x07title"}, "public_title", "U+0007"),
    "reading turned round": ({"public_title": "A\u202etitle"}, "public_title", "U+202E"),
    "null character": ({"public_title": "A\x00title"}, "public_title", "U+0000"),
    "huge field": ({"public_title": "x" * 200_000}, "public_title", "200000"),
    "no lead": ({"pi_key": ""}, "pi_key", "没有负责人"),
    "no date": ({"date_enrolment": "2020-13-45"}, "date_enrolment", "不是日期"),
}
# What is left out of a project that is taken.
DOUBTFUL = {
    "misspelt country": ({"countries_raw": "Chian"}, "countries_raw", "是否为“China”"),
    "question marks": ({"countries_raw": "??"}, "countries_raw", "没有名为“??”"),
    "phase made a month": ({"phase_raw": "Feb-00"}, "phase_raw", "电子表格"),
    "phase made a day": ({"phase_raw": "2020-03-02 00:00:00"}, "phase_raw", "电子表格"),
    "phase in Chinese": ({"phase_raw": "2月3日"}, "phase_raw", "电子表格"),
    "placeholder": ({"date_enrolment": "1900-01-01"}, "date_enrolment", "占位日期"),
    "year out of reach": ({"date_enrolment": "0220-02-10"}, "date_enrolment", "年份"),
}


@pytest.mark.parametrize(("changes", "column", "words"), REFUSED.values(), ids=REFUSED)
def test_a_bad_row_is_refused_by_name_and_stops_no_other(written, changes, column, words):
    good = TRIAL | {"trial_id": "ChiCTR2000000009"}

    answer = imported(written(TRIAL | changes, good))

    assert answer.code == 2
    assert answer.lines[0].startswith(f"第2行 {column}：")
    assert words in answer.lines[0]
    assert "拒收" in answer.lines[0]
    assert [project.source_ref for project in Project.objects.all()] == ["ictrp:ChiCTR2000000009"]


@pytest.mark.parametrize(("changes", "column", "words"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_a_damaged_value_is_named_and_left_out(written, changes, column, words):
    answer = imported(written(TRIAL | changes))

    assert answer.code == 0
    assert answer.lines[0].startswith(f"第2行 {column}：")
    assert words in answer.lines[0]
    project = Project.objects.get()
    assert project.source_note["countries"] == []
    if column == "date_enrolment":
        assert project.starts_on is None
    if column == "phase_raw":
        assert project.source_note["phase"] == ""


def test_everything_that_is_wrong_with_a_row_is_said_at_once(written):
    bad = {"primary_sponsor": "", "public_title": "研" * 301, "pi_key": "", "phase_raw": "Feb-00", "trial_id": ""}

    answer = imported(written(TRIAL | bad))

    columns = {line.removeprefix("第2行 ").partition("：")[0] for line in answer.lines[:-1]}
    assert columns == set(bad)


def test_end_before_start(written):
    answer = imported(written(GRANT | {"end": "2017-06"}), "grants")

    assert answer.lines[0] == "第2行 end：结束日期2017-06-30早于开始日期2018-01-01（拒收）"


def test_one_number_twice_in_a_file(written):
    answer = imported(written(TRIAL, TRIAL | {"public_title": "Another"}))

    assert answer.lines[0] == "第3行 trial_id：与第2行编号重复（拒收）"
    assert Project.objects.get().title == TRIAL["public_title"]


def test_the_line_is_that_of_the_file_where_a_cell_has_several(written):
    answer = imported(written(TRIAL | {"study_type": "two\nlines"}, TRIAL | {"trial_id": ""}))

    assert answer.lines[0].startswith("第4行 trial_id：")


def test_too_few_columns(written):
    path = written(TRIAL)
    path.write_text(path.read_text() + "ChiCTR2000000002,only two\n")

    answer = imported(path)

    assert answer.lines[0] == f"第3行 —：有2列，表头有{len(TRIAL)}列（拒收）"


def test_one_row_in_another_encoding(written):
    path = written(TRIAL)
    row = ",".join((TRIAL | {"trial_id": "ChiCTR2000000002", "primary_sponsor": "某某医院"}).values())
    path.write_bytes(path.read_bytes() + row.encode("gb18030") + b"\r\n")

    answer = imported(path)

    assert answer.lines[0].startswith("第3行 province：不是 UTF-8 编码")
    assert Project.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"trial_id,public_title\n1,2\n", "最接近的是“other registers”，缺少列：date_enrolment、"),
        ("trial_id,public_title\n".encode("utf-16"), "UTF-16"),
        (b"PK\x03\x04workbook", "XLSX"),
        (b"", "缺少列"),
    ],
)
def test_a_file_that_is_none_of_the_layouts_says_what_is_known(tmp_path, content, words):
    path = tmp_path / "list.csv"
    path.write_bytes(content)

    answer = imported(path)

    assert answer.code == 1
    assert words in answer.error
    assert Project.objects.count() == 0


def test_a_file_that_is_not_there(tmp_path):
    assert imported(tmp_path / "none.csv").code == 1


def test_spellings_of_one_unit_become_one_institution(written):
    spellings = ["First Hosp. of Somewhere", "first  hospital of somewhere.", "某某市第一医院"]
    rows = [TRIAL | {"trial_id": f"ChiCTR200000000{n}", "primary_sponsor": s} for n, s in enumerate(spellings)]
    units = written(
        *({"spelling": s, "unit": "某某市第一医院", "province": "四川", "city": "德阳"} for s in spellings[:2]),
        name="map.csv",
    )

    imported(written(*rows), institution_map=units)

    assert [institution.name for institution in Institution.objects.all()] == ["某某市第一医院"]
    assert Institution.objects.get().region == "510600"


def test_an_institution_that_is_there_is_found_by_its_name(written):
    there = InstitutionFactory(name="First Hospital of Somewhere", region="510104")

    imported(written(TRIAL))

    project = Project.objects.get()
    assert (project.institution, project.region) == (there, "510104")


def test_a_map_without_its_columns(written):
    answer = imported(written(TRIAL), institution_map=written({"a": "b"}, name="map.csv"))

    assert answer.code == 1
    assert "spelling,unit" in answer.error


def test_the_region_of_units_that_name_none(written):
    imported(written(TRIAL | {"province": "", "province_code": "", "city": ""}), region="370000")

    assert Project.objects.get().region == "370000"


def test_one_lead_of_several_rows_is_one_person(written):
    other = TRIAL | {"trial_id": "ChiCTR2000000002"}
    third = TRIAL | {"trial_id": "ChiCTR2000000003", "pi_key": "ffffffff"}

    imported(written(TRIAL, other, third))

    assert Person.objects.count() == 2


def test_an_officer_imports_for_the_own_institution_only(written):
    own = InstitutionFactory(name=TRIAL["primary_sponsor"])
    officer = holder(Role.INSTITUTION_OFFICER, own)
    other = TRIAL | {"trial_id": "ChiCTR2000000002", "primary_sponsor": "Another Hospital"}

    answer = imported(written(TRIAL, other), by=officer.username)

    assert [project.institution_id for project in Project.objects.all()] == [own.pk]
    assert answer.lines[0].startswith("第3行 trial_id：")
    assert Entry.objects.get().actor_ref == officer.username
    # What came with the row that was refused is undone with it.
    assert not Institution.objects.filter(name="Another Hospital").exists()


@pytest.mark.parametrize(
    ("file", "kind", "new", "refused", "doubtful"),
    [
        ("chictr_covid19_2020_dev.csv", "ictrp", 505, 9, 6),
        ("covid19_trials_china_other_registers.csv", "ictrp", 0, 124, 0),
        ("nsfc_management_dev.csv", "grants", 747, 598, 0),
    ],
)
def test_the_real_lists(shared_data, file, kind, new, refused, doubtful):
    answer = imported(shared_data / file, kind)

    total = new + refused
    assert (
        f"{total} rows: {new} new, 0 unchanged, 0 changed, {refused} refused; {doubtful} doubtful" in answer.lines[-1]
    )
    assert list(verify()) == []
