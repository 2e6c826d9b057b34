"""The API under chance, driven by its own description: what it answers is what it describes.

Each case is one call of somebody of the cast, with what the description allows or what it does
not, also about rows that are there. All begin with the same rows, so that a failure can be made
smaller and seen again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.contrib.auth.models import Permission, User
from django.db import transaction
from hypothesis import HealthCheck, Phase, strategies
from rest_framework.test import APIClient
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from digitsite.http.own_header import OWN_HEADER
from recognizer.models import Contributor, ModelVersion
from tests.support.api import stored
from tests.support.chance import CASES, SEED
from tests.support.drawings import FOUR, SEVEN, beside, body, in_base64, picture
from tests.support.factories import drawing, version
from tests.support.wire import Wire
from training.models import TrainingRun

pytestmark = pytest.mark.long

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

# What each of the cast may do, beside drawing.
ROLES: dict[str, tuple[str, ...]] = {
    "visitor": (),
    "contributor": (),
    "member": (),
    "reviewer": ("change_drawing",),
    "trainer": ("add_trainingrun", "change_trainingrun"),
    "admin": (),
}

# What a client may say beside what the description asks for.
HEADERS = [
    {"Authorization": "Token none"},
    {"Authorization": "Token"},
    {"Authorization": "Basic \udcff".encode(errors="surrogateescape").decode("latin-1")},
    {"Accept": "text/html"},
    {"Accept": "nonsense"},
    {"Accept-Language": "he"},
    {"X-Receipt": "nonsense"},
    {"X-Forwarded-For": "nonsense, ::1%eth0, [::]:1"},
    {"Host": "elsewhere.example.org"},
    {"Content-Type": "application/json; charset=base64"},
    {"Content-Type": "multipart/form-data"},
]

# Bodies that are good for one call or another, so that chance gets beyond their first check.
BODIES: list[Any] = [
    body(),
    body(SEVEN, label=7, source="camera", consent=False),
    body(beside(FOUR, SEVEN), number=True, detail=True),
    {"image": in_base64(picture())},
    {"items": [body(), {"image": in_base64(picture())}, {}]},
    {"label": "not_a_digit"},
    {"decision": "accept"},
    {"decision": "accept", "label": 4},
    {"decision": "reject"},
    {"reason": "Better.", "expected_live": 1},
    {"mode": "scratch", "epochs": 1},
]


# As a page of the site sends it with every call, in a cookie and in a header.
TOKEN = "t" * 32


@dataclass
class World:
    """Rows that the calls meet, and the API's description."""

    schema: Any
    known: dict[str, list[Any]]
    cookies: dict[str, str]


@pytest.fixture(params=ROLES)
def world(request: pytest.FixtureRequest, live_model: ModelVersion, wire: Wire) -> World:
    version(parent=live_model)
    version(parent=live_model, gate_verdict="failed")
    somebody = Contributor.objects.create()
    user = _user(request.param)
    client = APIClient()
    if user:
        client.force_login(user)
    own = [stored(client)["id"] for _ in range(2)] if request.param != "visitor" else []
    if own:
        client.post(f"/api/v1/drawings/{own[0]}/label/", {"label": 4})
    unseen = {"review": "pending", "accepted_label": "", "reviewed_at": None}
    others = [drawing(somebody, live_model), drawing(somebody, live_model, **unseen)]
    # Where one is under way, nobody may ask for another.
    under_way = ["queued"] if request.param == "admin" else []
    runs = [
        TrainingRun.objects.create(status=status, mode="warm", trigger="api", epochs=1)
        for status in ("failed", *under_way)
    ]
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/", wire)
    schema.config.generation.update(with_security_parameters=False)  # the cast has its own
    client.cookies["csrftoken"] = TOKEN
    return World(
        schema=schema,
        known={
            "/drawings/{id}": own + [str(one.pk) for one in others],
            "/runs/{id}": [run.pk for run in runs],
            "/versions/{number}": [1, 2, 3, 4],
        },
        cookies={name: morsel.value for name, morsel in client.cookies.items()},
    )


def _user(role: str) -> User | None:
    if role in ("visitor", "contributor"):
        return None
    user = User.objects.create_user(role, is_staff=role != "member", is_superuser=role == "admin")
    user.user_permissions.set(Permission.objects.filter(codename__in=ROLES[role]))
    return user


@strategies.composite
def calls(draw: Any, world: World) -> tuple[Case, dict[str, str]]:
    """A call as the description has it, or not, and the headers that are sent with it."""
    operation = draw(
        strategies.sampled_from([one.ok() for one in world.schema.get_all_operations()])
    )
    mode = draw(strategies.sampled_from(GenerationMode))
    case = draw(operation.as_strategy(generation_mode=mode))
    for place, values in world.known.items():
        if place in operation.path and draw(strategies.integers(0, 3)):
            (name,) = case.path_parameters
            case.path_parameters[name] = draw(strategies.sampled_from(values))
    if operation.body and draw(strategies.integers(0, 2)) == 0:
        case.body, case.media_type = draw(strategies.sampled_from(BODIES)), "application/json"
    odd = draw(strategies.sampled_from([*[{}] * 3 * len(HEADERS), *HEADERS]))
    return case, {"X-CSRFToken": TOKEN, **odd}


def test_whatever_is_called_is_answered_as_described(world: World) -> None:
    @hypothesis.seed(SEED)
    @hypothesis.settings(
        max_examples=CASES // len(ROLES),
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(calls(world))
    def answers(call: tuple[Case, dict[str, str]]) -> None:
        case, headers = call
        with transaction.atomic():
            response = case.call(headers=headers, cookies=world.cookies)
            transaction.set_rollback(True)
        case.validate_response(response, checks=CHECKS)
        assert response.headers[OWN_HEADER.lower()] == ["1"]

    answers()
