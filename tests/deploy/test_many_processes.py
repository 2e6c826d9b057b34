"""Four web processes on PostgreSQL and Redis are one site: versions, throttles, quotas, hands."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
import requests

from tests.support.drawings import DOUBTFUL, FOUR, body
from tests.support.servers import free_port
from tests.support.site import PREPARE, Client, Site, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.redis, pytest.mark.postgres, pytest.mark.timeout(600)]

PROCESSES = 4
SWITCHES = 2  # there and back
# After a promotion is answered; twice what is promised, for a machine that is busy with tests.
SEEN_WITHIN = 2.0
# Between two promotions, so that there are answers once it must be seen.
PAUSE = SEEN_WITHIN + 0.75
OFFER = """
from pathlib import Path
from recognizer.services import versions
versions.version_offer(folder=Path({folder!r}), gate_report={{"verdict": "passed", "checks": []}})
"""


@dataclass(frozen=True)
class Answer:
    """When a request began and ended (`time.monotonic()`), who answered, and what."""

    began: float
    ended: float
    process: int
    version: int
    probabilities: tuple[float, ...]


@dataclass(frozen=True)
class Many:
    site: Site
    addresses: list[str]

    def ask(self, process: int) -> Answer:
        began = time.monotonic()
        url = f"{self.addresses[process]}/api/v1/predict/"
        told = requests.post(url, json=body(FOUR), timeout=30).json()
        probabilities = tuple(told["probabilities"])
        return Answer(began, time.monotonic(), process, told["model_version"], probabilities)

    def client(self, process: int, token: str = "") -> Client:
        """Somebody who comes to this process by chance; cookies are of one host for all."""
        client = Client(self.site, token)
        self.site.address = self.addresses[process]
        return client


@pytest.fixture(scope="module")
def many(
    tmp_path_factory: pytest.TempPathFactory,
    postgres_address: str,
    redis_url: str,
    formats: Path,
) -> Iterator[Many]:
    folder = tmp_path_factory.mktemp("many")
    with psycopg.connect(postgres_address, autocommit=True) as server:
        server.execute("CREATE DATABASE many")
    database = f"{postgres_address.rpartition('/')[0]}/many"
    own = {"DATABASE_URL": database, "REDIS_URL": redis_url, "THROTTLE_PREDICT": "0"}
    site = Site(folder, **own, THROTTLE_SUBMIT="20", QUOTA_CONTRIBUTOR_DRAWINGS="12",
                TRUSTED_PROXIES="1")  # fmt: skip
    try:
        prepare = PREPARE + OFFER.format(folder=str(formats / "1"))
        site.token = site.manage("shell", "--no-imports", "--command", prepare).split()[-1]
        ports = [free_port() for _ in range(PROCESSES)]
        for number, port in enumerate(ports):
            site.serve(f"web-{number}", "web", "--port", str(port))
        addresses = [f"http://127.0.0.1:{port}" for port in ports]
        for address in addresses:
            wait_for(lambda at=address: answers(at), seconds=90, why=f"{address} answers")
        yield Many(site, addresses)
    finally:
        for process in site.processes:
            site.kill(process)


def answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/healthz", timeout=5).ok
    except requests.RequestException:
        return False


def somebody(address: str) -> requests.Session:
    """A visitor from this address, by way of the proxy that says so."""
    session = requests.Session()
    session.headers["X-Forwarded-For"] = address
    return session


def test_a_switch_under_load_is_seen_everywhere_and_mixes_nothing(many: Many) -> None:
    is_over = threading.Event()

    def load(number: int) -> list[Answer]:
        told = []
        while not is_over.is_set():
            told.append(many.ask(number % PROCESSES))
            time.sleep(0.02)  # the machine has other tests to run
        return told

    switches: list[tuple[float, float, int]] = []  # when asked for, when answered, to what
    with ThreadPoolExecutor(PROCESSES * 2) as crowd:
        loads = [crowd.submit(load, number) for number in range(PROCESSES * 2)]
        try:
            for number in range(SWITCHES):
                time.sleep(PAUSE)
                staff = many.client(number % PROCESSES, many.site.token)
                asked = time.monotonic()
                if number % 2:
                    staff.post("versions/rollback/")
                else:
                    staff.post("versions/2/promote/", {"reason": "under load"})
                switches.append((asked, time.monotonic(), 1 if number % 2 else 2))
            time.sleep(PAUSE)
        finally:
            is_over.set()
        told = sorted((one for each in loads for one in each.result()), key=lambda a: a.began)

    assert {one.process for one in told} == set(range(PROCESSES))
    # An answer is one version's from beginning to end: each has always the same for this drawing.
    pairs = {(one.version, one.probabilities) for one in told}
    assert sorted(version for version, _ in pairs) == [1, 2]
    over = (float("inf"), 0.0, 0)
    for (_, at, version), (until, _, _) in pairwise([*switches, over]):
        late = [one for one in told if at + SEEN_WITHIN < one.began and one.ended < until]
        assert {one.version for one in late} == {version}


def test_throttles_are_counted_together(many: Many) -> None:
    """Twenty a minute are twenty, however many processes somebody is sent to."""
    visitor = somebody("10.1.0.1")
    statuses = []
    for number in range(50):
        url = f"{many.addresses[number % PROCESSES]}/api/v1/drawings/"
        answer = visitor.post(url, json=body(FOUR), timeout=30)
        statuses.append(answer.status_code)
    # Where a new minute begins meanwhile, twice as many; each for itself would refuse none.
    assert statuses.count(429) >= 10


def test_a_quota_is_one_for_all(many: Many) -> None:
    visitor = somebody("10.1.0.2")

    def store(number: int) -> int:
        url = f"{many.addresses[number % PROCESSES]}/api/v1/drawings/"
        return visitor.post(url, json=body(FOUR), timeout=30).status_code

    first = store(0)  # with its answer comes the cookie
    with ThreadPoolExecutor(PROCESSES) as crowd:
        statuses = [first, *crowd.map(store, range(17))]
    assert statuses.count(201) == 12
    assert set(statuses) == {201, 507}


def test_what_a_hand_has_learned_counts_at_every_process(many: Many) -> None:
    visitor = somebody("10.1.0.3")
    url = f"{many.addresses[0]}/api/v1/drawings/"
    stored = visitor.post(url, json=body(DOUBTFUL, label="1"), timeout=30)
    assert stored.status_code == 201
    for address in many.addresses:
        answer = visitor.post(f"{address}/api/v1/predict/", json=body(DOUBTFUL), timeout=30)
        assert answer.json()["digit"] == 1
