"""A provider of OpenID Connect: a real HTTP server that speaks as much of it as a sign-on needs."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT, SECRET = "digits", "a-secret-of-the-provider"


def urlsafe(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@cache
def key() -> tuple[TemporaryDirectory[str], str]:
    """The folder with a private key, and its public modulus."""
    folder = TemporaryDirectory(prefix="digits-provider-")
    openssl(folder.name, "genrsa", "-out", "key.pem", "2048")
    modulus = openssl(folder.name, "rsa", "-in", "key.pem", "-noout", "-modulus")
    return folder, urlsafe(bytes.fromhex(modulus.decode().strip().partition("=")[2]))


def openssl(folder: str, *arguments: str, given: bytes = b"") -> bytes:
    command = ["openssl", *arguments]
    done = subprocess.run(command, cwd=folder, input=given, capture_output=True, check=True)
    return done.stdout


@dataclass
class Provider:
    """Who is signed in there, and what of the answers is wrong; `asked` is each query that came."""

    address: str = ""
    person: dict[str, Any] = field(
        default_factory=lambda: {"sub": "1", "preferred_username": "ann"}
    )
    userinfo: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    forged: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser of somebody who is signed in there is sent back to."""
        self.asked.append(query)
        code = f"code-{len(self.asked)}"
        self._codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any]:
        """The answer to a code, which is good once and for who knows verifier and secret."""
        query = self._codes.pop(form["code"])
        told = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        assert authorization == f"Basic {told}"
        assert form["redirect_uri"] == query["redirect_uri"]
        verifier = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert query["code_challenge"] == urlsafe(verifier)
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "auth_time": now,
            "nonce": query["nonce"],
            **self.person,
            **self.claims,
        }
        return {
            "access_token": "an-access-token",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self._signed(claims),
        }

    def _signed(self, claims: dict[str, Any]) -> str:
        head = {"alg": "RS256", "kid": "one", "typ": "JWT"}
        text = ".".join(urlsafe(json.dumps(part).encode()) for part in (head, claims))
        folder, _ = key()
        signature = openssl(folder.name, "dgst", "-sha256", "-sign", "key.pem", given=text.encode())
        if self.forged:
            signature = signature[::-1]
        return f"{text}.{urlsafe(signature)}"

    def answer(self, path: str) -> dict[str, Any]:
        """What is asked for by GET, but for the sign-in itself."""
        if path == "/.well-known/openid-configuration":
            return {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "userinfo_endpoint": f"{self.address}/userinfo",
                "jwks_uri": f"{self.address}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        if path == "/keys":
            key_of = {"kty": "RSA", "kid": "one", "use": "sig", "alg": "RS256"}
            return {"keys": [{**key_of, "n": key()[1], "e": "AQAB"}]}
        assert path == "/userinfo"
        return {"sub": self.person["sub"], **self.userinfo}


@contextmanager
def provider() -> Iterator[Provider]:
    """Serves at a port of this machine."""
    one = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            if address.path != "/authorize":
                self.tell(one.answer(address.path))
                return
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            self.send_response(302)
            self.send_header("Location", one.authorize(query))
            self.end_headers()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self.tell(one.token(form, self.headers.get("Authorization", "")))

        def tell(self, answer: dict[str, Any]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        one.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
        try:
            yield one
        finally:
            server.shutdown()
