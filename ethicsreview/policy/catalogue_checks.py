"""What the catalogues must agree on between themselves: every condition names facts and values that exist."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ethicsreview.policy import catalogue_models as m
from ethicsreview.policy.catalogue_files import Catalogues, InspectionFile, Problem


@dataclass(frozen=True)
class Kind:
    """What a fact can hold: the values, or None where any text will do; several at once if `many`."""

    values: frozenset[bool | str] | None
    many: bool = False


BOOL = Kind(frozenset({True, False}))
Facts = dict[str, Kind]


def cross_check(books: Catalogues) -> Iterator[Problem]:
    questions, problems = _questions(books)
    yield from problems
    topics, problems = _topics(books, questions)
    yield from problems
    drawn = questions | topics
    outside = {fact.key: Kind(frozenset(fact.values)) if fact.values else BOOL for fact in books.procedures.facts}
    yield from _shadowed("procedures.toml", "fact", outside, drawn)
    yield from _duplicates("procedures.toml", "procedure", books.procedures.procedures)
    for procedure in books.procedures.procedures:
        for bar in procedure.bars:
            place = f"procedure {procedure.key}.bar {bar.key}"
            yield from _condition("procedures.toml", place, bar.when, drawn | outside)
        for ground in procedure.grounds:
            place = f"procedure {procedure.key}.ground {ground.key}"
            yield from _condition("procedures.toml", place, ground.when, drawn | outside)
    yield from _application(books, drawn)
    yield from _conditions("materials.toml", "material", books.materials.materials, drawn)
    yield from _conditions("criteria.toml", "criterion", books.criteria.criteria, drawn)
    for criterion in books.criteria.criteria:
        yield from _conditions("criteria.toml", f"criterion {criterion.key}.point", criterion.points, drawn)
    yield from _duplicates("listed_items.toml", "item", books.listed_items.items)
    yield from _duplicates("countries.toml", "country", books.countries.countries)
    yield from _inspection(books.inspection)


def _inspection(book: InspectionFile) -> Iterator[Problem]:
    file, themes = "inspection.toml", {theme.key for theme in book.themes}
    for table, items in (("theme", book.themes), ("ground", book.grounds), ("item", book.items)):
        yield from _duplicates(file, table, items)
    for item in book.items:
        if item.theme not in themes:
            yield Problem(file, f"item {item.key}", f"there is no theme {item.theme!r}")


def _questions(books: Catalogues) -> tuple[Facts, list[Problem]]:
    file = "questions.toml"
    problems = list(_duplicates(file, "question", books.questions.questions))
    groups = {group.key for group in books.questions.groups}
    from_elsewhere = {
        "listed_items": [item.key for item in books.listed_items.items],
        "countries": [country.key for country in books.countries.countries],
    }
    known: Facts = {}
    for question in books.questions.questions:
        place = f"question {question.key}"
        if question.group not in groups:
            problems.append(Problem(file, place, f"there is no group {question.group!r}"))
        problems += _condition(file, place, question.when, known)  # earlier questions only
        options = [option.key for option in question.options]
        options += from_elsewhere[question.options_from] if question.options_from else []
        problems += _duplicates(file, f"{place}.option", question.options)
        many = question.kind == "multi"
        known[question.key] = BOOL if question.kind == "bool" else Kind(frozenset(options), many)
    return known, problems


def _topics(books: Catalogues, questions: Facts) -> tuple[Facts, list[Problem]]:
    """Rules run in order: a condition may use a topic only after the last rule that draws it."""
    file = "conclusions.toml"
    rules = books.conclusions.conclusions
    topics = {topic.key: topic for topic in books.conclusions.topics}
    kinds: Facts = {}
    for key, topic in topics.items():
        values: set[bool | str] = set()
        for rule in rules:
            if rule.topic == key and rule.values_of in questions:
                values |= questions[rule.values_of].values or set()
            elif rule.topic == key and rule.value is not None:
                values.add(rule.value)
        kinds[key] = Kind(frozenset(values), topic.many)
    problems = list(_duplicates(file, "topic", books.conclusions.topics))
    problems += _shadowed(file, "topic", kinds, questions)
    last = {rule.topic: number for number, rule in enumerate(rules)}
    for number, rule in enumerate(rules):
        place = f"conclusion[{number + 1}] {rule.topic}"
        if rule.topic not in topics:
            problems.append(Problem(file, place, f"there is no topic {rule.topic!r}"))
        elif rule.values_of and not topics[rule.topic].many:
            problems.append(Problem(file, place, "values_of needs a topic with many = true"))
        if rule.values_of and rule.values_of not in questions:
            problems.append(Problem(file, place, f"there is no question {rule.values_of!r}"))
        drawn = {key: kind for key, kind in kinds.items() if last.get(key, number) < number}
        problems += _condition(file, place, rule.when, questions | drawn)
    for item in books.conclusions.contradictions:
        problems += _condition(file, f"contradiction {item.key}", item.when, questions | kinds)
    problems += _duplicates(file, "contradiction", books.conclusions.contradictions)
    return kinds, problems


def _application(books: Catalogues, drawn: Facts) -> Iterator[Problem]:
    file = "application.toml"
    sections = books.application.sections
    fields = [field for section in sections for field in section.fields]
    content = {field.key: _field_kind(field) for field in fields}
    yield from _duplicates(file, "field", fields)
    yield from _duplicates(file, "section", sections)
    yield from _shadowed(file, "field", content, drawn)
    yield from _conditions(file, "section", sections, drawn)
    for field in fields:
        for condition in (field.when, field.required_when):
            yield from _condition(file, f"field {field.key}", condition, drawn | content)


def _field_kind(field: m.FormField) -> Kind:
    if field.kind == "bool":
        return BOOL
    many = field.kind in {"multichoice", "people"}
    return Kind(frozenset(option.key for option in field.options) if field.options else None, many)


def _conditions(file: str, table: str, items: Iterable[Any], facts: Facts) -> Iterator[Problem]:
    items = list(items)
    yield from _duplicates(file, table, items)
    for item in items:
        yield from _condition(file, f"{table} {item.key}", item.when, facts)


def _condition(file: str, place: str, condition: m.Condition | None, facts: Facts) -> Iterator[Problem]:
    if condition is None:
        return
    for inner in (*(condition.all_ or ()), *(condition.any_ or ()), condition.not_):
        yield from _condition(file, place, inner, facts)
    for key, values, many in _uses(condition):
        if key not in facts:
            yield Problem(file, place, f"no fact {key!r} is known here")
            continue
        kind = facts[key]
        if kind.many != many:
            yield Problem(file, place, f"{key!r} holds {'several values' if kind.many else 'one value'}")
        unknown = [value for value in values if kind.values is not None and value not in kind.values]
        if unknown:
            yield Problem(file, place, f"{key!r} is never {', '.join(map(repr, unknown))}")


def _uses(condition: m.Condition) -> Iterator[tuple[str, tuple[bool | str, ...], bool]]:
    """The fact, the values it is asked for, and whether it must hold several at once."""
    if condition.is_:
        yield condition.is_[0], (condition.is_[1],), False
    if condition.in_:
        yield condition.in_[0], condition.in_[1], False
    if condition.has:
        yield condition.has[0], (condition.has[1],), True
    if condition.some:
        yield condition.some, (), True


def _duplicates(file: str, table: str, items: Iterable[Any]) -> Iterator[Problem]:
    """A key may come back with a later text, but only one item may hold it on any day."""
    seen: dict[str, list[Any]] = {}
    for item in items:
        earlier = seen.setdefault(item.key, [])
        if any(_overlap(item, other) for other in earlier):
            yield Problem(file, f"{table} {item.key}", "the key is used twice")
        earlier.append(item)


def _overlap(one: Any, other: Any) -> bool:
    if not (isinstance(one, m.Cited) and isinstance(other, m.Cited)):
        return True
    first, second = sorted((one, other), key=lambda item: item.since)
    return first.until is None or first.until > second.since


def _shadowed(file: str, table: str, own: Facts, earlier: Facts) -> Iterator[Problem]:
    for key in own.keys() & earlier.keys():
        yield Problem(file, f"{table} {key}", "a question or topic already has this name")
