"""What an ODT file shows on paper, as HTML (OpenDocument 1.3, part 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from embeddings.readers.formats.package import COMMENTS, DELETED, HIDDEN, NOTES, Writer, escape_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from embeddings.readers.formats.package import Parts, Written

_NOTHING = (
    "office-binary-data", "office-forms", "office-scripts", "table-covered-table-cell", "desc",
    "text-alphabetical-index", "text-hidden-paragraph", "text-illustration-index", "title",
    "text-sequence-decls", "text-table-index", "text-table-of-content", "text-tracked-changes",
    "text-user-index", "text-variable-decls", "text-placeholder",
)  # fmt: skip


def read(parts: Parts) -> Written:
    """Read a document; a part is read as ``Parts.xml`` says."""
    content = parts.xml("content.xml")
    body = next(content.iter("office-text"), content.makeelement("none", {}))
    return _Writer([parts.xml("styles.xml"), content]).write(body)


class _Writer(Writer):
    """Writes a document, whose styles are somewhere within some roots."""

    def __init__(self, roots: list[Any]) -> None:
        super().__init__(self._all_rules(), self._inline)
        self._styles = {
            (style.get("style-family", "paragraph"), style.get("style-name", "")): style
            for root in roots
            for style in root.iter("style-style")
        }
        self._ends: dict[str, int] = {}
        self._numbered = {
            style.get("style-name"): level
            for root in roots
            for style in root.iter("text-list-style")
            for level in list(style)[:1]
            if level.tag == "text-list-level-style-number"
        }

    def _all_rules(self) -> dict[str, Any]:
        return dict.fromkeys(_NOTHING, lambda _: iter(())) | {
            "text-p": self._block,
            "text-h": self._block,
            "text-span": self._span,
            "text-s": lambda _: iter((" ",)),
            "text-tab": lambda _: iter((" ",)),
            "text-line-break": lambda _: iter(("<br>",)),
            "text-note": lambda _: self.leave(NOTES),
            "office-annotation": lambda _: self.leave(COMMENTS),
            "text-hidden-text": self._hidden,
            "text-ruby-text": self._reading,
            "text-section": self._section,
            "text-list": self._list,
            "text-list-item": lambda e: self.around(e, self._item(e), "</li>"),
            "text-list-header": lambda e: self.around(e, "", ""),
            "table-table": lambda e: self.nest(e, "<table>", "</table>"),
            "table-table-row": lambda e: self.around(e, "<tr>", "</tr>"),
            "table-table-cell": lambda e: self.around(e, "<td>", "</td>"),
            "draw-text-box": self.box,
        }

    def _inline(self, element: Any) -> Iterator[Any]:
        """Yield what is inside an element."""
        yield escape_text(element.text)
        for child in element:
            yield child
            yield escape_text(child.tail)

    def _block(self, paragraph: Any) -> Iterator[Any]:
        styles = self._chain("paragraph", paragraph)
        names = [paragraph.get("text-style-name", "")]
        names += [s.get("style-parent-style-name", "") for s in styles]
        if what := self._unseen(styles) or self._hides_itself(paragraph):
            return self.leave(what)
        tag = "h2" if paragraph.tag == "text-h" or "Subtitle" in names else "p"
        return self.paragraph(self._inline(paragraph), names, f"<{tag}>", f"</{tag}>")

    def _hides_itself(self, paragraph: Any) -> str:
        fields = paragraph.iter("text-hidden-paragraph")
        return HIDDEN if any(e.get("text-is-hidden") != "false" for e in fields) else ""

    def _span(self, element: Any) -> Iterator[Any]:
        what = self._unseen(self._chain("text", element))
        return self.leave(what) if what else self._inline(element)

    def _hidden(self, element: Any) -> Iterator[Any]:
        if element.get("text-is-hidden") == "false":
            return self._inline(element)
        return self.leave(HIDDEN)

    def _reading(self, element: Any) -> Iterator[str]:
        reading = "".join(element.itertext()).strip()
        yield escape_text(f" ({reading})" if reading else "")

    def _section(self, element: Any) -> Iterator[Any]:
        how = element.get("text-display", "true")
        hidden = how == "none" or (how == "condition" and element.get("text-is-hidden") == "true")
        return self.leave(HIDDEN) if hidden else iter(element)

    def _list(self, element: Any) -> Iterator[Any]:
        level = self._numbered.get(element.get("text-style-name"))
        if level is None:
            return self.nest(element, "<ul>", "</ul>")
        name, kind = element.get("text-style-name"), level.get("style-num-format", "1")
        start = level.get("text-start-value", "1")
        if element.get("text-continue-numbering") == "true" and name in self._ends:
            start = str(self._ends[name] + 1)
        items = sum(child.tag == "text-list-item" for child in element)
        self._ends[name] = (int(start) if start.isdigit() else 1) + items - 1
        tag = f'<ol start="{escape_text(start)}" type="{escape_text(kind[:1])}">'
        return self.nest(element, tag, "</ol>")

    def _item(self, element: Any) -> str:
        start = element.get("text-start-value", "")
        return f'<li value="{start}">' if start.isdigit() else "<li>"

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
