"""Answers to the risk assessment for the real trials in ../shared/data, as a careful lead would give them."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PROVINCES = {"37", "51"}  # Shandong, Sichuan

DRUGS = (
    *("abidol", "aliskiren", "antiviral", "capsule", "chinese medicine", "decoction", "granule", "interferon"),
    *("leflunomide", "mab", "medicine", "nifedipine", "probioti", "ritonavir", "sevoflurane", "shenlin", "xinguan"),
)
DEVICES = ("ecmo", "mask", "orthokeratology")
INVASIVE = ("ecmo", "injection", "mab", "sevoflurane", "anaesthesia", "anesthesia")
INTERVENTIONAL = {"Interventional study", "Prevention", "Treatment study"}


def rows(folder: Path) -> Iterator[dict[str, str]]:
    """The trials of both provinces, from the folder of real input (fixture `shared_data`)."""
    with (folder / "chictr_covid19_2020_dev.csv").open(encoding="utf-8-sig", newline="") as file:
        yield from (row for row in csv.DictReader(file) if row["province_code"] in PROVINCES)


def answers_from_trial(row: dict[str, str]) -> dict[str, Any]:
    """What the register does not say is answered on the side of caution: data identifiable, no exemption."""
    text = f"{row['public_title']} {row['intervention']}".lower()
    interventional = row["study_type"] in INTERVENTIONAL
    records_only = not interventional and (
        row["phase"] == "Retrospective study" or "retrospective" in text or "medical records" in text
    )
    answers: dict[str, Any] = {
        "fields": ["medicine", "ai"] if row["d_ai"] == "1" else ["medicine"],
        "involves_humans": True,
        "involves_animals": False,
        "other_challenge": False,
        "other_legal": False,
        "human_involvement": ["data"] if records_only else ["participants", "data"],
        "human_life_science": True,
        "sensitive_data": True,
        "listed_any": False,
        "committee_situation": "own",
        "several_units_take_part": row["d_multicentre"] == "1",
        "international_cooperation": row["d_international"] == "1",
        "funded_by_state": False,
        "responds_to_emergency": True,
    }
    if not records_only:
        answers |= _participants(row, text, interventional=interventional)
    if not interventional:
        answers["existing_only"] = records_only
    if records_only:
        answers |= {"bodily_harm": False, "commercial": False, "exemption_head": "none"}
    if answers["several_units_take_part"]:
        answers["unit_role"] = "lead"
    if row["d_ai"] == "1":
        answers["ai_affects_people"] = True
    risky = answers.get("trial", "none") != "none" or answers.get("intervention") == "invasive"
    return answers | {"risk_level": "above_minimal" if risky else "minimal"}


def _participants(row: dict[str, str], text: str, *, interventional: bool) -> dict[str, Any]:
    kinds = [kind for kind, column in (("minors", "d_minor"), ("pregnant", "d_pregnant")) if row[column] == "1"]
    answers: dict[str, Any] = {"intervention": "none", "vulnerable": bool(kinds)}
    if kinds:
        answers["vulnerable_kinds"] = kinds
    if interventional:
        answers["intervention"] = "invasive" if any(word in text for word in INVASIVE) else "non_invasive"
        answers["trial"] = (
            "device"
            if any(word in text for word in DEVICES)
            else "drug"
            if any(word in text for word in DRUGS)
            else "none"
        )
    return answers
