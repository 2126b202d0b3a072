"""Reads PDF files: extracts the printed lines, and drafts the paragraphs that they form."""

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

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LAParams, LTChar, LTFigure, LTTextBox, LTTextLineHorizontal
from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.utils import decode_text

from embeddings.errors import ReadError
from embeddings.readers.assemble import draft_of
from embeddings.readers.decoding import normal
from embeddings.readers.draft import Draft, Fields
from embeddings.readers.formats.printed import Line, Paragraph, paragraphs_of, usual_size
from embeddings.readers.pages.guesses import MAX_TITLE
from embeddings.text.boilerplate import fold

MAX_PAGES = 500
"""The most pages of a file."""
DROP = 1.7
"""The least size of a drop cap, as a multiple of the usual size of letters."""
MOST_DROPPED = 3
"""The most characters of a drop cap, including a quotation mark before it."""
_ONE_LETTER_WORDS = ("A", "I", "O", "Y", "À", "Ô")
_LEAST_SPACED = 4
_SPACED = 0.8
"""The least number of words in a letter-spaced line, and the share of them with one letter."""
_WIDER = 1.6
"""The least gap between words in a letter-spaced line, as a multiple of the median gap."""
_MOST_UNKNOWN = 0.05
_CID = re.compile(r"\(cid:\d+\)")
_BLANK = re.compile(r"[ \t\n]+")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st"})


def read(data: bytes, path: Path) -> Draft:
    """Read a PDF file, column by column, without running heads, page numbers and hyphenation.

    Empty lines separate paragraphs; headings begin with ``##``. Raises ReadError also for a file
    with a password or more than ``MAX_PAGES`` pages.
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
    return _draft(paragraphs_of(_join_drop_caps(lines)), stated, path)


def _lines(data: bytes, name: str) -> tuple[list[Line], str]:
    """Return a file's printed lines and its title property."""
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    try:
        document = PDFDocument(PDFParser(io.BytesIO(data)))
    except PDFPasswordIncorrect:
        raise ReadError(f"{name} is locked with a password; save it without one.") from None
    pages = list(islice(PDFPage.create_pages(document), MAX_PAGES + 1))
    if len(pages) > MAX_PAGES:
        raise ReadError(f"{name} has more than {MAX_PAGES} pages; cut it into several.")
    resources = PDFResourceManager()
    layout = LAParams(boxes_flow=None, all_texts=True)  # figures (form objects) have text too
    device = PDFPageAggregator(resources, laparams=layout)
    interpreter = PDFPageInterpreter(resources, device)
    lines: list[Line] = []
    for number, page in enumerate(pages):
        interpreter.process_page(page)
        lines += _page_lines(device.get_result(), number)
    return lines, _stated_title(document.info)


def _page_lines(page: Any, number: int) -> Iterator[Line]:
    """Yield the horizontal lines of a page, with a drop cap as a line of its own."""
    elements = list(page)
    for line in elements:
        if isinstance(line, LTFigure | LTTextBox):
            elements.extend(line)
        if not isinstance(line, LTTextLineHorizontal):
            continue
        chars = [c for c in line if isinstance(c, LTChar) and c.upright]
        if not chars:
            continue
        first = [c.size > DROP * chars[-1].size for c in chars].index(False)
        dropped = first if first <= MOST_DROPPED else 0
        for part in filter(None, (chars[:dropped], chars[dropped:])):
            whole = part if dropped else list(line)
            if text := _show_words("".join(c.get_text() for c in whole), part):
                yield _line(text, part, number, page.height)


def _line(text: str, chars: Sequence[Any], number: int, height: float) -> Line:
    inked = [c for c in chars if c.get_text().strip()] or chars
    left, right = min(c.x0 for c in inked), max(c.x1 for c in inked)
    top, bottom = height - max(c.y1 for c in inked), height - min(c.y0 for c in inked)
    return Line(text, number, left, right, top, bottom, max(c.size for c in inked), height)


def _show_words(text: str, chars: Sequence[Any]) -> str:
    """Return a line's words; in a letter-spaced line, only wide gaps separate words."""
    words = text.split()
    if len(words) >= _LEAST_SPACED and sum(len(w) == 1 for w in words) > _SPACED * len(words):
        inked = [c for c in chars if c.get_text().strip()]
        gaps = [b.x0 - a.x1 for a, b in pairwise(inked)]
        wide = _WIDER * median(gaps)
        text = inked[0].get_text() + "".join(
            " " * (gap > wide) + c.get_text() for gap, c in zip(gaps, inked[1:], strict=True)
        )
    return _BLANK.sub(" ", normal(text)).strip().translate(_LIGATURES)


def _join_drop_caps(lines: Sequence[Line]) -> list[Line]:
    """Join each drop cap to the first of the lines beside it, and move their left edges to its."""
    if not lines:
        return []
    usual = usual_size(lines)
    caps = [x for x in lines if x.size > DROP * usual and len(x.text) <= MOST_DROPPED]
    counts = Counter(word for x in lines for word in x.text.casefold().split())
    joined = [line for line in lines if line not in caps]
    for cap in caps:
        beside = sorted((x for x in joined if _is_beside(x, cap)), key=lambda x: x.top)
        if not beside or not any(map(str.isalpha, cap.text)):
            joined.append(cap)
            continue
        rest = beside[0].text
        word = rest.split()[0].casefold()
        is_word = cap.text in _ONE_LETTER_WORDS and (
            not rest[0].islower() or counts[word] > 1 > counts[cap.text.casefold() + word]
        )
        for line in beside:
            text = f"{cap.text}{' ' * is_word}{rest}" if line is beside[0] else line.text
            joined[joined.index(line)] = replace(line, text=text, left=cap.left)
    return joined


def _is_beside(line: Line, cap: Line) -> bool:
    middle = (line.top + line.bottom) / 2
    near = -0.2 * cap.size < line.left - cap.right < cap.size
    return line.page == cap.page and near and cap.top - line.size / 2 < middle < cap.bottom


def _stated_title(infos: Sequence[dict[str, Any]]) -> str:
    for info in infos:
        title = info.get("Title")
        if isinstance(title, bytes):
            return _BLANK.sub(" ", decode_text(title)).strip()
    return ""


def _draft(paragraphs: Sequence[Paragraph], stated: str, path: Path) -> Draft:
    """Make a draft; its title is on the first page: the stated one, else the largest headline."""
    first = [p for p in paragraphs if p.page == 0]
    folded = fold(stated) if len(stated) <= MAX_TITLE else ""
    headline = next((p for p in first if p.is_large and folded and fold(p.text) == folded), None)
    if headline is None:
        large = [p for p in first if p.is_large and len(p.text) <= MAX_TITLE]
        of_words = [p for p in large if " " in p.text]
        headline = max(of_words or large, key=lambda p: p.size, default=None)
    is_shown = folded and folded in " ".join(fold(p.text) for p in first)
    title = headline.text if headline else stated if is_shown else ""
    parts = (f"## {p.text}" if p.is_heading else p.text for p in paragraphs if p is not headline)
    return draft_of("\n\n".join(parts), path, Fields(title=title))
