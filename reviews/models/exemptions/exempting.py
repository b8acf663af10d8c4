"""Asking for an exemption, where the answers allow one; every face asks here."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.models import Person
from ethicsreview.accounts.standing import standing_of
from ethicsreview.lifecycle.door import create
from ethicsreview.lifecycle.refusals import NotPermitted, Refusal, Refused
from reviews.models.applying import committees_offered
from reviews.models.exemptions.exemption import Exemption, bars
from reviews.models.projects.assessment import RiskAssessment
from reviews.models.projects.project import Project


def start_exemption(project: Project, *, by: Person, at: datetime | None = None) -> Exemption:
    """The project's open exemption, or a new one before the first competent committee. Raises Refused."""
    moment = at or timezone.now()
    if not Exemption.creators & project.capacities(standing_of(by, moment)):
        raise NotPermitted(str(_("申请免除审查")), sorted(Exemption.creators))
    with transaction.atomic():
        # Two tabs begin it once.
        locked = Project.objects.select_for_update().get(pk=project.pk)
        if opened := project.exemptions.open().first():
            return opened
        assessment = RiskAssessment.objects.filter(project=project, state="completed").first()
        if refusals := list(_obstacles(locked, assessment)):
            raise Refused(refusals)
        assert assessment is not None
        offered = committees_offered(project, assessment, moment)
        if not offered:
            raise Refused([Refusal("no_committee", _("没有可以确认的委员会"), {}, "national:13")])
        ground = str(assessment.conclusions.answers.get("exemption_head", ""))
        made = Exemption(project=project, assessment=assessment, committee=offered[0], proposed_ground=ground)
        return create(made, by=by, at=moment, ground=ground, assessment=assessment.ref)


def _obstacles(project: Project, assessment: RiskAssessment | None) -> Iterator[Refusal]:
    if assessment is None:
        yield Refusal("assessment", _("请先完成科技伦理风险评估"), {}, "national:9")
    else:
        yield from bars(assessment.conclusions)
    if project.state != Project.State.ASSESSED:
        yield Refusal(
            "state",
            _("科技活动现为“%(state)s”，不能申请免除审查"),
            {"state": project.get_state_display()},
            "human:32",
        )
    elif project.reviews.open().exists():
        yield Refusal("review_open", _("本科技活动已有进行中的审查"), {}, "national:9")
