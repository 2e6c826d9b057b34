"""Train: what is new in pictures, the run at work, what it became, and all runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from recognizer.models import Drawing, ModelVersion
from tests.support import factories
from training import services
from training.models import RunSnapshot, TrainingRun
from training.runs import claims

pytestmark = pytest.mark.django_db


def staff(role: str) -> APIClient:
    """Somebody of a role, signed in."""
    user = User.objects.create_user(f"a-{role}", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = APIClient()
    client.force_login(user)
    return client


def look(client: APIClient, name: str, *args: Any) -> Any:
    response = client.get(reverse(f"studio:{name}", args=args))
    assert response.status_code == 200
    return response


def send(client: APIClient, name: str, *args: Any, **fields: Any) -> list[str]:
    """Sends a form; returns what the page after it says."""
    address = reverse(f"studio:{name}", args=args)
    response = client.post(address, fields, format="multipart", follow=True)
    assert response.status_code == 200
    return [str(message) for message in response.context["messages"]]


def at_work(**progress: Any) -> TrainingRun:
    run = claims.run_claim(run_id=services.run_request(trigger="button", reason="a test").pk)
    assert run is not None
    claims.run_report(run=run, progress={"stage": "training", **progress})
    return run


EPOCHS = [
    {"epoch": number, "loss": 0.3 / number, "validation_nll": 0.2 / number,
     "validation_accuracy": 0.95 + number / 100, "learning_rate": 0.001, "seconds": 12.0}
    for number in (1, 2)
]  # fmt: skip


def test_it_works(admin: APIClient, live_model: ModelVersion) -> None:
    """Eight people with one drawing each, of whom one was read wrong; two are no digits."""
    for number in range(8):
        sign = {"label": "not_a_digit", "accepted_label": "not_a_digit"} if number > 5 else {}
        read_as = 9 if number == 0 else None if number > 5 else 4
        factories.drawing(factories.contributor(number), live_model, read_as=read_as, **sign)
    context = look(admin, "train").context
    material = context["material"]
    assert (material.total.fresh, material.fresh_people, material.wrong) == (8, 8, 1)
    assert material.held_out + material.learned - material.mnist == 8
    piles = {column["label"]: column for column in context["columns"]}
    assert [len(piles[label]["tiles"]) for label in ("4", "no digit", "7")] == [6, 2, 0]
    assert [tile.is_marked for tile in piles["4"]["tiles"]].count(True) == 1
    assert context["next_number"] == 2
    assert material.smallest is None or material.held_out >= 30


def test_what_an_earlier_run_was_asked_for_with_is_not_new(
    admin: APIClient, live_model: ModelVersion
) -> None:
    factories.drawing(factories.contributor(), live_model)
    TrainingRun.objects.create(status="candidate", trigger="button", epochs=2)
    response = look(admin, "train")
    assert "Nothing is new. A run would learn the same again." in response.content.decode()
    assert response.context["material"].total.n == 1
    factories.drawing(factories.contributor(), live_model)
    assert "1 drawing is new since run" in look(admin, "train").content.decode()


def test_a_pile_shows_nine_and_counts_the_rest(admin: APIClient, live_model: ModelVersion) -> None:
    for number in range(12):
        factories.drawing(factories.contributor(number), live_model)
    pile = next(one for one in look(admin, "train").context["columns"] if one["label"] == "4")
    assert (len(pile["tiles"]), pile["more"]) == (9, 3)


def test_the_time_is_that_of_the_runs_before(admin: APIClient, live_model: ModelVersion) -> None:
    assert "no run has ended yet" in look(admin, "train").content.decode()
    now = timezone.now()
    TrainingRun.objects.create(
        status="candidate", trigger="button", epochs=2, attempt=1, history=EPOCHS,
        started_at=now - timedelta(seconds=100), finished_at=now,
    )  # fmt: skip
    assert "about 1 min 40 s" in look(admin, "train").content.decode()


def test_a_trainer_starts_cancels_and_resumes_a_run(live_model: ModelVersion) -> None:
    trainer = staff("trainer")
    assert "begins as soon as" in send(trainer, "train-start", mode="warm", epochs="3")[0]
    run = TrainingRun.objects.get()
    assert (run.mode, run.epochs, run.trigger, str(run.requested_by)) == (
        "warm", 3, "button", "a-trainer",
    )  # fmt: skip
    assert "already queued" in send(trainer, "train-start", mode="warm")[0]
    assert "can go on later" in send(trainer, "run-cancel", run.pk)[0]
    assert "goes on as soon as" in send(trainer, "run-resume", run.pk)[0]
    run.refresh_from_db()
    assert run.status == "queued"


def test_nonsense_starts_nothing_and_the_form_comes_back(
    admin: APIClient, live_model: ModelVersion
) -> None:
    response = admin.post(
        reverse("studio:train-start"), {"mode": "warm", "epochs": "900"}, format="multipart"
    )
    assert response.status_code == 200
    assert 'value="900"' in response.content.decode()
    assert "200" in response.context["form"].errors["epochs"][0]
    assert not TrainingRun.objects.exists()


def test_a_reviewer_sees_runs_and_starts_none(live_model: ModelVersion) -> None:
    reviewer = staff("reviewer")
    assert "Train version" not in look(reviewer, "train").content.decode()
    run = at_work()
    assert "Cancel run" not in look(reviewer, "run", run.pk).content.decode()
    for name, args in (("train-start", []), ("run-cancel", [run.pk]), ("run-resume", [run.pk])):
        assert reviewer.post(reverse(f"studio:{name}", args=args)).status_code == 403
    run.refresh_from_db()
    assert run.status == "running"


def test_the_page_of_train_is_that_of_the_run_at_work(
    admin: APIClient, live_model: ModelVersion
) -> None:
    run = at_work(epoch=2, epochs=3, batch=5, batches=10, eta_seconds=65.0)
    content = look(admin, "train").content.decode()
    assert f"Run {run.pk} is learning: epoch 2 of 3, about 1 min 5 s left." in content
    assert 'hx-trigger="every 2s"' in content


def test_the_panel_s_curve_grows(admin: APIClient, live_model: ModelVersion) -> None:
    run = at_work(epoch=1, epochs=3, batch=5, batches=10)
    before = look(admin, "run-panel", run.pk).context["accuracy"]
    assert before.dots == []
    claims.run_report(run=run, history=EPOCHS[:1])
    one = look(admin, "run-panel", run.pk).context["accuracy"]
    claims.run_report(run=run, history=EPOCHS)
    two = look(admin, "run-panel", run.pk).context["accuracy"]
    assert (len(one.dots), len(two.dots)) == (1, 2)
    assert two.last_text == "97.00"
    assert two.done > one.done


def test_a_panel_whose_run_is_over_opens_what_it_became(
    admin: APIClient, live_model: ModelVersion
) -> None:
    run = at_work()
    version = factories.version(parent=live_model)
    TrainingRun.objects.filter(pk=run.pk).update(status="candidate", candidate=version)
    response = admin.get(reverse("studio:run-panel", args=[run.pk]))
    target = response.headers["HX-Redirect"]
    assert target.startswith("/studio/")
    assert admin.get(target).status_code in (200, 302)
    TrainingRun.objects.filter(pk=run.pk).update(status="failed", candidate=None)
    response = admin.get(reverse("studio:run-panel", args=[run.pk]))
    assert response.headers["HX-Redirect"] == reverse("studio:run", args=[run.pk])


def test_a_silent_run_says_where_it_goes_on(admin: APIClient, live_model: ModelVersion) -> None:
    run = at_work(epoch=2, epochs=3, batch=5, batches=10)
    TrainingRun.objects.filter(pk=run.pk).update(
        heartbeat_at=timezone.now() - timedelta(minutes=3), history=EPOCHS
    )
    content = look(admin, "run", run.pk).content.decode()
    assert "Not heard for 3 min." in content
    assert "It goes on after epoch 2 when a worker is back." in content


def test_the_log_names_what_was_left_out(admin: APIClient, live_model: ModelVersion) -> None:
    run = at_work()
    key = "3fa49bc1-0000-4000-8000-000000000000"
    RunSnapshot.objects.create(run=run, record={}, left_out=[key])
    TrainingRun.objects.filter(pk=run.pk).update(
        log=[
            {"at": "2026-03-01T12:00:00+00:00", "what": "gathering the examples"},
            {"at": "2026-03-01T12:00:09+00:00", "what": "left out", "drawings": [key]},
            {"at": "2026-03-01T12:01:00+00:00", "what": "epoch", "number": 1, "nll": 0.1,
             "accuracy": 0.97},
        ]
    )  # fmt: skip
    content = look(admin, "run", run.pk).content.decode()
    assert "1 deleted since, left out: 3fa49bc1" in content
    assert "epoch 1, loss 0.1000, read right 97.00 %" in content


def test_runs_are_listed_a_page_at_a_time(admin: APIClient, live_model: ModelVersion) -> None:
    for _ in range(33):
        TrainingRun.objects.create(status="failed", trigger="button", epochs=2, history=EPOCHS)
    first = look(admin, "runs").context
    assert (len(first["rows"]), first["is_first"]) == (30, True)
    response = admin.get(reverse("studio:runs"), {"before": first["before"]})
    assert len(response.context["rows"]) == 3
    assert response.context["before"] is None
    for nonsense in ("x", "-1", "9" * 30):
        assert admin.get(reverse("studio:runs"), {"before": nonsense}).status_code == 404


def test_pages_take_at_most_twenty_queries(
    admin: APIClient, live_model: ModelVersion, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        factories.drawing(factories.contributor(number), live_model)
        version = factories.version(parent=live_model)
        TrainingRun.objects.create(
            status="candidate", trigger="button", epochs=2, candidate=version,
            champion=live_model, history=EPOCHS,
        )  # fmt: skip
    services.retrain_by_count(now=timezone.now())
    with django_assert_max_num_queries(20):
        look(admin, "train")
    with django_assert_max_num_queries(20):
        look(admin, "runs")
    Drawing.objects.update(reviewed_at=timezone.now())
    run = at_work()
    with django_assert_max_num_queries(20):
        look(admin, "run", run.pk)
    with django_assert_max_num_queries(20):
        look(admin, "run-panel", run.pk)
