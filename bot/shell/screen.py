"""Where a person reads: sentences of a language, quotes, tables and a progress bar."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from rich.console import Console
from rich.measure import Measurement
from rich.padding import Padding
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from bot.asking.confidence import how_sure
from bot.sentences import translate
from bot.translate import LOCALES, Texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import ConsoleOptions

    from embeddings.types import Note, Progress, ProgressCallback

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
_GLUE = {0xA0: "\ufdd0", 0x202F: "\ufdd1"}
"""No-break spaces, and what stands for them while lines are broken: characters of no text."""
_SPACE = {0xFDD0: "\u00a0", 0xFDD1: "\u202f"}


class Words(Texts):
    """What the terminal says in one language."""

    def __init__(self, code: str) -> None:
        file = LOCALES / f"terminal.{code}.ftl"
        super().__init__(code, file.read_text(encoding="utf-8"))

    def confidence(self, value: float, threshold: float) -> str:
        """Say a probability in words and in figures; 100 % is never claimed."""
        return self(how_sure(value, threshold), share=min(0.99, max(0.01, value)))

    def sentence(self, text: str) -> str:
        """Say a sentence of the engine."""
        return translate(text, self.code)

    def note(self, note: Note) -> str:
        """Say what a reader is told beside an answer, in English where it has no other words."""
        key = f"note-{note.key}"
        return self(key, **note.values) if key in self.keys else note.text


def clean(text: str) -> str:
    """Make a text safe to show: a control character could command the terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


class _Lines:
    """A text in lines; none ends at a no-break space, where rich alone would break them."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._text.plain = text.plain.translate(_GLUE)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        lines = self._text.wrap(
            console, options.max_width, overflow=options.overflow, no_wrap=options.no_wrap
        )
        for line in lines:
            line.plain = line.plain.translate(_SPACE)
            yield line

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement.get(console, options, self._text)


class Screen:
    """Colours and wrapping on a terminal; whole lines, and tabs in tables, in a pipe.

    Attributes:
        words: The sentences of the reader's language.
        is_terminal: Whether somebody looks at it, rather than a file or a program.
    """

    def __init__(self, words: Words, file: IO[str] | None = None) -> None:
        self.words = words
        self._file = file or sys.stdout
        self._console = Console(file=self._file, markup=False, highlight=False, emoji=False)
        self.is_terminal = self._console.is_terminal

    def line(self, text: str = "", style: str = "") -> None:
        """Show one line; in a pipe it is never broken."""
        self._show(Text(clean(text), style))

    def indented(self, text: str, style: str = "", bold: tuple[int, int] = (0, 0)) -> None:
        """Show a text two columns in on a terminal, characters ``bold[0]:bold[1]`` in bold."""
        shown = Text(clean(text), style)
        shown.stylize("bold", *bold)
        self._show(shown, indent=2)

    def _show(self, text: Text, indent: int = 0) -> None:
        if self.is_terminal:
            self._console.print(Padding(_Lines(text), (0, 0, 0, indent)))
        else:
            self._file.write(text.plain + "\n")

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Show rows under their columns."""
        if not self.is_terminal:
            for row in rows:
                self.line("\t".join(_cell(cell) for cell in row))
            return
        table = Table(box=None, pad_edge=False, header_style="bold", show_header=any(columns))
        for number, column in enumerate(columns):
            table.add_column(column, overflow="fold", no_wrap=number == 0)
        for row in rows:
            table.add_row(*(_Lines(Text(clean(_cell(cell)))) for cell in row))
        self._console.print(table)


def _cell(value: object) -> str:
    return "" if value is None else _SPACES.sub(" ", str(value)).strip()


@contextmanager
def progress_bar(words: Words) -> Iterator[ProgressCallback]:
    """Draw on standard error how far a long task is, and wipe it off at the end."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[count]}"))
    with Bar(*columns, console=Console(file=sys.stderr), transient=True) as bar:
        task = bar.add_task(words("opening"), total=None, count="")

        def callback(progress: Progress) -> None:
            bar.update(
                task,
                description=words("stage", stage=progress.stage),
                completed=progress.done,
                total=progress.total,
                count=f"{progress.done}/{progress.total}",
            )

        yield callback
