"""What the decision on an amendment says of it: which version it changes, in what, and what follows."""

from typing import Any

from django.utils.translation import gettext as _

from ethicsreview.policy import Policy, cite
from ethicsreview.policy.words import said
from reviews.models.reviewing.decision import Decision


def changes(decision: Decision) -> list[dict[str, Any]]:
    """In the language that is active. An amendment that is decided on no longer changes, and so neither does this."""
    review = decision.review
    amendment, base = review.amendment, review.amends
    assert base is not None
    where = {"ref": base.review.ref, "number": base.number}
    told = [(_("所变更的是已批准的%(ref)s第%(number)d版。") % where, "national:20")]
    told += [(_("%(part)s：%(what)s") % {"part": part, "what": what}, "") for part, what in amendment.rows()]
    if amendment.new_lead is not None:
        told.append((_("拟变更的项目负责人：%(name)s。") % {"name": amendment.new_lead.name}, "national:9"))
    if decision.approves:
        told.append((_("自本决定之日起按本次审查的版本开展，原版本不再执行。"), "national:20"))
        told += _consent(decision)
    else:
        told.append((_("本决定批准变更之前，仍按原批准的版本开展。"), "national:20"))
    return [{"text": text, "citation": cite(article) if article else ""} for text, article in told]


def _consent(decision: Decision) -> list[tuple[str, str]]:
    """Human Measures 38."""
    amendment = decision.review.amendment
    if not amendment.consent_again:
        return []
    entry = Policy.from_pin(decision.policy).entry("consent.renewal_triggers")
    triggers = _("；").join(said(entry.question.choices[key]) for key in amendment.consent["triggers"])
    words = _("须再次获取参与者的知情同意（%(triggers)s）：%(informing)s")
    return [(words % {"triggers": triggers, "informing": amendment.consent["informing"]}, entry.cite)]
