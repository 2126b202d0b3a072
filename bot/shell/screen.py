"""Writes to the terminal in the reader's language: lines, quotes, tables, a progress bar."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from functools import cached_property
from itertools import compress
from typing import IO, TYPE_CHECKING

from bot.asking.excerpt import name_confidence
from bot.translate import LOCALES, Language, translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console, RenderableType

    from embeddings.readers.draft import LeftOut
    from embeddings.reports import Omission
    from embeddings.types import Note, Progress, ProgressCallback

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SPACES = re.compile(r"[^\S\u00a0\u202f]+")
_GLUE = {0xA0: "\ufdd0", 0x202F: "\ufdd1"}
"""No-break spaces, at which rich would break a line -> the noncharacters that replace them while
it wraps; no text contains those."""
_SPACE = {0xFDD0: "\u00a0", 0xFDD1: "\u202f"}


class Words(Language):
    """The terminal's sentences in one language."""

    def __init__(self, code: str) -> None:
        file = LOCALES / f"terminal.{code}.ftl"
        super().__init__(code, file.read_text(encoding="utf-8"))

    def say_confidence(self, value: float, threshold: float) -> str:
        """Say a probability in words and as a percentage, from 1 % to 99 %."""
        return self(name_confidence(value, threshold), share=min(0.99, max(0.01, value)))

    def say_sentence(self, text: str) -> str:
        """Translate a sentence of the engine."""
        return translate(text, self.code)

    def say_left_out(self, omitted: LeftOut | Omission) -> str:
        """Say which part of an input was left out, and why."""
        what, why = self.say_sentence(omitted.what), self.say_sentence(omitted.why)
        return self("left-out", what=what, why=why)

    def say_note(self, note: Note) -> str:
        """Translate a note of an answer; without a translation, return its English text."""
        key = f"note-{note.key}"
        return self(key, **note.values) if key in self.keys else note.text


def clean(text: str) -> str:
    """Replace control characters, which could give commands to the terminal, by U+FFFD."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


class Screen:
    """Writes colours and wrapped lines to a terminal; unwrapped lines and tabbed rows to a pipe.

    Attributes:
        words: The sentences of the reader's language.
        is_terminal: Whether the output is a terminal, rather than a file or a pipe.
    """

    def __init__(self, words: Words, file: IO[str] | None = None) -> None:
        self.words = words
        self._file = file or sys.stdout
        self.is_terminal = self._file.isatty()

    @cached_property
    def _console(self) -> Console:
        from rich.console import Console  # slow to import, and for terminals only

        return Console(file=self._file, markup=False, highlight=False, emoji=False)

    def line(self, text: str = "", style: str = "") -> None:
        """Write a text; in a pipe it stays one line."""
        self._show(text, style)

    def indent(self, text: str, style: str = "", bold: tuple[int, int] = (0, 0)) -> None:
        """Write a text; on a terminal, indented by two and with ``text[slice(*bold)]`` in bold."""
        self._show(text, style, bold, indent=2)

    def _show(
        self, text: str, style: str, bold: tuple[int, int] = (0, 0), *, indent: int = 0
    ) -> None:
        if not self.is_terminal:
            self._file.write(clean(text) + "\n")
            return
        from rich.padding import Padding
        from rich.text import Text

        styled = Text(clean(text).translate(_GLUE), style)
        styled.stylize("bold", *bold)
        self._draw(Padding(styled, (0, 0, 0, indent)))

    def table(self, columns: Iterable[str], rows: Iterable[Sequence[object]]) -> None:
        """Write rows: tabbed in a pipe, else under their headers and without empty columns."""
        cells = [[*map(_format_cell, row)] for row in rows]
        if not self.is_terminal:
            for row in cells:
                self.line("\t".join(row))
            return
        from rich.table import Column, Table
        from rich.text import Text

        used = [*map(any, zip(*cells, strict=True))]
        names = enumerate(compress(columns, used))
        heads = [Column(head, overflow="fold", no_wrap=not n) for n, head in names]
        table = Table(*heads, box=None, padding=(0, 1, 0, 0), header_style="bold")
        table.show_header = any(column.header for column in heads)
        for row in cells:
            table.add_row(*(Text(clean(cell).translate(_GLUE)) for cell in compress(row, used)))
        self._draw(table)

    def _draw(self, content: RenderableType) -> None:
        with self._console.capture() as capture:
            self._console.print(content)
        self._file.write(capture.get().translate(_SPACE))


def _format_cell(value: object) -> str:
    return "" if value is None else _SPACES.sub(" ", str(value)).strip()


@contextmanager
def progress_bar(words: Words) -> Iterator[ProgressCallback]:
    """Show a progress bar on standard error, and erase it at the end; yields its callback."""
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
