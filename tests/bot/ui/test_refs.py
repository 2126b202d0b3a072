"""What buttons remember: short, and read again as it was."""

from __future__ import annotations

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.ui.naming import FILTERS, PLACE, Place, create_name, make_digest, pack, ref, unpack
from embeddings.types import Article, Filters, Passage, digest

DAYS = st.none() | st.dates()
ARTICLE = Article("a" * 80, "Titre", "Salut", collection="server-" + "9" * 20)
PASSAGE = Passage("a" * 80, 0, 5, 123_456, digest("Salut"))
SOURCES = {make_digest("Next"): "Next"}
TWINS = [Article("a", "Titre", "Salut", collection=name) for name in ("shared", "server-7")]
ARTICLES = {ref(article): article.summary(1) for article in TWINS}


@given(DAYS, DAYS, st.sampled_from([None, "Next"]), st.sampled_from([None, *TWINS]))
def test_filters_come_back_as_they_were(
    since: date | None, until: date | None, source: str | None, article: Article | None
) -> None:
    only = (article.id, article.collection) if article else (None, None)
    filters = Filters(since, until, source, *only)
    packed = pack(filters)
    assert re.fullmatch(FILTERS, packed)
    assert unpack(packed, SOURCES, ARTICLES) == filters


def test_the_largest_custom_ids_are_short_enough() -> None:
    place = str(Place.of(ARTICLE, PASSAGE))
    only = (ARTICLE.id, ARTICLE.collection)
    scope = pack(Filters(date(2018, 1, 1), date(2018, 1, 2), "x" * 500, *only))
    assert len(f"v:vote:+:{create_name()}:{place}") <= 100
    assert len(f"v:more:99:{scope}") <= 100
    assert len(f"v:near:{place}:{scope}") <= 100


def test_two_collections_may_have_an_article_of_one_id() -> None:
    assert len({ref(article) for article in TWINS}) == 2


def test_filters_that_name_what_is_gone_cannot_be_read() -> None:
    cases = [
        Filters(source="Autre"),
        Filters(article_id="b"),
        Filters(article_id="a", collection="server-8"),
    ]
    assert not [
        filters for filters in cases if unpack(pack(filters), SOURCES, ARTICLES) is not None
    ]


def test_a_passage_is_read_again_from_its_name() -> None:
    place = Place.of(ARTICLE, PASSAGE)
    match = re.fullmatch(PLACE, str(place))
    assert match
    assert Place.read(match.groupdict()) == place


@given(st.text())
def test_every_text_has_a_digest_of_eight_safe_characters(text: str) -> None:
    assert re.fullmatch(r"[\w-]{8}", make_digest(text.encode("utf-8", "replace").decode()))


def test_two_answers_have_different_names() -> None:
    assert len({create_name() for _ in range(100)}) == 100
