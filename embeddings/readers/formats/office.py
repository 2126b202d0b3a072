"""Documents of word processors, DOCX and ODT -> drafts."""

from pathlib import Path
from typing import Any

from embeddings.errors import ReadError
from embeddings.readers.assemble import draft_of, without_head
from embeddings.readers.draft import Draft, Fields
from embeddings.readers.formats import docx, odt
from embeddings.readers.formats.archives import open_archive
from embeddings.readers.formats.package import Parts
from embeddings.readers.pages.story import fragment_text
from embeddings.text.boilerplate import fold

_FIRST = 10
"""Among how many paragraphs the title that a document states must stand to count."""


def read(data: bytes, path: Path) -> Draft:
    """Read a document: paragraphs, list items after a dash or a number, headings after ``##``.

    Deleted, struck-out and hidden text, comments and notes are left out.
    """
    name = str(path)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ReadError(
            f"{name} is an old office document, or is locked with a password; save it as .docx or "
            ".odt without one."
        )
    with open_archive(data, name) as archive:
        parts = Parts(archive, name)
        if (main := docx.main_part(parts)) is not None:
            html, said, left_out = docx.read(parts, main)
            stated = parts.xml(parts.find_related("", "core-properties") or "docProps/core.xml")
        elif "content.xml" in parts:
            html, said, left_out = odt.read(parts)
            stated = parts.xml("meta.xml")
        else:
            raise ReadError(f"{name} is no document of a word processor, whatever its name says.")
        named = "".join(" ".join((e.text or "").split()) for e in stated.iter("dc-title"))
    text = fragment_text(html)
    if not text:
        raise ReadError(f"{name} has no text; put the story in it.")
    first = [fold(part) for part in text.split("\n\n")[:_FIRST]]
    stated_too: dict[str, Any] = {"title": named if fold(named) in first else ""} | said
    fields = Fields(**stated_too)
    return draft_of(without_head(text, fields) or text, path, fields, left_out)
