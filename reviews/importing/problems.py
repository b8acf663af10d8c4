"""What is wrong with a row, said so that a person finds the place."""

from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Problem:
    """`refuses`: the row cannot be a project. Otherwise the value alone was left out, and the row was taken."""

    line: int
    column: str
    reason: str
    refuses: bool = True

    def __str__(self) -> str:
        kind = _("拒收") if self.refuses else _("存疑，已略去该值")
        return _("第%(line)d行 %(column)s：%(reason)s（%(kind)s）") % {**vars(self), "kind": kind}


class UnknownLayout(Exception):
    """The file as a whole cannot be read; the message says what is known and what is missing."""
