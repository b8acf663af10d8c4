"""The OpenAPI description, with what holds for every operation: the errors, and the key of a POST."""

from http import HTTPStatus
from typing import Any

from reviews.api.idempotency import HEADER, KEY
from reviews.api.problems import MEDIA_TYPE, Problem

_REF = "#/components/schemas/{model}"
_ALWAYS = (HTTPStatus.SERVICE_UNAVAILABLE,)
_SIGNED_IN = (HTTPStatus.UNAUTHORIZED,)
_ASKED = (HTTPStatus.UNPROCESSABLE_ENTITY,)
_NAMED = (HTTPStatus.NOT_FOUND,)
_CHANGING = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.CONFLICT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.PRECONDITION_REQUIRED,
)
_FILES = {"document": "*/*", "rule": "*/*", "letter": "application/pdf"}
_KEY = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "schema": {"type": "string", "pattern": f"^{KEY.pattern}$"},
    "description": "The same key with the same request gets the first answer again; nothing is done twice.",
}


def complete(schema: dict[str, Any]) -> dict[str, Any]:
    definition = Problem.model_json_schema(ref_template=_REF, mode="serialization")
    schema["components"]["schemas"] |= definition.pop("$defs", {}) | {"Problem": definition}
    schema["components"]["responses"] = {
        f"Problem{status}": _problem(status) for status in (*_ALWAYS, *_SIGNED_IN, *_NAMED, *_CHANGING)
    }
    for operations in schema["paths"].values():
        for method, operation in operations.items():
            for status in sorted(_errors(method, operation)):
                operation["responses"].setdefault(status.value, _shared(status))
            if method == "post":
                operation["parameters"].append(_KEY)
            if method == "get" and (media_type := _FILES.get(operation["operationId"].rpartition(".")[2])):
                file = {"schema": {"type": "string", "format": "binary"}}
                operation["responses"][200]["content"] = {media_type: file}
                operation["responses"].setdefault(403, _shared(HTTPStatus.FORBIDDEN))
    return schema


def _errors(method: str, operation: dict[str, Any]) -> set[HTTPStatus]:
    found = set(_ALWAYS)
    if operation.get("security"):
        found |= set(_SIGNED_IN)
    if operation["parameters"]:
        found |= set(_ASKED)
    if any(parameter["in"] == "path" for parameter in operation["parameters"]):
        found |= set(_NAMED)
    if method == "delete":
        return found | {HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT}
    return found | set(_CHANGING) if method in {"post", "put"} else found


def _shared(status: HTTPStatus) -> dict[str, str]:
    return {"$ref": f"#/components/responses/Problem{status}"}


def _problem(status: HTTPStatus) -> dict[str, Any]:
    return {
        "description": status.phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}},
    }
