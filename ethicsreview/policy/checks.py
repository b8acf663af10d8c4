"""A pack that cannot be used stops the service from starting, and says everything that is wrong with it."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from ethicsreview.policy.loading import library
from ethicsreview.policy.problems import AGREEMENT, SHAPE, UNREADABLE, PackError

IDS = {UNREADABLE: "policy.E001", SHAPE: "policy.E002", AGREEMENT: "policy.E003"}


@register()
def check_packs(**_options: Any) -> list[CheckMessage]:
    try:
        library()
    except PackError as error:
        return [Error(str(problem), id=IDS[problem.kind]) for problem in error.problems]
    return []
