"""Two printed lines -> one: a hyphen at the end of the first is the word's own, or was a cut."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from embeddings.readers.pages.language import guess_language

if TYPE_CHECKING:
    from collections.abc import Container

_SOFT = "\u00ad"
_HYPHENS = ("-", "\u2010", _SOFT)
_WORD = re.compile(r"[\w’'-]+")
_BEFORE = re.compile(r"[\w’'-]{0,60}\w$")
_AFTER = re.compile(r"^[\w’'-]*\w")
_ELISION = re.compile(r"^\w{1,2}['’]|^qu['’]|^(?:jus|lors|puis)qu['’]", re.IGNORECASE)
_PRONOUN = re.compile(
    r"(?:il|elle|ils|elles|on|je|tu|nous|vous|ce|ci|là|moi|toi|lui|en|y|même|t)s?\b"
)
_PREFIX = re.compile(
    r"(?:^|-)(?:demi|semi|vice|ex|non|mi|sous|sus|peut|celui|celle|ceux|porte|self|well|half|co)$",
    re.IGNORECASE,
)
_PLACE = re.compile(r"(?:à|au|aux|d|de|des|du|en|et|l|la|le|les|lès|lez|sous|sur|under|upon)-")
_LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pt")
"""Those of which the library has a dictionary."""


class Words:
    """The words that a text may hold: those that stand whole in it, and those of its language.

    Args:
        text: The text, its lines one after another.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._seen = Counter(_WORD.findall(text.casefold()))

    @cached_property
    def _known(self) -> Container[str]:
        """The words of the text's language, some with a hyphen; loaded when they are needed."""
        from spellchecker import SpellChecker  # a quarter of a second that few files need

        language = guess_language(self._text)
        return SpellChecker(language).word_frequency.dictionary if language in _LANGUAGES else ()

    def join(self, above: str, below: str) -> str:
        """Join two lines; a hyphen between them stays when it is the word's own."""
        if not above.endswith(_HYPHENS) or not above[-2:-1].isalnum():
            return f"{above} {below}"
        start, end = _BEFORE.search(above[-80:-1]), _AFTER.match(below)
        if start is None or end is None:
            return above + below
        capitals = start[0].isupper() and end[0].isupper() and len(start[0]) > 1
        if not (below[0].islower() or capitals):
            return above + below
        cut = above[-1] == _SOFT or not self._is_own(start[0].casefold(), end[0].casefold(), above)
        return f"{above[:-1]}{'' if cut else '-'}{below}"

    def _is_own(self, start: str, end: str, above: str) -> bool:
        """Say whether a hyphen is the word's own: as the text writes it, as the language does."""
        start = _ELISION.sub("", start)
        compound, whole = f"{start}-{end}", start + end
        if self._seen[compound] != self._seen[whole]:
            return self._seen[compound] > self._seen[whole]
        if len(start) == 1:  # nobody cuts a word after one letter
            return True
        last, first = start.rpartition("-")[2], end.partition("-")[0]
        if compound in self._known:
            return True
        if last + first in self._known:
            return False
        if _PRONOUN.match(end) or _PREFIX.search(start) or "-" in start or _PLACE.match(end):
            return True
        is_name = above[-len(last) - 1 : -len(last)].isupper()
        return not is_name and last in self._known and first in self._known
