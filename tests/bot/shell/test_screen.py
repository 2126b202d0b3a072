"""The screen and the progress bar: what is drawn, where, and what is kept from the terminal."""

from __future__ import annotations

import io
import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from bot.shell.screen import Screen, Words, clean
from bot.shell.session import Shell
from embeddings.readers.draft import LeftOut
from embeddings.types import Progress
from tests.bot.shell.stage import Terminal

WORDS = Words("en")


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


def shown(text: str, patch: pytest.MonkeyPatch, columns: int) -> list[str]:
    """Return the lines in which somebody reads a text, without their padding."""
    terminal = Terminal()
    patch.setenv("TERM", "xterm-256color")
    patch.setenv("COLUMNS", str(columns))
    Screen(WORDS, terminal).indent(text, "cyan", bold=(0, 4))
    lines = Text.from_ansi(terminal.getvalue()).plain.splitlines()
    return [line.removeprefix("  ").rstrip(" ") for line in lines]


@pytest.mark.parametrize("space", ["\u00a0", "\u202f"])
def test_no_line_ends_at_a_no_break_space(monkeypatch: pytest.MonkeyPatch, space: str) -> None:
    said = f"très sûr 8{space}% ; «{space}oui{space}»"
    lines = shown(said, monkeypatch, 12)
    assert lines == ["très sûr", f"8{space}% ;", f"«{space}oui{space}»"]


def test_broken_lines_hold_the_whole_text(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = []
    for columns in range(4, 40, 5):
        said = "Un «\u00a0mot\u00a0» anticonstitutionnellement long, et 8\u202f% du reste."
        joined = "".join(shown(said, monkeypatch, columns))
        if re.sub(" ", "", joined) != re.sub(" ", "", said):
            wrong.append(columns)
    assert not wrong


def test_a_cell_breaks_at_no_no_break_space_either(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "16")
    Screen(WORDS, terminal).table(["id", "title"], [("a", "Le prix\u00a0: 8\u00a0%")])
    assert "prix\u00a0:" in terminal.getvalue()
    assert "8\u00a0%" in terminal.getvalue()


def test_a_piped_cell_keeps_its_no_break_spaces() -> None:
    file = io.StringIO()
    Screen(WORDS, file).table(["a"], [(" Le prix\u00a0:\n 8 ",)])
    assert file.getvalue() == "Le prix\u00a0: 8\n"


def test_the_bar_says_what_is_being_done_and_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = looked_at(monkeypatch)
    with Shell().show_progress() as progress:
        progress(Progress("encode", 3, 7))
    assert "Encodage" in Text.from_ansi(seen.getvalue()).plain
    assert "3/7" in seen.getvalue()


def test_the_bar_is_wiped_off_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = looked_at(monkeypatch)
    with Shell().show_progress():
        pass
    assert seen.getvalue().endswith("\x1b[2K")


def test_there_is_no_bar_when_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.StringIO()
    monkeypatch.setattr(sys, "stderr", file)
    with Shell().show_progress() as progress:
        progress(Progress("encode", 3, 7))
    assert file.getvalue() == ""


def test_what_is_left_out_is_said_in_the_readers_language() -> None:
    omitted = LeftOut("“Publicité”", "the page sets it apart (ad)")
    said = Words("en").say_left_out(omitted)
    assert said == "Left out: “Publicité” (the page sets it apart (ad))"
    said = re.sub(r"\s", " ", Words("fr").say_left_out(omitted))
    assert said == "Laissé de côté : « Publicité » (la page le met à part (ad))"
