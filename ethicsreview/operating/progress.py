"""How far a long command is: on a terminal a line that changes, in a log one line a part."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import IO, TypeVar

T = TypeVar("T")
EVERY = 0.5  # seconds


class Progress:
    def __init__(self, stream: IO[str] | None = None) -> None:
        self.stream = stream or sys.stderr
        self.live = self.stream.isatty()

    def say(self, words: str) -> None:
        self.stream.write(f"{words}\n")
        self.stream.flush()

    def over(self, items: Iterable[T], words: str, total: int | None = None) -> Iterator[T]:
        """The items, counted aloud; the last line says how many there were."""
        number, told = 0, time.monotonic()
        of = "" if total is None else f" / {total}"
        for item in items:
            yield item
            number += 1
            if self.live and time.monotonic() - told >= EVERY:
                told = time.monotonic()
                self.stream.write(f"\r{words}: {number}{of}")
                self.stream.flush()
        self.stream.write("\r" if self.live else "")
        self.say(f"{words}: {number}{of}")
