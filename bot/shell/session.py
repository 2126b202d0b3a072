"""What every command shares: its options, the engine that it opens, and how it replies."""

from __future__ import annotations

import asyncio
import getpass
import logging
import os
import re
import sys
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypeVar

import click

from embeddings.types import SHARED, ProgressCallback

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from bot.shell.screen import Screen, Words
    from config.settings import Settings
    from embeddings.engine import SearchEngine

DONE, FAULT, MISTAKE = 0, 1, 2
"""Exit codes: done, our fault, the caller's mistake."""

OpenEngine: TypeAlias = "Callable[..., AbstractAsyncContextManager[SearchEngine]]"
"""Makes the search engine of one collection, of what ``SearchEngine`` takes."""
Result = TypeVar("Result")
Function = TypeVar("Function", bound="Callable[..., Any]")

_BOUNDS = re.compile(r"(\d{1,9})<=x<=(\d{1,9})|x>=(\d{1,9})")
"""How click writes between which numbers one must lie."""
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
"""White space that may be one space; a no-break space is part of French."""


def search_engine(settings: Settings, **options: Any) -> AbstractAsyncContextManager[SearchEngine]:
    """Return the real engine, whose libraries take a second to import: only when needed."""
    from embeddings.engine import SearchEngine  # keeps --help quick

    return SearchEngine(settings, **options)


@dataclass
class Shell:
    """One run of the program, with the options that all commands share."""

    open_engine: OpenEngine = search_engine
    json: bool = False
    data: Path | None = None
    debug: bool = False
    collection: str = SHARED
    _told: set[str] = field(default_factory=set)

    @cached_property
    def settings(self) -> Settings:
        """The settings, common options included; raises ConfigError when one cannot be used."""
        from config.settings import load_settings  # keeps --help quick

        return load_settings(data=self.data)

    @cached_property
    def words(self) -> Words:
        """The sentences of the language that is set."""
        from bot.shell.screen import Words  # keeps --help and --json quick

        return Words(self.settings.language)

    @property
    def language(self) -> str:
        """The code of the language that is set, as far as a setting can be read."""
        from config import ConfigError  # keeps --help quick

        try:
            return self.settings.language
        except ConfigError:
            return os.environ.get("VERBATIM_LANGUAGE", "fr")

    def screen(self) -> Screen:
        """Return where a person reads."""
        from bot.shell.screen import Screen  # keeps --help and --json quick

        return Screen(self.words)

    def set_up_log(self, *, service: bool = False) -> None:
        """Log as is set; a command that runs once tells what a person must know, in their words."""
        from config import log  # keeps --help quick

        settings = self.settings.log
        is_quiet = not (self.debug or service or "level" in settings.model_fields_set)
        if self.debug or is_quiet:
            level = "DEBUG" if self.debug else "WARNING"
            settings = settings.model_copy(update={"level": level})
        log.set_up(settings)
        if is_quiet and not log.is_json():
            logging.getLogger().handlers[0].addFilter(self._tell_warning)

    def _tell_warning(self, record: logging.LogRecord) -> bool:
        """Tell a warning that is a sentence and nothing else; say whether it is for the log."""
        if record.levelno == logging.WARNING and record.msg == "%s":
            self.tell(record.getMessage())
        return record.levelno > logging.WARNING

    def run(
        self, work: Callable[[SearchEngine, ProgressCallback], Awaitable[Result]], **opening: Any
    ) -> Result:
        """Open the engine as ``opening`` says, do one thing with it, show how far it is, close it.

        Raises:
            ConfigError: A setting cannot be used.
            EmbeddingsError: What the engine could not do.
        """
        self.set_up_log()

        async def inside(progress: ProgressCallback) -> Result:
            opening.update(collection=self.collection, progress=progress)
            async with self.open_engine(self.settings, **opening) as engine:
                return await work(engine, progress)

        with self.bar() as progress:
            return asyncio.run(inside(progress))

    def look(self, read: Callable[[SearchEngine], Result]) -> Result:
        """Open the engine and read something from it."""

        async def work(engine: SearchEngine, _: ProgressCallback) -> Result:
            return read(engine)

        return self.run(work)

    def reply(
        self,
        value: Result,
        document: Callable[[Result], object] | None,
        show: Callable[[Screen, Result], None],
    ) -> None:
        """Write a value's document for scripts, all of its fields by default, or show it."""
        if self.json:
            from bot.shell.output import dumps  # keeps --help quick

            sys.stdout.write(dumps(document(value) if document else value) + "\n")
        else:
            show(self.screen(), value)

    def tell(self, sentence: str) -> None:
        """Say a sentence of the engine beside the reply, on standard error, once."""
        if sentence not in self._told:
            self._told.add(sentence)
            tell(self.translate(sentence))

    def translate(self, sentence: str) -> str:
        """Say a sentence of the engine in the language that is set."""
        from bot.translate import translate  # keeps --help quick

        return translate(sentence, self.language)

    @contextmanager
    def bar(self) -> Iterator[ProgressCallback]:
        """Show how far a long task is, when somebody looks at standard error."""
        if not (sys.stderr and sys.stderr.isatty()):
            yield lambda _: None  # nobody looks at it
            return
        from bot.shell.screen import progress_bar  # rich, only where it shows

        with progress_bar(self.words) as callback:
            yield callback


def tell(sentence: str) -> None:
    """Write one line on standard error, whatever line ends the sentence holds."""
    if sys.stderr:
        sys.stderr.write(_SPACES.sub(" ", sentence).strip() + "\n")
        sys.stderr.flush()


def day_of(edge: Literal["first", "last"]) -> Callable[[str], date]:
    """Return what reads the first or the last of the days written: 2018-06-22, "juin 2018"."""

    def read(text: str) -> date:
        from embeddings.question.days import read_days  # keeps --help quick

        found = read_days(text, datetime.now(UTC).date())
        if found is None:
            raise click.BadParameter(
                f'{text!r} is no date in the calendar: write 2018-06-22, or "22 juin 2018"'
            )
        return found.first if edge == "first" else found.last

    return read


def _keep(context: click.Context, parameter: click.Parameter, value: object) -> None:
    """Keep a common option in the shell; what stands before the command counts as well."""
    if value and parameter.name:
        setattr(context.obj, parameter.name, value)


_common = partial(click.option, callback=_keep, expose_value=False)
COMMON = (
    _common("--json", is_flag=True, help="Write one JSON document on standard output."),
    _common(
        "--data",
        metavar="DIR",
        type=click.Path(file_okay=False, path_type=Path),
        help="Where the articles and the snapshots live. [default: ./data]",
    ),
    _common("--collection", metavar="NAME", help="The collection to work on. [default: shared]"),
    _common("--debug", is_flag=True, help="Show tracebacks, and log everything."),
)
"""The options of every command, before its name or after it."""
dry_run = click.option("--dry-run", is_flag=True, help="Say what would change; change nothing.")
anyway = click.option(
    "--anyway", is_flag=True, help="Publish even what answers the golden questions less well."
)


def common(function: Function) -> Function:
    """Give a command the options that all of them take."""
    for option in reversed(COMMON):
        function = option(function)
    return function


class Help(click.HelpFormatter):
    """Writes what ``--help`` shows in the language that is set."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write how a command is called."""
        super().write_usage(prog, args, prefix or f"{_say('Usage:')} ")

    def write_heading(self, heading: str) -> None:
        """Write what stands over a list."""
        super().write_heading(_say(heading))

    def write_text(self, text: str) -> None:
        """Write what a command does."""
        super().write_text("\n\n".join(map(_say, text.split("\n\n"))))

    def write_dl(self, rows: Iterable[tuple[str, str]], *widths: int, **more: int) -> None:
        """Write options or commands with what each does; two spaces part it from its range."""
        told = [(name, "  ".join(map(_say, text.split("  ")))) for name, text in rows]
        super().write_dl(told, *widths, **more)


def _say(text: str) -> str:
    """Say a paragraph, however its lines are broken, in the language that is set."""
    shell: Shell = click.get_current_context().obj
    return shell.translate(write_bounds(" ".join(text.split())))


def write_bounds(text: str) -> str:
    """Write the bounds of a number as people do: 1–10, ≥ 1."""
    return _BOUNDS.sub(lambda b: f"≥ {b[3]}" if b[3] else f"{b[1]}–{b[2]}", text)


class Context(click.Context):
    """One run of a command, whose help is in the language that is set."""

    formatter_class = Help


def command(function: Callable[..., int | None]) -> click.Command:
    """Make a function a command, which is given the shell and takes the common options."""
    name = function.__name__.rstrip("_").replace("evaluate", "eval")
    summary = (function.__doc__ or "").partition("\n\n")[0]
    made = click.command(name, short_help=summary)(common(click.pass_obj(function)))
    made.context_class = Context
    return made


def name_author() -> str:
    """Return who runs the program, for the audit log."""
    try:
        return f"terminal:{getpass.getuser()}"
    except (OSError, KeyError, ImportError):
        return "terminal"


def as_utf8(text: str) -> str:
    """Read an argument as UTF-8 whatever the locale; bytes that are none become �."""
    return os.fsencode(text).decode("utf-8", "replace")
