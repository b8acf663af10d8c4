"""What the committee's steps require."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from committees.findings import refusal
from ethicsreview.deadlines.models import Deadline
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal

if TYPE_CHECKING:
    from committees.models.committee import Committee

# What a committee's own clocks hang on: they end with it.
OWN = ("committee", "membership", "member", "declaration")


def has_lawful_composition(committee: "Committee", act: Act) -> Iterator[Refusal]:
    """Under every regime the committee is set up for."""
    for finding in committee.findings(committee.regimes, at=act.at):
        if finding.blocks:
            yield refusal(finding)


def has_no_open_obligation(committee: "Committee", act: Act) -> Iterator[Refusal]:
    """Reviews in hand and follow-ups have deadlines of their own that name the committee."""
    others = Deadline.objects.open().for_body(committee).exclude(object_kind__in=OWN)
    if count := others.count():
        yield Refusal("obligations_open", _("本委员会还有%(count)d项未办结的事项，应先办结或移交"), {"count": count})
