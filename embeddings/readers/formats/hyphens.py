"""Words that a printed line cuts -> whole ones; a hyphen at its end may be the word's own."""

import re
from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from embeddings.readers.pages.guesses import guess_language
from embeddings.text.analysis import any_of

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
    r"(?:^|-)(?:demi|semi|vice|ex|non|mi|mini|sous|sus|peut|celui|celle|ceux|porte|self|well|half|co)$",
    re.IGNORECASE,
)
_VOWELS = frozenset("aeiouyéèêîïô")
_JOINED = re.compile(r"\b(?:anti|bio|euro|extra|hyper|m[ai]cro|multi|nano|super|ultra|vid[ée]o)$")
"""What is written together with the word after it, but for one that begins with a vowel."""
_PLACE = re.compile(
    r"[dl][’']|by\b|(?:à|au|aux|d|de|des|du|en|et|l|la|le|les|lès|lez|sous|sur|under|upon)-"
)
_ALWAYS = re.compile(any_of("always hyphened"))
_LOOSE = re.compile(any_of("seldom one word"))
"""Compounds of English that are seldom one word, though a dictionary may have them so, ..."""
_SELDOM = {"prefix": 600, "out": 300, None: 50}
"""... and how many times as often as that word each of its halves must be."""


class Words:
    """The words that a text may hold: those that stand whole in it, and those of its language.

    Args:
        text: The text, its lines one after another.
    """

    def __init__(self, text: str) -> None:
        self._language = guess_language(text)
        self._seen = Counter(_WORD.findall(text.casefold()))

    @cached_property
    def _known(self) -> Mapping[str, int]:
        """How often the words of the language are, some with a hyphen; loaded at need."""
        from spellchecker import SpellChecker  # a quarter of a second that few files need

        return SpellChecker(self._language).word_frequency.dictionary

    def join(self, above: str, below: str) -> str:
        """Join two lines; a hyphen between them stays when it is the word's own."""
        if not above.endswith(_HYPHENS) or not above[-2:-1].isalnum():
            return f"{above} {below}"
        start, end = _BEFORE.search(above[-80:-1]), _AFTER.match(below)
        capitals = start and end and start[0].isupper() and end[0].isupper() and len(start[0]) > 1
        if not (start and end and (below[0].islower() or capitals)):
            return above + below
        cut = above[-1] == _SOFT or not self._is_own(start[0].casefold(), end[0].casefold(), above)
        return f"{above[:-1]}{'' if cut else '-'}{below}"

    def _is_own(self, start: str, end: str, above: str) -> bool:
        """Say whether a hyphen is the word's own: as the text writes it, as the language does."""
        start = _ELISION.sub("", start)
        compound, whole = f"{start}-{end}", start + end
        if self._seen[compound] != self._seen[whole]:
            return self._seen[compound] > self._seen[whole]
        last, first = start.rpartition("-")[2], end.partition("-")[0]
        if len(start) == 1 or compound in self._known or _ALWAYS.fullmatch(f"{last}-{first}"):
            return True  # nobody cuts a word after one letter, and these are compounds
        if self._language == "en" and (loose := _LOOSE.fullmatch(f"{last}-{first}")):
            halves = (first,) if loose["prefix"] else (last, first)
            often = _SELDOM[loose.lastgroup] * self._known.get(last + first, 0)
            if often < min(self._known.get(half, 0) for half in halves):
                return True
        if last + first in self._known or (_JOINED.search(start) and first[0] not in _VOWELS):
            return False
        if _PRONOUN.match(end) or _PREFIX.search(start) or "-" in start or _PLACE.match(end):
            return True
        is_name = above[-len(last) - 1 : -len(last)].isupper()
        return not is_name and last in self._known and first in self._known
