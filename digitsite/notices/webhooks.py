"""One POST to an address of somebody else's: signed, bounded, and never into a private network.

Signed as Standard Webhooks says (https://www.standardwebhooks.com), whose libraries check it.
A host's name is looked up once, and the connection goes to an address that was looked at: a
name server that answers otherwise the second time is not asked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

SECRET_PREFIX = "whsec_"  # noqa: S105  (the mark before a secret)
# All of an exchange; and each try to connect, of at most so many addresses of a host.
SECONDS = 10.0
CONNECT_SECONDS = 3.0
MOST_ADDRESSES = 3
# Addresses of the old Internet written as such of the new one lead through a translator, maybe
# into the network that it stands in.
TRANSLATED = [ipaddress.ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48")]

Address = tuple[Any, ...]  # as sockets have it: the IP address, the port, more for IPv6


class Undeliverable(Exception):
    """Why a message was not taken, in words that repeat no secret of its address."""


def signature(secrets: Iterable[str], *, key: str, at: int, body: bytes) -> str:
    """The header `webhook-signature`: one signature for each secret, which begin with `whsec_`."""
    signed = f"{key}.{at}.".encode() + body
    return " ".join(f"v1,{_hmac(secret, signed)}" for secret in secrets)


def _hmac(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def post(url: str, body: bytes, headers: dict[str, str], *, private: bool) -> None:
    """Sends JSON to an `https:` address; with `private` also `http:`, and to private addresses.

    Anything but a 2xx is a refusal, a redirect too; no answer's body is read. Raises
    `Undeliverable`.
    """
    parts = urlsplit(url)
    assert parts.hostname is not None
    is_tls = parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    addresses = _looked_up(parts.hostname, port, private=private)
    connection = _Pinned(parts.hostname, port, addresses, ssl.create_default_context(), is_tls)
    alarm = threading.Timer(SECONDS, connection.cut)
    alarm.start()
    try:
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request(
            "POST",
            path,
            body,
            {"Content-Type": "application/json", "Connection": "close"} | headers,
        )
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        late = isinstance(error, TimeoutError) or connection.is_cut
        said = f"no answer within {SECONDS:.0f} s" if late else f"{error}" or repr(error)
        raise Undeliverable(said) from error
    finally:
        alarm.cancel()
        connection.close()
    if not 200 <= status < 300:
        more = "; redirects are not followed" if 300 <= status < 400 else ""
        raise Undeliverable(f"answered {status}{more}")


def _looked_up(host: str, port: int, *, private: bool) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Undeliverable(f"its host is not known: {error}") from error
    addresses = list(dict.fromkeys(each[4] for each in found))[:MOST_ADDRESSES]
    if not private and not all(is_public(str(each[0])) for each in addresses):
        raise Undeliverable("its host is in a private network (NOTIFY_PRIVATE would allow it)")
    return addresses


def is_public(address: str) -> bool:
    """Whether an IP address is one of the Internet, and leads nowhere else."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip.sixtofour or ip.teredo or any(ip in network for network in TRANSLATED):
            return False
    return ip.is_global and not ip.is_multicast


class _Pinned(http.client.HTTPConnection):
    """A connection to one of the given addresses, in the name of its host."""

    def __init__(
        self,
        host: str,
        port: int,
        addresses: list[Address],
        context: ssl.SSLContext,
        is_tls: bool,
    ) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self.default_port = 443 if is_tls else 80  # which the header `Host` leaves out
        self._addresses, self._context, self._is_tls = addresses, context, is_tls
        self.is_cut = False

    def connect(self) -> None:
        self.sock = self._first()
        self.sock.settimeout(SECONDS)
        if self._is_tls:
            # The handshake is a step of its own, so that the alarm finds this socket.
            self.sock = self._context.wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()

    def _first(self) -> socket.socket:
        """A socket to the first address that answers."""
        for address in self._addresses[:-1]:
            with suppress(OSError):
                return socket.create_connection(address[:2], CONNECT_SECONDS)
        return socket.create_connection(self._addresses[-1][:2], CONNECT_SECONDS)

    def cut(self) -> None:
        """Ends whatever is being waited for: a timeout of sockets counts from the last byte."""
        self.is_cut = True
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)
