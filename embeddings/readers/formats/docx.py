"""What a DOCX file shows on paper, as HTML (ECMA-376 and ISO 29500, part 1)."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embeddings.readers.formats.package import COMMENTS, DELETED, HIDDEN, NOTES, Writer, escape_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from embeddings.readers.formats.package import Parts, Written

_HEADING = re.compile(r"(?:heading|titre|überschrift|título) ?\d")
_NUMBERS = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}
"""Word's formats of numbers -> HTML's; all but bullets count in digits otherwise."""
_TOGGLES = {"w-vanish": HIDDEN, "w-strike": DELETED, "w-dstrike": DELETED}
_SIGNS = {"w-tab": " ", "w-ptab": " ", "w-br": "<br>", "w-cr": "<br>", "w-noBreakHyphen": "\u2011"}
_APART = {
    "w-footnoteReference": NOTES, "w-endnoteReference": NOTES, "w-commentReference": COMMENTS,
    "w-del": DELETED, "w-moveFrom": "", "mc-Fallback": "", "w-pPr": "", "w-rPr": "", "w-tblPr": "",
    "w-sectPr": "", "w-instrText": "", "w-delText": "", "w-rt": "",
}  # fmt: skip
"""Elements that stand for something which is no part of the text -> what that is, if it is told."""
_BULLETS = ("bullet", "none")
_PRIVATE = re.compile("[\uf020-\uf0ff]")
"""Where Word puts the characters of a font of symbols, in Unicode's area for private use."""
_FIRST_PRIVATE = 0xF000
_BODY_LEVEL = "9"
_SIGNS_OF = Path(__file__).with_name("symbols.json")
"""The characters that people use of Symbol (Adobe's encoding) and Wingdings, by their numbers."""


def main_part(parts: Parts) -> str | None:
    """Return the name of the part that holds the text, if this is a DOCX file."""
    named = parts.find_related("", "officeDocument") or "word/document.xml"
    return named if named in parts else None


def read(parts: Parts, main: str) -> Written:
    """Read a document by the name of its main part; a part is read as ``Parts.xml`` says."""
    styles = parts.xml(parts.find_related(main, "styles") or "word/styles.xml")
    lists = parts.xml(parts.find_related(main, "numbering") or "word/numbering.xml")
    return _Writer(_Styles(styles), _Lists(lists)).write(parts.xml(main))


def _value(element: Any, path: str, default: str = "") -> str:
    found = element.find(path) if element is not None else None
    return default if found is None else str(found.get("w-val", default))


def _toggle(properties: Any, name: str) -> bool | None:
    """Return whether a property is on; None when nothing is said (17.17.4)."""
    found = properties.find(name) if properties is not None else None
    return None if found is None else found.get("w-val", "1") not in ("0", "false", "off")


class _Styles:
    """The styles of a document, each with those that it is based on."""

    def __init__(self, root: Any) -> None:
        self._all = {style.get("w-styleId", ""): style for style in root.iter("w-style")}
        self._default = root.find("w-docDefaults/w-rPrDefault/w-rPr")
        usual = (s for s in self._all.values() if s.get("w-default") in ("1", "true"))
        keys = (s.get("w-styleId", "") for s in usual if s.get("w-type") == "paragraph")
        self._usual = next(keys, "")

    def chain(self, paragraph: Any) -> list[Any]:
        """Return a paragraph's style and those that it is based on, nearest first."""
        return self._list_bases(_value(paragraph, "w-pPr/w-pStyle", self._usual))

    def names(self, paragraph: Any) -> list[str]:
        """Return the names of a paragraph's styles in small letters, nearest first."""
        names = [_value(style, "w-name").casefold() for style in self.chain(paragraph)]
        return names or [_value(paragraph, "w-pPr/w-pStyle").casefold()]

    def _list_bases(self, key: str) -> list[Any]:
        found: list[Any] = []
        while key in self._all and self._all[key] not in found:
            found.append(self._all[key])
            key = _value(found[-1], "w-basedOn")
        return found

    def is_on(self, run: Any, paragraph: Any, name: str) -> bool:
        """Say whether a run has a property that switches (17.7.3): its own, else by its styles.

        Where both the paragraph's and the run's style set it, the one undoes the other.
        """
        own = run.find("w-rPr")
        if (direct := _toggle(own, name)) is not None:
            return direct
        chains = (self.chain(paragraph), self._list_bases(_value(own, "w-rStyle")))
        said = ([_toggle(style.find("w-rPr"), name) for style in each] for each in chains)
        votes = [next((on for on in each if on is not None), False) for each in said]
        return votes[0] != votes[1] or bool(_toggle(self._default, name))


class _Lists:
    """The lists of a document, and how far each has counted."""

    def __init__(self, root: Any) -> None:
        abstract = {e.get("w-abstractNumId"): e for e in root.iter("w-abstractNum")}
        self._lists = {
            e.get("w-numId"): (abstract.get(_value(e, "w-abstractNumId")), e)
            for e in root.iter("w-num")
        }
        self._counts: dict[str, Counter[str]] = {}

    def tag(self, properties: Any) -> str:
        """Return the element of an item with its number, as HTML; it counts the item."""
        key, level = _value(properties, "w-numId"), _value(properties, "w-ilvl", "0")
        abstract, own = self._lists.get(key, (None, None))
        levels = abstract.findall("w-lvl") if abstract is not None else ()
        how = next((e for e in levels if e.get("w-ilvl") == level), None)
        form = _value(how, "w-numFmt", "bullet")
        if form in _BULLETS:
            return "<ul><li>"
        counts = self._counts.setdefault(key, Counter())
        for deeper in [each for each in counts if each > level]:
            del counts[deeper]
        counts[level] = counts[level] + 1 if level in counts else self._start(own, how, level)
        return f'<ol start="{counts[level]}" type="{_NUMBERS.get(form, "1")}"><li>'

    def _start(self, own: Any, how: Any, level: str) -> int:
        over = [e for e in own.findall("w-lvlOverride") if e.get("w-ilvl") == level]
        said = _value(over[0], "w-startOverride") if over else ""
        said = said or _value(how, "w-start", "1")
        return int(said) if said.isdigit() else 1


class _Writer(Writer):
    """Writes a document."""

    def __init__(self, styles: _Styles, lists: _Lists) -> None:
        super().__init__(self._all_rules(), iter)
        self._styles, self._lists = styles, lists
        self._paragraph: Any = None
        self._fields: list[bool] = []  # of each open field: has its result begun?
        self._joins = False

    def _all_rules(self) -> dict[str, Any]:
        rules: dict[str, Any] = {tag: lambda _, s=sign: iter((s,)) for tag, sign in _SIGNS.items()}
        rules |= {tag: lambda _, w=what: self.leave(w) for tag, what in _APART.items()}
        return rules | {
            "w-p": self._block,
            "w-r": self._run,
            "w-t": self._text,
            "m-t": lambda element: iter((escape_text(element.text),)),
            "w-sym": self._symbol,
            "w-fldChar": self._field,
            "w-ruby": self._ruby,
            "w-txbxContent": self.box,
            "w-tbl": partial(self.nest, opening="<table>", closing="</table>"),
            "w-tr": self._row,
            "w-sdt": self._control,
            "w-tc": partial(self.around, opening="<td>", closing="</td>"),
        }

    def _block(self, paragraph: Any) -> Iterator[Any]:
        self._paragraph, names = paragraph, self._styles.names(paragraph)
        if names[0].startswith("toc "):  # of the table of contents, but for where fields end
            return (each for each in paragraph.iter("w-fldChar"))
        tags = self._tags(paragraph)
        opening = "" if self._joins else tags[0]
        mark = paragraph.find("w-pPr/w-rPr")
        deleted = mark is not None and mark.find("w-del") is not None
        self._joins = deleted or bool(_toggle(mark, "w-specVanish"))
        closing = "" if self._joins else tags[1]
        return self.paragraph(paragraph, names, opening, closing)

    def _tags(self, paragraph: Any) -> tuple[str, str]:
        names = self._styles.names(paragraph)
        own = [paragraph.find("w-pPr"), *(s.find("w-pPr") for s in self._styles.chain(paragraph))]
        level = next((v for p in own if (v := _value(p, "w-outlineLvl"))), _BODY_LEVEL)
        if any(map(_HEADING.match, names)) or "subtitle" in names or level < _BODY_LEVEL:
            return "<h2>", "</h2>"
        lists = (p.find("w-numPr") for p in own if p is not None)
        listed = next((each for each in lists if each is not None), None)
        if listed is not None and _value(listed, "w-numId") != "0":
            tag = self._lists.tag(listed)
            return tag, f"</li></{tag[1:3]}>"
        is_item = names[0].startswith("list") and listed is None
        return ("<ul><li>", "</li></ul>") if is_item else ("<p>", "</p>")

    def _run(self, run: Any) -> Iterator[Any]:
        for name, what in _TOGGLES.items():
            if self._styles.is_on(run, self._paragraph, name):
                return self.leave(what if run.find("w-t") is not None else "")
        return iter(run)

    def _control(self, element: Any) -> Iterator[Any]:
        """Leave what only says what is to be written there (17.5.2.39)."""
        is_empty = _toggle(element.find("w-sdtPr"), "w-showingPlcHdr")
        return self.leave("") if is_empty else iter(element)

    def _text(self, element: Any) -> Iterator[str]:
        if all(self._fields):
            text = _PRIVATE.sub(lambda sign: _sign("Symbol", ord(sign[0])), element.text or "")
            yield escape_text(text)

    def _symbol(self, element: Any) -> Iterator[str]:
        code = element.get("w-char", "")
        if re.fullmatch(r"[0-9A-Fa-f]{1,6}", code):
            yield escape_text(_sign(element.get("w-font", ""), int(code, 16)))

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
            return self.leave(DELETED)
        return self.around(element, "<tr>", "</tr>")


@cache
def _read_signs() -> dict[str, dict[str, str]]:
    signs: dict[str, dict[str, str]] = json.loads(_SIGNS_OF.read_text(encoding="utf-8"))
    return signs


def _sign(font: str, code: int) -> str:
    """Return a character of a font by its number; nothing when nobody can tell which one it is."""
    number = code % 0x100 if _FIRST_PRIVATE <= code < _FIRST_PRIVATE + 0x100 else code
    name = font.casefold()
    if name == "symbol" or "wingdings" in name:
        return _read_signs().get(name, {}).get(f"{number:02X}", "")
    try:
        shown = chr(number)
    except (ValueError, OverflowError):
        return ""
    return shown if shown.isprintable() else ""
