"""What every command shares: the common options, the engine it opens, and how it replies."""

from __future__ import annotations

import asyncio
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeVar

from bot.shell import json_output
from embeddings.types import SHARED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from bot.shell.terminal import Screen
    from bot.words import Words
    from config.settings import Settings
    from embeddings.engine import SearchEngine
    from embeddings.snapshots.reindexing import Builder
    from embeddings.types import Progress, ProgressCallback

Result = TypeVar("Result")


class OpenEngine(Protocol):
    """Makes the search engine of one collection; tests put their own in its place."""

    def __call__(
        self,
        settings: Settings,
        *,
        collection: str = SHARED,
        create: bool = False,
        seed: bool = True,
        builder: Builder | None = None,
        progress: ProgressCallback | None = None,
    ) -> AbstractAsyncContextManager[SearchEngine]:
        """Return an engine that opens on entry."""


def search_engine(
    settings: Settings,
    *,
    collection: str = SHARED,
    create: bool = False,
    seed: bool = True,
    builder: Builder | None = None,
    progress: ProgressCallback | None = None,
) -> AbstractAsyncContextManager[SearchEngine]:
    """Return the real engine, whose libraries take a second to import: only when needed."""
    from embeddings.engine import SearchEngine  # keeps --help quick

    return SearchEngine(
        settings,
        collection=collection,
        create=create,
        seed=seed,
        builder=builder,
        progress=progress,
    )


@dataclass
class Shell:
    """One run of the program.

    Attributes:
        open_engine: Makes the engine.
        json: Reply with one JSON document on standard output.
        data: The data folder given on the command line.
        debug: Show tracebacks, and log everything.
    """

    open_engine: OpenEngine = search_engine
    json: bool = False
    data: Path | None = None
    debug: bool = False

    @cached_property
    def settings(self) -> Settings:
        """The settings; the common options are read by then.

        Raises:
            ConfigError: One of them cannot be used.
        """
        from config.settings import load_settings  # keeps --help quick

        return load_settings(data=self.data)

    @cached_property
    def words(self) -> Words:
        """The sentences of the language that is set."""
        from bot.words import Words  # keeps --help and --json quick

        return Words.of_terminal(self.settings.language)

    def screen(self) -> Screen:
        """Return where a person reads."""
        from bot.shell.terminal import Screen  # keeps --help and --json quick

        return Screen(self.words)

    def set_up_log(self, *, service: bool = False) -> None:
        """Log as is set; a command that runs once tells only warnings unless asked for more."""
        from config import log  # keeps --help quick

        settings = self.settings.log
        if self.debug:
            settings = settings.model_copy(update={"level": "DEBUG"})
        elif not service and "level" not in settings.model_fields_set:
            settings = settings.model_copy(update={"level": "WARNING"})
        log.set_up(settings)

    def run(
        self,
        work: Callable[[SearchEngine, ProgressCallback], Awaitable[Result]],
        collection: str = SHARED,
        *,
        create: bool = False,
        seed: bool = True,
    ) -> Result:
        """Open the engine, do one thing with it, and close it, showing how far it is.

        Raises:
            ConfigError: A setting cannot be used.
            EmbeddingsError: What the engine could not do.
        """
        self.set_up_log()

        async def inside(progress: ProgressCallback) -> Result:
            async with self.open_engine(
                self.settings,
                collection=collection,
                create=create,
                seed=seed,
                progress=progress,
            ) as engine:
                return await work(engine, progress)

        with self.bar() as progress:
            return asyncio.run(inside(progress))

    def reply(self, document: object, show: Callable[[Screen], None]) -> None:
        """Write the document for scripts, or show the same to a person."""
        if self.json:
            sys.stdout.write(json_output.dumps(document) + "\n")
        else:
            show(self.screen())

    def tell(self, sentence: str) -> None:
        """Say something beside the reply, on standard error."""
        tell(sentence)

    @contextmanager
    def bar(self) -> Iterator[ProgressCallback]:
        """Show how far a long task is, when somebody looks at standard error."""
        if not (sys.stderr and sys.stderr.isatty()):
            yield _unseen
            return
        from bot.shell.terminal import progress_bar  # rich, only where it shows

        with progress_bar(self.words) as callback:
            yield callback


def _unseen(progress: Progress) -> None:
    """Take a step that nobody looks at."""


def tell(sentence: str) -> None:
    """Write one line on standard error, whatever line ends the sentence holds."""
    if sys.stderr:
        sys.stderr.write(" ".join(sentence.split()) + "\n")
        sys.stderr.flush()
