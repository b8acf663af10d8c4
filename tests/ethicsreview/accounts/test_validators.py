import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from ethicsreview.accounts.validators import (
    check_character,
    phone_number,
    plain_text,
    sign_in_name,
    social_credit_code,
)

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
bodies = st.text(ALPHABET, min_size=17, max_size=17)


@pytest.mark.parametrize(
    "name",
    ["王䶮", "𠮷田", "㐀", "阿卜杜热西提·买买提", "O’Brien-Ng", "مريم العلي", "👩‍⚕️张医生", "<b>=1+1</b>", "می‌خواهم"],
)
def test_plain_text_takes_letters_of_any_script(name: str) -> None:
    plain_text(name)


@pytest.mark.parametrize(
    ("name", "code"),
    [("张\u202e三", "202E"), ("张\x00", "0000"), ("张\n三", "000A"), ("\ufeff张", "FEFF"), ("张\u200b三", "200B")],
)
def test_plain_text_names_the_invisible_character(name: str, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        plain_text(name)

    assert caught.value.messages == [f"含有不可见的控制字符（U+{code}），请删除后重试。"]


def test_plain_text_names_a_character_of_private_use() -> None:
    with pytest.raises(ValidationError) as caught:
        plain_text("王\ue863")

    assert caught.value.messages == ["含有无统一编码的自造字（U+E863），请改用标准字或写明替代字。"]


@pytest.mark.parametrize(
    "code", ["91350100M000100Y43", "9144030071526726XG", "914403001922038216", "91330100799655058B"]
)
def test_social_credit_code_of_bodies_that_have_one(code: str) -> None:
    social_credit_code(code)


@given(bodies)
def test_social_credit_code_with_its_check_character(body: str) -> None:
    social_credit_code(body + check_character(body))


@given(bodies, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_social_credit_code_with_one_character_changed(body: str, place: int, other: str) -> None:
    code = body + check_character(body)
    changed = code[:place] + other + code[place + 1 :]

    if changed == code:
        social_credit_code(changed)
    else:
        with pytest.raises(ValidationError, match="校验位不正确"):
            social_credit_code(changed)


@given(bodies, st.integers(0, 16))
def test_social_credit_code_with_neighbours_swapped(body: str, place: int) -> None:
    code = body + check_character(body)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]

    if swapped == code:
        social_credit_code(swapped)
    else:
        with pytest.raises(ValidationError, match="校验位不正确"):
            social_credit_code(swapped)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("9137000016308550", "统一社会信用代码应为18位，现为16位。"),
        ("91350100M0O0100YS3", "统一社会信用代码不能含有：O S"),
        ("91350100M000100y43", "统一社会信用代码不能含有：y"),
    ],
)
def test_social_credit_code_says_what_is_wrong(code: str, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        social_credit_code(code)

    assert caught.value.messages == [message]


@pytest.mark.parametrize("name", ["zhang.san", "张三", "a+b_c-1"])
def test_sign_in_name_of_letters_and_digits(name: str) -> None:
    sign_in_name(name)


@pytest.mark.parametrize("name", ["zhang san", "a@b.cn", "a\n", "<a>"])
def test_sign_in_name_that_could_be_something_else(name: str) -> None:
    with pytest.raises(ValidationError):
        sign_in_name(name)


@pytest.mark.parametrize("number", ["13812341234", "+86 138 1234 1234", "0531-12345678"])
def test_phone_number_as_people_write_it(number: str) -> None:
    phone_number(number)


@pytest.mark.parametrize("number", ["138", "1381234abcd", "=1381234123", "１３８１２３４１２３４"])
def test_phone_number_that_cannot_be_called(number: str) -> None:
    with pytest.raises(ValidationError):
        phone_number(number)
