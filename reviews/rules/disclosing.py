"""What of a text that is to be published might say who somebody is. It warns: people decide."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["name", "id_number", "phone", "role"]

ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?![\dXx])")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
# The commonest family names, which begin more than four in five names.
FAMILY = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹"
    "熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
# Whom nothing may point to, followed at once by what looks like a name. “张某” and “王先生” name nobody.
ROLE = re.compile(
    rf"(?:受试者|研究参与者|参与者|患者|病人|举报人|投诉人|投诉举报人)(?:[:\uff1a]|姓名|为|是|、)?\s*"
    rf"([{FAMILY}](?![某先女氏])[\u4e00-\u9fff]{{1,2}})"
)


@dataclass(frozen=True)
class Mention:
    """`text`: as it stands there, an identity number or a telephone number with its middle left out."""

    kind: Kind
    text: str


def mentions(text: str, names: Iterable[str]) -> list[Mention]:
    """Every passage that may name a person, each once. `names`: of people whom the sources tell of."""
    found = [Mention("name", name) for name in sorted(set(names)) if len(name) > 1 and name in text]
    found += [Mention("id_number", _hidden(one)) for one in ID_NUMBER.findall(text) if _is_id(one)]
    found += [Mention("phone", _hidden(one)) for one in PHONE.findall(text)]
    found += [Mention("role", one.group()) for one in ROLE.finditer(text)]
    return list(dict.fromkeys(found))


def _is_id(number: str) -> bool:
    """GB 11643: the last character checks the others."""
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
    return CHECK[total % 11] == number[-1].upper()


def _hidden(number: str) -> str:
    return f"{number[:3]}…{number[-2:]}"
