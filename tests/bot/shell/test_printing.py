"""What a person reads in a terminal and in a pipe: quotes whole, sources complete, nothing odd."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import pytest
from rich.text import Text

from bot.shell import printing
from bot.shell.measuring import show_figures
from bot.shell.screen import Screen, Words
from embeddings.types import Answer, Filters, Note, Refusal
from tests.bot.shell.stage import Terminal
from tests.bot.shell.test_output import ANSWER, ARTICLE, HIT, SUMMARY

WORDS = Words("en")
LONG = "Les deux ponts de la ville sont fermés, dit la mairie. " * 10


def piped(answer: Answer) -> list[str]:
    file = io.StringIO()
    printing.show_answer(Screen(WORDS, file), answer, 0.5)
    return file.getvalue().splitlines()


def looked_at(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.delenv("NO_COLOR", raising=False)
    file = Terminal()
    printing.show_answer(Screen(WORDS, file), answer, 0.5)
    return file.getvalue()


def test_the_source_line_says_who_when_where_and_how_sure() -> None:
    assert printing.format_source(WORDS, HIT, 0.5) == (
        "La crue · La Gazette · February 7, 2021 · § 1 · sure (91%)"
    )


def test_what_is_not_known_of_an_article_is_left_out() -> None:
    bare = replace(HIT, article=replace(ARTICLE, source=None, date=None))
    assert printing.format_source(WORDS, bare, 0.5) == "La crue · § 1 · sure (91%)"


def test_the_link_is_on_a_line_of_its_own() -> None:
    assert "https://example.org/crue#:~:text=Deux%20ponts%20sont%20ferm%C3%A9s" in "\n".join(
        piped(ANSWER)
    )


def test_a_long_quote_is_not_broken_in_a_pipe() -> None:
    long = replace(HIT, text=LONG.strip())
    assert LONG.strip() in piped(replace(ANSWER, hits=(long,)))


def test_a_long_quote_is_wrapped_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    long = replace(HIT, text=LONG.strip())
    shown = Text.from_ansi(looked_at(replace(ANSWER, hits=(long,)), monkeypatch)).plain
    quoted = [line for line in shown.splitlines() if line.startswith("  ")]
    assert max(map(len, quoted)) <= 60
    assert " ".join(" ".join(quoted).split()).startswith(LONG.strip())


def test_square_brackets_are_no_markup(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = replace(HIT, text="[red]Deux[/red] ponts :smile: [link=x]")
    assert (
        "[red]Deux[/red] ponts :smile: [link=x]"
        in Text.from_ansi(looked_at(replace(ANSWER, hits=(odd,)), monkeypatch)).plain
    )


def test_a_story_cannot_command_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = replace(HIT, text="\x1b]0;owned\x07 \x9b2J")
    shown = looked_at(replace(ANSWER, hits=(odd,)), monkeypatch)
    assert "\x1b]0;" not in shown
    assert "\x9b" not in shown


def test_the_other_titles_of_a_folded_passage_are_named() -> None:
    assert "Also in: Une autre." in piped(ANSWER)


def test_what_was_understood_is_shown_back_with_its_dates() -> None:
    narrowed = replace(
        ANSWER,
        understood=("en juin 2018", "selon ISSMI"),
        filters=Filters(since=date(2018, 6, 1), until=date(2018, 6, 30), source="ISSMI"),
    )
    assert piped(narrowed)[0] == (
        "Understood: “en juin 2018”, “selon ISSMI”, from June 1, 2018 to June 30, 2018, from ISSMI."
    )


def test_widening_is_said() -> None:
    widened = replace(ANSWER, understood=("en mai",), widened=True)
    assert piped(widened)[0] == "Understood: “en mai”."
    assert "all the articles were searched" in piped(widened)[1]


def test_a_question_that_leaned_on_another_is_shown_as_it_was_understood() -> None:
    asked = replace(ANSWER, understood_as="Qu’a fait Google ?")
    assert piped(asked)[0] == "Understood as: “Qu’a fait Google ?”"


def test_what_may_not_answer_is_shown_as_such_below_the_refusal() -> None:
    near = replace(HIT, confidence=0.41)
    refused = Answer("?", "s1", 0.41, Refusal.NOT_FOUND, closest=(near,))
    lines = piped(refused)
    assert lines[1:3] == ["The closest passage, which may not answer:", HIT.text]
    assert lines[3].endswith("to be checked (41%)")


def test_what_was_not_understood_is_told() -> None:
    note = Note("no-such-key", "“le 31 février” is no day.")
    assert "“le 31 février” is no day." in piped(replace(ANSWER, notes=(note,)))


@pytest.mark.parametrize("refusal", Refusal)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_refusal_has_its_own_sentence(refusal: Refusal, language: str) -> None:
    file = io.StringIO()
    screen = Screen(Words(language), file)
    narrowed = Filters(until=date(2018, 6, 1), source="Next")
    printing.show_answer(screen, Answer("?", "s1", None, refusal, filters=narrowed), 0.5)
    limits = {"fr": "jusqu’au 1er juin 2018, chez Next", "en": "until June 1, 2018, from Next"}
    said = screen.words(f"refusal-{refusal}", filters=limits[language])
    assert file.getvalue().strip() == said
    assert (limits[language] in said) == (refusal is Refusal.NO_MATCH_IN_FILTER)


def test_an_empty_list_of_articles_is_said_on_a_terminal() -> None:
    file = Terminal()
    printing.show_sources(Screen(WORDS, file), [])
    assert "No article is indexed yet." in file.getvalue()


def test_a_list_of_articles_has_a_heading_for_what_they_have_on_a_terminal() -> None:
    file = Terminal()
    printing.show_sources(Screen(WORDS, file), [SUMMARY])
    heading, row = Text.from_ansi(file.getvalue()).plain.splitlines()
    assert heading.split() == ["Id", "Title", "Date", "Language", "Passages"]  # no source
    assert row.split() == ["crue", "La", "crue", "2021-02-07", "fr", "1"]


def test_figures_are_shown_with_what_they_mean() -> None:
    file = io.StringIO()
    figures = {"recall@1": 0.7612, "auroc": None, "milliseconds": {"p50": 1.0, "p95": 2.25}}
    show_figures(Screen(WORDS, file), figures)
    assert [line.split("\t")[:2] for line in file.getvalue().splitlines()] == [
        ["recall@1", "0.761"],
        ["auroc", "none"],
        ["milliseconds", "1.0 / 2.2"],
    ]
