"""What the terminal says exists in both languages, and all of it is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.words import Words

BOT = Path(__file__).resolve().parents[2] / "bot"
FILES = (
    "cli",
    "console",
    "shell/measuring",
    "shell/options",
    "shell/terminal_reports",
    "shell/session",
    "shell/terminal",
    "shell/upkeep",
    "words",
    "__main__",
)
SOURCE = "\n".join((BOT / f"{name}.py").read_text(encoding="utf-8") for name in FILES)
FAMILIES = ("refusal-", "question-", "column-", "status-", "figure-", "did-")
"""Beginnings of keys whose end is a value's name."""

FRENCH, ENGLISH = Words.of_terminal("fr"), Words.of_terminal("en")


def test_both_languages_say_the_same_things() -> None:
    assert FRENCH.keys == ENGLISH.keys


@pytest.mark.parametrize("key", sorted(FRENCH.keys))
def test_every_text_is_said_somewhere(key: str) -> None:
    assert key.startswith(FAMILIES) or f'"{key}"' in SOURCE


@pytest.mark.parametrize("key", sorted(set(re.findall(r'words\("([\w-]+)"[,)]', SOURCE))))
def test_every_text_that_is_said_exists(key: str) -> None:
    assert key in FRENCH.keys


def test_a_key_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(LookupError):
        FRENCH("no-such-key")


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0 article ajouté"), (1, "1 article ajouté"), (2, "2 articles ajoutés")],
)
def test_french_counts_as_french_does(count: int, said: str) -> None:
    assert FRENCH("added", articles=count) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1.0, "très sûr (99 %)"),
        (0.9, "très sûr (90 %)"),
        (0.8999, "assez sûr (90 %)"),
        (0.75, "assez sûr (75 %)"),
        (0.5, "plausible (50 %)"),
        (0.21, "incertain (21 %)"),
        (0.0, "incertain (1 %)"),
    ],
)
def test_confidence_is_said_in_words_and_figures(value: float, said: str) -> None:
    assert FRENCH.confidence(value).replace("\N{NO-BREAK SPACE}", " ") == said


def test_confidence_is_said_in_english_too() -> None:
    assert ENGLISH.confidence(0.934) == "very sure (93%)"
