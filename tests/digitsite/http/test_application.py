"""Requests whose headers claim what cannot be: they are read, or refused, and never break."""

from __future__ import annotations

import pytest

from tests.support.api import PREDICT
from tests.support.wire import Wire

FORM = b'--b\r\nContent-Disposition: form-data; name="image"\r\n\r\n\xff\r\n--b--\r\n'


@pytest.mark.parametrize("charset", ["base64", "zlib", "idna", "utf-7", "unicode_escape", "nope"])
def test_no_charset_is_believed(wire: Wire, charset: str) -> None:
    """Neither for the address, which Django reads first, nor for the form."""
    get = wire.ask("GET", "/about/?a=1", b"", {"Content-Type": f"text/plain; charset={charset}"})
    assert get.status == 200
    kind = f"multipart/form-data; boundary=b; charset={charset}"
    posted = wire.ask("POST", PREDICT, FORM, {"Content-Type": kind})
    assert (posted.status, posted.error["code"]) == (400, "bad_image")


@pytest.mark.parametrize(
    "kind", ["text/plain; a*=nope''x", "text/plain; a*" + "9" * 5_000 + "=x", "a/b; *=; =;;"]
)
def test_a_content_type_that_cannot_be_read_is_none(wire: Wire, kind: str) -> None:
    assert wire.ask("GET", "/healthz", b"", {"Content-Type": kind}).status == 200
    posted = wire.ask("POST", PREDICT, b"{}", {"Content-Type": kind})
    assert (posted.status, posted.error["code"]) == (415, "unsupported_media_type")
    accepted = wire.ask("GET", "/api/v1/model/", b"", {"Accept": kind})
    assert accepted.status in (406, 503)


def test_the_page_about_the_api_is_only_read(wire: Wire) -> None:
    assert wire.ask("GET", "/api/docs/").status == 200
    assert wire.ask("OPTIONS", "/api/docs/").status == 405
    assert wire.ask("POST", "/api/docs/", b"{", {"Content-Type": "application/json"}).status == 405
