"""What a DOCX file shows on paper, as HTML (ECMA-376 and ISO 29500, part 1)."""

from __future__ import annotations

import re
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
from embeddings.readers.formats.symbols import symbol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from embeddings.readers.draft import LeftOut
    from embeddings.readers.formats.package import Parts

_HEADING = re.compile(r"(?:heading|titre|überschrift|título) ?\d")
_NUMBERS = {
    "lowerLetter": "a",
    "upperLetter": "A",
    "lowerRoman": "i",
    "upperRoman": "I",
}
"""Word's formats of numbers -> HTML's; all but bullets count in digits otherwise."""

_TOGGLES = {"w-vanish": HIDDEN, "w-strike": DELETED, "w-dstrike": DELETED}
_SIGNS = {"w-tab": " ", "w-ptab": " ", "w-br": "<br>", "w-cr": "<br>", "w-noBreakHyphen": "\u2011"}
_APART = {"w-footnoteReference": NOTES, "w-endnoteReference": NOTES} | {
    "w-commentReference": COMMENTS,
    "w-del": DELETED,
    "w-moveFrom": "",
}
"""Elements that stand for something which is no part of the text -> what that is."""

_NOTHING = (
    "mc-Fallback",
    *(f"w-{name}" for name in ("pPr", "rPr", "tblPr", "sectPr", "instrText", "delText", "rt")),
)
_BULLETS = ("bullet", "none")
_PRIVATE = re.compile("[\uf020-\uf0ff]")
_BODY_LEVEL = "9"


def main_part(parts: Parts) -> str | None:
    """Return the name of the part that holds the text, if this is a DOCX file."""
    named = parts.related("", "officeDocument") or "word/document.xml"
    return named if named in parts else None


def read(parts: Parts, main: str) -> tuple[str, dict[str, Any], tuple[LeftOut, ...]]:
    """Return the document's text as HTML, the fields that its styles state, and what is missing.

    Raises:
        ReadError: A part is damaged.
    """
    styles = parts.xml(parts.related(main, "styles") or "word/styles.xml")
    lists = parts.xml(parts.related(main, "numbering") or "word/numbering.xml")
    writer = _Writer(_Styles(styles), _Lists(lists))
    html = writer.walk.html(parts.xml(main))
    return html, writer.walk.stated, told(writer.left_out)


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
        self._usual = next(
            (
                key
                for key, style in self._all.items()
                if style.get("w-type") == "paragraph" and style.get("w-default") in ("1", "true")
            ),
            "",
        )

    def chain(self, paragraph: Any) -> list[Any]:
        """Return a paragraph's style and those that it is based on, nearest first."""
        return self._based(_value(paragraph, "w-pPr/w-pStyle", self._usual))

    def names(self, paragraph: Any) -> list[str]:
        """Return the names of a paragraph's styles in small letters, nearest first."""
        given = _value(paragraph, "w-pPr/w-pStyle")
        return [_value(style, "w-name").casefold() for style in self.chain(paragraph)] or [
            given.casefold()
        ]

    def _based(self, key: str) -> list[Any]:
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
        chains = (self.chain(paragraph), self._based(_value(own, "w-rStyle")))
        votes = [
            next(filter(lambda x: x is not None, (_toggle(s.find("w-rPr"), name) for s in each)), 0)
            for each in chains
        ]
        return bool(votes[0]) != bool(votes[1]) or bool(_toggle(self._default, name))


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
        how = self._level(abstract, level)
        form = _value(how, "w-numFmt", "bullet") if how is not None else "bullet"
        if form in _BULLETS:
            return "<ul><li>"
        counts = self._counts.setdefault(key, Counter())
        for deeper in [each for each in counts if each > level]:
            del counts[deeper]
        if level not in counts:
            counts[level] = self._start(own, how, level) - 1
        counts[level] += 1
        kind = f' type="{_NUMBERS[form]}"' if form in _NUMBERS else ""
        return f'<ol start="{counts[level]}"{kind}><li>'

    def _level(self, element: Any, level: str) -> Any:
        levels = element.findall("w-lvl") if element is not None else ()
        return next((e for e in levels if e.get("w-ilvl") == level), None)

    def _start(self, own: Any, how: Any, level: str) -> int:
        over = [e for e in own.findall("w-lvlOverride") if e.get("w-ilvl") == level]
        said = _value(over[0], "w-startOverride") if over else ""
        said = said or _value(how, "w-start", "1")
        return int(said) if said.isdigit() else 1


class _Writer:
    """Writes a document; what is inside a paragraph but apart from it follows it."""

    def __init__(self, styles: _Styles, lists: _Lists) -> None:
        self._styles, self._lists = styles, lists
        self._paragraph: Any = None
        self._boxes: list[Any] = []
        self._fields: list[bool] = []  # of each open field: has its result begun?
        self._tables = 0
        self._joins = False
        self.left_out: Counter[str] = Counter()
        self.walk = Walk(self._rules(), iter)

    def _rules(self) -> dict[str, Any]:
        rules: dict[str, Any] = dict.fromkeys(_NOTHING, unwritten)
        rules |= {tag: lambda _, s=sign: iter((s,)) for tag, sign in _SIGNS.items()}
        rules |= {tag: lambda _, w=what: self._leave(w) for tag, what in _APART.items()}
        return rules | {
            "w-p": self._block,
            "w-r": self._run,
            "w-t": self._text,
            "m-t": lambda element: iter((shown(element.text),)),
            "w-sym": self._symbol,
            "w-fldChar": self._field,
            "w-ruby": self._ruby,
            "w-txbxContent": self._box,
            "w-tbl": self._table,
            "w-tr": self._row,
            "w-tc": lambda element: iter((*self._cell("<td>"), *element, *self._cell("</td>"))),
        }

    def _leave(self, what: str) -> Iterator[Any]:
        if what:
            self.left_out[what] += 1
        return iter(())

    def _block(self, paragraph: Any) -> Iterator[Any]:
        self._paragraph = paragraph
        field = self.walk.field(self._styles.names(paragraph))
        taken = [self.walk.take(field)] if field else []
        opening, closing = ("<p>", "</p>") if field else self._tags(paragraph)
        yield "" if self._joins else opening
        mark = paragraph.find("w-pPr/w-rPr")
        self._joins = mark is not None and bool(
            mark.find("w-del") is not None or _toggle(mark, "w-specVanish")
        )
        yield from paragraph
        yield "" if self._joins else closing
        yield from taken
        yield self._take_boxes

    def _take_boxes(self) -> list[Any]:
        boxes, self._boxes = self._boxes, []
        return boxes

    def _tags(self, paragraph: Any) -> tuple[str, str]:
        names = self._styles.names(paragraph)
        own = [paragraph.find("w-pPr"), *(s.find("w-pPr") for s in self._styles.chain(paragraph))]
        level = next((v for p in own if (v := _value(p, "w-outlineLvl"))), _BODY_LEVEL)
        if any(map(_HEADING.match, names)) or "subtitle" in names or level < _BODY_LEVEL:
            return "<h2>", "</h2>"
        listed = next(
            (e for p in own if p is not None and (e := p.find("w-numPr")) is not None), None
        )
        if listed is not None and _value(listed, "w-numId") != "0":
            tag = self._lists.tag(listed)
            return tag, f"</li></{tag[1:3]}>"
        if names[0].startswith("list") and listed is None:
            return "<ul><li>", "</li></ul>"
        return "<p>", "</p>"

    def _run(self, run: Any) -> Iterator[Any]:
        for name, what in _TOGGLES.items():
            if self._styles.is_on(run, self._paragraph, name):
                return self._leave(what if run.find("w-t") is not None else "")
        return iter(run)

    def _text(self, element: Any) -> Iterator[str]:
        if all(self._fields):
            text = _PRIVATE.sub(lambda sign: symbol("Symbol", ord(sign[0])), element.text or "")
            yield shown(text)

    def _symbol(self, element: Any) -> Iterator[str]:
        code = element.get("w-char", "")
        if re.fullmatch(r"[0-9A-Fa-f]{1,6}", code):
            yield shown(symbol(element.get("w-font", ""), int(code, 16)))

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
        yield shown(f" ({reading})" if reading.strip() else "")

    def _box(self, element: Any) -> Iterator[Any]:
        self._boxes.extend(element)
        return iter(())

    def _table(self, element: Any) -> Iterator[Any]:
        yield from self._cell("<table>")
        self._tables += 1
        yield from element
        yield self._leave_table

    def _leave_table(self) -> list[str]:
        self._tables -= 1
        return self._cell("</table>")

    def _row(self, element: Any) -> Iterator[Any]:
        if element.find("w-trPr/w-del") is not None:
            return self._leave(DELETED)
        return iter((*self._cell("<tr>"), *element, *self._cell("</tr>")))

    def _cell(self, tag: str) -> list[str]:
        """Return a table's tag, unless the table stands in another one."""
        outer = 0 if "table" in tag else 1
        return [tag] if self._tables == outer else []
