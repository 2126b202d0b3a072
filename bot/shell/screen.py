"""Where a person reads: sentences of a language, quotes, tables and a progress bar."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from functools import cached_property
from itertools import compress
from typing import IO, TYPE_CHECKING

from bot.asking.excerpt import how_sure
from bot.translate import LOCALES, Language, translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from rich.console import Console, RenderableType

    from embeddings.readers.draft import LeftOut
    from embeddings.reports import Omission
    from embeddings.types import Note, Progress, ProgressCallback

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
_GLUE = {0xA0: "\ufdd0", 0x202F: "\ufdd1"}
"""No-break spaces, where rich would break a line, and what stands for them while it does:
characters of no text."""
_SPACE = {0xFDD0: "\u00a0", 0xFDD1: "\u202f"}


class Words(Language):
    """What the terminal says in one language."""

    def __init__(self, code: str) -> None:
        file = LOCALES / f"terminal.{code}.ftl"
        super().__init__(code, file.read_text(encoding="utf-8"))

    def confidence(self, value: float, threshold: float) -> str:
        """Say a probability in words and in figures; 100 % is never claimed."""
        return self(how_sure(value, threshold), share=min(0.99, max(0.01, value)))

    def day(self, value: date) -> str:
        """Say a day; the first of a French month is its "1er"."""
        from babel.dates import format_date  # keeps --help quick

        month = format_date(value, "MMMM", locale=self.code)
        return self("day", day=value.day, month=month, year=str(value.year))

    def sentence(self, text: str) -> str:
        """Say a sentence of the engine."""
        return translate(text, self.code)

    def left_out(self, omitted: LeftOut | Omission) -> str:
        """Say what was left out of an input, and why."""
        what, why = self.sentence(omitted.what), self.sentence(omitted.why)
        return self("left-out", what=what, why=why)

    def note(self, note: Note) -> str:
        """Say what a reader is told beside an answer, in English where it has no other words."""
        key = f"note-{note.key}"
        return self(key, **note.values) if key in self.keys else note.text


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
        self.is_terminal = self._file.isatty()

    @cached_property
    def _console(self) -> Console:
        from rich.console import Console  # only where somebody looks

        return Console(file=self._file, markup=False, highlight=False, emoji=False)

    def line(self, text: str = "", style: str = "") -> None:
        """Show one line; in a pipe it is never broken."""
        self._show(text, style)

    def indent(self, text: str, style: str = "", bold: tuple[int, int] = (0, 0)) -> None:
        """Show a text two columns in on a terminal, characters ``bold[0]:bold[1]`` in bold."""
        self._show(text, style, bold, indent=2)

    def _show(
        self, text: str, style: str, bold: tuple[int, int] = (0, 0), *, indent: int = 0
    ) -> None:
        if not self.is_terminal:
            self._file.write(clean(text) + "\n")
            return
        from rich.padding import Padding
        from rich.text import Text

        shown = Text(clean(text).translate(_GLUE), style)
        shown.stylize("bold", *bold)
        self._draw(Padding(shown, (0, 0, 0, indent)))

    def table(self, columns: Iterable[str], rows: Iterable[Sequence[object]]) -> None:
        """Show rows under their columns; to a person, those that have anything."""
        shown = [[*map(_cell, row)] for row in rows]
        if not self.is_terminal:
            for row in shown:
                self.line("\t".join(row))
            return
        from rich.table import Column, Table
        from rich.text import Text

        used = [*map(any, zip(*shown, strict=True))]
        names = enumerate(compress(columns, used))
        heads = [Column(head, overflow="fold", no_wrap=not n) for n, head in names]
        told = any(column.header for column in heads)
        table = Table(*heads, box=None, padding=(0, 1, 0, 0), header_style="bold", show_header=told)
        for row in shown:
            table.add_row(*(Text(clean(cell).translate(_GLUE)) for cell in compress(row, used)))
        self._draw(table)

    def _draw(self, what: RenderableType) -> None:
        with self._console.capture() as drawn:
            self._console.print(what)
        self._file.write(drawn.get().translate(_SPACE))


def _cell(value: object) -> str:
    return "" if value is None else _SPACES.sub(" ", str(value)).strip()


@contextmanager
def progress_bar(words: Words) -> Iterator[ProgressCallback]:
    """Draw on standard error how far a long task is, and wipe it off at the end."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

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
