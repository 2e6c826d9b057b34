"""<digit-pad> in a form of another site: drawn in, typed in, validated, sent."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests
from playwright.sync_api import Page, expect

from tests import ROOT
from tests.browser.test_axe import flaws
from tests.support.drawings import CROSS, DOUBTFUL, FOUR, SEVEN, beside
from tests.support.npm import esbuild, install_digit_pad
from tests.support.site import Site, with_static_files
from tests.support.tensorflowjs import needs_packages

pytestmark = [pytest.mark.browser, needs_packages]

DOCUMENT = (ROOT / "docs/digit-pad.md").read_text()


class Elsewhere(ThreadingHTTPServer):
    """Another site, with the page of docs/digit-pad.md; keeps what its form sends."""

    page = ""
    script = ""
    policy = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.sent: list[dict[str, list[str]]] = []
        self.address = f"http://localhost:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    server: Elsewhere
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/app.js":
            self._answer(self.server.script, "text/javascript")
        else:
            self._answer(self.server.page)

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.sent.append(parse_qs(self.rfile.read(length).decode(), keep_blank_values=True))
        self._answer("<!doctype html><title>Thanks</title>")

    def _answer(self, text: str, kind: str = "text/html") -> None:
        content = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        if self.server.policy:
            self.send_header("Content-Security-Policy", self.server.policy)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[Elsewhere]:
    with Elsewhere() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def site(server: Elsewhere, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A digit reader that allows the other site, with its scripts as they are built."""
    folder = tmp_path_factory.mktemp("site")
    with Site(folder, CORS_ALLOWED_ORIGINS=server.address, **with_static_files()) as site:
        site.web()
        yield site


@pytest.fixture
def elsewhere(server: Elsewhere, site: Site) -> Elsewhere:
    """The other site with the document's page, and no policy."""
    block = re.search(r"```html\n(.*?)```", DOCUMENT, re.DOTALL)
    assert block
    server.page = block[1].replace("https://digits.my.host", site.address)
    server.policy = ""
    server.sent.clear()
    return server


FOUND = re.search(r"```\n(script-src .*?)\n```", DOCUMENT, re.DOTALL)
assert FOUND
POLICY = FOUND[1].replace("\n", " ")


def opened(page: Page, elsewhere: Elsewhere) -> Page:
    """The page once its network is loaded, from which on it needs no request."""
    with page.expect_response(lambda response: "tfjs-backend-wasm-simd" in response.url):
        page.goto(elsewhere.address)
    page.wait_for_load_state("networkidle")
    return page


def draw(page: Page, strokes: list[Any], pad: str = "digit-pad") -> None:
    """Draws on 280 by 280 with the mouse."""
    box = page.locator(f"{pad} canvas.dry").bounding_box()
    assert box is not None
    unit = box["width"] / 280
    for first, *rest in strokes:
        page.mouse.move(box["x"] + first[0] * unit, box["y"] + first[1] * unit)
        page.mouse.down()
        for x, y in rest:
            page.mouse.move(box["x"] + x * unit, box["y"] + y * unit)
        page.mouse.up()


def value(page: Page) -> str:
    return str(page.locator("digit-pad").evaluate("pad => pad.value"))


def test_it_works(page: Page, elsewhere: Elsewhere, complaints: list[str]) -> None:
    """Drawn, read in the page without a request, sent with its form."""
    asked: list[str] = []
    opened(page, elsewhere)
    page.on("request", lambda request: asked.append(request.url))
    draw(page, FOUR)
    expect(page.locator("digit-pad .value")).to_have_text("4")
    expect(page.locator("digit-pad .said")).to_have_text("Read as 4.")
    assert asked == []
    assert len(page.workers) == 1
    page.get_by_role("button", name="Order").click()
    page.wait_for_url("**/order")
    assert elsewhere.sent == [{"tickets": ["4"]}]
    assert complaints == []


@pytest.mark.parametrize(
    ("policy", "workers", "backend"),
    [
        (POLICY, 1, "wasm"),
        (POLICY.partition(" worker-src")[0], 0, "wasm"),
        (POLICY.replace(" 'wasm-unsafe-eval'", ""), 1, "cpu"),
    ],
    ids=["as the document has it", "no worker of a blob", "no WebAssembly"],
)
def test_a_pages_policy_decides_where_the_network_runs(
    page: Page, elsewhere: Elsewhere, site: Site, policy: str, workers: int, backend: str
) -> None:
    strict = "default-src 'none'; base-uri 'none'; "
    elsewhere.policy = strict + policy.replace("https://digits.my.host", site.address)
    with page.expect_response(lambda response: f"tf-backend-{backend}" in response.url):
        page.goto(elsewhere.address)
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    draw(page, SEVEN)
    expect(page.locator("digit-pad .value")).to_have_text("7")
    assert asked == []
    assert len(page.workers) == workers


def test_until_the_network_is_there_the_site_reads_and_is_not_told_who_asks(
    page: Page, elsewhere: Elsewhere, site: Site
) -> None:
    page.route("**/packages/tf*", lambda route: route.abort())
    page.context.add_cookies([{"name": "contributor", "value": "x", "url": site.address}])
    page.goto(elsewhere.address)
    with page.expect_response("**/api/v1/predict/") as caught:
        draw(page, FOUR)
    headers = caught.value.request.all_headers()
    assert headers["origin"] == elsewhere.address
    assert "cookie" not in headers
    assert "set-cookie" not in caught.value.all_headers()
    expect(page.locator("digit-pad .value")).to_have_text("4")


def test_a_site_that_does_not_allow_it_leaves_a_field_to_type_in(
    page: Page, elsewhere: Elsewhere
) -> None:
    """By this name the other site is another one, which nobody has allowed."""
    page.goto(elsewhere.address.replace("localhost", "127.0.0.1"))
    draw(page, FOUR)
    expect(page.locator("digit-pad .said")).to_contain_text("could not be read")
    page.get_by_role("button", name="Order").click()
    assert elsewhere.sent == []
    page.locator("digit-pad").press("4")
    page.get_by_role("button", name="Order").click()
    page.wait_for_url("**/order")
    assert elsewhere.sent == [{"tickets": ["4"]}]


# --- as a field ---------------------------------------------------------------------


def test_it_is_a_field_like_any_other(page: Page, elsewhere: Elsewhere) -> None:
    opened(page, elsewhere)
    pad = page.locator("digit-pad")
    heard = """pad => {
      globalThis.heard = [];
      for (const kind of ["input", "change"])
        pad.form.addEventListener(kind, () => heard.push(`${kind} ${pad.value}`));
    }"""
    pad.evaluate(heard)
    assert pad.evaluate("pad => [pad.validity.valueMissing, pad.checkValidity()]") == [True, False]
    page.get_by_role("button", name="Order").click()  # the browser says what is missing
    assert elsewhere.sent == []

    page.get_by_text("How many tickets?").click()
    assert pad.evaluate("pad => pad === document.activeElement")
    page.keyboard.press("4")
    assert (value(page), page.evaluate("heard")) == ("4", ["input 4", "change 4"])
    assert pad.evaluate("pad => new FormData(pad.form).get('tickets')") == "4"
    assert pad.evaluate("pad => pad.validity.valid")
    page.keyboard.press("Backspace")
    assert value(page) == ""

    pad.evaluate("pad => pad.setAttribute('value', '3')")
    pad.evaluate("pad => pad.form.reset()")
    assert value(page) == "3"
    pad.evaluate("pad => { pad.value = '9'; pad.value = 'nine'; }")
    assert value(page) == ""
    pad.evaluate("pad => { pad.value = '9'; pad.disabled = true; }")
    assert pad.evaluate("pad => new FormData(pad.form).has('tickets')") is False
    expect(pad.get_by_role("button", name="Clear")).to_be_disabled()


def test_what_is_no_digit_is_not_sent(page: Page, elsewhere: Elsewhere) -> None:
    opened(page, elsewhere)
    pad = page.locator("digit-pad")
    draw(page, CROSS)
    expect(pad.locator(".said")).to_contain_text("read as no digit")
    assert pad.evaluate("pad => pad.validity.badInput")
    assert pad.evaluate("pad => pad.prediction.verdict") == "not_a_digit"
    page.get_by_role("button", name="Order").click()
    assert elsewhere.sent == []
    pad.get_by_role("button", name="Clear").click()
    expect(pad.locator(".prompt")).to_be_visible()
    assert pad.evaluate("pad => pad.validity.valueMissing")


def test_where_it_is_not_sure_others_are_offered(page: Page, elsewhere: Elsewhere) -> None:
    opened(page, elsewhere)
    pad = page.locator("digit-pad")
    draw(page, DOUBTFUL)
    expect(pad.locator(".said")).to_contain_text("but not for sure.")
    read = value(page)
    rather = {"1": "7", "7": "1"}[read]
    pad.get_by_role("button", name=f"It is {rather}").click()
    assert value(page) == rather
    expect(pad.locator(".said")).to_have_text(f"{rather} it is.")
    draw(page, FOUR)  # what is drawn next is another drawing
    expect(pad.locator(".said")).to_have_text("Read as 4.")


def test_it_takes_whole_numbers(page: Page, elsewhere: Elsewhere) -> None:
    elsewhere.page = elsewhere.page.replace("required", "number")
    opened(page, elsewhere)
    draw(page, [[[x * 0.8, y] for x, y in stroke] for stroke in beside(SEVEN, FOUR, 120)])
    expect(page.locator("digit-pad .value")).to_have_text("74")
    page.keyboard.press("2")
    page.keyboard.press("0")
    assert value(page) == "7420"


def test_it_can_be_drawn_in_by_keyboard(page: Page, elsewhere: Elsewhere) -> None:
    opened(page, elsewhere)
    page.locator("digit-pad").focus()
    page.keyboard.press("Space")
    for _ in range(11):
        page.keyboard.press("ArrowDown")
    expect(page.locator("digit-pad .unseen[role=status]")).to_contain_text("row 17")
    page.keyboard.press("Space")
    expect(page.locator("digit-pad .value")).to_have_text("1")
    page.keyboard.press("z")
    assert value(page) == ""


def test_it_speaks_the_pages_language(page: Page, elsewhere: Elsewhere) -> None:
    opened(page, elsewhere)
    pad = page.locator("digit-pad")
    expect(pad.get_by_role("button").last).to_have_text("Clear")
    pad.evaluate("pad => { pad.closest('form').lang = 'fr-CA'; pad.form.append(pad); }")
    expect(pad.get_by_role("button").last).to_have_text("Effacer")
    pad.evaluate("pad => { pad.lang = 'he'; }")
    expect(pad.get_by_role("button").last).to_have_text("ניקוי")
    pad.evaluate(
        "pad => { pad.texts = { clear: 'Leeren', read: 'Gelesen: {value}', penUp: 'Stift oben' }; }"
    )
    expect(page.get_by_role("button", name="Leeren")).to_be_visible()
    draw(page, FOUR)
    expect(page.locator("digit-pad .said")).to_have_text("Gelesen: 4")
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    expect(page.locator("digit-pad .unseen[role=status]")).to_have_text("Stift oben")


def test_moved_in_the_page_it_goes_on(page: Page, elsewhere: Elsewhere) -> None:
    opened(page, elsewhere)
    page.locator("digit-pad").evaluate("pad => pad.form.append(pad)")
    draw(page, FOUR)
    expect(page.locator("digit-pad .value")).to_have_text("4")


def test_axe_finds_nothing(page: Page, elsewhere: Elsewhere) -> None:
    opened(page, elsewhere)
    assert flaws(page) == []
    draw(page, DOUBTFUL)
    expect(page.locator("digit-pad .said")).to_contain_text("not for sure")
    assert flaws(page) == []
    label = page.locator("digit-pad").get_by_label("How many tickets?: Sheet to draw on")
    expect(label).to_be_focused()


def test_it_works_out_of_a_bundle_of_somebody_elses(
    page: Page, elsewhere: Elsewhere, site: Site, tmp_path: Path
) -> None:
    """As a package: it does not know its site, and its file is no worker's."""
    install_digit_pad(tmp_path)
    (tmp_path / "app.js").write_text('import "digit-pad"; document.title = "An app";')
    esbuild(tmp_path, "app.js", "--bundle", "--format=esm", "--minify", "--outfile=out.js")
    elsewhere.script = (tmp_path / "out.js").read_text()
    elsewhere.page = elsewhere.page.replace(f"{site.address}/digit-pad.js", "/app.js").replace(
        "<digit-pad", f'<digit-pad site="{site.address}"'
    )
    opened(page, elsewhere)
    assert page.title() == "An app"
    draw(page, FOUR)
    expect(page.locator("digit-pad .value")).to_have_text("4")
    assert len(page.workers) == 1


def test_it_has_what_its_types_say(page: Page, elsewhere: Elsewhere) -> None:
    types = (ROOT / "digit-pad/digit-pad.d.ts").read_text()
    members = re.search(r"class DigitPad extends HTMLElement \{(.*?)\n\}", types, re.DOTALL)
    assert members
    names = set(re.findall(r"^  (?:readonly |get |set )?(\w+)[:(]", members[1], re.MULTILINE))
    assert {"value", "texts", "validity", "reportValidity"} <= names
    page.goto(elsewhere.address)
    missing = "(pad, names) => names.filter((name) => !(name in pad))"
    assert page.locator("digit-pad").evaluate(missing, sorted(names)) == []
    words = re.findall(r'^  \| "(\w+)"', types, re.MULTILINE)
    assert page.locator("digit-pad").evaluate("pad => Object.keys(pad.texts)") == words


def test_it_is_small(site: Site) -> None:
    """One file for all of it, without TensorFlow.js and the network."""
    packed = {"Accept-Encoding": "gzip"}
    with requests.get(f"{site.address}/digit-pad.js", headers=packed, stream=True) as response:
        assert "immutable" in response.headers["Cache-Control"]
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        size = len(response.raw.read())
    assert size < 46_000
