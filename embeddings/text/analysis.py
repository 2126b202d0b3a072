"""Splits texts into words and lexical terms, for French, English and Snowball's languages; pure.

A text is folded once (accents, ligatures, typographic variants), then split into words. Names,
numbers, dates and acronyms each get one spelling, however they were written. A word becomes a term
by the stemmer of its passage's language; character 4-grams forgive typos and inflections.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

import Stemmer

LISTS = json.loads(Path(__file__).with_name("words.json").read_text(encoding="utf-8"))
"""Lists of words by name, some also by language."""
STOP, SMALL_WORDS = (
    {code: frozenset(" ".join(lines).split()) for code, lines in LISTS[name].items()}
    for name in ("stop", "small")
)
"""By language: stop words, folded; and small words, which most sentences have."""
_STOPS = frozenset[str]().union(*STOP.values())


def word_set(*lines: str) -> frozenset[str]:
    """Return the words of lines as a set."""
    return frozenset(" ".join(lines).split())


def number_words(name: str, first: int = 1) -> dict[str, int]:
    """Return the number of each word of the calendar, such as the names of months."""
    numbered = enumerate(LISTS["calendar"][name], first)
    return {word: number for number, words_ in numbered for word in words_.split()}


def any_of(name: str) -> str:
    """Return a pattern of the alternatives that ``words.json`` lists under "pages" and a name."""
    return "|".join(LISTS["pages"][name])


GRAM = "~"
"""Prefix of the terms that are 4-grams."""

_MONTH = number_words("months")
_OF_YEAR, _OF_MONTH = range(1, 13), range(1, 32)
"""Numbers of months and of days of a month."""

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
    """Return a text without the HTML tags that titles from feeds and pages may contain."""
    return _TAG.sub("", text) if "<" in text else text


def words(text: str) -> list[str]:
    """Return the words of a text, folded and in order, stop words included.

    A number is written in digits, with a point before decimals (``1 200`` -> ``1200``), and a
    percentage also with its sign (``12 %`` -> ``12``, ``12%``). A date gives its words, and its day
    and month in figures (``3 mars 2018`` -> ``@03-03``, ``@03``, ``mars``, ``2018``).
    """
    plain = fold(without_tags(text))
    if "." in plain:
        plain = _ACRONYM.sub(lambda match: match.group().replace(".", "") + " ", plain)
    if _DIGIT.search(plain):
        plain = _normalise_figures(plain)
    return [word for word in map(_strip_word, _WORD.findall(plain)) if word]


@lru_cache(maxsize=65536)
def stem(word: str, language: str) -> str:
    """Return a folded word's term in a language: its stem, prefixed with the language.

    A word with a digit is equal in all languages and has no prefix. Without a stemmer for the
    language, the stem is the word. All forms of an irregular verb have one stem.
    """
    if not word.isalpha():
        return word
    stemmer = _stemmer(language)
    bare = stemmer.stemWord(word) if stemmer else word
    return f"{language}:{_verbs(language).get(bare, bare)}"


def grams(word: str) -> list[str]:
    """Return the 4-grams of ``#word#``, or ``#word#`` if it is shorter; none of a date."""
    if word.startswith("@"):
        return []
    padded = f"#{word}#"
    return [GRAM + padded[i : i + 4] for i in range(max(1, len(padded) - 3))]


def is_stop(word: str, language: str | None) -> bool:
    """Say whether a folded word is a stop word of a language; None: of every known language."""
    if language is None:
        return all(word in stop for stop in STOP.values())
    return word in STOP.get(language, ())


def is_stop_somewhere(word: str) -> bool:
    """Say whether a folded word is a stop word of any known language."""
    return word in _STOPS


def language_of(text_words: Sequence[str]) -> str | None:
    """Return the language with most stop words among a text's ``words``; None on a tie."""
    counts = {language: sum(w in stop for w in text_words) for language, stop in STOP.items()}
    best, second = sorted(counts, key=lambda name: -counts[name])[:2]
    return best if counts[best] > counts[second] else None


def is_foreign(text: str) -> bool:
    """Say whether small words of another language outnumber French and English stop words."""
    letter_words = LETTERS.findall(text.casefold())
    ours = max(sum(fold(word) in stop for word in letter_words) for stop in STOP.values())
    others = (SMALL_WORDS[code] for code in SMALL_WORDS.keys() - STOP.keys())
    return any(sum(word in small for word in letter_words) > ours for small in others)


def _stemmer(language: str) -> Stemmer.Stemmer | None:
    try:
        return Stemmer.Stemmer(language)
    except KeyError:
        return None


@cache
def _verbs(language: str) -> Mapping[str, str]:
    """Return the stem of each irregular verb's infinitive, by the stems of its other forms."""
    stemmer = _stemmer(language)
    stems = (stemmer.stemWords(verb) for verb in list_forms(language)) if stemmer else ()
    return {stem_: infinitive for infinitive, *others in stems for stem_ in others}


def list_forms(language: str) -> Iterator[list[str]]:
    """Yield one form of each stem of every irregular verb, the infinitive first.

    A line of ``words.json`` has a verb's forms and, after a colon, the prefixes of verbs that are
    formed from it ("tenir", "obtenir"). Forms that are mostly other words are omitted: "left".
    """
    for line in LISTS["verbs"].get(language, ()):
        verb, _, prefixes = line.partition(":")
        for prefix in ("", *prefixes.split()):
            yield [prefix + form for form in verb.split()]


def _strip_word(token: str) -> str:
    """Return a word without its elided article and its English genitive; expand "st"."""
    bare = _ELISION.sub("", token, count=1) if _ELISION.match(token) else token
    bare = bare.removesuffix("'s").replace("'", "")
    return _ALIAS.get(bare, bare)


def _normalise_figures(text: str) -> str:
    """Rewrite dates and numbers in their normal form."""
    text = _ISO.sub(lambda m: _normalise_date(m[3], m[2], m[1]), text)
    text = _SLASHED.sub(lambda m: _normalise_date(m[1], m[2] or m[5], m[3] or m[6], m[0]), text)
    text = _DAY_FIRST.sub(lambda m: _normalise_date(m[1], m[2], m[3], m[0]), text)
    text = _MONTH_FIRST.sub(lambda m: _normalise_date(m[2], m[1], m[3] or m[4], m[0]), text)
    text = _THOUSANDS.sub(lambda m: m[1] + re.sub(r"\D", "", m[2]), text)
    return _PERCENT.sub(r" \1 \1% ", _DECIMAL.sub(".", text))


def _normalise_date(day: str | None, month: str, year: str | None, written: str = "") -> str:
    """Return the words of a date, or ``written`` if there is no such day.

    Two numbers are day and month, or month and day where only that is possible.
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
    """A text and its folded form: patterns match the folded form, people are shown the text.

    Folding may turn one character into two (``œ``) or none (a combining accent). So ``places``
    holds, for each character of the folded ``text``, its position in ``written``.
    """

    written: str
    text: str
    places: Sequence[int]

    def is_capital(self, place: int) -> bool:
        """Say whether the folded character at ``place`` was written as a capital."""
        return place < len(self.places) and self.written[self.places[place]].isupper()

    def words(self, start: int, end: int) -> str:
        """Return the written text of the folded ``text[start:end]``, which must not be empty.

        An accent that is a character of its own belongs to the letter before it.
        """
        last = self.places[end - 1] + 1
        while last < len(self.written) and not _letters(self.written[last]):
            last += 1
        return self.written[self.places[start] : last]

    def without(self, start: int, end: int) -> "FoldedText":
        """Return a copy in which bars replace the characters of ``text[start:end]``."""
        return replace(self, text=self.text[:start] + "|" * (end - start) + self.text[end:])


def fold_text(written: str) -> FoldedText:
    """Return a text with its folded form."""
    if written.isascii():
        return FoldedText(written, written.lower(), range(len(written)))
    pairs = [(letter, i) for i, each in enumerate(written) for letter in _letters(each)]
    return FoldedText(written, "".join(letter for letter, _ in pairs), [i for _, i in pairs])


@lru_cache(maxsize=4096)
def _letters(character: str) -> str:
    """Return the folded form of one character: no letter, one or several."""
    return fold(character)
