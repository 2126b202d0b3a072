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

_COUNTED = (
    r"euros?|dollars?|mots|words|personnes|people|employe\w*|salarie\w*"
    r"|fois|times|ans|years|jours|days"
)
_YEAR = rf"{YEAR}(?![0-9a-z'])(?![.,:/-][0-9])(?! ?%)(?! (?:{_COUNTED})\b)"
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])"
_NTH = rf"{_DAY}(?:st|nd|rd|th)?"
_NUMBER = rf"(?:[0-9]{{1,2}}|{'|'.join(sorted(NUMBERS, key=len, reverse=True))})"
_UNIT = r"(?:jours?|semaines?|mois|an(?:nee)?s?|days?|weeks?|months?|years?)"
_ONE = r"(?:day|week|month|year)"
_PASSED = r"(?:derniere?|passee?(?! (?:a|au|avec|chez|dans|en|par|pour|sur)\b))"
_OTHER_YEAR = {
    "fr": r"(?:de )?(?:l'an(?:nee)? (?:derniere?|passee?)|cette annee)",
    "en": r"(?:of )?(?:last|this) year",
}
_ENDS = r"(?![\w'-])(?! *'?[0-9])(?! (?:prochain|next)\b)"
"""After a date without its year: no figure, no "'s", nothing about the future."""
_OVER = {
    "fr": r"(?:dans|sur|pendant|durant|depuis) les|au cours des|lors des|ces",
    "en": r"in|over|during|for|within|throughout",
}


def _day(language: str, ordinal: str, of: str = "") -> str:
    """Return the pattern of a day, the figure before the month."""
    year = rf"(?:,? (?:{_YEAR}|{_OTHER_YEAR[language]}|dernier\b)|{_ENDS})"
    weekday = rf"(?:(?:{WEEKDAYS[language]}),? )?"
    months = rf"(?:(?:{MONTHS[language]}){year}|{_SHORT[language]} {_YEAR})"
    return rf"{weekday}{ordinal} {of}{months}"


def _month(language: str, before: str = "", after: str = "") -> str:
    """Return the pattern of a month, with or without its year."""
    year = rf"(?:,? (?:of |de )?{_YEAR}| {_OTHER_YEAR[language]}{after}|{_ENDS})"
    return rf"{before}(?:{MONTHS[language]}){year}|{_SHORT[language]} {_YEAR}"


_US_DAY = rf"(?:{WEEKDAYS['en']}),? )?(?:{MONTHS['en']}) {_NTH}(?![\w/-])(?! ?%)"
_US_YEAR = rf"(?:,? (?:{_YEAR}|{_OTHER_YEAR['en']})|{_ENDS})"
_KINDS = {
    "xx_figures": rf"{YEAR}-[01]?[0-9]-[0-3]?[0-9](?![\w/-])"
    rf"|[0-3]?[0-9](?P<mark>[./-])[0-3]?[0-9](?P=mark){YEAR}(?![\w/-]|\.[0-9])",
    "fr_days": rf"(?:1er|{_DAY})(?: ?- ?| (?:au|et(?: le)?|a) )" + _day("fr", rf"(?:1er|{_DAY})"),
    "en_days": rf"(?:the )?{_NTH}(?: ?- ?| (?:to|and|until|through) )"
    + _day("en", rf"(?:the )?{_NTH}", "(?:of )?"),
    "us_days": rf"(?:{MONTHS['en']}) {_NTH}(?: ?- ?| (?:to|and|through) ){_NTH}{_US_YEAR}",
    "fr_day": _day("fr", rf"(?:1er|{_DAY})"),
    "en_day": _day("en", rf"(?:the )?{_NTH}", "(?:of )?"),
    "us_day": rf"(?:{_US_DAY}{_US_YEAR}|{_SHORT['en']} {_DAY},? {_YEAR}",
    "fr_slash": r"(?:0[1-9]|[12][0-9]|3[01])/(?:0[1-9]|1[0-2])(?![/%-])",
    "fr_month": _month("fr", after="| dernier"),
    "en_month": _month("en", before="(?:last )?"),
    "xx_year": _YEAR,
    "fr_now": "aujourd'hui",
    "en_now": "today",
    "fr_back": r"(?:avant[- ]hier|hier|ce matin"
    rf"|(?:la )?semaine {_PASSED}|(?:le )?mois {_PASSED}|(?:l')?an(?:nee)? {_PASSED}"
    r"|cette semaine|ce mois(?:-ci)?|cette annee)(?![\w-])(?! [0-9])",
    "en_back": r"(?:(?:the )?day before yesterday|yesterday|this morning"
    r"|(?:last|this) (?:week|month|year))(?![\w-])(?! of\b)",
    "fr_ago": rf"il y a {_NUMBER} {_UNIT}(?! (?:d'|(?:dans|de|du|des|par|feries?|ouvr\w+)\b))",
    "en_ago": rf"{_NUMBER} {_UNIT} ago",
    "fr_past": rf"(?:{_OVER['fr']}) (?:{_NUMBER} derniere?s|derniere?s {_NUMBER}) {_UNIT}"
    r"(?! (?:d'|(?:avant|de|du|des)\b))",
    "en_past": rf"(?:(?:(?:{_OVER['en']}) )?(?:the |these )?(?:last|past) {_NUMBER} {_UNIT}"
    rf"|(?:{_OVER['en']}) the (?:last|past) {_ONE}|the past {_ONE})(?![\w'-])"
    r"(?! (?:before|of)\b)",
    "fr_weekday": rf"(?:{WEEKDAYS['fr']})(?: {_PASSED})?(?! (?:gras|noir|prochain|saint)\b)(?!-)",
    "en_weekday": rf"(?:last )?(?:{WEEKDAYS['en']})(?![\w'-])",
    "fr_season": rf"(?:printemps|ete|automne) (?:de )?{_YEAR}",
    "en_season": rf"(?:the )?(?:spring|summer|autumn|fall) (?:of )?{_YEAR}",
    "fr_this": r"(?:le )?debut (?:de l'annee|du mois|de la semaine)(?! (?:[0-9]|d))",
    "en_this": r"the (?:beginning|start) of the (?:year|month|week)(?! (?:[0-9]|of))",
}
MOMENT = re.compile(
    r"(?:(?<![\w./-])|(?<=\bmi-)|(?<=\bmid-))(?:"
    + "|".join(rf"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items())
    + r")(?!\w)"
)
"""A date, in a group of its language (``xx``: both; ``us``: English) and its kind."""

STORIES = (
    r"articles?|papiers?|depeches?|nouvelles|infos|actualites?|presse|reportages?|recits?"
    r"|stories|story|news|reports?|coverage|headlines"
)
"""Words for what is published, folded: of what stands after them one asks when, and by whom."""
_LEADS = {
    "fr": {
        "since": r"depuis |a (?:partir|compter) (?:de |du |d')|des ",
        "after": r"apres ",
        "before": r"avant (?:de |d')?",
        "until": r"jusqu'(?:en |au |a )|jusque ",
        "between": r"entre ",
        "at": r"en |pendant |durant |courant |au cours (?:de |du |d')|au (?=mois|\Z)"
        rf"|[ad](?:ans)? (?=l')|(?:{STORIES}) (?:de |du |d'|des )",
        "from": r"de |du |d'",
        "on": r"le |ce |les ",
    },
    "en": {
        "since": r"since |starting (?:in |on |from )",
        "after": r"after ",
        "before": r"before |prior to ",
        "until": r"(?:up )?until |till |up to |through ",
        "between": r"between ",
        "at": rf"in |during |throughout |within |over |(?:{STORIES}) (?:from |of |in |for )",
        "from": r"from ",
        "on": r"on ",
    },
}
_FILL = {
    "fr": r"(?:(?:(?:le |l'|de l'|du |cette )?(?:mois de |mois d'|annee |an ))|le |la |l')?",
    "en": r"(?:(?:the )?(?:month of |year (?:of )?))?",
}
_PART = {
    "fr": r"(?:(?:le |la |au |a la |en |du |de la )?"
    r"(?:(?P<early>debut)|(?P<middle>milieu)|(?P<late>fin)) (?:de |du |d'|de l')?"
    r"(?:mois de |mois d'|annee )?|(?P<mid>mi)[- ])",
    "en": r"(?:(?:at )?(?:the )?(?:(?P<early>early|beginning|start)|(?P<middle>middle)"
    r"|(?P<late>late|end)) (?:in |of )?(?:the year )?|(?P<mid>mid)[- ])",
}
BEFORE = {
    language: re.compile(
        r"(?<![\w-])(?:(?:"
        + "|".join(rf"(?P<{kind}>{pattern})" for kind, pattern in _LEADS[language].items())
        + rf"){_FILL[language]})?(?:(?<![\w-]){_PART[language]})?\Z"
    )
    for language in ("fr", "en")
}
"""What stands before a moment, to its end: how it is meant, and which third of it."""
JOINED = {
    "fr": re.compile(r" (?:(?P<to>a|au|jusqu'(?:a|au|en))|et)(?: (?:le|la|en|l'))? ?"),
    "en": re.compile(r" (?:(?P<to>to|until|till|through)|and)(?: (?:in|on))? "),
}
"""What stands between the two moments of a range."""
ONWARDS = re.compile(r" on(?:wards?)?\b")
