"""The screen and the progress bar: what is drawn, where, and what is kept from the terminal."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from bot.shell import Shell
from bot.terminal import Screen, clean
from bot.words import Words
from embeddings.types import Progress
from tests.bot.stage import Terminal

if TYPE_CHECKING:
    import pytest

WORDS = Words.of_terminal("en")


def looked_at(patch: pytest.MonkeyPatch) -> Terminal:
    """Have somebody look at standard error."""
    terminal = Terminal()
    patch.setattr(sys, "stderr", terminal)
    patch.setenv("TERM", "xterm-256color")
    patch.setenv("COLUMNS", "100")
    return terminal


def test_cleaning_keeps_what_text_is_made_of() -> None:
    assert clean("œuvre\u00a0: « à »\n\tfin") == "œuvre\u00a0: « à »\n\tfin"


@given(st.text(), st.sampled_from("\x00\x07\x08\x1b\x7f\x85\x9b\r"))
def test_no_control_character_is_left(text: str, control: str) -> None:
    assert control not in clean(text + control)


@given(st.text(st.characters(exclude_categories=("Cc", "Cs"))))
def test_what_is_piped_is_what_was_written(text: str) -> None:
    file = io.StringIO()
    Screen(WORDS, file).line(text)
    assert file.getvalue() == f"{text}\n"


def test_a_cell_is_one_line_of_a_table() -> None:
    file = io.StringIO()
    Screen(WORDS, file).table(["a", "b", "c"], [("un\ttitre\nlong", None, 3)])
    assert file.getvalue() == "un titre long\t\t3\n"


def test_the_bar_says_what_is_being_done_and_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = looked_at(monkeypatch)
    with Shell().bar() as progress:
        progress(Progress("encode", 3, 7))
    assert "Encodage" in Text.from_ansi(seen.getvalue()).plain
    assert "3/7" in seen.getvalue()


def test_the_bar_is_wiped_off_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = looked_at(monkeypatch)
    with Shell().bar():
        pass
    assert seen.getvalue().endswith("\x1b[2K")


def test_there_is_no_bar_when_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    monkeypatch.setattr(sys, "stderr", file)
    with Shell().bar() as progress:
        progress(Progress("encode", 3, 7))
    assert file.getvalue() == ""
