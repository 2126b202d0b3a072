"""The conversation in the terminal: answers each line that is typed, or obeys it as a command."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from contextlib import AsyncExitStack, contextmanager, suppress
from functools import partial
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
"""How many earlier questions a follow-up question may refer to."""


def converse(shell: Shell) -> int:
    """Answer each line of standard input until it ends or the person leaves.

    The event loop runs only while the engine works, so that Ctrl-C at the prompt raises an
    ordinary KeyboardInterrupt.

    Raises:
        ConfigError: A setting cannot be used.
        EmbeddingsError: The engine cannot be opened.
    """
    shell.set_up_log()
    with asyncio.Runner() as runner, _open(shell, runner) as engine:
        conversation = _Conversation(shell, engine, runner)
        if _is_interactive():
            conversation.greet()
        for line in _read_lines():
            if line.strip() and not conversation.handle(line.strip()):
                break
    return 0


@contextmanager
def _open(shell: Shell, runner: asyncio.Runner) -> Iterator[SearchEngine]:
    stack = AsyncExitStack()
    with shell.show_progress() as progress:
        opening = shell.open_engine(shell.settings, progress=progress)
        engine = runner.run(stack.enter_async_context(opening))
    try:
        yield engine
    finally:
        runner.run(stack.aclose())


class _Conversation:
    """One person's questions and commands, with the engine that answers them."""

    def __init__(self, shell: Shell, engine: SearchEngine, runner: asyncio.Runner) -> None:
        self._shell = shell
        self._engine = engine
        self._runner = runner
        self._earlier: deque[str] = deque(maxlen=TURNS)

    def greet(self) -> None:
        """Say how many articles there are, and what can be typed."""
        screen = self._shell.screen()
        screen.line(screen.words("welcome", articles=len(self._engine.sources())), "dim")

    def handle(self, line: str) -> bool:
        """Answer or obey a line; False means quit. Typed commands need no ":" or "/" first."""
        command = line.casefold().removeprefix(line[0] if line[0] in ":/" else "")
        is_command = command in KNOWN and (line[0] == "/" or _is_interactive())
        if self._shell.json:
            self._answer(line)
        elif command in QUIT:
            return False
        elif is_command or line[0] == ":":
            self._obey(command)
        else:
            self._answer(line)
        return True

    def _obey(self, command: str) -> None:
        screen = self._shell.screen()
        if command in HELP:
            screen.line(screen.words("commands"))
        elif command == "sources":
            printing.show_sources(screen, self._engine.sources())
        elif command == "status":
            printing.show_status(screen, self._engine.status())
        else:
            screen.line(screen.words("unknown-command", command=f":{command}"), "yellow")

    def _answer(self, question: str) -> None:
        """Answer a question, or show the error that it raises; the conversation goes on."""
        if not self._shell.json and not _is_interactive():
            self._shell.screen().line(f"{PROMPT}{question}", "bold")
        try:
            answer = self._runner.run(self._engine.ask(question, before=tuple(self._earlier)))
        except EmbeddingsError as error:
            if self._shell.json:
                tell(self._shell.translate(str(error)))
            else:
                self._shell.screen().line(self._shell.translate(str(error)), "yellow")
            return
        if not answer.is_small_talk:
            self._earlier.append(answer.understood_as or question)
        show = partial(printing.show_answer, threshold=self._engine.threshold)
        self._shell.reply(answer, output.dump_answer, show)
        sys.stdout.flush()


def _is_interactive() -> bool:
    return sys.stdin.isatty()


def _read_lines() -> Iterator[str]:
    """Yield the lines of standard input: typed at the prompt, or from a UTF-8 file or pipe."""
    if not _is_interactive():
        yield from decode(sys.stdin.buffer)
        return
    with suppress(ImportError):  # on Windows
        import readline  # noqa: F401 - importing it lets arrow keys edit the line
    while True:
        try:
            yield input(PROMPT)
        except (EOFError, KeyboardInterrupt) as end:
            sys.stdout.write("\n")
            if isinstance(end, KeyboardInterrupt):
                raise
            return


def decode(lines: Iterable[bytes]) -> Iterator[str]:
    """Decode lines as UTF-8 whatever the locale; strip the byte order mark and line ends."""
    for number, line in enumerate(lines):
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        yield text.removeprefix("\ufeff") if number == 0 else text
