"""Caddy, by deploy/Caddyfile: TLS before two web processes, of which one may go at any time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.support import caddy
from tests.support.drawings import FOUR, body
from tests.support.servers import free_port
from tests.support.site import Client, Site, wait_for, with_static_files

pytestmark = pytest.mark.slow

HOSTS = ["127.0.0.1", "127.0.0.2"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    behind_tls = {"HTTPS": "true", "TRUSTED_PROXIES": "1", "CSRF_TRUSTED_ORIGINS": ""}
    own = {**behind_tls, **with_static_files(), "THROTTLE_PREDICT": "0", "METRICS_TOKEN": "t"}
    with Site(folder, **own) as site:
        yield site


@pytest.fixture(scope="module")
def proxy(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[caddy.Proxy]:
    site.port = free_port()
    serve(site, *HOSTS)
    with caddy.before(site.port, HOSTS, tmp_path_factory.mktemp("caddy")) as proxy:
        site.address = proxy.url
        yield proxy


def serve(site: Site, *hosts: str) -> None:
    """Starts a web process at each address, and waits until they answer."""
    for host in hosts:
        site.serve(f"web-{host}", "web", "--host", host, "--port", str(site.port))
    for host in hosts:
        address = f"http://{host}:{site.port}/readyz"
        wait_for(lambda at=address: answers(at), seconds=60, why=f"{address} answers")


def answers(address: str) -> bool:
    try:
        return requests.get(address, timeout=2).ok
    except requests.RequestException:
        return False


@pytest.fixture
def visitor(site: Site, proxy: caddy.Proxy) -> Client:
    client = Client(site)
    client.session.verify = proxy.certificate
    client.session.trust_env = False  # which may name other certificates
    return client


def test_it_works(site: Site, proxy: caddy.Proxy, visitor: Client) -> None:
    """The page, an answer, and a form with its token, over TLS alone."""
    page = visitor.session.get(f"{proxy.url}/", timeout=10)
    assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert visitor.post("predict/", body(FOUR))["digit"] == 4
    sign_in = f"{proxy.url}/account/sign-in/"
    visitor.session.get(sign_in, timeout=10)
    assert all(cookie.secure for cookie in visitor.session.cookies)
    form = {"username": "admin", "password": "correct-horse"}
    form["csrfmiddlewaretoken"] = visitor.session.cookies["csrftoken"]
    entered = visitor.session.post(sign_in, form, headers={"Referer": sign_in}, timeout=10)
    assert entered.ok
    assert entered.url == f"{proxy.url}/studio/"
    plain = requests.get(f"http://localhost:{proxy.plain_port}/", timeout=5, allow_redirects=False)
    assert plain.headers["Location"].startswith("https://localhost")


def test_what_machines_ask_is_not_for_the_world(
    site: Site, proxy: caddy.Proxy, visitor: Client
) -> None:
    for path in ("/metrics", "/readyz"):
        assert visitor.session.get(proxy.url + path, timeout=5).status_code == 404
    # From inside, over plain HTTP and by a process's own address, they answer.
    for host in HOSTS:
        inside = f"http://{host}:{site.port}"
        assert requests.get(f"{inside}/readyz", timeout=5).json()["ready"]
        token = {"Authorization": "Bearer t"}
        told = requests.get(f"{inside}/metrics", headers=token, timeout=5, allow_redirects=False)
        assert told.status_code == 200


def test_nobody_notices_that_one_of_two_is_killed(
    site: Site, proxy: caddy.Proxy, visitor: Client
) -> None:
    def read(number: int) -> int:
        if number == 40:
            site.kill(site.processes[-1])
        url = f"{proxy.url}/api/v1/predict/"
        return requests.post(url, json=body(FOUR), verify=proxy.certificate, timeout=30).status_code

    with ThreadPoolExecutor(4) as crowd:
        statuses = Counter(crowd.map(read, range(120)))
    # What the killed process had begun to answer is lost with it: at most one a thread.
    assert statuses[200] >= 116, statuses
    assert set(statuses) <= {200, 502}
    assert {read(1000 + number) for number in range(20)} == {200}
    serve(site, HOSTS[-1])  # for the tests that come after
