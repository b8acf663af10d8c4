import csv
from pathlib import Path

import pytest

from ethicsreview.accounts import regions
from ethicsreview.accounts.models import Institution
from tests.factories import InstitutionFactory


@pytest.fixture(scope="module")
def divisions(shared_data: Path) -> dict[str, str]:
    """Code → name of the divisions of 2023. Rows of 9000 and 9001 only gather what a province keeps itself."""
    with (shared_data / "reference" / "cn_divisions_2023.csv").open(encoding="utf-8") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}


def test_every_division_in_force_is_a_region(divisions: dict[str, str]) -> None:
    refused = [code for code in divisions if not regions.is_region(code)]

    assert refused == []


def test_provinces_are_named_as_in_force(divisions: dict[str, str]) -> None:
    in_force = {code: name for code, name in divisions.items() if code.endswith("0000")}
    ours = regions.provinces()

    assert {code: ours[code] for code in in_force} == in_force
    assert sorted(set(ours) - set(in_force)) == ["710000", "810000", "820000"]


@pytest.mark.parametrize("province", ["370000", "510000"])
def test_cities_are_named_as_in_force(divisions: dict[str, str], province: str) -> None:
    in_force = {
        code: name
        for code, name in divisions.items()
        if code.startswith(province[:2]) and code.endswith("00") and not code.endswith("0000")
    }

    assert regions.cities(province) == in_force


@pytest.mark.article("national", 7)
def test_autonomous_areas_are_those_in_force(divisions: dict[str, str]) -> None:
    marks = ("自治区", "自治州", "自治县", "自治旗")
    named = [code for code, name in divisions.items() if name.endswith(marks)]
    within = [code for code in divisions if any(regions.is_within(code, area) for area in named)]

    assert [code for code in divisions if regions.is_autonomous(code)] == within


def test_autonomous_areas_of_sichuan_and_none_in_shandong(divisions: dict[str, str]) -> None:
    assert regions.is_autonomous("513226")  # 金川县, of 阿坝州
    assert regions.is_autonomous("510726")  # 北川羌族自治县, of 绵阳市
    assert not regions.is_autonomous("510700")
    assert not any(regions.is_autonomous(code) for code in divisions if code.startswith("37"))


@pytest.mark.parametrize(
    "code", ["", "37", "3701000", "37010a", "３７０１００", "990000", "371200", "379900", "370001", "110001"]
)
def test_a_code_that_cannot_be_a_region(code: str) -> None:
    assert not regions.is_region(code)


@pytest.mark.parametrize(
    ("code", "territory", "within"),
    [
        ("370102", "370100", True),
        ("370102", "370000", True),
        ("370000", "370000", True),
        ("370000", "370100", False),
        ("370100", "370102", False),
        ("370200", "370100", False),
        ("510100", "370000", False),
    ],
)
def test_within_goes_by_the_digits_that_count(code: str, territory: str, within: bool) -> None:
    assert regions.is_within(code, territory) is within


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("370000", "山东省"),
        ("510100", "四川省成都市"),
        ("370102", "山东省济南市 370102"),
        ("320100", "江苏省 320100"),
        ("", ""),
    ],
)
def test_region_name_falls_back_to_the_code(code: str, name: str) -> None:
    assert regions.region_name(code) == name


@pytest.mark.django_db
def test_a_column_is_compared_with_a_territory_as_a_code_is() -> None:
    codes = ("370100", "370102", "370200", "380000", "369999", "370000", "")
    for region in codes:
        InstitutionFactory(region=region)

    for prefix in ("", "37", "3701", "370102"):
        found = set(Institution.objects.filter(**regions.lying_in("region", prefix)).values_list("region", flat=True))
        assert found == {region for region in codes if region.startswith(prefix)}
