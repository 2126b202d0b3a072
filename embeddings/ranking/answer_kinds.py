"""The kind of answer a question wants, and the kinds that a sentence has: number, date; pure."""

from __future__ import annotations

import re
from enum import IntFlag

from embeddings.text.analysis import fold


class Kind(IntFlag):
    """Kinds of answers that can be seen from the outside."""

    NONE = 0
    NUMBER = 1
    DATE = 2


_IS = r"(?: (?:est|sont|etait|etaient|fut|a ete|is|was|are|were))?(?: (?:le|la|les|l'|the))? ?"
_WANTS_DATE = re.compile(
    r"(?:^|\b(?:depuis|jusqu'a|de|since|until|from|et|and|c'est|c'etait) )(?:quand|when)\b"
    rf"|\bquel(?:le)?s?{_IS}(?:annee|date|jour|mois|siecle|epoque|heure|decennie)s?\b"
    rf"|\b(?:what|which){_IS}(?:year|date|day|month|century|decade|time)s?\b"
    r"|\bdate d[eu']|\bdate of\b"
)
_WANTS_NUMBER = re.compile(
    r"\bcombien\b|\bhow (?:many|much|old|long|far|tall|high|big|large|often)\b"
    rf"|\bquel(?:le)?s?{_IS}(?:nombre|taux|pourcentage|part|montant|prix|cout|age|somme|taille"
    r"|hauteur|superficie|population|distance|duree|budget|score|salaire|chiffre)s?\b"
    rf"|\bwhat{_IS}(?:number|rate|percentage|share|amount|price|cost|age|height|population)s?\b"
)
_DATE = re.compile(
    r"\b(?:[12]\d{3}|(?:en|in|l'an|vers|around) \d{1,3})\b|\b\d\d?[/.]\d\d?[/.]\d{2,4}\b"
    r"|\b(?:siecle|centur(?:y|ie)|annee|decennie|decade|year|mois|month|semaine|week|ans|epoque)s?\b"
    r"|\b(?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre)\b"
    r"|\b(?:january|february|march|april|june|july|august|september|october|november|december)\b"
    r"|\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|hier|matin|soir|nuit|jours?|ete)\b"
    r"|\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|morning|night|days?|ago)\b"
    r"|\b(?:apres|avant|pendant|durant|depuis|lors|lorsque|lorsqu|quand|suite|moyen age|moment)\b"
    r"|\b(?:after|before|during|since|when|while|until|middle ages)\b"
)
_NUMBER = re.compile(
    r"\b(?!(?:1\d{3}|20\d\d)\b)\d"
    r"|\b(?:deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize"
    r"|vingt|trente|quarante|cinquante|soixante|cents?|mille|millions?|milliards?|dizaines?"
    r"|centaines?|milliers?|douzaines?|moitie|tiers|quart|aucune?|seule?|unique|double|triple)\b"
    r"|\bune? (?:seule? |bon )?(?:kilometre|metre|an|mois|semaine|jour|heure|siecle|fois|quinzaine)"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fifteen|twenty"
    r"|thirty|forty|fifty|hundreds?|thousands?|billions?|dozens?|half|none|single|twice)\b"
)


def find_wanted(question: str) -> Kind:
    """Return the kind of answer that a question asks for; NONE when its words do not tell."""
    plain = fold(question).strip("¿¡ -«\"'")
    if _WANTS_DATE.search(plain):
        return Kind.DATE
    return Kind.NUMBER if _WANTS_NUMBER.search(plain) else Kind.NONE


def find_offered(sentence: str) -> Kind:
    """Return the kinds of answers that a sentence has."""
    plain = fold(sentence)
    dates = Kind.DATE if _DATE.search(plain) else Kind.NONE
    return dates | (Kind.NUMBER if _NUMBER.search(plain) else Kind.NONE)
