"""The program: reads the command line, puts the parts together, and turns errors into sentences."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import gc
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from threading import Timer
from typing import TextIO

import click

from bot.shell import session
from bot.shell.cli import app
from bot.shell.session import DONE, FAULT, MISTAKE, OpenEngine, Shell, search_engine
from config import ConfigError, log
from embeddings.errors import EmbeddingsError, InputError, ModelError, PlaceError

INTERRUPTED = 130
"""The exit code of a program that was stopped by Ctrl-C: 128 + SIGINT."""


def main(argv: Sequence[str] | None = None, open_engine: OpenEngine = search_engine) -> int:
    """Run the program; return its exit code.

    Args:
        argv: The arguments after the program's name; by default those it was started with.
        open_engine: Makes the search engine of a collection.
    """
    _speak_utf8()
    _hurry()
    shell = Shell(open_engine)
    try:
        code = _run(shell, list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
    except BrokenPipeError:
        code = DONE
    except (KeyboardInterrupt, click.Abort):
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last resort: every error gets a sentence
        if shell.debug:
            traceback.print_exc()
        sentence, code = explain(error, debug=shell.debug)
        _say(shell, sentence)
    _settle(sys.stdout)
    return code


def _hurry() -> None:
    """Spend no time on what a short command has no use for.

    Nothing that an import makes is rubbish, so it is looked for more seldom, and not at the end,
    and pydantic's plugins would be looked for in every package that is installed.
    """
    gc.set_threshold(20_000, 20, 20)
    atexit.register(gc.freeze)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")


def _run(shell: Shell, arguments: list[str]) -> int:
    try:
        with app.make_context("verbatim", arguments, obj=shell) as context:
            code: int | None = app.invoke(context)
            is_command = context.invoked_subcommand is not None
    except click.exceptions.Exit as leave:
        return leave.exit_code
    return code or DONE if is_command else start(shell)


def start(shell: Shell) -> int:
    """Run the bot when there is a token, and the conversation in the terminal when not.

    Raises:
        ConfigError: A setting cannot be used.
        EmbeddingsError: The engine cannot be opened.
    """
    if shell.settings.token:
        return _serve(shell)
    from bot.shell.console import converse  # only the conversation needs it

    shell.tell(shell.words("no-token"))
    return converse(shell)


def _serve(shell: Shell) -> int:
    """Be on Discord until somebody asks for the end."""
    shell.set_up_log(service=True)
    from bot.running.supervise import limit_end  # only who serves needs it

    with limit_end() as deadline, contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_serving(shell, deadline))
    return DONE


async def _serving(shell: Shell, deadline: Timer) -> None:
    from bot.client import run  # only who serves needs these, and discord.py takes a second
    from bot.running import health
    from bot.running.metrics import Measured
    from bot.running.supervise import heed
    from embeddings.snapshots.builder import BuilderProcess
    from embeddings.watching.watcher import watching

    settings = shell.settings
    with heed(deadline):
        async with contextlib.AsyncExitStack() as stack:
            state = await stack.enter_async_context(health.serving(settings.health))
            builder = await stack.enter_async_context(BuilderProcess(settings))
            measured = Measured(builder, state.metrics)
            opening = shell.open_engine(settings, builder=measured)
            state.engine = engine = await stack.enter_async_context(opening)
            await engine.warm()
            _steady()
            await stack.enter_async_context(watching(settings, engine, engine.records))
            await run(settings, engine, state, engine.records)


def _steady() -> None:
    """Keep the event loop prompt: Discord wants its first answer within three seconds.

    What is loaded by now is never collected again, and the threads that work pass the lock on
    after half a millisecond. What takes seconds is done by another process.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 10, 10)  # as Python begins
    sys.setswitchinterval(0.0005)


def _say(shell: Shell, sentence: str) -> None:
    """Say what went wrong as standard error is read: by a person, or line by line by a machine."""
    if log.is_json():
        logging.getLogger("bot").critical("%s", shell.translate(sentence))
    else:
        shell.tell(sentence)


def explain(error: Exception, *, debug: bool = False) -> tuple[str, int]:
    """Return the sentence and the exit code of an error."""
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else "verbatim"
        said = session.write_bounds(error.format_message())
        end = "" if said.endswith("?") else "."
        return f"{said.removesuffix('.')}{end} See: {command} --help", MISTAKE
    if isinstance(error, click.ClickException):
        return error.format_message(), MISTAKE
    if isinstance(error, ConfigError | EmbeddingsError):
        is_theirs = isinstance(error, ConfigError | InputError | ModelError | PlaceError)
        return str(error), MISTAKE if is_theirs else FAULT
    if isinstance(error, PermissionError) and error.filename:
        remedy = "change its owner or its permissions, or name another place."
        return f"This user may not use {error.filename}: {remedy}", MISTAKE
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    hint = "" if debug else " Run it again with --debug to see where."
    return f"Something went wrong here ({what}).{hint}", FAULT


def _speak_utf8() -> None:
    """Read and write UTF-8 whatever the locale; half a character becomes an escape."""
    for stream, errors in (
        (sys.stdin, "replace"),
        (sys.stdout, "backslashreplace"),
        (sys.stderr, "backslashreplace"),
    ):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors=errors)


def _settle(stream: TextIO) -> None:
    """Write what is left, or drop it when its reader has gone or its disk is full."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    sys.exit(main())
