"""The applicant's pages. `<collection>/<ref>/steps/<name>/` is where every step's form is."""

from django.urls import path

from reviews.portal.views import (
    answers,
    appeals,
    applications,
    assessments,
    collaborations,
    entrustments,
    exemptions,
    files,
    following,
    foreign,
    home,
    materials,
    month,
    projects,
    recognitions,
    respondents,
    reviews,
    steps,
)

# A follow-up and a report are written and read on the same pages.
FILED = [
    path(f"{collection}/<str:ref>/{place}", view, {"collection": collection}, name=f"{noun}{name}")
    for collection, noun in (("follow-ups", "follow_up"), ("reports", "report"))
    for place, view, name in (
        ("", following.filed, ""),
        ("write/", following.write, "_write"),
        ("check/", following.check, "_check"),
        ("upload/", following.upload, "_upload"),
        ("papers/<int:pk>/", following.paper, "_paper"),
        ("papers/<int:pk>/remove/", following.remove, "_remove"),
    )
]

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("calendar/", month.month, name="month"),
    path("projects/new/", projects.new, name="project_new"),
    path("projects/<str:ref>/", projects.project, name="project"),
    path("projects/<str:ref>/edit/", projects.edit, name="project_edit"),
    path("projects/<str:ref>/assess/", projects.assess, name="assess"),
    path("projects/<str:ref>/apply/", projects.apply, name="apply"),
    path("projects/<str:ref>/countries/", foreign.countries, name="foreign_approvals"),
    path("projects/<str:ref>/countries/together/", foreign.together, name="foreign_together"),
    path("foreign-approvals/<str:ref>/", foreign.country, name="foreign_approval"),
    path("foreign-approvals/<str:ref>/upload/", foreign.upload, name="foreign_upload"),
    path("foreign-approvals/<str:ref>/document/", foreign.document, name="foreign_document"),
    path("projects/<str:ref>/reports/<slug:kind>/", following.begin, name="report_new"),
    *FILED,
    path("projects/<str:ref>/collaboration/", collaborations.begin, name="collaboration_new"),
    path("collaborations/<str:ref>/", collaborations.collaboration, name="collaboration"),
    path("collaborations/<str:ref>/letter/", collaborations.letter, name="collaboration_letter"),
    path("participations/<str:ref>/", collaborations.participation, name="participation"),
    path("without-unit/", entrustments.without_unit, name="without_unit"),
    path("entrustments/", entrustments.entrustments, name="entrustments"),
    path("entrustments/<str:ref>/", entrustments.entrustment, name="entrustment"),
    path("entrustments/<str:ref>/upload/", entrustments.upload, name="entrustment_upload"),
    path("entrustments/<str:ref>/document/", entrustments.document, name="entrustment_document"),
    path("projects/<str:ref>/exemption/", exemptions.begin, name="exemption_new"),
    path("exemptions/<str:ref>/", exemptions.exemption, name="exemption"),
    path("reviews/<str:ref>/recognition/", recognitions.begin, name="recognition_new"),
    path("recognitions/<str:ref>/", recognitions.recognition, name="recognition"),
    path("recognitions/<str:ref>/upload/", recognitions.upload, name="recognition_upload"),
    path("recognitions/<str:ref>/document/", recognitions.document, name="recognition_document"),
    path("reviews/<str:ref>/appeal/", appeals.begin, name="appeal_new"),
    path("appeals/<str:ref>/", appeals.appeal, name="appeal"),
    path("appeals/<str:ref>/upload/", appeals.upload, name="appeal_upload"),
    path("appeals/<str:ref>/document/", appeals.document, name="appeal_document"),
    path("appeals/<str:ref>/letter/", appeals.letter, name="appeal_letter"),
    path("respondents/<str:ref>/", respondents.respondent, name="respondent"),
    path("sanctions/<str:ref>/", respondents.sanction, name="sanction"),
    path("assessments/<str:ref>/", assessments.overview, name="assessment"),
    path("assessments/<str:ref>/questions/<slug:key>/", assessments.group, name="assessment_group"),
    path("reviews/<str:ref>/", reviews.review, name="review"),
    path("reviews/<str:ref>/sections/<slug:key>/", applications.section, name="section"),
    path("reviews/<str:ref>/materials/", materials.materials, name="materials"),
    path("reviews/<str:ref>/materials/<int:pk>/replace/", materials.replace, name="material_replace"),
    path("reviews/<str:ref>/materials/<int:pk>/remove/", materials.remove, name="material_remove"),
    path("reviews/<str:ref>/answers/", answers.answers, name="answers"),
    path("reviews/<str:ref>/check/", applications.check, name="check"),
    path("reviews/<str:ref>/submitted/", reviews.submitted, name="submitted"),
    path("reviews/<str:ref>/recheck-letter/", files.recheck_letter, name="recheck_letter"),
    path("reviews/<str:ref>/versions/<int:number>/", reviews.version, name="version"),
    path("reviews/<str:ref>/versions/<int:number>/comparison/", reviews.comparison, name="comparison"),
    path(
        "reviews/<str:ref>/versions/<int:number>/comparison/in-force/",
        reviews.comparison_in_force,
        name="comparison_in_force",
    ),
    path("<slug:collection>/<str:ref>/steps/<slug:name>/", steps.step, name="step"),
    path("documents/<str:ref>/<int:number>/", files.document, name="document"),
    path("letters/<str:ref>/", files.letter, name="letter"),
]
