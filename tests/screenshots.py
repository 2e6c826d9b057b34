"""The pictures in docs/img: every page and state, by day and by night, on desktop and phone.

    python -m tests.screenshots [name ...]

Starts a site of its own, draws in it, and throws it away. README.md beside the pictures
shows them all; without names every picture is made anew and those of old are removed.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import exhibits
from tests.photos import photo, video
from tests.services import ROOT, find_chromium
from tests.site import Site
from tests.states import PATIENCE, STATES, camera, empty, sure

FOLDER = ROOT / "docs" / "img"
SIZES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
SCHEMES = ("light", "dark")
COLOURS = 64  # of a picture's palette: a few kilobytes, and no difference to the eye
WORD = "paper-and-ink-7"

STORE = """async (bodies) => {
  const stored = [];
  for (const body of bodies) {
    const headers = { "Content-Type": "application/json" };
    const options = { method: "POST", headers, body: JSON.stringify(body) };
    stored.push(await (await fetch("/api/v1/drawings/", options)).json());
  }
  return stored[0].page.split("?")[0];
}"""

# Also those further down, which wait until somebody scrolls there.
LOAD = """() => Promise.all([...document.images].filter(({ src }) => src).map((image) => {
  image.loading = "eager";
  return image.decode();
}))"""


def filmed(page: Page) -> None:
    camera(page)
    expect(page.locator("#read")).to_have_text("4", timeout=PATIENCE)


@dataclass(frozen=True)
class Shot:
    """A page in a state. "{receipt}" in its path is the way to the drawer's first drawing."""

    bring_about: Callable[[Page], None] = empty
    path: str = "/"
    visitor: str = "stranger"
    locale: str = "en-GB"

    @property
    def may_film(self) -> bool:
        return self.bring_about is filmed


SHOTS = {
    **{f"draw-{name}": Shot(bring_about) for name, bring_about in STATES.items()},
    "draw-camera": Shot(filmed),
    "draw-hebrew": Shot(sure, locale="he-IL"),
    "about": Shot(path="/about/"),
    "sign-up": Shot(path="/account/sign-up/"),
    "account": Shot(path="/account/", visitor="ada"),
    "mine": Shot(path="/mine/", visitor="drawer"),
    "receipt": Shot(path="{receipt}", visitor="drawer"),
}


def names(shot: str) -> list[str]:
    """The files of one shot."""
    return [f"{shot}-{size}-{scheme}.png" for size in SIZES for scheme in SCHEMES]


class Studio:
    """A site, a browser, and the cookies of those who have been there."""

    def __init__(self, site: Site, browser: Browser) -> None:
        self.site = site
        self.browser = browser
        self.receipt = ""
        self.cookies: dict[str, Any] = {"stranger": None}

    def cookies_of(self, visitor: str) -> Any:
        """Whoever is first shown comes to the site then: not before pictures of it as it began."""
        if visitor not in self.cookies:
            context = self.browser.new_context()
            {"drawer": self._draw, "ada": self._sign_up}[visitor](context.new_page())
            self.cookies[visitor] = context.storage_state()
            context.close()
        return self.cookies[visitor]

    def _draw(self, page: Page) -> None:
        page.goto(self.site.address)
        self.receipt = page.evaluate(STORE, exhibits.bodies())
        seed = "from tests import exhibits; exhibits.review_and_learn()"
        self.site.manage("shell", "-c", seed)

    def _sign_up(self, page: Page) -> None:
        page.goto(f"{self.site.address}/account/sign-up/")
        page.locator("#id_username").fill("ada")
        for name in ("password1", "password2"):
            page.locator(f"#id_{name}").fill(WORD)
        page.locator("form.fields button").click()
        expect(page.locator(".told")).to_be_visible()

    def shoot(self, shot: Shot, size: str, scheme: Any) -> Image.Image:
        context = self.browser.new_context(
            **SIZES[size],
            color_scheme=scheme,
            reduced_motion="reduce",
            locale=shot.locale,
            storage_state=self.cookies_of(shot.visitor),
            permissions=["camera"] if shot.may_film else [],
        )
        page = context.new_page()
        page.goto(self.site.address + shot.path.format(receipt=self.receipt))
        if shot.path == "/":
            expect(page.locator("#version")).to_contain_text("1", timeout=PATIENCE)
        shot.bring_about(page)
        page.evaluate(LOAD)
        page.wait_for_timeout(300)  # for panels that open
        # Of the drawing page what a window shows: no more of it should be needed.
        content = page.screenshot(full_page=shot.path != "/")
        context.close()
        return Image.open(io.BytesIO(content)).convert("RGB").quantize(COLOURS)


def gallery() -> str:
    """The pictures' own page."""
    lines = ["# Every page and state", "", "Made by `python -m tests.screenshots`.", ""]
    for shot in SHOTS:
        lines += [f"## {shot}", "", *(f"![{name}]({name})" for name in names(shot)), ""]
    return "\n".join(lines)


def main(*chosen: str) -> None:
    if not chosen:
        for old in FOLDER.glob("*.png"):
            old.unlink()
        (FOLDER / "README.md").write_text(gallery())
    with tempfile.TemporaryDirectory() as folder, Site(Path(folder)) as site:
        site.manage("collectstatic", "--noinput")
        site.web()
        film = video(Path(folder) / "film.y4m", [photo(size=(640, 480), share=0.5)])
        arguments = [
            "--no-sandbox",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
            studio = Studio(site, browser)
            for shot in chosen or SHOTS:
                kinds = [(size, scheme) for size in SIZES for scheme in SCHEMES]
                for name, (size, scheme) in zip(names(shot), kinds, strict=True):
                    picture = studio.shoot(SHOTS[shot], size, scheme)
                    picture.save(FOLDER / name, optimize=True)
            browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
