"""TensorFlow.js is served from node_modules: five files of it, compressed, and no more."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from digitsite.settings import STATICFILES_FINDERS
from digitsite.statics import packages, static_build
from tests.recognizer.web.test_draw_page import Elements
from tests.support.tensorflowjs import needs_packages

MANIFEST_STORAGE = {
    "staticfiles": {"BACKEND": "digitsite.statics.staticfiles.ModuleManifestStorage"}
}


@pytest.fixture
def node_modules(tmp_path: Path, settings: Any) -> Path:
    """A folder with the files, and more that nobody asked for."""
    settings.NODE_MODULES = tmp_path / "node_modules"
    for file in packages.RUNTIME.values():
        path = settings.NODE_MODULES / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("let it = 'compress well, ' + 'compress well';\n" * 50)
        path.with_suffix(".map").write_text("{}")
    finders.get_finder.cache_clear()
    return Path(settings.NODE_MODULES)


@pytest.fixture
def built(node_modules: Path, tmp_path: Path, settings: Any) -> Path:
    """The static files as `make run` builds them, of these packages alone."""
    settings.VAR_DIR, settings.STATIC_ROOT = tmp_path, tmp_path / "built"
    settings.STATICFILES_FINDERS = STATICFILES_FINDERS[-1:]
    settings.STORAGES = settings.STORAGES | MANIFEST_STORAGE
    first = next(node_modules.rglob("*.js"))
    first.write_text(first.read_text() + "//# sourceMappingURL=not-served.js.map\n")
    static_build.build()
    return Path(settings.STATIC_ROOT)


def parts(client: Client) -> dict[str, str | None]:
    for tag, attributes in Elements(client.get("/").content.decode()).found:
        if (tag, attributes.get("id")) == ("div", "runtime"):
            return {name: value for name, value in attributes.items() if name.startswith("data-")}
    return {}


@pytest.mark.django_db
def test_it_works(client: Client, node_modules: Path) -> None:
    named = parts(client)
    assert set(named) == {f"data-{part}" for part in packages.RUNTIME} | {
        "data-worker",
        "data-sizes",
    }
    del named["data-worker"]  # the site's own
    sizes = json.loads(named.pop("data-sizes") or "")
    assert set(sizes) == set(named.values()) - {named["data-cpu-backend"]}
    for address, size in sizes.items():
        assert len(b"".join(client.get(address))) == size  # type: ignore[arg-type]
    for address in named.values():
        response = client.get(address)
        assert response.status_code == 200
        assert b"".join(response).startswith(b"let it")  # type: ignore[arg-type]


@pytest.mark.django_db
def test_wasm_is_called_wasm_and_obeys_the_policy(client: Client, node_modules: Path) -> None:
    response = client.head(parts(client)["data-wasm-binary"] or "")
    assert response.headers["Content-Type"] == "application/wasm"
    assert "'wasm-unsafe-eval'" in response.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_where_they_are_not_installed_the_page_names_none(
    client: Client, node_modules: Path
) -> None:
    (node_modules / packages.RUNTIME["core"]).unlink()
    assert parts(client) == {}
    assert client.get("/").status_code == 200


@pytest.mark.django_db
def test_nothing_else_of_the_packages_is_served(client: Client, node_modules: Path) -> None:
    names = {path.name for path in node_modules.rglob("*.*") if path.is_file()}
    served = {name for name in names if client.head(f"/static/packages/{name}").status_code == 200}
    assert served == {Path(file).name for file in packages.RUNTIME.values()}
    inside = f"/static/packages/{packages.RUNTIME['core']}"
    assert client.head(inside).status_code == 404


def test_they_are_collected_under_hashed_names_and_compressed(built: Path) -> None:
    hashed = [path for path in built.rglob("*") if re.search(r"\.[0-9a-f]{12}\.\w+$", path.name)]
    assert len(hashed) == len(packages.RUNTIME)
    for path in hashed:
        packed = path.with_name(f"{path.name}.br").read_bytes()
        assert brotli.decompress(packed) == path.read_bytes()
        assert path.with_name(f"{path.name}.gz").is_file()


def test_new_packages_are_built_anew(built: Path, node_modules: Path) -> None:
    assert not static_build.is_due()
    (node_modules / packages.RUNTIME["core"]).write_text("let it = 'be newer';\n" * 50)
    assert static_build.is_due()


@needs_packages
def test_the_installed_packages_hold_what_is_named() -> None:
    assert packages.are_installed()
    wasm = next(path for path in packages.sources() if path.suffix == ".wasm")
    assert wasm.read_bytes()[:4] == b"\0asm"
