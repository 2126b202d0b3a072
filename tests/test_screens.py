"""The pictures of replies show what is really sent, and those that are spoken of exist."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.asking.render import Options, answer_card
from bot.translate import Languages
from bot.ui.components import Attached, Card, button, option, row, select, text
from bot.ui.markup import escape, unescape
from bot.ui.naming import day
from embeddings.types import Answer
from tests.bot import chromium
from tests.bot.people import check_card
from tests.bot.samples import answers, hit
from tests.screens.__main__ import SCENES, SHARPNESS
from tests.screens.cards import CARDS, WIDTHS, name_of
from tests.screens.page import markdown, page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.translate import Language

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "tests" / "screens"
README = (ROOT / "README.md").read_text(encoding="utf-8")
LARGEST = 150_000
"""Bytes of a picture: a page that shows three stays quick to load."""
LANGUAGES = Languages.load()
FR = LANGUAGES.of("fr")
DAY = date(2026, 9, 30)


def sent(card: Card) -> list[dict[str, Any]]:
    """Return a message's components, as they go out."""
    return card.lay_out().to_components()


def inside(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield components, however deep, in the order in which they are seen."""
    for component in components:
        yield component
        yield from inside(component.get("components", []))
        yield from inside([component["accessory"]] if "accessory" in component else [])


def seen(found: str, *classes: str) -> list[str]:
    """Return the texts of the elements of some classes."""
    path = " | ".join(f"//*[contains(concat(' ', @class, ' '), ' {name} ')]" for name in classes)
    return [
        words("".join(element.itertext())) for element in lxml.html.fromstring(found).xpath(path)
    ]


def words(text: str) -> str:
    """Return a text with neither white space nor what cannot be seen: those may differ."""
    return re.sub(r"[\s\u2068\u2069\u200b]", "", text)


def told(content: str) -> str:
    """Return what a text in Discord's mark-up says."""
    lines = [re.sub(r"\A(> |-# |- |#{1,3} )", "", line) for line in content.split("\n")]
    bare = re.sub(r"(?<!\\)((?:\\\\)*)\*\*", r"\1", "\n".join(lines))
    bare = re.sub(r"(?<!\\)((?:\\\\)*)\[(.*?)\]\(<[^<>]*>\)", r"\1\2", bare)
    return words(unescape(bare))


@settings(deadline=None)
@given(answers(), st.sampled_from(list(LANGUAGES)))
def test_every_text_and_every_button_of_a_message_is_on_its_page(
    answer: Any, language: Any
) -> None:
    """Days are read in another way; they have a test of their own."""
    components = sent(answer_card(answer, Options(language, 0.5, can_publish=True)))
    shown = page(components, language)
    labels = [part["label"] for part in inside(components) if "label" in part]
    assert seen(shown, "button") == [words(label) for label in labels]
    if not any(hit.article.date for hit in answer.hits):
        texts = [part["content"] for part in inside(components) if "content" in part]
        assert seen(shown, "text") == [told(text) for text in texts]


def test_selects_and_files_are_on_the_page() -> None:
    chooser = select("v:x", "Choisir", [option("Un", "1")])
    components = sent(Card(chooser, Attached("données.json")))
    assert seen(page(components, FR), "select", "file") == ["Choisir", "données.json"]


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60).filter(str.strip))
def test_a_text_made_plain_is_shown_as_it_was(text: str) -> None:
    shown = lxml.html.fromstring(f"<div>{markdown(f'> {escape(text)}', FR)}</div>")
    assert words(shown.text_content()) == words(unescape(escape(text)))


def test_mark_up_becomes_what_discord_makes_of_it() -> None:
    wrong = []
    for written, expected in [
        ("> « a. **B.** c »", "<blockquote>« a. <strong>B.</strong> c »</blockquote>"),
        ("**x**y **z**", "<p><strong>x</strong>y <strong>z</strong></p>"),
        ("**T**\n-# S · § 3", "<p><strong>T</strong></p><small>S · § 3</small>"),
        ("x\n- a\n- b", "<p>x</p><li>a</li><li>b</li>"),
        ("### 3 articles", "<h3>3 articles</h3>"),
        (r"\*\*a\*\* \<b\>", "<p>**a** &lt;b&gt;</p>"),
        ("a & b", "<p>a &amp; b</p>"),
        (r"\<t:0:D\>", "<p>&lt;t:0:D&gt;</p>"),
    ]:
        if markdown(written, FR) != expected:
            wrong.append((written, expected))
    assert not wrong


@given(st.dates(date(1, 1, 2), date(9999, 12, 30)), st.sampled_from(list(LANGUAGES)))
def test_a_day_is_written_in_the_readers_language(value: date, language: Any) -> None:
    assert markdown(day(value), language) == f"<p><time>{language.say_day(value)}</time></p>"


def test_a_message_has_its_colour_at_its_side() -> None:
    assert "border-left-color: #2d7d46" in page(sent(Card(text("a"), accent=0x2D7D46)), FR)


def test_a_button_that_opens_an_address_looks_otherwise() -> None:
    buttons = row(button("Ouvrir", url="https://example.org"), button("Lire", "v:x"))
    found = page(sent(Card(buttons)), FR)
    assert (seen(found, "link"), seen(found, "secondary")) == (["Ouvrir"], ["Lire"])


LINES = """
(() => {
  const lines = [...document.querySelectorAll("small")];
  const high = (line) => parseFloat(getComputedStyle(line).lineHeight);
  return lines.map((line) => Math.round(line.offsetHeight / high(line)));
})()
"""
"""How many lines each small print takes."""


@pytest.mark.skipif(chromium.path() is None, reason="Chromium is not installed")
@pytest.mark.parametrize("language", list(LANGUAGES), ids=[each.code for each in LANGUAGES])
async def test_the_line_of_a_source_takes_four_lines_at_most_on_a_telephone(
    tmp_path: Path, language: Language
) -> None:
    """Of long names, in another language, corrected since."""
    other = "en" if language.code == "fr" else "fr"
    named = {"source": "La Nouvelle République du Centre-Ouest et du Berry", "language": other}
    named |= {"author": "Marie-Antoinette de La Rochefoucauld-Montmorency", "date": DAY}
    corrected = datetime(2026, 11, 28, tzinfo=UTC)
    one = hit("Il pleut.", "Il pleut.", **named)
    one = replace(one, article=replace(one.article, corrected=corrected))
    shown = answer_card(Answer("?", "s1", 0.8, None, (one,)), Options(language, 0.5))
    file = tmp_path / "card.html"
    file.write_text(page(sent(shown), language), encoding="utf-8")
    async with chromium.Browser(tmp_path / "profile") as browser:
        await browser.size(360, 1000, 1)
        await browser.open(file.as_uri())
        (lines,) = await browser.evaluate(LINES)
    assert 1 < lines <= 4


@pytest.mark.parametrize("name", [*CARDS])
@pytest.mark.parametrize("language", list(LANGUAGES), ids=[each.code for each in LANGUAGES])
def test_every_card_can_be_sent_and_drawn(name: str, language: Language) -> None:
    card = CARDS[name](language)
    check_card(card)
    assert seen(page(sent(card), language), "text")


def test_every_scene_has_its_picture_and_every_picture_its_scene() -> None:
    widths = {
        f"{name_of(name, language, width)}.png": width
        for name in CARDS
        for language, drawn in WIDTHS.items()
        for width in drawn
    }
    widths |= {scene.file.name: scene.width for scene in SCENES}
    assert {path.name for path in FOLDER.glob("*.png")} == {*widths}
    for name, width in widths.items():
        with Image.open(FOLDER / name) as image:
            assert image.width == width * SHARPNESS, name
        assert (FOLDER / name).stat().st_size < LARGEST, name


def test_every_picture_of_the_readme_exists() -> None:
    named = re.findall(r'(?:\]\(|src=")([^)":\s]+\.(?:png|svg|gif))', README)
    assert [name for name in named if not (ROOT / name).is_file()] == []
