import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethicsreview.policy.catalogue_models import Condition
from reviews.rules.conditions import evaluate, explain

FACTS = {"yes": True, "no": False, "one": "a", "many": ["a", "b"], "none": [], "text": "abc"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"is": ["yes", True]}, True),
        ({"is": ["no", True]}, False),
        ({"is": ["absent", False]}, False),
        ({"in": ["one", ["a", "z"]]}, True),
        ({"in": ["absent", ["a"]]}, False),
        ({"has": ["many", "b"]}, True),
        ({"has": ["many", "z"]}, False),
        ({"has": ["text", "a"]}, False),
        ({"some": "many"}, True),
        ({"some": "none"}, False),
        ({"not": {"is": ["yes", True]}}, False),
        ({"all": [{"is": ["yes", True]}, {"is": ["no", True]}]}, False),
        ({"any": [{"is": ["yes", True]}, {"is": ["no", True]}]}, True),
    ],
)
def test_evaluate_each_operator(data, expected):
    assert evaluate(Condition.model_validate(data), FACTS) is expected


def test_no_condition_always_holds():
    assert evaluate(None, {}) is True


def test_explain_names_what_made_it_true_and_nothing_else():
    condition = Condition.model_validate(
        {"all": [{"any": [{"is": ["no", True]}, {"has": ["many", "b"]}]}, {"not": {"is": ["no", True]}}]}
    )

    assert explain(condition, FACTS) == [("many", "b"), ("no", False)]


def test_explain_says_nothing_of_a_false_condition():
    assert explain(Condition.model_validate({"is": ["no", True]}), FACTS) == []


def _conditions():
    leaf = st.one_of(
        st.tuples(st.sampled_from(["yes", "no", "absent"]), st.booleans()).map(lambda pair: {"is": list(pair)}),
        st.sampled_from(["a", "b", "z"]).map(lambda value: {"has": ["many", value]}),
        st.sampled_from(["many", "none", "absent"]).map(lambda name: {"some": name}),
    )
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda items: {"all": items}),
            st.lists(inner, min_size=1, max_size=3).map(lambda items: {"any": items}),
            inner.map(lambda item: {"not": item}),
        ),
        max_leaves=8,
    )


@given(_conditions())
def test_not_is_the_opposite_and_grounds_are_facts(data):
    condition = Condition.model_validate(data)
    opposite = Condition.model_validate({"not": data})

    assert evaluate(condition, FACTS) is not evaluate(opposite, FACTS)
    assert {name for name, _ in explain(condition, FACTS)} <= FACTS.keys()
