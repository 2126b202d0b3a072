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

from bot.asking.excerpt import name_confidence
from bot.asking.render import Options, answer_card, link_title, quote, say_filters
from bot.translate import Language, Languages
from bot.ui.components import Card
from bot.ui.markup import escape
from bot.ui.naming import day
from embeddings.types import Answer, Filters, Hit, Note, Refusal
from tests.bot.people import check_card, labels_of, plainly, texts_of
from tests.bot.samples import answers, hit

LANGUAGES = Languages.load("fr")
FR, EN = LANGUAGES.of("fr"), LANGUAGES.of("en-US")
TEXT = "Il pleut. La Loire monte vite. Deux ponts sont fermés. On attend."


def answer(*hits: Hit, **fields: Any) -> Answer:
    usual: dict[str, Any] = {"question": "?", "snapshot": "s1", "confidence": 0.8, "refusal": None}
    return Answer(**usual | fields | {"hits": hits})


def drawn(value: Answer, language: Language = FR, **options: Any) -> Card:
    return answer_card(value, Options(language, 0.5, "abcdefgh", **options))


@trying(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(answers(), st.sampled_from([FR, EN]), st.booleans(), st.sampled_from([0, 3]))
async def test_every_answer_keeps_to_the_limits(
    value: Answer, language: Language, private: bool, offset: int
) -> None:
    at = min(offset, max(0, len(value.hits) - 1))
    offers = frozenset({"news", "tell"})
    check_card(drawn(value, language, can_publish=private, offset=at, offers=offers))


@trying(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(answers())
def test_every_deciding_sentence_is_there_in_bold(value: Answer) -> None:
    quotes = [t for t in texts_of(drawn(value)).splitlines() if t.startswith("> «")]
    assert min(1, len(value.hits)) <= len(quotes) <= 3
    silent = [hit for hit in value.hits if not escape(hit.sentence.text).strip()]
    assert sum("**" not in shown for shown in quotes) <= len(silent)


def test_the_mark_of_what_is_not_read_is_not_copied_with_a_quote() -> None:
    marked = "Il pleut\u200b, dit-on. \u200bLa Loire \u200bmonte vite."
    assert quote(hit(marked, "Il pleut\u200b, dit-on."), FR, 500) == (
        "> «\N{NO-BREAK SPACE}**Il pleut, dit-on.** La Loire monte vite.\N{NO-BREAK SPACE}»"
    )
    assert quote(hit(marked, "Il pleut\u200b, dit-on."), FR, 40) == (
        "> «\N{NO-BREAK SPACE}**Il pleut, dit-on.** […]\N{NO-BREAK SPACE}»"
    )


def test_a_title_that_cannot_be_seen_has_a_sign_in_its_place() -> None:
    """Discord takes no empty text."""
    assert link_title(hit("Il pleut.", "Il pleut.", title="\u2066 ").article) == "…"


def test_the_deciding_sentence_is_in_bold() -> None:
    assert quote(hit(TEXT, "La Loire monte vite."), FR, 500) == (
        "> «\N{NO-BREAK SPACE}Il pleut. **La Loire monte vite.** Deux ponts sont fermés. "
        "On attend.\N{NO-BREAK SPACE}»"
    )


def test_english_readers_get_english_quotation_marks() -> None:
    assert quote(hit("It rains.", "It rains."), EN, 100) == "> “**It rains.**”"


def test_a_long_passage_is_cut_at_the_ends_of_sentences() -> None:
    assert quote(hit(TEXT, "La Loire monte vite."), FR, 50) == (
        "> «\N{NO-BREAK SPACE}[…] **La Loire monte vite.** […]\N{NO-BREAK SPACE}»"
    )


def test_at_most_three_passages_are_shown() -> None:
    card = drawn(answer(*[replace(hit(TEXT, "Il pleut."), rank=i) for i in range(1, 6)]))
    assert texts_of(card).count("\n> «") == 3


def test_how_sure_is_said_in_words() -> None:
    cases: list[Any] = [
        (0.95, "sûr"),
        (0.6, "probable"),
        (0.4, "à vérifier"),
    ]
    assert [
        (confidence, words)
        for confidence, words in cases
        if FR(f"sure-{name_confidence(confidence, 0.5)}") != words
    ] == []


def test_the_source_line_says_who_when_and_where() -> None:
    found = hit(TEXT, "Il pleut.", source="Next", author="Ada", date=date(2018, 6, 22))
    assert "Titre\n-# Next · Ada · <t:1529665200:D> · paragraphe 1 · probable" in (
        texts_of(drawn(answer(found)))
    )


def test_a_title_is_linked_to_its_article_where_that_can_be_done_safely() -> None:
    linked = hit(TEXT, "Il pleut.", title="[Titre](x)", url="https://example.org/a?b=c")
    assert r"[\[Titre\](x)](<https://example.org/a?b=c>)" in texts_of(drawn(answer(linked)))
    for url in ("javascript:alert(1)", "https://example.org/a)b", "https://example.org/<a>", None):
        bare = hit(TEXT, "Il pleut.", url=url)
        assert "](" not in texts_of(drawn(answer(bare)))


def test_one_thing_alone_is_in_bold() -> None:
    assert texts_of(drawn(answer(hit(TEXT, "Il pleut.")))).count("**") == 2


def test_a_passage_in_another_language_says_so() -> None:
    foreign = hit("It rains.", "It rains.", language="en")
    assert " · en anglais · " in texts_of(drawn(answer(foreign)))
    assert "en anglais" not in texts_of(drawn(answer(hit(TEXT, "Il pleut."))))


def test_of_two_that_answer_alike_the_readers_language_comes_first() -> None:
    theirs = replace(hit("It rains.", "It rains.", language="en"), confidence=0.8)
    for confidence, first in ((0.79, "Il pleut."), (0.6, "It rains.")):
        ours = replace(hit(TEXT, "Il pleut."), rank=2, confidence=confidence)
        shown = texts_of(drawn(answer(theirs, ours)))
        assert shown.splitlines()[1].startswith(f"> «\N{NO-BREAK SPACE}**{first}")


def test_each_article_is_asked_about_under_its_own_passage_and_once() -> None:
    one, other = hit(TEXT, "Il pleut."), hit(TEXT, "Il pleut.", id="b")
    shown = [replace(each, rank=n) for n, each in enumerate((one, other, one), 1)]
    assert labels_of(drawn(answer(*shown))).count("Question sur cet article") == 2


@pytest.mark.parametrize("offset", [-11, 0, 12])
def test_a_day_is_that_day_nearly_everywhere(offset: int) -> None:
    match = re.fullmatch(r"<t:(-?\d+):D>", day(date(2018, 6, 22)))
    assert match
    moment = datetime.fromtimestamp(int(match[1]), UTC)
    assert moment.astimezone(timezone(timedelta(hours=offset))).date() == date(2018, 6, 22)


def test_a_quote_of_a_corrected_article_says_when_that_was() -> None:
    found = hit(TEXT, "Il pleut.")
    moved = replace(found.article, corrected=datetime(2018, 7, 1, tzinfo=UTC))
    found = replace(found, article=moved)
    assert "· Corrigé le <t:1530442800:d>" in texts_of(drawn(answer(found)))


def test_the_other_titles_of_a_folded_passage_are_named() -> None:
    found = replace(hit(TEXT, "Il pleut."), also_in=("Autre", "Encore"))
    titles = "Autre\N{NARROW NO-BREAK SPACE}; Encore"
    assert f"-# Aussi dans\N{NO-BREAK SPACE}: {titles}" in texts_of(drawn(answer(found)))


LISTED = {"refusal": Refusal.NOT_FOUND, "notes": (Note("articles", "", {"titles": "Pluie"}),)}


@pytest.mark.parametrize("said", [answer(hit(TEXT, "Il pleut.")), answer(**LISTED)])
def test_what_was_understood_is_shown_with_its_days(said: Answer) -> None:
    days = Filters(since=date(2018, 6, 1), until=date(2018, 6, 30))
    value = replace(said, understood=("en juin 2018",), filters=days)
    assert "« en juin 2018 », du 1er juin 2018 au 30 juin 2018" in plainly(texts_of(drawn(value)))


def test_what_was_understood_and_then_left_aside_is_said() -> None:
    value = answer(hit(TEXT, "Il pleut."), understood=("en mai",), widened=True)
    text = texts_of(drawn(value))
    assert "en mai" in text
    assert "tous les articles ont été parcourus" in text


@pytest.mark.parametrize("language", [FR, EN])
def test_the_three_refusals_differ(language: Language) -> None:
    texts = {texts_of(drawn(answer(refusal=refusal), language)) for refusal in Refusal}
    assert len(texts) == 3


def test_a_refusal_is_one_line_and_offers_what_there_is() -> None:
    refused = answer(refusal=Refusal.NOT_FOUND)
    assert texts_of(drawn(refused)) == "?\nLes articles ne répondent pas à cette question."
    assert labels_of(drawn(refused)) == []
    near = replace(refused, closest=(hit(TEXT, "Il pleut."),))
    offers = frozenset({"news", "tell"})
    assert labels_of(drawn(near, offers=offers)) == [
        "Voir le passage le plus proche",
        "Demander à la rédaction",
        "Me prévenir si un article répond",
    ]
    assert "«" not in texts_of(drawn(near))


def test_an_empty_corpus_offers_to_add_stories() -> None:
    assert labels_of(drawn(answer(refusal=Refusal.EMPTY_CORPUS))) == ["Ajouter des articles"]


def test_what_a_question_leans_on_and_other_notes_are_shown() -> None:
    notes = (Note("unheard-of", "The day *x* was not understood."),)
    value = answer(hit(TEXT, "Il pleut."), understood_as="Que fait Google ?", notes=notes)
    shown = texts_of(drawn(value))
    assert "Que fait Google ?" in shown
    assert r"-# The day \*x\* was not understood." in shown


def test_filters_are_said_in_words() -> None:
    first, last = date(2018, 6, 1), date(2018, 8, 2)
    cases = {
        Filters(since=first): "depuis le 1er juin 2018",
        Filters(until=last, source="*Next*"): r"jusqu’au 2 août 2018, chez \*Next\*",
        Filters(since=first, until=last, article_id="a"): (
            "du 1er juin 2018 au 2 août 2018, dans cet article"
        ),
        Filters(): "",
    }
    assert {filters: say_filters(filters, FR) for filters in cases} == cases


def test_days_are_written_as_each_language_does() -> None:
    assert [language.say_day(date(2018, 6, 21)) for language in (FR, EN)] == [
        "21 juin 2018",
        "June 21, 2018",
    ]


def test_an_address_that_is_too_long_for_a_button_gives_one_to_read() -> None:
    found = hit(TEXT, "Il pleut.", url="https://example.org/" + "a" * 600)
    assert labels_of(drawn(answer(found)))[0] == "Lire dans l’article"


def test_a_question_too_long_to_be_shown_whole_offers_no_more_passages() -> None:
    found = [replace(hit(TEXT, "Il pleut."), rank=i) for i in range(1, 6)]
    labels = labels_of(drawn(answer(*found, question="*" * 900)))
    assert "D’autres passages" not in labels


def test_attacks_in_titles_and_names_do_nothing() -> None:
    odd = "[x](https://evil.example) @everyone <@1> **a** # b\n> c"
    found = hit(TEXT, "Il pleut.", title=odd, source=odd, author=odd)
    shown = texts_of(drawn(answer(found, question=odd)))
    assert "](" not in shown.replace("\\](", "")
    assert "@everyone" not in shown
    assert "<@" not in shown
    assert not re.search(r"^# ", shown, re.MULTILINE)


def test_thanks_get_a_reply_and_no_refusal() -> None:
    note = Note("thanks", "You are welcome.")
    value = answer(refusal=Refusal.NOT_FOUND, confidence=None, notes=(note,), question="merci !")
    assert texts_of(drawn(value)) == "merci !\nDe rien. Posez d’autres questions aux articles."
