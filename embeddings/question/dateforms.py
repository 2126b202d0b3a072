"""The words that days are written with, in French and English: which words are a date.

Everything here reads folded text (lower case, no accents, straight apostrophes). A *moment* is
the date itself ("22 juin 2018", "last week"); what stands before it says how it is meant
("depuis", "before") and which part of it ("fin 2018"). Months and years are only read after such
a word, so that names ("Avril Lavigne") and figures ("2018 employés") are left alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from embeddings.text.analysis import FoldedText

YEAR = r"(?:1[0-9]|20)[0-9]{2}"
"""A year as it is written; which years are believed is for the reader of the moment to say."""


def _number(words: str, first: int = 1) -> dict[str, int]:
    """Return words with their numbers; those between two bars have the same one."""
    numbered = enumerate(words.split("|"), first)
    return {name: number for number, names in numbered for name in names.split()}


_MONTHS = (
    "janvier january janv jan|fevrier february fevr fev feb|mars march mar|avril april avr apr"
    "|mai may|juin june jun|juillet july juil jul|aout august aug|septembre september sept sep"
    "|octobre october oct|novembre november nov|decembre december dec"
)
MONTHS = _number(_MONTHS)
WEEKDAYS = _number(
    "lundi monday|mardi tuesday|mercredi wednesday|jeudi thursday|vendredi friday"
    "|samedi saturday|dimanche sunday",
    first=0,
)
SEASONS = {
    season: 3 * number
    for season, number in _number(
        "printemps spring|ete summer|automne autumn fall|hiver winter"
    ).items()
}
"""Season -> its first month, as meteorologists count: whole months, three each."""
NUMBERS = _number(
    "un une a an one|deux two|trois three|quatre four|cinq five|six|sept seven|huit eight"
    "|neuf nine|dix ten|onze eleven|douze twelve|treize|quatorze|quinze"
) | {"vingt": 20, "trente": 30, "twenty": 20, "thirty": 30}
NTHS = _number(
    "premier premiere first|second seconde deuxieme|troisieme third|quatrieme fourth dernier last"
)
"""Ordinal in letters -> its number among the quarters of a year."""
UNITS = {
    "jour": "day", "day": "day", "semaine": "week", "week": "week", "mois": "month",
    "month": "month", "an": "year", "annee": "year", "year": "year",
}  # fmt: skip
NAMED = {
    "avant": 2, "hier": 1, "yesterday": 1, "night": 1, "nuit": 1,
    "aujourd": 0, "today": 0, "matin": 0, "morning": 0,
}  # fmt: skip
"""What names a day by itself -> how many days ago it was; "the day before" is one more."""
PARTS = {"early": 0, "middle": 1, "mid": 1, "late": 2}
"""What says which part of something is meant -> which third."""


def _any(names: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(names, key=len, reverse=True)) + ")"


_COUNTED = (
    r"euros?|dollars?|mots|words|personnes|people|employe\w*|salarie\w*"
    r"|fois|times|ans|years|jours|days"
)
_YEAR = rf"{YEAR}(?![0-9a-z'])(?![.,:/-][0-9])(?! ?%)(?! (?:{_COUNTED})\b)"
_LONG = _any([name for names in _MONTHS.split("|") for name in names.split()[:2]])
_SHORT = rf"{_any([name for names in _MONTHS.split('|') for name in names.split()[2:]])}\.?"
_WEEKDAY = _any(WEEKDAYS)
_SEASON = _any(SEASONS)
_NTH = _any(NTHS)
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])"
_NUMBERED = rf"(?:premier|first|{_DAY}(?:er|st|nd|rd|th)?)"
_SPELT = _any(name for name, number in NUMBERS.items() if number > 1)
_NUMBER = rf"(?:[0-9]{{1,2}}|{_any(NUMBERS)})"
_UNIT = r"(?:jours?|semaines?|mois|an(?:nee)?s?|days?|weeks?|months?|years?)"
_PASSED = r"(?:derniere?|passee?(?! (?:a|au|avec|chez|dans|en|par|pour|sur)\b))"
_SPAN = r"(?:semaine|week[- ]?end|mois|trimestre|semestre|an(?:nee)?)"
_OTHER_YEAR = (
    r"(?:(?:de )?(?:l'an(?:nee)? (?:derniere?|passee?)|cette annee)|(?:of )?(?:last|this) year)"
)
_STOPS = r"(?=[^\w|]*\Z|[,;:?!.)])"
_ENDS = r"(?![\w'-])(?! *'?[0-9])(?! (?:prochaine?|next)\b)"
"""After a date without its year: no figure, no "'s", nothing about the future."""
_WITH_YEAR = rf"(?:,? (?:of |de )?{_YEAR}| {_OTHER_YEAR}| dernier\b|{_ENDS})"
_OVER = (
    r"(?:(?:dans|sur|pendant|durant|depuis) les|au cours des|lors des|ces"
    r"|in|over|during|for|within|throughout)"
)
_OF_DAY = (
    rf"(?:{_WEEKDAY},? )?(?:the )?{_NUMBERED} (?:of )?(?:{_LONG}{_WITH_YEAR}|{_SHORT} {_YEAR})"
)
_TO = r"(?: ?- ?| (?:au|a|et(?: le)?|to|and|until|through)(?: the)? )"
_KINDS = {
    "numbered": rf"(?:{YEAR}-(?:0?[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[/.-]{YEAR})(?![\w/-]|[.,][0-9])"
    rf"|\A{YEAR}[/.](?:0?[1-9]|1[0-2])\Z",  # alone: "la saison 2011/12" is two years
    "figures": rf"{YEAR}(?P<line>[./-])[01]?[0-9](?P=line)[0-3]?[0-9](?![\w/-])"
    rf"|[0-3]?[0-9](?P<mark>[./-])[0-3]?[0-9](?P=mark){YEAR}(?![\w/-]|\.[0-9])"
    r"|[0-3]?[0-9]/[01]?[0-9]/[0-9]{2}(?![\w/-]|[.,][0-9])"
    r"|[0-3][0-9](?P<sign>[./-])[0-3][0-9](?P=sign)[0-9]{2}(?![\w/-]|[.,][0-9])",
    "short": rf"{_DAY}(?:er|st|nd|rd|th)? (?:of )?{_LONG} '?[0-9]{{2}}(?=\W*\Z|[,;:?!.)]"
    r"| (?:an?|aux?|[dl]'|dans|d[eu]s?|en|et|l[ae]s?|par|qu[ei]|sur|and|at|by|in|of|the)\b)",
    "days": rf"(?:the )?{_NUMBERED}{_TO}{_OF_DAY}"
    rf"|{_LONG} {_NUMBERED}(?: ?- ?| (?:to|and|through) ){_NUMBERED}{_WITH_YEAR}",
    "day": rf"{_OF_DAY}|{_SPELT} {_LONG} {_YEAR}"
    rf"|(?<![0-9] )(?:{_WEEKDAY},? )?(?:{_LONG} {_NUMBERED}(?![\w/-])(?! ?%){_WITH_YEAR}"
    rf"|{_SHORT} {_DAY},? {_YEAR})",
    "week": rf"(?:(?:la )?semaine du|(?:the )?week of) {_OF_DAY}"
    rf"|(?:the )?week of {_LONG} {_NUMBERED}{_WITH_YEAR}",
    "slash": r"(?:(?:0[1-9]|[12][0-9]|3[01])/(?:0[1-9]|1[0-2])|(?:1[3-9]|2[0-9]|3[01])/[1-9])"
    r"(?![/%-])",
    "month": rf"(?<![0-9] )(?<!next )(?:last )?(?:{_LONG}{_WITH_YEAR}|{_SHORT} {_YEAR})",
    "quarter": rf"(?:the )?(?:(?:{_NTH}|[1-4](?:er|e|eme|st|nd|rd|th)) (?:trimestre|semestre"
    rf"|moitie|quarter|half)|[tqsh][1-4])"
    rf"(?:,? (?:of |de |d')?{_YEAR}| {_OTHER_YEAR}|{_ENDS}(?! (?:de|du|of)\b))",
    "season": rf"(?:the )?{_SEASON} (?:of |de )?(?:{YEAR}[-/]{YEAR}\b|{_YEAR})"
    rf"|(?:(?<=depuis l')|(?<=depuis le )|(?<=since )|(?<=since the )){_SEASON}{_ENDS}(?! of\b)",
    "decade": r"annees (?:20[0-9]|199)0\b|(?:the )?(?:20[0-9]|199)0s\b",
    "year": _YEAR,
    "now": "aujourd'hui|today",
    "back": rf"(?:(?:the )?day before yesterday|yesterday|last night|this morning"
    rf"|avant[- ]hier|hier|(?:la )?nuit derniere|ce matin|over the week-?end"
    rf"|(?:l[ae] |l')?(?:{_SPAN}|{_SEASON}) {_PASSED}|c(?:e|ette|et) (?:{_SPAN}|{_SEASON})(?:-ci)?"
    rf"|(?:last|this) (?:week-?end|week|month|quarter|year|{_SEASON}))"
    r"(?![\w-])(?! [0-9])(?! of\b)",
    "ago": rf"(?:il y a|voila|voici) {_NUMBER} {_UNIT}"
    r"(?! (?:d'|(?:dans|de|du|des|par|feries?|ouvr\w+)\b))"
    rf"|{_NUMBER} {_UNIT} ago",
    "past": rf"(?:{_OVER} (?:the |these )?(?:{_NUMBER} derniere?s|derniere?s {_NUMBER}) {_UNIT}"
    rf"|(?:(?:{_OVER} )?(?:the |these )?(?:last|past) {_NUMBER} {_UNIT}"
    rf"|{_OVER} the (?:last|past) (?:day|week|month|year)|th(?:e|is) past (?:day|week|month|year))"
    rf"|(?:(?:pendant|durant|dans|sur|de) )?ces {_NUMBER} {_UNIT}"
    rf"|depuis (?:ces |les )?{_NUMBER} {_UNIT}(?! et demie?\b))"
    r"(?![\w'-])(?! (?:d'|(?:avant|de|du|des|before|of)\b))",
    "weekday": rf"(?<!next )(?:last |this |ce )?{_WEEKDAY}(?: {_PASSED})?(?![\w'-])"
    r"(?! (?:(?:morning|afternoon|evening|night)s|en huit|en quinze|d'apres|d'avant|suivant)\b)"
    r"(?! (?:gras|noir|prochain|rouge|saint|times|des (?:cendres|rameaux)|de (?:paques|pentec))\b)",
    "this": r"(?:(?:le )?debut (?:de l'annee|du mois|de la semaine)"
    r"|the (?:beginning|start) of the (?:year|month|week))(?! (?:[0-9]|d|of))",
}
MOMENT = re.compile(
    r"(?:(?<![\w./-])|(?<=\bmi-)|(?<=\bmid-))(?:"
    + "|".join(rf"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items())
    + r")(?!\w)"
)
"""A date, in a group of its kind."""
OF_SOMETHING = re.compile(
    r"(?:\b(?:his|her|its|their|our|my|your|whose|the|very|than|over|least|most) |\bd'|'s )\Z"
)
"""Words that make "last year" or "hier" a part of something else."""
_NO_DAY = re.compile(
    r"\b(?:un|la|les?|du|des|aux?|chaque|tout|a|par|dans|en|sur|chez|avec|qu[ei]|est|on|quoi|dire|mot"
    r"|an|the|of|every|each|any|with|in|to|about|like|who|is|are|was|were|do|does|did|has|had"
    r"|(?:to|you) say|called|ash|black|bloody|blue|cyber|easter|good|man|palm|ruby|super) \Z"
)
"""What stands before a weekday that is no one day: "le lundi", "Black Friday"."""
_PAST = {
    "fr": re.compile(
        r"(?<!\by )\ba\b|\b(?:s[’']est|se sont|ont|eue?s?|fut|furent|avai\w+|étai\w+|(?:est|sont) "
        r"(?:mort|né|venu|devenu|parti|arrivé|intervenu|décédé|allé|tombé|sorti|entré|resté|revenu))"
    ),
    "en": re.compile(r"\b(?:did|was|were|had|has|have|won|said|went|made|met|took|\w{2,}ed)\b"),
}
"""What tells of something that is over, in words in small letters with their accents."""
_TO_COME = re.compile(
    rf"\b(?:will|shall|going to|(?:pour|d'ici|for|by) (?:ce |this )?{_WEEKDAY}|\w+ra-t-\w+|\w+ront"
    r"|va-t-\w+|v(?:a|ont) (?!\w+e )\w+|(?!opera|camera)\w+era|(?:aur|ir|viendr|pourr|devr)a)\b"
)
"""What tells of something to come, folded."""
_NOW = re.compile(r"\A(?:\w+ ){0,3}(?:is|are|do|does|can)\b")
_ALWAYS = re.compile(
    r"\b(?:(?:is|are|be|est|sont)\b.{0,40}\b(?:closed|ferm\w{1,4}|ouvert\w{0,2})|opens?|opening|closes?"
    r"|closing|shut|runs?|running|hours|ouvre(?:nt|-t)?|ferme(?:nt|-t)|horaires?|circule(?:nt|-t)?)\b"
)
_ONCE = re.compile(r"\b(?:did|was|were|had|has|have|since|depuis(?! quand))\b")
"""What tells of what is so each week, unless it is over; "closed" alone may be either."""
SENTENCE_START = re.compile(r"(?:\A|[.?!:«\"(])\W{0,20}\Z")
NEAR = 60
"""How many characters before a moment can say how it is meant."""
TRUST = re.compile(r"\b(?:confidence|trust|faith|believe) \Z")
LISTED = re.compile(r"(?:,| ou| or| et| and|, et|, and| a| to) ")
STORIES = (
    r"articles?|papiers?|depeches?|nouvelles|infos|actualites?|presse|reportages?|recits?"
    r"|stories|story|news|reports?|coverage|headlines"
)
"""Words for what is published, folded: of what stands after them one asks when, and by whom."""
_LEADS = {
    "since": r"depuis |a (?:partir|compter) (?:de |du |d')|des |since |starting (?:in |on |from )"
    r"|as (?:of|early as) ",
    "after": r"apres |after ",
    "before": r"avant (?:de |d')?|before |prior to ",
    "until": r"jusqu'(?:en |aux? |a )|jusque |(?:up )?until |till |up to |through ",
    "between": r"entre |between ",
    "at": r"en |pendant |durant |courant |au cours (?:des? |du |d')|dans |au (?=mois|\Z)"
    rf"|le (?=mois d)|a (?=l')|(?:{STORIES}) (?:de |du |d'|des |from |of |in |for )"
    r"|in |during |throughout |within |over ",
    "from": r"de |du |d'|from ",
    "on": r"le |ce |les |on |(?:autour|aux (?:alentours|environs)) (?:du |de |d')",
}
_FILL = (
    r"(?:(?:(?:le |l'|de l'|du |cette )?(?:mois de |mois d'|annee |an ))|le |la |les |l'"
    r"|(?:the )?(?:month of |year (?:of )?)|the )?"
)
PART = (
    r"(?:(?:le |la |au |a la |en |du |de la |(?:at )?(?:the )?)?"
    r"(?:(?P<early>debut|early|beginning|start)|(?P<middle>milieu|middle)|(?P<late>fin|late|end))"
    r" (?:des? |du |d'|de l'|in |of )?(?:mois de |mois d'|annee |the year )?|(?P<mid>mi|mid)[- ])"
)
BEFORE = re.compile(
    r"(?<![\w-])(?:(?:"
    + "|".join(rf"(?P<{kind}>{pattern})" for kind, pattern in _LEADS.items())
    + rf"){_FILL})?(?:(?<![\w-]){PART})?\Z"
)
"""What stands before a moment, to its end: how it is meant, and which third of it."""
JOINED = re.compile(
    r" (?:(?P<to>jusqu'(?:aux?|a|en)|aux?|a|to|until|till|through)|et|and)"
    r"(?: (?:le|la|en|l'|in|on))? ?"
)
"""What stands between the two moments of a range."""
ONWARDS = re.compile(r" on(?:wards?)?\b")
_BOUND = r"(?:depuis|avant|apres|jusqu'a|since|before|after|until) (?:le |la |l'|les |the )?"
_FEAST = (
    "(?:noel|paques|toussaint|pentecote|ascension|carnaval|ramadan|nouvel an|christmas|easter"
    "|thanksgiving|new year)"
)
LOOKS_DATED = re.compile(
    rf"(?<![\w./-])(?:(?:(?:depuis|avant|apres|since|before|after|until|on|le) (?:le |the )?)?"
    rf"(?:[0-9]{{1,3}}(?:er|e|eme|st|nd|rd|th)? (?:of )?{_LONG}(?: {YEAR})?(?! ?[0-9])"
    rf"|[0-9]{{1,4}}(?P<mark>[./-])[0-9]{{1,2}}(?P=mark)(?:{YEAR}|[0-9]{{1,2}})(?![\w./-]))"
    rf"|{_BOUND}(?:{_FEAST}|rentree|vacances)"
    rf"|(?:(?:le|on) )?{_DAY} {_LONG} '?[0-9]{{2}}"
    rf"|(?:{_FEAST}|siecle|decennie) (?:{_PASSED}|{YEAR})|last (?:decade|century)"
    r"|(?:dans )?les annees 90|(?:the )?'?90s|the nineties"
    rf"|(?:(?:la|le|du|au|en) |l')?(?:{_SPAN}|{_WEEKDAY}|{_LONG}|{_SEASON}) prochaine?"
    rf"|next (?:week-?end|week|month|quarter|year|{_WEEKDAY}|{_LONG}|{_SEASON})(?!')"
    rf"|(?:les|ces) (?:{_NUMBER} )?prochaine?s {_UNIT}|(?<!de )(?:apres-?)?demain|tomorrow(?!')"
    rf"|il y a (?:quelques|plusieurs|une \w+aine de) {_UNIT}"
    rf"|(?:a few|several|some) {_UNIT} ago|a fortnight ago"
    r"|(?:ces derniere?s|depuis (?:quelques|plusieurs|des)) (?:jours|mois|semaines|annees)"
    rf"|depuis {_NUMBER} (?:ou {_NUMBER} )?(?:heures|{_UNIT})(?: et demie?)?"
    rf"|(?:{_OVER} )?the (?:last|past) (?:few|several|couple of|{_NUMBER}) (?:hours|{_UNIT})"
    r"|in recent (?:days|weeks|months|years)"
    rf"|(?:ces|ce|cet|cette) {_UNIT}-(?:la|ci)|ces temps(?:-ci| dern\w+)|ces jours-ci|these days"
    rf"|(?:that (?:day|week|month|year)|(?:those|these) {_NUMBER} {_UNIT}){_STOPS}"
    rf"|(?:l[ea] |l')?{_SPAN} (?:precedente?|suivante?|d'avant|d'apres)|(?:le )?{_WEEKDAY} "
    rf"(?:suivant|d'apres|d'avant|en huit|en quinze)|{_NUMBER} {_WEEKDAY}s ago"
    rf"|the (?:previous|following|preceding) (?:day|week|month|year|{_WEEKDAY})"
    r"|the (?:day|week(?:-?end)?|month|year) before last|the other day|l'autre (?:jour|semaine)"
    rf"|(?:la veille|le (?:sur)?lendemain|the (?:day before|day after|next day)){_STOPS}"
    r"|ce(?:t(?:te)?)? (?:soir|midi|apres-midi)|this (?:afternoon|evening)|(?<!week )tonight"
    rf"|(?:recemment|dernierement|recently|lately|of late){_STOPS}"
    r"|il y a (?:peu|longtemps)|voila (?:peu|longtemps)|(?:a )?long (?:time )?ago|tout a l'heure"
    r"|(?:(?:over|in|during|for) )?(?:the )?(?:last|past) fortnight"
    r"|(?:la )?quinzaine (?:derniere|passee)"
    r"|(?:last|past|derniere?) (?:decade|century|decennie|siecle)"
    r"|en (?:debut|milieu|fin) de (?:semaine|mois|journee|annee)"
    r"|(?P<yearly>(?:(?:a|at|on|over|during|pendant|durant|lors de|en|au) (?:th|l)?(?:e|a|es|')? ?"
    rf"(?:{_FEAST}|vacances|holidays|week-?end)|(?:in|during) (?:the )?{_SEASON}(?! of\b)"
    rf"|(?:en|au|pendant|durant|dans) (?:l'|le )?{_SEASON})(?! (?:{_PASSED}|{YEAR}))))(?!\w)"
)
"""What a reader takes for days of publication; what comes each year, where something is over."""


def is_one_day(read: FoldedText, start: int, end: int) -> bool:
    """Say whether a weekday is one day, and neither each ("le lundi") nor a name ("Man Friday")."""
    words, before = read.text[start:end], read.text[max(0, start - NEAR) : start]
    if _NO_DAY.search(before) or read.is_capital(end + 1):
        return False
    if SENTENCE_START.search(before) and not words.startswith(("ce ", "this ")):
        return read.text.startswith(",", end)
    follows_name = read.is_capital(read.text.rfind(" ", 0, max(0, start - 1)) + 1)
    return not read.is_capital(start) or (words.endswith("day") and not follows_name)


def is_over(read: FoldedText, said: str, weekday: str) -> bool:
    """Say whether a question asks for the last weekday, not for the next."""
    asked = said == "on " and not _NOW.match(read.text)
    return (asked or tells_past(read, weekday)) and not _TO_COME.search(read.text)


def tells_past(read: FoldedText, weekday: str = "") -> bool:
    """Say whether a question tells of something that is over, in one language or in any."""
    known = ("en" if weekday.endswith("day") else "fr",) if weekday else _PAST
    return any(_PAST[code].search(read.written.casefold()) for code in known)


def tells_habit(read: FoldedText) -> bool:
    """Say whether a question is about what is so each week: "open on Sunday" is no one day."""
    over = _ONCE.search(read.text) or tells_past(read, "lundi")
    return _ALWAYS.search(read.text) is not None and not over
