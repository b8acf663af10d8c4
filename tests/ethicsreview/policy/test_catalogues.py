import shutil
from datetime import UTC, date, datetime

import pytest

from ethicsreview.policy import catalogue_models, catalogues, cite, policy_for

DAY = date(2026, 6, 1)


@pytest.fixture
def folder(tmp_path):
    """A copy of the catalogues to spoil."""
    return shutil.copytree(catalogues.FOLDER, tmp_path / "catalogues")


def spoil(folder, file, *changes):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def problems(folder):
    with pytest.raises(catalogues.CatalogueError) as raised:
        catalogues.load(folder)
    return [str(problem) for problem in raised.value.problems]


@pytest.mark.article("national", 25)
def test_the_list_has_seven_items_in_order():
    items = catalogues.listed_items(DAY)

    assert [item.number for item in items] == [1, 2, 3, 4, 5, 6, 7]
    assert all("研" in item.zh for item in items)


@pytest.mark.article("ai", 35)
def test_the_ai_annex_holds_items_five_to_seven_from_its_first_day():
    def annex(day):
        return [item.number for item in catalogues.listed_items(day) if item.in_ai_annex(day)]

    assert annex(date(2026, 3, 19)) == []
    assert annex(date(2026, 3, 20)) == [5, 6, 7]


@pytest.mark.article("national", 15)
def test_the_criteria_are_the_seven_heads():
    assert [item.cite for item in catalogues.criteria(DAY)] == [f"national:15({n})" for n in range(1, 8)]


def test_a_member_answers_each_criterion_in_one_of_four_ways():
    assert [answer.key for answer in catalogues.criterion_answers()] == [
        "meets",
        "meets_with_comment",
        "does_not_meet",
        "not_applicable",
    ]


@pytest.mark.article("national", 9)
def test_the_form_and_the_materials_cover_the_six_heads():
    form = catalogues.application_form(DAY)
    cited = {item.cite for item in (*form.fields.values(), *form.sections, *catalogues.materials(DAY))}

    commitment = catalogues.commitment(DAY).cite
    assert {f"national:9({head})" for head in range(1, 7)} <= {*cited, commitment}


@pytest.mark.article("human", 36)
def test_consent_contents_are_the_twelve_heads():
    assert len(catalogues.application_form(DAY).fields["consent_contents"].options) == 12


@pytest.mark.article("ai", 12)
def test_ai_items_appear_on_the_first_day_of_the_ai_measures():
    before, after = date(2026, 3, 19), date(2026, 3, 20)

    def ai_fields(day):
        return [key for key, field in catalogues.application_form(day).fields.items() if field.cite == "ai:12"]

    assert ai_fields(before) == []
    assert len(ai_fields(after)) == 6


def _cited(item):
    if isinstance(item, catalogue_models.Cited):
        yield item.cite
    if isinstance(item, catalogue_models.Strict):
        for name in type(item).model_fields:
            yield from _cited(getattr(item, name))
    elif isinstance(item, tuple):
        for one in item:
            yield from _cited(one)


def test_every_citation_is_of_a_rule_that_the_packs_know():
    books = vars(catalogues.load()).values()
    cites = {one for book in books for name in type(book).model_fields for one in _cited(getattr(book, name))}

    assert len(cites) > 30
    assert all(cite(one) for one in cites)  # raises UnknownCitation


def test_heads_and_criteria_are_named_as_in_the_packs():
    policy = policy_for(region="", regimes=["general"], at=DAY)
    heads = [rule.value for rule in catalogues.questionnaire(DAY).conclusions if rule.topic == "in_scope_heads"]

    assert heads == list(policy.value("scope.heads"))
    assert [item.key for item in catalogues.criteria(DAY)] == list(policy.value("criteria.heads"))


def test_a_version_is_the_day_of_the_last_change_and_read_once():
    questionnaire = catalogues.questionnaire(date(2026, 11, 23))

    assert questionnaire.version == date(2026, 3, 20)
    assert catalogues.questionnaire(date(2027, 1, 1)) is questionnaire
    assert catalogues.questionnaire(date(2024, 1, 1)).version == date(2023, 12, 1)


def test_the_day_is_that_of_shanghai():
    evening = datetime(2026, 3, 19, 16, 0, tzinfo=UTC)

    assert catalogues.questionnaire(evening).version == date(2026, 3, 20)
    with pytest.raises(ValueError, match="no time zone"):
        catalogues.questionnaire(datetime(2026, 3, 19, 16, 0))  # noqa: DTZ001


def test_before_the_first_day_there_is_nothing():
    with pytest.raises(catalogues.NotInForceError, match="2023-11-30"):
        catalogues.criteria(date(2023, 11, 30))


def test_texts_are_chinese_unless_english_is_asked_for():
    letter = catalogues.commitment(DAY)

    assert letter.text("zh-hans") == letter.zh
    assert letter.text("en-gb") == letter.en
    assert len(letter.clauses) >= 5


def test_everything_is_frozen():
    with pytest.raises(ValueError, match="frozen"):
        catalogues.criteria(DAY)[0].zh = "改"


def test_mistakes_in_all_files_are_named_at_once_with_their_place(folder):
    spoil(
        folder,
        "questions.toml",
        ('sure = "V2"', 'sure = "V9"'),
        ('cite = "national:2(1)"', 'cite = "the law"'),
        ('en = "Does it involve laboratory animals?"', 'en = "  "'),
    )
    spoil(folder, "criteria.toml", ("number = 1", 'number = "one"\nweight = 3'))
    spoil(folder, "materials.toml", ("required = true", ""))
    spoil(folder, "listed_items.toml", ("[[item]]", "[[item]"))
    (folder / "countries.toml").unlink()

    found = problems(folder)

    assert [line.split(": ")[:2] for line in found] == [
        ["questions.toml", "question[1] fields.sure"],
        ["questions.toml", "question[3] involves_humans.cite"],
        ["questions.toml", "question[4] involves_animals.en"],
        ["materials.toml", "material[1] protocol.required"],
        ["criteria.toml", "criterion[1] principles.number"],
        ["criteria.toml", "criterion[1] principles.weight"],
        ["listed_items.toml", "file"],
        ["countries.toml", "file"],
    ]


def test_conditions_must_name_facts_and_values_that_exist(folder):
    spoil(
        folder,
        "questions.toml",
        ('when = { is = ["other_challenge", true] }', 'when = { is = ["funded_by_state", true] }'),
        ('{ has = ["fields", "ai"] }] } }', '{ has = ["fields", "magic"] }] } }'),
        ('group = "animal"', 'group = "vegetable"'),
    )
    spoil(
        folder,
        "conclusions.toml",
        ('topic = "sensitive_fields"\nvalue = "life_science"', 'topic = "moods"\nvalue = "life_science"'),
        ('when = { is = ["high_risk", true] }', 'when = { is = ["project_outcome", "review"] }'),
    )
    spoil(folder, "materials.toml", ('{ is = ["committee", "entrusted"] }', '{ has = ["committee", "entrusted"] }'))
    spoil(folder, "criteria.toml", ('key = "other"', 'key = "interests"'))

    assert problems(folder) == [
        "questions.toml: question sensitive_content: 'fields' is never 'magic'",
        "questions.toml: question challenge_kinds: no fact 'funded_by_state' is known here",
        "questions.toml: question animal_severity: there is no group 'vegetable'",
        "conclusions.toml: conclusion[5] moods: there is no topic 'moods'",
        "conclusions.toml: conclusion[11] needs_recheck: no fact 'project_outcome' is known here",
        "materials.toml: material entrustment_agreement: 'committee' holds one value",
        "criteria.toml: criterion interests: the key is used twice",
    ]


def test_a_key_may_return_with_a_later_text(folder):
    item = '\n[[item]]\nkey = "new_species"\nnumber = 1\nsince = 2027-01-01\nzh = "新"\nen = "New"\n'
    item += 'cite = "national:25"\nrule = "RC-01"\nsure = "V1"\n'
    spoil(folder, "listed_items.toml", ("number = 1\n", "number = 1\nuntil = 2027-01-01\n"))
    with (folder / "listed_items.toml").open("a", encoding="utf-8") as file:
        file.write(item)

    kept = [one for one in catalogues.load(folder).listed_items.items if one.key == "new_species"]

    assert [one.in_force(date(2027, 1, 1)) for one in kept] == [False, True]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"is": ["a", True], "some": "b"},
        {"all": []},
        {"is": ["a"]},
        {"is": ["a", 1]},
        {"has": ["a", True]},
        {"maybe": ["a", True]},
    ],
)
def test_a_condition_of_the_wrong_shape_is_refused(data):
    with pytest.raises(ValueError, match="Condition"):
        catalogue_models.Condition.model_validate(data)
