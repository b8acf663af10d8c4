"""Beginning an entrustment, its document, and how a person without a unit comes to be able to; every face asks here."""

from datetime import datetime
from typing import Any

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from committees.kinds import CommitteeType
from committees.models import Committee
from ethicsreview.accounts.models import Appointment, Institution, Person, Role
from ethicsreview.accounts.standing import standing_of
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.documents.models import DocumentVersion
from ethicsreview.documents.storage import store
from ethicsreview.lifecycle.door import create
from ethicsreview.lifecycle.refusals import NotPermitted, NotVisible, Refusal, Refused
from reviews.models.entrustments.entrustment import Entrustment, trusts

MOST = 20


def start_entrustment(
    institution: Institution, trustee: Committee, *, by: Person, at: datetime | None = None
) -> Entrustment:
    """The draft agreement between the two; a new one, if there is none. Raises Refused."""
    moment = at or timezone.now()
    if not trusts(standing_of(by, moment), institution):
        raise NotPermitted(str(_("委托审查")), sorted(Entrustment.creators))
    with transaction.atomic():
        Institution.objects.select_for_update(of=("self",)).get(pk=institution.pk)
        draft = Entrustment.objects.filter(institution=institution, trustee=trustee, state=Entrustment.State.DRAFT)
        if found := draft.first():
            return found
        if trustee.institution_id == institution.pk:
            raise Refused([Refusal("own_committee", _("本单位的委员会不需要委托"), {}, "national:13")])
        if trustee.type == CommitteeType.SECTOR or trustee.state != "active":
            words = _("“%(name)s”不能接受委托：受托的应为运行中的审查委员会")
            raise Refused([Refusal("no_trustee", words, {"name": trustee.name}, "national:13")])
        return create(Entrustment(institution=institution, trustee=trustee), by=by, at=moment)


def hand_in_agreement(
    one: Entrustment, file: "File[Any]", *, by: Person, at: datetime | None = None
) -> DocumentVersion:
    """The agreement in writing; handed in again, it is the next version. Raises NotVisible, NotPermitted, Refused once
    it was proposed, UploadRefused."""
    moment = at or timezone.now()
    standing = standing_of(by, moment)
    if not Entrustment.objects.visible_to(standing).filter(pk=one.pk).exists():
        raise NotVisible(one.ref)
    if "truster" not in one.capacities(standing):
        raise NotPermitted(str(_("上传委托书")), ["truster"])
    with transaction.atomic():
        locked = Entrustment.objects.select_for_update(of=("self",)).get(pk=one.pk)
        if locked.state != Entrustment.State.DRAFT:
            raise Refused([Refusal("sealed", _("委托已提出，委托书不能再改动"), {}, "national:13")])
        earlier = locked.document.document if locked.document else None
        version = store(earlier, file, by=by, at=moment, title=str(_("委托审查协议")), kind="entrustment")
        Entrustment.objects.filter(pk=locked.pk).update(document=version)
    return version


def centres_near(region: str) -> list[Committee]:
    """Regional and professional centres of the province, to choose from first (Shandong 10; Sichuan 9)."""
    rows = Committee.objects.active().filter(region__startswith=region[:2], institution__isnull=True)
    return list(rows.exclude(type=CommitteeType.SECTOR).order_by("name", "pk")[:MOST])


def trustee_named(words: str) -> Committee | None:
    """The one active committee of that name or reference."""
    rows = Committee.objects.active().exclude(type=CommitteeType.SECTOR)
    return rows.filter(ref=words).first() or rows.filter(name=words).order_by("pk").first()


def has_unit(person: Person, at: datetime) -> bool:
    return standing_of(person, at).holds(Role.RESEARCHER, Role.INSTITUTION_OFFICER)


def register_without_unit(person: Person, *, region: str, at: datetime | None = None) -> Institution:
    """Measures 13: a person without a unit is entered as one by themselves, so that they can have projects, apply, and
    entrust. Raises Refused for who belongs to a unit."""
    moment = at or timezone.now()
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=person.pk)
        kept = Institution.objects.filter(
            type=Institution.Type.INDIVIDUAL, appointments__person=person, appointments__role=Role.RESEARCHER
        ).first()
        if kept is not None:
            return kept
        if has_unit(person, moment):
            words = _("您已登记在单位名下，由单位委托；不能再登记为无单位人员")
            raise Refused([Refusal("has_unit", words, {}, "national:13")])
        alone = Institution.objects.create(
            name=str(_("%(name)s（无单位人员）")) % {"name": person.name},
            type=Institution.Type.INDIVIDUAL,
            region=region,
        )
        Appointment.objects.create(person=person, role=Role.RESEARCHER, body=alone, starts=law_day(moment))
    return alone
