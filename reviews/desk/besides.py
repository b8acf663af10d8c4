"""What waits for a committee's or an institution's officers besides reviews, the longest waiting first, bounded.

One question for what is to be done and one for what is late, however many kinds there are.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import CharField, Count, F, IntegerField, JSONField, Max, Min, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ethicsreview.accounts.models import Role
from ethicsreview.accounts.patterns import PreparedFor
from ethicsreview.accounts.prepared import Given
from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import last_day, law_day
from reviews.desk.access import Visitor, at_desk, reviews_on_table
from reviews.models import (
    Appeal,
    Disclosure,
    Entrustment,
    Exemption,
    FollowUp,
    ForeignApproval,
    Inspection,
    Participation,
    Recognition,
    Report,
    Respondent,
    Sanction,
)
from reviews.models.inspections.sight import inspected

MOST = 30
OFFICERS = (Role.SECRETARY, Role.CHAIR, Role.VICE_CHAIR)
CHAIRS = (Role.CHAIR, Role.VICE_CHAIR)
# The columns in which rows of all kinds are read at once. `what` is the report's kind, or where a group is found.
COLUMNS = ("noun", "ref", "title", "state", "what", "how_many", "confirmations", "since")
NOBODY: Any = Value([], output_field=JSONField())
# What is to be done with it, by kind and state, and the article that asks for it.
TO_DO = {
    (Appeal.noun, Appeal.State.FILED): (gettext_lazy("核查申诉的理由和支持材料"), "national:18"),
    (Appeal.noun, Appeal.State.PREPARED): (gettext_lazy("决定申诉是否成立"), "national:18"),
    (Exemption.noun, Exemption.State.PROPOSED): (gettext_lazy("确认免除审查，或者不予免除"), "human:32"),
    (Recognition.noun, Recognition.State.REQUESTED): (
        gettext_lazy("认可其他委员会的结果，或者不予认可"),
        "national:21",
    ),
    (Participation.noun, Participation.State.INVITED): (gettext_lazy("答复协作审查的邀请"), "national:21"),
    (Entrustment.noun, Entrustment.State.PROPOSED): (gettext_lazy("答复委托审查"), "national:13"),
    (Disclosure.noun, Disclosure.State.SUBMITTED): (gettext_lazy("批准信息披露，或者退回修改"), ""),
    **{
        (Respondent.noun, state): (gettext_lazy("已听取陈述申辩，作出认定"), "national:49")
        for state in (Respondent.State.NOTIFIED, Respondent.State.STATED)
    },
    **{
        (Sanction.noun, state): (gettext_lazy("作出处理决定，或者决定不予处理"), "national:49")
        for state in (Sanction.State.NOTIFIED, Sanction.State.STATED)
    },
}


@dataclass(frozen=True)
class Besides:
    ref: str
    title: str
    text: str
    cite: str
    since: datetime
    url: str


def besides(visitor: Visitor) -> list[Besides]:
    """For a committee's officers. None of what the person has confirmed already."""
    if not visitor.standing.holds(*OFFICERS):
        return []
    rows = [row for row in TO_BE_DONE(visitor.standing) if not _done(row, visitor)]
    return _told([*rows, *LATE(visitor.standing, day=law_day(visitor.at))])


def of_institution(visitor: Visitor) -> list[Besides]:
    """For an institution's officers: what is to be answered or decided, an inspection to come, late follow-ups."""
    return _told(OF_INSTITUTION(visitor.standing, day=law_day(visitor.at)))


def of_department(visitor: Visitor) -> list[Besides]:
    """For a department's people, and whoever investigates: what waits for another than whoever wrote or proposed it."""
    if not visitor.standing.holds(Role.REGULATOR) and not visitor.named_to_investigate:
        return []
    return _told(OF_DEPARTMENT(visitor.standing, day=law_day(visitor.at)))


def _done(row: Any, visitor: Visitor) -> bool:
    return any(one["person"] == visitor.person.username for one in row.confirmations)


# --- how a row is told --------------------------------------------------------------------------------------------


def _told(rows: list[Any]) -> list[Besides]:
    return [_one(row) for row in sorted(rows, key=lambda row: row.since)]


def _one(row: Any) -> Besides:
    text, cite = _what_to_do(row)
    return Besides(row.ref, row.title, text, cite, row.since, _address(row))


def _what_to_do(row: Any) -> tuple[str, str]:
    if row.noun == ForeignApproval.noun:
        text = ngettext("确认%(count)d个合作国家的审查情况", "确认%(count)d个合作国家的审查情况", row.how_many)
        return text % {"count": row.how_many}, "national:12"
    if row.noun == FollowUp.noun:
        day = date_format(last_day(row.since), "DATE_FORMAT")
        return _("跟踪审查逾期：应于%(day)s前完成") % {"day": day}, "national:19"
    if row.noun == Report.noun:
        words = _("核查%(kind)s") if row.state == Report.State.FILED else _("处理%(kind)s，或者提交委员会审查")
        cite = "human:26" if row.what == Report.Kind.SAE else "national:20"
        return words % {"kind": Report.Kind(row.what).label}, cite
    if row.noun == Inspection.noun:
        return _("现场检查定于%(day)s，请按通知准备") % {"day": date_format(date.fromisoformat(row.what))}, ""
    asked, cite = TO_DO[row.noun, row.state]
    return str(asked), cite


def _address(row: Any) -> str:
    if row.noun == ForeignApproval.noun:
        return reverse("desk:foreign_approvals", args=[row.what])
    return reverse(f"desk:{row.noun}", args=[row.ref])


# --- what is asked ------------------------------------------------------------------------------------------------


def _to_be_done(standing: Standing) -> "QuerySet[Any, Any]":
    return _together(
        _appeals(standing),
        _exemptions(standing),
        _recognitions(standing),
        _reports(standing),
        _of_centres(standing),
        _countries(standing),
        _inspections(standing),
    )


def _together(*kinds: "QuerySet[Any, Any]") -> "QuerySet[Any, Any]":
    first, *others = kinds
    return first.union(*others, all=True).order_by("since", "ref")[:MOST]


def _alike(rows: "QuerySet[Any, Any]", title: str, since: str, **more: Any) -> "QuerySet[Any, Any]":
    own = {one.name for one in rows.model._meta.fields}
    given = {
        "noun": Value(rows.model.noun),
        **({} if title == "title" else {"title": F(title)}),
        "what": Value("", output_field=CharField()),
        "how_many": Value(1, output_field=IntegerField()),
        "since": F(since),
        **({} if "confirmations" in own else {"confirmations": NOBODY}),
        **more,
    }
    return rows.order_by().annotate(**given).values_list(*COLUMNS, named=True)


def _appeals(standing: Standing) -> "QuerySet[Any, Any]":
    """To be prepared by the secretary, to be decided by the chair."""
    mine = Q(state=Appeal.State.FILED, review__committee__in=standing.bodies(Role.SECRETARY))
    mine |= Q(state=Appeal.State.PREPARED, review__committee__in=standing.bodies(*CHAIRS))
    return _alike(at_desk(Appeal, standing).filter(mine), "review__project__title", "filed_at")


def _exemptions(standing: Standing) -> "QuerySet[Any, Any]":
    """An exemption and a recognition both ask for secretary and chair."""
    bodies = standing.bodies(Role.SECRETARY, Role.CHAIR)
    rows = at_desk(Exemption, standing).filter(state=Exemption.State.PROPOSED, committee__in=bodies)
    return _alike(rows, "project__title", "created_at")


def _recognitions(standing: Standing) -> "QuerySet[Any, Any]":
    bodies = standing.bodies(Role.SECRETARY, Role.CHAIR)
    rows = at_desk(Recognition, standing).filter(state=Recognition.State.REQUESTED, review__committee__in=bodies)
    return _alike(rows, "review__project__title", "requested_at")


def _reports(standing: Standing) -> "QuerySet[Any, Any]":
    """To be assessed by the secretary, to be settled by the chair."""
    mine = Q(state=Report.State.FILED, review__committee__in=standing.bodies(Role.SECRETARY))
    mine |= Q(state=Report.State.ASSESSED, review__committee__in=standing.bodies(*CHAIRS))
    return _alike(at_desk(Report, standing).filter(mine), "project__title", "filed_at", what=F("kind"))


def _of_centres(standing: Standing) -> "QuerySet[Any, Any]":
    """A centre has no institution: its chair answers who would entrust it."""
    chaired = standing.bodies(Role.CHAIR)
    rows = Entrustment.objects.filter(trustee__in=chaired, trustee__institution=None, state=Entrustment.State.PROPOSED)
    return _alike(rows, "institution__name", "proposed_at")


def _countries(standing: Standing) -> "QuerySet[Any, Any]":
    """Projects whose partners' countries wait to be confirmed by the secretary: a row for each project, in the order of
    COLUMNS.
    """
    mine = reviews_on_table(standing).filter(committee__in=standing.bodies(Role.SECRETARY))
    rows: Any = ForeignApproval.objects.filter(state=ForeignApproval.State.ENTERED, project__in=mine.values("project"))
    project = ("of", "project__ref", "project__title", "state")
    counted = (
        rows.order_by()
        .annotate(of=Value(ForeignApproval.noun))
        .values(*project)
        .annotate(
            what=Max("project__reviews__ref", filter=~Q(project__reviews__state="draft")),
            how_many=Count("pk", distinct=True),
            nobody=NOBODY,
            since=Min("entered_at"),
        )
    )
    return counted.values_list(*project, "what", "how_many", "nobody", "since")


def _of_institution(standing: Standing) -> "QuerySet[Any, Any]":
    units = standing.bodies(Role.INSTITUTION_OFFICER)
    invited = Participation.objects.filter(institution__in=units, state=Participation.State.INVITED)
    offered = Entrustment.objects.filter(trustee__institution__in=units, state=Entrustment.State.PROPOSED)
    return _together(
        _alike(invited, "collaboration__project__title", "invited_at"),
        _alike(offered, "institution__name", "proposed_at"),
        _inspections(standing),
        _findings(standing),
        _sanctions(standing),
        _late(standing),
    )


def _inspections(standing: Standing) -> "QuerySet[Any, Any]":
    """What is to come to their own institution or committee, once it was told."""
    rows = Inspection.objects.visible_to(standing).filter(inspected(standing), state=Inspection.State.ANNOUNCED)
    return _alike(rows, "title", "announced_at", what=Cast("starts_on", CharField()))


def _findings(standing: Standing) -> "QuerySet[Any, Any]":
    """Of accused who were heard, or whose day for it is past: to be settled by the investigators."""
    heard = Q(state=Respondent.State.STATED) | Q(state=Respondent.State.NOTIFIED, heard_until__lt=Given("day"))
    rows = Respondent.objects.visible_to(standing).filter(heard, investigation__investigators__person=standing.person)
    return _alike(rows, "name", "notified_at")


def _sanctions(standing: Standing) -> "QuerySet[Any, Any]":
    """Heard, or past the day for it: to be decided by anybody who handles it, and neither proposed nor investigated it.
    No clock runs on it.
    """
    heard = Q(state=Sanction.State.STATED) | Q(state=Sanction.State.NOTIFIED, heard_until__lt=Given("day"))
    bodies = standing.bodies(Role.REGULATOR, Role.INSTITUTION_OFFICER)
    rows = Sanction.objects.visible_to(standing).filter(heard, respondent__investigation__handler__in=bodies)
    mine = rows.exclude(proposed_by=standing.person)
    mine = mine.exclude(respondent__investigation__investigators__person=standing.person)
    return _alike(mine, "respondent__name", "proposed_at")


def _late(standing: Standing) -> "QuerySet[Any, Any]":
    mine = Q(review__committee__in=standing.bodies(Role.SECRETARY, Role.CHAIR))
    mine |= Q(project__institution__in=standing.bodies(Role.INSTITUTION_OFFICER))
    rows: Any = at_desk(FollowUp, standing)
    return _alike(rows.late_on(Given("day")).filter(mine), "project__title", "next_due_at")


def _of_department(standing: Standing) -> "QuerySet[Any, Any]":
    return _together(_disclosures(standing), _findings(standing), _sanctions(standing))


def _disclosures(standing: Standing) -> "QuerySet[Any, Any]":
    """What another of them has written and cannot let go out alone. No clock runs on it."""
    mine = Q(state=Disclosure.State.SUBMITTED, authority__in=standing.bodies(Role.REGULATOR))
    rows = Disclosure.objects.filter(mine).exclude(written_by=standing.person)
    return _alike(rows, "title", "created_at")


TO_BE_DONE, OF_INSTITUTION = PreparedFor(_to_be_done), PreparedFor(_of_institution)
OF_DEPARTMENT = PreparedFor(_of_department)
LATE = PreparedFor(lambda standing: _late(standing).order_by("since", "ref")[:MOST])
