"""Where somebody hands in for the lead: the lead's own promise, signed before (Measures 9(5))."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from ethicsreview.accounts.standing import Standing
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.refusals import Refusal
from ethicsreview.lifecycle.steps import step
from reviews.models.reviewing import forms
from reviews.models.reviewing.simplified import Simplified
from reviews.models.reviewing.states import State

if TYPE_CHECKING:
    from reviews.models.reviewing.review import Review


class Signing(Simplified):
    class Meta:
        abstract = True

    def capacities(self, standing: Standing) -> set[str]:
        """A lead who lets somebody act for them may have to sign before."""
        found = super().capacities(standing)
        until = self.project.delegated_until
        if "lead" in found and until is not None and until >= law_day(standing.at):
            found.add("principal")
        return found

    @step(
        source=State.DRAFT,
        target=None,
        label=_("先行签署承诺"),
        by=["principal"],
        cite="national:9(5)",
        form=forms.SubmitForm,
        help=_("由受委托人代为提交时，负责人先就现有内容签署承诺；签署之后内容有改动的，须重新签署。"),
    )
    def sign_ahead(self, act: Act, **signed: Any) -> None:
        """The lead promises for what stands in the draft now; whoever has a mandate may then hand exactly that in."""
        draft = self.draft_submission
        assert draft is not None, "a draft has an open version"
        self.signed = forms.promise(signed, act) | {"digest": draft.fingerprint()}
        act.record(signed=self.signed["digest"])


def signed_by_lead(review: "Review", act: Act) -> Iterator[Refusal]:
    """Measures 9(5): the letter is the lead's. Whoever hands in for them needs it, for this very content."""
    if not forms.handed_in_for_lead(review, act):
        return
    draft = review.draft_submission
    if not review.signed:
        yield Refusal(
            "not_signed", _("负责人%(name)s尚未签署承诺"), {"name": review.project.lead.name}, "national:9(5)"
        )
    elif draft is not None and draft.fingerprint() != review.signed["digest"]:
        yield Refusal(
            "signed_before",
            _("负责人%(name)s签署承诺之后内容有改动，须重新签署"),
            {"name": review.project.lead.name},
            "national:9(5)",
        )
