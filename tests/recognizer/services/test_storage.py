"""Quotas: what is kept has an owner, what is deleted is given back, and nobody gets past them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from django.contrib.auth.models import User
from django.db.models import Sum
from django.utils import timezone
from rest_framework.test import APIClient

from digitsite.exceptions import Full
from digitsite.storage import disk
from recognizer.ink_files import Handwriting
from recognizer.models import Contributor, Drawing, ModelVersion, StorageUse
from recognizer.services import accounts, imports, storage
from recognizer.services.contributors import contributor_forget
from recognizer.services.drawings import drawing_delete, drawings_delete
from recognizer.submission import parse
from tests.support import factories
from tests.support.api import DRAWINGS, code, error_of, image_files, own, stored, stranger
from tests.support.drawings import FOUR, SEVEN, body, in_base64, picture
from tests.support.site import Site

pytestmark = pytest.mark.usefixtures("live_model")

QUOTAS = {"contributor": (0, 0), "address": (0, 0), "site": (0, 0)}


@pytest.fixture
def quota(settings: Any) -> Any:
    """Sets the quotas that are named; all others are without limit."""

    def set_quota(**quotas: tuple[int, int]) -> None:
        settings.QUOTAS = QUOTAS | quotas

    return set_quota


def kept(row: Contributor | StorageUse) -> tuple[int, int]:
    row.refresh_from_db()
    return row.stored_drawings, row.stored_bytes


def site() -> StorageUse:
    return StorageUse.objects.get(owner=StorageUse.SITE)


def in_rows(**of: Any) -> tuple[int, int]:
    """Drawings and bytes as the rows have them."""
    drawings = Drawing.objects.filter(**of)
    return drawings.count(), drawings.aggregate(sum=Sum("stored_bytes"))["sum"] or 0


def refused(client: APIClient, data: dict[str, Any], **options: Any) -> dict[str, Any]:
    before = Drawing.objects.count(), len(image_files()), Contributor.objects.count()
    response = client.post(DRAWINGS, data, **options)
    assert response.status_code in (429, 507)
    assert (Drawing.objects.count(), len(image_files()), Contributor.objects.count()) == before
    return error_of(response) | {"status": response.status_code}


# --- what is counted --------------------------------------------------------------------


def test_it_works(visitor: APIClient) -> None:
    """All that comes is counted for three owners; what goes, for those who keep it."""
    photo = stored(visitor, {"image": in_base64(picture()), "source": "upload"})
    ink = stored(visitor, body(FOUR, label=4))
    whose = Contributor.objects.get()
    weights = {str(one.pk): one.stored_bytes for one in Drawing.objects.all()}
    assert weights[photo["id"]] == storage.ROW_BYTES + image_files()[0].stat().st_size
    assert weights[ink["id"]] > storage.ROW_BYTES
    assert kept(whose) == kept(site()) == in_rows() == (2, sum(weights.values()))
    address = StorageUse.objects.exclude(owner=StorageUse.SITE).get()
    assert kept(address) == in_rows()
    assert address.day == timezone.now().date()
    assert visitor.delete(own(photo)).status_code == 204
    assert kept(whose) == kept(site()) == (1, weights[ink["id"]])
    assert kept(address)[0] == 2
    contributor_forget(contributor=whose)
    assert kept(site()) == (0, 0)


def test_longer_ink_weighs_more(visitor: APIClient) -> None:
    long = [[[100 + x % 50, x / 40] for x in range(8_000)]]
    weights = [
        Drawing.objects.get(pk=stored(visitor, body(ink))["id"]).stored_bytes
        for ink in (FOUR, long)
    ]
    assert weights[1] > 100_000 > 10 * weights[0]


def test_no_address_is_written_down(visitor: APIClient) -> None:
    stored(visitor, body(FOUR), REMOTE_ADDR="192.0.2.77")
    (owner,) = StorageUse.objects.exclude(owner="site").values_list("owner", flat=True)
    assert len(owner) == 64
    tomorrow = storage._address_key("192.0.2.77", timezone.now() + timedelta(days=1))
    assert owner == storage._address_key("192.0.2.77", timezone.now()) != tomorrow


def test_what_is_deleted_twice_at_once_is_given_back_once(visitor: APIClient) -> None:
    for _ in range(2):
        stored(visitor)
    seen = Drawing.objects.all()[0]
    assert drawings_delete(drawings=[seen]) == 1
    assert drawings_delete(drawings=[seen]) == 0
    assert kept(site()) == kept(Contributor.objects.get()) == in_rows()


def test_two_who_are_one_keep_as_much_as_both(visitor: APIClient) -> None:
    stored(visitor)
    browser = Contributor.objects.get()
    user = User.objects.create_user("ada")
    member = APIClient()
    member.force_login(user)
    stored(member)
    stored(member)
    accounts.contributor_claim(user=user, browser=browser.pk)
    assert kept(Contributor.objects.get()) == in_rows() == kept(site())
    assert kept(site())[0] == 3


def test_what_is_sent_again_is_counted_once(visitor: APIClient) -> None:
    key = {"HTTP_IDEMPOTENCY_KEY": "5b0f5a5e-3a3b-4a4e-9f53-3f3a8f3f1d11"}
    assert stored(visitor, **key)["id"] == stored(visitor, **key)["id"]
    assert kept(site())[0] == 1


# --- who is refused -----------------------------------------------------------------------


def test_a_contributor_who_keeps_too_much_is_told_what_to_do(
    visitor: APIClient, quota: Any
) -> None:
    quota(contributor=(2, 0))
    first = stored(visitor)
    stored(visitor)
    error = refused(visitor, body(FOUR, label=4))
    assert (error["status"], error["code"]) == (507, "contributor_full")
    assert "Delete some under My drawings" in error["message"]
    assert stored(stranger())
    visitor.delete(own(first))
    assert stored(visitor)


def test_a_contributor_s_bytes_are_counted_too(visitor: APIClient, quota: Any) -> None:
    photo = {"image": in_base64(picture()), "source": "upload"}
    stored(visitor, photo)
    quota(contributor=(0, Drawing.objects.get().stored_bytes + storage.ROW_BYTES))
    assert refused(visitor, photo)["code"] == "contributor_full"


def test_who_comes_without_a_cookie_each_time_is_stopped_by_the_address(quota: Any) -> None:
    quota(address=(3, 0))
    for _ in range(3):
        stored(stranger())
    error = refused(stranger(), body(FOUR))
    assert (error["status"], error["code"]) == (429, "address_full")
    response = stranger().post(DRAWINGS, body(FOUR))
    assert 0 < int(response.headers["Retry-After"]) <= 24 * 3600 + 1
    assert stored(stranger(), body(FOUR), REMOTE_ADDR="192.0.2.9")
    # What was deleted since has been written all the same.
    drawing_delete(drawing=Drawing.objects.all()[0])
    assert refused(stranger(), body(FOUR))["code"] == "address_full"


def test_tomorrow_the_address_may_store_again(quota: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    quota(address=(1, 0))
    late = datetime(2026, 3, 1, 23, 59, 50, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: late)
    stored(stranger())
    response = stranger().post(DRAWINGS, body(FOUR))
    assert (response.status_code, response.headers["Retry-After"]) == (429, "11")
    monkeypatch.setattr(timezone, "now", lambda: late + timedelta(seconds=11))
    stored(stranger())


def test_a_site_that_is_full_stores_nothing_more(visitor: APIClient, quota: Any) -> None:
    quota(site=(1, 0))
    first = stored(visitor)
    for client in (visitor, stranger()):
        error = refused(client, body(FOUR))
        assert (error["status"], error["code"]) == (507, "site_full")
    visitor.delete(own(first))
    assert stored(visitor)


def test_below_the_floor_nothing_is_stored_and_all_is_read(
    visitor: APIClient, settings: Any
) -> None:
    first = stored(visitor)
    settings.DISK_FLOOR = disk.free_bytes() * 2
    for data in (body(FOUR), {"image": in_base64(picture())}):
        error = refused(visitor, data)
        assert (error["status"], error["code"]) == (507, "disk_full")
    assert visitor.post("/api/v1/predict/", body(FOUR)).status_code == 200
    assert visitor.get(own(first)).status_code == 200
    assert visitor.delete(own(first)).status_code == 204


def test_not_more_wait_than_reviewers_can_look_at(
    visitor: APIClient, reviewer: APIClient, settings: Any
) -> None:
    settings.QUOTA_WAITING = 2
    waiting = [stored(visitor, body(FOUR, label=4)) for _ in range(2)]
    assert refused(visitor, body(FOUR, label=4))["code"] == "review_full"
    unlabelled = stored(visitor)
    response = visitor.post(own(unlabelled, "label/"), {"label": 4})
    assert (response.status_code, code(response)) == (507, "review_full")
    # Who waits already may still change a label.
    assert visitor.post(own(waiting[0], "label/"), {"label": 9}).status_code == 200
    reviewer.post(own(waiting[0], "review/"), {"decision": "accept"})
    assert visitor.post(own(unlabelled, "label/"), {"label": 4}).status_code == 200
    assert refused(visitor, body(FOUR, label=4))["code"] == "review_full"


def test_a_page_says_that_too_many_wait(visitor: APIClient, settings: Any) -> None:
    settings.QUOTA_WAITING = 1
    stored(visitor, body(FOUR, label=4))
    drawing = stored(visitor)
    page = APIClient()
    page.cookies = visitor.cookies
    answer = page.post(f"/drawings/{drawing['id']}/label/", {"label": "4"}, format="multipart")
    said = page.get(answer.headers["Location"]).content.decode()
    assert "So many drawings wait for a person to check them" in said


# --- imports ------------------------------------------------------------------------------


def handwriting(count: int) -> list[Handwriting]:
    inks = [[[[x + 3 * i, y] for x, y in stroke] for stroke in SEVEN] for i in range(count)]
    return [
        Handwriting(label=7, writer="ada", submission=parse({"strokes": ink}), line=i)
        for i, ink in enumerate(inks)
    ]


def test_an_import_has_the_site_s_room_and_no_contributor_s(quota: Any) -> None:
    quota(contributor=(1, 0), site=(5, 0))
    imports.drawings_import(corpus="c", handwriting=handwriting(4))
    assert kept(Contributor.objects.get()) == kept(site()) == in_rows()
    with pytest.raises(Full, match="no more room"):
        imports.drawings_import(corpus="d", handwriting=handwriting(4))
    assert in_rows()[0] == kept(site())[0] == 4
    imports.drawings_import(corpus="e", handwriting=handwriting(4), dry_run=True)


def test_an_import_to_be_reviewed_has_the_reviewers_room(settings: Any) -> None:
    settings.QUOTA_WAITING = 3
    with pytest.raises(Full, match="wait for a person"):
        imports.drawings_import(corpus="c", handwriting=handwriting(4), pending=True)
    assert in_rows() == (0, 0)
    imports.drawings_import(corpus="c", handwriting=handwriting(3), pending=True)


# --- what it costs, and many at once -------------------------------------------------------


def test_no_row_is_counted_for_a_submission(
    visitor: APIClient, live_model: ModelVersion, django_assert_num_queries: Any
) -> None:
    stored(visitor, body(FOUR, label=4))
    for number in range(30):
        factories.drawing(factories.contributor(number), live_model)
    with django_assert_num_queries(15) as asked:
        stored(visitor, body(FOUR, label=4))
    statements = [query["sql"] for query in asked.captured_queries]
    assert sum(each.startswith("UPDATE") for each in statements) == 4
    assert not any("COUNT(" in each or "SUM(" in each for each in statements)


@pytest.mark.slow
@pytest.mark.parametrize(
    "database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def test_a_crowd_stores_as_many_as_there_is_room_for(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Through a real server; whoever is refused because others wrote at that moment asks again."""
    limits = {
        "QUOTA_SITE_DRAWINGS": "20",
        "QUOTA_CONTRIBUTOR_DRAWINGS": "7",
        "BROKER_URL": "filesystem://",
    }
    if database == "postgres":
        limits["DATABASE_URL"] = request.getfixturevalue("postgres_url")
    with Site(tmp_path, **limits) as crowded:
        if database == "postgres":
            crowded.manage("prepare", "database")
        crowded.web()
        url = f"{crowded.address}/api/v1/drawings/"
        one = requests.Session()
        first = one.post(url, json=body(FOUR), timeout=60)
        cookies = one.cookies.get_dict()

        def send(who: int) -> str:
            labelled = {"label": "4"} if who % 2 else {}
            session = requests.Session()
            if who < 20:
                session.cookies.update(cookies)
            while True:
                answer = session.post(url, json=body(FOUR, **labelled), timeout=60)
                if answer.status_code != 503:
                    break
            return "" if answer.status_code == 201 else str(answer.json()["error"]["code"])

        assert first.status_code == 201
        with ThreadPoolExecutor(12) as crowd:
            ended = [*crowd.map(send, range(20))]
            ended += crowd.map(send, range(20, 60))
        kept = crowded.manage("shell", "--no-imports", "--command", KEPT).split()
        assert crowded.manage("sweep_storage").strip() == "Everything was in order."
    assert set(ended) == {"", "contributor_full", "site_full"}
    assert [ended[:20].count(""), ended.count("")] == [6, 19]
    assert kept == ["20", "7", "20", "20", "1"]


KEPT = """
from recognizer.models import Contributor, Drawing, StorageUse
print(Drawing.objects.count(), Contributor.objects.order_by("-stored_drawings")[0].stored_drawings)
for use in StorageUse.objects.order_by("day"):
    print(use.stored_drawings)
print(StorageUse.objects.exclude(day=None).count())
"""
