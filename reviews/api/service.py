"""The API as a whole: the collections, who may call, and what it says of itself."""

from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI, Router

from ethicsreview.lifecycle import registry
from reviews.api import (
    absences,
    amendments,
    annual,
    appeals,
    assessments,
    collaborations,
    committees,
    complaints,
    disclosures,
    emergencies,
    entrustments,
    exemptions,
    experts,
    following,
    foreign_approvals,
    inspections,
    jobs,
    me,
    meetings,
    opinions,
    problems,
    programmes,
    projects,
    rechecks,
    recognitions,
    reviews,
    sampling,
    training,
    warnings,
)
from reviews.api.access import Bearer
from reviews.api.description import complete
from reviews.api.idempotency import once
from reviews.api.lifecycles import Face, routes
from reviews.api.reading import StrictParser
from reviews.api.shapes import ROOT

api = NinjaAPI(
    title="科技伦理审查 API",
    version="1",
    description=(
        "Every object with a lifecycle is read and moved in one form: its `steps` say what is open to you and what "
        "stands in the way of the rest. Messages are Chinese; English with `Accept-Language: en`."
    ),
    auth=Bearer(),
    parser=StrictParser(),
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
)
problems.install(api)
api.add_decorator(once)

# What has more to it than the common form has a module of its own; a collection that is named nowhere gets the form.
OWN: dict[str, Router] = {
    "projects": projects.router,
    "assessments": assessments.router,
    "reviews": reviews.router,
    "emergency-events": emergencies.router,
    "absences": absences.router,
    "appeals": appeals.router,
    "mandates": amendments.router,
    "exemptions": exemptions.router,
    "collaborations": collaborations.router,
    "participations": collaborations.participations,
    "entrustments": entrustments.router,
    "alliances": recognitions.alliances,
    "recognitions": recognitions.router,
    "foreign-approvals": foreign_approvals.router,
    "opinions": opinions.router,
    "meetings": meetings.router,
    "rechecks": rechecks.router,
    "recheck-opinions": rechecks.opinions,
    "experts": experts.router,
    "committees": committees.router,
    "follow-ups": following.follow_ups,
    "reports": following.reports,
    "programmes": programmes.router,
    "programme-entries": programmes.entries,
    "commitments": programmes.commitments,
    "record-lookups": programmes.lookups,
    "sampling-plans": sampling.router,
    "sample-items": sampling.items,
    "annual-reports": annual.router,
    "training-plans": training.router,
    "complaints": complaints.complaints,
    "investigations": complaints.investigations,
    "respondents": complaints.respondents,
    "sanctions": complaints.sanctions,
    "warnings": warnings.router,
    "disclosures": disclosures.router,
    "inspections": inspections.router,
    "rectifications": inspections.rectifications,
}
api.add_router("/me", me.router)
api.add_router("/jobs", jobs.router)
api.add_router("/indicators", warnings.indicators)
for name, model in registry.collections().items():
    api.add_router(f"/{name}", OWN.get(name) or routes(Face(model)))


@api.get("/openapi.json", auth=None, response=dict[str, Any], tags=["openapi"], operation_id="openapi", summary="This")
def openapi(request: HttpRequest) -> dict[str, Any]:
    return complete(api.get_openapi_schema(path_prefix=f"{ROOT}/".lstrip("/")))
