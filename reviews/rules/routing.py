"""From the answers of the risk assessment to what applies: scope, regimes, risk, committee, procedures, and why."""

from collections.abc import Collection, Mapping
from typing import Any

from ethicsreview.policy.catalogue_models import ConclusionRule, Question
from ethicsreview.policy.catalogues import Questionnaire
from reviews.rules.conclusions import Answer, Conclusion, Conclusions, ContradictoryAnswers
from reviews.rules.conditions import Facts, Ground, evaluate, explain
from reviews.rules.procedures import bars


def assess(
    answers: Mapping[str, Any],
    questionnaire: Questionnaire,
    *,
    determined: Mapping[str, str | Collection[str]] | None = None,
) -> Conclusions:
    """Everything the answers lead to. Answers to questions that are not asked are left out of account.

    `determined`: what the committee determines otherwise, by topic; it takes the place of that topic's rules, and
    all that follows from it is drawn again. Raises ValueError for a topic or value that it may not determine.
    """
    version = questionnaire.version.isoformat()
    accepted, missing, invalid = _sort_answers(answers, questionnaire)
    settled = _determinations(determined or {}, questionnaire)
    if missing or invalid:
        return Conclusions(version, accepted, missing, invalid)
    conclusions = Conclusions(version, accepted, items=_draw(accepted, questionnaire, settled))
    facts = conclusions.facts
    return Conclusions(
        version,
        accepted,
        items=conclusions.items,
        contradictions=_contradictions(facts, conclusions, questionnaire),
        procedures_open=tuple(
            procedure.key
            for procedure in questionnaire.procedures
            if not bars(procedure, facts | {"review_kind": "initial"})
        ),
    )


def visible_questions(answers: Mapping[str, Any], questionnaire: Questionnaire) -> tuple[Question, ...]:
    """The questions to ask, given the answers so far."""
    accepted, missing, invalid = _sort_answers(answers, questionnaire)
    asked = accepted.keys() | set(missing) | invalid.keys()
    return tuple(question for question in questionnaire.questions if question.key in asked)


def _sort_answers(
    answers: Mapping[str, Any], questionnaire: Questionnaire
) -> tuple[dict[str, Answer], tuple[str, ...], dict[str, str]]:
    """Accepted answers, questions without one, and answers that do not fit their question with the reason."""
    accepted: dict[str, Answer] = {}
    missing: list[str] = []
    known = {question.key for question in questionnaire.questions}
    invalid = {key: "unknown_question" for key in answers if key not in known}
    for question in questionnaire.questions:
        if not evaluate(question.when, accepted):
            continue
        value = answers.get(question.key)
        if value is None or value == "" or value == [] or value == ():
            missing.append(question.key)
        elif reason := _misfit(question, value):
            invalid[question.key] = reason
        else:
            accepted[question.key] = _in_order(question, value) if question.kind == "multi" else value
    return accepted, tuple(missing), invalid


def _misfit(question: Question, value: Any) -> str:
    options = {option.key for option in question.options}
    if question.kind == "bool":
        return "" if isinstance(value, bool) else "not_bool"
    if question.kind == "choice":
        return "" if isinstance(value, str) and value in options else "not_option"
    if not isinstance(value, list | tuple):
        return "not_list"
    return "" if all(isinstance(one, str) and one in options for one in value) else "not_option"


def _in_order(question: Question, values: Collection[str]) -> tuple[str, ...]:
    """In the order of the options and once each, so that the same choice is the same answer."""
    return tuple(option.key for option in question.options if option.key in values)


def _draw(
    answers: dict[str, Answer], questionnaire: Questionnaire, settled: dict[str, tuple[Conclusion, ...]]
) -> tuple[Conclusion, ...]:
    many = {topic.key: topic.many for topic in questionnaire.topics}
    facts: dict[str, Any] = dict(answers)
    drawn: dict[str, tuple[Conclusion, ...]] = {}

    def conclude(found: tuple[Conclusion, ...]) -> None:
        for item in found:
            drawn[item.topic] = (*drawn.get(item.topic, ()), item)
            facts[item.topic] = (*facts.get(item.topic, ()), item.value) if item.many else item.value

    for rule in questionnaire.conclusions:
        topic = rule.topic
        if topic in settled:
            if topic not in drawn:
                conclude(settled[topic])
            continue
        # Of a topic with one value, the first rule that holds speaks.
        if (topic in drawn and not many[topic]) or not evaluate(rule.when, facts):
            continue
        conclude(_conclude(rule, questionnaire, answers, facts, drawn, many=many[topic]))
    return tuple(item for topic in questionnaire.topics for item in drawn.get(topic.key, ()))


def _conclude(
    rule: ConclusionRule,
    questionnaire: Questionnaire,
    answers: Mapping[str, Answer],
    facts: Facts,
    drawn: Mapping[str, tuple[Conclusion, ...]],
    *,
    many: bool,
) -> tuple[Conclusion, ...]:
    grounds = explain(rule.when, facts)
    if rule.value is not None:
        values: dict[bool | str, tuple[str, str]] = {rule.value: (rule.zh, rule.en)}
    else:
        source = str(rule.values_of)
        given = answers.get(source, ())
        grounds = [*grounds, (source, given)] if given else grounds
        values = {
            option.key: (f"{option.zh}：{rule.zh}", f"{option.en}: {rule.en}")
            for option in questionnaire.question(source).options
            if isinstance(given, tuple) and option.key in given
        }
    rests_on, cites = _trace(grounds, answers, drawn)
    return tuple(
        Conclusion(
            topic=rule.topic,
            value=value,
            zh=zh,
            en=en,
            cite=rule.cite,
            rule=rule.rule,
            sure=rule.sure,
            many=many,
            answers=tuple(rests_on.items()),
            cites=tuple(dict.fromkeys((rule.cite, *cites))),
        )
        for value, (zh, en) in values.items()
    )


def _trace(
    grounds: list[Ground], answers: Mapping[str, Answer], drawn: Mapping[str, tuple[Conclusion, ...]]
) -> tuple[dict[str, Answer], list[str]]:
    """Back to the answers: a ground that is itself a conclusion hands on what that rests on."""
    rests_on: dict[str, Answer] = {}
    cites: list[str] = []
    for name, value in grounds:
        if name in answers:
            rests_on[name] = answers[name]
        for item in drawn.get(name, ()):
            if item.value == value or (isinstance(value, tuple) and item.value in value):
                rests_on.update(item.answers)
                cites.extend(item.cites)
    return rests_on, cites


def _contradictions(
    facts: Facts, conclusions: Conclusions, questionnaire: Questionnaire
) -> tuple[ContradictoryAnswers, ...]:
    drawn = {item.topic: conclusions.about(item.topic) for item in conclusions.items}
    found = []
    for rule in questionnaire.contradictions:
        if evaluate(rule.when, facts):
            rests_on, _ = _trace(explain(rule.when, facts), conclusions.answers, drawn)
            found.append(ContradictoryAnswers(rule.key, rule.zh, rule.en, rule.cite, tuple(rests_on)))
    return tuple(found)


def _determinations(
    determined: Mapping[str, str | Collection[str]], questionnaire: Questionnaire
) -> dict[str, tuple[Conclusion, ...]]:
    open_topics = {topic.key: topic for topic in questionnaire.topics if topic.determinable}
    settled: dict[str, tuple[Conclusion, ...]] = {}
    wrong: list[str] = []
    for key, given in determined.items():
        if key not in open_topics:
            wrong.append(f"{key} is not for the committee to determine")
            continue
        topic = open_topics[key]
        texts = determinable_values(questionnaire, key)
        values = (given,) if isinstance(given, str) else tuple(given)
        wrong += [f"{key} is never {value!r}" for value in values if value not in texts]
        if not topic.many and len(values) != 1:
            wrong.append(f"{key} has exactly one value")
        ground = questionnaire.determination
        settled[key] = tuple(
            Conclusion(
                topic=key,
                value=value,
                zh=f"{ground.zh}：{texts[value][0]}",
                en=f"{ground.en}: {texts[value][1]}",
                cite=ground.cite,
                rule=ground.rule,
                sure=ground.sure,
                many=topic.many,
                determined=True,
                cites=(ground.cite,),
            )
            for value in texts
            if value in values
        )
    if wrong:
        raise ValueError("; ".join(wrong))
    return settled


def determinable_values(questionnaire: Questionnaire, topic: str) -> dict[str, tuple[str, str]]:
    """The values a topic can have, with their texts (zh, en)."""
    found: dict[str, tuple[str, str]] = {}
    for rule in questionnaire.conclusions:
        if rule.topic != topic:
            continue
        if rule.values_of:
            options = questionnaire.question(rule.values_of).options
            found |= {option.key: (option.zh, option.en) for option in options}
        else:
            found.setdefault(str(rule.value), (rule.zh, rule.en))
    return found
