"""Addresses of the desk's own pages; Django's admin serves the registers, under `registers/`."""

from django.urls import path

from reviews.desk.views import (
    besides,
    collaborations,
    committees,
    emergencies,
    entrustments,
    experts,
    files,
    following,
    foreign,
    live,
    meetings,
    queue,
    rechecks,
    recognitions,
    reviews,
    steps,
)

FILED = [
    path(f"{collection}/<str:ref>/{place}", view, {"noun": noun}, name=f"{noun}{name}")
    for collection, noun in (("follow-ups", "follow_up"), ("reports", "report"))
    for place, view, name in (("", following.filed, ""), ("papers/<int:pk>/", following.paper, "_paper"))
]

app_name = "desk"
urlpatterns = [
    path("", queue.queue, name="queue"),
    path("reviews/<str:ref>/", reviews.review, name="review"),
    path("reviews/<str:ref>/changes/", reviews.changes, name="review_changes"),
    path("reviews/<str:ref>/record/", reviews.record, name="review_record"),
    path("reviews/<str:ref>/countries/", foreign.countries, name="foreign_approvals"),
    path("reviews/<str:ref>/countries/together/<str:name>/", foreign.together, name="foreign_together"),
    path("reviews/<str:ref>/countries/<str:approval>/document/", foreign.document, name="foreign_document"),
    path("reviews/<str:ref>/letters/<str:letter>/", files.letter, name="letter"),
    path("reviews/<str:ref>/documents/<str:document>/<int:number>/", files.document, name="document"),
    path("collaborations/<str:ref>/", collaborations.collaboration, name="collaboration"),
    path("collaborations/<str:ref>/letter/", collaborations.letter, name="collaboration_letter"),
    path("participations/<str:ref>/", collaborations.participation, name="participation"),
    path("entrustments/", entrustments.entrustments, name="entrustments"),
    path("entrustments/new/", entrustments.begin, name="entrustment_new"),
    path("entrustments/<str:ref>/", entrustments.entrustment, name="entrustment"),
    path("entrustments/<str:ref>/document/", entrustments.document, name="entrustment_document"),
    path("alliances/", recognitions.alliances, name="alliances"),
    path("alliances/new/", recognitions.found, name="alliance_new"),
    path("alliances/<str:ref>/", recognitions.alliance, name="alliance"),
    path("recognitions/<str:ref>/", recognitions.recognition, name="recognition"),
    path("recognitions/<str:ref>/document/", recognitions.document, name="recognition_document"),
    path("appeals/<str:ref>/", besides.appeal, name="appeal"),
    path("appeals/<str:ref>/document/", besides.support, name="appeal_document"),
    path("following/", following.following, name="following"),
    *FILED,
    path("exemptions/<str:ref>/", besides.exemption, name="exemption"),
    path("opinions/<str:ref>/draft/", live.draft, name="draft"),
    path("meetings/", meetings.meetings, name="meetings"),
    path("meetings/new/<str:committee>/", meetings.plan, name="meeting_new"),
    path("meetings/<str:ref>/", meetings.meeting, name="meeting"),
    path("meetings/<str:ref>/agenda/", meetings.agenda, name="agenda"),
    path("meetings/<str:ref>/ballots/", live.ballots, name="ballots"),
    path("committees/", committees.committees, name="committees"),
    path("committees/new/", committees.found, name="committee_new"),
    path("committees/<str:ref>/", committees.committee, name="committee"),
    path("committees/<str:ref>/rule-text/", files.upload_rule, name="rule_upload"),
    path("committees/<str:ref>/rules/<int:pk>/", files.rule, name="rule"),
    path("rechecks/", rechecks.docket, name="rechecks"),
    path("rechecks/<str:ref>/", rechecks.recheck, name="recheck"),
    path("rechecks/<str:ref>/letter/", rechecks.letter, name="recheck_letter"),
    path("rechecks/<str:ref>/documents/<str:document>/<int:number>/", rechecks.document, name="recheck_document"),
    path("recheck-opinions/<str:ref>/", rechecks.seat, name="recheck_seat"),
    path("recheck-opinions/<str:ref>/draft/", rechecks.draft, name="recheck_draft"),
    path("emergencies/", emergencies.events, name="emergency_events"),
    path("emergencies/new/", emergencies.declare, name="emergency_event_new"),
    path("emergencies/<str:ref>/", emergencies.event, name="emergency_event"),
    path("experts/", experts.experts, name="experts"),
    path("experts/new/", experts.enter, name="expert_new"),
    path("experts/<str:ref>/", experts.expert, name="expert"),
    path("<str:collection>/<str:ref>/steps/<str:name>/", steps.step, name="step"),
]
