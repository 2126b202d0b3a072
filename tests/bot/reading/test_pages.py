"""Pages of an article, and a passage between its neighbours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from bot.reading import pages as reading
from bot.reading.pages import PAGE, context_card, cut_pages, page_card
from bot.translate import Languages
from bot.ui.markup import escape, unescape
from bot.ui.naming import Place
from embeddings.types import Article, Passage
from tests.bot.people import check_card, labels_of, texts_of
from tests.bot.samples import articles, passages
from tests.fakes import LETTER, split
from tests.stories import STORIES

FR = Languages.load("fr").of("fr")
ANY = trying(deadline=None, max_examples=50, suppress_health_check=list(HealthCheck))


@st.composite
def several(draw: st.DrawFn) -> tuple[Article, list[Passage]]:
    article = draw(articles())
    count = draw(st.integers(1, 4))
    return article, [draw(passages(article, paragraph=i + 1)) for i in range(count)]


@ANY
@given(several(), st.integers(-1, 200))
async def test_every_page_keeps_to_the_limits(
    story: tuple[Article, list[Passage]], index: int
) -> None:
    check_card(page_card(*story, index, FR))


@ANY
@given(several(), st.data())
async def test_every_context_keeps_to_the_limits(
    story: tuple[Article, list[Passage]], data: st.DataObject
) -> None:
    paragraph = data.draw(st.sampled_from([p.paragraph for p in story[1]]))
    check_card(context_card(*story, paragraph, FR))


@ANY
@given(several())
def test_the_pages_of_an_article_leave_out_nothing(story: tuple[Article, list[Passage]]) -> None:
    article, found = story
    for passage in found:
        parts = [p for p in cut_pages(article.text, found) if p.paragraph == passage.paragraph]
        assert (
            "".join(article.text[p.start : p.end] for p in parts)
            == (article.text[passage.start : passage.end])
        )


@ANY
@given(several())
def test_every_page_fits(story: tuple[Article, list[Passage]]) -> None:
    article, found = story
    assert all(
        len(escape(article.text[p.start : p.end])) <= PAGE for p in cut_pages(article.text, found)
    )


def test_a_long_paragraph_is_cut_at_the_end_of_a_sentence() -> None:
    text = " ".join(f"Phrase {i} " + "x" * 600 + "." for i in range(9))
    article = replace(LETTER, text=text)
    ends = [text[p.start : p.end].rstrip()[-1] for p in cut_pages(text, split(article))]
    assert len(ends) == 3
    assert set(ends) == {"."}


def test_an_endless_sentence_is_cut_after_a_word() -> None:
    text = "mot " * 2000
    article = replace(LETTER, text=text.strip())
    found = cut_pages(article.text, split(article))
    assert len(found) > 2
    assert all(article.text[p.start : p.end].split(" ")[0] == "mot" for p in found)


def test_a_page_and_a_context_say_when_the_article_was_corrected() -> None:
    moved = replace(LETTER, corrected=datetime(2018, 7, 1, tzinfo=UTC))
    for shown in (
        page_card(moved, split(moved), 0, FR),
        context_card(moved, split(moved), 1, FR),
    ):
        assert "Corrigé le <t:1530442800:d>" in texts_of(shown)


def test_the_first_page_has_no_way_back() -> None:
    labels = labels_of(page_card(LETTER, split(LETTER), 0, FR))
    assert labels == ["Suivant", "Ouvrir l’article", "Question sur cet article"]


def test_the_last_page_has_no_way_on() -> None:
    labels = labels_of(page_card(LETTER, split(LETTER), 2, FR))
    assert labels == ["Précédent", "Ouvrir l’article", "Question sur cet article"]


@pytest.mark.parametrize(("index", "shown"), [(-5, "Plusieurs employés"), (99, "Palantir")])
def test_a_page_that_is_not_there_is_the_nearest_one(index: int, shown: str) -> None:
    assert f"> {shown}" in texts_of(page_card(LETTER, split(LETTER), index, FR))


def test_the_first_passage_has_nothing_before_it() -> None:
    text = texts_of(context_card(LETTER, split(LETTER), 1, FR))
    assert text.count("\n> ") == 2
    assert "> **Plusieurs employés" in text


def test_the_last_passage_has_nothing_after_it() -> None:
    text = texts_of(context_card(LETTER, split(LETTER), 3, FR))
    assert text.count("\n> ") == 2
    assert "> **Palantir" in text


def test_a_context_quotes_the_stored_words_and_the_spaces_between_them() -> None:
    for story, passage in [(s, p) for s in STORIES for p in split(s)]:
        found = split(story)
        shown = texts_of(context_card(story, found, passage.paragraph, FR)).splitlines()
        quotes = [line.removeprefix("> ").strip("*") for line in shown if line.startswith("> ")]
        assert quotes
        assert all(unescape(quote) in story.text for quote in quotes)


def test_a_long_article_is_cut_into_pages_without_reading_it_over_and_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[int] = []
    monkeypatch.setattr(reading, "escape", lambda text: read.append(len(text)) or escape(text))
    article = replace(LETTER, text="\n\n".join([f"{'Une phrase. ' * 40}Fin."] * 200))
    assert len(cut_pages(article.text, split(article))) == 200
    assert read == []


def test_a_long_neighbour_is_cut_on_its_far_side() -> None:
    long = " ".join(f"Phrase numéro {i} du voisin." for i in range(60))
    article = replace(LETTER, text=f"{long}\n\nAu milieu.\n\n{long}")
    before, middle, after = (
        line for line in texts_of(context_card(article, split(article), 2, FR)).splitlines()
        if line.startswith("> ")
    )  # fmt: skip
    assert before.startswith("> […] ")
    assert before.endswith("Phrase numéro 59 du voisin.")
    assert middle == "> **Au milieu.**"
    assert after.startswith("> Phrase numéro 0 du voisin.")
    assert after.endswith(" […]")


def test_a_passage_is_found_again_by_its_name() -> None:
    found = split(LETTER)
    assert Place.of(LETTER, found[1]).find(found) == found[1]


def test_a_passage_that_says_something_else_is_not_found() -> None:
    old, new = split(LETTER), split(replace(LETTER, text=LETTER.text.replace("IBM", "Bull")))
    assert Place.of(LETTER, old[1]).find(new) is None


def test_a_text_that_was_changed_on_the_disk_is_not_intact() -> None:
    changed = replace(LETTER, text=LETTER.text.replace("IBM", "XYZ"))
    assert [p.stands_in(changed.text) for p in split(LETTER)] == [True, False, True]
