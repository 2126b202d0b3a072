"""What an ODT file shows on paper, as HTML (OpenDocument 1.3, part 3)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from embeddings.readers.formats.package import (
    COMMENTS,
    DELETED,
    HIDDEN,
    NOTES,
    Walk,
    shown,
    told,
    unwritten,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from embeddings.readers.draft import LeftOut
    from embeddings.readers.formats.package import Parts

_DEEPEST = 20
"""From how deep on a list or a table in others is written as its paragraphs."""

_NOTHING = (
    "office-binary-data",
    "office-forms",
    "office-scripts",
    "text-alphabetical-index",
    "text-illustration-index",
    "text-sequence-decls",
    "text-table-index",
    "text-table-of-content",
    "text-tracked-changes",
    "text-user-index",
    "text-variable-decls",
    "desc",
    "title",
)


def read(parts: Parts) -> tuple[str, dict[str, Any], tuple[LeftOut, ...]]:
    """Return the document's text as HTML, the fields that its styles state, and what is missing.

    Raises:
        ReadError: A part is damaged.
    """
    content = parts.xml("content.xml")
    writer = _Writer([parts.xml("styles.xml"), content])
    body = next(content.iter("office-text"), None)
    html = writer.walk.html(body) if body is not None else ""
    return html, writer.walk.stated, told(writer.left_out)


class _Writer:
    """Writes a document; what is inside a paragraph but apart from it follows it."""

    def __init__(self, roots: list[Any]) -> None:
        self._styles = {
            (style.get("style-family", "paragraph"), style.get("style-name", "")): style
            for root in roots
            for style in root.iter("style-style")
        }
        self._numbered = {
            style.get("style-name"): level
            for root in roots
            for style in root.iter("text-list-style")
            for level in list(style)[:1]
            if level.tag == "text-list-level-style-number"
        }
        self._boxes: list[Any] = []
        self._deep = 0
        self.left_out: Counter[str] = Counter()
        self.walk = Walk(dict.fromkeys(_NOTHING, unwritten) | self._rules(), self._inline)

    def _rules(self) -> dict[str, Any]:
        return {
            "text-p": self._block,
            "text-h": self._block,
            "text-span": self._span,
            "text-a": self._inline,
            "text-s": lambda _: iter((" ",)),
            "text-tab": lambda _: iter((" ",)),
            "text-line-break": lambda _: iter(("<br>",)),
            "text-note": lambda _: self._leave(NOTES),
            "office-annotation": lambda _: self._leave(COMMENTS),
            "text-hidden-text": self._hidden,
            "text-hidden-paragraph": unwritten,
            "text-ruby-text": self._reading,
            "text-section": self._section,
            "text-list": self._list,
            "text-list-item": lambda e: self._around(e, self._item(e), "</li>"),
            "text-list-header": lambda e: self._around(e, "", ""),
            "table-table": lambda e: self._nested(e, "<table>", "</table>"),
            "table-table-row": lambda e: self._around(e, "<tr>", "</tr>"),
            "table-table-cell": lambda e: self._around(e, "<td>", "</td>"),
            "table-covered-table-cell": unwritten,
            "draw-text-box": self._box,
        }

    def _leave(self, what: str) -> Iterator[Any]:
        self.left_out[what] += 1
        return iter(())

    def _inline(self, element: Any) -> Iterator[Any]:
        """Yield what is inside an element."""
        yield shown(element.text)
        for child in element:
            yield child
            yield shown(child.tail)

    def _block(self, paragraph: Any) -> Iterator[Any]:
        styles = self._chain("paragraph", paragraph)
        names = [paragraph.get("text-style-name", "")]
        names += [s.get("style-parent-style-name", "") for s in styles]
        if what := self._unseen(styles) or self._hides_itself(paragraph):
            yield from self._leave(what)
            return
        field = self.walk.field(names)
        taken = [self.walk.take(field)] if field else []
        heading = not field and (paragraph.tag == "text-h" or "Subtitle" in names)
        yield "<h2>" if heading else "<p>"
        yield from self._inline(paragraph)
        yield "</h2>" if heading else "</p>"
        yield from taken
        yield self._take_boxes

    def _hides_itself(self, paragraph: Any) -> str:
        fields = paragraph.iter("text-hidden-paragraph")
        return HIDDEN if any(e.get("text-is-hidden") != "false" for e in fields) else ""

    def _take_boxes(self) -> list[Any]:
        boxes, self._boxes = self._boxes, []
        return boxes

    def _box(self, element: Any) -> Iterator[Any]:
        self._boxes.extend(element)
        return iter(())

    def _span(self, element: Any) -> Iterator[Any]:
        what = self._unseen(self._chain("text", element))
        return self._leave(what) if what else self._inline(element)

    def _hidden(self, element: Any) -> Iterator[Any]:
        if element.get("text-is-hidden") == "false":
            return self._inline(element)
        return self._leave(HIDDEN)

    def _reading(self, element: Any) -> Iterator[str]:
        reading = "".join(element.itertext()).strip()
        yield shown(f" ({reading})" if reading else "")

    def _section(self, element: Any) -> Iterator[Any]:
        how = element.get("text-display", "true")
        hidden = how == "none" or (how == "condition" and element.get("text-is-hidden") == "true")
        return self._leave(HIDDEN) if hidden else iter(element)

    def _list(self, element: Any) -> Iterator[Any]:
        level = self._numbered.get(element.get("text-style-name"))
        if level is None:
            return self._nested(element, "<ul>", "</ul>")
        start, kind = level.get("text-start-value", "1"), level.get("style-num-format", "1")
        tag = f'<ol start="{shown(start)}" type="{shown(kind[:1])}">'
        return self._nested(element, tag, "</ol>")

    def _item(self, element: Any) -> str:
        start = element.get("text-start-value", "")
        return f'<li value="{start}">' if start.isdigit() else "<li>"

    def _nested(self, element: Any, opening: str, closing: str) -> Iterator[Any]:
        self._deep += 1
        yield from self._around(element, opening, closing)
        yield self._leave_nest

    def _leave_nest(self) -> tuple[()]:
        self._deep -= 1
        return ()

    def _around(self, element: Any, opening: str, closing: str) -> Iterator[Any]:
        is_written = self._deep < _DEEPEST
        yield opening if is_written else ""
        yield from element
        yield closing if is_written else ""

    def _chain(self, family: str, element: Any) -> list[Any]:
        """Return an element's style and those that it is based on, nearest first."""
        found: list[Any] = []
        name = element.get("text-style-name")
        while (style := self._styles.get((family, name))) is not None and style not in found:
            found.append(style)
            name = style.get("style-parent-style-name")
        return found

    def _unseen(self, styles: list[Any]) -> str:
        """Say how the nearest style that says something makes its text unseen; nothing else."""
        properties = [p for s in styles if (p := s.find("style-text-properties")) is not None]
        display = next((v for p in properties if (v := p.get("text-display"))), "true")
        ways = ("style-text-line-through-style", "style-text-line-through-type")
        strike = next((v for p in properties for way in ways if (v := p.get(way))), "")
        if display == "none":
            return HIDDEN
        return DELETED if strike not in ("", "none") else ""
