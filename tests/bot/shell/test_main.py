"""The program as a whole: which way it starts, and how it ends when something is wrong."""

from __future__ import annotations

import asyncio
import errno
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot.__main__ import explain, main
from config import ConfigError
from tests.bot.shell.stage import Stage
from tests.waiting import PATIENCE

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Stage:
    return Stage(tmp_path, monkeypatch, capsys)


def python(*arguments: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run Python by itself, with the project importable and nothing else set."""
    variables = {"PYTHONPATH": str(ROOT), "PATH": "", "HOME": str(folder)} | environment
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=variables,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
    )


def client(patch: pytest.MonkeyPatch, run: Any) -> None:
    """Put a Discord client of our own in the place of the real one."""
    module = ModuleType("bot.client")
    module.run = run
    patch.setitem(sys.modules, "bot.client", module)


@pytest.mark.parametrize("name", ["DISCORD_TOKEN", "VERBATIM_DISCORD__TOKEN"])
def test_with_a_token_the_bot_is_run(stage: Stage, name: str) -> None:
    seen: list[Any] = []

    async def run(settings: Any, engine: Any, *_: Any) -> None:
        seen.extend((settings.token, engine))

    client(stage.patch, run)
    stage.patch.setenv(name, "a.b.c")
    assert stage.run().code == 0
    assert seen == ["a.b.c", stage.engine]


def test_what_ends_the_bot_ends_the_program_with_its_exit_code(stage: Stage) -> None:
    async def run(settings: Any, engine: Any, *_: Any) -> None:
        raise ConfigError("Discord does not accept the token.")

    client(stage.patch, run)
    stage.patch.setenv("DISCORD_TOKEN", "wrong")
    assert stage.run().code == 2


def test_a_setting_that_does_not_exist_is_named(stage: Stage) -> None:
    stage.patch.setenv("VERBATIM_TRESHOLD", "0.5")
    stage.patch.setenv("VERBATIM_LANGUAGE", "en")
    said = stage.run("status", "--json")
    assert (said.code, said.out) == (2, "")
    assert "VERBATIM_TRESHOLD" in said.err
    assert "VERBATIM_THRESHOLD?" in said.err


def test_a_setting_of_the_wrong_type_is_named(stage: Stage) -> None:
    stage.patch.setenv("VERBATIM_TOP_K", "many")
    said = stage.run("ask", "Loire", "--json")
    assert (said.code, said.err.count("\n")) == (2, 1)
    assert "VERBATIM_TOP_K" in said.err


def test_what_nobody_foresaw_is_one_sentence_and_exit_code_1(stage: Stage) -> None:
    stage.patch.setenv("VERBATIM_LANGUAGE", "en")
    stage.engine.failure = ZeroDivisionError("division by zero")
    said = stage.run("ask", "Loire", "--json")
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "Something went wrong here (ZeroDivisionError: division by zero). "
        "Run it again with --debug to see where.\n"
    )


@pytest.mark.parametrize("arguments", [["--debug", "ask", "Loire"], ["ask", "Loire", "--debug"]])
def test_the_traceback_is_for_those_who_ask_for_it(stage: Stage, arguments: list[str]) -> None:
    stage.engine.failure = ZeroDivisionError("division by zero")
    said = stage.run(*arguments)
    assert said.code == 1
    assert "Traceback (most recent call last)" in said.err


def test_a_place_that_may_not_be_entered_is_named_with_what_to_do(stage: Stage) -> None:
    stage.patch.setenv("VERBATIM_LANGUAGE", "en")
    data = stage.folder / "data"

    def shut(path: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    stage.patch.setattr(Path, "is_dir", shut)  # who runs the tests may enter everywhere
    code = main(["sources", "--data", str(data)])
    out, err = stage.read()
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"This user may not use {data}/")
    assert "change its owner or its permissions, or name another place." in err


@pytest.mark.parametrize("command", [["ask", "Loire"], ["status"], ["verify"], ["rollback"]])
def test_a_place_for_data_that_cannot_be_made_is_one_sentence_and_the_callers_mistake(
    stage: Stage, command: list[str]
) -> None:
    stage.patch.setenv("VERBATIM_LANGUAGE", "en")
    (stage.folder / "file").write_text("x")
    code = main([*command, "--data", "file/data"])
    out, err = stage.read()
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("Nothing was changed, because file/data cannot be written: Not a dir")


def test_a_python_without_what_is_installed_says_so_in_one_line() -> None:
    done = python("-S", "-m", "bot", "status", folder=ROOT)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (2, b"", 1)
    assert done.stderr.startswith(
        b"Verbatim is not installed for this Python: run .venv/bin/python"
    )


def test_ctrl_c_is_exit_code_130_without_a_word(stage: Stage) -> None:
    async def stopped(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    stage.patch.setattr(stage.engine, "ask", stopped)
    said = stage.run("ask", "Loire")
    assert (said.code, said.out, said.err) == (130, "", "")


def test_an_error_without_words_is_named_by_its_kind() -> None:
    sentence, code = explain(asyncio.InvalidStateError(), debug=True)
    assert (sentence, code) == ("Something went wrong here (InvalidStateError).", 1)


HELP = {
    "en": ("Usage: verbatim", "Options:", "Write one JSON document on standard output."),
    "fr": ("Usage\xa0: verbatim", "Options\xa0:", "Écrire un document JSON sur la sortie"),
}


@pytest.mark.parametrize("language", [*HELP])
@pytest.mark.parametrize("arguments", [["--help"], ["ask", "--help"], ["-h"]])
def test_help_is_for_the_asking_in_the_readers_language(
    stage: Stage, arguments: list[str], language: str
) -> None:
    stage.patch.setenv("VERBATIM_LANGUAGE", language)
    said = stage.run(*arguments)
    assert (said.code, said.err) == (0, "")
    assert [words for words in HELP[language] if words not in said.out] == []


def test_help_is_shown_although_a_setting_is_wrong(stage: Stage) -> None:
    stage.patch.setenv("VERBATIM_TOP_K", "many")
    said = stage.run("import", "--help")
    assert said.code == 0
    assert "puis l’indexe" in " ".join(said.out.split())


@pytest.mark.parametrize(("language", "words"), [("de", "Le réglage"), ("en", "The setting")])
def test_a_wrong_setting_is_told_in_a_language_that_the_program_has(
    stage: Stage, language: str, words: str
) -> None:
    stage.patch.setenv("VERBATIM_LANGUAGE", language)
    stage.patch.setenv("VERBATIM_TOP_K", "many")
    said = stage.run("status")
    assert said.code == 2
    assert said.err.startswith(words)


def test_a_checkout_that_is_not_installed_has_no_version_to_tell(tmp_path: Path) -> None:
    code = (
        "import importlib.metadata as m; from unittest.mock import Mock;"
        "m.version = Mock(side_effect=m.PackageNotFoundError); from bot.__main__ import main;"
        "raise SystemExit(main(['--version']))"
    )
    done = python("-c", code, folder=tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, b"verbatim ?")


def test_the_command_line_is_imported_without_the_heavy_libraries(tmp_path: Path) -> None:
    heavy = "{'torch', 'faiss', 'numpy', 'sentence_transformers', 'discord', 'rich', 'pydantic'}"
    code = f"import sys, bot.__main__; print(sorted({heavy} & set(sys.modules)))"
    assert python("-c", code, folder=tmp_path).stdout.strip() == b"[]"


def test_the_articles_are_listed_without_what_only_answers_and_terminals_need(
    tmp_path: Path,
) -> None:
    unneeded = "babel discord faiss fluent lxml onnxruntime rich torch trafilatura Stemmer"
    code = (
        "import sys; from bot.__main__ import main; main(['sources']);"
        f"sys.exit(' '.join(set('{unneeded}'.split()) & set(sys.modules)))"
    )
    (tmp_path / "crue.txt").write_text("La Loire déborde.", encoding="utf-8")
    python("-m", "bot", "add", "crue.txt", folder=tmp_path, VERBATIM_MODEL="light")
    done = python("-c", code, folder=tmp_path, VERBATIM_MODEL="light")
    assert (done.stdout.split(b"\t")[0], done.stderr.strip()) == (b"crue", b"")


def test_the_program_is_started_as_a_module(tmp_path: Path) -> None:
    done = python(
        *("-m", "bot", "ask", "--top-k", "99", "x"), folder=tmp_path, VERBATIM_LANGUAGE="en"
    )
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"Invalid value for '--top-k'")


FAKE = """
import sys
from bot.__main__ import main
from tests.fakes import FakeEngine
sys.exit(main(sys.argv[1:], lambda settings, **rest: FakeEngine()))
"""


@pytest.mark.parametrize(
    "environment",
    [{"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONIOENCODING": "ascii"}, {}],
)
def test_what_is_written_is_utf_8_whatever_the_locale(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    done = python("-c", FAKE, "ask", "Loire débordé", folder=tmp_path, **environment)
    assert done.returncode == 0
    assert "La Loire a débordé dimanche à Orléans." in done.stdout.decode("utf-8")


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", FAKE, "sources"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert program.stdout
    assert program.stderr
    program.stdout.close()
    with program.stderr as stderr:
        assert stderr.read() == b""
    assert program.wait(timeout=PATIENCE) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", FAKE, "sources", "--json"],
            cwd=tmp_path,
            env={"PYTHONPATH": str(ROOT), "PATH": ""},
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=PATIENCE,
        )
    assert (done.returncode, done.stderr.count(b"\n")) == (1, 1)
    assert done.stderr.decode().endswith("être écrite\xa0: il n’y a plus de place sur le disque.\n")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("arguments", ["sources", "sources --json", "--help", ""])
def test_a_closed_stream_is_the_null_device(tmp_path: Path, closed: str, arguments: str) -> None:
    done = subprocess.run(
        ["/bin/sh", "-c", f'"$0" -c "$1" {arguments} {closed}', sys.executable, FAKE],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
        timeout=PATIENCE,
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
