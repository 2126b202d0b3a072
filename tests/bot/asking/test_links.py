"""Addresses that open an article at a sentence: their form, and what a real browser does."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path
from time import process_time
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from bot.asking.links import MAX_URL, build_link
from embeddings.types import Article
from tests.bot import chromium

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "https://example.org/a"
NBSP = "\N{NO-BREAK SPACE}"
STORY = Article(
    id="crue",
    title="La crue de la Loire",
    url=URL,
    text=Path(__file__).with_name("crue.txt").read_text(encoding="utf-8").rstrip("\n"),
)
"""Accents, apostrophes of both kinds, no-break spaces, « », and words that come back."""


def sentences(article: Article) -> list[tuple[int, int]]:
    """Return the sentences of a story, roughly, and its whole paragraphs."""
    found = []
    for paragraph in re.finditer(r"[^\n]+", article.text):
        found.append(paragraph.span())
        pattern = re.compile(r"\S.*?(?:[.!?…”»]+(?=\s|$)|$)")
        inside = pattern.finditer(article.text, *paragraph.span())
        found += [m.span() for m in inside if len(m.group()) > 3]
    return sorted(set(found))


def fragments(text: str, key: str, **article: Any) -> list[str]:
    """Return what follows each ``text=`` for the first place of ``key``."""
    at = text.index(key)
    story = Article(**{"id": "a", "title": "T", "url": URL, "text": text} | article)
    url = build_link(story, at, at + len(key))
    assert url is not None
    return url.partition("#:~:text=")[2].split("&text=")


def fragment(text: str, key: str, **article: Any) -> str:
    """Return what follows the first ``text=``: the words that are looked for before all others."""
    return fragments(text, key, **article)[0]


def test_an_article_without_an_address_has_no_link() -> None:
    assert build_link(replace(STORY, url=None), 0, 20) is None


def test_an_address_that_is_not_of_the_web_is_no_link() -> None:
    cases: list[Any] = ["", "javascript:alert(1)", "ftp://a/b", "/a", "http://[", "a b"]
    assert [url for url in cases if build_link(replace(STORY, url=url), 0, 20) is not None] == []


def test_a_short_sentence_is_given_whole() -> None:
    assert fragment("Il pleut. On attend.", "On attend.") == "On%20attend."


def test_a_long_sentence_is_given_by_its_ends() -> None:
    text = (
        "Un mot, puis deux, puis trois, puis quatre, puis cinq, puis six, puis sept, puis huit, "
        "puis neuf, puis dix, puis onze, puis douze, et enfin vers la fin du texte."
    )
    assert fragment(f"A.\n\nB.\n\nC.\n\nD.\n\n{text}", text) == (
        "Un%20mot%2C%20puis%20deux%2C%20puis%20trois%2C%20puis%20quatre%2C%20puis%20cinq%2C%20puis%20six%2C,"
        "vers%20la%20fin%20du%20texte."
    )


def test_marks_that_a_fragment_has_a_meaning_for_are_encoded() -> None:
    assert fragment("Vélo-rail, bus & tram.", "Vélo-rail, bus & tram.") == (
        "V%C3%A9lo%2Drail%2C%20bus%20%26%20tram."
    )


def test_no_break_spaces_and_apostrophes_stay_as_they_are() -> None:
    assert fragment(f"L’eau{NBSP}!", f"L’eau{NBSP}!") == "L%E2%80%99eau%C2%A0%21"


def test_no_part_goes_over_the_end_of_a_line_or_a_mark_that_is_no_text() -> None:
    ends = {
        "Il pleut\nencore.": "Il%20pleut,encore.",
        "- Il pleut encore.": "Il%20pleut%20encore.",
        "12. Il pleut encore.": "Il%20pleut%20encore.",
        "b. Il pleut encore.": "Il%20pleut%20encore.",
        "Il dit «oui je le veux» hier.": "Il%20dit,hier.",
        "Sablé : 1 204 voix": "Sabl%C3%A9,1%20204",
        "Maire : Jean Dupont": "Maire,Jean%20Dupont",
        "21 : Roche ; 700 ; 6": "21,6",
        "Brive : 2 - 1 ; Sablé": "Brive,Sabl%C3%A9",
        "Sablé : Roche 12 voix ; Morin 1 204 voix": "Sabl%C3%A9,1%20204%20voix",
        "La loi du quai\u200b1\u200b dit non.": "La%20loi%20du%20quai,dit%20non.",
        "Fini ! — Ida (@ida) 3 mars": "Fini%20%21,Ida%20%28%40ida%29%203%20mars",
    }
    assert {text: fragment(text, text) for text in ends} == ends


def test_a_narrow_space_holds_a_word_together() -> None:
    text = "Aux habitant·e·s, il en coûtera dès lundi matin, et pour une année, 3\u202f200 euros."
    assert "3%E2%80%AF200%20euros." in fragment(text, text)


def test_a_story_s_opening_is_found_without_its_first_word_too() -> None:
    text = "Une halle rouvre lundi matin."
    assert fragments(text, text) == [
        "Une%20halle%20rouvre%20lundi%20matin.",
        "halle%20rouvre%20lundi%20matin.",
    ]


def test_no_part_goes_over_what_a_page_has_and_is_not_read() -> None:
    text = "Le maire a signé \u200bhier soir un accord."
    assert fragment(text, text) == "Le%20maire%20a%20sign%C3%A9,hier%20soir%20un%20accord."


def test_a_heading_is_what_stands_before_the_words_below_it() -> None:
    text = "A.\n\nB.\n\nIl dit oui.\n\n## Le passeur\n\nIl dit oui."
    at = text.rindex("Il dit")
    url = str(build_link(Article(id="a", title="T", url=URL, text=text), at, len(text)))
    assert url.partition("text=")[2] == "Le%20passeur-,Il%20dit%20oui."


def test_words_that_stand_before_too_get_what_is_before_them() -> None:
    text = "Il pleut ici. On attend. Il neige. On attend."
    at = text.rindex("On attend.")
    url = build_link(Article(id="a", title="T", url=URL, text=text), at, len(text))
    assert url == f"{URL}#:~:text=attend.%20Il%20neige.-,On%20attend."


def test_words_of_the_title_count_as_standing_before() -> None:
    assert fragment("Il pleut. Un peu.", "Il pleut.", title="Il pleut.") == (
        "Il%20pleut.,-Un%20peu."
    )


def test_a_sentence_that_nothing_tells_apart_gets_the_plain_address() -> None:
    text = "On attend."
    assert build_link(Article(id="a", title="On attend.", url=URL, text=text), 0, 10) == URL


def test_a_fragment_of_the_address_is_kept() -> None:
    article = replace(STORY, url=f"{URL}#suite")
    assert str(build_link(article, 0, 20)).startswith(f"{URL}#suite:~:text=La%20crue")


def test_a_text_fragment_of_the_address_is_replaced() -> None:
    article = replace(STORY, url=f"{URL}#a:~:text=vieux")
    assert "vieux" not in str(build_link(article, 0, 20))


def test_what_cannot_stand_in_an_address_is_encoded() -> None:
    article = replace(STORY, url="https://münchen.example/é à?q=«»")
    assert str(build_link(article, 0, 20)).startswith(
        "https://xn--mnchen-3ya.example/%C3%A9%20%C3%A0?q=%C2%AB%C2%BB#:~:text="
    )


def test_a_link_that_would_be_too_long_is_the_plain_address() -> None:
    url = f"{URL}/{'a' * 480}"
    assert build_link(replace(STORY, url=url), 0, 20) == url


def test_one_endless_word_gets_the_plain_address() -> None:
    text = "é" * 400
    assert build_link(Article(id="a", title="T", url=URL, text=text), 0, 400) == URL


def test_a_stretch_without_a_word_gets_the_plain_address() -> None:
    assert build_link(Article(id="a", title="T", url=URL, text="... !"), 0, 5) == URL


WORDS = st.lists(
    st.sampled_from(["le", "pont", "l’eau", "été", "a-b", "3,5", "«", "»", "à", "Été", "&"]),
    min_size=1,
    max_size=60,
)


@trying(deadline=None, max_examples=200)
@given(WORDS, st.data())
def test_every_link_is_short_and_leads_to_its_words(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    url = build_link(Article(id="a", title="T", url=URL, text=text), start, end)
    assert url is not None
    assert len(url) <= MAX_URL
    parts = [p for p in re.split("&text=|,", url.partition("#:~:text=")[2]) if p and "-" not in p]
    for part in parts:
        assert unquote(part) in text[start:end]


def test_a_long_article_is_linked_quickly() -> None:
    text = "Le pont est fermé depuis hier soir à minuit, dit la mairie. " * 2000
    began = process_time()
    build_link(Article(id="a", title="T", url=URL, text=text), 60_000, 60_059)
    assert process_time() - began < 1.0


def page(article: Article) -> str:
    """Return a story as a newspaper's page would show it."""
    paragraphs = "\n".join(f"<p>{html.escape(p)}</p>" for p in article.text.split("\n\n"))
    return (
        f"<!doctype html><html lang=fr><meta charset=utf-8><title>x</title>"
        f"<style>{chromium.HIGHLIGHT} body {{ font: 16px/1.6 sans-serif; width: 700px }}</style>"
        f"<body><h1>{html.escape(article.title)}</h1>{paragraphs}</body></html>"
    )


@pytest.fixture
async def address() -> Any:
    """Serve the story and give its address."""

    async def show(_: web.Request) -> web.Response:
        return web.Response(text=page(STORY), content_type="text/html")

    app = web.Application()
    app.router.add_get("/story", show)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    yield f"http://127.0.0.1:{port}/story"
    await runner.cleanup()


def squeezed(text: str) -> str:
    """Return the letters of a text: spaces at the ends of lines have no place on the screen."""
    return "".join(re.findall(r"\w+", text))


@pytest.mark.skipif(chromium.path() is None, reason="Chromium is not installed")
async def test_a_browser_highlights_the_very_sentence(address: str, tmp_path: Path) -> None:
    tried, wrong = 0, []
    async with chromium.Browser(tmp_path) as browser:
        for number, (start, end) in enumerate(sentences(STORY)):
            url = build_link(replace(STORY, url=f"{address}?n={number}"), start, end)
            assert url is not None
            if "text=" not in url:
                continue
            tried += 1
            shown = await browser.highlighted(url)
            if squeezed(shown) != squeezed(STORY.text[start:end]):
                wrong.append((STORY.text[start:end], url, shown))
    assert wrong == [], len(wrong)
    assert tried >= 50


def test_most_sentences_of_a_story_have_a_link_of_their_own() -> None:
    found = list(_linked())
    assert sum(found) / len(found) > 0.95


def _linked() -> Iterator[bool]:
    for start, end in sentences(STORY):
        yield "text=" in str(build_link(STORY, start, end))
