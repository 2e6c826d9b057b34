"""The site's texts: collected from the sources, held against the catalogues, compiled.

`python -m tests.translations` brings every locale/*/LC_MESSAGES/django.po up to date
with the sources and writes its django.mo. With the code of a language it begins one.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import django
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from tests import ROOT

LOCALE = ROOT / "locale"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}


def templates() -> list[Path]:
    """Those of the public pages; the staff's are in English."""
    found = (ROOT / "templates").rglob("*.html")
    return sorted(path for path in found if "admin" not in path.parts)


def modules() -> list[Path]:
    """Python that may speak to visitors."""
    apps = (ROOT / "digitsite", ROOT / "recognizer", ROOT / "training")
    return sorted(path for app in apps for path in app.rglob("*.py"))


def sources() -> Catalog:
    """All texts that the sources mark, with the files they are in."""
    catalogue = Catalog()
    for path in (*modules(), *templates()):
        for _line, message, comments, context in _marked(path):
            place = (path.relative_to(ROOT).as_posix(), None)
            catalogue.add(message, locations=[place], auto_comments=comments, context=context)
    return catalogue


def _marked(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    text = path.read_text()
    if path.suffix == ".html":
        # What Django makes of a template reads like Python but for the indentation.
        text = "\n".join(line.lstrip() for line in templatize(text).splitlines())
    lines = io.BytesIO(text.encode())
    return extract("python", lines, KEYWORDS, comment_tags=["Translators:"])


def languages() -> list[str]:
    """The languages that there are catalogues for."""
    return sorted(path.parent.parent.name for path in LOCALE.glob("*/LC_MESSAGES/django.po"))


def place(language: str, suffix: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / f"django.{suffix}"


def translated(language: str) -> Catalog:
    """A language's catalogue as it is written in its file."""
    with place(language, "po").open("rb") as file:
        return read_po(file, locale=language)


def compiled(language: str) -> bytes:
    """What its django.mo must hold."""
    content = io.BytesIO()
    write_mo(content, translated(language))
    return content.getvalue()


def bring_up_to_date(language: str) -> None:
    """New texts come empty, changed ones as fuzzy, for the translator; those gone are dropped."""
    path = place(language, "po")
    path.parent.mkdir(parents=True, exist_ok=True)
    known = translated(language) if path.exists() else _begun(language)
    known.update(sources(), update_creation_date=False)
    known.obsolete.clear()
    with path.open("wb") as file:
        write_po(file, known, width=100, omit_header=False, sort_output=True)
    place(language, "mo").write_bytes(compiled(language))


def _begun(language: str) -> Catalog:
    name = Locale.parse(language).english_name
    comment = f"# Digit reader in {name}. No native speaker has checked these texts yet."
    return Catalog(locale=language, project="Digit reader", header_comment=comment, fuzzy=False)


def _whole(message: Message) -> bool:
    """Whether all its forms are translated."""
    return all([message.string] if isinstance(message.string, str) else message.string)


def main() -> None:
    django.setup()
    for language in sorted({*languages(), *sys.argv[1:]}):
        bring_up_to_date(language)
        missing = [one for one in translated(language) if one.id and (one.fuzzy or not _whole(one))]
        print(f"{language}: {len(missing)} texts to translate in {place(language, 'po')}")


if __name__ == "__main__":
    main()
