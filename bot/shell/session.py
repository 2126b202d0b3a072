"""The parts that all commands share: common options, opening the engine, replies and help."""

from __future__ import annotations

import asyncio
import getpass
import logging
import re
import sys
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import click

from config import log
from embeddings.types import SHARED, ProgressCallback

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

    from bot.shell.screen import Screen, Words
    from config.settings import Settings
    from embeddings.engine import SearchEngine
    from embeddings.reports import OptionArgs
    from embeddings.types import Rejected

DONE, FAULT, MISTAKE = 0, 1, 2
"""Exit codes: done, our fault, the caller's mistake."""

OpenEngine: TypeAlias = "Callable[..., AbstractAsyncContextManager[SearchEngine]]"
"""Opens a collection's search engine; takes the arguments of ``SearchEngine``."""
Result = TypeVar("Result")
Function = TypeVar("Function", bound="Callable[..., Any]")

_RANGE = re.compile(r"(\d{1,9})<=x<=(\d{1,9})|x>=(\d{1,9})")
"""The ranges of numbers as click writes them in help and errors."""
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
"""White space that may be collapsed; the no-break spaces belong to French typography."""


def make_engine(settings: Settings, **options: Any) -> AbstractAsyncContextManager[SearchEngine]:
    """Return the real engine; imported here because its libraries take a second to load."""
    from embeddings.engine import SearchEngine  # keeps --help quick

    return SearchEngine(settings, **options)


@dataclass
class Shell:
    """The state of one run of the program: the common options, settings and language."""

    open_engine: OpenEngine = make_engine
    json: bool = False
    data: Path | None = None
    debug: bool = False
    collection: str = SHARED
    anyway: bool = False
    dry_run: bool = False
    _sentences_told: set[str] = field(default_factory=set)

    @cached_property
    def settings(self) -> Settings:
        """The settings, with the common options applied; raises ConfigError when one is invalid."""
        from config.settings import load_settings  # keeps --help quick

        return load_settings(data=self.data)

    @cached_property
    def words(self) -> Words:
        """The sentences in the configured language."""
        from bot.shell.screen import Words  # keeps --help and --json quick

        return Words(self.settings.language)

    @cached_property
    def language(self) -> str:
        """The configured language's code, even if another setting is invalid."""
        from config.settings import find_language  # keeps start quick

        return find_language()

    def screen(self) -> Screen:
        """Return a screen on standard output."""
        from bot.shell.screen import Screen  # keeps --help and --json quick

        return Screen(self.words)

    def set_up_log(self, *, service: bool = False) -> None:
        """Set up logging; unless a level is set, commands tell warnings in the user's language."""
        settings = self.settings.log
        is_quiet = not (self.debug or service or "level" in settings.model_fields_set)
        if self.debug or is_quiet:
            level = "DEBUG" if self.debug else "WARNING"
            settings = settings.model_copy(update={"level": level})
        log.set_up(settings)
        if is_quiet and not log.is_json():
            logging.getLogger().handlers[0].addFilter(self._tell_warning)

    def _tell_warning(self, record: logging.LogRecord) -> bool:
        """Tell a warning that is a whole sentence; return whether the record goes to the log."""
        if record.levelno == logging.WARNING and record.msg == "%s":
            self.tell(record.getMessage())
        return record.levelno > logging.WARNING

    def run(
        self, work: Callable[[SearchEngine, OptionArgs], Awaitable[Result]], **opening: Any
    ) -> Result:
        """Open the engine, run ``work`` with it, show the progress, close the engine.

        ``opening``: arguments for ``open_engine``. ``work`` takes the engine and the options of a
        change: its author, whether a failed golden question may pass, and the progress callback.
        Raises ConfigError and EmbeddingsError.
        """
        self.set_up_log()

        async def inside(progress: ProgressCallback) -> Result:
            opening.update(collection=self.collection, progress=progress)
            options: OptionArgs = {"by": name_author(), "anyway": self.anyway, "progress": progress}
            async with self.open_engine(self.settings, **opening) as engine:
                return await work(engine, options)

        with self.show_progress() as progress:
            return asyncio.run(inside(progress))

    def read(self, read: Callable[[SearchEngine], Result]) -> Result:
        """Open the engine and read something from it."""

        async def work(engine: SearchEngine, _: OptionArgs) -> Result:
            return read(engine)

        return self.run(work)

    def reply(
        self,
        value: Result,
        document: Callable[[Result], object] | None,
        show: Callable[[Screen, Result], None],
    ) -> None:
        """Write a value as JSON, by default with all of its fields, or show it to a person."""
        if self.json:
            from bot.shell.output import dumps  # keeps --help quick

            sys.stdout.write(dumps(document(value) if document else value) + "\n")
        else:
            screen = self.screen()
            if self.dry_run:
                screen.line(screen.words("would-be"), "yellow")
            show(screen, value)

    def tell(self, sentence: str) -> None:
        """Write a sentence of the engine, translated, to standard error; each sentence once."""
        if sentence not in self._sentences_told:
            self._sentences_told.add(sentence)
            tell(self.translate(sentence))

    def tell_rejected(self, rejected: Sequence[Rejected]) -> int:
        """Tell why each input was rejected; return the exit code."""
        for item in rejected:
            reason = self.translate(item.reason)
            tell(reason if item.input in item.reason else f"{item.input}: {reason}")
        return MISTAKE if rejected else DONE

    def translate(self, sentence: str) -> str:
        """Translate a sentence of the engine into the configured language."""
        from bot.translate import translate  # keeps --help quick

        return translate(sentence, self.language)

    @contextmanager
    def show_progress(self) -> Iterator[ProgressCallback]:
        """Show a progress bar if standard error is a terminal; yields the bar's callback."""
        if not sys.stderr.isatty():
            yield lambda _: None
            return
        from bot.shell.screen import progress_bar  # imports rich, which is slow

        with progress_bar(self.words) as callback:
            yield callback


def tell(sentence: str) -> None:
    """Write a sentence as one line on standard error; its line breaks become spaces."""
    sys.stderr.write(_SPACES.sub(" ", sentence).strip() + "\n")
    sys.stderr.flush()


def _store(context: click.Context, parameter: click.Parameter, value: object) -> None:
    """Store a common option in the shell, whether given before or after the command's name."""
    if value and parameter.name:
        setattr(context.obj, parameter.name, value)


_common = partial(click.option, callback=_store, expose_value=False)
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
dry_run = _common("--dry-run", is_flag=True, help="Say what would change; change nothing.")
anyway = _common(
    "--anyway", is_flag=True, help="Publish even if golden questions lose their passage."
)


def common(function: Function) -> Function:
    """Add the common options to a command."""
    for option in reversed(COMMON):
        function = option(function)
    return function


class Help(click.HelpFormatter):
    """Writes the text of ``--help`` in the configured language."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line of a command."""
        super().write_usage(prog, args, prefix or f"{_translate('Usage:')} ")

    def write_heading(self, heading: str) -> None:
        """Write the heading of a list."""
        super().write_heading(_translate(heading))

    def write_text(self, text: str) -> None:
        """Write a command's description, paragraph by paragraph."""
        super().write_text("\n\n".join(map(_translate, text.split("\n\n"))))

    def write_dl(self, rows: Iterable[tuple[str, str]], *widths: int, **more: int) -> None:
        """Write a list of options or commands; two spaces separate a description from its range."""
        translated = [(name, "  ".join(map(_translate, text.split("  ")))) for name, text in rows]
        super().write_dl(translated, *widths, **more)


def _translate(text: str) -> str:
    """Translate a paragraph of help into the configured language; its lines are joined first."""
    shell: Shell = click.get_current_context().obj
    return shell.translate(format_ranges(" ".join(text.split())))


def format_ranges(text: str) -> str:
    """Rewrite click's ranges of numbers for people: 1–10, ≥ 1."""
    return _RANGE.sub(lambda m: f"≥ {m[3]}" if m[3] else f"{m[1]}–{m[2]}", text)


class HelpContext(click.Context):
    """The context of a command whose help is in the configured language."""

    formatter_class = Help


def command(function: Callable[..., int | None]) -> click.Command:
    """Turn a function of a shell and options into a command, with the common options added."""
    name = function.__name__.rstrip("_").replace("evaluate", "eval")
    summary = (function.__doc__ or "").partition("\n\n")[0]
    result = click.command(name, short_help=summary)(common(click.pass_obj(function)))
    result.context_class = HelpContext
    return result


def name_author() -> str:
    """Return the user who runs the program, as ``terminal:NAME``, for the audit log."""
    try:
        return f"terminal:{getpass.getuser()}"
    except (OSError, KeyError, ImportError):
        return "terminal"
