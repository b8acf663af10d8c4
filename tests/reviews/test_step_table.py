"""Every kind of object, every step, every state, everybody: one table, held to what the service does."""

import os
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import translation

from ethicsreview.lifecycle.models import Lifecycle
from ethicsreview.lifecycle.registry import nouns
from ethicsreview.lifecycle.steps import Step, steps_of
from ethicsreview.notices.tables import notice_for, tables
from ethicsreview.policy import cite
from reviews.models.projects.parties import CAPACITIES as WORDS_FOR_CAPACITIES
from tests.reviews import step_table
from tests.reviews.step_scene import scene
from tests.reviews.step_table import Cell, cells, declared_for, render

pytestmark = pytest.mark.django_db
NOUNS = sorted(nouns())
STEPS = [(noun, step) for noun, model in sorted(nouns().items()) for step in steps_of(model).values()]

# Steps that no article orders: the nature of the thing does.
NO_ARTICLE = {
    "assessment.drop": "the amendment that brought it came to nothing, or was answered anew",
    "assessment.supersede": "a newer assessment takes its place; what is current is a question of order",
    "meeting.postpone": "a committee sets the hour of its own meetings",
    "meeting.cancel": "as above",
    "project.leave_review": "follows a review that was withdrawn or not accepted, which has its own article",
    "review.withdraw": "an applicant may always give up what they asked for",
}
# Told by the step itself, to the one person it concerns.
TOLD_BY_THE_STEP = {
    "project.authorise": "mandate.create",
    "alliance.admit": "alliance.admitted",
    "committee.appoint": "committee.appointed",
    "committee.renew_term": "committee.appointed",
    "review.invite_adviser": "review.adviser_invited",
    "exemption.confirm": "exemption.granted",
    "exemption.lapse": "exemption.lapsed",
    "recognition.confirm": "recognition.accepted",
}
# Nobody but the one who takes it needs to know.
TELLS_NOBODY = {
    "appeal.open_review": "part of upholding the appeal",
    "assessment.complete": "the lead has just read the conclusions",
    "assessment.supersede": "part of completing the newer one",
    "assessment.adopt": "told by the amendment's approval",
    "assessment.drop": "told by the amendment's end",
    "assessment.revive": "told by the appeal",
    "mandate.revoke_for_another": "told by the mandate that takes its place",
    "project.amend": "told by the amendment's approval",
    "project.begin_amendment": "the lead is the one who goes on",
    "project.expect_lead": "whoever is named is told by the review",
    "review.choose_parts": "still being written",
    "review.explain_change": "still being written; what was urgent is told when it is handed in",
    "review.open_change": "whoever is named as lead is told by it; the applicant is the one who goes on",
    "review.take_assessment": "the lead has just read the conclusions",
    "review.weigh_change": "a finding inside the committee; acceptance names the procedure",
    "committee.declare_interests": "kept for the day it matters; then the recusal is told",
    "committee.record_training": "a note on file",
    "committee.sign_paper": "a note on file",
    "committee.record_drill": "a note on file",
    "committee.record_receipt": "a note on file",
    "committee.note_report": "told by the annual report's submission",
    "annual_report.write": "still being written",
    "annual_report.recount": "still being written",
    "training_plan.hold": "those who were there know",
    "project.record_registration": "a note on file",
    "committee.keep_roster": "read by the committee from its page",
    "complaint.go_along": "told by the investigation",
    "complaint.name_accused": "read by the handler from its page; where it goes on to a superior, that is told",
    "investigation.enter_evidence": "read by the investigators from its page",
    "investigation.enter_receipt": "a note on file",
    "respondent.find": "told to the respondent by the notice, and not before",
    "respondent.propose": "told to the respondent by the sanction's notice, and not before",
    "respondent.settle": "told by the conclusion, and to the respondent by what is proposed",
    "sanction.decide": "told when it is served",
    "collaboration.halt_again": "told by what is flagged on each unit's part",
    "follow_up.decide_again": "told by the appeal",
    "report.decide_again": "told by the appeal",
    "review.give_way": "told by the appeal",
    "recognition.ask_own_review": "the lead is the one who goes on",
    "follow_up.close": "told by the conclusion of its review",
    "follow_up.fall_away": "told with the end of the activity, or its approval anew",
    "follow_up.take_up": "told by the acceptance of its review",
    "report.close": "told by the conclusion of its review",
    "report.withdraw": "nobody has seen it yet",
    "review.take_in": "told by the report",
    "collaboration.invite": "told by each unit's invitation",
    "collaboration.note_decision": "told by the call to each unit, or by what is flagged on it",
    "collaboration.tell_change": "told by what is flagged on each unit's part",
    "entrustment.follow": "part of renewing",
    "entrustment.renew": "the entrusting side is the one who goes on",
    "foreign_approval.confirm_alike": "told once, with the country it was confirmed beside",
    "foreign_approval.drop": "the lead has just answered so",
    "foreign_approval.enter_alike": "told once, with the country it was entered beside",
    "foreign_approval.renew": "the lead is the one who goes on",
    "foreign_approval.send_back_alike": "told once, with the country it was returned beside",
    "foreign_approval.supersede": "told by the confirmation of the newer one",
    "foreign_approval.take_back": "nothing waits for the secretary any more; the queue shows it",
    "programme.enter": "told to those who sign by the letter that it begins",
    "programme_entry.ask_letter": "told to those who sign by the letter that it begins",
    "programme_entry.link": "told to those who sign by the letter that it begins",
    "sample_item.examine": "read by the department from the plan; the committee is told what is asked of it",
    "sampling_plan.freeze": "whoever freezes it goes on to draw; the draw is told",
    "disclosure.approve": "told by its publication",
    "disclosure.correct": "whoever corrects goes on in the new version",
    "disclosure.drop": "the department's own; the list shows it",
    "disclosure.go_along": "told by the withdrawal of the newest version",
    "disclosure.revise": "whoever writes goes on to submit, which is told",
    "disclosure.supersede": "told by the publication of its correction",
    "warning.acknowledge": "whoever acknowledges goes on to say what is done, which is told",
    "warning.ease": "nothing is asked of anybody; the list says so",
    "warning.renew": "the same warning, with newer evidence; the list and its page show it",
    "inspection.begin": "those who are there know",
    "inspection.enter_finding": "read by the team from its page; told with the draft",
    "inspection.refer": "read by the handler from the list of investigations, as those it opens itself",
    "meeting.close": "the decisions were told one by one",
    "meeting.mark_attendance": "those who are there know",
    "meeting.open": "those who are there know",
    "meeting.reply": "read by the secretary from the list",
    "opinion.cast": "sealed: that it was cast is seen in the count, and nothing else",
    "participation.begin_confirmation": "the local lead goes on in the review it begins",
    "participation.open_part": "part of joining",
    "participation.open_review": "part of beginning the confirmation",
    "recognition.lapse": "part of withdrawing the review",
    "review.conclude_by_recognition": "told by the recognition",
    "project.confirm_anew": "the local lead has just begun it",
    "project.approve": "told by the review's conclusion",
    "project.assess": "told by nobody: the lead did it",
    "project.end_exemption": "told by the exemption",
    "project.enter_review": "told by the review's submission",
    "project.exempt": "told by the exemption",
    "project.leave_review": "told by the review's withdrawal or refusal",
    "project.need_no_review": "the lead has just read the conclusions",
    "project.reject": "told by the review's conclusion",
    "review.request_meeting": "told by the turn to a meeting, which it brings about",
    "project.reopen": "told by the appeal",
    "review.carry_lead": "part of beginning the confirmation",
    "review.carry_over": "told by the appeal",
    "review.receive_lead_recheck": "told by the re-check's delivery and by the time it starts",
    "review.confirm_modification": "the first of two; the second is told as the approval",
    "expert.record_training": "a note on file",
    "recheck.conclude": "the result is told when it is delivered, and not before",
    "recheck.replace": "the new expert is asked by the seat, the old one released by it",
    "recheck_opinion.accept": "seen in the panel; when the last has accepted, the beginning is told",
    "recheck_opinion.cast": "sealed: that it was cast is seen in the count, and nothing else",
    "review.receive_recheck": "told by the re-check's delivery",
    "review.determine_listing": "a determination inside the committee; the decision states it",
    "review.set_aside": "told by the appeal",
}


def key(noun: str, step: Step) -> str:
    return f"{noun}.{step.name}"


ids = {"ids": [key(noun, step) for noun, step in STEPS]}


Table = dict[str, list[Cell]]


# To try every step in every state as everybody takes a minute: in two parts, that two processes can share.
@pytest.mark.parametrize("part", [0, 1])
def test_who_may_do_what(part: int) -> None:
    """Changed on purpose? Run it with STEP_TABLE=write, and read the difference."""
    made = scene()
    assert set(made.objects) == set(nouns())
    writing = os.environ.get("STEP_TABLE") == "write"
    table = {noun: list(cells(made, noun)) for noun in (made.objects if writing else sorted(made.objects)[part::2])}

    found = render([cell for rows in table.values() for cell in rows])
    if writing:
        step_table.FILE.write_text(found, "utf-8")
    assert _by_noun(found) == {
        noun: said for noun, said in _by_noun(step_table.FILE.read_text("utf-8")).items() if noun in table
    }
    behaviour_is_what_the_steps_declare(table)
    buttons_are_the_permission(table)
    other_institutions_people_see_nothing_in_any_state(table)
    if "review" in table:
        a_recused_member_sees_nothing_of_the_review(table)
        a_draft_is_the_projects_own(table)


def _by_noun(written: str) -> dict[str, list[str]]:
    _head, *blocks = written.rstrip().split("\n\n")
    found: dict[str, list[str]] = {}
    for block in blocks:
        found.setdefault(block.partition(":")[0], []).append(block)
    return found


def behaviour_is_what_the_steps_declare(table: Table) -> None:
    wrong = []
    for noun, rows in table.items():
        declared = steps_of(nouns()[noun])
        for cell in rows:
            expected = {name for name in cell.tried if cell.sees and declared_for(cell.who, noun, declared[name])}
            if cell.permitted != expected:
                wrong.append((noun, cell.state, cell.who, sorted(cell.permitted ^ expected)))
        assert len(rows) == len(step_table.states_of(nouns()[noun])) * len(step_table.CAPACITIES)

    assert wrong == []


def buttons_are_the_permission(table: Table) -> None:
    """A button that the door refuses, or a step without a button, is the same mistake twice."""
    people = [cell for rows in table.values() for cell in rows if cell.who != "system" and cell.sees]

    assert [(c.noun, c.state, c.who, c.offered, c.now) for c in people if c.offered != c.now] == []


def other_institutions_people_see_nothing_in_any_state(table: Table) -> None:
    strangers = {"regulator elsewhere", "secretary elsewhere", "officer elsewhere", "no role"}
    # Whom one could join, and whose results could be recognised, is open to every unit.
    of = {noun: {"no role"} if noun == "alliance" else strangers for noun in table}
    seen = [cell for noun, rows in table.items() for cell in rows if cell.who in of[noun]]

    assert seen
    assert [(c.noun, c.state, c.who) for c in seen if c.sees or c.permitted] == []


def a_recused_member_sees_nothing_of_the_review(table: Table) -> None:
    recused = [cell for cell in table["review"] if cell.who == "recused member"]

    assert not any(cell.sees or cell.permitted for cell in recused)
    assert any(cell.sees for cell in table["review"] if cell.who == "other member")


def a_draft_is_the_projects_own(table: Table) -> None:
    assert {cell.who for cell in table["review"] if cell.state == "draft" and cell.sees} == {
        "lead",
        "team",
        "local lead",
        "institution_officer",
        "operator",
        "system",
    }


# --- what each step says ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("noun", "step"), STEPS, **ids)
def test_step_has_a_label_and_begins_and_ends_in_known_states(noun: str, step: Step) -> None:
    states = step_table.states_of(nouns()[noun])

    with translation.override("zh-hans"):
        assert any("\u4e00" <= character <= "\u9fff" for character in str(step.label))
    assert step.sources
    assert set(step.sources) | set(step.targets) <= set(states)


@pytest.mark.parametrize(("noun", "step"), STEPS, **ids)
def test_step_names_its_article_or_why_there_is_none(noun: str, step: Step) -> None:
    assert bool(step.cite) != (key(noun, step) in NO_ARTICLE)
    if step.cite:
        assert "第" in cite(step.cite)


@pytest.mark.parametrize(("noun", "step"), STEPS, **ids)
def test_step_tells_somebody_or_says_why_nobody(noun: str, step: Step) -> None:
    name = key(noun, step)
    ways = [notice_for(name) is not None, name in TOLD_BY_THE_STEP, name in TELLS_NOBODY]

    assert ways.count(True) == 1
    if name in TOLD_BY_THE_STEP:
        assert notice_for(TOLD_BY_THE_STEP[name]) is not None


def test_lists_of_exceptions_name_steps_that_exist() -> None:
    known = {key(noun, step) for noun, step in STEPS}

    assert (NO_ARTICLE.keys() | TOLD_BY_THE_STEP.keys() | TELLS_NOBODY.keys()) - known == set()


def test_every_row_of_the_notices_table_is_sent_by_something() -> None:
    known = {key(noun, step) for noun, step in STEPS} | {f"{noun}.create" for noun in NOUNS}
    told_in_code = {
        "opinion.reviewer_recused",
        "warning.not_evaluated",
        "review.approved_after_modification",
        "review.begun_simplified",
        "review.designated",
        "review.released",
        *("review.adviser_invited", "review.begun_urgently"),
        "report.to_inform",
        *("committee.appointed", "committee.term_ended", "exemption.granted", "exemption.lapsed"),
        *("alliance.admitted", "recognition.accepted"),
        *("review.approved_after_modification", "review.approved_with_conditions"),
        *("review.urgent_change", "review.amended", "review.consent_again", "project.lead_changed_former"),
    }

    left = {row for row in tables() if not row.startswith(("deadline.", "post."))} - known - told_in_code

    assert left == set()


@pytest.mark.parametrize(("noun", "step"), STEPS, **ids)
def test_capacities_have_words(noun: str, step: Step) -> None:
    assert step.by - {str(name) for name in WORDS_FOR_CAPACITIES} == set()


@pytest.fixture(scope="module")
def english() -> dict[str, str]:
    with (Path(settings.BASE_DIR) / "locale/en/LC_MESSAGES/django.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if isinstance(m.id, str) and not m.fuzzy}


@pytest.mark.parametrize(("noun", "step"), STEPS, **ids)
def test_step_has_english_words(noun: str, step: Step, english: dict[str, str]) -> None:
    with translation.override(None):
        said = [str(step.label)] + ([str(step.help)] if step.help else [])

    assert [words for words in said if not english.get(words)] == []


@pytest.mark.parametrize("noun", NOUNS)
def test_states_have_english_words(noun: str, english: dict[str, str]) -> None:
    model: type[Lifecycle] = nouns()[noun]
    with translation.override(None):
        said = step_table.states_of(model).values()

    assert [words for words in said if not english.get(words)] == []
