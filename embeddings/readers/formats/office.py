"""Documents of word processors, DOCX and ODT -> drafts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from embeddings.errors import ReadError
from embeddings.readers.assemble import draft_of
from embeddings.readers.formats.archives import opened, unpacked
from embeddings.readers.formats.decoding import normal
from embeddings.readers.pages.blocks import Block, Kind
from embeddings.readers.pages.story import text_of
from embeddings.text.boilerplate import fold

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from embeddings.readers.draft import Draft

EXTENSIONS = (".docx", ".odt")
"""The extensions of these formats."""

MAX_XML = 30_000_000
"""The most bytes of one part of a document."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_DC_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_BLANKS = re.compile(r"[ \t\r\f]+")
_LINES = re.compile(r" *\n[ \n]*")
_FIRST = 10


@dataclass(frozen=True, slots=True)
class _Words:
    """The names that a format gives to what a text is made of.

    Attributes:
        body: The element that holds the text, somewhere in the document.
        paragraphs: The elements that are paragraphs or headings.
        signs: Elements that stand for characters.
        unseen: Elements whose text is not shown, or is no part of the text.
        plain: Elements whose own text counts; None: all do.
    """

    body: str
    paragraphs: frozenset[str]
    signs: Mapping[str, str]
    unseen: frozenset[str]
    plain: frozenset[str] | None


_DOCX = _Words(
    body=f"{_W}body",
    paragraphs=frozenset((f"{_W}p",)),
    signs={
        f"{_W}tab": " ",
        f"{_W}br": "\n",
        f"{_W}cr": "\n",
        f"{_W}noBreakHyphen": "\u2011",
    },
    unseen=frozenset((f"{_W}del", f"{_W}moveFrom", f"{_W}pPr", f"{_W}rPr", f"{_MC}Fallback")),
    plain=frozenset((f"{_W}t",)),
)
_ODT = _Words(
    body=f"{_OFFICE}text",
    paragraphs=frozenset((f"{_TEXT}p", f"{_TEXT}h")),
    signs={f"{_TEXT}s": " ", f"{_TEXT}tab": " ", f"{_TEXT}line-break": "\n"},
    unseen=frozenset(
        (
            f"{_TEXT}tracked-changes",
            f"{_OFFICE}annotation",
            f"{_TEXT}note",
            f"{_TEXT}sequence-decls",
            f"{_TEXT}table-of-content",
        )
    ),
    plain=None,
)


def load() -> None:
    """Import the library that only these files need."""
    import defusedxml.ElementTree  # noqa: F401 - to have it loaded


def read(data: bytes, path: Path) -> Draft:
    """Read a document of a word processor.

    Args:
        data: The file's bytes.
        path: Where they are from.

    Returns:
        The draft: paragraphs with an empty line between, list items after a dash, headings after
        ``##``. Deleted and hidden text, comments and notes are left out.

    Raises:
        ReadError: It is no such document, is locked or damaged, or has no text.
    """
    name = str(path)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise ReadError(
            f"{name} is an old office document, or is locked with a password; save it as .docx or "
            ".odt without one."
        )
    with opened(data, name) as archive:
        members = set(archive.namelist())
        if "word/document.xml" in members:
            found, title = _docx(archive, members, name)
        elif "content.xml" in members:
            found, title = _odt(archive, members, name)
        else:
            raise ReadError(f"{name} is no document of a word processor, whatever its name says.")
    headline = next((b for b in found if b.mark == "title"), None)
    if headline is None and fold(title) not in [fold(b.text) for b in found[:_FIRST]]:
        title = ""
    shown = [b for b in found if b is not headline]
    if not shown:
        raise ReadError(f"{name} has no text; put the story in it.")
    return draft_of(text_of(shown), path, headline.text if headline else title)


def _docx(archive: zipfile.ZipFile, members: set[str], name: str) -> tuple[list[Block], str]:
    root = _xml(archive, "word/document.xml", name)
    styles: dict[str, str] = {}
    if "word/styles.xml" in members:
        for style in _xml(archive, "word/styles.xml", name).iter(f"{_W}style"):
            label = style.find(f"{_W}name")
            styles[style.get(f"{_W}styleId", "")] = _value(label).casefold()

    def kind(paragraph: Any) -> tuple[Kind, str]:
        given = paragraph.find(f"{_W}pPr/{_W}pStyle")
        style = styles.get(_value(given), _value(given).casefold())
        if style in ("title", "titre"):
            return Kind.HEADING, "title"
        if re.match(r"(?:heading|titre)\s*\d|subtitle", style):
            return Kind.HEADING, ""
        listed = paragraph.find(f"{_W}pPr/{_W}numPr") is not None or style.startswith("list")
        return (Kind.ITEM, "- ") if listed else (Kind.PARAGRAPH, "")

    found = [_block(p, kind(p), _DOCX) for p in _paragraphs(root, _DOCX)]
    return [b for b in found if b], _title(archive, members, "docProps/core.xml", name)


def _odt(archive: zipfile.ZipFile, members: set[str], name: str) -> tuple[list[Block], str]:
    root = _xml(archive, "content.xml", name)
    parents = {
        style.get(f"{_STYLE}name", ""): style.get(f"{_STYLE}parent-style-name", "")
        for style in root.iter(f"{_STYLE}style")
    }
    items = {p for item in root.iter(f"{_TEXT}list-item") for p in item.findall(f"{_TEXT}p")}

    def kind(paragraph: Any) -> tuple[Kind, str]:
        style = paragraph.get(f"{_TEXT}style-name", "")
        if "Title" in (style, parents.get(style)):
            return Kind.HEADING, "title"
        if paragraph.tag == f"{_TEXT}h" or "Subtitle" in (style, parents.get(style)):
            return Kind.HEADING, ""
        return (Kind.ITEM, "- ") if paragraph in items else (Kind.PARAGRAPH, "")

    found = [_block(p, kind(p), _ODT) for p in _paragraphs(root, _ODT)]
    return [b for b in found if b], _title(archive, members, "meta.xml", name)


def _xml(archive: zipfile.ZipFile, member: str, name: str) -> Any:
    """Parse one part; entities and document types are refused."""
    from defusedxml import DefusedXmlException  # as in load
    from defusedxml.ElementTree import ParseError, fromstring

    data = unpacked(archive, member, name, MAX_XML)
    try:
        return fromstring(data, forbid_dtd=True)
    except DefusedXmlException:
        raise ReadError(
            f"{name} declares entities, which no document of a word processor does; it is not read."
        ) from None
    except (ParseError, ValueError, LookupError) as error:
        raise ReadError(f"{name} is damaged and cannot be read ({error}); save it again.") from None


def _paragraphs(root: Any, words: _Words) -> Iterator[Any]:
    """Yield the paragraphs of a document in order, those inside others too; without recursion."""
    ahead = list(root.iter(words.body))[:1]
    while ahead:
        element = ahead.pop()
        if element.tag in words.unseen:
            continue
        if element.tag in words.paragraphs:
            yield element
        ahead.extend(reversed(element))


def _block(paragraph: Any, kind: tuple[Kind, str], words: _Words) -> Block | None:
    text = _LINES.sub("\n", _BLANKS.sub(" ", "".join(_pieces(paragraph, words)))).strip(" \n")
    return Block(normal(text), kind[0], kind[1], 0, 0, 0.0) if text.strip() else None


def _pieces(paragraph: Any, words: _Words) -> Iterator[str]:
    """Yield the text of a paragraph, without that of paragraphs inside it."""
    ahead: list[tuple[Any, bool]] = [(paragraph, False)]
    while ahead:
        element, is_after = ahead.pop()
        if is_after:
            yield (element.tail or "") if words.plain is None else ""
            continue
        if element is not paragraph:
            ahead.append((element, True))
            if element.tag in words.unseen or element.tag in words.paragraphs:
                continue
        if _is_hidden(element):
            continue
        yield words.signs.get(element.tag, "")
        if words.plain is None or element.tag in words.plain:
            yield _BLANKS.sub(" ", (element.text or "").replace("\n", " "))
        ahead.extend((child, False) for child in reversed(element))


def _is_hidden(element: Any) -> bool:
    return element.tag == f"{_W}r" and element.find(f"{_W}rPr/{_W}vanish") is not None


def _value(element: Any) -> str:
    return "" if element is None else str(element.get(f"{_W}val", ""))


def _title(
    archive: zipfile.ZipFile, members: Sequence[str] | set[str], part: str, name: str
) -> str:
    """Return the title in a document's own properties."""
    found = _xml(archive, part, name).iter(_DC_TITLE) if part in members else iter(())
    element = next(found, None)
    return "" if element is None else _BLANKS.sub(" ", normal(element.text or "")).strip()
