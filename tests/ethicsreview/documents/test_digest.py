import datetime as dt
import io
import json
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from ethicsreview.documents.digest import canonical_json, sm3

# GB/T 32905-2016, appendix A
ABC = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
ABCD_16 = "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


def test_sm3_gives_the_values_of_the_standard():
    assert sm3(b"abc") == ABC
    assert sm3(b"abcd" * 16) == ABCD_16


def test_sm3_of_a_file_reads_all_of_it_and_leaves_it_at_its_beginning():
    content = bytes(range(256)) * 20_000
    file = io.BytesIO(content)
    file.seek(1234)

    assert sm3(file) == sm3(content)
    assert file.tell() == 0


def test_canonical_json_sorts_keys_and_keeps_chinese():
    value = {"乙": [1, True, None], "a": {"z": "䶮㐀𠮷", "b": ""}}

    assert canonical_json(value) == '{"a":{"b":"","z":"䶮㐀𠮷"},"乙":[1,true,null]}'.encode()


def test_canonical_json_writes_one_moment_one_way():
    moment = dt.datetime(2026, 11, 24, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))

    assert canonical_json([moment]) == b'["2026-11-24T00:00:00+00:00"]'
    assert canonical_json(moment) == canonical_json(moment.astimezone(dt.UTC))
    assert canonical_json(moment.date()) == b'"2026-11-24"'


def test_canonical_json_has_no_two_spellings_of_a_number():
    assert canonical_json([1.0, 1e20, 0.5, Decimal("1.10")]) == b'[1,100000000000000000000,0.5,"1.10"]'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), dt.datetime(2026, 1, 1)])  # noqa: DTZ001
def test_canonical_json_refuses_values_without_meaning(value):
    with pytest.raises(ValueError, match=r"spelling|time zone"):
        canonical_json({"a": [value]})


@pytest.mark.parametrize("value", [{1, 2}, {1: "a"}, gettext_lazy("受理"), b"bytes", object()])
def test_canonical_json_refuses_types_without_a_spelling(value):
    with pytest.raises(TypeError):
        canonical_json({"a": value})


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
)


@given(plain)
def test_canonical_json_is_the_same_after_a_round_trip(value):
    assert canonical_json(json.loads(canonical_json(value))) == canonical_json(value)
