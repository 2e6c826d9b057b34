"""The OpenAPI description is valid, complete, and true of what the API answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from tests.drawings import FOUR, SEVEN, beside, body
from tests.factories import version

# Every call of the API, as the design has it.
CALLS = {
    "post predict/", "post predict/batch/",
    "post drawings/", "delete drawings/", "get drawings/{id}/", "delete drawings/{id}/",
    "post drawings/{id}/label/", "post drawings/{id}/review/",
    "get model/",
    "get runs/", "post runs/", "get runs/{id}/", "post runs/{id}/cancel/",
    "get versions/", "post versions/{number}/promote/", "post versions/rollback/",
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
        assert operation["description"].rstrip().endswith(".")
        assert any(status.startswith("2") for status in operation["responses"])


def test_errors_are_described_in_their_one_shape(schema: dict[str, Any]) -> None:
    described = [
        answer["content"]["application/json"]["schema"]
        for operation in operations(schema).values()
        for status, answer in operation["responses"].items()
        if status.startswith(("4", "5"))
    ]
    assert len(described) > 20
    assert all(one == {"$ref": "#/components/schemas/Error"} for one in described)


def test_it_is_served_with_a_page_that_needs_no_other_site(client: Any) -> None:
    assert client.get("/api/v1/schema/").status_code == 200
    page = client.get("/api/docs/").content.decode()
    assert "swagger-ui" in page
    assert "//" not in page


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
        described = operations(schema)[call]["responses"][str(response.status_code)]
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
