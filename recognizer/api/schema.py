"""How the API is described: by calls in groups of who may make them, for people and generators.

A view describes its own answers, and of errors only those that its rule alone has; the errors of
every call are described here.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from recognizer.api import ink
from recognizer.models import Label

if TYPE_CHECKING:
    from recognizer.api.base import PublicView, StaffView

ERROR = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorAnswer"}}}

DESCRIPTIONS = {
    "400": "The request is wrong, or cannot be read; nothing was stored.",
    "401": "Log in, or send a token that is valid.",
    "403": "Not yours to see or change.",
    "404": "There is no such thing.",
    "406": "Answers are JSON, and that is not among what you accept.",
    "408": "The request took too long to arrive.",
    "413": "The request, or something in it, is over a limit.",
    "415": "The body is of a kind that is not read.",
    "429": "Too many requests in this minute; `Retry-After` says when to come back.",
    "503": "No model can answer now, or the site is busy; nothing was stored.",
    "507": "There is no room for it: on the disk, in a quota, or before the reviewers.",
}

# When to come back.
_LATER = {"Retry-After": {"description": "In how many seconds.", "schema": {"type": "integer"}}}
HEADERS = {"429": {"headers": _LATER}}

# The end of a description's first sentence, which is a line of the API's page.
SENTENCE = re.compile(r"\.(\s+|$)")


class CallSchema(AutoSchema):
    """The description of one call: its docstring's first sentence is the summary."""

    def get_tags(self) -> list[str]:
        return [cast("PublicView | StaffView", self.view).callers]

    def get_summary(self) -> str:
        return self._docstring()[0].replace("`", "")

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular's own
        return self._docstring()[1]

    def _docstring(self) -> tuple[str, str]:
        first, _end, rest = SENTENCE.split(super().get_description(), maxsplit=1)
        return first, rest

    def map_parsers(self) -> list[str]:
        """JSON alone, unless a call says otherwise: clients need one way to send a thing."""
        return ["application/json"]

    def get_paginated_name(self, serializer_name: str) -> str:
        return f"{serializer_name}Page"


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """A token, said as `Bearer`: so clients send it without being told how."""

    target_class = "recognizer.api.authentication.HashedTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "From `manage.py make_token`, or from Team in the studio.",
        }


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """drf-spectacular's hook: adds what is the same in every call, and what no serializer says."""
    components = result["components"]
    components["schemas"] = dict(sorted({**components["schemas"], **ink.SCHEMAS}.items()))
    components["schemas"]["Label"]["x-enum-varnames"] = Label.names  # what no digit may be called
    components["responses"] = {
        status: {"description": text, "content": ERROR, **HEADERS.get(status, {})}
        for status, text in DESCRIPTIONS.items()
    }
    for name, schema in components["schemas"].items():
        if name.endswith("Request"):
            _say_defaults(schema)
    for path, methods in result["paths"].items():
        for method, operation in methods.items():
            _describe_errors(path, method, operation)
            if {} in operation["security"]:  # a token may be sent, and need not
                result["security"] = operation.pop("security")
            if "multipart/form-data" in operation.get("requestBody", {}).get("content", {}):
                operation["requestBody"]["required"] = True  # strokes or an image, but something
    return result


def _say_defaults(request: dict[str, Any]) -> None:
    """Puts defaults into words: generators take a field that has one for always there."""
    for field in request["properties"].values():
        if "default" in field:
            told = field.pop("default")
            said = json.dumps(told) if told != "" else "empty"
            words = [field.get("description", ""), f"Left out: {said}."]
            field["description"] = "\n\n".join(word for word in words if word)


def _describe_errors(path: str, method: str, operation: dict[str, Any]) -> None:
    for status in DESCRIPTIONS.keys() - _impossible(path, method, operation["security"]):
        told = {"$ref": f"#/components/responses/{status}"}
        operation["responses"].setdefault(status, told)
    operation["responses"] = dict(sorted(operation["responses"].items()))


def _impossible(path: str, method: str, security: list[dict[str, Any]]) -> set[str]:
    """The statuses that this operation never answers with."""
    impossible = set()
    if "{" not in path:
        impossible.add("404")
    if method != "post":  # of a POST the body is read for its CSRF token, if for nothing else
        impossible.add("415")
    if method == "get" or "/predict/" in path or path.endswith("/pictures/"):  # nothing is stored
        impossible.add("507")
    if method == "get" and {} in security:  # anyone may, and needs no CSRF token
        impossible.add("403")
    return impossible
