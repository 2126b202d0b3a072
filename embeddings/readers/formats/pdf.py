"""PDF files -> drafts: the printed lines, put together into paragraphs."""

from __future__ import annotations

import io
import logging
import re
from typing import TYPE_CHECKING, Any

from embeddings.errors import ReadError
from embeddings.readers.assemble import draft_of
from embeddings.readers.formats.decoding import normal
from embeddings.readers.formats.printed import Line, paragraphs_of
from embeddings.text.boilerplate import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from embeddings.readers.draft import Draft
    from embeddings.readers.formats.printed import Paragraph

EXTENSIONS = (".pdf",)
"""The extensions of this format."""

MAX_PAGES = 500
"""The most pages of one file."""

LEAST_LETTERS = 20
"""With fewer letters in all its pages, a file has no text, only pictures of it."""

_MOST_UNKNOWN = 0.05
_CID = re.compile(r"\(cid:\d+\)")
_BLANK = re.compile(r"[ \t\n]+")
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st"})


def load() -> None:
    """Import the library that only these files need."""
    import pdfminer.high_level  # noqa: F401 - to have it loaded


def read(data: bytes, path: Path) -> Draft:
    """Read a PDF file.

    Args:
        data: The file's bytes.
        path: Where they are from.

    Returns:
        The draft: paragraphs with an empty line between, headings after ``##``. Columns are read
        one after another; running heads, page numbers and hyphens at line ends are left out.

    Raises:
        ReadError: It has no text, too many pages, a password, or is no PDF file.
    """
    if b"%PDF" not in data[:1024]:
        raise ReadError(f"{path} is not a PDF file, whatever its name says.")
    lines, stated = _lines(data, str(path))
    letters = "".join(line.text for line in lines)
    if sum(c.isalpha() for c in letters) < LEAST_LETTERS:
        raise ReadError(
            f"{path} has no text, only pictures of its pages; run a text recognition (OCR) first."
        )
    unknown = 6 * len(_CID.findall(letters)) + letters.count("\ufffd")
    if unknown > _MOST_UNKNOWN * len(letters):
        raise ReadError(f"{path} does not say which letters it shows; run a text recognition.")
    return _draft(paragraphs_of(lines), stated, path)


def _lines(data: bytes, name: str) -> tuple[list[Line], str]:
    """Return the printed lines and the title that the file states."""
    from pdfminer.layout import LAParams  # as in load
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfminer.pdfexceptions import PDFException
    from pdfminer.pdfparser import PDFSyntaxError
    from pdfminer.psexceptions import PSException

    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    try:
        return _printed(data, name, LAParams(boxes_flow=None))
    except PDFPasswordIncorrect:
        raise ReadError(f"{name} is locked with a password; save it without one.") from None
    except (PDFException, PDFSyntaxError, PSException) as error:
        kind = type(error).__name__
        raise ReadError(f"{name} is damaged and cannot be read ({kind}); save it again.") from None


def _printed(data: bytes, name: str, settings: Any) -> tuple[list[Line], str]:
    from pdfminer.converter import PDFPageAggregator
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
    from pdfminer.pdfpage import PDFPage
    from pdfminer.pdfparser import PDFParser

    document = PDFDocument(PDFParser(io.BytesIO(data)))
    resources = PDFResourceManager()
    device = PDFPageAggregator(resources, laparams=settings)
    interpreter = PDFPageInterpreter(resources, device)
    pages = []
    for page in PDFPage.create_pages(document):
        pages.append(page)
        if len(pages) > MAX_PAGES:
            raise ReadError(f"{name} has more than {MAX_PAGES} pages; cut it into several.")
    lines: list[Line] = []
    for number, page in enumerate(pages):
        interpreter.process_page(page)
        lines += _lines_of(device.get_result(), number)
    return lines, _stated_title(document.info)


def _lines_of(page: Any, number: int) -> Iterator[Line]:
    """Yield the horizontal lines of a page."""
    from pdfminer.layout import LTChar, LTTextBox, LTTextLineHorizontal

    boxes = (box for box in page if isinstance(box, LTTextBox))
    for line in (line for box in boxes for line in box):
        text = _BLANK.sub(" ", normal(line.get_text())).strip().translate(_LIGATURES)
        if not text or not isinstance(line, LTTextLineHorizontal):
            continue
        size = max((c.size for c in line if isinstance(c, LTChar)), default=line.height)
        top, bottom = page.height - line.y1, page.height - line.y0
        yield Line(text, number, line.x0, line.x1, top, bottom, size, page.height)


def _stated_title(infos: Sequence[dict[str, Any]]) -> str:
    from pdfminer.utils import decode_text

    for info in infos:
        title = info.get("Title")
        if isinstance(title, bytes):
            return _BLANK.sub(" ", decode_text(title)).strip()
    return ""


def _draft(found: Sequence[Paragraph], stated: str, path: Path) -> Draft:
    """Make a draft; what a file says of itself counts when its first page says it too."""
    first = " ".join(fold(part.text) for part in found if part.page == 0)
    largest = max(
        (p for p in found if p.page == 0 and p.heading), key=lambda p: p.size, default=None
    )
    title = largest.text if largest else stated if stated and fold(stated) in first else ""
    text = "\n\n".join(f"## {p.text}" if p.heading else p.text for p in found if p is not largest)
    return draft_of(text, path, title)
