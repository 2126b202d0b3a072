"""Shared by the DOCX and ODT readers: access to a package's parts, and a writer of HTML."""

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from html import escape
from typing import Any, TypeVar
from xml.etree.ElementTree import Element, fromstring
from zipfile import ZipFile

from embeddings.errors import ReadError
from embeddings.readers.archives import unpack
from embeddings.readers.draft import LeftOut
from embeddings.readers.pages.story import fragment_text

Rule = Callable[[Any], Iterator[Any]]
"""Element -> steps: markup to write, elements to write next, and functions to call in between."""

Written = tuple[str, dict[str, list[str]], tuple[LeftOut, ...]]
"""A document as HTML, the lines whose style names a field, by field, and what was left out."""

Key = TypeVar("Key")

MAX_XML = 30_000_000
"""The most bytes of a part."""
_TAG = re.compile(r"<(\w+)")
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
"""Namespace -> its prefix here; Word's have two each, transitional and strict (ISO 29500)."""


class Parts:
    """The parts of a document's package, a ZIP archive."""

    def __init__(self, archive: ZipFile, name: str) -> None:
        self._archive, self._name = archive, name
        self._members = {member.casefold(): member for member in archive.namelist()}

    def __contains__(self, part: str) -> bool:
        return part.casefold() in self._members

    def xml(self, part: str) -> Any:
        """Parse a part and return its root, with prefixed names; an empty element without the part.

        Raises:
            ReadError: The part has a document type, which may declare entities, or is too large.
            ParseError: The part is damaged.
        """
        if part not in self:
            return Element("none")
        data = unpack(self._archive, self._members[part.casefold()], self._name, MAX_XML)
        if b"<!DOCTYPE" in data.replace(b"\0", b""):  # in UTF-16 too
            raise ReadError(
                f"{self._name} declares entities, which no document of a word processor does; "
                "it is not read."
            )
        return _shorten_names(fromstring(data))  # noqa: S314 - it has no document type

    def find_related(self, part: str, kind: str) -> str | None:
        """Return a part's related one of a kind such as "styles"; ``part`` "" is the package."""
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
    """Writes a document as HTML, without recursion, so that deep nesting overflows no stack.

    Text boxes are written after the paragraph that contains them.

    Args:
        rules: Element's name -> its markup, or its rule.
        other: The rule of all other elements.
    """

    def __init__(self, rules: dict[str, Rule | str], other: Rule) -> None:
        self._rules, self._other = rules, other
        self._out: list[str] = []
        self._boxes: list[Any] = []
        self._stated: dict[str, list[str]] = {"title": [], "author": []}
        self._left_out: Counter[str] = Counter()

    def write(self, element: Any) -> Written:
        """Write an element and its descendants."""
        stack: list[Any] = [element]
        while stack:
            step = stack.pop()
            if isinstance(step, str):
                self._out.append(step)
            elif callable(step):
                stack.extend(reversed(list(step() or ())))
            else:
                rule = self._rules.get(step.tag, self._other)
                stack.append(rule if isinstance(rule, str) else partial(rule, step))
        return "".join(self._out), self._stated, report(self._left_out)

    def omit(self, kind: str, _: Any = None) -> Iterator[Any]:
        """Skip an element, and count it by its kind for the report; "" is not reported."""
        if kind:
            self._left_out[kind] += 1
        return iter(())

    def paragraph(self, content: Iterable[Any], styles: Iterable[str], tags: str) -> Iterator[Any]:
        """Write a paragraph between tags; note its text if a style names a field."""
        named = (_STATED.get(name, name) for name in map(str.casefold, styles))
        field = next((name for name in named if name in self._stated), None)
        yield from wrap(content, tags)
        if field:
            yield partial(self._note, field, len(self._out))
        yield self._take_boxes

    def _note(self, field: str, start: int) -> None:
        text = " ".join(fragment_text("".join(self._out[start:])).split()).lstrip("# ")
        self._stated[field] += filter(None, [text])

    def box(self, element: Any) -> Iterator[Any]:
        """Keep a text box for the end of its paragraph."""
        self._boxes.extend(element)
        return iter(())

    def _take_boxes(self) -> list[Any]:
        boxes, self._boxes = self._boxes, []
        return boxes


def wrap(content: Iterable[Any], opening: str) -> Iterator[Any]:
    """Write steps between tags."""
    yield opening
    yield from content
    yield close(opening)


def close(opening: str) -> str:
    """Return the closing tags of opening tags, in reverse order."""
    return "".join(f"</{tag}>" for tag in reversed(_TAG.findall(opening)))


def list_bases(styles: Mapping[Key, Any], key: Key, find_base: Callable[[Any], Key]) -> list[Any]:
    """Return a style and the styles that it is based on, nearest first; stops at a cycle."""
    chain: list[Any] = []
    while key in styles and styles[key] not in chain:
        chain.append(styles[key])
        key = find_base(chain[-1])
    return chain


_STATED = {"titre": "title", "auteur": "author", "byline": "author", "signature": "author"}
"""Other name of a field in a style's name -> the field, which the style's paragraphs state."""


def escape_text(text: str | None) -> str:
    """Escape a text for HTML."""
    return escape(text or "", quote=False)


def report(counts: Counter[str]) -> tuple[LeftOut, ...]:
    """Return what was left out, by the count of each kind."""
    return tuple(LeftOut(f"{kind} ({count})", _REASONS[kind]) for kind, count in counts.items())


DELETED = "stretches that are struck out or deleted"
HIDDEN, NOTES, COMMENTS = "stretches that the document hides", "notes", "comments"
_REASONS = {
    DELETED: "the document says that they do not hold any more",
    HIDDEN: "nobody sees them on paper",
    NOTES: "they stand below the story",
    COMMENTS: "they are about the story",
}
