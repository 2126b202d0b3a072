"""Reads word processors' documents: DOCX through ``docx``, and ODT, which it converts to HTML."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from embeddings.errors import ReadError
from embeddings.readers.archives import open_archive
from embeddings.readers.assemble import draft_of, without_head
from embeddings.readers.draft import Draft, Fields
from embeddings.readers.formats import docx
from embeddings.readers.formats.package import (
    COMMENTS,
    DELETED,
    HIDDEN,
    NOTES,
    Parts,
    Writer,
    escape_text,
    list_bases,
    wrap,
)
from embeddings.readers.pages.authors import name_authors
from embeddings.readers.pages.story import fragment_text
from embeddings.text.boilerplate import fold

_FIRST = 10
"""How many paragraphs to search for the title property, which counts only if one repeats it."""
_MARKUP = {"text-s": " ", "text-tab": " ", "text-line-break": "<br>"}
_OMITTED = (
    "office-binary-data", "office-forms", "office-scripts", "table-covered-table-cell", "desc",
    "text-alphabetical-index", "text-hidden-paragraph", "text-illustration-index", "title",
    "text-sequence-decls", "text-table-index", "text-table-of-content", "text-tracked-changes",
    "text-user-index", "text-variable-decls", "text-placeholder", "text-page-number",
)  # fmt: skip
"""ODT elements (OpenDocument 1.3, part 3) that are no part of the text."""


def read(data: bytes, path: Path) -> Draft:
    """Read a document without its deleted, struck-out and hidden text, comments and notes.

    List items begin with a dash or a number, headings with ``##``.
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
            html, styled, left_out = docx.read(parts, main)
            meta = parts.xml(parts.find_related("", "core-properties") or "docProps/core.xml")
        elif "content.xml" in parts:
            content = parts.xml("content.xml")
            body = next(content.iter("office-text"), content.makeelement("none", {}))
            html, styled, left_out = _Writer([parts.xml("styles.xml"), content]).write(body)
            meta = parts.xml("meta.xml")
        else:
            raise ReadError(f"{name} is no document of a word processor, whatever its name says.")
        title = "".join(" ".join((e.text or "").split()) for e in meta.iter("dc-title"))
    text = fragment_text(html)
    first = [fold(part) for part in text.split("\n\n")[:_FIRST]]
    titles = (*styled["title"], title if fold(title) in first else "")
    fields = Fields(title=titles[0], author=name_authors(styled["author"]))
    return draft_of(without_head(text, fields) or text, path, fields, left_out)


class _Writer(Writer):
    """Writes an ODT document; ``roots`` are the parts with its styles."""

    def __init__(self, roots: list[Any]) -> None:
        rules: dict[str, Any] = dict.fromkeys(_OMITTED, partial(self.omit, "")) | {
            "text-note": partial(self.omit, NOTES),
            "office-annotation": partial(self.omit, COMMENTS), "text-p": self._block,
            "text-h": self._block, "text-span": self._span, "text-hidden-text": self._hidden,
            "text-ruby-text": self._ruby, "text-section": self._section, "text-list": self._list,
            "text-list-item": lambda e: wrap(e, self._item(e)),
            "table-table": partial(wrap, opening="<table>"),
            "table-table-row": partial(wrap, opening="<tr>"),
            "table-table-cell": partial(wrap, opening="<td>"), "draw-text-box": self.box,
        }  # fmt: skip
        super().__init__(_MARKUP | rules, self._inline)
        self._styles = {
            (style.get("style-family", "paragraph"), style.get("style-name", "")): style
            for root in roots
            for style in root.iter("style-style")
        }
        self._last_numbers: dict[str, int] = {}
        self._numbered = {
            style.get("style-name"): level
            for root in roots
            for style in root.iter("text-list-style")
            for level in list(style)[:1]
            if level.tag == "text-list-level-style-number"
        }

    def _inline(self, element: Any) -> Iterator[Any]:
        """Yield an element's texts and children, in order."""
        yield escape_text(element.text)
        for child in element:
            yield child
            yield escape_text(child.tail)

    def _block(self, paragraph: Any) -> Iterator[Any]:
        styles = self._chain("paragraph", paragraph)
        names = [paragraph.get("text-style-name", "")]
        names += [s.get("style-parent-style-name", "") for s in styles]
        fields = paragraph.iter("text-hidden-paragraph")
        is_hidden = any(field.get("text-is-hidden") != "false" for field in fields)
        if kind := self._hiding(styles) or HIDDEN * is_hidden:
            return self.omit(kind)
        tag = "h2" if paragraph.tag == "text-h" or "Subtitle" in names else "p"
        return self.paragraph(self._inline(paragraph), names, f"<{tag}>")

    def _span(self, element: Any) -> Iterator[Any]:
        kind = self._hiding(self._chain("text", element))
        return self.omit(kind) if kind else self._inline(element)

    def _hidden(self, element: Any) -> Iterator[Any]:
        is_shown = element.get("text-is-hidden") == "false"
        return self._inline(element) if is_shown else self.omit(HIDDEN)

    def _ruby(self, element: Any) -> Iterator[str]:
        reading = "".join(element.itertext()).strip()
        yield escape_text(f" ({reading})" if reading else "")

    def _section(self, element: Any) -> Iterator[Any]:
        display, is_hidden = element.get("text-display", "true"), element.get("text-is-hidden")
        if display == "none" or (display == "condition" and is_hidden == "true"):
            return self.omit(HIDDEN)
        return iter(element)

    def _list(self, element: Any) -> Iterator[Any]:
        level = self._numbered.get(element.get("text-style-name"))
        if level is None:
            return wrap(element, "<ul>")
        name, kind = element.get("text-style-name"), level.get("style-num-format", "1")
        start = level.get("text-start-value", "1")
        if element.get("text-continue-numbering") == "true" and name in self._last_numbers:
            start = str(self._last_numbers[name] + 1)
        items = sum(child.tag == "text-list-item" for child in element)
        self._last_numbers[name] = (int(start) if start.isdigit() else 1) + items - 1
        return wrap(element, f'<ol start="{escape_text(start)}" type="{escape_text(kind[:1])}">')

    def _item(self, element: Any) -> str:
        start = element.get("text-start-value", "")
        return f'<li value="{start}">' if start.isdigit() else "<li>"

    def _chain(self, family: str, element: Any) -> list[Any]:
        """Return an element's style and the styles that it is based on, nearest first."""
        key = (family, element.get("text-style-name", ""))
        return list_bases(
            self._styles, key, lambda style: (family, style.get("style-parent-style-name", ""))
        )

    def _hiding(self, styles: list[Any]) -> str:
        """Return HIDDEN or DELETED if the nearest style that sets it hides or strikes out text."""
        properties = [p for s in styles if (p := s.find("style-text-properties")) is not None]
        display = next((v for p in properties if (v := p.get("text-display"))), "true")
        names = ("style-text-line-through-style", "style-text-line-through-type")
        strike = next((v for p in properties for name in names if (v := p.get(name))), "")
        if display == "none":
            return HIDDEN
        return DELETED if strike not in ("", "none") else ""
