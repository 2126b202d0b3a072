"""PDF files -> drafts: the printed lines, put together into paragraphs."""

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path
from statistics import median
from typing import Any

from embeddings.errors import ReadError
from embeddings.readers.assemble import draft_of
from embeddings.readers.draft import Draft, Fields
from embeddings.readers.formats.decoding import normal
from embeddings.readers.formats.printed import Line, Paragraph, paragraphs_of, usual_size
from embeddings.readers.pages.guesses import MAX_TITLE
from embeddings.text.boilerplate import fold

MAX_PAGES = 500
"""The most pages of one file."""
DROP = 1.7
"""From how many times the size of most letters a letter that begins a paragraph is a drop cap."""
MOST_DROPPED = 3
"""The most characters of one, a quotation mark before it included."""
_ONE_LETTER_WORDS = ("A", "I", "O", "Y", "À", "Ô")
_LEAST_SPACED = 4
_SPACED = 0.8
_WIDER = 1.6
"""How many times the usual gap between letters that are set apart the gap between words is."""
_MOST_UNKNOWN = 0.05
_CID = re.compile(r"\(cid:\d+\)")
_BLANK = re.compile(r"[ \t\n]+")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st"})


def read(data: bytes, path: Path) -> Draft:
    """Read a PDF file: paragraphs with an empty line between, headings after ``##``.

    Columns are read one after another; running heads, page numbers and hyphens at line ends are
    left out. One of too many pages, or with a password, is refused.
    """
    if b"%PDF" not in data[:1024]:
        raise ReadError(f"{path} is not a PDF file, whatever its name says.")
    lines, stated = _lines(data, str(path))
    letters = "".join(line.text for line in lines)
    if not any(map(str.isalpha, letters)):
        raise ReadError(
            f"{path} has no text, only pictures of its pages; run a text recognition (OCR) first."
        )
    unknown = 6 * len(_CID.findall(letters)) + letters.count("\ufffd")
    if unknown > _MOST_UNKNOWN * len(letters):
        raise ReadError(f"{path} does not say which letters it shows; run a text recognition.")
    return _draft(paragraphs_of(_with_drop_caps(lines)), stated, path)


def _lines(data: bytes, name: str) -> tuple[list[Line], str]:
    """Return the printed lines and the title that the file states."""
    from pdfminer.converter import PDFPageAggregator  # as in load
    from pdfminer.layout import LAParams
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    document = _document(data, name)
    pages = list(islice(PDFPage.create_pages(document), MAX_PAGES + 1))
    if len(pages) > MAX_PAGES:
        raise ReadError(f"{name} has more than {MAX_PAGES} pages; cut it into several.")
    resources = PDFResourceManager()
    device = _flat(PDFPageAggregator)(resources, laparams=LAParams(boxes_flow=None))
    interpreter = PDFPageInterpreter(resources, device)
    lines: list[Line] = []
    for number, page in enumerate(pages):
        interpreter.process_page(page)
        lines += _lines_of(device.get_result(), number)
    return lines, _stated_title(document.info)


def _document(data: bytes, name: str) -> Any:
    from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
    from pdfminer.pdfparser import PDFParser

    try:
        return PDFDocument(PDFParser(io.BytesIO(data)))
    except PDFPasswordIncorrect:
        raise ReadError(f"{name} is locked with a password; save it without one.") from None


def _flat(aggregator: type[Any]) -> type[Any]:
    """Return a class that lays out what stands in figures (form objects) with its page."""

    class Flat(aggregator):  # type: ignore[misc]  # imported when it is needed
        def begin_figure(self, name: str, bbox: Any, matrix: Any) -> None:
            pass

        def end_figure(self, _: str) -> None:
            pass

        def render_image(self, name: str, stream: Any) -> None:
            pass

    return Flat


def _lines_of(page: Any, number: int) -> Iterator[Line]:
    """Yield the horizontal lines of a page, a large first letter as a line of its own."""
    from pdfminer.layout import LTChar, LTTextBox, LTTextLineHorizontal

    lines = (line for box in page if isinstance(box, LTTextBox) for line in box)
    for line in (each for each in lines if isinstance(each, LTTextLineHorizontal)):
        signs = [c for c in line if isinstance(c, LTChar)]
        if not signs:
            continue
        first = [c.size > DROP * signs[-1].size for c in signs].index(False)
        dropped = first if first <= MOST_DROPPED else 0
        for part in filter(None, (signs[:dropped], signs[dropped:])):
            whole = part if dropped else list(line)
            if text := _show_words("".join(c.get_text() for c in whole), part):
                yield _line(text, part, number, page.height)


def _line(text: str, signs: Sequence[Any], number: int, height: float) -> Line:
    inked = [c for c in signs if c.get_text().strip()] or signs
    left, right = min(c.x0 for c in inked), max(c.x1 for c in inked)
    top, bottom = height - max(c.y1 for c in inked), height - min(c.y0 for c in inked)
    return Line(text, number, left, right, top, bottom, max(c.size for c in inked), height)


def _show_words(text: str, signs: Sequence[Any]) -> str:
    """Return a line's words; letters that are set apart are one word up to a wider gap."""
    words = text.split()
    if len(words) >= _LEAST_SPACED and sum(len(w) == 1 for w in words) > _SPACED * len(words):
        inked = [c for c in signs if c.get_text().strip()]
        gaps = [b.x0 - a.x1 for a, b in pairwise(inked)]
        wide = _WIDER * median(gaps)
        text = inked[0].get_text() + "".join(
            " " * (gap > wide) + c.get_text() for gap, c in zip(gaps, inked[1:], strict=True)
        )
    return _BLANK.sub(" ", normal(text)).strip().translate(_LIGATURES)


def _with_drop_caps(lines: Sequence[Line]) -> list[Line]:
    """Return lines, each large letter beside some of them put before the first of these."""
    if not lines:
        return []
    usual = usual_size(lines)
    caps = [x for x in lines if x.size > DROP * usual and len(x.text) <= MOST_DROPPED]
    texts = Counter(word for x in lines for word in x.text.casefold().split())
    found = [line for line in lines if line not in caps]
    for cap in caps:
        beside = sorted((x for x in found if _is_beside(x, cap)), key=lambda x: x.top)
        if not beside or not any(map(str.isalpha, cap.text)):
            found.append(cap)
            continue
        rest = beside[0].text
        word = rest.split()[0].casefold()
        apart = cap.text in _ONE_LETTER_WORDS and (
            not rest[0].islower() or texts[word] > 1 > texts[cap.text.casefold() + word]
        )
        for line in beside:
            text = f"{cap.text}{' ' * apart}{rest}" if line is beside[0] else line.text
            found[found.index(line)] = replace(line, text=text, left=cap.left)
    return found


def _is_beside(line: Line, cap: Line) -> bool:
    middle = (line.top + line.bottom) / 2
    near = -0.2 * cap.size < line.left - cap.right < cap.size
    return line.page == cap.page and near and cap.top - line.size / 2 < middle < cap.bottom


def _stated_title(infos: Sequence[dict[str, Any]]) -> str:
    from pdfminer.utils import decode_text

    for info in infos:
        title = info.get("Title")
        if isinstance(title, bytes):
            return _BLANK.sub(" ", decode_text(title)).strip()
    return ""


def _draft(found: Sequence[Paragraph], stated: str, path: Path) -> Draft:
    """Make a draft; what a file says of itself counts when its first page says it too."""
    first = [p for p in found if p.page == 0]
    marked = fold(stated) if len(stated) <= MAX_TITLE else ""
    headline = next((p for p in first if p.large and marked and fold(p.text) == marked), None)
    if headline is None:
        large = [p for p in first if p.large and len(p.text) <= MAX_TITLE]
        several = [p for p in large if " " in p.text]
        headline = max(several or large, key=lambda p: p.size, default=None)
    shown = marked and marked in " ".join(fold(p.text) for p in first)
    title = headline.text if headline else stated if shown else ""
    parts = (f"## {p.text}" if p.heading else p.text for p in found if p is not headline)
    return draft_of("\n\n".join(parts), path, Fields(title=title))
