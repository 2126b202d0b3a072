"""The words that dates are written with, in French and English: which words are a date.

Everything here reads folded text (lower case, no accents, straight apostrophes). A *moment* is
the date itself ("22 juin 2018", "last week"); what stands before it says how it is meant
("depuis", "before") and which part of it ("fin 2018"). Months and years are only read after such
a word, so that names ("Avril Lavigne") and figures ("2018 employés") are left alone.
"""

from __future__ import annotations

import re

YEAR = r"(?:19|20)[0-9]{2}"
"""A year as it is written; which years are believed is for the reader of the moment to say."""
WEEKDAYS = {
    "fr": "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche",
    "en": "monday|tuesday|wednesday|thursday|friday|saturday|sunday",
}
MONTHS = {
    "fr": "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre",
    "en": "january|february|march|april|may|june|july|august|september|october|november|december",
}
_SHORT = {
    "fr": r"(?:janv|fevr?|avr|juil|sept|oct|nov|dec)\.?",
    "en": r"(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.?",
}
SEASONS = {"printemps": 3, "spring": 3, "ete": 6, "summer": 6, "automne": 9, "autumn": 9, "fall": 9}
"""Season -> its first month, as meteorologists count: whole months, three each."""
_COUNTS = {
    "fr": "_ un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze",
    "en": "_ one two three four five six seven eight nine ten eleven twelve",
}
NUMBERS = {word: n for names in _COUNTS.values() for n, word in enumerate(names.split()) if n}
NUMBERS |= {"une": 1, "a": 1, "an": 1, "vingt": 20, "trente": 30, "twenty": 20, "thirty": 30}
UNITS = {
    "jour": "day", "day": "day", "semaine": "week", "week": "week", "mois": "month",
    "month": "month", "an": "year", "annee": "year", "year": "year",
}  # fmt: skip

_COUNTED = r"euros?|dollars?|mots|words|personnes|people|employe\w*|salarie\w*|fois|times"
_YEAR = rf"{YEAR}(?![0-9a-z'])(?![.,:/-][0-9])(?! ?%)(?! (?:{_COUNTED})\b)"
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])"
_NUMBER = rf"(?:[0-9]{{1,2}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
_UNIT = r"(?:jours?|semaines?|mois|an(?:nee)?s?|days?|weeks?|months?|years?)"
_LAST_YEAR = {
    "fr": r"(?:de )?(?:l'an(?:nee)? (?:derniere?|passee?)|cette annee)",
    "en": r"(?:of )?(?:last|this) year",
}
_NO_DATE_GOES_ON = r"(?![\w'-])(?! *'?[0-9])(?! (?:prochaine?|next)\b)"
_PASSED = r"(?:derniere?|passee?(?! (?:a|au|avec|chez|dans|en|par|pour|sur)\b))"


def _days(language: str, ordinal: str, of: str, to: str) -> str:
    """Return the patterns of one day, and of several in one month; day first."""
    month = f"(?:{MONTHS[language]})"
    year = rf"(?:,? (?:{_YEAR}|{_LAST_YEAR[language]}))?"
    weekday = rf"(?:(?:{WEEKDAYS[language]}),? )?"
    one = rf"{weekday}{ordinal} {of}{month}{year}{_NO_DATE_GOES_ON}"
    short = rf"{weekday}{ordinal} {of}{_SHORT[language]} {_YEAR}"
    return (
        rf"(?P<{language}_days>{ordinal}(?: ?- ?| (?:{to}) ){one})"
        rf"|(?P<{language}_day>{one}|{short})"
    )


def _month(language: str, before: str, after: str) -> str:
    """Return the pattern of a month, with or without its year."""
    month, short, last = MONTHS[language], _SHORT[language], _LAST_YEAR[language]
    return (
        rf"(?P<{language}_month>{before}(?:{month})(?:,? (?:of |de )?{_YEAR}| {last}{after})"
        rf"{_NO_DATE_GOES_ON}|{short} {_YEAR})"
    )


_FRENCH = (
    _days("fr", rf"(?:1er|{_DAY})", "", "au|et(?: le)?|a"),
    _month("fr", "", "| dernier|"),
    rf"(?P<fr_slash>(?:0[1-9]|[12][0-9]|3[01])/(?:0[1-9]|1[0-2]))(?![\w/%-])",
    r"(?P<fr_now>aujourd'hui)",
    r"(?P<fr_back>avant[- ]hier|hier|ce matin"
    rf"|(?:la )?semaine {_PASSED}|(?:le )?mois {_PASSED}|(?:l')?an(?:nee)? {_PASSED}"
    r"|cette semaine|ce mois(?:-ci)?|cette annee)(?!-)(?! [0-9])",
    rf"(?P<fr_ago>il y a {_NUMBER} {_UNIT})(?! (?:d'|(?:dans|de|du|des|par|feries?|ouvr\w+)\b))",
    rf"(?P<fr_past>(?:(?:dans|sur|pendant|durant|depuis) les|au cours des|lors des|ces)"
    rf" (?:{_NUMBER} derniere?s|derniere?s {_NUMBER}) {_UNIT})(?! (?:d'|(?:avant|de|du|des)\b))",
    rf"(?P<fr_weekday>(?:{WEEKDAYS['fr']})(?: {_PASSED})?)(?! prochain)(?![-\w])",
    rf"(?P<fr_season>(?:printemps|ete|automne) (?:de )?{_YEAR})",
    r"(?P<fr_this>(?:le )?debut (?:de l'annee|du mois|de la semaine))(?! (?:[0-9]|d))",
)
_ENGLISH = (
    _days("en", rf"(?:the )?{_DAY}(?:st|nd|rd|th)?", "(?:of )?", "to|and|until|through"),
    rf"(?P<en_days_us>(?:{MONTHS['en']}) {_DAY}(?:st|nd|rd|th)?(?: ?- ?| (?:to|and|through) )"
    rf"{_DAY}(?:st|nd|rd|th)?(?![\w/-])(?:,? {_YEAR})?)",
    rf"(?P<en_day_us>(?:(?:{WEEKDAYS['en']}),? )?(?:(?:{MONTHS['en']}) {_DAY}(?:st|nd|rd|th)?"
    rf"(?![\w/-])(?:,? (?:{_YEAR}|{_LAST_YEAR['en']}))?|{_SHORT['en']} {_DAY},? {_YEAR}))"
    rf"{_NO_DATE_GOES_ON}",
    _month("en", "(?:last )?", "|"),
    r"(?P<en_now>today)",
    r"(?P<en_back>(?:the )?day before yesterday|yesterday|this morning"
    r"|(?:last|this) (?:week|month|year))(?![-\w])(?! of\b)",
    rf"(?P<en_ago>{_NUMBER} {_UNIT} ago)",
    rf"(?P<en_past>(?:(?:in|over|during|for|within|throughout) )?(?:the |these )?(?:last|past)"
    rf" {_NUMBER} {_UNIT}|(?:in|over|during|for|within|throughout) the (?:last|past)"
    r" (?:week|month|year)|the past (?:week|month|year))(?![-'\w])(?! (?:before|of)\b)",
    rf"(?P<en_weekday>(?:last )?(?:{WEEKDAYS['en']}))(?![-'\w])",
    rf"(?P<en_season>(?:the )?(?:spring|summer|autumn|fall) (?:of )?{_YEAR})",
    r"(?P<en_this>the (?:beginning|start) of the (?:year|month|week))(?! (?:[0-9]|of))",
)
_FIGURES = (
    rf"(?P<xx_figures>{YEAR}-[01][0-9]-[0-3][0-9](?![\w/-])"
    rf"|[0-3]?[0-9]([./-])[0-3]?[0-9]\g<-1>{YEAR}(?![\w/-]))",
    rf"(?P<xx_year>{_YEAR})",
)
_NUMERIC = _FIGURES[0].replace(r"\g<-1>", r"(?P=mark)").replace("([./-])", "(?P<mark>[./-])")
MOMENT = re.compile(
    rf"(?<![\w./-])(?:{'|'.join((*_FRENCH, *_ENGLISH, _NUMERIC, _FIGURES[1]))})(?!\w)"
)
"""A date. Its group is its language (``xx``: any) and its kind; ``mark`` is no group of that."""
