"""What a risk assessment came to, with its grounds; kept as JSON with the submission that rests on it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

Answer = bool | str | tuple[str, ...]


@dataclass(frozen=True)
class Conclusion:
    """One thing concluded, with the answers and articles it rests on, those of earlier conclusions included."""

    topic: str
    value: bool | str
    zh: str
    en: str
    cite: str
    rule: str
    sure: str
    many: bool = False
    determined: bool = False
    answers: tuple[tuple[str, Answer], ...] = ()
    cites: tuple[str, ...] = ()

    def text(self, lang: str) -> str:
        return self.en if lang.startswith("en") else self.zh


@dataclass(frozen=True)
class ContradictoryAnswers:
    """Answers that cannot all be true, by the names of their questions."""

    key: str
    zh: str
    en: str
    cite: str
    questions: tuple[str, ...]

    def text(self, lang: str) -> str:
        return self.en if lang.startswith("en") else self.zh


@dataclass(frozen=True)
class Conclusions:
    """Nothing is concluded while an answer is missing or invalid. `version`: the questionnaire's day, ISO."""

    version: str
    answers: dict[str, Answer]
    missing: tuple[str, ...] = ()
    invalid: dict[str, str] = field(default_factory=dict)
    items: tuple[Conclusion, ...] = ()
    contradictions: tuple[ContradictoryAnswers, ...] = ()
    procedures_open: tuple[str, ...] = ()

    @property
    def complete(self) -> bool:
        return not self.missing and not self.invalid

    @property
    def sound(self) -> bool:
        """Complete, and no answer contradicts another: fit to be relied on."""
        return self.complete and not self.contradictions

    @property
    def facts(self) -> dict[str, Any]:
        """Answers and conclusions by name, for the conditions of form, materials, criteria and procedures."""
        drawn: dict[str, Any] = {}
        for item in self.items:
            drawn[item.topic] = (*drawn.get(item.topic, ()), item.value) if item.many else item.value
        return self.answers | drawn

    def about(self, topic: str) -> tuple[Conclusion, ...]:
        return tuple(item for item in self.items if item.topic == topic)

    def values(self, topic: str) -> tuple[str, ...]:
        return tuple(str(item.value) for item in self.about(topic))

    @property
    def in_scope_heads(self) -> tuple[str, ...]:
        """Heads of Measures 2: humans, animals, other_risk, other_legal."""
        return self.values("in_scope_heads")

    @property
    def sensitive_fields(self) -> tuple[str, ...]:
        return self.values("sensitive_fields")

    @property
    def regimes(self) -> tuple[str, ...]:
        return self.values("regimes")

    @property
    def listed(self) -> tuple[str, ...]:
        """Items of the high-risk list: the lead's proposal, or the committee's determination if it has made one."""
        return self.values("listed")

    @property
    def listed_proposed(self) -> tuple[str, ...]:
        """What the lead proposed, whatever the committee determined."""
        answer = self.answers.get("listed_items", ())
        return answer if isinstance(answer, tuple) else ()

    @property
    def needs_recheck(self) -> bool:
        return self._holds("needs_recheck")

    @property
    def risk(self) -> str:
        """'minimal' or 'above_minimal'; '' while nothing is concluded. So too the other single values."""
        return self._one("risk")

    @property
    def project_outcome(self) -> str:
        """'review', 'not_required' or 'exempt_possible'."""
        return self._one("project_outcome")

    @property
    def committee(self) -> str:
        """'own' or 'entrusted'."""
        return self._one("committee")

    @property
    def several_units(self) -> str:
        """'lead', 'participating' or 'single'."""
        return self._one("several_units")

    @property
    def international(self) -> bool:
        return self._holds("international")

    @property
    def partner_countries(self) -> tuple[str, ...]:
        """ISO 3166-1 alpha-2."""
        return self.values("partner_countries")

    @property
    def fiscal_funds(self) -> bool:
        return self._holds("fiscal_funds")

    @property
    def emergency(self) -> bool:
        return self._holds("emergency")

    def _one(self, topic: str) -> str:
        return next(iter(self.values(topic)), "")

    def _holds(self, topic: str) -> bool:
        return any(item.value is True for item in self.about(topic))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`, also after a database has turned tuples into lists."""
        items = tuple(
            Conclusion(
                **item
                | {
                    "answers": tuple((key, _answer(value)) for key, value in item["answers"]),
                    "cites": tuple(item["cites"]),
                }
            )
            for item in data["items"]
        )
        contradictions = tuple(
            ContradictoryAnswers(**item | {"questions": tuple(item["questions"])}) for item in data["contradictions"]
        )
        return cls(
            version=data["version"],
            answers={key: _answer(value) for key, value in data["answers"].items()},
            missing=tuple(data["missing"]),
            invalid=dict(data["invalid"]),
            items=items,
            contradictions=contradictions,
            procedures_open=tuple(data["procedures_open"]),
        )


def _answer(value: Any) -> Answer:
    return tuple(value) if isinstance(value, list | tuple) else value
