"""Requests made by chance: bodies, forms, headers, queries and methods that no page would send."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import brotli

from tests.support.drawings import body, in_base64, picture

# What a value is replaced by; the texts in capitals become what JSON itself has no value for.
VALUES: list[Any] = [
    *(None, True, False, 0, -1, 4.5, 2**31, 2**63, 2**64, -(2**200), 1e308, "NAN", "HUGE", "LONG"),
    *("", " ", "4", "\0", "\ud800", "a" * 5_000, "\u202eאב", "%s{}", "../..", "2026-13-45", "null"),
    *([], [[]], [None], {}, {"": ""}, [[[1, 2]]], [4] * 300, "DEEP"),
]
WORDS = {'"NAN"': "NaN", '"HUGE"': "1e999", '"LONG"': "9" * 5_000, '"DEEP"': "[" * 300 + "]" * 300}
BODIES: list[Any] = [
    body(),
    body(label="4", source="ink", consent=True, number=True, detail=True),
    {"image": in_base64(picture())},
    {"image": "data:image/png;base64," + in_base64(picture())},
    {"items": [body(), {"image": in_base64(picture())}]},
    {"label": "4"},
    {"decision": "accept", "label": "4"},
    {"reason": "So.", "expected_live": 1},
    {"mode": "warm", "epochs": 2, "auto_promote": True},
]
# Of the site's forms, with fields that Django looks for itself.
FIELDS = [
    *("image", "strokes", "label", "consent", "number", "username", "password", "language", "next"),
    *("action", "_selected_action", "decision", "reason", "mode", "epochs", "_charset_", "_save"),
    *(
        "_popup",
        "_method",
        "csrfmiddlewaretoken",
        "select_across",
        "index",
        "post",
        "",
        "[]",
        "a" * 300,
    ),
]
TEXTS = [
    *(
        "",
        "4",
        "on",
        "\0",
        "\udcff",
        "é",
        "99999999999999999999",
        "-1",
        "NaN",
        "a" * 9_000,
        "//evil",
    ),
    *("javascript:x", "he", "xx", "2026-13-45", "add", "[]", "{}", "'\"><", "0", "1,2,x"),
]
QUERIES = [
    *(
        "limit",
        "offset",
        "page",
        "p",
        "o",
        "ot",
        "q",
        "e",
        "all",
        "receipt",
        "next",
        "format",
        "key",
    ),
    *("id__exact", "pk__in", "review", "created_at__gte", "label__isnull", "_to_field", "_popup"),
    *("run", "version", "query", "app_label", "model_name", "field_name", "term", "a" * 500, "ids"),
]
CONTENT_TYPES = [
    *("", "application/json", "application/json; charset=base64", "application/json; charset=nope"),
    *(
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\xff",
    ),
    *("multipart/form-data; boundary=" + "b" * 300, "multipart/mixed; boundary=b", "text/plain"),
    *("application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-7"),
    *(
        "application/x-www-form-urlencoded; charset=unicode_escape",
        "image/png",
        "*/*",
        ";",
        "\xff/\xff",
    ),
    *(
        "text/html; a*=nope''x",
        "text/html; a*=base64''x",
        "a/b; c*0*=x; c*1=y",
        "a/b" + "; x=y" * 3_000,
    ),
    *(
        "application/json; a*" + "9" * 5_000 + "=x",
        "multipart/form-data; boundary*=idna''x",
        "json",
    ),
]
HEADERS: dict[str, list[str]] = {
    "Accept": [
        "",
        "text/html",
        "*/*;q=x",
        "a/b; c*=nope''d",
        "application/json; indent=" + "9" * 5_000,
        "application/json;version=\xff",
        ",".join(["*/*"] * 500),
    ],
    "Accept-Encoding": ["", "br;q=0, gzip;q=\xff", ";;,", "gzip, " * 500],
    "Accept-Language": ["", "he", "xx-\xff", "he;q=x", "en-" * 300, "*;q=9" * 99, "zh-Hant-TW-x-y"],
    "Authorization": ["", "Token", "Token a b", "Token \xff", "Token " + "a" * 5_000, "Basic \xff"],
    "Content-Encoding": ["gzip", "br", "deflate", "zstd", "\xff"],
    "Cookie": [
        *("", ";;=;", "sessionid=\xff", "contributor=a:b:c", "language=\xff", "messages=x$[[0"),
        *("csrftoken=" + "t" * 500, 'account="\\400"', "sessionid=" + "a" * 3_000, "a" * 9_000),
    ],
    "Host": [
        "",
        "elsewhere.example.org",
        "localhost:x",
        "[::1",
        "\xff",
        "localhost:99999",
        "a" * 3_000,
    ],
    "HX-Request": ["true", "\xff"],
    "HX-Current-URL": ["\xff", "http://[::1", "%zz", "http://localhost/" + "a" * 5_000],
    "HX-Triggering-Event": ["{", "NaN", "[" * 5_000, "%ff"],
    "Idempotency-Key": ["", "x", "\xff", "0" * 32, "{" + "0" * 32 + "}", "9" * 5_000],
    "If-Modified-Since": ["", "yesterday", "Mon, 99 Foo 99999 99:99:99 GMT", "\xff"],
    "If-None-Match": ["", "*", '"', 'W/"\xff', '"a"' * 500],
    "Origin": ["null", "http://localhost", "http://[", "\xff"],
    "Range": ["bytes=0-0", "bytes=9-1", "bytes=" + "9" * 5_000 + "-", "bytes=-\xff", "x"],
    "Referer": ["", "http://[", "\xff", "http://localhost/" + "a" * 5_000],
    "Sec-Fetch-Site": ["cross-site", "\xff"],
    "X-Account": ["", "1", "\xff", "9" * 5_000],
    "X-CSRFToken": ["", "\xff", "t" * 500],
    "X-Forwarded-For": ["", ",,", "[::", "\xff", "1.2.3.4:99999", "::1%eth0", "1," * 2_000],
    "X-Forwarded-Proto": ["https", "\xff"],
    "X-HTTP-Method-Override": ["DELETE", "\xff"],
    "X-Receipt": ["", "a:b", ":" * 500, "\xff"],
    "X-Requested-With": ["XMLHttpRequest"],
}
METHODS = [
    "GET",
    "POST",
    "POST",
    "POST",
    "PUT",
    "PATCH",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "FOO",
]


@dataclass
class Hostile:
    """A request: the path with its query, the body, headers whose texts are Latin-1."""

    method: str
    path: str
    content: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


# --- bodies ----------------------------------------------------------------------------------


def as_json(value: Any) -> bytes:
    text = json.dumps(value)
    for word, said in WORDS.items():
        text = text.replace(word, said)
    return text.encode()


def changed(value: Any, rng: random.Random) -> Any:
    """A copy of the value in which one place is something else, missing, doubled or beside more."""
    if not isinstance(value, (dict, list)) or not value or rng.random() < 0.15:
        return rng.choice(VALUES)
    if isinstance(value, list):
        at = rng.randrange(min(len(value), 30))
        return [*value[:at], changed(value[at], rng), *value[at + rng.randrange(2) :]]
    name = rng.choice(list(value))
    others = {key: one for key, one in value.items() if key != name}
    kind = rng.randrange(4)
    if kind == 0:
        return others
    if kind == 1:
        return {**value, rng.choice(FIELDS): rng.choice(VALUES)}
    return {**others, name: changed(value[name], rng)}


def json_body(rng: random.Random) -> tuple[str, bytes]:
    value = rng.choice(BODIES)
    for _ in range(rng.randrange(4)):
        value = changed(value, rng)
    return "application/json", as_json(value)


def no_json(rng: random.Random) -> tuple[str, bytes]:
    whole = json.dumps(rng.choice(BODIES)).encode()
    deep = rng.choice([10, 900, 100_000])
    return "application/json", rng.choice(
        [
            whole[: rng.randrange(len(whole))],
            b"\xef\xbb\xbf" + whole,
            whole.decode().encode("utf-16"),
            rng.randbytes(200),
            b"[" * deep,
            b'{"strokes":' * deep,
            b'{"strokes": ' + b"[" * deep + b"]" * deep + b"}",
            b'"' + b"\\ud800" * 3 + b'"',
            b'{"label": "4", "label": "\\u0000"}',
            b"\0" * deep,
        ]
    )


def compressed(rng: random.Random) -> tuple[str, bytes]:
    """What a page never sends: whole, cut off, with a bit turned, or a bomb."""
    pack = rng.choice([gzip.compress, brotli.compress])
    content = bytearray(pack(rng.choice([as_json(body()), b"\0" * 3_000_000])))
    kind = rng.randrange(3)
    if kind == 0:
        del content[rng.randrange(len(content)) :]
    elif kind == 1:
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return "application/json", bytes(content)


def urlencoded(rng: random.Random) -> tuple[str, bytes]:
    pairs = (
        f"{_quoted(rng, FIELDS)}={_quoted(rng, TEXTS)}" for _ in range(rng.choice([0, 3, 2_000]))
    )
    return "application/x-www-form-urlencoded", "&".join(pairs).encode()


def _quoted(rng: random.Random, texts: Sequence[str]) -> str:
    text = rng.choice(texts)
    return rng.choice(
        [quote(text, errors="surrogateescape"), "%", "%zz", "%ED%A0%80", "%ff%00"]
        if rng.random() < 0.2
        else [quote(text, errors="surrogateescape")]
    )


def form(rng: random.Random) -> tuple[str, bytes]:
    """A multipart form whose parts, lines and ends are not as they should be."""
    line = rng.choice([b"\r\n"] * 6 + [b"\n"])
    parts = [_part(rng, line) for _ in range(rng.choice([0, 1, 2, 4, 30]))]
    content = b"".join(b"--b" + line + part + line for part in parts)
    content = rng.choice([b"", b"", b"preamble" + line]) + content
    content += rng.choice([b"--b--" + line] * 5 + [b"", b"--b", b"--b--epilogue" * 9, b"--c--"])
    kind = rng.choice(["multipart/form-data; boundary=b"] * 6 + CONTENT_TYPES)
    return kind, content


def _part(rng: random.Random, line: bytes) -> bytes:
    name = rng.choice(FIELDS).encode()
    value = rng.choice([rng.choice(TEXTS).encode(errors="replace"), rng.randbytes(50), picture()])
    names = [
        *[b'; name="' + name + b'"'] * 6,
        *(
            b"",
            b"; name=",
            b'; name="\xff"',
            b"; name*=nope''x",
            b"; name*=base64''x",
            b'; name="a',
        ),
    ]
    files = [
        *[b""] * 4,
        *(
            b'; filename="x.png"',
            b'; filename=""',
            b"; filename*=utf-8''%00",
            b'; filename="../.."',
        ),
        *(b"; filename*=idna''x", b'; filename="' + b"a" * 3_000 + b'"', b'; filename="\xff\x00"'),
    ]
    more = [
        *[b""] * 5,
        *(b"Content-Transfer-Encoding: base64", b"Content-Transfer-Encoding: quoted-printable"),
        *(b"Content-Type: image/png; charset=base64", b"Content-Type: multipart/mixed; boundary=c"),
        *(
            b"Content-Length: 99999999999",
            b"Content-Length: x",
            b"X: " + b"a" * 9_000,
            b": :",
            b"\xff",
        ),
    ]
    head = b"Content-Disposition: form-data" + rng.choice(names) + rng.choice(files)
    return head + line + rng.choice(more) + line + line + value


MAKERS: list[Callable[[random.Random], tuple[str, bytes]]] = [
    *(json_body, json_body, json_body, form, form, no_json, compressed, urlencoded),
]


# --- the whole request -----------------------------------------------------------------------


def _query(rng: random.Random) -> str:
    if rng.random() < 0.6:
        return ""
    pairs = (
        f"{_quoted(rng, QUERIES)}={_quoted(rng, TEXTS)}" for _ in range(rng.choice([1, 3, 1_500]))
    )
    return "?" + "&".join(pairs)


def _path(rng: random.Random, paths: Sequence[str]) -> str:
    """Of one of the site's addresses, now and then with a part of it that is none."""
    path = rng.choice(paths)
    if rng.random() < 0.85:
        return path
    odd = [
        "%00",
        "%ff",
        "%ED%A0%80",
        "..",
        ".",
        "",
        "a" * 3_000,
        "9" * 50,
        "-1",
        "%2e%2e",
        "%E2%80%AE",
    ]
    parts = path.split("/")
    parts[rng.randrange(1, len(parts))] = rng.choice(odd)
    return "/".join(parts)


def hostile_request(seed: int, number: int, paths: Sequence[str]) -> Hostile:
    """The request of this number, by which a failure is found again, to one of the paths."""
    rng = random.Random(f"{seed} {number}")
    method = rng.choice(METHODS)
    request = Hostile(method, _path(rng, paths) + _query(rng))
    if method not in ("GET", "HEAD") or rng.random() < 0.1:
        kind, request.content = rng.choice(MAKERS)(rng)
        request.headers["Content-Type"] = kind if rng.random() < 0.9 else rng.choice(CONTENT_TYPES)
    elif rng.random() < 0.1:
        request.headers["Content-Type"] = rng.choice(CONTENT_TYPES)
    for name in rng.sample(list(HEADERS), rng.choice([0, 0, 1, 3])):
        request.headers[name] = rng.choice(HEADERS[name])
    return request
