"""Appeals on their way, for the tests of every face."""

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile

from ethicsreview.lifecycle.door import perform
from reviews.models import Appeal
from reviews.models.appeals.appealing import hand_in_support, start_appeal
from tests.memory import remembered
from tests.reviews.builders import PASSWORD, Case, case


@remembered
def rejected(path: Case | None = None) -> Case:
    path = (path or case()).voted(*["rejected"] * 7)
    path.do("conclude", path.chair, password=PASSWORD, reasons="风险大于受益")
    return path


@remembered
def asked(verdict: str) -> Case:
    return case().concluded(*[verdict] * 7, requirements="补充知情同意书")


def support(name: str = "support.txt") -> ContentFile:
    return ContentFile("专家论证意见".encode(), name=name)


@remembered
def begun(path: Case) -> Appeal:
    appeal = start_appeal(path.review, by=path.lead, at=path.at)
    hand_in_support(appeal, support(), by=path.lead, at=path.at)
    return appeal


def step(path: Case, appeal: Appeal, name: str, by: Any, **terms: Any) -> Appeal:
    path.at += timedelta(minutes=1)
    return perform(appeal, name, by=by, at=path.at, **terms)


@remembered
def filed(path: Case) -> Appeal:
    return step(path, begun(path), "file", path.lead, reasons="对照组已另行论证，风险与常规治疗相当")


@remembered
def prepared(path: Case, recommendation: str = "uphold") -> Appeal:
    terms = {"preparation": "附有三名专家的论证意见", "recommendation": recommendation}
    return step(path, filed(path), "prepare", path.secretary, **terms)


def decide(path: Case, appeal: Appeal, name: str, by: Any = None, **terms: Any) -> Appeal:
    return step(path, appeal, name, by or path.chair, **{"answer": "理由见论证意见", "password": PASSWORD, **terms})
