"""Every text that a visitor sees is marked, translated, compiled, and set the right way round."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests import translations
from tests.support import factories
from tests.support.api import stored
from tests.support.drawings import FOUR, body
from tests.support.judged import judged

OTHERS = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
PLACEHOLDER = re.compile(r"%\(\w+\)s|%%|\{\w+\}|</?\w+")
# A word, but none of what one may search for, such as version:61.
WORD = re.compile(r"(?<![A-Za-z:])[A-Za-z]+(?![A-Za-z]|:\w)")
# Names, and what is the same in every language.
SAME = {
    *("MNIST", "API", "JSON", "JavaScript", "JPEG", "PNG", "PDF", "curl", "ada", "x", "y"),
    *("Enter", "Shift", "P", "Z", "n"),  # keys, and how many
    *(word for _code, name in settings.LANGUAGES for word in WORD.findall(name)),
}


@pytest.fixture(autouse=True)
def _english_afterwards(client: Client) -> Any:
    """A page in another language leaves that language to whatever the thread does next."""
    yield
    translation.deactivate_all()


class Texts(HTMLParser):
    """What a page says: text and the attributes that are read out, but not code or keys."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: list[str] = []
        self.inside: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag not in ("img", "input", "link", "meta", "br", "rect", "path", "circle"):
            self.inside.append(tag)
        spoken = ["alt", "title", "aria-label", "placeholder"]
        if attributes.get("name") == "description":
            spoken.append("content")
        self.said += [attributes[name] or "" for name in spoken if name in attributes]

    def handle_endtag(self, tag: str) -> None:
        while tag in self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style", "code", "pre", "kbd"} & set(self.inside):
            self.said.append(re.sub(r"https?://\S+|\{\w+\}", "", data))


def english(page: str) -> set[str]:
    """Words in Latin letters that a page says, but for names."""
    return {word for said in Texts(page).said for word in WORD.findall(said)} - SAME


# --- the catalogues ---------------------------------------------------------------


@pytest.mark.parametrize("language", OTHERS)
def test_it_works(language: str) -> None:
    """Nothing in the sources is without a translation, and nothing else is translated."""
    wanted = {(message.id, message.context) for message in translations.sources() if message.id}
    known = [message for message in translations.translated(language) if message.id]
    assert {(message.id, message.context) for message in known} == wanted, "run make texts"
    assert [message.id for message in known if message.fuzzy] == []
    assert [message.id for message in known if not all(_forms(message.string))] == []


def _forms(text: Any) -> list[str]:
    return list(text) if isinstance(text, (tuple, list)) else [text]


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_filled_in_stays_the_same(language: str) -> None:
    for message in translations.translated(language):
        if not message.id or message.id == "%(number)s\u00a0%%":
            continue
        original = sorted(PLACEHOLDER.findall(_forms(message.id)[-1]))
        *few, many = (sorted(PLACEHOLDER.findall(form)) for form in _forms(message.string))
        assert many == original
        # "One drawing" need not say the number.
        assert all(set(found) <= set(original) for found in few)


def test_the_settings_know_every_catalogue() -> None:
    assert translations.languages() == sorted(OTHERS)


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    """The site starts without gettext, so the compiled catalogues are kept beside the others."""
    kept = translations.place(language, "mo").read_bytes()
    assert kept == translations.compiled(language), "run make texts"


# --- nothing unmarked ----------------------------------------------------------------


def unmarked(template: str) -> set[str]:
    """What a template says outside of its marks."""
    silent = "|".join(
        rf"{{%\s*{begin}.*?{end}\s*%}}"
        for begin, end in (
            ("blocktranslate", "endblocktranslate"),
            ("comment", "endcomment"),
            ("block kind", "endblock"),  # the names of styles
            ("block body", "endblock"),
        )
    )
    bare = re.sub(silent, "", template, flags=re.DOTALL)
    return english(re.sub(r"{%.*?%}|{{.*?}}", "", bare, flags=re.DOTALL))


@pytest.mark.parametrize("path", translations.templates(), ids=lambda path: path.name)
def test_no_template_says_what_is_not_marked(path: Path) -> None:
    assert unmarked(path.read_text()) == set()


def test_what_is_not_marked_is_found() -> None:
    page = '{% translate "Yes" %}<p title="No">{{ name }} is here</p><code>let it</code>'
    assert unmarked(page) == {"No", "is", "here"}
    page = '{% block body %}slim{% endblock %}<kbd>Esc</kbd> <i title="by who:me">closes</i>'
    assert unmarked(page) == {"by", "closes"}


SENTENCE = re.compile(r"""["'`][A-Z][a-z]* [a-z]+""")
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.DOTALL)
THROWN = re.compile(r"Error\(|throw new|console\.")


def test_no_module_says_anything_by_itself() -> None:
    """Modules take their words from the page; what they throw or log is for programmers.

    But for <digit-pad>, which has its own: it goes to pages of other sites.
    """
    folder = translations.ROOT / "static" / "js"
    found = [
        f"{path.name}: {line.strip()}"
        for path in folder.rglob("*.js")
        if "admin" not in path.parts and path.parent.name != "digit-pad"
        for line in COMMENT.sub("", path.read_text()).splitlines()
        if SENTENCE.search(line) and not THROWN.search(line)
    ]
    assert found == []


# --- pages ---------------------------------------------------------------------------


@pytest.fixture
def reader(live_model: Any) -> Client:
    """A browser that asks for Hebrew, in which a 4 was drawn."""
    client = Client(headers={"Accept-Language": "he-IL,he;q=0.9,en;q=0.5"})
    drawing = stored(client, body(FOUR, label="9"), content_type="application/json")
    client.drawing = f"/drawings/{drawing['id']}/"  # type: ignore[attr-defined]
    return client


def test_no_page_says_anything_in_english(reader: Any, live_model: Any) -> None:
    paths = ["/", "/offline/", "/about/", "/mine/", "/mine/forget/", "/nothing/", reader.drawing]
    paths += [f"{reader.drawing}delete/", "/account/sign-in/", "/account/sign-up/"]
    for path in paths:
        response = reader.get(path)
        page = response.content.decode()
        assert '<html lang="he" dir="rtl">' in page, path
        assert response.headers["Content-Language"] == "he"
        assert english(page) == set(), path


def test_no_page_of_an_account_does(reader: Any) -> None:
    word = {"password1": "paper-and-ink-7", "password2": "paper-and-ink-7"}
    reader.post("/account/sign-up/", {"username": "ada", **word})
    paths = ["/account/", "/account/password/", "/account/delete/", "/mine/", "/mine/hand/forget/"]
    for path in paths:
        response = reader.get(path)
        assert response.status_code == 200
        assert english(response.content.decode()) == set(), path


def test_no_page_of_the_studio_does(admin_client: Client, live_model: Any) -> None:
    stored(admin_client, body(FOUR, label="9"), content_type="application/json")
    names = ("today", "review", "review-grid", "people", "team", "train", "runs", "compare")
    for name in (*names, "insights"):
        page = admin_client.get(reverse(f"studio:{name}"), headers={"Accept-Language": "he"})
        assert page.status_code == 200, name
        assert english(page.content.decode()) == {"admin"}, name  # who is signed in


class Commas(HTMLParser):
    """The attributes of a page that hold a comma within a number, but for those read out."""

    SPOKEN = frozenset({"alt", "title", "aria-label", "placeholder", "content"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [
            (tag, name)
            for name, value in attrs
            if name not in self.SPOKEN and re.search(r"\d,\d", value or "")
        ]


def test_numbers_that_machines_read_have_no_decimal_comma(
    admin_client: Client, live_model: Any
) -> None:
    """People read "98,5" in French; in SVG and for scripts it would be two numbers."""
    people = [factories.contributor(number) for number in range(4)]
    shapes = ((one, shape) for one in people for shape in "47474747")
    drawings = [factories.drawing(one, live_model, shape=shape) for one, shape in shapes]
    newer = judged(live_model, drawings, fixed=14, broken=2)
    stored(admin_client, body(FOUR, label="9"), content_type="application/json")
    names = ("today", "review", "review-grid", "train", "versions", "insights", "people")
    pages = [reverse(f"studio:{name}") for name in names]
    pages += [reverse("studio:compare-versions", args=[newer.number, live_model.number])]
    for path in (*pages, "/", "/about/"):
        english, french = (
            admin_client.get(path, headers={"Accept-Language": code}).content.decode()
            for code in ("en", "fr")
        )
        assert Commas(french).found == Commas(english).found, path
    assert re.search(r">\d+,\d+\u202f%<", french)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("en-GB", "That is only a dot; please draw a digit."),
        ("fr-CA,fr;q=0.9", "Ce n’est qu’un point\u202f; veuillez dessiner un chiffre."),
        ("he-IL,he;q=0.9,en;q=0.5", "זו רק נקודה; נא לצייר ספרה."),
    ],
)
def test_what_is_refused_is_refused_in_the_readers_language(
    live_model: Any, asked: str, told: str
) -> None:
    blank = {"strokes": [[[1, 1]]], "canvas": [280, 280]}
    client = Client(headers={"Accept-Language": asked})
    response = client.post("/api/v1/predict/", blank, content_type="application/json")
    assert response.json()["error"]["message"] == told


def test_the_choice_is_remembered(reader: Client) -> None:
    response = reader.post("/language/", {"language": "en", "next": "/about/"}, follow=True)
    assert response.redirect_chain == [("/about/", 302)]
    assert '<html lang="en" dir="ltr">' in response.content.decode()
    assert "About this model" in reader.get("/about/").content.decode()
    assert reader.cookies["django_language"]["max-age"] > 0


def test_every_page_offers_the_other_languages(client: Client, live_model: Any) -> None:
    page = client.get("/about/").content.decode()
    for code, name in settings.LANGUAGES:
        button = f'<button name="language" value="{code}" lang="{code}">{name}</button>'
        assert (button in page) is (code != settings.LANGUAGE_CODE)
    assert '<input type="hidden" name="next" value="/about/">' in page


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["", "xx", "../../he", "he" * 300])
def test_an_unknown_language_changes_nothing(client: Client, language: str) -> None:
    client.post("/language/", {"language": language, "next": "https://evil.example.org/"})
    assert "django_language" not in client.cookies
    headers = {"Accept-Language": language}
    assert '<html lang="en"' in client.get("/mine/", headers=headers).content.decode()


def test_staff_and_programmers_read_english(admin_client: Client, live_model: Any) -> None:
    factories.version()
    hebrew = {"Accept-Language": "he"}
    for path in ("/admin/", "/api/docs/"):
        page = admin_client.get(path, headers=hebrew).content.decode()
        assert not re.search(r"[\u0590-\u05ff]", page), path
