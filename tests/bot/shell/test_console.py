"""The conversation: every line is answered, whatever its bytes, until the input ends."""

from __future__ import annotations

import builtins
import io
import json
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.shell.console import decode
from embeddings.errors import BusyError
from tests.bot.shell.stage import Stage, Terminal

if TYPE_CHECKING:
    from pathlib import Path

PALANTIR = "Qui utilise les serveurs ? Palantir"
QUOTE = "Palantir utilise les serveurs d’Amazon."


@pytest.fixture
def stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Stage:
    return Stage(tmp_path, monkeypatch, capsys)


def typed(stage: Stage, *lines: str | type[BaseException]) -> Terminal:
    """Have somebody type these lines at the prompt, and look at what is shown."""
    shown = Terminal()
    rest = iter([*lines, EOFError])

    def type_line(prompt: str = "") -> str:
        line = next(rest)
        if isinstance(line, str):
            return line
        raise line

    stage.patch.setattr(builtins, "input", type_line)
    stage.patch.setattr(sys, "stdout", shown)
    return shown


def test_without_a_token_one_line_says_so(stage: Stage) -> None:
    said = stage.run()
    assert (said.code, said.out, said.err.count("\n")) == (0, "", 1)
    assert "Aucun jeton Discord" in said.err


def test_each_line_is_a_question_and_the_end_of_the_input_is_the_end(stage: Stage) -> None:
    said = stage.run(stdin=f"{PALANTIR}\nLoire ponts\n".encode())
    assert said.code == 0
    assert [question for question, _ in stage.engine.asked] == [PALANTIR, "Loire ponts"]
    assert QUOTE in said.out


def test_each_question_stands_above_its_answer(stage: Stage) -> None:
    lines = stage.run(stdin=b"Loire ponts\ntarte aux pommes\n").out.splitlines()
    assert [line for line in lines if line.startswith("› ")] == [
        "› Loire ponts",
        "› tarte aux pommes",
    ]


def test_blank_lines_are_passed_over(stage: Stage) -> None:
    stage.run(stdin=b"\n  \t\nLoire ponts\n\n")
    assert [question for question, _ in stage.engine.asked] == ["Loire ponts"]


def test_the_last_line_needs_no_line_end(stage: Stage) -> None:
    stage.run(stdin=b"Loire ponts")
    assert len(stage.engine.asked) == 1


@pytest.mark.parametrize("codec", ["ascii", "latin-1"])
def test_a_question_is_utf_8_whatever_the_locale(stage: Stage, codec: str) -> None:
    stage.patch.setenv("PYTHONIOENCODING", codec)
    stage.run(stdin="Où la Loire a-t-elle débordé ?\n".encode())
    assert stage.engine.asked[0][0] == "Où la Loire a-t-elle débordé ?"


def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_a_question(stage: Stage) -> None:
    stage.run(stdin=b"\xef\xbb\xbfLoire ponts\r\nLoire mairie\r\n")
    assert [question for question, _ in stage.engine.asked] == ["Loire ponts", "Loire mairie"]


def test_a_line_that_is_no_question_gets_its_sentence_and_the_next_goes_on(stage: Stage) -> None:
    said = stage.run(stdin=f"🙂\n{'x' * 5000}\n{PALANTIR}\n".encode())
    assert "Cette question ne contient aucun mot" in said.out
    assert "La question compte 5000 caractères" in said.out
    assert QUOTE in said.out


def test_what_the_engine_cannot_do_is_said_and_the_next_goes_on(stage: Stage) -> None:
    stage.engine.failure = BusyError("The index is being built.")
    said = stage.run(stdin=b"Loire\nponts\n")
    assert (said.code, said.out.count("The index is being built.")) == (0, 2)


def test_with_json_each_answer_is_one_line(stage: Stage) -> None:
    said = stage.run("--json", stdin=f"{PALANTIR}\n🙂\ntarte aux pommes\n".encode())
    documents = [json.loads(line) for line in said.out.splitlines()]
    assert [d["refusal"] for d in documents] == [None, "not_found"]
    assert "ne contient aucun mot" in said.err


def test_with_json_each_question_that_cannot_be_asked_gets_its_sentence(stage: Stage) -> None:
    said = stage.run("--json", stdin="🙂\n🙂\n".encode())
    assert said.err.count("ne contient aucun mot") == 2


@pytest.mark.parametrize("mark", [":", "/"])
def test_the_commands_work_in_a_pipe_too(stage: Stage, mark: str) -> None:
    said = stage.run(stdin=":sources\n:status\n:quit\nLoire\n".replace(":", mark).encode())
    assert "La Loire en crue" in said.out
    assert "Seuil de confiance" in said.out
    assert stage.engine.asked == []


@pytest.mark.parametrize("word", ["exit", "quit", "Quitter", ":q", "/exit"])
def test_somebody_leaves_as_they_would_elsewhere(stage: Stage, word: str) -> None:
    assert stage.run(stdin=f"{word}\nLoire ponts\n".encode()).code == 0
    assert stage.engine.asked == []


def test_a_question_may_lean_on_the_last_three(stage: Stage) -> None:
    stage.run(stdin=b"Loire 1\nLoire 2\nLoire 3\nLoire 4\nLoire 5\n")
    assert stage.engine.before == ("Loire 2", "Loire 3", "Loire 4")


def test_what_could_not_be_asked_is_nothing_to_lean_on(stage: Stage) -> None:
    stage.run(stdin="🙂\nLoire ponts\n".encode())
    assert stage.engine.before == ()


def test_a_command_that_does_not_exist_is_named(stage: Stage) -> None:
    assert "La commande :sauces n’existe pas" in stage.run(stdin=b":sauces\n").out


def test_a_question_may_begin_with_a_slash(stage: Stage) -> None:
    stage.run(stdin=b"/etc, qu'est-ce ?\n")
    assert [each[0] for each in stage.engine.asked] == ["/etc, qu'est-ce ?"]


def test_the_conversation_is_english_when_set(stage: Stage) -> None:
    stage.patch.setenv("VERBATIM_LANGUAGE", "en")
    said = stage.run(stdin=b":help\ntarte aux pommes\n")
    assert "No Discord token" in said.err
    assert "what answers right now" in said.out
    assert "No passage of the articles answers" in said.out


def test_at_a_prompt_somebody_is_greeted_and_leaves_by_end_of_file(stage: Stage) -> None:
    stage.patch.setattr("bot.shell.console._is_interactive", lambda: True)
    shown = typed(stage, "Loire ponts")
    assert stage.run().code == 0
    assert "Posez une question sur les 3 articles" in shown.getvalue()
    assert "Deux ponts sont fermés" in shown.getvalue()


def test_at_a_prompt_a_command_needs_no_mark_and_in_a_pipe_it_is_a_question(stage: Stage) -> None:
    stage.run(stdin=b"sources\naide\n")
    assert [question for question, _ in stage.engine.asked] == ["sources", "aide"]
    stage.engine.asked.clear()
    stage.patch.setattr("bot.shell.console._is_interactive", lambda: True)
    shown = typed(stage, "Sources", "aide", "quitter")
    stage.run()
    assert "La Loire en crue" in shown.getvalue()
    assert ":sources" in shown.getvalue()
    assert stage.engine.asked == []


def test_on_a_terminal_the_quote_is_coloured_and_its_deciding_sentence_bold(stage: Stage) -> None:
    stage.patch.setattr("bot.shell.console._is_interactive", lambda: True)
    stage.patch.setenv("COLUMNS", "200")
    shown = typed(stage, PALANTIR, ":quit")
    stage.run()
    assert f"\x1b[1;36m{QUOTE}\x1b[0m" in shown.getvalue()


def test_ctrl_c_at_the_prompt_is_exit_code_130_and_closes_the_engine(stage: Stage) -> None:
    stage.patch.setattr("bot.shell.console._is_interactive", lambda: True)
    typed(stage, KeyboardInterrupt)
    said = stage.run()
    assert (said.code, stage.engine.closed) == (130, True)
    assert "Traceback" not in said.err


@given(st.lists(st.text(st.characters(exclude_characters="\n\ufeff", codec="utf-8"))))
def test_every_line_of_utf_8_comes_through(lines: list[str]) -> None:
    data = io.BytesIO("".join(f"{line}\n" for line in lines).encode())
    assert list(decode(data)) == [line.rstrip("\r") for line in lines]


@given(st.lists(st.binary()))
def test_no_bytes_stop_the_conversation(lines: list[bytes]) -> None:
    assert len(list(decode(lines))) == len(lines)
