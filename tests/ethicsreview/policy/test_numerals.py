import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethicsreview.policy.numerals import chinese


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "一"), (10, "十"), (14, "十四"), (20, "二十"), (33, "三十三"), (100, "一百"), (101, "一百零一"),
        (110, "一百一十"), (114, "一百一十四"), (201, "二百零一"), (203, "二百零三"), (999, "九百九十九"),
    ],
)  # fmt: skip
def test_chinese_writes_articles_as_the_law_does(number: int, text: str) -> None:
    assert chinese(number) == text


@given(st.integers(1, 999))
def test_chinese_can_be_read_back(number: int) -> None:
    assert _read(chinese(number)) == number


@pytest.mark.parametrize("number", [0, -1, 1000])
def test_chinese_refuses_what_no_article_is_numbered(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        chinese(number)


def _read(text: str) -> int:
    total, digit = 0, 0
    for sign in text:
        if sign in "十百":
            total += (digit or 1) * (10 if sign == "十" else 100)
            digit = 0
        else:
            digit = "零一二三四五六七八九".index(sign)
    return total + digit
