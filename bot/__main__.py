"""The program: reads the command line, starts the bot, and turns errors into sentences."""

import asyncio
import atexit
import contextlib
import errno
import gc
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from threading import Timer
from typing import TextIO

import click

from bot.shell import session
from bot.shell.cli import app
from bot.shell.session import DONE, FAULT, MISTAKE, OpenEngine, Shell, make_engine
from config import ConfigError, log
from embeddings.errors import EmbeddingsError, InputError, ModelError, PlaceError

INTERRUPTED = 130
"""The exit code of a program that was stopped by Ctrl-C: 128 + SIGINT."""


def main(argv: Sequence[str] | None = None, open_engine: OpenEngine = make_engine) -> int:
    """Run the program; return its exit code.

    Args:
        argv: The arguments after the program's name; by default those of this process.
        open_engine: Opens the search engine of a collection.
    """
    _prepare_streams()
    _speed_up_start()
    shell = Shell(open_engine)
    try:
        code = _run(shell, list(sys.argv[1:] if argv is None else argv))
        sys.stdout.flush()
    except BrokenPipeError:
        code = DONE
    except (KeyboardInterrupt, click.Abort):
        code = INTERRUPTED
    except Exception as error:  # noqa: BLE001 - every error gets a sentence
        if shell.debug:
            traceback.print_exc()
        sentence, code = explain(error, debug=shell.debug)
        _report(shell, sentence)
    _flush(sys.stdout)
    return code


def _speed_up_start() -> None:
    """Make short commands start and end faster.

    Imports leave little garbage, so the collector runs less often, and not at exit; pydantic would
    look for plugins in every installed package.
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
    """Run the bot if there is a token, or the conversation; raises ConfigError, EmbeddingsError."""
    if shell.settings.token:
        return _serve(shell)
    from bot.shell.console import converse  # imported only for the conversation

    shell.tell(shell.words("no-token"))
    return converse(shell)


def _serve(shell: Shell) -> int:
    """Run the bot on Discord until a signal ends it."""
    shell.set_up_log(service=True)
    from bot.running.supervise import limit_shutdown  # imported only for the bot

    with limit_shutdown() as deadline, contextlib.suppress(asyncio.CancelledError):
        asyncio.run(_run_bot(shell, deadline))
    return DONE


async def _run_bot(shell: Shell, deadline: Timer) -> None:
    from bot.client import run  # imported only for the bot: discord.py takes a second
    from bot.context import run_beside
    from bot.running import health
    from bot.running.supervise import cancel_on_signals
    from embeddings.snapshots.builder import BuilderProcess
    from embeddings.watching.watcher import make_watcher

    settings = shell.settings
    with cancel_on_signals(deadline):
        async with contextlib.AsyncExitStack() as stack:
            state = await stack.enter_async_context(health.serve_health(settings.health))
            builder = await stack.enter_async_context(BuilderProcess(settings))
            counted = health.MeasuredBuilder(builder, state.metrics)
            opening = shell.open_engine(settings, builder=counted)
            state.engine = engine = await stack.enter_async_context(opening)
            await engine.warm()
            _keep_loop_prompt()
            if watcher := make_watcher(settings, engine, engine.records):
                await stack.enter_async_context(run_beside(watcher.run(), "watching"))
            await run(settings, engine, state)


def _keep_loop_prompt() -> None:
    """Keep the event loop prompt: Discord wants a first response within three seconds.

    The garbage collector skips all objects loaded so far, and working threads release the GIL after
    half a millisecond. Another process does what takes seconds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 10, 10)  # Python's defaults
    sys.setswitchinterval(0.0005)


def _report(shell: Shell, sentence: str) -> None:
    """Write an error's sentence to standard error: as JSON if the log is JSON, or for a person."""
    if log.is_json():
        logging.getLogger("bot").critical("%s", shell.translate(sentence))
    else:
        shell.tell(sentence)


def explain(error: Exception, *, debug: bool = False) -> tuple[str, int]:
    """Return the sentence and the exit code of an error."""
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx else "verbatim"
        message = session.format_ranges(error.format_message())
        end = "" if message.endswith("?") else "."
        return f"{message.removesuffix('.')}{end} See: {command} --help", MISTAKE
    if isinstance(error, click.ClickException):
        return error.format_message(), MISTAKE
    if isinstance(error, ConfigError | EmbeddingsError):
        is_mistake = isinstance(error, ConfigError | InputError | ModelError | PlaceError)
        return str(error), MISTAKE if is_mistake else FAULT
    if isinstance(error, PermissionError) and error.filename:
        remedy = "change its owner or its permissions, or name another place."
        return f"This user may not use {error.filename}: {remedy}", MISTAKE
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"The output cannot be written: {error.strerror}.", FAULT
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    hint = "" if debug else " Run it again with --debug to see where."
    return f"Something went wrong here ({what}).{hint}", FAULT


def _prepare_streams() -> None:
    """Use UTF-8 on the standard streams whatever the locale; a closed one is the null device."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name) or Path(os.devnull).open(mode)  # noqa: SIM115 - until the end
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # of lone surrogates
        setattr(sys, name, stream)


def _flush(stream: TextIO) -> None:
    """Flush a stream; drop its buffer when the reader has gone or the disk is full."""
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


if __name__ == "__main__":
    sys.exit(main())
