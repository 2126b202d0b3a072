"""Text -> words -> lexical terms, for French, English and what else Snowball knows; pure.

A text is folded once (accents, ligatures, typographic variants), then read as words: names,
numbers, dates and acronyms, each in one spelling however it was written. A word becomes a term
by the stemmer of the language of its passage; character 4-grams forgive typos and inflections.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import Stemmer

LISTS = json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8"))
"""Lists of words, by what they are, some by language too."""
STOP, SMALL_WORDS = (
    {code: frozenset(" ".join(lines).split()) for code, lines in LISTS[name].items()}
    for name in ("stop", "small")
)
"""Words that carry no subject, folded, and those that most sentences have, both by language."""
_STOPS = frozenset[str]().union(*STOP.values())


def word_set(*lines: str) -> frozenset[str]:
    """Return the words of some lines."""
    return frozenset(" ".join(lines).split())


def any_of(name: str) -> str:
    """Return a pattern of all alternatives that ``words.json`` lists of pages under a name."""
    return "|".join(LISTS["pages"][name])


GRAM = "~"
"""Marks a 4-gram among the terms."""

_MONTHS = """
janvier january|fevrier february fev feb|mars march|avril april|mai may|juin june|juillet july|
aout august|septembre september sept|octobre october|novembre november|decembre december
"""
_MONTH = {
    name: number
    for number, names in enumerate(_MONTHS.replace("\n", "").split("|"), 1)
    for name in names.split()
}
_OF_YEAR, _OF_MONTH = range(1, 13), range(1, 32)
"""The numbers of months and of days."""

LETTERS = re.compile(r"[^\W\d_]+")
"""A word of letters alone."""
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_DIGIT = re.compile(r"\d")
_MARKS = re.compile(r"[̀-ͯ]+")
_PLAIN = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
     "đ": "d", "Đ": "D", "ß": "ss", "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'",
     "‐": "-", "‑": "-", "­": None, "\u200b": None}
)  # fmt: skip

_NAME = "|".join(sorted(_MONTH, key=len, reverse=True))
_ACRONYM = re.compile(r"\b(?:[^\W\d_]\.){2,}(?:[^\W\d_]\b)?")
_ISO = re.compile(r"\b(\d{4})-(\d\d?)-(\d\d?)\b")
_SLASHED = re.compile(r"\b(\d\d?)(?:/(\d\d?)(?:/(\d{4}|\d\d))?|([.-])(\d\d?)\4(\d{4}))\b")
_DAY_FIRST = re.compile(rf"\b(\d\d?)(?:er|st|nd|rd|th)? (?:of )?({_NAME})\b\.?(?:,? (\d{{4}})\b)?")
_MONTH_FIRST = re.compile(
    rf"\b({_NAME})\b\.? (?:(\d\d?)(?:st|nd|rd|th)?\b(?:,? (\d{{4}})\b)?|(\d{{4}})\b)"
)
_THOUSANDS = re.compile(r"(?<![\w.,])(\d{1,3})((?:[ .,']\d{3})+)(?!\d)")
_DECIMAL = re.compile(r"(?<=\d),(?=\d)")
_PERCENT = re.compile(r"(?<!\S)(\d[\d.]*) ?(?:%|pour ?cents?\b|per ?cent\b)")
_WORD = re.compile(r"@[\d-]+|\d[\d.]*%|\d+(?:\.\d+)*(?![^\W_])|[^\W_]+(?:'[^\W_]+)*")
_ELISION = re.compile(r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu|quelqu|entr)'(?=\w)")
_ALIAS = {"st": "saint", "ste": "sainte"}


@lru_cache(64)  # a question is folded a dozen times
def fold(text: str) -> str:
    """Return ``text`` in lower case without accents, ligatures and typographic variants."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    return unicodedata.normalize("NFC", _MARKS.sub("", plain)).lower()


def without_tags(text: str) -> str:
    """Return a text without the markup that titles from feeds and web pages may carry."""
    return _TAG.sub("", text) if "<" in text else text


def words(text: str) -> list[str]:
    """Return the words of a text, folded and in order, function words included.

    A number is its digits with a point before decimals (``1 200`` -> ``1200``), a share has its
    sign with it as well (``12 %`` -> ``12``, ``12%``). A date gives its day and its month in
    figures besides its words (``3 mars 2018`` -> ``@03-03``, ``@03``, ``mars``, ``2018``).
    """
    plain = fold(without_tags(text))
    if "." in plain:
        plain = _ACRONYM.sub(lambda match: match.group().replace(".", "") + " ", plain)
    if _DIGIT.search(plain):
        plain = _figures(plain)
    return [word for word in map(_word, _WORD.findall(plain)) if word]


@lru_cache(maxsize=65536)
def stem(word: str, language: str) -> str:
    """Return the term of a folded word in a language: its stem, marked with the language.

    Words with a figure in them are the same in every language and have no mark. A language
    without a stemmer keeps its words whole. The forms of an irregular verb have one stem.
    """
    if not word.isalpha():
        return word
    stemmer = _stemmer(language)
    found = stemmer.stemWord(word) if stemmer else word
    return f"{language}:{_verbs(language).get(found, found)}"


def grams(word: str) -> list[str]:
    """Return the character 4-grams of ``#word#``; none of a date, and of what is too short."""
    if word.startswith("@"):
        return []
    padded = f"#{word}#"
    return [GRAM + padded[i : i + 4] for i in range(max(1, len(padded) - 3))]


def is_stop(word: str, language: str | None) -> bool:
    """Say whether a folded word carries no subject; unknown language: in none that we know."""
    if language is None:
        return all(word in stop for stop in STOP.values())
    return word in STOP.get(language, ())


def is_stop_somewhere(word: str) -> bool:
    """Say whether a folded word carries no subject in one of the languages that we know."""
    return word in _STOPS


def language_of(found: Sequence[str]) -> str | None:
    """Return the language of a text's ``words`` by its function words, None if they do not tell."""
    counts = {language: sum(w in stop for w in found) for language, stop in STOP.items()}
    best, second = sorted(counts, key=lambda name: -counts[name])[:2]
    return best if counts[best] > counts[second] else None


def is_foreign(text: str) -> bool:
    """Say whether a text has more small words of another language than of French or English."""
    found = LETTERS.findall(text.casefold())
    ours = max(sum(fold(word) in stop for word in found) for stop in STOP.values())
    theirs = (SMALL_WORDS[code] for code in SMALL_WORDS.keys() - STOP.keys())
    return any(sum(word in small for word in found) > ours for small in theirs)


def _stemmer(language: str) -> Stemmer.Stemmer | None:
    import Stemmer

    try:
        return Stemmer.Stemmer(language)
    except KeyError:
        return None


@cache
def _verbs(language: str) -> Mapping[str, str]:
    """Return the stem of an irregular verb's name, by each stem of its other forms."""
    stemmer = _stemmer(language)
    stems = (stemmer.stemWords(verb) for verb in forms(language)) if stemmer else ()
    return {form: name for name, *others in stems for form in others}


def forms(language: str) -> Iterator[list[str]]:
    """Yield the forms of each irregular verb that a stemmer keeps apart, its name first.

    One is a line of them, one for each stem; after a colon come the prefixes with which others are
    made of it ("tenir", "obtenir"). A form that is mostly another word is none: "left", "court".
    """
    for line in LISTS["verbs"].get(language, ()):
        verb, _, prefixes = line.partition(":")
        each = ("", *prefixes.split())
        yield from ([prefix + form for form in verb.split()] for prefix in each)


def _word(token: str) -> str:
    """Return a word without its elided article and its English genitive."""
    bare = _ELISION.sub("", token, count=1) if _ELISION.match(token) else token
    bare = bare.removesuffix("'s").replace("'", "")
    return _ALIAS.get(bare, bare)


def _figures(text: str) -> str:
    """Write dates and numbers in one way."""
    text = _ISO.sub(lambda m: _date(m[3], m[2], m[1]), text)
    text = _SLASHED.sub(lambda m: _date(m[1], m[2] or m[5], m[3] or m[6], m[0]), text)
    text = _DAY_FIRST.sub(lambda m: _date(m[1], m[2], m[3], m[0]), text)
    text = _MONTH_FIRST.sub(lambda m: _date(m[2], m[1], m[3] or m[4], m[0]), text)
    text = _THOUSANDS.sub(lambda m: m[1] + re.sub(r"\D", "", m[2]), text)
    return _PERCENT.sub(r" \1 \1% ", _DECIMAL.sub(".", text))


def _date(day: str | None, month: str, year: str | None, written: str = "") -> str:
    """Return the words of a date; what was written when there is no such day.

    Two figures are day and month, or month and day where only that is possible.
    """
    name = month if month in _MONTH else ""
    number, of_month = _MONTH.get(month) or int(month), int(day or 1)
    if number not in _OF_YEAR:
        number, of_month = of_month, number
    if number not in _OF_YEAR or of_month not in _OF_MONTH:
        return written
    exact = f"@{number:02}-{of_month:02}" if day else ""
    full = f"20{year}"[-4:] if year else ""  # "18" and "2018"
    return f" {exact} @{number:02} {full} {name} "


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A text beside its folded form: patterns read the one, people are shown the other.

    Folding may turn one character into two (``œ``) or none (a combining accent), so a place in the
    folded ``text`` is looked up: ``places`` has, for each of its characters, the place in
    ``written``, the text as it was written, that it comes from.
    """

    written: str
    text: str
    places: Sequence[int]

    def is_capital(self, place: int) -> bool:
        """Say whether the character of the folded text at ``place`` was written as a capital."""
        return place < len(self.places) and self.written[self.places[place]].isupper()

    def words(self, start: int, end: int) -> str:
        """Return the exact words behind ``text[start:end]``, which is not empty.

        An accent that is a character of its own belongs to the letter before it.
        """
        last = self.places[end - 1] + 1
        while last < len(self.written) and not _letters(self.written[last]):
            last += 1
        return self.written[self.places[start] : last]

    def without(self, start: int, end: int) -> FoldedText:
        """Return the same with a bar for each character of ``text[start:end]``."""
        return replace(self, text=self.text[:start] + "|" * (end - start) + self.text[end:])


def fold_text(written: str) -> FoldedText:
    """Return a text with its folded form."""
    if written.isascii():
        return FoldedText(written, written.lower(), range(len(written)))
    pairs = [(letter, i) for i, each in enumerate(written) for letter in _letters(each)]
    return FoldedText(written, "".join(letter for letter, _ in pairs), [i for _, i in pairs])


@lru_cache(maxsize=4096)
def _letters(character: str) -> str:
    """Return what one character folds to: nothing, one letter or several."""
    return fold(character)
