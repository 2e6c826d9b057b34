"""Webhooks are signed, bounded, and go to the address that was looked at, in no private network."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from digitsite.notices import webhooks
from digitsite.notices.webhooks import Undeliverable
from tests.support.receiver import Receiver, receiver

NAME = "hooks.example.org"


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as got:
        yield got


def post(address: str, *, private: bool = True) -> None:
    webhooks.post(address, b"{}", {"X-Test": "1"}, private=private)


def answers(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Has the name server answer so, one after the other; returns the names it is asked for."""
    asked: list[str] = []
    look_up = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, *rest: Any, **more: Any) -> Any:
        if host in addresses:
            return look_up(host, port, *rest, **more)
        asked.append(host)
        address = addresses[min(len(asked), len(addresses)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_it_works(there: Receiver) -> None:
    post(f"{there.address}a/b?c=d")
    assert there.bodies == [b"{}"]
    assert there.headers[0]["x-test"] == "1"
    assert there.headers[0]["content-type"] == "application/json"


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example that its libraries are tested by."""
    made = webhooks.signature(
        ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        key="msg_p5jXN8AQM9LWM0D4loKWxJek",
        at=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_of_two_secrets_either_will_do() -> None:
    old, new = f"whsec_{'A' * 32}", f"whsec_{'B' * 32}"
    both = webhooks.signature([old, new], key="a", at=1, body=b"{}")
    assert both.split() == [
        webhooks.signature([secret], key="a", at=1, body=b"{}") for secret in (old, new)
    ]


@pytest.mark.parametrize("status", [301, 302, 400, 410, 500])
def test_all_but_a_yes_is_a_refusal(there: Receiver, status: int) -> None:
    there.statuses = [status]
    with pytest.raises(Undeliverable, match=f"answered {status}"):
        post(there.address)
    assert len(there.bodies) == 1, "a redirect was followed"


def test_an_answer_that_never_ends_is_cut_off(
    there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "SECONDS", 0.3)
    there.statuses = [0]
    with pytest.raises(Undeliverable, match="no answer within"):
        post(there.address)


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(Undeliverable, match="refused"):
        post(f"http://127.0.0.1:{port}/")
    with pytest.raises(Undeliverable, match="its host is not known"):
        post("http://no-such-host.invalid/")


# --- private networks -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.215.14", True),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
    ],
)
def test_what_is_public(address: str, public: bool) -> None:
    assert webhooks.is_public(address) is public


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "[::1]"])
def test_a_private_address_is_not_asked(there: Receiver, host: str) -> None:
    address = there.address.replace("127.0.0.1", host)
    with pytest.raises(Undeliverable, match=r"private network|not known"):
        post(address, private=False)
    assert there.bodies == []


def test_one_private_address_among_others_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(0, 0, 0, "", (each, 80)) for each in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(Undeliverable, match="private network"):
        post(f"http://{NAME}/", private=False)


def test_a_name_is_looked_up_once(there: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second answer is that of a name server which leads elsewhere once it was looked at."""
    asked = answers(monkeypatch, "127.0.0.1", "192.0.2.1")
    post(there.address.replace("127.0.0.1", NAME))
    assert asked == [NAME]
    assert there.headers[0]["host"].partition(":")[0] == NAME


# --- TLS ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for `NAME` that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", "key.pem", "-out", "certificate.pem", "-days", "2",
         "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"],
        cwd=folder,
        capture_output=True,
        check=True,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_text((folder / "key.pem").read_text() + (folder / "certificate.pem").read_text())
    return both


@pytest.mark.parametrize(
    ("name", "known", "taken"),
    [(NAME, True, True), ("other.example.org", True, False), (NAME, False, False)],
)
def test_a_certificate_is_of_the_host_that_is_named(
    monkeypatch: pytest.MonkeyPatch, certificate: Path, name: str, known: bool, taken: bool
) -> None:
    if known:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_name("certificate.pem")))
    answers(monkeypatch, "127.0.0.1")
    with receiver(certificate) as there:
        address = there.address.replace("127.0.0.1", name)
        if taken:
            post(address)
        else:
            with pytest.raises(Undeliverable, match="certificate verify failed"):
                post(address)
        assert len(there.bodies) == taken
