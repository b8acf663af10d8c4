"""What the invented activities are about: the file beside this one, read once."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Story:
    """`answers`: to the risk assessment. `texts`: what the application says, by field."""

    title: str
    field: str
    answers: Mapping[str, Any]
    texts: Mapping[str, str]


@cache
def _file() -> dict[str, Any]:
    with (Path(__file__).parent / "stories.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def stories() -> tuple[Story, ...]:
    answers, texts = _file()["answers"], _file()["texts"]
    return tuple(
        Story(
            told["title"],
            told["field"],
            answers["otherwise"] | answers[told["kind"]],
            texts | {"purpose": told["purpose"], "risks": told["risks"]},
        )
        for told in _file()["story"]
    )


@cache
def _titles() -> tuple[str, ...]:
    """Every way to put the parts together; all of them read like titles."""
    parts = _file()["titles"]
    order = product(parts["how"], parts["what"], parts["whom"], parts["where"])
    return tuple(f"{where}{whom}{what}的{how}" for how, what, whom, where in order)


def title(number: int) -> str:
    """The title of the activity of that number; after some ten thousand they come again, with a batch number."""
    titles = _titles()
    # A step that shares no factor with the length: neighbours differ in every part.
    again, place = divmod(number, len(titles))
    chosen = titles[place * 7919 % len(titles)]
    return chosen if again == 0 else f"{chosen}（第{again + 1}批）"
