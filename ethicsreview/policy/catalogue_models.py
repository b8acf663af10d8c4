"""The shape of the catalogues: what a question, a conclusion, a form field, a criterion is made of.

Strict: an unknown name, a missing language or a value of the wrong type is an error with its place.
Each object is frozen, and is cited: article, rule id, and how sure the value is.
"""

from datetime import date
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

T = TypeVar("T")
# TOML has lists only; frozen objects hold tuples. Only the container is lenient, its items stay strict.
Many = Annotated[tuple[T, ...], Field(strict=False)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Cite = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z-]*:\d+(\(\d+\))?$")]
Prefix = Annotated[str, StringConstraints(pattern=r"^(\d\d){0,3}$")]
RuleId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}-\d{2}$")]
Sure = Literal["V1", "V2", "S", "M-h", "M-m", "M-l"]

CITED = ("cite", "rule", "sure", "since", "until")
OPERATORS = ("all", "any", "not", "is", "in", "has", "some")


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Condition(Strict):
    """One operator over facts: all, any, not, is (equals), in (one of), has (contains), some (not empty)."""

    all_: Many["Condition"] | None = Field(None, alias="all")
    any_: Many["Condition"] | None = Field(None, alias="any")
    not_: "Condition | None" = Field(None, alias="not")
    is_: Annotated[tuple[Key, bool | str], Field(strict=False)] | None = Field(None, alias="is")
    in_: Annotated[tuple[Key, Many[str]], Field(strict=False)] | None = Field(None, alias="in")
    has: Annotated[tuple[Key, str], Field(strict=False)] | None = None
    some: Key | None = None

    @model_validator(mode="after")
    def _one_operator(self) -> Self:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"a condition has exactly one of {', '.join(OPERATORS)}")
        if self.all_ == () or self.any_ == ():
            raise ValueError("all and any need at least one condition")
        return self


class Text(Strict):
    zh: Words
    en: Words

    def text(self, lang: str) -> str:
        """In English for 'en…', else in Chinese, the language of record."""
        return self.en if lang.startswith("en") else self.zh


class Cited(Text):
    cite: Cite
    rule: RuleId
    sure: Sure
    since: date
    until: date | None = None

    def in_force(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


class Keyed(Cited):
    key: Key


class Option(Text):
    key: Annotated[str, StringConstraints(pattern=r"^([a-z][a-z0-9_]*|[A-Z]{2})$")]  # or an ISO 3166 country


def inherit(parent: Any, child: str) -> Any:
    """Hand the parent's citation down to the children that give none of their own."""
    if not (isinstance(parent, dict) and isinstance(parent.get(child), list)):
        return parent
    own = {name: parent[name] for name in CITED if name in parent}
    children = [own | item if isinstance(item, dict) else item for item in parent[child]]
    return parent | {child: children}


class Group(Option):
    help: Text | None = None


class Question(Keyed):
    group: Key
    kind: Literal["bool", "choice", "multi"]
    help: Text | None = None
    options: Many[Option] = ()
    options_from: Literal["listed_items", "countries"] | None = None
    when: Condition | None = None

    @model_validator(mode="after")
    def _options_fit_the_kind(self) -> Self:
        given = bool(self.options) + bool(self.options_from)
        if given != (0 if self.kind == "bool" else 1):
            raise ValueError("a choice or multi needs options or options_from; a bool has neither")
        return self


class Topic(Option):
    """What conclusions are about. The committee may determine otherwise where `determinable`."""

    many: bool = False
    determinable: bool = False


class ConclusionRule(Cited):
    """`when` holds → the topic has the value; with `values_of`, each value answered to that question."""

    topic: Key
    value: bool | str | None = None
    values_of: Key | None = None
    when: Condition | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.value is None) == (self.values_of is None):
            raise ValueError("a conclusion has exactly one of value, values_of")
        return self


class Contradiction(Keyed):
    when: Condition


class Bar(Keyed):
    """A reason that shuts a procedure when it holds."""

    when: Condition


class ProcedureGround(Strict):
    """What lets a matter take the procedure. `key` is a case that the packs allow, with their articles."""

    key: Key
    when: Condition


class Procedure(Keyed):
    """A procedure with grounds is open where one of them holds; the packs say which of them count."""

    bars: Many[Bar] = Field((), alias="bar")
    grounds: Many[ProcedureGround] = Field((), alias="ground")

    _inherit = model_validator(mode="before")(lambda data: inherit(data, "bar"))


class OutsideFact(Option):
    """What a procedure also depends on and the questionnaire cannot know, such as the kind of review."""

    values: Many[str] = ()


class Column(Option):
    kind: Literal["text", "date"]
    required: bool = False


class FormField(Keyed):
    kind: Literal["text", "longtext", "number", "date", "choice", "bool", "multichoice", "people"]
    help: Text | None = None
    required: bool = False
    required_when: Condition | None = None
    when: Condition | None = None
    max_length: int | None = None
    options: Many[Option] = ()
    columns: Many[Column] = Field((), alias="column")

    @model_validator(mode="after")
    def _parts_fit_the_kind(self) -> Self:
        wrong = [
            name
            for name, given, wanted in (
                ("options", bool(self.options), self.kind in {"choice", "multichoice"}),
                ("column", bool(self.columns), self.kind == "people"),
                ("max_length", self.max_length is not None, self.kind in {"text", "longtext"}),
            )
            if given != wanted
        ]
        if wrong:
            raise ValueError(f"{', '.join(wrong)}: does not fit a field of kind {self.kind}")
        if self.required and self.required_when:
            raise ValueError("required_when says nothing where required is true")
        return self


class FormSection(Keyed):
    help: Text | None = None
    when: Condition | None = None
    fields: Many[FormField] = Field(alias="field")

    _inherit = model_validator(mode="before")(lambda data: inherit(data, "field"))


class MaterialRule(Keyed):
    """A document the application needs (`required`) or may have, when the condition holds."""

    required: bool
    help: Text | None = None
    when: Condition | None = None


class Point(Keyed):
    when: Condition | None = None


class Criterion(Keyed):
    number: int
    when: Condition | None = None
    points: Many[Point] = Field((), alias="point")

    _inherit = model_validator(mode="before")(lambda data: inherit(data, "point"))


class ListedItem(Keyed):
    number: int
    ai_annex_since: date | None = None

    def in_ai_annex(self, day: date) -> bool:
        return self.ai_annex_since is not None and self.ai_annex_since <= day


class InspectionGround(Keyed):
    """On what a department inspects; `region` is the beginning of the codes where it holds, empty everywhere."""

    region: Prefix = ""


class InspectionItem(InspectionGround):
    theme: Key
    of: Many[Literal["institution", "committee"]]


class Commitment(Keyed):
    """The letter on ethics and research integrity that the applicant signs; `since` is its version."""

    clauses: Many[Text] = Field(alias="clause")
