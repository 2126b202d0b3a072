"""Reads RTF files: removes hidden, deleted and binary parts, then converts them with a library."""

import re
from collections import Counter
from html import escape
from pathlib import Path
from typing import NamedTuple

from striprtf.striprtf import rtf_to_text

from embeddings.errors import ReadError
from embeddings.readers.assemble import draft_of, without_head
from embeddings.readers.decoding import one_line
from embeddings.readers.draft import Draft, Fields
from embeddings.readers.formats.package import DELETED, HIDDEN, report
from embeddings.readers.pages.story import fragment_text

_TOKEN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?"
    r"|\\'[0-9a-fA-F]{2}|\\[^a-zA-Z]|[{}]|[^\\{}]+|\\",
    re.DOTALL,
)
_HIDING = {"v": HIDDEN, "strike": DELETED, "striked": DELETED, "deleted": DELETED}
"""Control words of hidden text -> how a draft reports it."""
_STATED = ("title", "author")
_NO_TEXT = frozenset(("datastore", "fldinst", "object", "objdata", "pict", "themedata", *_STATED))
"""Control words that begin a group, a destination, whose text is not shown."""
_LEAST_WORDS = 2


def read(data: bytes, path: Path) -> Draft:
    """Read an RTF file."""
    if not data.lstrip().startswith(b"{\\rtf"):
        raise ReadError(f"{path} is not an RTF file, whatever its name says.")
    cleaner = _Cleaner()
    lines = _convert(cleaner.clean(data.decode("latin-1"))).split("\n")
    text = fragment_text("".join(f"<p>{escape(line)}</p>" for line in lines if line.strip()))
    title, author = (_read_stated(cleaner.stated.get(name, "")) for name in _STATED)
    fields = Fields(title=title, author=author)
    return draft_of(without_head(text, fields) or text, path, fields, report(cleaner.left_out))


def _read_stated(source: str) -> str | None:
    """Return a property's text; None for one word, which is a template's name."""
    line = one_line(_convert(f"{{\\rtf1\\ansi {source}}}"))
    return line if line and len(line.split()) >= _LEAST_WORDS else None


def _convert(source: str) -> str:
    text = rtf_to_text(source, errors="replace")  # type: ignore[no-untyped-call]  # theirs
    return str(text).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _Group(NamedTuple):
    """The state of an open group: the control words that hide its text, and its destination."""

    hiding: frozenset[str] = frozenset()
    destination: str = ""


class _Cleaner:
    """Removes from an RTF file all that is not shown, and sets its properties apart."""

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        self.stated: dict[str, str] = {}
        self._groups, self._was_hidden = [_Group()], False
        self._kept: list[str] = []

    def clean(self, source: str) -> str:
        """Return an RTF file's visible part; sets ``stated`` and ``left_out``."""
        place = 0
        while token := _TOKEN.match(source, place):
            place = token.end()
            if token["word"] == "bin":  # its number counts the bytes that follow
                place += max(0, int(token["number"] or 0))
            elif not self._toggle(token["word"], token["number"]):
                self._take(token[0], token["word"])
        return "".join(self._kept)

    def _toggle(self, word: str | None, number: str | None) -> bool:
        """Hide or show later text if a control word says so; say whether it is in ``_HIDING``."""
        group = self._groups[-1]
        if word in _HIDING:
            words = frozenset((word,))
            hiding = group.hiding - words if number == "0" else group.hiding | words
            self._groups[-1] = group._replace(hiding=hiding)
        elif word == "plain":
            self._groups[-1] = group._replace(hiding=frozenset())
        return word in _HIDING

    def _take(self, source: str, word: str | None) -> None:
        group = self._groups[-1]
        if source in ("{", "}"):
            self._kept.append(source)
            if source == "{":
                self._groups.append(group)
            elif len(self._groups) > 1:
                self._groups.pop()
        elif word in _NO_TEXT and not group.destination:
            self._groups[-1] = group._replace(destination=word or "")
        elif group.destination in _STATED:
            self.stated[group.destination] = self.stated.get(group.destination, "") + source
        elif not (group.destination or self._is_hidden(source, word)):
            self._kept.append("\\tab " if word in ("cell", "nestcell") else source)

    def _is_hidden(self, source: str, word: str | None) -> bool:
        """Say whether a token is hidden text; count each stretch of such tokens once."""
        if word not in (None, "u"):
            return False
        hiding = self._groups[-1].hiding
        if hiding and not self._was_hidden and source.strip():
            self.left_out[_HIDING[min(hiding)]] += 1
        self._was_hidden = bool(hiding)
        return bool(hiding)
