"""Patterns of the dates and periods that people write in French and English.

They match folded text (lower case, no accents, straight apostrophes). A *moment* is a date or
period ("22 juin 2018", "last week"); the words before it tell the bound ("depuis", "before") and
the part ("fin 2018"). Months and years only count after such words, so that names ("Avril
Lavigne") and numbers ("2018 employés") are left alone.
"""

import re
from collections.abc import Iterable

from embeddings.text.analysis import LISTS, FoldedText, number_words

YEAR = r"(?:1[0-9]|20)[0-9]{2}"
"""A year in digits, 1000 to 2099; ``askeddays.EARLIEST`` limits which years are believed."""
MONTHS, NTHS = number_words("months"), number_words("ordinals")
"""Month -> 1 to 12, and ordinal -> its number, as of a quarter: "deuxieme" -> 2."""
WEEKDAYS = number_words("weekdays", first=0)
SEASONS = {season: 3 * number for season, number in number_words("seasons").items()}
"""Season -> its first month. Seasons are meteorological: three whole months each."""
NUMBERS = number_words("numbers") | {"vingt": 20, "trente": 30, "twenty": 20, "thirty": 30}
UNITS: dict[str, str] = LISTS["calendar"]["units"]
NAMED = number_words("days", first=0)
"""Word that names a day -> days before today; "before" ("the day before yesterday") adds one."""
PARTS = {"early": 0, "middle": 1, "mid": 1, "late": 2}
"""Name of a group of ``PART`` -> the third of the period that it means."""


def _any_of(names: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(names, key=len, reverse=True)) + ")"


_NAMES = [names.split() for names in LISTS["calendar"]["months"]]
_PARTS: dict[str, str] = LISTS["parts of a moment"] | {
    "FIGURES": YEAR, "LONG": _any_of(name for names in _NAMES for name in names[:2]),
    "SHORT": rf"{_any_of(name for names in _NAMES for name in names[2:])}\.?",
    "WEEKDAY": _any_of(WEEKDAYS), "SEASON": _any_of(SEASONS), "NTH": _any_of(NTHS),
    "SPELT": _any_of(name for name, number in NUMBERS.items() if number > 1),
    "NUMBER": rf"(?:[0-9]{{1,2}}|{_any_of(NUMBERS)})",
}  # fmt: skip


def expand(patterns: Iterable[str]) -> str:
    """Join patterns of ``words.json``, and replace each ``<NAME>`` in them by that part."""
    return re.sub("<([A-Z_]+)>", lambda part: expand(_PARTS[part[1]]), "".join(patterns))


_WORDS: dict[str, str] = LISTS["around a moment"]
_KINDS = "|".join(f"(?P<{kind}>{expand(each)})" for kind, each in LISTS["moments"].items())
MOMENT = re.compile(rf"(?:(?<![\w./-])|(?<=\bmi-)|(?<=\bmid-))(?:{_KINDS})(?!\w)")
"""A moment; the group that matches is named after its kind, such as ``month``."""
OF_SOMETHING = re.compile(expand(_WORDS["of something"]))
"""Words that make a moment part of a noun phrase: "her last year", "les infos d'hier"."""
_NO_DAY = re.compile(expand(_WORDS["no one day"]))
"""Words before a weekday that make it no single day: "le lundi", "Black Friday"."""
_PAST = {code: re.compile(expand(_WORDS[f"over {code}"])) for code in ("fr", "en")}
"""Past tenses, by language; they match lower-case text with its accents."""
_TO_COME = re.compile(expand(_WORDS["to come"]))
"""Future tenses: "will", "ouvriront", "d'ici lundi"."""
_NOW = re.compile(r"\A(?:\w+ ){0,3}(?:is|are|do|does|can)\b")  # present tense: "who is"
_ALWAYS = re.compile(expand(_WORDS["each week"]))
_ONCE = re.compile(r"\b(?:did|was|were|had|has|have|since|depuis(?! quand))\b")
"""Habits ("opens", "horaires", "is closed"), and the past that makes them single events."""
SENTENCE_START = re.compile(r"(?:\A|[.?!:«\"(])\W{0,20}\Z")
NEAR = 60
"""Characters before a moment in which the words that qualify it are sought."""
TRUST = re.compile(r"\b(?:confidence|trust|faith|believe) \Z")  # "confidence in May": a person
LISTED = re.compile(r"(?:,| ou| or| et| and|, et|, and| a| to) ")  # "juin, juillet et août"
PART = expand("<PART>")
_BEFORE = "|".join(f"(?P<{kind}>{lead})" for kind, lead in LISTS["before a moment"].items())
BEFORE = re.compile(expand(rf"(?<![\w-])(?:(?:{_BEFORE})<FILLER>)?(?:(?<![\w-])<PART>)?\Z"))
"""The end of the text before a moment: the bound ("depuis la"), then the part ("fin")."""
JOINED = re.compile(_WORDS["between"])
"""Words between the two moments of a range: "de mai à juin", "from May until the 3rd of June"."""
ONWARDS = re.compile(r" on(?:wards?)?\b")  # "from June 2018 on"
LOOKS_DATED = re.compile(expand(LISTS["looks dated"]))
"""Words that seem to ask for days ("next week"); ``yearly``: for each year's ("at Christmas")."""


def is_one_day(question: FoldedText, start: int, end: int) -> bool:
    """Say whether a weekday is a single day: no habit ("le lundi") and no name ("Man Friday")."""
    words, before = question.text[start:end], question.text[max(0, start - NEAR) : start]
    if _NO_DAY.search(before) or question.is_capital(end + 1):
        return False
    if SENTENCE_START.search(before) and not words.startswith(("ce ", "this ")):
        return question.text.startswith(",", end)
    follows_name = question.is_capital(question.text.rfind(" ", 0, max(0, start - 1)) + 1)
    return not question.is_capital(start) or (words.endswith("day") and not follows_name)


def is_over(question: FoldedText, lead: str, weekday: str) -> bool:
    """Say whether a question means the last such weekday, not the next; ``lead`` is before it."""
    is_past = lead == "on " and not _NOW.match(question.text)
    return (is_past or tells_past(question, weekday)) and not _TO_COME.search(question.text)


def tells_past(question: FoldedText, weekday: str = "") -> bool:
    """Say whether a question has a past tense, in the language of a weekday or, without, in any."""
    languages = ("en" if weekday.endswith("day") else "fr",) if weekday else _PAST
    return any(_PAST[code].search(question.written.casefold()) for code in languages)


def tells_habit(question: FoldedText) -> bool:
    """Say whether a question is about a weekly habit: "open on Sunday" means no single day."""
    is_past = _ONCE.search(question.text) or tells_past(question, "lundi")
    return _ALWAYS.search(question.text) is not None and not is_past
