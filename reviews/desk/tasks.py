"""What is to be done next, by state: in words, with the step that does it and the article it rests on."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ethicsreview.lifecycle.steps import steps_of
from reviews.models import Opinion, Review
from reviews.models.reviewing.states import State


@dataclass(frozen=True)
class Task:
    text: str | Promise
    cite: str = ""


def _task(text: str | Promise, step: str) -> Task:
    return Task(text, steps_of(Review)[step].cite)


NEXT: dict[str, Task] = {
    State.SUBMITTED: _task(_("核对材料是否齐全，决定受理、不予受理或一次性告知补正"), "accept"),
    State.SUPPLEMENT_REQUESTED: _task(_("等待项目负责人补正"), "resubmit"),
    State.ACCEPTED: _task(_("列入会议议程，开始审查"), "begin"),
    State.IN_REVIEW: _task(_("召开会议审议、表决，形成审查意见"), "conclude"),
    State.MODIFICATION_REQUIRED: _task(_("等待项目负责人修改"), "submit_modification"),
    State.MODIFICATION_SUBMITTED: _task(_("核对修改内容，确认或退回"), "confirm_modification"),
    State.REVISION_REQUIRED: _task(_("等待项目负责人修改后再提交"), "resubmit_revision"),
    State.PRELIMINARILY_PASSED: _task(_("初审通过，待承担单位报请专家复核"), "refer"),
    State.IN_RECHECK: _task(_("等待专家复核意见"), "receive_recheck"),
}
# What the simplified procedure asks instead, by who has the ball.
SIMPLIFIED: dict[str, Task] = {
    "chair": _task(_("指定承办委员，开始简易程序审查"), "replace_reviewer"),
    "reviewers": _task(_("等待承办委员出具意见"), "replace_reviewer"),
    "committee": _task(_("承办委员一致同意，形成审查意见"), "opinions_complete"),
}
CONVERTED = _task(_("由简易程序转来，请列入会议议程"), "convert_to_meeting")
GIVE = _task(_("审阅材料，出具意见（简易程序）"), "opinions_complete")
NOTHING = Task(_("无待办事项"))
BALLOT = Task(_("审阅材料，准备审查意见"), steps_of(Opinion)["cast"].cite)
BALLOT_NOW = Task(_("会议进行中，请表决"), steps_of(Opinion)["cast"].cite)


BY_RECHECK = _task(_("复核意见已反馈，依据复核意见作出审查决定"), "conclude_by_recheck")


def next_task(review: Review) -> Task:
    if review.state == State.SUBMITTED and review.claims_urgency:
        return TRIAGE
    return task_of(review.state, review.waiting_for, review.recheck_result, simplified=review.is_simplified)


def task_of(state: str, waiting_for: str, recheck_result: str, *, simplified: bool) -> Task:
    if state == State.IN_RECHECK and recheck_result:
        return BY_RECHECK
    if state in {State.ACCEPTED, State.IN_REVIEW} and simplified:
        return SIMPLIFIED.get(waiting_for, NOTHING)
    if state == State.IN_REVIEW and waiting_for == "secretary":
        return CONVERTED
    return NEXT.get(state, NOTHING)


# Asked first of all where the lead says that it is urgent.
TRIAGE = _task(_("负责人说明情况紧急：请先判断是否按应急程序受理"), "accept_urgently")


def still_to_confirm(review: Review) -> list[str]:
    """Which of the two sides has not confirmed the modification."""
    done = {one["capacity"] for one in review.confirmations}
    return [side for side in ("secretary", "chair") if side not in done]
