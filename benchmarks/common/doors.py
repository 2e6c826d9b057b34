"""The site's doors with something behind each: every page, call and task that reads rows.

They are asked as somebody to whom it costs most: as the person with the most drawings, and as an
admin. What a door writes is taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from digitsite.admin import BoundedPaginator
from digitsite.tasks import notices_deliver
from recognizer.models import Contributor, Drawing, ModelVersion, Promotion
from recognizer.services import contributors, drawings, notices, reviews, sweeping
from training import feature_map
from training import services as training
from training.models import TrainingRun
from training.selectors import review_queue
from training.tasks import tables_count

PAGE, TASK = "page", "task"
# Lines of an export: more of them are more of the same.
EXPORTED = 50
# What the digit pad sends.
FOUR = [
    [[60, 20, 0], [40, 60, 40], [20, 100, 90], [70, 102, 150], [120, 104, 210]],
    [[88, 60, 500], [86, 110, 560], [84, 170, 640]],
]


@dataclass(frozen=True, slots=True)
class Door:
    """A page or a task by its name, and what asks it; a page answers with a response."""

    name: str
    kind: str
    ask: Callable[[], Any]


@contextmanager
def taken_back() -> Iterator[None]:
    """A transaction that is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def doors() -> list[Door]:
    """All of them, of a site that `many_rows.fill` has filled."""
    return [*_visitors(), *_studio(), *_admin(), *_programs(), *_tasks()]


def _page(client: Client, name: str, address: str, **query: str) -> Door:
    return Door(name, PAGE, partial(_got, client, address, query))


def _got(client: Client, address: str, query: dict[str, str]) -> Any:
    answer = client.get(address, query)
    if answer.streaming:
        for _ in islice(answer.streaming_content, EXPORTED):
            pass
        _closed(answer)
    return answer


def _closed(answer: Any) -> None:
    """Ends an answer that is read in part, as Django's client does one that is read whole.

    Its cursor would be closed with the garbage: in the middle of another query, which then waits
    for itself, or in another transaction, which fails.
    """
    # What the client wrapped it in; the answer's own `close` would end the connection, too.
    answer._iterator.close()


def _sent(client: Client, address: str, body: dict[str, Any]) -> Any:
    with taken_back():
        return client.post(address, body, content_type="application/json")


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def admin() -> User:
    """Who may see everything."""
    return User.objects.get_or_create(username="rows", is_staff=True, is_superuser=True)[0]


def _visitors() -> Iterator[Door]:
    most = Contributor.objects.exclude(user=None).order_by("-stored_drawings").first()
    assert most is not None
    assert most.user is not None
    own = most.drawings.order_by("-created_at")
    drawing, waits = own[0], own.filter(review="unlabelled")[0]
    client = _signed_in(most.user)
    yield _page(client, "the drawing page", reverse("recognizer:draw"))
    yield _page(client, "about", reverse("recognizer:about"))
    yield _page(client, "my drawings", reverse("recognizer:mine"))
    yield _page(client, "my drawings, the last page", reverse("recognizer:mine"), page="999")
    yield _page(client, "my drawings, the export's first 50", reverse("recognizer:mine-export"))
    yield _page(client, "my drawings, to forget", reverse("recognizer:mine-forget"))
    yield _page(client, "account, to delete", reverse("recognizer:account-delete"))
    yield _page(client, "a drawing", reverse("recognizer:drawing", args=[drawing.pk]))
    yield _page(client, "API: a drawing", reverse("api:drawing", args=[drawing.pk]))
    yield _page(client, "API: the hand", reverse("api:hand"))
    for name, address, body in (
        ("API: predict", reverse("api:predict"), {"strokes": FOUR}),
        ("API: store a drawing", reverse("api:drawings"), {"strokes": FOUR, "label": "4"}),
        ("API: label", reverse("api:drawing-label", args=[waits.pk]), {"label": "4"}),
    ):
        yield Door(name, PAGE, partial(_sent, client, address, body))


def _studio() -> Iterator[Door]:
    client = _signed_in(admin())
    most = Contributor.objects.order_by("-stored_drawings").first()
    newest, live = ModelVersion.objects.first(), Promotion.objects.newest()
    run = TrainingRun.objects.first()
    drawing = Drawing.objects.waiting().first()
    assert most and newest and live and run and drawing  # noqa: PT018  (there is all of it)

    def page(name: str, address: str, *arguments: Any, **query: str) -> Door:
        return _page(client, name, reverse(f"studio:{address}", args=arguments), **query)

    yield page("today", "today")
    yield page("rail", "rail")
    for order in review_queue.ORDERS:
        yield page(f"review, {order}", "review", order=order)
    yield page("review, of one person", "review", contributor=str(most.pk))
    yield page("review, errors of one person", "review", contributor=str(most.pk), order="errors")
    yield page("review, sixty", "review-grid")
    yield page("review, the next", "review-more", keys=str(drawing.pk))
    yield page("train", "train")
    yield page("runs", "runs")
    yield page("a run", "run", run.pk)
    yield page("versions", "versions")
    yield page("compare, by the gate", "compare-versions", newest.number, live.version.number)
    yield page("compare, any two", "compare-versions", newest.number, newest.number - 2)
    for kind in ("held_out", "mnist", "live"):
        yield page(f"insights, {kind}", "insights", set=kind)
    yield page("people", "people")
    yield page("people, blocked", "people", blocked="1")
    yield page("people, far down", "people", after=f"20-{most.pk}")
    yield page("a person, to forget", "people-forget", most.pk)
    yield page("audit", "audit")
    for query in ("who:demo-trainer", "label:4", "version:2", str(drawing.pk), "no such reason"):
        yield page(f"audit, {query.replace(str(drawing.pk), 'a key')}", "audit", q=query)
    yield page("team", "team")


def _admin() -> Iterator[Door]:
    client = _signed_in(admin())
    drawing = Drawing.objects.waiting().first()
    assert drawing is not None
    key = str(drawing.pk)

    def page(name: str, address: str, *arguments: Any, **query: str) -> Door:
        return _page(client, f"admin: {name}", reverse(f"admin:{address}", args=arguments), **query)

    yield page("index", "index")
    listed = "recognizer_drawing_changelist"
    yield page("drawings", listed)
    yield page("drawings, all", listed, review="all")
    pages = min(BoundedPaginator.MOST, Drawing.objects.count()) // 50
    yield page("drawings, the last page", listed, review="all", p=str(pages))
    yield page("drawings, read wrong", listed, review="all", reading="wrong")
    yield page("drawings, labelled 4", listed, review="all", label="4")
    yield page("drawings, no digit", listed, review="all", verdict="not_a_digit")
    yield page("drawings, rare", listed, review="rejected", source="api", verdict="not_a_digit")
    yield page("drawings, by key", listed, review="all", q=key[:8])
    yield page("drawings, by name", listed, review="all", q="person-77")
    yield page("a drawing", "recognizer_drawing_change", drawing.pk)
    yield page("contributors", "recognizer_contributor_changelist")
    yield page("contributors, by name", "recognizer_contributor_changelist", q="person-77")
    yield page("a contributor", "recognizer_contributor_change", drawing.contributor_id)
    yield page("versions", "recognizer_modelversion_changelist")
    yield page("users", "auth_user_changelist")


def _programs() -> Iterator[Door]:
    client = _signed_in(admin())
    yield _page(client, "API: versions", reverse("api:versions"))
    yield _page(client, "API: runs", reverse("api:runs"))
    for name in ("healthz", "readyz", "metrics"):
        yield _page(client, name, reverse(name))


def _tasks() -> Iterator[Door]:
    now = timezone.now()
    trainer = User.objects.get(username="demo-trainer")

    def task(name: str, do: Callable[[], Any]) -> Door:
        return Door(name, TASK, do)

    yield task("every 30 s: recover runs", partial(training.runs_recover, now=now))
    yield task("every 30 s: retrain by count", partial(_undone, training.retrain_by_count, now=now))
    yield task("every 30 s: drawings that wait", partial(_undone, notices.waiting_told, now=now))
    yield task("every 30 s: notices", notices_deliver)
    yield task("hourly: files of nobody", partial(_all, sweeping.stray_images))
    yield task("hourly: drawings too old", partial(_retired, now))
    yield task("hourly: images lost", partial(_undone, sweeping.images_mark))
    yield task("hourly: counters", partial(_undone, sweeping.counters_mend))
    yield task("hourly: versions' drawings", partial(_undone, sweeping.uses_mend))
    yield task("every 5 min: whole tables", tables_count)
    yield task("daily: what is on the map of features", feature_map._examples)
    yield task("a run: which drawings", _chosen)
    yield task("sixty reviews", partial(_undone, _sixty, trainer))
    yield task("a drawing deleted", partial(_undone, _one_deleted))
    yield task("a person forgotten", partial(_undone, _one_forgotten))


def _undone(do: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    with taken_back():
        return do(*arguments, **named)


def _all(rows: Callable[[], Iterator[Any]]) -> int:
    return sum(1 for _ in rows())


def _retired(now: datetime) -> None:
    for review in ("unlabelled", "rejected"):
        list(Drawing.objects.of_no_use(review, before=now.replace(year=now.year - 9))[:200])


def _chosen() -> int:
    return len(list(Drawing.objects.trainable().values_list("pk", flat=True)[:500]))


def _sixty(by: User) -> None:
    keys = review_queue.queue(by, order=review_queue.OLDEST, count=60)
    some = [
        reviews.Decision(drawing.pk, drawing.revision, "reject")
        for drawing in review_queue.drawings_of(keys)
    ]
    reviews.reviews_decide(decisions=some, reviewer=by)


def _used() -> Drawing:
    found = Drawing.objects.accepted().exclude(source="import").order_by("created_at").first()
    assert found is not None
    return found


def _one_deleted() -> None:
    drawings.drawing_delete(drawing=_used())


def _one_forgotten() -> None:
    contributors.contributor_forget(contributor=_used().contributor)
