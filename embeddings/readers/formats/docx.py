"""Converts DOCX files to HTML, as printed (section numbers: ECMA-376 and ISO 29500, part 1)."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from embeddings.readers.formats.package import (
    COMMENTS,
    DELETED,
    HIDDEN,
    NOTES,
    Parts,
    Writer,
    Written,
    escape_text,
    list_bases,
    wrap,
)

_HEADING = re.compile(r"(?:heading|titre|überschrift|título) ?\d")
_NUMBERS = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}
"""Word's number formats -> HTML's; all others but bullets are written in digits."""
_TOGGLES = {"w-vanish": HIDDEN, "w-strike": DELETED, "w-dstrike": DELETED}
_MARKUP = {"w-tab": " ", "w-ptab": " ", "w-br": "<br>", "w-cr": "<br>", "w-noBreakHyphen": "\u2011"}
_OMITTED = {
    "w-footnoteReference": NOTES, "w-endnoteReference": NOTES, "w-commentReference": COMMENTS,
    "w-del": DELETED, "w-moveFrom": "", "mc-Fallback": "", "w-pPr": "", "w-rPr": "", "w-tblPr": "",
    "w-sectPr": "", "w-instrText": "", "w-delText": "", "w-rt": "",
}  # fmt: skip
"""Element that is no part of the text -> its kind for the report, or "" to report nothing."""
_BULLETS = ("bullet", "none")
_PRIVATE = re.compile("[\uf020-\uf0ff]")
"""The part of Unicode's private use area where Word puts the characters of symbol fonts."""
_FIRST_PRIVATE = 0xF000
_BODY_LEVEL = "9"
_FONTS = json.loads(Path(__file__).with_name("symbols.json").read_text(encoding="utf-8"))
"""Symbol font (Symbol in Adobe's encoding, Wingdings) -> code -> character, for common ones."""


def main_part(parts: Parts) -> str | None:
    """Return the name of a DOCX file's main part, with the text; None for any other file."""
    name = parts.find_related("", "officeDocument") or "word/document.xml"
    return name if name in parts else None


def read(parts: Parts, main: str) -> Written:
    """Convert a document with the name of its main part; raises the errors of ``Parts.xml``."""
    styles = parts.xml(parts.find_related(main, "styles") or "word/styles.xml")
    lists = parts.xml(parts.find_related(main, "numbering") or "word/numbering.xml")
    return _Writer(_Styles(styles), _Lists(lists)).write(parts.xml(main))


def _value(element: Any, path: str, default: str = "") -> str:
    child = element.find(path) if element is not None else None
    return default if child is None else str(child.get("w-val", default))


def _toggle(properties: Any, name: str) -> bool | None:
    """Return whether a toggle property is on (17.17.4); None if it is not set."""
    child = properties.find(name) if properties is not None else None
    return None if child is None else child.get("w-val", "1") not in ("0", "false", "off")


class _Styles:
    """The styles of a document, which inherit from each other."""

    def __init__(self, root: Any) -> None:
        self._all = {style.get("w-styleId", ""): style for style in root.iter("w-style")}
        self._default = root.find("w-docDefaults/w-rPrDefault/w-rPr")
        defaults = (s for s in self._all.values() if s.get("w-default") in ("1", "true"))
        keys = (s.get("w-styleId", "") for s in defaults if s.get("w-type") == "paragraph")
        self._default_style = next(keys, "")

    def chain(self, paragraph: Any) -> list[Any]:
        """Return a paragraph's style and the styles that it is based on, nearest first."""
        return self._list_bases(_value(paragraph, "w-pPr/w-pStyle", self._default_style))

    def names(self, paragraph: Any) -> list[str]:
        """Return the names of a paragraph's chain of styles, in lower case."""
        names = [_value(style, "w-name").casefold() for style in self.chain(paragraph)]
        return names or [_value(paragraph, "w-pPr/w-pStyle").casefold()]

    def _list_bases(self, key: str) -> list[Any]:
        return list_bases(self._all, key, lambda style: _value(style, "w-basedOn"))

    def is_on(self, run: Any, paragraph: Any, name: str) -> bool:
        """Say whether a toggle property of a run is on (17.7.3): by the run itself, else by styles.

        If the paragraph's and the run's style both turn it on, it is off.
        """
        own = run.find("w-rPr")
        if (direct := _toggle(own, name)) is not None:
            return direct
        chains = (self.chain(paragraph), self._list_bases(_value(own, "w-rStyle")))
        states = ([_toggle(style.find("w-rPr"), name) for style in chain] for chain in chains)
        nearest = [next((on for on in chain if on is not None), False) for chain in states]
        return nearest[0] != nearest[1] or bool(_toggle(self._default, name))


class _Lists:
    """The lists of a document, and the last number of each."""

    def __init__(self, root: Any) -> None:
        abstract = {e.get("w-abstractNumId"): e for e in root.iter("w-abstractNum")}
        self._lists = {
            e.get("w-numId"): (abstract.get(_value(e, "w-abstractNumId")), e)
            for e in root.iter("w-num")
        }
        self._counts: dict[str, Counter[str]] = {}

    def tag(self, properties: Any) -> str:
        """Return an item's opening tags with its number, after counting it."""
        key, level = _value(properties, "w-numId"), _value(properties, "w-ilvl", "0")
        abstract, own = self._lists.get(key, (None, None))
        levels = abstract.findall("w-lvl") if abstract is not None else ()
        definition = next((e for e in levels if e.get("w-ilvl") == level), None)
        number_format = _value(definition, "w-numFmt", "bullet")
        if number_format in _BULLETS:
            return "<ul><li>"
        counts = self._counts.setdefault(key, Counter())
        for deeper in [each for each in counts if each > level]:
            del counts[deeper]
        counts[level] = counts.get(level, self._start(own, definition, level) - 1) + 1
        return f'<ol start="{counts[level]}" type="{_NUMBERS.get(number_format, "1")}"><li>'

    def _start(self, own: Any, definition: Any, level: str) -> int:
        overrides = [e for e in own.findall("w-lvlOverride") if e.get("w-ilvl") == level]
        start = _value(overrides[0], "w-startOverride") if overrides else ""
        start = start or _value(definition, "w-start", "1")
        return int(start) if start.isdigit() else 1


class _Writer(Writer):
    """Writes a document."""

    def __init__(self, styles: _Styles, lists: _Lists) -> None:
        rules: dict[str, Any] = {t: partial(self.omit, kind) for t, kind in _OMITTED.items()} | {
            "w-p": self._block, "w-r": self._run, "w-t": self._text,
            "m-t": lambda element: iter((escape_text(element.text),)), "w-sym": self._symbol,
            "w-fldChar": self._field, "w-ruby": self._ruby, "w-txbxContent": self.box,
            "w-tbl": partial(wrap, opening="<table>"), "w-tr": self._row,
            "w-sdt": self._control, "w-tc": partial(wrap, opening="<td>"),
        }  # fmt: skip
        super().__init__(_MARKUP | rules, iter)
        self._styles, self._lists = styles, lists
        self._paragraph: Any = None
        self._fields: list[bool] = []  # for each open field, whether its result has begun

    def _block(self, paragraph: Any) -> Iterator[Any]:
        self._paragraph, names = paragraph, self._styles.names(paragraph)
        if names[0].startswith("toc "):  # a table of contents, which may begin or end a field
            return (each for each in paragraph.iter("w-fldChar"))
        return self.paragraph(paragraph, names, self._tags(paragraph, names))

    def _tags(self, paragraph: Any, names: list[str]) -> str:
        """Return a paragraph's opening tags; counts it if it is a list item."""
        own = [paragraph.find("w-pPr"), *(s.find("w-pPr") for s in self._styles.chain(paragraph))]
        level = next((v for p in own if (v := _value(p, "w-outlineLvl"))), _BODY_LEVEL)
        if any(map(_HEADING.match, names)) or "subtitle" in names or level < _BODY_LEVEL:
            return "<h2>"
        numberings = (p.find("w-numPr") for p in own if p is not None)
        numbering = next((each for each in numberings if each is not None), None)
        if numbering is not None and _value(numbering, "w-numId") != "0":
            return self._lists.tag(numbering)
        return "<ul><li>" if names[0].startswith("list") and numbering is None else "<p>"

    def _run(self, run: Any) -> Iterator[Any]:
        for name, kind in _TOGGLES.items():
            if self._styles.is_on(run, self._paragraph, name):
                return self.omit(kind if run.find("w-t") is not None else "")
        return iter(run)

    def _control(self, element: Any) -> Iterator[Any]:
        """Omit a content control that shows its placeholder text (17.5.2.39)."""
        is_empty = _toggle(element.find("w-sdtPr"), "w-showingPlcHdr")
        return self.omit("") if is_empty else iter(element)

    def _text(self, element: Any) -> Iterator[str]:
        if all(self._fields):
            text = _PRIVATE.sub(lambda c: _character("Symbol", ord(c[0])), element.text or "")
            yield escape_text(text)

    def _symbol(self, element: Any) -> Iterator[str]:
        code = element.get("w-char", "")
        if re.fullmatch(r"[0-9A-Fa-f]{1,6}", code):
            yield escape_text(_character(element.get("w-font", ""), int(code, 16)))

    def _field(self, element: Any) -> Iterator[str]:
        kind = element.get("w-fldCharType")
        if kind == "begin":
            self._fields.append(False)
        elif self._fields and kind == "separate":
            self._fields[-1] = True
        elif self._fields and kind == "end":
            self._fields.pop()
        return iter(())

    def _ruby(self, element: Any) -> Iterator[Any]:
        reading = "".join(t.text or "" for e in element.iter("w-rt") for t in e.iter("w-t"))
        yield from element
        yield escape_text(f" ({reading})" if reading.strip() else "")

    def _row(self, element: Any) -> Iterator[Any]:
        if element.find("w-trPr/w-del") is not None:
            return self.omit(DELETED)
        return wrap(element, "<tr>")


def _character(font: str, code: int) -> str:
    """Return the Unicode character of a font's code; empty if it is unknown or not printable."""
    number = code % 0x100 if _FIRST_PRIVATE <= code < _FIRST_PRIVATE + 0x100 else code
    name = font.casefold()
    if name == "symbol" or "wingdings" in name:
        return str(_FONTS.get(name, {}).get(f"{number:02X}", ""))
    try:
        character = chr(number)
    except (ValueError, OverflowError):
        return ""
    return character if character.isprintable() else ""
