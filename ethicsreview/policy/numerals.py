"""Chinese numerals, as articles of law are numbered."""

_DIGITS = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """14 → 十四, 201 → 二百零一. Raises ValueError outside 1 to 999."""
    if not 1 <= number <= 999:
        raise ValueError(f"{number} is not between 1 and 999")
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        # 十四 alone, but 一百一十四 after a hundred.
        text += "十" if tens == 1 and not hundreds else f"{_DIGITS[tens]}十"
    elif hundreds and ones:
        text += _DIGITS[0]
    return text + (_DIGITS[ones] if ones else "")
