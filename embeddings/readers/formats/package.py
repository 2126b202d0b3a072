"""What DOCX and ODT share: their parts, a walk through them, and what is told of them."""

from __future__ import annotations

import posixpath
from html import escape
from typing import TYPE_CHECKING, Any

from embeddings.errors import ReadError
from embeddings.readers.dates import read_date
from embeddings.readers.draft import LeftOut
from embeddings.readers.formats.archives import unpacked
from embeddings.readers.pages.authors import name_authors
from embeddings.readers.pages.story import fragment_text

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterable, Iterator
    from zipfile import ZipFile

    Rule = Callable[[Any], Iterator[Any]]
    """An element -> markup, elements to go on with, and what is to be called between them."""

MAX_XML = 30_000_000
"""The most bytes of one part of a document."""

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
            ReadError: It is damaged, or has a document type, which may declare entities.
        """
        from defusedxml import DefusedXmlException  # only these files need it
        from defusedxml.ElementTree import XML, ParseError

        if part not in self:
            return XML("<none/>")
        data = unpacked(self._archive, self._members[part.casefold()], self._name, MAX_XML)
        try:
            return _prefixed(XML(data, forbid_dtd=True))
        except DefusedXmlException:
            raise ReadError(
                f"{self._name} declares entities, which no document of a word processor does; "
                "it is not read."
            ) from None
        except (ParseError, ValueError, LookupError) as error:
            raise ReadError(
                f"{self._name} is damaged and cannot be read ({error}); save it again."
            ) from None

    def related(self, part: str, kind: str) -> str | None:
        """Return the part that another one (empty: the package) names as its styles, and so on."""
        folder, name = posixpath.split(part)
        for relation in self.xml(posixpath.join(folder, "_rels", f"{name}.rels")):
            if relation.get("Type", "").endswith(f"/{kind}"):
                target = posixpath.join("/", folder, relation.get("Target", ""))
                return posixpath.normpath(target).lstrip("/")
        return None


def _prefixed(root: Any) -> Any:
    for element in root.iter():
        element.tag = _short(element.tag)
        for name in [name for name in element.attrib if name[0] == "{"]:
            element.set(_short(name), element.attrib.pop(name))
    return root


def _short(name: str) -> str:
    namespace, _, local = name.removeprefix("{").rpartition("}")
    prefix = _PREFIXES.get(namespace)
    return f"{prefix}-{local}" if prefix else local


class Walk:
    """A walk through a document that writes it as HTML; without recursion: depth costs nothing.

    Args:
        rules: Name of an element -> what it is written as: markup, and elements to go on with.
        other: The same for all other elements.
    """

    def __init__(self, rules: dict[str, Rule], other: Rule) -> None:
        self._rules, self._other = rules, other
        self._out: list[str] = []
        self.stated: dict[str, Any] = {}

    def html(self, element: Any) -> str:
        """Return an element as HTML."""
        ahead: list[Any] = [element]
        while ahead:
            step = ahead.pop()
            if isinstance(step, str):
                self._out.append(step)
            else:
                done = step() if callable(step) else self._rules.get(step.tag, self._other)(step)
                ahead.extend(reversed(list(done)))
        return "".join(self._out)

    def field(self, styles: Iterable[str]) -> str:
        """Return the field that a paragraph of some styles states; empty if it states none."""
        found = (_STATED.get(style.casefold(), "") for style in styles)
        return next((name for name in found if name and name not in self.stated), "")

    def take(self, field: str) -> Callable[[], Iterable[str]]:
        """Return what takes all that is written from now on for a field, when it is called.

        What says nothing of that kind stays in the text.
        """
        start = len(self._out)

        def take() -> Iterable[str]:
            text = " ".join(fragment_text("".join(self._out[start:])).split())
            value = _READERS[field](text)
            if value:
                self.stated[field] = value
                del self._out[start:]
            return ()

        return take


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


def shown(text: str | None) -> str:
    """Return text as HTML."""
    return escape(text or "", quote=False)


def unwritten(_: Any) -> Iterator[Any]:
    """Return nothing: the rule of what is no part of the text."""
    return iter(())


def told(left_out: Counter[str]) -> tuple[LeftOut, ...]:
    """Return what was left out, as a draft tells it, from a count of each kind."""
    return tuple(LeftOut(f"{count} {what}", _REASONS[what]) for what, count in left_out.items())


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
