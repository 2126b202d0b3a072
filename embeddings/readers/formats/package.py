"""What DOCX and ODT share: their parts, how they are written as HTML, and what is told of them."""

import posixpath
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from html import escape
from typing import Any
from zipfile import ZipFile

from embeddings.errors import ReadError
from embeddings.readers.dates import read_date
from embeddings.readers.draft import LeftOut
from embeddings.readers.formats.archives import unpack
from embeddings.readers.pages.authors import name_authors
from embeddings.readers.pages.story import fragment_text

Rule = Callable[[Any], Iterator[Any]]
"""An element -> markup, elements to go on with, and what is to be called between them."""

Written = tuple[str, dict[str, Any], tuple[LeftOut, ...]]
"""A document as HTML, the fields that its styles state, and what is missing."""

MAX_XML = 30_000_000
"""The most bytes of one part of a document."""
_DEEPEST = 20
"""From how deep on a list or a table in others is written as its paragraphs."""
_OOXML = "http://schemas.openxmlformats.org"
_STRICT = "http://purl.oclc.org/ooxml"
_ODF = "urn:oasis:names:tc:opendocument:xmlns"
_PREFIXES = {
    f"{_OOXML}/wordprocessingml/2006/main": "w",
    f"{_STRICT}/wordprocessingml/main": "w",
    f"{_OOXML}/officeDocument/2006/math": "m",
    f"{_STRICT}/officeDocument/math": "m",
    f"{_OOXML}/markup-compatibility/2006": "mc",
    "http://purl.org/dc/elements/1.1/": "dc",
} | {f"{_ODF}:{name}:1.0": name for name in ("office", "text", "style", "table", "draw")}
"""Namespaces -> the prefixes that stand for them here; Word has two for each (ISO 29500)."""


class Parts:
    """The parts of a document.

    Args:
        archive: The file, opened.
        name: What to call it in an error.
    """

    def __init__(self, archive: ZipFile, name: str) -> None:
        self._archive, self._name = archive, name
        self._members = {member.casefold(): member for member in archive.namelist()}

    def __contains__(self, part: str) -> bool:
        return part.casefold() in self._members

    def xml(self, part: str) -> Any:
        """Return the root of a part, its names with prefixes, or an empty element without it.

        Raises:
            ReadError: It has a document type, which may declare entities, or is too large.
            ParseError: It is damaged.
        """
        from defusedxml import DefusedXmlException  # only these files need it
        from defusedxml.ElementTree import XML

        if part not in self:
            return XML("<none/>")
        data = unpack(self._archive, self._members[part.casefold()], self._name, MAX_XML)
        try:
            return _shorten_names(XML(data, forbid_dtd=True))
        except DefusedXmlException:
            raise ReadError(
                f"{self._name} declares entities, which no document of a word processor does; "
                "it is not read."
            ) from None

    def find_related(self, part: str, kind: str) -> str | None:
        """Return the part that another one (empty: the package) names as its styles, and so on."""
        folder, name = posixpath.split(part)
        for relation in self.xml(posixpath.join(folder, "_rels", f"{name}.rels")):
            if relation.get("Type", "").endswith(f"/{kind}"):
                target = posixpath.join("/", folder, relation.get("Target", ""))
                return posixpath.normpath(target).lstrip("/")
        return None


def _shorten_names(root: Any) -> Any:
    for element in root.iter():
        element.tag = _short(element.tag)
        for name in [name for name in element.attrib if name[0] == "{"]:
            element.set(_short(name), element.attrib.pop(name))
    return root


def _short(name: str) -> str:
    namespace, _, local = name.removeprefix("{").rpartition("}")
    prefix = _PREFIXES.get(namespace)
    return f"{prefix}-{local}" if prefix else local


class Writer:
    """Writes a document as HTML, element by element; without recursion: depth costs nothing.

    What is inside a paragraph but apart from it, a box, follows it.

    Args:
        rules: Name of an element -> what it is written as: markup, and elements to go on with.
        other: The same for all other elements.
    """

    def __init__(self, rules: dict[str, Rule], other: Rule) -> None:
        self._rules, self._other = rules, other
        self._out: list[str] = []
        self._boxes: list[Any] = []
        self._deep = 0
        self._stated: dict[str, Any] = {}
        self._left_out: Counter[str] = Counter()

    def write(self, element: Any) -> Written:
        """Write an element, and all that is in it."""
        ahead: list[Any] = [element]
        while ahead:
            step = ahead.pop()
            if isinstance(step, str):
                self._out.append(step)
            else:
                done = step() if callable(step) else self._rules.get(step.tag, self._other)(step)
                ahead.extend(reversed(list(done)))
        return "".join(self._out), self._stated, tell(self._left_out)

    def leave(self, what: str) -> Iterator[Any]:
        """Write nothing; what was left out is told, unless it is empty."""
        if what:
            self._left_out[what] += 1
        return iter(())

    def paragraph(
        self, inside: Iterable[Any], styles: Iterable[str], opening: str, closing: str
    ) -> Iterator[Any]:
        """Write a paragraph between two tags, or take it for the field that its styles state."""
        named = (_STATED.get(style.casefold(), "") for style in styles)
        field = next((name for name in named if name and name not in self._stated), "")
        yield opening and "<p>" if field else opening
        yield from inside
        yield closing and "</p>" if field else closing
        if field:
            yield partial(self._take, field, len(self._out))
        yield self._take_boxes

    def _take(self, field: str, start: int) -> tuple[()]:
        """Take what was written from a place on for a field; what is none stays in the text."""
        text = " ".join(fragment_text("".join(self._out[start:])).split())
        if value := _READERS[field](text):
            self._stated[field] = value
            del self._out[start:]
        return ()

    def box(self, element: Any) -> Iterator[Any]:
        """Keep what is in a box for after its paragraph."""
        self._boxes.extend(element)
        return iter(())

    def _take_boxes(self) -> list[Any]:
        boxes, self._boxes = self._boxes, []
        return boxes

    def nest(self, element: Any, opening: str, closing: str) -> Iterator[Any]:
        """Write a list or a table, which may stand in others."""
        self._deep += 1
        yield from self.around(element, opening, closing)
        yield self._leave_nest

    def _leave_nest(self) -> tuple[()]:
        self._deep -= 1
        return ()

    def around(self, element: Any, opening: str, closing: str) -> Iterator[Any]:
        """Write what is in an element between two tags, without them where lists are too deep."""
        is_written = self._deep < _DEEPEST
        yield opening if is_written else ""
        yield from element
        yield closing if is_written else ""


_STATED = {
    "title": "title", "titre": "title", "author": "author", "auteur": "author",
    "byline": "author", "signature": "author", "date": "date",
}  # fmt: skip
"""Names of styles -> the field that a paragraph of it states."""
_READERS: dict[str, Callable[[str], Any]] = {
    "title": str,
    "author": lambda text: name_authors([text]),
    "date": read_date,
}


def escape_text(text: str | None) -> str:
    """Return text as HTML."""
    return escape(text or "", quote=False)


def tell(left_out: Counter[str]) -> tuple[LeftOut, ...]:
    """Return what was left out, as a draft tells it, from a count of each kind."""
    return tuple(LeftOut(f"{what} ({count})", _REASONS[what]) for what, count in left_out.items())


DELETED, HIDDEN, NOTES, COMMENTS = (
    "stretches that are struck out or deleted",
    "stretches that the document hides",
    "notes",
    "comments",
)
_REASONS = {
    DELETED: "the document says that they do not hold any more",
    HIDDEN: "nobody sees them on paper",
    NOTES: "they stand below the story",
    COMMENTS: "they are about the story",
}
