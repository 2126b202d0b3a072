"""An answer as a message: what it says, and that no text can break Discord's limits."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from simcord.components import COMPONENTS_V2_FLAG, validate_components, validate_embeds

from bot.asking.render import answer_card, day, filter_words, quoted, sure, written
from bot.translate import Language, Languages
from bot.ui.layout import payload
from bot.ui.markup import plain
from bot.ui.parts import Card
from embeddings.types import Answer, Filters, Hit, Refusal
from tests.bot.samples import answers, hit

LANGUAGES = Languages.load("fr")
FR, EN = LANGUAGES.of("fr"), LANGUAGES.of("en-US")
TEXT = "Il pleut. La Loire monte vite. Deux ponts sont fermés. On attend."


def answer(*hits: Hit, **fields: Any) -> Answer:
    usual: dict[str, Any] = {"question": "?", "snapshot": "s1", "confidence": 0.8, "refusal": None}
    return Answer(**usual | fields | {"hits": hits})


def drawn(value: Answer, language: Language = FR, **options: Any) -> Card:
    return answer_card(value, language, name="abcdefgh", **options)


def check(card: Card) -> None:
    """Check a card as Discord does, in both of its forms."""
    view = payload(card)["view"]
    validate_components(view.to_components(), flags=COMPONENTS_V2_FLAG)
    old = payload(card, components=False)
    validate_embeds([embed.to_dict() for embed in old["embeds"]])
    validate_components(old["view"].to_components())


@trying(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(answers(), st.sampled_from([FR, EN]), st.booleans(), st.sampled_from([0, 3]))
async def test_every_answer_keeps_to_the_limits(
    value: Answer, language: Language, private: bool, offset: int
) -> None:
    check(drawn(value, language, private=private, offset=min(offset, max(0, len(value.hits) - 1))))


@trying(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(answers())
def test_every_deciding_sentence_is_there_in_bold(value: Answer) -> None:
    quotes = [t for t in drawn(value).text.splitlines() if t.startswith("> «")]
    assert min(1, len(value.hits)) <= len(quotes) <= 3
    for quote, found in zip(quotes, value.hits, strict=False):
        assert "**" in quote or not plain(found.sentence.text).strip()


def test_the_deciding_sentence_is_in_bold() -> None:
    assert quoted(hit(TEXT, "La Loire monte vite."), FR, 500) == (
        "> «\N{NO-BREAK SPACE}Il pleut. **La Loire monte vite.** Deux ponts sont fermés. "
        "On attend.\N{NO-BREAK SPACE}»"
    )


def test_english_readers_get_english_quotation_marks() -> None:
    assert quoted(hit("It rains.", "It rains."), EN, 100) == "> “**It rains.**”"


def test_a_long_passage_is_cut_at_the_ends_of_sentences() -> None:
    assert quoted(hit(TEXT, "La Loire monte vite."), FR, 50) == (
        "> «\N{NO-BREAK SPACE}[…] **La Loire monte vite.** […]\N{NO-BREAK SPACE}»"
    )


def test_at_most_three_passages_are_shown() -> None:
    card = drawn(answer(*[replace(hit(TEXT, "Il pleut."), rank=i) for i in range(1, 6)]))
    assert card.text.count("\n> «") == 3


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (0.95, "réponse presque certaine"),
        (0.8, "réponse très probable"),
        (0.6, "réponse probable"),
        (0.2, "réponse possible"),
    ],
)
def test_how_sure_is_said_in_words(confidence: float, words: str) -> None:
    assert FR(sure(confidence)) == words


def test_the_source_line_says_who_when_and_where() -> None:
    found = hit(TEXT, "Il pleut.", source="Next", author="Ada", date=date(2018, 6, 22))
    assert "**Titre**\n-# Next · Ada · <t:1529665200:D> · paragraphe 1 · réponse très probable" in (
        drawn(answer(found)).text
    )


@pytest.mark.parametrize("offset", [-11, 0, 12])
def test_a_day_is_that_day_nearly_everywhere(offset: int) -> None:
    match = re.fullmatch(r"<t:(-?\d+):D>", day(date(2018, 6, 22)))
    assert match
    moment = datetime.fromtimestamp(int(match[1]), UTC)
    assert moment.astimezone(timezone(timedelta(hours=offset))).date() == date(2018, 6, 22)


def test_a_quote_of_a_corrected_article_says_when_that_was() -> None:
    found = replace(hit(TEXT, "Il pleut."), corrected=datetime(2018, 7, 1, tzinfo=UTC))
    assert "· Corrigé le <t:1530442800:D>" in drawn(answer(found)).text


def test_the_other_titles_of_a_folded_passage_are_named() -> None:
    found = replace(hit(TEXT, "Il pleut."), also_in=("Autre", "Encore"))
    titles = "Autre\N{NARROW NO-BREAK SPACE}; Encore"
    assert f"-# Aussi dans\N{NO-BREAK SPACE}: {titles}" in drawn(answer(found)).text


def test_what_was_understood_is_shown_with_its_days() -> None:
    value = answer(
        hit(TEXT, "Il pleut."),
        understood=("en juin 2018",),
        filters=Filters(since=date(2018, 6, 1), until=date(2018, 6, 30)),
    )
    assert "« en juin 2018 », du 1er juin 2018 au 30 juin 2018" in drawn(value).text.replace(
        "\N{NO-BREAK SPACE}", " "
    )


def test_what_was_understood_and_then_left_aside_is_said() -> None:
    value = answer(hit(TEXT, "Il pleut."), understood=("en mai",), widened=True)
    text = drawn(value).text
    assert "en mai" in text
    assert "tous les articles ont été parcourus" in text


@pytest.mark.parametrize("language", [FR, EN])
def test_the_three_refusals_differ(language: Language) -> None:
    texts = {drawn(answer(refusal=refusal), language).text for refusal in Refusal}
    assert len(texts) == 3


def test_a_refusal_names_titles_and_quotes_nothing() -> None:
    value = answer(refusal=Refusal.NOT_FOUND, nearest_titles=("Un", "Deux"))
    text = drawn(value).text
    assert "- Un\n- Deux" in text
    assert "«" not in text


def test_a_refusal_has_no_buttons() -> None:
    assert drawn(answer(refusal=Refusal.NOT_FOUND)).buttons == ()


@pytest.mark.parametrize(
    ("filters", "words"),
    [
        (Filters(since=date(2018, 6, 1)), ["depuis le 1er juin 2018"]),
        (Filters(until=date(2018, 8, 2)), ["jusqu’au 2 août 2018"]),
        (Filters(source="*Next*"), [r"dans \*Next\*"]),
        (Filters(article_id="a"), ["dans cet article"]),
        (Filters(), []),
    ],
)
def test_filters_are_said_in_words(filters: Filters, words: list[str]) -> None:
    assert filter_words(filters, FR) == words


def test_days_are_written_as_each_language_does() -> None:
    assert [written(date(2018, 6, 21), language) for language in (FR, EN)] == [
        "21 juin 2018",
        "June 21, 2018",
    ]


def test_an_address_that_is_too_long_for_a_button_gives_one_to_read() -> None:
    found = hit(TEXT, "Il pleut.", url="https://example.org/" + "a" * 600)
    assert next(b.label for b in drawn(answer(found)).buttons) == "Lire dans l’article"


def test_a_question_too_long_to_be_shown_whole_offers_no_more_passages() -> None:
    found = [replace(hit(TEXT, "Il pleut."), rank=i) for i in range(1, 6)]
    labels = [b.label for b in drawn(answer(*found, question="*" * 900)).buttons]
    assert "D’autres passages" not in labels


def test_attacks_in_titles_and_names_do_nothing() -> None:
    odd = "[x](https://evil.example) @everyone <@1> **a** # b\n> c"
    found = hit(TEXT, "Il pleut.", title=odd, source=odd, author=odd)
    text = drawn(answer(found, question=odd)).text
    assert "](" not in text.replace("\\](", "")
    assert "@everyone" not in text
    assert "<@" not in text
    assert not re.search(r"^# ", text, re.MULTILINE)
