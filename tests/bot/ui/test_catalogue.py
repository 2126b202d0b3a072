"""The articles in memory: found by what people type, sorted and suggested."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.errors import BotError
from bot.ui.catalogue import Catalogue, Catalogues, fold
from bot.ui.naming import make_digest
from tests.fakes import BAKERY, LETTER, RIVER, FakeEngine

CATALOGUE = Catalogue(FakeEngine().sources())


def test_case_and_accents_do_not_count() -> None:
    wrong = []
    for text, folded in [("Éléonore ÇA", "eleonore ca"), ("Straße", "strasse"), ("ABC", "abc")]:
        if fold(text) != folded:
            wrong.append((text, folded))
    assert not wrong


def test_an_article_is_found_by_digest_id_title_or_words() -> None:
    names = (make_digest(RIVER.id), RIVER.id, "la loire en crue a ORLEANS", "crue orléans")
    found = {text: [each.id for each in CATALOGUE.find_articles(text)] for text in names}
    assert found == {text: [RIVER.id] for text in names}


def test_what_names_no_article_finds_none() -> None:
    assert CATALOGUE.find_articles("volcan") == []


def test_a_source_has_the_name_that_the_articles_give_it() -> None:
    wrong = []
    for given, name in [("la gazette", "La Gazette"), (" next ", "Next"), ("Autre", "Autre")]:
        if CATALOGUE.find_source(given) != name:
            wrong.append((given, name))
    assert not wrong


def test_sources_are_in_the_order_of_their_names() -> None:
    assert CATALOGUE.search_sources("") == ["La Gazette", "Next", "The Courier"]


def test_the_list_is_sorted() -> None:
    wrong = []
    for sort, ids in [
        ("date", [RIVER.id, BAKERY.id, LETTER.id]),
        ("title", [BAKERY.id, LETTER.id, RIVER.id]),
        ("source", [RIVER.id, LETTER.id, BAKERY.id]),
    ]:
        if [a.id for a in CATALOGUE.list_sorted("", sort)] != ids:
            wrong.append((sort, ids))
    assert not wrong


def test_articles_without_a_date_or_a_source_come_last() -> None:
    bare = replace(CATALOGUE.articles[0], id="nu", date=None, source=None)
    catalogue = Catalogue((bare, *CATALOGUE.articles))
    assert [catalogue.list_sorted("", sort)[-1].id for sort in ("date", "source")] == ["nu", "nu"]


def test_of_articles_the_newest_are_suggested_first() -> None:
    newer = replace(CATALOGUE.articles[0], id="neuf", date=date(2030, 1, 1))
    catalogue = Catalogue((*CATALOGUE.articles, newer))
    assert catalogue.search("")[0].id == "neuf"


def test_all_articles_of_a_title_are_found_newest_first() -> None:
    twin = replace(CATALOGUE.articles[0], id="autre", date=date(2030, 1, 1))
    found = Catalogue((*CATALOGUE.articles, twin)).find_articles(twin.title)
    assert [article.id for article in found] == ["autre", CATALOGUE.articles[0].id]


def test_words_that_several_articles_have_choose_none_of_them() -> None:
    other = replace(CATALOGUE.articles[0], id="autre", title=f"{CATALOGUE.articles[0].title} (bis)")
    catalogue, words = Catalogue((*CATALOGUE.articles, other)), other.title.split()[-3]
    assert {article.id for article in catalogue.find_articles(words)} >= {
        CATALOGUE.articles[0].id,
        "autre",
    }
    with pytest.raises(BotError, match="article-several"):
        catalogue.choose(words)


def test_a_list_is_made_anew_when_its_articles_change() -> None:
    made, one, other = Catalogues(), CATALOGUE.articles, CATALOGUE.articles[:1]
    first = made.of(7, one, other)
    assert made.of(7, one, other) is first
    assert made.of(None, one) is first.parts[0]
    changed = made.of(7, one, CATALOGUE.articles[:2])
    assert changed is not first
    assert changed.parts[0] is first.parts[0]
