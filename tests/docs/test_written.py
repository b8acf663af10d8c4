"""The pages written by hand: what they name exists, and what must be told is told."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from reviews.samples import demo
from reviews.samples.houses import SEATS, SECRETARY
from reviews.samples.people import PASSWORD
from reviews.samples.supervision.misconduct import SANCTIONED

ROOT: Path = settings.BASE_DIR
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *ROOT.glob("docs/*.md")])


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("written", PAGES, ids=lambda path: path.name)
def test_links_lead_to_files(written: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", written.read_text(encoding="utf-8"))

    assert [link for link in links if not (written.parent / link).exists()] == []


@pytest.mark.parametrize("written", PAGES, ids=lambda path: path.name)
def test_commands_exist(written: Path) -> None:
    named = set(re.findall(r"manage\.py (\w+)", written.read_text(encoding="utf-8")))

    assert named - get_commands().keys() == set()


def test_every_environment_variable_is_told() -> None:
    code = "".join(text_of(f"config/{name}.py") for name in ("settings", "run", "stack", "web"))
    read = set(re.findall(r'(?:env\.\w+|environ\.get)\(\s*"([A-Z_]+)"', code))

    lines = text_of("docs/operating.md").splitlines()
    told = {name for line in lines if line.startswith("| `") for name in re.findall(r"`([A-Z_]+)`", line.split("|")[1])}

    assert told == read


def test_demo_people_are_those_that_are_made() -> None:
    roles = {seat.key for seat in SEATS} | {SECRETARY.key, "lead", "officer"}
    made = {f"{place.key}-{role}" for place in demo.PLACES for role in roles}
    made |= {f"{office.key}-{key}" for office in demo.OFFICES for key, _title, _role in office.roles}
    made.add(SANCTIONED)
    # Of the seven experts of a province the first and the last are named.
    made |= {f"{key}-recheck{number}" for key in ("sd", "sc") for number in ("", "7")}
    places = "|".join({place.key for place in demo.PLACES} | {office.key for office in demo.OFFICES})

    named = set(re.findall(rf"\b(?:{places})-\w+\b(?!-)", text_of("README.md")))

    assert named - made == set()
    assert {name.partition("-")[2] for name in made} - {"member2", "member3", "member4"} == {
        name.partition("-")[2] for name in named
    }
    assert PASSWORD in text_of("README.md")
