"""What the terminal says exists in both languages, and all of it is used."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from bot.shell.screen import Words

BOT = Path(__file__).resolve().parents[3] / "bot"
FILES = [*(BOT / "shell").glob("*.py"), BOT / "asking/excerpt.py", *BOT.glob("*.py")]
SOURCE = "\n".join(file.read_text(encoding="utf-8") for file in FILES)
FAMILIES = ("refusal-", "note-", "question-", "column-", "status-", "figure-", "did-", "filter-")
"""Beginnings of keys whose end is a value's name."""

FRENCH, ENGLISH = Words("fr"), Words("en")


def test_both_languages_say_the_same_things() -> None:
    assert FRENCH.keys == ENGLISH.keys


def test_every_text_is_said_somewhere() -> None:
    silent = [k for k in FRENCH.keys if not k.startswith(FAMILIES) and f'"{k}"' not in SOURCE]
    assert not silent


def test_every_text_that_is_said_exists() -> None:
    assert set(re.findall(r'words\("([\w-]+)"[,)]', SOURCE)) <= FRENCH.keys


def test_a_key_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(LookupError):
        FRENCH("no-such-key")


def test_the_first_of_a_month_is_an_ordinal_in_french() -> None:
    days = (date(2019, 1, 1), date(2018, 8, 22))
    assert [FRENCH.say_day(day) for day in days] == ["1er janvier 2019", "22 août 2018"]
    assert [ENGLISH.say_day(day) for day in days] == ["January 1, 2019", "August 22, 2018"]


def test_french_counts_as_french_does() -> None:
    wrong = []
    for count, said in [
        (0, "0 article ajouté"),
        (1, "1 article ajouté"),
        (2, "2 articles ajoutés"),
    ]:
        if FRENCH("added", articles=count) != said:
            wrong.append((count, said))
    assert not wrong


def test_confidence_is_said_in_one_of_three_words_and_in_figures() -> None:
    wrong = []
    for value, said in [
        (1.0, "sûr (99 %)"),
        (0.85, "sûr (85 %)"),
        (0.8499, "probable (85 %)"),
        (0.54, "probable (54 %)"),
        (0.5399, "à vérifier (54 %)"),
        (0.0, "à vérifier (1 %)"),
    ]:
        if FRENCH.say_confidence(value, 0.54).replace("\xa0", " ") != said:
            wrong.append((value, said))
    assert not wrong


def test_confidence_is_said_in_english_too() -> None:
    assert ENGLISH.say_confidence(0.934, 0.54) == "sure (93%)"
