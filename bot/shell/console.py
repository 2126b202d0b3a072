"""The conversation in the terminal: each line is a question, or one of a few commands."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from contextlib import AsyncExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from bot.shell import output, printing
from bot.shell.session import tell
from embeddings.errors import EmbeddingsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.shell.session import Shell
    from embeddings.engine import SearchEngine

QUIT = frozenset({"quit", "q", "exit", "quitter"})
HELP = frozenset({"help", "h", "aide"})
KNOWN = QUIT | HELP | {"sources", "status"}
PROMPT = "› "
TURNS = 3
"""How many of the last questions a new one may lean on."""


def converse(shell: Shell, lines: Iterable[str] | None = None) -> int:
    """Answer each line of standard input, or of ``lines``, until it ends or the person leaves.

    The engine lives on an event loop that runs only while it works, so that Ctrl-C at the
    prompt is an ordinary interruption.

    Raises:
        ConfigError: A setting cannot be used.
        EmbeddingsError: The engine cannot be opened.
    """
    shell.set_up_log()
    with asyncio.Runner() as runner, _open(shell, runner) as engine:
        talk = _Talk(shell, engine, runner)
        if lines is None and _somebody_types():
            talk.greet()
        for line in _read_lines() if lines is None else lines:
            if line.strip() and not talk.take(line.strip()):
                break
    return 0


@contextmanager
def _open(shell: Shell, runner: asyncio.Runner) -> Iterator[SearchEngine]:
    stack = AsyncExitStack()
    with shell.bar() as progress:
        opening = shell.open_engine(shell.settings, progress=progress)
        engine = runner.run(stack.enter_async_context(opening))
    try:
        yield engine
    finally:
        runner.run(stack.aclose())


class _Talk:
    """One conversation."""

    def __init__(self, shell: Shell, engine: SearchEngine, runner: asyncio.Runner) -> None:
        self._shell = shell
        self._engine = engine
        self._runner = runner
        self._before: deque[str] = deque(maxlen=TURNS)

    def greet(self) -> None:
        """Say how many articles there are, and what can be typed."""
        screen = self._shell.screen()
        screen.line(screen.words("welcome", articles=len(self._engine.sources())), "dim")

    def take(self, line: str) -> bool:
        """Do what a line asks for; False: they leave. A command needs no mark where it is typed."""
        command = line.casefold().removeprefix(line[0] if line[0] in ":/" else "")
        is_known = command in KNOWN and (line[0] == "/" or _somebody_types())
        if self._shell.json:
            self._answer(line)
        elif command in QUIT:
            return False
        elif is_known or line[0] == ":":
            self._obey(command)
        else:
            self._answer(line)
        return True

    def _obey(self, command: str) -> None:
        screen = self._shell.screen()
        if command in HELP:
            screen.line(screen.words("commands"))
        elif command == "sources":
            printing.sources(screen, self._engine.sources())
        elif command == "status":
            printing.status(screen, self._engine.status())
        else:
            screen.line(screen.words("unknown-command", command=f":{command}"), "yellow")

    def _answer(self, question: str) -> None:
        """Answer one question; one that cannot be asked gets its sentence, and the next goes on."""
        if not self._shell.json and not _somebody_types():
            self._shell.screen().line(f"{PROMPT}{question}", "bold")
        try:
            value = self._runner.run(self._engine.ask(question, before=tuple(self._before)))
        except EmbeddingsError as error:
            if self._shell.json:
                tell(self._shell.translate(str(error)))
            else:
                self._shell.screen().line(self._shell.translate(str(error)), "yellow")
            return
        if not value.is_small_talk:
            self._before.append(value.understood_as or question)
        threshold = self._engine.threshold
        self._shell.reply(
            value, output.answer, lambda screen, it: printing.answer(screen, it, threshold)
        )
        sys.stdout.flush()


def _somebody_types() -> bool:
    return bool(sys.stdin and sys.stdin.isatty())


def _read_lines() -> Iterator[str]:
    """Yield the lines of standard input: from the prompt, or as UTF-8 from a file or a pipe."""
    if not sys.stdin:
        return
    if not _somebody_types():
        yield from decode(sys.stdin.buffer)
        return
    with suppress(ImportError):  # on Windows
        import readline  # noqa: F401 - its import is its effect: arrow keys edit the line
    while True:
        try:
            yield input(PROMPT)
        except EOFError:
            sys.stdout.write("\n")
            return
        except KeyboardInterrupt:
            sys.stdout.write("\n")
            raise


def decode(lines: Iterable[bytes]) -> Iterator[str]:
    """Read lines as UTF-8 whatever the locale, without byte order mark and line ends."""
    for number, line in enumerate(lines):
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        yield text.removeprefix("\ufeff") if number == 0 else text
