"""Where a person reads: lines, quotes, tables and a progress bar, drawn by rich."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.words import Words
    from embeddings.types import Progress, ProgressCallback

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def clean(text: str) -> str:
    """Make a text safe to show: a control character could command the terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


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
            self._console.print(Padding(text, (0, 0, 0, indent)))
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
            table.add_row(*(Text(clean(_cell(cell))) for cell in row))
        self._console.print(table)


def _cell(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())


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
