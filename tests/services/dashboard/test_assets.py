"""What pages load: where it comes from, how it is kept, and that everything which is named is there."""

import asyncio
import gzip
import hashlib
import json
import re
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from services.dashboard import assets
from services.dashboard.registered import PAGES
from services.dashboard.rendering import TEMPLATES
from tests.tidy.sources import ROOT

LOCK = assets.VENDOR / "assets.lock"
ICON_CALL = re.compile(r"""\bicon\(\s*"([a-z0-9-]+)\"""")
ICON_GIVEN = re.compile(r"""\bicon(?:_name)?=\s*"([a-z0-9-]+)\"""")
ELSEWHERE = re.compile(r"""(?:src|href|url|@import)\s*[=(]?\s*["'(]?(?:https?:)?//""")
FORBIDDEN = re.compile(r"""\s(?:style|on[a-z]+)\s*=\s*["'{]|\shx-on\b|<style|javascript:""")


def get(path: str, encoding: str = "identity") -> httpx.Response:
    """Return what a server answers that has nothing else."""

    async def asked() -> httpx.Response:
        app = FastAPI()
        app.include_router(assets.router())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here") as client:
            return await client.get(path, headers={"Accept-Encoding": encoding})

    return asyncio.run(asked())


def templates() -> list[Path]:
    """Return every template."""
    return sorted(TEMPLATES.rglob("*.html"))


def test_what_others_wrote_is_what_was_built() -> None:
    """Each file has the digest that ``make assets`` wrote down, and there is no other file."""
    lines = (line.partition("  ") for line in LOCK.read_text(encoding="utf-8").splitlines())
    locked = {name: digest for digest, _, name in lines}
    there = {path.relative_to(assets.VENDOR).as_posix(): path for path in assets.VENDOR.rglob("*") if path.is_file()}
    del there[LOCK.name]

    assert {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in there.items()} == locked


def test_every_package_is_pinned_and_has_its_licence() -> None:
    """One version each, as the lock has it; a licence stands beside what came of it."""
    named = json.loads((ROOT / "infra/assets/package.json").read_text(encoding="utf-8"))["devDependencies"]
    locked = json.loads((ROOT / "infra/assets/package-lock.json").read_text(encoding="utf-8"))["packages"]

    assert {name: locked[f"node_modules/{name}"]["version"] for name in named} == named
    assert all("integrity" in package for path, package in locked.items() if path)
    assert {path.stem for path in (assets.VENDOR / "licences").iterdir()} == {"echarts", "htmx", "inter", "lucide"}


def test_every_icon_that_is_named_is_there() -> None:
    """In the templates and in the navigation; the sprite has those of its list and no others."""
    used = {
        (name, path.name)
        for path in templates()
        for pattern in (ICON_CALL, ICON_GIVEN)
        for name in pattern.findall(path.read_text(encoding="utf-8"))
    }
    used |= {(page.icon, page.view.name) for page in PAGES if page.icon}
    listed = json.loads((ROOT / "infra/assets/icons.json").read_text(encoding="utf-8"))

    assert len(used) > 10
    assert {each for each in used if each[0] not in assets.icons()} == set()
    assert sorted(assets.icons()) == sorted(listed)


def test_an_icon_that_there_is_not_says_what_to_do() -> None:
    """Rather than leaving a hole in the page."""
    with pytest.raises(KeyError, match="make assets"):
        assets.icon_href("unicorn")


def test_a_file_may_be_kept_for_ever() -> None:
    """Its address has its hash, and it comes packed to whoever can unpack it."""
    answer = get(assets.href("regulars.css"), "gzip")
    plain = get(assets.href("regulars.css"))

    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.text == plain.text
    assert "content-encoding" not in plain.headers
    assert gzip.decompress(assets.held()["regulars.css"].packed or b"").decode() == plain.text


def test_a_file_of_another_release_is_not_found() -> None:
    """A browser would keep it for ever under the wrong hash."""
    digest = assets.held()["htmx.js"].digest

    assert get(f"/static/{digest}/htmx.js").status_code == 200
    for path in ("/static/0000000000000000/htmx.js", f"/static/{digest}/secret.txt", f"/static/{digest}/styles"):
        answer = get(path)
        assert (answer.status_code, "cache-control" in answer.headers) == (404, False)


def test_the_style_sheet_names_its_letters_by_their_hash() -> None:
    """Every file that it loads is one that is served."""
    sheet = assets.held()["regulars.css"].content.decode()

    named = re.findall(r"url\(([^)]*)\)", sheet)

    assert sorted(named) == sorted(map(assets.href, ("inter-latin.woff2", "inter-latin-ext.woff2")))


def test_every_style_is_part_of_the_sheet() -> None:
    """A part that nobody names would be forgotten; each stands in a layer, or it would win over all others."""
    parts = {path.stem: path.read_text(encoding="utf-8") for path in (assets.STATIC / "styles").iterdir()}

    assert set(parts) == set(assets.STYLES)
    assert [name for name, part in parts.items() if not re.search(r"^@layer [a-z]+ \{$", part, re.MULTILINE)] == []


def test_pages_obey_their_own_policy() -> None:
    """No style or handler stands in a template, and nothing is loaded from elsewhere."""
    broken = [
        f"{path.name}:{number}: {line.strip()}"
        for path in [*templates(), *(assets.STATIC / "styles").iterdir(), *assets.STATIC.glob("*.js")]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if ELSEWHERE.search(line) or (path.suffix == ".html" and FORBIDDEN.search(line))
    ]

    assert broken == []


def test_a_page_costs_little() -> None:
    """What every page loads, as it goes over the wire; charts come on top of it where there are some."""
    names = ("theme.js", "htmx.js", "regulars.js", "regulars.css", "icons.svg", "regulars.svg", "inter-latin.woff2")

    sizes = {name: len(assets.held()[name].packed or assets.held()[name].content) for name in names}

    assert sum(sizes.values()) < 100_000, sizes
    assert len(assets.held()["echarts.js"].packed or b"") < 200_000
