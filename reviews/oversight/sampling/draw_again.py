#!/usr/bin/env python3
"""Repeat the draw of a sample, anywhere: python3 draw_again.py [FOLDER]

FOLDER (else the one that this file lies in) holds plan.json, population.csv and drawn.csv as they were exported. Needs
Python 3.8 or later and nothing else. A case's ticket is the SHA-256 of "seed|stratum|ref"; in each stratum the cases
with the lowest tickets are drawn. Ends with 0 where the draw agrees, 1 where the population or the draw does not, 2
where there is nothing that could be read. Compare the digest it prints with the one in the record.

重复抽取：python3 draw_again.py 文件夹 。只需 Python 3.8 以上，不联网。相符返回 0，不符返回 1，无法读取返回 2。
"""

import csv
import hashlib
import json
import sys
from pathlib import Path
from typing import Any, List, Mapping


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def rows_of(path: Path) -> List[Mapping[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def line_of(row: Mapping[str, str]) -> str:
    return "{place},{kind},{ref},{stratum}".format(**row)


def population_problems(plan: Mapping[str, Any], rows: List[Mapping[str, str]]) -> List[str]:
    """Which lines are not as they were frozen; and whether all of them together have the digest."""
    found = [
        f"altered 已改动: {row['ref']} (line {row['place']})" for row in rows if sha256(line_of(row)) != row["mark"]
    ]
    places = {row["place"] for row in rows}
    wanted = [str(place) for place in range(1, plan["population"]["size"] + 1)]
    found += [f"missing 缺少: line {place}" for place in wanted if place not in places]
    found += [f"added 多出: {row['ref']}" for row in rows if row["place"] not in wanted]
    content = "".join(line_of(row) + "\n" for row in rows)
    if sha256(content) != plan["population"]["sha256"]:
        found.append(f"digest 摘要: sha256:{sha256(content)}, not {plan['population']['sha256']}")
    try:
        sm3 = hashlib.new("sm3", content.encode()).hexdigest()
    except ValueError:
        sm3 = plan["population"]["sm3"]  # this Python has none; the SHA-256 has answered
    if sm3 != plan["population"]["sm3"]:
        found.append(f"digest 摘要: sm3:{sm3}, not {plan['population']['sm3']}")
    return found


def draw(plan: Mapping[str, Any], rows: List[Mapping[str, str]]) -> List[str]:
    drawn = []
    for stratum, sizes in sorted(plan["strata"].items()):
        refs = [row["ref"] for row in rows if row["stratum"] == stratum]
        refs.sort(key=lambda ref: (sha256(f"{plan['seed']}|{stratum}|{ref}"), ref))
        drawn += refs[: sizes["take"]]
    return drawn


def main(folder: Path) -> int:
    try:
        plan = json.loads((folder / "plan.json").read_text("utf-8"))
        rows, kept = rows_of(folder / "population.csv"), rows_of(folder / "drawn.csv")
        problems = population_problems(plan, rows)
        drawn = draw(plan, rows)
    except (OSError, ValueError, KeyError, TypeError) as unreadable:
        print(f"unreadable 无法读取: {unreadable!r}")
        return 2
    if problems:
        print("\n".join(["REFUSED 总体已变，拒绝抽取", *problems]))
        return 1
    # Before the draw, drawn.csv is empty: then this is the draw.
    if kept and [row["ref"] for row in kept] != drawn:
        print("DIFFERS 抽取结果不一致")
        return 1
    print(f"AGREES 一致: {len(drawn)} of {len(rows)}, population sha256:{plan['population']['sha256']}")
    print("\n".join(drawn))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent))
