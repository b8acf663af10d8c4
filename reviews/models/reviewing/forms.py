"""The input of a review's steps, one form for every face."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from committees.models import Membership, conflicts_of
from ethicsreview.deadlines.calendar import law_day
from ethicsreview.lifecycle.act import Act
from ethicsreview.lifecycle.forms import PasswordAgain, StepForm
from ethicsreview.policy import cite, with_article
from ethicsreview.policy.catalogues import commitment, listed_items, materials
from ethicsreview.policy.words import said
from reviews.models.mandates.acts import PREFIX
from reviews.models.meetings.forms import ReasonForm
from reviews.models.meetings.meeting import Meeting
from reviews.models.projects.interests import project_facts
from reviews.models.reviewing import timing, urgent_timing
from reviews.models.submissions.submission import changed_items
from reviews.rules.checklist import asked_sections, required_materials
from reviews.rules.votes import verdicts_of

if TYPE_CHECKING:
    from reviews.models.reviewing.record import ReviewRecord

__all__ = ["ReasonForm"]


def _lines(value: str) -> list[str]:
    return [line.strip() for line in value.splitlines() if line.strip()]


class LinesField(forms.CharField):
    """One item a line; the value is the list of them."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 6}))
        kwargs.setdefault("max_length", 20000)
        kwargs.setdefault("help_text", _("每行一条。"))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        text = "\n".join(value) if isinstance(value, list) else value
        return _lines(super().clean(text) or "")


class SignedForm(StepForm):
    """The commitment of the applicant (Measures 9(5)): read, agreed, and signed by name."""

    agree = forms.BooleanField(label=_("我已阅读并承诺遵守上述内容"))
    signature = forms.CharField(label=_("签名"), max_length=100, help_text=_("请输入您的姓名作为签名。"))

    def build(self) -> None:
        self.commitment: Any = commitment(self.act.at)
        if self.obj is not None and handed_in_for_lead(self.obj, self.act):
            # Nobody promises in another's name: the lead has signed (Measures 9(5)).
            self.commitment = None
            del self.fields["agree"], self.fields["signature"]
        elif self.act.actor is not None:
            name = {"name": self.act.actor.name}
            self.fields["signature"].help_text = _("请输入您的姓名“%(name)s”作为签名。") % name

    def clean_signature(self) -> str:
        signed: str = self.cleaned_data["signature"].strip()
        if signed != self.act.actor.name:
            raise forms.ValidationError(
                _("签名应与您的姓名“%(name)s”一致。"), code="signature", params={"name": self.act.actor.name}
            )
        return signed


class SubmitForm(SignedForm):
    """Of a review anew: the answers on risk were given before it, so they are confirmed, or given anew (Measures 9)."""

    def build(self) -> None:
        super().build()
        if self.obj is not None and answered_before(self.obj):
            assessment = self.obj.assessment
            day = law_day(assessment.completed_at).isoformat()
            self.fields["assessment_holds"] = forms.BooleanField(
                label=_("经核对，%(day)s完成的风险评估（%(ref)s）的回答仍然符合实际情况")
                % {"day": day, "ref": assessment.ref},
                help_text=_("情况有变化的，请先在科技活动页面重新评估，再提交。"),
            )


def answered_before(review: "ReviewRecord") -> bool:
    anew = review.kind in {review.Kind.APPEAL, review.Kind.REREVIEW} and review.amends_id is None
    answered = review.assessment.completed_at
    return anew and answered is not None and answered < review.created_at


def handed_in_for_lead(review: Any, act: Act) -> bool:
    """Whether the person acts by a mandate: not the lead, nor one who is to lead and has accepted."""
    if act.standing.person is not None and act.standing.person.pk == review.project.lead_id:
        return False
    capacities: set[str] = review.capacities(act.standing)
    return not capacities & {"lead", "nominee"} and any(name.startswith(PREFIX) for name in capacities)


def commitment_kept(review: "ReviewRecord", signed: dict[str, Any], act: Act) -> dict[str, Any]:
    """What is kept with the version: what the one who hands it in promised; or what the lead did, and for whom."""
    if "signature" in signed:
        return promise(signed, act)
    given = review.signed or (review.submission.commitment if review.submission else {})
    kept = {name: value for name, value in given.items() if name != "digest"}
    return kept | {"handed_in_by": act.actor.name, "handed_in_username": act.actor.username}


def promise(signed: dict[str, Any], act: Act) -> dict[str, Any]:
    """What was promised, by whom, in which words."""
    text = commitment(act.at)
    return {
        "signature": signed["signature"],
        "username": act.actor.username,
        "at": act.at.isoformat(),
        "version": text.since.isoformat(),
        "text": [text.zh, *(clause.zh for clause in text.clauses)],
    }


class AnswerForm(SignedForm):
    """An answer to each request that waits, and the commitment for the new version."""

    def build(self) -> None:
        super().build()
        self.asked = list(self.obj.open_requests()) if self.obj is not None else []
        for request in self.asked:
            self.fields[f"answer__{request.number}"] = forms.CharField(
                label=f"{request.number}. {request.text}",
                max_length=8000,
                widget=forms.Textarea(attrs={"rows": 3}),
                initial=request.answer,
            )
        self.order_fields([f"answer__{request.number}" for request in self.asked])


def askable_items(review: "ReviewRecord", act: Act) -> dict[str, str]:
    """What a supplement notice may name, with its label: everything the first time, then only what changed since."""
    version = review.submission
    if version is None:
        return {}
    conclusions = review.assessment.conclusions
    items = {need.key: said(need.rule) for need in required_materials(conclusions, materials(act.at))}
    items |= {material.kind: items.get(material.kind, material.kind) for material in version.materials.all()}
    for section in asked_sections(version.form, conclusions, version.content):
        items |= {asked.key: said(asked.field) for asked in section.fields}
    earlier = review.requests.filter(kind="supplement").order_by("number").first()
    if earlier is None:
        return items
    changed = set(changed_items(earlier.submission, version))
    return {code: label for code, label in items.items() if code in changed}


class SupplementForm(StepForm):
    """A note beside each item that is wanting; empty means that it is complete."""

    def build(self) -> None:
        for code, label in askable_items(self.obj, self.act).items():
            self.fields[f"item__{code}"] = forms.CharField(
                label=label, max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 2})
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not any(cleaned.values()):
            raise forms.ValidationError(_("请至少写明一项需要补正的内容。"), code="empty")
        return cleaned


class ListingForm(StepForm):
    """The committee's own determination; where it differs from the lead's proposal, it says why."""

    listed = forms.ChoiceField(
        label=_("是否列入需专家复核的清单"),
        choices=[("no", _("不列入")), ("yes", _("列入"))],
        widget=forms.RadioSelect,
    )
    listed_items = forms.MultipleChoiceField(
        label=_("清单事项"), choices=[], required=False, widget=forms.CheckboxSelectMultiple
    )
    listed_reason = forms.CharField(
        label=_("认定理由"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def build(self) -> None:
        self.fields["listed_items"].choices = [  # type: ignore[attr-defined]
            (item.key, said(item)) for item in listed_items(self.act.at)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        listed, items = cleaned.get("listed"), cleaned.get("listed_items") or []
        if listed == "yes" and not items:
            self.add_error("listed_items", _("请选择所列入的清单事项。"))
        if listed == "no" and items:
            self.add_error("listed_items", _("不列入清单时不应选择清单事项。"))
        proposed = set(self.obj.assessment.conclusions.listed_proposed)
        if listed and proposed != set(items) and not cleaned.get("listed_reason"):
            self.add_error("listed_reason", _("认定与项目负责人的评估不一致，请说明理由。"))
        return cleaned


class AcceptForm(ListingForm):
    """Measures 10: acceptance names the procedure; only those that are open for this matter can be chosen."""

    procedure = forms.ChoiceField(label=_("适用程序"), choices=[], widget=forms.RadioSelect)
    procedure_ground = forms.CharField(
        label=_("适用该程序的理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    field_order = ["procedure", "procedure_ground", "listed", "listed_items", "listed_reason"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("procedure") == self.obj.Procedure.SIMPLIFIED and cleaned.get("listed") == "yes":
            entry = self.obj.policy_at(self.act.at).entry("simplified.excludes_listed")
            words = _("列入清单的科技活动不适用简易程序（%(article)s）。") % {"article": cite(entry.cite)}
            self.add_error("procedure", words)
        return cleaned

    def terms(self) -> dict[str, Any]:
        """What a follow-up looks at was determined when it was first reviewed."""
        if self.obj.kind != self.obj.Kind.FOLLOW_UP:
            return super().terms()
        known = {"listed": "yes" if self.obj.listed else "no", "listed_items": self.obj.listed_items}
        return super().terms() | known | {"listed_reason": self.obj.listed_reason}

    def build(self) -> None:
        from reviews.models.reviewing.guards import procedures_of

        super().build()
        if self.obj.kind == self.obj.Kind.FOLLOW_UP:
            for name in ("listed", "listed_items", "listed_reason"):
                del self.fields[name]
        labels = dict(self.obj.Procedure.choices)
        self.fields["procedure"].choices = [  # type: ignore[attr-defined]
            (procedure, labels[procedure])
            for procedure in procedures_of(self.obj, self.act.at).open
            # The emergency procedure is accepted into by a step of its own, which names the event.
            if procedure in labels and procedure != self.obj.Procedure.EMERGENCY
        ]
        cases = [with_article(words, article) for words, article in self.obj.simplified_cases(self.act.at).values()]
        if "simplified" in dict(self.fields["procedure"].choices):  # type: ignore[attr-defined]
            told = str(_("；")).join(cases)
            self.fields["procedure"].help_text = _("可以适用简易程序：%(cases)s。") % {"cases": told}


class BeginForm(StepForm):
    """Which meeting takes it up, and which member presents it."""

    meeting = forms.ModelChoiceField(
        label=_("审查会议"), queryset=Meeting.objects.none(), to_field_name="ref", empty_label=None
    )
    presenter = forms.ModelChoiceField(
        label=_("主审委员"), queryset=Membership.objects.none(), required=False, empty_label=_("不指定")
    )

    def build(self) -> None:
        committee = self.obj.committee
        self.fields["meeting"].queryset = committee.meetings.planned().order_by("starts_at")  # type: ignore[attr-defined]
        members = committee.voting_members_at(law_day(self.act.at))
        grounds = conflicts_of([member.person for member in members], project_facts(self.obj.project))
        free = [member.pk for member in members if not grounds[member.person.pk]]
        self.fields["presenter"].queryset = members.filter(pk__in=free)  # type: ignore[attr-defined]


def new_limit(review: "ReviewRecord", until: Any) -> Any:
    """A clock in hours is extended to a minute."""
    row = urgent_timing.running(review)
    if row is not None and until <= row.due_at:
        raise forms.ValidationError(_("新的期限应晚于现有期限。"), code="earlier")
    return until


class ExtendForm(ReasonForm):
    until = forms.DateField(label=_("新的期限"), widget=forms.DateInput(attrs={"type": "date"}))
    field_order = ["until", "reason"]

    def build(self) -> None:
        if self.obj.is_urgent:
            self.fields["until"] = forms.DateTimeField(
                label=_("新的时限"),
                widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
                help_text=_("精确到分钟。"),
            )
            self.order_fields(self.field_order)

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if self.obj.is_urgent:
            return new_limit(self.obj, until)
        due = self.obj.next_due_at
        if due is not None and until <= timezone.localdate(due - timedelta(seconds=1)):
            raise forms.ValidationError(_("新的期限应晚于现有期限。"), code="earlier")
        return until


class RequirementsForm(StepForm):
    requirements = LinesField(label=_("修改要求"))


def otherwise(review: "ReviewRecord", months: int | None) -> bool:
    """Whether a confirmation would set another interval than the lead unit did."""
    from reviews.models.collaborations.confirming import position

    lead = getattr(review, "confirms", None)
    return bool(lead and months and position(lead).months not in (None, months))


class ConcludeForm(PasswordAgain):
    """What must be written for the outcome that the ballots give; the outcome itself is not entered."""

    requirements = LinesField(label=_("修改建议和要求"), required=False)
    reasons = forms.CharField(
        label=_("理由"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 4}),
        empty_value="",
    )
    follow_up_months = forms.IntegerField(
        label=_("跟踪审查间隔（月）"),
        required=False,
        min_value=1,
        help_text=_("不填则按规则的一般间隔；只能缩短，不能延长。"),
    )
    field_order = ["requirements", "reasons", "follow_up_months", "password"]

    def build(self) -> None:
        if self.obj.report_id is not None:
            # The follow-up goes on as it was scheduled; the secretary may bring it forward.
            del self.fields["follow_up_months"]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        item = self.obj.item
        outcome = item.tally(self.act.at).verdict if item is not None else None
        if self.obj.is_simplified:
            outcome = verdicts_of(self.obj.kind)[0]  # nothing else can be concluded without a meeting
        if outcome in {"modification_required", "revision_required"} and not cleaned.get("requirements"):
            self.add_error("requirements", _("修改后批准或修改后再审的，应当写明修改建议和要求（《办法》第十六条）。"))
        if outcome == "approved" and cleaned.get("requirements"):
            self.add_error("requirements", _("批准的决定不附修改要求；需要修改的，应当表决为修改后批准。"))
        if outcome == "rejected" and not cleaned.get("reasons"):
            self.add_error("reasons", _("不予批准的，应当说明理由（《办法》第十六条）。"))
        if outcome in {"suspended", "terminated", "rereview_required"} and not cleaned.get("reasons"):
            self.add_error("reasons", _("暂停、终止或者重新审查的，应当说明理由。"))
        months, policy = cleaned.get("follow_up_months"), self.obj.policy_at(self.act.at)
        if outcome == "approved" and not cleaned.get("reasons") and otherwise(self.obj, months):
            self.add_error("reasons", _("跟踪审查间隔与牵头单位不同的，应当说明理由，让各单位知道缘由。"))
        limit = timing.follow_up_months(self.obj, policy).value
        if months and months > limit:
            self.add_error("follow_up_months", _("跟踪审查间隔一般不超过%(months)d个月。") % {"months": limit})
        return cleaned


class ConfirmForm(PasswordAgain):
    pass
