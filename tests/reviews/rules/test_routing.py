import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethicsreview.policy import catalogues
from reviews.rules.conclusions import Conclusions
from reviews.rules.routing import assess, determinable_values, visible_questions
from tests.reviews.rules import answers as given_answers
from tests.reviews.rules.answers import (
    AI,
    ANIMALS,
    BCI,
    DRUG_TRIAL,
    OUT_OF_SCOPE,
    QUESTIONNAIRE,
    RECORDS,
    SURVEY,
    concluded,
)


@pytest.mark.article("national", 2)
@pytest.mark.parametrize(
    ("answers", "heads", "regimes", "outcome"),
    [
        (OUT_OF_SCOPE, (), (), "not_required"),
        (ANIMALS, ("animals",), ("general", "animal"), "review"),
        (SURVEY, ("humans",), ("general",), "review"),
        (DRUG_TRIAL, ("humans",), ("general", "human", "drug"), "review"),
        (AI, ("other_risk",), ("general", "ai"), "review"),
        (OUT_OF_SCOPE | {"other_legal": True}, ("other_legal",), ("general",), "review"),
    ],
)
def test_scope_and_regimes(answers, heads, regimes, outcome):
    found = concluded(answers)

    assert (found.in_scope_heads, found.regimes, found.project_outcome) == (heads, regimes, outcome)
    assert found.sound


@pytest.mark.article("ai", 35)
def test_the_ai_measures_apply_from_their_first_day():
    before = concluded(AI, date(2026, 3, 19), ai_affects_people=None)
    after = concluded(AI, date(2026, 3, 20))

    assert (before.regimes, after.regimes) == (("general",), ("general", "ai"))
    assert (before.version, after.version) == ("2023-12-01", "2026-03-20")


@pytest.mark.article("human", 32)
@pytest.mark.parametrize(
    "change",
    [
        {"bodily_harm": True},
        {"sensitive_data": True},
        {"commercial": True},
        {"exemption_head": "none"},
        {"exemption_head": "existing_samples", "embryo": True},
        {"involves_animals": True, "animal_severity": "mild"},
        {"other_challenge": True, "challenge_kinds": ["life_health"]},
        {"existing_only": False},
        {"human_life_science": False},
        {"fields": ["ai", "medicine"], "ai_affects_people": False},
    ],
)
def test_exemption_falls_with_any_of_its_conditions(change):
    assert concluded(RECORDS).project_outcome == "exempt_possible"
    assert "exempt" in concluded(RECORDS).procedures_open

    found = concluded(RECORDS, **change)

    assert found.project_outcome == "review"
    assert "exempt" not in found.procedures_open


@pytest.mark.article("national", 25)
@pytest.mark.article("national", 26)
def test_a_listed_activity_needs_recheck_and_is_never_simplified():
    found = concluded(BCI)

    assert found.listed_proposed == ("invasive_bci",)
    assert found.needs_recheck
    assert found.procedures_open == ("general",)


@pytest.mark.article("national", 13)
@pytest.mark.parametrize(
    ("situation", "committee"),
    [("own", "own"), ("not_competent", "entrusted"), ("none", "entrusted"), ("no_unit", "entrusted")],
)
def test_which_committee_reviews(situation, committee):
    assert concluded(SURVEY, committee_situation=situation).committee == committee


@pytest.mark.article("national", 12)
def test_each_partner_country_is_concluded():
    found = concluded(SURVEY, international_cooperation=True, countries=["PK", "ES"])

    assert found.international
    assert found.partner_countries == ("ES", "PK")
    assert found.about("partner_countries")[0].zh.startswith("西班牙：")


def test_organisation_and_field():
    found = concluded(
        DRUG_TRIAL,
        several_units_take_part=True,
        unit_role="participating",
        funded_by_state=True,
        responds_to_emergency=True,
    )

    assert found.several_units == "participating"
    assert found.fiscal_funds
    assert found.emergency
    assert found.sensitive_fields == ("medicine",)
    assert found.procedures_open == ("general", "emergency")


def test_a_conclusion_names_the_answers_and_articles_behind_it():
    recheck = concluded(BCI).about("needs_recheck")[0]

    assert recheck.answers == (("listed_items", ("invasive_bci",)),)
    assert recheck.cites == ("national:26", "national:25")


def test_every_conclusion_rests_on_answers():
    for answers in (OUT_OF_SCOPE, ANIMALS, SURVEY, DRUG_TRIAL, RECORDS, BCI, AI):
        found = concluded(answers)

        assert all(item.answers for item in found.items), [i.topic for i in found.items if not i.answers]
        assert all(found.answers[key] == value for item in found.items for key, value in item.answers)


def test_all_missing_answers_are_named_and_nothing_is_concluded():
    found = assess({"involves_humans": True, "fields": ["medicine"]}, QUESTIONNAIRE)

    assert not found.complete
    assert found.items == ()
    assert found.missing == (
        "involves_animals",
        "other_challenge",
        "other_legal",
        "human_involvement",
        "human_life_science",
        "sensitive_data",
        "listed_any",
        "risk_level",
        "committee_situation",
        "several_units_take_part",
        "international_cooperation",
        "funded_by_state",
        "responds_to_emergency",
    )


def test_all_answers_that_do_not_fit_are_named():
    wrong = OUT_OF_SCOPE | {
        "fields": "medicine",
        "involves_animals": "yes",
        "risk_level": "huge",
        "nonsense": 1,
        "other_legal": 1,
    }

    found = assess(wrong, QUESTIONNAIRE)

    assert found.invalid == {
        "nonsense": "unknown_question",
        "fields": "not_list",
        "involves_animals": "not_bool",
        "other_legal": "not_bool",
        "risk_level": "not_option",
    }


def test_answers_to_questions_no_longer_asked_are_left_out():
    found = concluded(DRUG_TRIAL, involves_humans=False, involves_animals=True, animal_severity="mild")

    assert "trial" not in found.answers
    assert found.regimes == ("general", "animal")


def test_visible_questions_follow_the_answers():
    hidden = {question.key for question in visible_questions({}, QUESTIONNAIRE)}
    shown = {question.key for question in visible_questions({"involves_animals": True}, QUESTIONNAIRE)}

    assert shown - hidden == {"animal_severity"}


@pytest.mark.parametrize(
    ("answers", "change", "key", "questions"),
    [
        (DRUG_TRIAL, {"risk_level": "minimal"}, "trial_but_minimal", {"trial", "risk_level"}),
        (BCI, {"risk_level": "minimal"}, "listed_but_minimal", {"listed_any", "risk_level"}),
        (RECORDS, {"sensitive_data": True}, "anonymised_but_sensitive", {"exemption_head", "sensitive_data"}),
        (
            ANIMALS,
            {"animal_severity": "severe", "risk_level": "minimal"},
            "severe_but_minimal",
            {"animal_severity", "risk_level"},
        ),
    ],
)
def test_contradictory_answers_are_named(answers, change, key, questions):
    found = concluded(answers, **change)

    named = {item.key: set(item.questions) for item in found.contradictions}
    assert named[key] == questions
    assert not found.sound


def test_a_listed_activity_out_of_scope_is_a_contradiction():
    found = concluded(
        OUT_OF_SCOPE,
        listed_any=True,
        listed_items=["new_species"],
        administrative_approval=False,
        risk_level="above_minimal",
    )

    assert [item.key for item in found.contradictions] == ["listed_out_of_scope"]


@pytest.mark.article("national", 5)
def test_the_committee_determines_the_list_and_what_follows_is_drawn_again():
    lead_says_no = concluded(DRUG_TRIAL)
    determined = assess(DRUG_TRIAL, QUESTIONNAIRE, determined={"listed": ["invasive_bci"]})

    assert not lead_says_no.needs_recheck
    assert determined.needs_recheck
    assert determined.listed == ("invasive_bci",)
    assert determined.listed_proposed == ()
    assert determined.about("listed")[0].determined
    assert determined.about("listed")[0].cite == "national:5(4)"


@pytest.mark.article("national", 5)
def test_the_committee_determines_that_a_proposed_activity_is_not_listed():
    determined = assess(BCI, QUESTIONNAIRE, determined={"listed": [], "risk": "above_minimal"})

    assert determined.listed == ()
    assert determined.listed_proposed == ("invasive_bci",)
    assert not determined.needs_recheck


def test_the_committee_may_not_determine_everything():
    with pytest.raises(ValueError, match=r"emergency is not .*; risk is never 'small'"):
        assess(BCI, QUESTIONNAIRE, determined={"emergency": "true", "risk": "small"})


def test_determinable_values_of_the_list_are_its_items():
    assert list(determinable_values(QUESTIONNAIRE, "listed")) == [
        item.key for item in catalogues.listed_items(given_answers.DAY)
    ]


@pytest.mark.parametrize("answers", [OUT_OF_SCOPE, BCI, {"involves_humans": 3}])
def test_conclusions_survive_json(answers):
    found = assess(answers, QUESTIONNAIRE)

    assert Conclusions.from_json(json.loads(json.dumps(found.to_json()))) == found


def _any_answer(question):
    options = [option.key for option in question.options]
    if question.kind == "bool":
        return st.booleans()
    if question.kind == "choice":
        return st.sampled_from(options)
    return st.lists(st.sampled_from(options[:12]), min_size=1, max_size=3)


ALL_ANSWERS = st.fixed_dictionaries({q.key: _any_answer(q) for q in QUESTIONNAIRE.questions})


@given(ALL_ANSWERS)
def test_whatever_the_answers_there_is_one_outcome_and_a_way_on(answers):
    found = assess(answers, QUESTIONNAIRE)

    assert found.complete
    assert found.project_outcome in {"review", "not_required", "exempt_possible"}
    assert found.procedures_open
    assert ("not_required" in found.procedures_open) == (not found.in_scope_heads)
    assert not (found.needs_recheck and {"simplified", "exempt"} & set(found.procedures_open))
    assert found.risk == "above_minimal" or not found.listed
    assert Conclusions.from_json(json.loads(json.dumps(found.to_json()))) == found


@given(ALL_ANSWERS, st.data())
def test_taking_an_answer_away_never_concludes_more(answers, data):
    key = data.draw(st.sampled_from(sorted(answers)))
    whole = assess(answers, QUESTIONNAIRE)

    part = assess({name: value for name, value in answers.items() if name != key}, QUESTIONNAIRE)

    assert part.missing == ((key,) if key in whole.answers else ())
    assert part.items == (() if key in whole.answers else whole.items)
