"""The shape of a policy pack and of the registry of keys. Strict: an unknown name or a wrong type is an error."""

from datetime import date
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, StringConstraints

from ethicsreview.policy.catalogue_models import Many, Strict, Text, Words

Regime = Literal["general", "human", "ai", "animal", "drug"]
# From the one that yields to the one that prevails.
Layer = Literal["service", "national", "sector", "province"]
# How sure a value is; "set" is no law but a setting, where the law leaves a gap.
Mark = Literal["V1", "V2", "S", "M-h", "M-m", "M-l", "set"]
REGIMES: tuple[str, ...] = get_args(Regime)
LAYERS: tuple[str, ...] = get_args(Layer)
MARKS: tuple[str, ...] = get_args(Mark)

KEY = r"^[a-z][a-z_]*\.[a-z][a-z0-9_]*$"
NAME = r"^[a-z][a-z0-9-]*$"
CITATION = r"^[a-z][a-z0-9-]*(:(\d{1,3}(\(\d{1,2}\))?|annex))?$"

Key = Annotated[str, StringConstraints(pattern=KEY)]
Name = Annotated[str, StringConstraints(pattern=NAME)]
Citation = Annotated[str, StringConstraints(pattern=CITATION)]
# An id of the specification ("PR-03"), or its section where the rule has none.
RuleId = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2}-\d{2}|§\d{1,2})$")]
Region = Annotated[str, StringConstraints(pattern=r"^(\d{2}){1,3}$")]


class Head(Text):
    """What a pack is called and to whom it applies: `region` is the beginning of the codes of its territory."""

    name: Name
    layer: Layer
    regimes: Many[Regime] = ()
    region: Region | None = None
    place: Text | None = None


class Document(Text):
    """A rule book: the title that citations of it resolve to."""

    name: Name
    short: Text | None = None
    issuer: Text | None = None
    number: Words
    issued: date
    in_force: date
    until: date | None = None
    # Statutes have 第七条; plans and opinions are numbered （七）; what is no rule has no articles.
    numbering: Literal["article", "bracketed", "none"] = "article"
    note: Text | None = None

    @property
    def called(self) -> Text:
        return self.short or self


class Row(Strict):
    """One answer. It holds from `since` (else from its document's first day) until the day before `until`."""

    key: Key
    value: Any
    cite: Citation
    rule: RuleId
    sure: Mark
    since: date | None = None
    until: date | None = None
    note: Text | None = None


class KeySpec(Text):
    """One question that packs may answer."""

    key: Key
    type: Literal[
        "flag", "count", "counts", "choice", "choices", "formula", "day", "date", "text", "codes", "routes", "document"
    ]
    unit: str = ""
    combine: Literal["override", "strictest_max", "strictest_min", "all"] = "override"
    options: str = ""
    edition: Annotated[int, Field(ge=1)] = 1

    @property
    def topic(self) -> str:
        return self.key.partition(".")[0]


class Formula(Strict):
    """A share of the votes: `strict` for more than, else at least."""

    numerator: Annotated[int, Field(ge=1)]
    denominator: Annotated[int, Field(ge=1)]
    of: Literal["attending", "all_members", "all_panel"]
    strict: bool
