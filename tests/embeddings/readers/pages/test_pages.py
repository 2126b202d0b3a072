"""Twenty pages of news sites: what is understood of each, and that nothing around it is quoted."""

from __future__ import annotations

import warnings
from functools import cache
from pathlib import Path

from embeddings.readers import Draft
from embeddings.readers.pages import html
from embeddings.text.passages import split
from tests.embeddings.readers.each import each
from tests.embeddings.readers.pages.written import PAGES, Page

AROUND = (
    "cookies",
    "Économie",
    "Tous droits réservés",
    "Lire aussi",
    "le juge tardif",
    "READ MORE",
    "dredging",
    "marché de Noël",
    "briefing",
    "headlines",
    "Déjà abonné",
    "illimité",
    "Facebook",
    "Related",
    "choir",
    "viola",
    "football boots",
    "vidéo",
    "boîte aux lettres",
    "J. Riou",
    "Advertisement",
    "relevant advertising",
    "local journalism",
    "Trust Principles",
    "nouveau médecin",
    "four thousand pianos",
    "Plan du site",
)
"""Words of what stands around the stories, and of nothing in them."""


@cache
def draft(page: Page) -> Draft:
    """Read a page once for all claims, with every warning an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return html.read(page.data, Path(f"{page.name}.html"))


def quotable(page: Page) -> tuple[str, ...]:
    """Return the paragraphs that would be quoted."""
    article = draft(page).article("draft")
    return tuple(article.text[p.start : p.end] for p in split(article))


each_page = each("page", PAGES)


@each_page
def test_the_title_is_the_story_s(page: Page) -> None:
    assert draft(page).title == page.story.title


@each_page
def test_the_day_is_that_of_publication(page: Page) -> None:
    assert draft(page).date == page.story.day


@each_page
def test_source_author_and_address_are_what_the_page_says(page: Page) -> None:
    found = draft(page)
    assert (found.source, found.author, found.url) == (page.source, page.author, page.url)


@each_page
def test_the_language_is_told(page: Page) -> None:
    assert draft(page).language == page.story.language


@each_page
def test_the_quotable_paragraphs_are_the_author_s_to_the_letter(page: Page) -> None:
    assert quotable(page) == page.paragraphs


@each_page
def test_nothing_around_the_story_is_stored(page: Page) -> None:
    text = draft(page).text
    assert not [words for words in AROUND if words in text]


@each("words", AROUND)
def test_what_must_not_be_stored_stands_in_some_page(words: str) -> None:
    assert any(words in page.data.decode("utf-8", "replace") for page in PAGES)
