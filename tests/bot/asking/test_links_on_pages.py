"""Addresses of sentences that went through the reader: what a real browser highlights of pages."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.asking.links import build_link
from embeddings.readers.pages import html
from embeddings.text.passages import split
from tests.bot import chromium
from tests.embeddings.readers.pages.written import PAGES

HEAD = "<meta charset=utf-8><title>La halle rouvre</title>"
STYLE = (
    f"<style>{chromium.HIGHLIGHT} body {{ font: 16px/1.6 sans-serif; width: 800px }}"
    ".first { float: left; font-size: 48px; line-height: 40px }</style>"
)
BEFORE = (
    "<h1>La halle rouvre</h1><p>La mairie a présenté mardi le budget de la voirie, en hausse de "
    "8 % sur un an, devant une salle presque vide.</p>"
)
AFTER = (
    "<p>Les pompiers ont éteint vers midi un feu de broussailles qui avait pris au bord du canal, "
    "sans faire de blessé.</p>"
)
KINDS = {
    "line_break": "<p>Le bal aura lieu samedi soir sur la place,<br>à vingt heures précises.</p>",
    "items": "<ul><li>Le prix de l'eau baissera de deux euros au printemps.</li></ul>",
    "numbers": "<ol start=4><li>Le maire a parlé hier soir à tous les élus de la vallée.</li></ol>",
    "quotation": "<p>Elle l'a dit : <q>le quai est dangereux</q>, avant de partir au port.</p>",
    "narrow": "<p>La halle coûtera donc, selon la mairie de la ville, 3\u202f200 euros par an.</p>",
    "inclusive": "<p>Les habitant·e·s du quartier et les élu·e·s du canton ont signé.</p>",
    "caption": "<figure><figcaption>La grande halle aux grains devant le bac, en mai.</figcaption>"
    "</figure><p>La grande halle aux grains rouvre le 16 mars, après deux ans de travaux.</p>",
    "pull_quote": "<aside>« Le quai est dangereux, partez »</aside><p>« Le quai est dangereux, "
    "partez », répète la maire depuis des mois, et elle y revient encore.</p>",
    "note": "<p>La loi du 3 mars<sup><button>1</button></sup> interdit le passage des camions.</p>",
    "formula": "<p>La pente, <math><mi>p</mi><mo>=</mo><mn>3</mn></math>, dépasse les règles.</p>",
    "post": "<blockquote class=twitter-tweet><p>Nous avons tenu parole : la halle rouvre.</p>"
    "— Claire Ferrand (@ferrand) 3 mars 2024</blockquote>",
    "closed_dialog": "<p>Le maire a signé <dialog><p>Voir la carte.</p></dialog> hier un accord "
    "avec les élus de la vallée.</p>",
    "field": "<p>Le maire a signé <textarea>Un avis</textarea> hier un accord avec les élus.</p>",
    "icon": "<p>Le maire a signé <svg width=9 height=9><title>Lien</title></svg> hier un accord "
    "avec les élus de la vallée.</p>",
    "button": "<p>Le maire a signé <button>?</button> hier un accord avec les élus du port.</p>",
    "chosen": "<p>Le maire a <select><option>un</select> signé hier un accord <input> avec les "
    "élus de la vallée, <iframe></iframe> et tous y tiennent.</p>",
    "own_element": "<p>La <x-tip>redevance</x-tip> sera supprimée pour les riverains du quai.</p>",
    "soft_hyphen": "<p>Les conser&shy;vateurs ont retrouvé deux toi&#8203;les au grenier.</p>",
    "briefs": "<ol><li><a href=/x>Le tramway attendra 2029, annonce la métropole après des mois de "
    "silence sur le chantier.</a> Le fournisseur manque d'acier.</li></ol>",
}
FIRST = "<p><span class=first>U</span>ne halle rouvrira lundi matin, avec un tarif unique.</p>"


def story(body: str) -> str:
    """Return a page of ours around a kind of text."""
    return f"<!doctype html><html lang=fr><head>{HEAD}</head><body><article>{body}</article></body>"


SHOWN = (
    {page.name: page.data for page in PAGES}
    | {name: story(BEFORE + body + AFTER).encode() for name, body in KINDS.items()}
    | {"large_letter": story(f"<h1>La halle rouvre</h1>{FIRST}{AFTER}").encode()}
)


@pytest.fixture
async def site() -> Any:
    """Serve the pages, in a style that shows what is highlighted, and give their address."""

    async def show(request: web.Request) -> web.Response:
        page = SHOWN.get(request.match_info["name"], b"")
        place = max(0, page.lower().find(b"</head>"))
        body = page[:place] + STYLE.encode() + page[place:]
        return web.Response(body=body, headers={"Content-Type": "text/html"})

    app = web.Application()
    app.router.add_get("/{name}", show)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def letters(text: str) -> str:
    """Return a text without the mark of a list, and without spaces and punctuation."""
    return "".join(re.findall(r"\w+", re.sub(r"\A(?:-|\d+\.) ", "", text)))


@pytest.mark.skipif(chromium.path() is None, reason="Chromium is not installed")
async def test_a_browser_highlights_a_sentence_of_each_page(site: str, tmp_path: Path) -> None:
    wrong = []
    async with chromium.Browser(tmp_path) as browser:
        await browser.size(1000, 4000, 1)
        for name, data in SHOWN.items():
            article = replace(html.read(data, Path(name)).article(name), url=f"{site}/{name}")
            passages = split(article)
            sentence = passages[min(1, len(passages) - 1)].sentences[0]
            if name == "large_letter":
                sentence = passages[0].sentences[0]
            url = str(build_link(article, sentence.start, sentence.end))
            expected = letters(article.text[sentence.start : sentence.end])
            shown = letters(await browser.highlighted(url))
            if shown != (expected.removeprefix("Une") if name == "large_letter" else expected):
                wrong.append((name, expected, url, shown))
    assert wrong == []
    assert len(SHOWN) >= 30
