"""What begins when a project stands in a programme: the letter to be signed, and both sides' time for it."""

from ethicsreview.lifecycle.act import Act
from ethicsreview.policy.catalogues import commitment
from reviews.models.programmes import timing
from reviews.models.programmes.commitment import Commitment
from reviews.models.programmes.entry import ProgrammeEntry
from reviews.models.programmes.wanting import letter_rule, signed_by_lead_alone, text_key


def begin_letter(entry: ProgrammeEntry, act: Act) -> None:
    """A letter, where the rules of the place ask this project for one and its people are here to sign it."""
    policy = entry.policy_at(act.at)
    project = entry.project
    if project is None or letter_rule(entry, policy) is None:
        return
    text = commitment(act.at, text_key(policy))
    letter = Commitment(
        entry=entry,
        project=project,
        lead=project.lead,
        institution=project.institution,
        unit_signs=not signed_by_lead_alone(project.institution),
        text=[text.zh, *(clause.zh for clause in text.clauses)],
        cite=text.cite,
        created_at=act.at,
    )
    letter.fix()
    act.create(letter)
    act.start(timing.LEAD, on=letter, **timing.by_lead(letter, policy))
    if letter.unit_signs:
        act.start(timing.UNIT, on=letter, **timing.by_unit(letter, policy))
