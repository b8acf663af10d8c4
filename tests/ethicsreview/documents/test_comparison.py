import json
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ethicsreview.documents.comparison import FieldChange, Segment, compare_fields, compare_texts


def joined(old: str, new: str, *ops: str) -> str:
    change = compare_texts(old, new)
    return "".join(segment.text for hunk in change.hunks for segment in hunk.segments if segment.op in ops)


def test_same_text_has_no_hunks():
    change = compare_texts("一样。", "一样。")

    assert (change.state, change.hunks) == ("same", ())


def test_change_inside_a_sentence_is_shown_by_characters_and_numbers():
    change = compare_texts("纳入20名患者。随访12个月。", "纳入40名患者。随访12个月。")

    assert change.state == "exact"
    assert change.hunks[0].segments == (
        Segment("equal", "纳入"),
        Segment("delete", "20"),
        Segment("insert", "40"),
        Segment("equal", "名患者。随访12个月。"),
    )


def test_latin_is_compared_by_words():
    change = compare_texts("The follow-up lasts twelve months.", "The follow-up lasts three months.")

    assert Segment("delete", "twelve") in change.hunks[0].segments
    assert Segment("insert", "three") in change.hunks[0].segments


def test_sentence_of_which_little_stayed_is_shown_as_replaced():
    change = compare_texts("不收集基因数据。", "样本保存三年后，依规定销毁。")

    assert [segment.op for segment in change.hunks[0].segments] == ["delete", "insert"]


def test_unchanged_text_between_two_changes_is_left_out_and_counted():
    middle = "".join(f"第{number}条不变。" for number in range(200))

    change = compare_texts(f"甲。{middle}乙。", f"丙。{middle}丁。")

    assert len(change.hunks) == 2
    shown = sum(len(segment.text) for segment in change.hunks[0].segments if segment.op == "equal")
    assert shown == 40
    assert change.hunks[1].skipped == len("。" + middle) - 80


@settings(max_examples=200, deadline=None)
@given(st.text("甲乙。\n ab1", max_size=60), st.text("甲乙。\n ab1", max_size=60))
def test_nothing_is_lost_and_nothing_is_made_up(old, new):
    change = compare_texts(old, new)
    if change.state == "same":
        assert old == new
    elif not any(hunk.skipped for hunk in change.hunks):
        assert old.startswith(joined(old, new, "equal", "delete"))
        assert new.startswith(joined(old, new, "equal", "insert"))


def test_thirty_megabytes_are_said_to_be_too_large_at_once():
    started = time.perf_counter()

    change = compare_texts("科技" * 5_000_000, "科技" * 5_000_000 + "伦理")

    assert (change.state, change.hunks) == ("too_large", ())
    assert (change.old_size, change.new_size) == (10_000_000, 10_000_002)
    assert time.perf_counter() - started < 1


def hostile() -> list[tuple[str, str]]:
    shuffled = random.Random(1)
    return [
        ("的" * 150_000, "的了" * 150_000),
        ("a\n" * 150_000, "a\nb\n" * 75_000),
        *[tuple("".join(shuffled.choices("的了在是。", k=300_000)) for _side in "ab")],
    ]


@pytest.mark.parametrize(("old", "new"), hostile())
def test_text_made_to_be_slow_is_compared_coarsely_and_said_so(old, new):
    started = time.perf_counter()

    change = compare_texts(old, new)

    assert change.state == "coarse"
    assert time.perf_counter() - started < 10


def test_one_repetition_more_is_found_exactly():
    change = compare_texts("的" * 1000, "的" * 1001)

    assert change.state == "exact"
    assert joined("的" * 1000, "的" * 1001, "insert") == "的"


def test_fields_are_compared_in_the_order_of_their_labels():
    old = {"title": "旧题", "sites": ["济南"], "note": "", "same": 1, "gone": "有"}
    new = {"title": "新题", "sites": ["济南", "青岛"], "note": None, "same": 1, "added": True}

    changes = compare_fields(old, new, {"sites": "实施地点", "title": "题目"})

    assert [(change.key, change.label, change.kind) for change in changes] == [
        ("sites", "实施地点", "changed"),
        ("title", "题目", "changed"),
        ("gone", "gone", "removed"),
        ("added", "added", "added"),
    ]
    assert changes[0] == FieldChange("sites", "实施地点", "changed", ["济南"], ["济南", "青岛"], None)
    assert changes[1].text == compare_texts("旧题", "新题")


def test_changes_can_be_kept_as_json():
    [change] = compare_fields({"a": "一。二。"}, {"a": "一。三。"}, {})

    assert json.loads(json.dumps(change.as_json()))["text"]["hunks"][0] == {
        "skipped": 0,
        "segments": [
            {"op": "equal", "text": "一。"},
            {"op": "delete", "text": "二"},
            {"op": "insert", "text": "三"},
            {"op": "equal", "text": "。"},
        ],
    }
