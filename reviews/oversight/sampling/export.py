"""What a sample was drawn from and by, as files from which anybody repeats the draw (`draw_again.py`)."""

import csv
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ethicsreview.trail.digest import canonical_json
from reviews.models import SamplingPlan
from reviews.models.sampling.population import frozen_units
from reviews.oversight.sampling import draw_again

COMMAND = Path(draw_again.__file__)
FORMAT = "ethicsreview-sample/1"


def export(plan: SamplingPlan) -> bytes:
    """A ZIP file; the same bytes for the same plan. Before the draw `drawn.csv` has no rows. Three queries."""
    units = frozen_units(plan)
    refs = ("review__ref", "exemption__ref", "stratum", "rank", "ticket")
    drawn = plan.items.order_by("pk").values_list(*refs)
    files = {
        "plan.json": canonical_json(_plan(plan)),
        "population.csv": _table(
            ("place", "kind", "ref", "stratum", "mark"),
            ((one.place, one.kind, one.ref, one.stratum, one.mark) for one in units),
        ),
        "drawn.csv": _table(
            ("ref", "stratum", "rank", "ticket"),
            ((review or exemption, *rest) for review, exemption, *rest in drawn),
        ),
        "draw_again.py": COMMAND.read_bytes(),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _plan(plan: SamplingPlan) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "ref": plan.ref,
        "title": plan.title,
        "authority": plan.authority.name,
        "since": plan.since,
        "until": plan.until,
        "seed": plan.seed,
        "seed_source": plan.seed_source,
        "published_at": plan.published_at,
        "frozen_at": plan.frozen_at,
        "population": {
            "size": plan.population_size,
            "sha256": plan.population_sha256,
            "sm3": plan.population_sm3,
        },
        "strata": plan.sizes,
    }


def _table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> bytes:
    """With a byte order mark, as spreadsheets want it. No cell begins with what a spreadsheet would compute."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")
