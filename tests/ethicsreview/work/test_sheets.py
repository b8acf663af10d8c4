import csv
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from ethicsreview.work.sheets import LONGEST_CELL, plain, sheet

FORMULAS = ["=1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "＝1", '=HYPERLINK("http://x")', "＠x"]


@pytest.mark.parametrize("typed", FORMULAS)
def test_what_a_spreadsheet_would_run_is_text(typed: str, tmp_path: Path) -> None:
    with sheet(tmp_path / "a.csv", "csv", ["名称"]) as out:
        out.add([typed])
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        [_head, [cell]] = csv.reader(file)
    with sheet(tmp_path / "a.xlsx", "xlsx", ["名称"]) as out:
        out.add([typed])
    drawn = load_workbook(tmp_path / "a.xlsx").active["A2"]  # type: ignore[index]

    assert cell == "'" + typed
    assert drawn.data_type == "s"
    assert drawn.value.startswith("'")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("基因编辑 A-1", "基因编辑 A-1"),
        (-5, -5),
        (None, None),
        (date(2026, 3, 2), date(2026, 3, 2)),
        (datetime(2026, 3, 1, 16, 5, tzinfo=UTC), datetime(2026, 3, 2, 0, 5)),  # noqa: DTZ001 - as a cell has it
        ("a\x00b\x0bc", "abc"),
        ("长" * 40_000, "长" * LONGEST_CELL),
    ],
)
def test_a_value_stands_in_a_cell_as_people_read_it(value: Any, shown: Any) -> None:
    assert plain(value) == shown


def test_a_workbook_is_named_after_what_it_holds_and_its_head_stays(tmp_path: Path) -> None:
    with sheet(tmp_path / "a.xlsx", "xlsx", ["编号", "=名称"], "导出[审查]: 列表/2026" * 3) as out:
        out.add(["R1", "甲"])

    page = load_workbook(tmp_path / "a.xlsx").active
    assert page is not None
    assert (len(page.title), page.freeze_panes, page["B1"].value, page["B2"].value) == (31, "A2", "'=名称", "甲")
