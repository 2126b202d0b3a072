"""What a message wants: to know what something is, or only to be polite; French and English."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from embeddings.question.wording import word_set
from embeddings.text.analysis import fold, fold_text, is_stop
from embeddings.types import Note

if TYPE_CHECKING:
    from embeddings.text.analysis import FoldedText

_LONGEST_TERM = 5
"""The most words of a term; more of them are a description."""
_ASKS = (
    r"(?:qu'?est[- ]ce (?:que? |qu')|ce (?:que? c'?est (?:que? |qu')|qu'est ))"
    r"(?:c'est (?:que |qu'))?"
    r"|(?:s?[ac]a )?c'?(?:est)? ?(?:quoi|koi|qui|ki) |(?P<who>qui est |who(?:'s| is) )"
    r"|[qk]u?e veu(?:t|x|lent) dire |que (?:signifie|designe)(?:nt)? |definition (?:de |du |d')"
    r"|what(?:'s| is|s) |wh?at does (?=.* (?:mean|stand for)\b)|define |definis(?:sez)? "
    r"|(?:the )?(?:definition|meaning) of |what (?=.* (?:is|means?)\b)"
)
_AFTERWARDS = (
    r",? (?:(?:s?[ac]a )?c'?(?:est)? ?(?:quoi|koi|qui|ki)|(?:ca )?(?:veut|veux) dire (?:quoi|koi)"
    r"|means? what|[kq]u?esako|kezako)"
)
_END = (
    r"(?: (?:stand for|means?|is))?"
    r"(?:,? (?:au juste|exactement|exactly|svp|stp|please)){0,3}\W{0,20}\Z"
)
_PLEASE = r"\A\W{0,20}(?:(?:dis|dites|explique|expliquez|tell|explain)(?:[- ](?:moi|me|to me))? )?"
_PATTERNS = (
    re.compile(rf"{_PLEASE}(?:{_ASKS})(?P<term>.{{1,200}}?){_END}"),
    re.compile(rf"\A\W{{0,20}}(?P<term>.{{1,200}}?){_AFTERWARDS}{_END}"),
)
_LEAD = re.compile(
    r"(?:la |le |les |l'|un |une |the |an? )?(?:(?:sigle|acronyme|nom|mot|terme|lettres|acronym"
    r"|word|name|term|letters|abbreviation) )?[\W]*"
)
"""What may stand before a term and is no part of it."""
_WORD = re.compile(r"[^\W_][\w'-]*")


def defined_term(question: str) -> str | None:
    """Return what a question asks the meaning of, as it was written; None for other questions.

    "Qu'est-ce que la tolérance zéro ?" and "What does ICE stand for?" ask for a definition; "Qui
    est le patron de Palantir ?" asks for a property, and "Who is angry?" for whom one says it of.
    """
    read = fold_text(question)
    found = next(filter(None, (pattern.match(read.text) for pattern in _PATTERNS)), None)
    if not found:
        return None
    lead = _LEAD.match(read.text, found.start("term"), found.end("term"))
    term = _term(read, lead.end() if lead else found.start("term"), found.end("term"))
    is_person = term and (" " in term or term[:1].isupper())
    return term if is_person or not found.groupdict().get("who") else None


def _term(read: FoldedText, start: int, end: int) -> str | None:
    """Return the words between two places if they are one term and not a sentence."""
    words = list(_WORD.finditer(read.text, start, end))
    if not 0 < len(words) <= _LONGEST_TERM:
        return None
    plain = all(map(read.is_capital, (word.start() for word in words))) or not any(
        is_stop(word.group(), "fr") or is_stop(word.group(), "en") for word in words
    )
    owned = any("'" in word.group() for word in words)
    return read.words(words[0].start(), words[-1].end()) if plain and not owned else None


_THANKS = word_set(
    "merci mercis thanks thank thx ty tks cheers nickel parfait super genial top cool great"
    " perfect ok okay d'accord dacc compris understood bravo"
)
_GOODBYE = word_set("revoir bye goodbye ciao adieu bientot later tchao journee soiree")
_GREETING = word_set("bonjour bonsoir salut coucou hello hi hey yo morning evening bjr slt hola")
_POLITE = word_set(
    "beaucoup bien bcp infiniment encore mille tres pour ta ton tes votre vos la le les reponse"
    " reponses aide info infos a au tous toutes tout monde bot verbatim there all everyone you so"
    " much very many a lot for your the help answer answers good bonne nuit day night"
    " demain see et and c'est that's sympa gentil nice"
)
_SENTENCES = {
    "thanks": "You are welcome. Ask the articles anything else.",
    "goodbye": "Goodbye.",
    "greeting": "Hello. Ask a question, and the articles answer in their own words.",
}
_REPEATED = re.compile(r"(\w)\1+\Z|(\w)\2\2+")


def small_talk(message: str) -> Note | None:
    """Return what is replied to a message that only greets or thanks; None when it asks.

    The keys are those of ``_SENTENCES``: ``thanks``, ``goodbye`` and ``greeting``.
    """
    kinds = {"thanks": _THANKS, "goodbye": _GOODBYE, "greeting": _GREETING}
    known = frozenset().union(_POLITE, *kinds.values())
    words = re.findall(r"[^\W_][\w']*", fold(message))
    said = {word if word in known else _REPEATED.sub(r"\1\2", word) for word in words}
    if not said <= known:
        return None
    key = next((name for name, core in kinds.items() if core & said), None)
    return Note(key, _SENTENCES[key]) if key else None
