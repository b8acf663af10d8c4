"""The institutions that rows name: found by their name, or by the map of spellings; created where they are new."""

import csv
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from ethicsreview.accounts.models import Institution
from ethicsreview.accounts.regions import cities, provinces
from reviews.importing.problems import UnknownLayout
from reviews.importing.tables import Row
from reviews.importing.values import NO_NAME

# The column of spellings and the column of units, in the layouts that a map may have.
_MAP_COLUMNS = (("spelling", "unit"), ("primary_sponsor", "unit_zh_translated"))

_TYPES = (
    (Institution.Type.HOSPITAL, ("医院", "卫生院", "疾控", "hospital", "medical cent")),
    (Institution.Type.ENTERPRISE, ("公司", "集团", "ltd", "inc.", "gmbh", "corporation", "pharma", "therapeutics")),
    (Institution.Type.UNIVERSITY, ("大学", "学院", "党校", "university", "college", "school")),
    (Institution.Type.INSTITUTE, ("研究", "科学院", "institute", "academy")),
)


def folded(name: str) -> str:
    """One name for spellings that differ only in case, width, blanks or a final full stop."""
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold().rstrip(".")


@dataclass(frozen=True)
class Unit:
    name: str
    region: str = ""


@dataclass
class Institutions:
    """`region`: of units about which neither the row nor the map says where they are; empty to refuse those rows."""

    region: str = ""
    units: dict[str, Unit] = field(default_factory=dict)
    known: dict[str, Institution] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for institution in Institution.objects.order_by("-pk"):
            self.known[folded(institution.name)] = institution

    def read_map(self, path: Path) -> None:
        """A CSV of spelling, unit, and if it has them province and city. Raises UnknownLayout."""
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = next((c for c in _MAP_COLUMNS if set(c) <= set(reader.fieldnames or ())), None)
            if columns is None:
                expected = " / ".join(",".join(pair) for pair in _MAP_COLUMNS)
                raise UnknownLayout(_("单位对照表须有列：%(columns)s") % {"columns": expected})
            for row in reader:
                region = region_of(row.get("province") or "", row.get("city") or "")
                self.units[folded(row[columns[0]])] = Unit(row[columns[1]].strip(), region)

    def named(self, row: Row, column: str, *, region: str) -> Institution | None:
        """The institution, saved or not yet; None where it cannot be one, and the row says why."""
        spelling = row.get(column)
        if folded(spelling) in NO_NAME:
            row.refuse(column, _("没有单位（写作“%(value)s”）") % {"value": spelling} if spelling else _("没有单位"))
            return None
        unit = self.units.get(folded(spelling), Unit(spelling))
        key = folded(unit.name)
        if key not in self.known:
            made = Institution(name=unit.name, type=_type_of(unit.name), region=unit.region or region or self.region)
            if not _is_sound(made, row, column):
                return None
            self.known[key] = made
        return self.known[key]


def _is_sound(made: Institution, row: Row, column: str) -> bool:
    if not made.region:
        row.refuse(column, _("不知道单位所在地区：该行和单位对照表都没有写明，库中也没有该单位"))
        return False
    try:
        made.clean_fields(exclude={"body_ptr", "kind", "ref"})
    except ValidationError as error:
        for messages in error.message_dict.values():
            for message in messages:
                row.refuse(column, message)
        return False
    return True


def region_of(province: str, city: str = "") -> str:
    """GB/T 2260 from names as lists write them: 四川 → 510000; 四川, 甘孜州 → 513300. Empty for no province."""
    province, city = province.strip(), city.strip().removesuffix("市").removesuffix("州")
    code = next((code for code, name in provinces().items() if province and name.startswith(province)), "")
    if not city:
        return code
    return next((place for place, name in cities(code).items() if name.startswith(city)), code) if code else ""


def _type_of(name: str) -> str:
    lowered = name.lower()
    return next(
        (kind for kind, words in _TYPES if any(word in lowered for word in words)),
        Institution.Type.OTHER,
    )
