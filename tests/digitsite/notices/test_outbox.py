"""What happens is told to each target: once its row is committed, and again until it is taken."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from digitsite import env
from digitsite.models import Notice
from digitsite.notices import outbox, webhooks
from recognizer import monitoring
from recognizer.models import ModelVersion
from recognizer.services import notices
from recognizer.services.versions import version_promote
from recognizer.web import health
from tests.support import factories
from tests.support.receiver import Receiver, receiver
from training import services
from training.runs import claims

SECRET = f"whsec_{'c2VjcmV0' * 4}"


@pytest.fixture
def there(settings: Any, db: None) -> Iterator[Receiver]:
    """A program that is told."""
    with receiver() as got:
        settings.NOTIFY_WEBHOOKS = [got.address]
        settings.NOTIFY_SIGNING_SECRET = [SECRET]
        settings.NOTIFY_PRIVATE = True
        yield got


def told(key: str = "a thing", **options: Any) -> None:
    outbox.notice_record(
        event="test",
        key=key,
        sentence=gettext_lazy("Version %(version)s is live."),
        data={"version": 7},
        **options,
    )


def deliver(later: timedelta = timedelta()) -> list[str]:
    return outbox.notices_deliver(now=timezone.now() + later)


def test_it_works(there: Receiver, settings: Any) -> None:
    settings.NOTIFY_EMAIL = ["somebody@example.org"]
    settings.SITE_URL = "https://digits.example.org"
    told(path="/studio/versions/")
    assert len(deliver()) == 2
    content = json.loads(there.bodies[0])
    assert content["data"] == {"version": 7}
    assert content["text"] == "Version 7 is live."
    assert content["url"] == "https://digits.example.org/studio/versions/"
    headers = there.headers[0]
    assert headers["webhook-signature"] == webhooks.signature(
        [SECRET],
        key=headers["webhook-id"],
        at=int(headers["webhook-timestamp"]),
        body=there.bodies[0],
    )
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    [message] = mail.outbox
    assert message.to == ["somebody@example.org"]
    assert message.subject == "Version 7 is live."
    assert "https://digits.example.org/studio/versions/" in str(message.body)
    assert not Notice.objects.filter(sent_at=None).exists()
    assert deliver() == []


def test_without_targets_nothing_is_written(db: None) -> None:
    told()
    assert not Notice.objects.exists()


def test_it_is_told_in_the_language_of_the_settings(there: Receiver, settings: Any) -> None:
    settings.NOTIFY_LANGUAGE = "fr"
    outbox.notice_record(event="test", key="a", sentence=gettext_lazy("not a digit"), data={})
    assert Notice.objects.get().content["text"] == "pas un chiffre"


def test_what_did_not_happen_is_not_told(there: Receiver) -> None:
    with transaction.atomic():
        told()
        transaction.set_rollback(True)
    assert not Notice.objects.exists()


def test_one_thing_is_told_once(there: Receiver) -> None:
    for key in ("one", "one", "other"):
        told(key)
    assert Notice.objects.count() == 2


def test_no_address_is_kept(there: Receiver) -> None:
    told()
    assert there.address not in json.dumps(list(Notice.objects.values()), default=str)


def test_a_refusal_is_tried_again_after_growing_pauses(there: Receiver) -> None:
    there.statuses = [500, 500, 204]
    told()
    first, second = outbox.PAUSES[0], outbox.PAUSES[0] + outbox.PAUSES[1]
    assert "answered 500" in deliver()[0]
    assert Notice.objects.undelivered().count() == 1
    assert deliver() == []
    assert "answered 500" in deliver(first + timedelta(seconds=20))[0]
    assert deliver(second) == []
    assert "was sent" in deliver(second + timedelta(seconds=20))[0]
    assert len({each["webhook-id"] for each in there.headers}) == 1
    assert Notice.objects.undelivered().count() == 0


def test_it_is_given_up_in_the_end_and_said_so(there: Receiver) -> None:
    there.statuses = [500]
    told()
    for attempt in range(len(outbox.PAUSES) + 1):
        assert deliver(attempt * outbox.PAUSES[-1]), attempt
    assert deliver(20 * outbox.PAUSES[-1]) == []
    assert health.readiness.report()[1]["notices"] == "not delivered: 1"
    samples = {
        sample.name: sample.value
        for metric in monitoring.DatabaseCollector().collect()
        for sample in metric.samples
    }
    assert samples["digits_notices_undelivered"] == 1
    deliver(outbox.KEPT + timedelta(days=1))
    assert health.readiness.report()[1]["notices"] == "ok"


def test_a_worker_that_dies_over_it_leaves_it_to_the_next(
    there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any, **__: Any) -> None:
        raise SystemExit

    told()
    with monkeypatch.context() as patch:
        patch.setattr(webhooks, "post", die)
        with pytest.raises(SystemExit):
            deliver()
    assert "was sent" in deliver(outbox.PAUSES[1])[0]


def test_two_workers_do_not_send_the_same(there: Receiver) -> None:
    told()
    notice = Notice.objects.get()
    assert outbox._claim(notice, timezone.now())
    assert not outbox._claim(notice, timezone.now())


def test_a_target_that_fails_keeps_no_other_waiting(there: Receiver, settings: Any) -> None:
    settings.NOTIFY_EMAIL = ["somebody@example.org"]
    there.statuses = [500]
    for key in ("a", "b", "c"):
        told(key)
    deliver()
    assert len(there.bodies) == 1, "once a turn"
    assert len(mail.outbox) == 3


def test_a_target_that_is_named_no_more_is_let_be(there: Receiver, settings: Any) -> None:
    told()
    settings.NOTIFY_WEBHOOKS = []
    assert deliver() == []
    assert not Notice.objects.exists()


def test_a_subject_is_one_line(settings: Any, db: None) -> None:
    settings.NOTIFY_EMAIL = ["somebody@example.org"]
    reason = {"reason": "a\r\nTo: b"}
    outbox.notice_record(
        event="test", key="a", sentence=gettext_lazy("Run 1 failed: %(reason)s"), data=reason
    )
    deliver()
    assert mail.outbox[0].subject == "Run 1 failed: a To: b"


# --- what is told of ------------------------------------------------------------------------


def last() -> dict[str, Any]:
    content: dict[str, Any] = Notice.objects.order_by("-created_at")[0].content
    return content


def test_a_version_goes_live(there: Receiver, live_model: ModelVersion) -> None:
    assert last()["data"] == {"version": 1, "before": None, "kind": "install"}
    version_promote(version=factories.version(), by=None, reason="better")
    assert last()["type"] == "version.live"
    assert last()["data"] == {"version": 2, "before": 1, "kind": "promote"}


def test_a_run_ends(there: Receiver) -> None:
    run = services.run_request(trigger="button", reason="a test", mode="scratch")
    taken = claims.run_claim(run_id=run.pk)
    assert taken is not None
    claims.run_fail(run=taken, error="OSError: no room")
    claims.run_fail(run=taken, error="said twice")
    assert Notice.objects.count() == 1
    assert last()["type"] == "run.ended"
    assert last()["data"]["status"] == "failed"
    assert last()["text"] == f"Run {run.pk} failed: OSError: no room"
    services.run_resume(run=taken)
    services.run_cancel(run=taken)
    assert Notice.objects.count() == 2
    assert last()["data"]["status"] == "cancelled"


def test_drawings_wait_and_it_is_said_once_a_day(
    there: Receiver, live_model: ModelVersion, settings: Any
) -> None:
    Notice.objects.all().delete()
    settings.NOTIFY_WAITING = 2
    noon, waits = datetime(2026, 1, 2, 12, tzinfo=UTC), {"review": "pending", "accepted_label": ""}
    for _ in range(2):
        factories.drawing(factories.contributor(), live_model, **waits)
    notices.waiting_told(now=noon)
    assert not Notice.objects.exists()
    factories.drawing(factories.contributor(), live_model, **waits)
    for hours in (0, 1, 25):
        notices.waiting_told(now=noon + timedelta(hours=hours))
    assert Notice.objects.count() == 2
    assert last()["data"] == {"count": 3, "limit": 2}
    assert last()["text"] == "3 drawings wait for a reviewer."


# --- trying them ----------------------------------------------------------------------------


def test_a_command_tries_the_targets(there: Receiver, capsys: pytest.CaptureFixture[str]) -> None:
    there.statuses = [204, 500]
    call_command("try_notices")
    assert "took it" in capsys.readouterr().out
    assert json.loads(there.bodies[0])["type"] == "test"
    with pytest.raises(SystemExit):
        call_command("try_notices")
    assert "did not take it: answered 500" in capsys.readouterr().out


def test_a_secret_that_is_made_is_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    call_command("try_notices", "--new-secret")
    secret = capsys.readouterr().out.strip()
    monkeypatch.setenv("A", secret)
    assert env.signing_secrets("A") == [secret]
