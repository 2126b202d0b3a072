"""RTF files -> drafts: what is hidden, struck out or no text goes before a library reads them."""

import re
from collections import Counter
from html import escape
from pathlib import Path
from typing import NamedTuple

from embeddings.errors import ReadError
from embeddings.readers.assemble import draft_of, without_head
from embeddings.readers.draft import Draft, Fields
from embeddings.readers.formats.decoding import one_line
from embeddings.readers.formats.package import DELETED, HIDDEN, tell
from embeddings.readers.pages.story import fragment_text

_SIGN = re.compile(
    r"\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?"
    r"|\\'[0-9a-fA-F]{2}|\\[^a-zA-Z]|[{}]|[^\\{}]+|\\",
    re.DOTALL,
)
_UNSEEN = {"v": HIDDEN, "strike": DELETED, "striked": DELETED, "deleted": DELETED}
_STATED = ("title", "author")
_NO_TEXT = frozenset(("datastore", "fldinst", "object", "objdata", "pict", "themedata", *_STATED))
_LEAST_WORDS = 2


def read(data: bytes, path: Path) -> Draft:
    """Read an RTF file."""
    if not data.lstrip().startswith(b"{\\rtf"):
        raise ReadError(f"{path} is not an RTF file, whatever its name says.")
    cleaner = _Cleaner()
    lines = _text(cleaner.clean(data.decode("latin-1"))).split("\n")
    text = fragment_text("".join(f"<p>{escape(line)}</p>" for line in lines if line.strip()))
    if not text.strip():
        raise ReadError(f"{path} has no text; put the story in it.")
    title, author = (_read_stated(cleaner.stated.get(name, "")) for name in _STATED)
    fields = Fields(title=title, author=author)
    return draft_of(without_head(text, fields) or text, path, fields, tell(cleaner.left_out))


def _read_stated(source: str) -> str | None:
    """Return what a file states of itself, unless it is one word: the name of a template."""
    line = one_line(_text(f"{{\\rtf1\\ansi {source}}}"))
    return line if line and len(line.split()) >= _LEAST_WORDS else None


def _text(source: str) -> str:
    from striprtf.striprtf import rtf_to_text  # few files are in this format

    return str(rtf_to_text(source, errors="replace"))  # type: ignore[no-untyped-call]  # theirs


class _Group(NamedTuple):
    """A group that is open: what hides its text, and what it is when it is no text."""

    unseen: frozenset[str] = frozenset()
    kind: str = ""


class _Cleaner:
    """Takes out of an RTF file what is no text that is shown."""

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        self.stated: dict[str, str] = {}
        self._groups, self._is_gap = [_Group()], False
        self._kept: list[str] = []

    def clean(self, source: str) -> str:
        """Return the file without that; what it states of itself is kept apart."""
        place = 0
        while found := _SIGN.match(source, place):
            place = found.end()
            if found["word"] == "bin":  # so many bytes follow
                place += max(0, int(found["number"] or 0))
            elif not self._switches(found["word"], found["number"]):
                self._take(found[0], found["word"])
        return "".join(self._kept)

    def _switches(self, word: str | None, number: str | None) -> bool:
        """Say whether a word hides text or shows it again; then it is noted."""
        group = self._groups[-1]
        if word in _UNSEEN:
            one = frozenset((word,))
            unseen = group.unseen - one if number == "0" else group.unseen | one
            self._groups[-1] = group._replace(unseen=unseen)
        elif word == "plain":
            self._groups[-1] = group._replace(unseen=frozenset())
        return word in _UNSEEN

    def _take(self, sign: str, word: str | None) -> None:
        group = self._groups[-1]
        if sign in ("{", "}"):
            self._kept.append(sign)
            if sign == "{":
                self._groups.append(group)
            elif len(self._groups) > 1:
                self._groups.pop()
        elif word in _NO_TEXT and not group.kind:
            self._groups[-1] = group._replace(kind=word or "")
        elif group.kind in _STATED:
            self.stated[group.kind] = self.stated.get(group.kind, "") + sign
        elif not (group.kind or self._hides(sign, word)):
            self._kept.append("\\tab " if word in ("cell", "nestcell") else sign)

    def _hides(self, sign: str, word: str | None) -> bool:
        """Say whether a sign is text that is not shown; each stretch of it is counted once."""
        if word not in (None, "u"):
            return False
        unseen = self._groups[-1].unseen
        if unseen and not self._is_gap and sign.strip():
            self.left_out[_UNSEEN[min(unseen)]] += 1
        self._is_gap = bool(unseen)
        return bool(unseen)
