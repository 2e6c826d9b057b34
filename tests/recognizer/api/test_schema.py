"""The OpenAPI description is valid, complete, and true of what the API answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from recognizer.api.schema_view import SchemaView
from tests.support.drawings import FOUR, SEVEN, beside, body
from tests.support.factories import version

# Every call of the API, as the design has it.
CALLS = {
    "post predict/", "post predict/batch/", "post pictures/",
    "post drawings/", "delete drawings/", "get drawings/{id}/", "delete drawings/{id}/",
    "post drawings/{id}/label/", "post drawings/{id}/review/",
    "get hand/", "post hand/forget/", "post hand/settings/", "post hand/fresh/", "post hand/back/",
    "get model/",
    "get runs/", "post runs/", "get runs/{id}/", "post runs/{id}/cancel/",
    "get versions/", "get versions/{number}/files/",
    "post versions/{number}/promote/", "post versions/rollback/",
}  # fmt: skip


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The description, written without a warning."""
    file = tmp_path_factory.mktemp("schema") / "schema.json"
    options = {"validate": True, "fail_on_warn": True, "format": "openapi-json"}
    call_command("spectacular", file=str(file), **options)
    return dict(json.loads(Path(file).read_text()))


def operations(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method} {path.removeprefix('/api/v1/')}": operation
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }


def test_it_works(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.")
    assert set(operations(schema)) == CALLS


def test_every_call_has_a_name_a_sentence_and_an_answer(schema: dict[str, Any]) -> None:
    names = [operation["operationId"] for operation in operations(schema).values()]
    assert len(set(names)) == len(CALLS)
    for operation in operations(schema).values():
        assert operation["summary"][0].isupper()
        assert "." not in operation["summary"]
        assert operation.get("description", ".").rstrip().endswith(".")
        assert any(status.startswith("2") for status in operation["responses"])


def test_calls_are_grouped_by_who_may_make_them(schema: dict[str, Any]) -> None:
    groups = [tag["name"] for tag in schema["tags"]]
    assert groups == ["anybody", "contributors", "reviewers", "trainers"]
    callers = {call: one["tags"] for call, one in operations(schema).items()}
    assert {call for call, tags in callers.items() if tags == ["anybody"]} == {
        "post predict/", "post predict/batch/", "post pictures/", "post drawings/", "get model/"
    }  # fmt: skip
    assert callers["post drawings/{id}/review/"] == callers["get runs/"] == ["reviewers"]
    assert callers["post runs/"] == callers["post versions/rollback/"] == ["trainers"]
    for call, one in operations(schema).items():
        # A token may be sent with all; where it must be, the call itself says so.
        assert ("security" in one) == (callers[call][0] in ("reviewers", "trainers"))
    assert {} in schema["security"]


def test_names_are_those_that_clients_would_choose(schema: dict[str, Any]) -> None:
    """A noun and what is done with it; no name that was put together, and no choice of nothing."""
    names = {one["operationId"] for one in operations(schema).values()}
    assert {"predict", "model_get", "drawing_get", "run_get", "run_list", "version_list"} <= names
    schemas = schema["components"]["schemas"]
    assert [name for name in schemas if name.endswith("Enum")] == []
    assert len(schemas["Label"]["x-enum-varnames"]) == len(schemas["Label"]["enum"]) == 11
    for name, described in schemas.items():
        fields = described.get("properties", {})
        # Generators take what has a default for always there, which in a request it is not.
        assert [field for field in fields.values() if "default" in field] == []
        if name in ("Run", "Version", "Drawing", "Promotion", "RunPage"):
            assert set(described["required"]) == set(fields)


def answer_described(schema: dict[str, Any], call: str, status: int | str) -> dict[str, Any]:
    """What the description says of a call's answer of this status."""
    told = operations(schema)[call]["responses"][str(status)]
    shared = told.get("$ref", "").removeprefix("#/components/responses/")
    described: dict[str, Any] = schema["components"]["responses"][shared] if shared else told
    return described


def test_errors_are_described_in_their_one_shape(schema: dict[str, Any]) -> None:
    described = [
        answer_described(schema, call, status)["content"]["application/json"]["schema"]
        for call, operation in operations(schema).items()
        for status in operation["responses"]
        if status.startswith(("4", "5"))
    ]
    assert len(described) > 100
    assert all(one == {"$ref": "#/components/schemas/ErrorAnswer"} for one in described)


def test_every_call_names_the_errors_it_may_answer_with(schema: dict[str, Any]) -> None:
    """That it names all that occur is tests/faults/test_api.py's; here, that it names no others."""
    named = {call: set(one["responses"]) for call, one in operations(schema).items()}
    always = {"400", "401", "406", "408", "413", "429", "503"}
    assert named["get model/"] == {"200", "304"} | always
    assert named["post predict/"] == {"200", "403", "415"} | always
    assert named["get runs/{id}/"] == {"200", "403", "404"} | always
    label = named["post drawings/{id}/label/"]
    assert label == {"200", "403", "404", "409", "415", "507"} | always


def test_it_is_served_with_a_page_that_needs_no_other_site(client: Any) -> None:
    assert client.get("/api/v1/schema/").status_code == 200
    page = client.get("/api/docs/").content.decode()
    assert "swagger-ui" in page
    assert "//" not in page


def test_it_is_made_once_for_each_format(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SchemaView, "_made", {})
    kinds = ["application/vnd.oai.openapi", "application/vnd.oai.openapi+json"]
    first = [client.get("/api/v1/schema/", headers={"Accept": kind}) for kind in kinds]
    assert [one["Content-Type"] for one in first] == kinds
    assert first[0].content.startswith(b"openapi: 3")
    assert json.loads(first[1].content)["openapi"]
    monkeypatch.setattr(SchemaView, "generator_class", None)  # whoever makes it again fails
    again = [client.get("/api/v1/schema/", headers={"Accept": kind}) for kind in kinds]
    assert [one.content for one in again] == [one.content for one in first]


# --- bodies -----------------------------------------------------------------------


def requests(schema: dict[str, Any], call: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the description says of a call's JSON body, and its examples of one."""
    content = operations(schema)[call]["requestBody"]["content"]["application/json"]
    whole = {**content["schema"], "components": schema["components"]}
    return whole, {name: one["value"] for name, one in content["examples"].items()}


@pytest.mark.parametrize("call", ["post predict/", "post predict/batch/", "post drawings/"])
def test_each_form_of_strokes_has_an_example_that_is_as_described_and_read(
    schema: dict[str, Any], call: str, visitor: APIClient, live_model: Any
) -> None:
    described, examples = requests(schema, call)
    assert len(examples) == 6
    for example in examples.values():
        jsonschema.Draft202012Validator(described).validate(example)
        response = visitor.post(f"/api/v1/{call.removeprefix('post ')}", example)
        assert response.status_code in (200, 201), response.content
        answer = response.json()
        one = answer["items"][0] if "items" in answer else answer.get("prediction", answer)
        assert one["digit"] == 7


@pytest.mark.parametrize(
    "strokes", [7, "strokes", [7], [[7]], [[[]]], [[{"x": 1}]], [{"point": []}], [[[1, "2"]]]]
)
def test_what_is_refused_is_not_as_described(schema: dict[str, Any], strokes: Any) -> None:
    described, _ = requests(schema, "post predict/")
    assert not jsonschema.Draft202012Validator(described).is_valid({"strokes": strokes})


# --- answers ----------------------------------------------------------------------


def nullable(part: Any) -> Any:
    """OpenAPI 3.0 says `nullable` where JSON Schema has a type of its own."""
    if isinstance(part, list):
        return [nullable(one) for one in part]
    if not isinstance(part, dict):
        return part
    described = {name: nullable(one) for name, one in part.items()}
    if described.pop("nullable", False):
        return {"anyOf": [described, {"type": "null"}]}
    return described


@pytest.fixture
def check(schema: dict[str, Any]) -> Any:
    """Holds an answer against what the description says of it."""

    def check_answer(call: str, response: Any) -> dict[str, Any]:
        described = answer_described(schema, call, response.status_code)
        content = nullable(described["content"]["application/json"]["schema"])
        whole = {**content, "components": nullable(schema["components"])}
        jsonschema.Draft202012Validator(whole).validate(response.json())
        answer: dict[str, Any] = response.json()
        return answer

    return check_answer


def test_answers_are_as_described(
    check: Any, visitor: APIClient, admin: APIClient, live_model: Any
) -> None:
    def post(client: APIClient, path: str, data: Any = None) -> Any:
        return client.post(f"/api/v1/{path}", data or {}, format="json")

    def get(client: APIClient, path: str) -> Any:
        return client.get(f"/api/v1/{path}")

    check("post predict/", post(visitor, "predict/", body(detail=True)))
    check("post predict/", post(visitor, "predict/", body(beside(SEVEN, FOUR), number=True)))
    check("post predict/", post(visitor, "predict/", {}))
    check("post predict/batch/", post(visitor, "predict/batch/", {"items": [body(), {}]}))
    drawing = check("post drawings/", post(visitor, "drawings/", body(label=4)))["id"]
    check("get drawings/{id}/", get(visitor, f"drawings/{drawing}/"))
    check("get drawings/{id}/", get(APIClient(), f"drawings/{drawing}/"))
    label = post(visitor, f"drawings/{drawing}/label/", {"label": 4})
    check("post drawings/{id}/label/", label)
    accept = {"decision": "accept"}
    review = post(admin, f"drawings/{drawing}/review/", accept)
    check("post drawings/{id}/review/", review)
    review = post(visitor, f"drawings/{drawing}/review/", accept)
    check("post drawings/{id}/review/", review)
    check("get model/", get(visitor, "model/"))
    version(parent=live_model)
    check("get versions/", get(admin, "versions/"))
    check("post versions/{number}/promote/", post(admin, "versions/2/promote/"))
    check("post versions/{number}/promote/", post(admin, "versions/2/promote/"))
    check("post versions/rollback/", post(admin, "versions/rollback/"))
    run = check("post runs/", post(admin, "runs/", {"epochs": 1}))["id"]
    check("post runs/", post(admin, "runs/", {"epochs": 1}))
    check("get runs/{id}/", get(admin, f"runs/{run}/"))
    check("get runs/", get(admin, "runs/"))
    check("post runs/{id}/cancel/", post(admin, f"runs/{run}/cancel/"))
