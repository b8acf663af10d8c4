from datetime import date

import pytest

from ethicsreview.policy import catalogues
from reviews.rules import checklist
from tests.reviews.rules.answers import AI, ANIMALS, BCI, DAY, DRUG_TRIAL, SURVEY, concluded

FORM = catalogues.application_form(DAY)
MATERIALS = catalogues.materials(DAY)
CRITERIA = catalogues.criteria(DAY)
BASE = {"protocol", "qualifications", "training_record", "interest_statement"}
SAMPLE = {
    "text": "文",
    "longtext": "说明",
    "number": 3,
    "date": "2026-09-01",
    "bool": False,
}


def filled(conclusions):
    """Every field that is asked, filled in; filling some in asks for others."""
    content = {}
    for _ in range(3):
        for section in checklist.asked_sections(FORM, conclusions, content):
            for asked in section.fields:
                content.setdefault(asked.key, _value(asked.field))
    return content


def _value(field):
    if field.kind == "people":
        return [{"name": "李䶮", "institution": "某医院", "role": "负责人", "training": "2026 年培训"}]
    if field.kind == "multichoice":
        return [option.key for option in field.options]
    return field.options[0].key if field.options else SAMPLE[field.kind]


@pytest.mark.article("national", 9)
@pytest.mark.parametrize(
    ("answers", "more"),
    [
        (SURVEY, {"consent_form"}),
        (ANIMALS, {"emergency_plan", "animal_source", "animal_use_licence"}),
        (
            DRUG_TRIAL,
            {
                "emergency_plan",
                "consent_form",
                "recruitment",
                "scientific_opinion",
                "sample_origin",
                "data_origin",
                "investigator_brochure",
            },
        ),
        (AI, {"emergency_plan", "data_origin", "ai_plan", "ai_risk_assessment"}),
    ],
)
def test_all_missing_documents_are_named_with_their_article(answers, more):
    lacking = checklist.missing(concluded(answers), MATERIALS, present=())

    assert {rule.key for rule in lacking} == BASE | more
    assert all(rule.cite for rule in lacking)


def test_documents_that_are_there_are_not_missing():
    conclusions = concluded(DRUG_TRIAL)
    needed = {need.key for need in checklist.required_materials(conclusions, MATERIALS) if need.required}

    assert [rule.key for rule in checklist.missing(conclusions, MATERIALS, needed - {"protocol"})] == ["protocol"]
    assert checklist.missing(conclusions, MATERIALS, needed) == ()


def test_optional_documents_are_offered_and_never_missing():
    needs = {need.key: need.required for need in checklist.required_materials(concluded(SURVEY), MATERIALS)}

    assert needs["other"] is False


@pytest.mark.article("ai", 12)
def test_ai_materials_are_asked_from_the_first_day_of_the_ai_measures():
    conclusions = concluded(AI)
    before = catalogues.materials(date(2026, 3, 19))

    assert "ai_plan" not in {rule.key for rule in checklist.missing(conclusions, before, ())}


@pytest.mark.parametrize("answers", [SURVEY, ANIMALS, DRUG_TRIAL, AI, BCI])
def test_a_filled_form_has_no_errors_and_an_empty_one_names_every_field(answers):
    conclusions = concluded(answers, several_units_take_part=True, unit_role="lead")
    required = {
        asked.key
        for section in checklist.asked_sections(FORM, conclusions, {})
        for asked in section.fields
        if asked.required
    }

    assert checklist.form_errors(FORM, filled(conclusions), conclusions) == {}
    assert checklist.form_errors(FORM, {}, conclusions) == {key: ["required"] for key in required}


def test_sections_follow_the_assessment():
    def sections(answers):
        return [section.key for section in checklist.asked_sections(FORM, concluded(answers), {})]

    assert sections(ANIMALS) == ["overview", "plan", "people", "animals"]
    assert sections(SURVEY) == ["overview", "plan", "people", "participants", "data"]
    assert sections(AI) == ["overview", "plan", "people", "data", "ai"]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("purpose", "  ", "required"),
        ("purpose", "长" * 5001, "too_long"),
        ("purpose", 7, "not_text"),
        ("participant_number", -1, "not_number"),
        ("participant_number", True, "not_number"),
        ("participant_number", "12", "not_number"),
        ("starts_on", "2026-2-30", "not_date"),
        ("starts_on", "20260901", "not_date"),
        ("prior_review", "yes", "not_bool"),
        ("consent_form", "telepathy", "not_option"),
        ("funding_sources", "own", "not_list"),
        ("funding_sources", ["own", "piracy"], "not_option"),
        ("funding_sources", ["own", "own"], "repeated"),
        ("team", "我", "not_list"),
        ("team", [{"name": "王某"}], "bad_row"),
        ("team", [{"name": "王某", "institution": "甲", "role": "乙", "training": "丙", "pay": "丁"}], "bad_row"),
        (
            "team",
            [{"name": "王某", "institution": "甲", "role": "乙", "training": "丙", "trained_on": "昨天"}],
            "bad_row",
        ),
        ("waiver_reason", None, None),
        ("hobby", "chess", "unknown_field"),
    ],
)
def test_a_wrong_field_is_named_with_its_reason(field, value, message):
    conclusions = concluded(DRUG_TRIAL)

    errors = checklist.form_errors(FORM, filled(conclusions) | {field: value}, conclusions)

    assert errors == ({field: [message]} if message else {})
    assert message is None or message in FORM.messages


def test_a_field_may_ask_for_another():
    conclusions = concluded(DRUG_TRIAL)
    content = filled(conclusions) | {"prior_review": True}

    assert checklist.form_errors(FORM, content, conclusions) == {"prior_review_result": ["required"]}


def test_content_of_fields_no_longer_asked_is_no_error():
    content = filled(concluded(DRUG_TRIAL)) | filled(concluded(ANIMALS))

    assert checklist.form_errors(FORM, content, concluded(ANIMALS)) == {}


def test_labels_for_comparison():
    assert checklist.labels(FORM, "zh-hans")["purpose"] == "目的"
    assert checklist.labels(FORM, "en").keys() == FORM.fields.keys()


@pytest.mark.article("national", 15)
def test_criteria_that_apply():
    def heads(answers):
        return [item.number for item in checklist.applicable_criteria(concluded(answers), CRITERIA)]

    assert heads(DRUG_TRIAL) == [1, 2, 3, 5, 6, 7]
    assert heads(ANIMALS) == [1, 2, 4, 5, 6, 7]


@pytest.mark.article("national", 15)
def test_points_of_a_criterion_follow_the_regimes():
    def points(answers):
        criteria = checklist.applicable_criteria(concluded(answers), CRITERIA)
        return {point.key for item in criteria for point in item.points}

    assert "human_consent_contents" in points(DRUG_TRIAL)
    assert "human_consent_contents" not in points(SURVEY)
    assert "ai_plan" in points(AI)


def test_unanswered_criteria_are_all_named():
    left = checklist.unanswered_criteria(concluded(ANIMALS), CRITERIA, answered={"principles", "animals"})

    assert [item.key for item in left] == ["value_and_risk", "data_and_algorithms", "interests", "other"]
