"""The pictures in docs/img: every page and state, by day and by night, on desktop and phone;
those of the staff's studio on desktop and tablet.

    python -m tests.screenshots [name ...]

Starts a site of its own, draws in it, and throws it away; for the studio another one, filled by
`manage.py make_demo`. README.md beside the pictures
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

from tests import ROOT
from tests.support import exhibits
from tests.support.photos import photo, video
from tests.support.servers import find_chromium
from tests.support.site import Site, wait_for
from tests.support.states import PATIENCE, STATES, camera, empty, sure

FOLDER = ROOT / "docs" / "img"
SIZES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
STUDIO_SIZES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "tablet": {"viewport": {"width": 1024, "height": 768}, "has_touch": True},
}
SCHEMES = ("light", "dark")
# Of a picture's palette: a few kilobytes, and no difference to the eye.
COLOURS = 48
# Of one of the studio's, which shows no photos.
COMMON, RARE = 8, 14
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


def settled(page: Page) -> None:
    """The page with what it fetches after it has come."""
    page.wait_for_load_state("networkidle")


def filmed(page: Page) -> None:
    camera(page)
    expect(page.locator("#read")).to_have_text("4", timeout=PATIENCE)


@dataclass(frozen=True)
class Shot:
    """A page in a state. "{receipt}" in its path is the way to the drawer's first drawing, and
    "{run}" the number of the newest run."""

    bring_about: Callable[[Page], None] = empty
    path: str = "/"
    visitor: str = "stranger"
    locale: str = "en-GB"

    @property
    def is_of_studio(self) -> bool:
        return self.path.startswith("/studio/")

    @property
    def sizes(self) -> dict[str, dict[str, Any]]:
        return STUDIO_SIZES if self.is_of_studio else SIZES

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
    **{
        f"studio-{name}": Shot(settled, f"/studio/{path}", "admin")
        for name, path in {
            "today": "",
            "review": "review/",
            "grid": "review/grid/",
            "train": "train/",
            "run": "train/{run}/",
            "compare": "compare/",
            "versions": "versions/",
            "insights": "insights/",
            "people": "people/",
            "audit": "audit/",
            "team": "team/",
        }.items()
    },
}


def names(shot: str) -> list[str]:
    """The files of one shot."""
    return [f"{shot}-{size}-{scheme}.png" for size in SHOTS[shot].sizes for scheme in SCHEMES]


class Photographer:
    """A site, a browser, and the cookies of those who have been there."""

    def __init__(self, site: Site, browser: Browser) -> None:
        self.site = site
        self.browser = browser
        self.receipt = self.run = ""
        self.cookies: dict[str, Any] = {"stranger": None}

    def cookies_of(self, visitor: str) -> Any:
        """Whoever is first shown comes to the site then: not before pictures of it as it began."""
        if visitor not in self.cookies:
            context = self.browser.new_context()
            comes = {"drawer": self._draw, "ada": self._sign_up, "admin": self._sign_in}
            comes[visitor](context.new_page())
            self.cookies[visitor] = context.storage_state()
            context.close()
        return self.cookies[visitor]

    def _draw(self, page: Page) -> None:
        page.goto(self.site.address)
        self.receipt = page.evaluate(STORE, exhibits.bodies())
        seed = "from tests.support import exhibits; exhibits.review_and_learn()"
        self.site.manage("shell", "-c", seed)

    def _sign_up(self, page: Page) -> None:
        page.goto(f"{self.site.address}/account/sign-up/")
        page.locator("#id_username").fill("ada")
        for name in ("password1", "password2"):
            page.locator(f"#id_{name}").fill(WORD)
        page.locator("form.fields button").click()
        expect(page.locator(".told")).to_be_visible()

    def _sign_in(self, page: Page) -> None:
        self.site.manage("make_demo", f"--drawings={exhibits.DEMO}")
        seed = "from tests.support import exhibits; print(exhibits.newest_run())"
        self.run = self.site.manage("shell", "--no-imports", "-c", seed).split()[-1]
        self.site.worker()
        page.goto(f"{self.site.address}/account/sign-in/")
        page.locator("#id_username").fill("admin")
        page.locator("#id_password").fill("correct-horse")
        page.keyboard.press("Enter")
        expect(page.locator("body[data-place=today]")).to_be_visible()
        wait_for(lambda: self._heard(page), seconds=60, why="the worker is heard")

    @staticmethod
    def _heard(page: Page) -> bool:
        page.reload()
        return "No worker" not in page.content()

    def shoot(self, shot: Shot, size: str, scheme: Any) -> Image.Image:
        context = self.browser.new_context(
            **shot.sizes[size],
            color_scheme=scheme,
            reduced_motion="reduce",
            locale=shot.locale,
            storage_state=self.cookies_of(shot.visitor),
            permissions=["camera"] if shot.may_film else [],
        )
        page = context.new_page()
        page.goto(self.site.address + shot.path.format(receipt=self.receipt, run=self.run))
        if shot.path == "/":
            expect(page.locator("#version")).to_contain_text("1", timeout=PATIENCE)
        shot.bring_about(page)
        page.evaluate(LOAD)
        page.wait_for_timeout(300)  # for panels that open
        # Of the drawing page and the studio what a window shows: no more should be needed.
        content = page.screenshot(full_page=shot.path != "/" and not shot.is_of_studio)
        context.close()
        picture = Image.open(io.BytesIO(content)).convert("RGB")
        return sparing(picture) if shot.is_of_studio else picture.quantize(COLOURS)


def sparing(picture: Image.Image) -> Image.Image:
    """A picture in few colours: its commonest as they are, and some for what is rare.

    Few by the median alone would lose the pencil's brown, which is rare and wants an eye.
    """
    counted: Any = picture.getcolors(picture.width * picture.height) or []
    common = [colour for _, colour in sorted(counted, reverse=True)[:COMMON]]
    rare = picture.quantize(RARE, Image.Quantize.FASTOCTREE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([*(part for colour in common for part in colour), *rare[: 3 * RARE]])
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


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
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        film = video(Path(folder) / "film.y4m", [photo(size=(640, 480), share=0.5)])
        arguments = [
            "--no-sandbox",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ]
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        for is_of_studio in (False, True):
            wanted = [name for name in chosen or SHOTS if SHOTS[name].is_of_studio is is_of_studio]
            if wanted:
                photograph(wanted, Path(folder) / f"site-{is_of_studio}", browser)
        browser.close()


def photograph(shots: list[str], folder: Path, browser: Browser) -> None:
    """Makes the pictures of these shots, on one site."""
    with Site(folder) as site:
        site.manage("collectstatic", "--noinput")
        site.web()
        photographer = Photographer(site, browser)
        for shot in shots:
            kinds = [(size, scheme) for size in SHOTS[shot].sizes for scheme in SCHEMES]
            for name, (size, scheme) in zip(names(shot), kinds, strict=True):
                picture = photographer.shoot(SHOTS[shot], size, scheme)
                picture.save(FOLDER / name, optimize=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
