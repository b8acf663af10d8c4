"""What is filled in for the simplified procedure."""

from collections.abc import Collection, Iterable
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from committees.models import Membership
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.forms import StepForm
from ethicsreview.policy import cite, with_article
from reviews.models.absences.absence import away
from reviews.models.reviewing import forms as review_forms
from reviews.models.reviewing.designation import STATES, Candidate, candidates, reviewers_needed
from reviews.models.reviewing.timing import end_of_day


class CandidateChoice:
    """The members of the committee to choose from, each with what the chair must know before choosing."""

    obj: Any
    act: Any

    @property
    def offered(self) -> dict[str, Candidate]:
        found: list[Candidate] = self.act.once("candidates", lambda: candidates(self.obj, self.act.at))
        return {one.key: one for one in found}

    def offer(self, name: str, *, without: Collection[int] = ()) -> None:
        field: Any = self.fields[name]  # type: ignore[attr-defined]  # of the form it is mixed into
        shown = [one for one in self.offered.values() if one.membership.pk not in without]
        field.choices = [(one.key, said_of(one)) for one in shown]
        field.widget.barred = frozenset(one.key for one in shown if one.grounds)

    def check_free(self, keys: list[str]) -> None:
        """Raises ValidationError with the grounds of all who may not judge it."""
        reasons = [ground for key in keys for ground in self.offered[key].grounds]
        if reasons:
            raise forms.ValidationError([with_article(reason, reason.cite) for reason in reasons])

    def check_there(self, seats: Iterable[Membership]) -> None:
        """Whoever is away until the day by which the opinion is due is not asked for one; all of them are named."""
        due = self.cleaned_data.get("opinion_due")  # type: ignore[attr-defined]
        if due is None:
            return
        gone = away(self.obj.committee, law_day(self.act.at), due)
        for seat in seats:
            if seat.person.pk in gone:
                words = {"name": seat.person.name, "day": gone[seat.person.pk].ends_on.isoformat()}
                self.add_error("opinion_due", _("%(name)s请假至%(day)s，不能在该期限前出具意见。") % words)  # type: ignore[attr-defined]


def said_of(one: Candidate) -> str:
    """Load, term and conflict, in a line."""
    parts = [
        str(one.membership),
        str(one.membership.get_category_display()),
        _("待出具意见%(count)d件") % {"count": one.busy},
    ]
    if one.until is not None:
        parts.append(_("任期至%(day)s") % {"day": date_format(one.until, "SHORT_DATE_FORMAT")})
    if one.away is not None:
        parts.append(_("请假至%(day)s") % {"day": date_format(one.away, "SHORT_DATE_FORMAT")})
    parts += [str(ground) for ground in one.grounds]
    return " · ".join(str(part) for part in parts)


class Barring:
    """Members who may not judge the matter are shown, with the reason, and cannot be chosen."""

    barred: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option: dict[str, Any] = super().create_option(name, value, *args, **kwargs)  # type: ignore[misc]
        if str(value) in self.barred:
            option["attrs"]["disabled"] = True
        return option


class CandidateBoxes(Barring, forms.CheckboxSelectMultiple):
    pass


class CandidateDots(Barring, forms.RadioSelect):
    pass


class DueField(forms.DateField):
    def __init__(self) -> None:
        super().__init__(
            label=_("出具意见的期限"),
            widget=forms.DateInput(attrs={"type": "date"}),
            help_text=_("截至当日24时；不得晚于作出审查决定的期限。"),
        )


def check_due(form: StepForm) -> None:
    """Not past, and not after the decision itself is due, while that is still ahead."""
    due, decision_due = form.cleaned_data.get("opinion_due"), form.obj.next_due_at
    if due is None:
        return
    if due < law_day(form.act.at):
        form.add_error("opinion_due", _("期限不能早于今天。"))
    elif decision_due is not None and decision_due > form.act.at and end_of_day(due) > decision_due:
        form.add_error("opinion_due", _("不能晚于作出审查决定的期限（《办法》第十七条）。"))


class BeginForm(CandidateChoice, review_forms.BeginForm):
    """By a meeting: which one, and who presents it. By the simplified procedure: which members, and by when."""

    reviewers = forms.MultipleChoiceField(
        label=_("承办委员"),
        choices=[],
        widget=CandidateBoxes,
    )
    opinion_due = DueField()

    def build(self) -> None:
        simplified = self.obj.is_simplified
        for name in ("meeting", "presenter") if simplified else ("reviewers", "opinion_due"):
            del self.fields[name]
        if not simplified:
            super().build()
            return
        self.offer("reviewers")
        self.fields["reviewers"].help_text = _("至少指定%(count)d名（%(article)s）。应当回避的委员不能指定。") % {
            "count": self.needed.value,
            "article": cite(self.needed.cite),
        }

    @property
    def needed(self) -> Any:
        return reviewers_needed(self.obj, self.obj.policy_at(self.act.at))

    def clean_reviewers(self) -> Any:
        keys = list(dict.fromkeys(self.cleaned_data["reviewers"]))
        self.check_free(keys)
        if len(keys) < self.needed.value:
            raise forms.ValidationError(
                _("至少指定%(count)d名承办委员（%(article)s）。"),
                code="too_few",
                params={"count": self.needed.value, "article": cite(self.needed.cite)},
            )
        return [self.offered[key].membership for key in keys]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        check_due(self)
        self.check_there(cleaned.get("reviewers") or ())
        return cleaned


class ReplaceForm(CandidateChoice, StepForm):
    """One designated member for another. Whoever has given an opinion stays, unless it may no longer count."""

    reviewer = forms.ChoiceField(label=_("原承办委员"), choices=[], widget=forms.RadioSelect)
    replacement = forms.ChoiceField(label=_("改由"), choices=[], widget=CandidateDots)
    opinion_due = DueField()
    ground = forms.CharField(
        label=_("更换理由"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("例如：休假、回避、任期届满。"),
    )

    def build(self) -> None:
        self.seats = {str(seat.pk): seat for seat in self.obj.reviewers}
        taken = {seat.membership_id for seat in self.seats.values()}
        leaving: Any = self.fields["reviewer"]
        leaving.choices = [
            (key, f"{seat.membership} · {STATES[seat.opinion.state]}") for key, seat in self.seats.items()
        ]
        self.offer("replacement", without=taken)

    def clean_reviewer(self) -> Any:
        seat = self.seats[self.cleaned_data["reviewer"]]
        unfit = [one.pk for one, _reasons in self.obj.unfit_reviewers(self.act.at)]
        if seat.opinion.state == "cast" and seat.pk not in unfit:
            raise forms.ValidationError(_("该委员已出具意见，意见仍然有效，不能更换。"), code="given")
        return seat

    def clean_replacement(self) -> Any:
        key = self.cleaned_data["replacement"]
        self.check_free([key])
        return self.offered[key].membership

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        check_due(self)
        if seat := cleaned.get("replacement"):
            self.check_there([seat])
        return cleaned


class RequestMeetingForm(StepForm):
    ground = forms.CharField(label=_("提请会议审查的理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
