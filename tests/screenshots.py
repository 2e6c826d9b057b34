"""The pictures in docs/img: every page and state on phones, a tablet and desktops, by day, by night
and from right to left, each state on one contact sheet; and the few that other pages show, large.

    python -m tests.screenshots [--into FOLDER] [name ...]

Starts a site of its own, draws in it, and throws it away; for the studio another one, filled by
`manage.py make_demo`. Both at once, as they take a core each. README.md beside the pictures shows
them all; without names every picture is made anew and those of old are removed.
"""

from __future__ import annotations

import argparse
import io
import multiprocessing
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests import ROOT
from tests.support import exhibits
from tests.support.contact_sheet import Print, contact_sheet
from tests.support.photos import photo, video
from tests.support.servers import find_chromium
from tests.support.site import Site, wait_for
from tests.support.states import PATIENCE, STATES, camera, empty

FOLDER = ROOT / "docs" / "img"

Size = tuple[int, int]
SIZES: tuple[Size, ...] = ((390, 664), (390, 844), (768, 1024), (1366, 768), (1440, 900))
# What is held in a hand is another device than what stands on a desk: each is opened once and
# then turned to its sizes.
TOUCH = SIZES[:3]
LARGE: Size = (1366, 768)
SCHEMES = ("light", "dark")
LANGUAGES = {"en-GB": SCHEMES, "he-IL": SCHEMES[:1]}  # and what is seen of each

# A page that is read is shown to its end, but no further than so many windows.
WINDOWS = 3
# Lossy, as nobody measures these: text at half its size stays legible.
SHEET = {"format": "WEBP", "quality": 50, "method": 6}
COLOURS = 64  # of a large one: a few kilobytes, and no difference to the eye
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

# Two of them: what follows a change of the window is drawn in the first.
FRAMES = """() => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(done)))"""

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
    expect(page.locator("#digit")).to_have_text("4", timeout=PATIENCE)


@dataclass(frozen=True)
class Shot:
    """A page in a state. "{receipt}" in its path is the way to the drawer's first drawing, and
    "{run}" the number of the newest run. What `is_large` is shown by itself as well."""

    bring_about: Callable[[Page], None] = empty
    path: str = "/"
    visitor: str = "stranger"
    is_large: bool = False

    @property
    def is_of_studio(self) -> bool:
        return self.path.startswith("/studio/")

    @property
    def is_window(self) -> bool:
        """Whether a window shows it all: of the drawing page and the studio no more is needed."""
        return self.path == "/" or self.is_of_studio

    @property
    def may_film(self) -> bool:
        return self.bring_about is filmed


# On the first page of the repository.
SHOWN = {"remembered", "today", "review", "compare"}

SHOTS = {
    **{
        f"draw-{name}": Shot(bring_about, is_large=name in SHOWN)
        for name, bring_about in STATES.items()
    },
    "draw-camera": Shot(filmed),
    "about": Shot(path="/about/"),
    "sign-up": Shot(path="/account/sign-up/"),
    "account": Shot(path="/account/", visitor="ada"),
    "mine": Shot(path="/mine/", visitor="drawer"),
    "receipt": Shot(path="{receipt}", visitor="drawer"),
    **{
        f"studio-{name}": Shot(settled, f"/studio/{path}", "admin", is_large=name in SHOWN)
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
    """The files of one shot, the contact sheet first."""
    large = [f"{shot}-desktop-light.png"] if SHOTS[shot].is_large else []
    return [f"{shot}.webp", *large]


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

    def shoot(self, shot: Shot) -> dict[tuple[str, str, Size], Image.Image]:
        """The pictures of one shot by language, scheme and size."""
        return {
            (locale, scheme, size): picture
            for locale, schemes in LANGUAGES.items()
            for is_touch in (True, False)
            for (scheme, size), picture in self._pictures(shot, locale, schemes, is_touch).items()
        }

    def _pictures(
        self, shot: Shot, locale: str, schemes: Sequence[str], is_touch: bool
    ) -> dict[tuple[str, Size], Image.Image]:
        sizes = [size for size in SIZES if (size in TOUCH) is is_touch]
        context = self._device(shot, locale, is_touch, sizes[0])
        page = context.new_page()
        page.goto(self.site.address + shot.path.format(receipt=self.receipt, run=self.run))
        if shot.path == "/":
            expect(page.locator("#version")).to_contain_text("1", timeout=PATIENCE)
        shot.bring_about(page)
        page.evaluate(LOAD)
        page.wait_for_timeout(300)  # for panels that open
        pictures = {}
        for size in sizes:
            page.set_viewport_size({"width": size[0], "height": size[1]})
            for scheme in schemes:
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                page.evaluate(FRAMES)
                content = page.screenshot(full_page=not shot.is_window)
                picture = Image.open(io.BytesIO(content)).convert("RGB")
                bottom = min(picture.height, WINDOWS * size[1])
                pictures[scheme, size] = picture.crop((0, 0, size[0], bottom))
        context.close()
        return pictures

    def _device(self, shot: Shot, locale: str, is_touch: bool, size: Size) -> BrowserContext:
        return self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            has_touch=is_touch,
            is_mobile=is_touch,
            reduced_motion="reduce",
            locale=locale,
            storage_state=self.cookies_of(shot.visitor),
            permissions=["camera"] if shot.may_film else [],
        )


def sheet_of(pictures: dict[tuple[str, str, Size], Image.Image]) -> Image.Image:
    """A contact sheet: by day, by night, from right to left, each in all sizes."""
    return contact_sheet(
        [
            [
                Print(pictures[locale, scheme, size], _caption(locale, scheme, size))
                for size in SIZES
            ]
            for locale, schemes in LANGUAGES.items()
            for scheme in schemes
        ]
    )


def _caption(locale: str, scheme: str, size: Size) -> str:
    direction = ", right to left" if locale == "he-IL" else ""
    return f"{size[0]} x {size[1]}, {scheme}{direction}"


def gallery() -> str:
    """The pictures' own page."""
    lines = ["# Every page and state", "", "Made by `python -m tests.screenshots`.", ""]
    lines += [
        "Each by day, by night and from right to left, on two phones, a tablet and two desks.",
        "",
    ]
    for shot in SHOTS:
        name = names(shot)[0]
        lines += [f"## {shot}", "", f"[![{shot} in all sizes]({name})]({name})", ""]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=FOLDER, help="default: docs/img")
    parser.add_argument("names", nargs="*", metavar="name", help="default: all")
    options = parser.parse_args()
    into, chosen = options.into, options.names
    if unknown := sorted({*chosen} - {*SHOTS}):
        parser.error(f"There is no {unknown[0]}.")
    into.mkdir(parents=True, exist_ok=True)
    if not chosen:
        for old in [*into.glob("*.png"), *into.glob("*.webp")]:
            old.unlink()
        (into / "README.md").write_text(gallery())
    rolls = [
        [name for name in chosen or SHOTS if SHOTS[name].is_of_studio is is_of_studio]
        for is_of_studio in (False, True)
    ]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.starmap(photograph, [(roll, into) for roll in rolls if roll], chunksize=1)


def photograph(shots: list[str], into: Path) -> None:
    """Makes the pictures of these shots, on one site."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        film = video(Path(folder) / "film.y4m", [photo(size=(640, 480), share=0.5)])
        arguments = [
            "--no-sandbox",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film}",
        ]
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        with Site(Path(folder) / "site") as site:
            site.manage("collectstatic", "--noinput")
            site.web()
            photographer = Photographer(site, browser)
            for shot in shots:
                pictures = photographer.shoot(SHOTS[shot])
                sheet, *large = names(shot)
                sheet_of(pictures).save(into / sheet, **SHEET)
                for name in large:
                    picture = pictures["en-GB", "light", LARGE]
                    picture.quantize(COLOURS).save(into / name, optimize=True)
        browser.close()


if __name__ == "__main__":
    main()
