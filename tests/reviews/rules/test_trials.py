"""The real trials of both provinces, assessed: does every one get a sensible and explained answer?"""

import json
from collections import Counter

import pytest

from ethicsreview.policy import catalogues
from reviews.rules import checklist
from reviews.rules.conclusions import Conclusions
from reviews.rules.routing import assess
from tests.reviews.rules.answers import DAY, QUESTIONNAIRE
from tests.reviews.rules.trials import answers_from_trial, rows


@pytest.fixture(scope="module")
def assessed(shared_data):
    return [(row, assess(answers_from_trial(row), QUESTIONNAIRE)) for row in rows(shared_data)]


def test_all_42_are_complete_and_free_of_contradiction(assessed):
    assert len(assessed) == 42
    assert [(row["trial_id"], found.missing, found.invalid) for row, found in assessed if not found.sound] == []


def test_all_need_review_as_human_research_in_medicine(assessed):
    assert {found.project_outcome for _, found in assessed} == {"review"}
    assert {found.in_scope_heads for _, found in assessed} == {("humans",)}
    assert all({"general", "human"} <= set(found.regimes) for _, found in assessed)
    assert {found.sensitive_fields for _, found in assessed} == {("medicine",)}


def test_drug_trials_are_above_minimal_risk_and_records_studies_are_not(assessed):
    for row, found in assessed:
        interventional = "intervention" in found.answers and found.answers["intervention"] != "none"

        assert ("drug" in found.regimes) == (found.answers.get("trial") == "drug"), row["trial_id"]
        assert interventional or found.risk == "minimal", row["trial_id"]
        assert ("simplified" in found.procedures_open) == (found.risk == "minimal"), row["trial_id"]
        assert {"general", "emergency"} <= set(found.procedures_open), row["trial_id"]


def test_the_mix_of_trials_is_told_apart(assessed):
    assert Counter(found.answers.get("trial", "none") for _, found in assessed) == {
        "none": 26,
        "drug": 14,
        "device": 2,
    }
    assert Counter(found.several_units for _, found in assessed) == {"single": 38, "lead": 4}


def test_every_trial_knows_what_it_must_hand_in(assessed):
    form, materials = catalogues.application_form(DAY), catalogues.materials(DAY)

    for row, found in assessed:
        lacking = {rule.key for rule in checklist.missing(found, materials, present=())}
        records_only = found.answers["human_involvement"] == ("data",)

        assert ("consent_form" in lacking) == (not records_only), row["trial_id"]
        assert {"protocol", "scientific_opinion", "data_origin"} <= lacking, row["trial_id"]
        assert checklist.form_errors(form, {}, found), row["trial_id"]


def test_the_conclusions_of_every_trial_survive_json(assessed):
    assert all(Conclusions.from_json(json.loads(json.dumps(found.to_json()))) == found for _, found in assessed)
