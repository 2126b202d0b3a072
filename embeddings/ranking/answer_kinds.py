"""The kind of answer a question wants, the kinds that a sentence has, and what it denies; pure."""

import re
from enum import IntFlag

from embeddings.text.analysis import LISTS, STOP, fold, is_stop_somewhere, stem, words


class Kind(IntFlag):
    """Kinds of answers that can be seen from the outside."""

    NONE = 0
    NUMBER = 1
    DATE = 2
    REASON = 4
    PERSON = 8
    AGE = 16
    MONEY = 32
    DAY = 64
    """A time by its name or number: "after the war" is a DATE and no DAY."""
    SPAN = 128
    """A length of time, or since or until when."""
    ALONE = 256
    """Nothing else answers: an age, a price, "pourquoi ?" after what the same passages answer."""


_ASKS, _NEEDS, _OFFERS = (
    {name: re.compile("|".join(each)) for name, each in LISTS[list_].items()}
    for list_ in ("asks", "needs", "answers")
)
"""Patterns over folded text: what questions ask and deny, and what sentences have, by kinds."""
_CLEFT = re.compile(r"^[^,;:]* (?:qui|who) (?:(?:a|ont|avait|avaient|has|have|had) )?")
"""Whom a denial is of that stands before what they did not do: "not he who wrote"."""
_COUNTED = re.compile(r"\b(?:how many|combien d(?:e |'))\s*([^\W_]+)")
_FULL_NAME = re.compile(r"(?<=[\w,»] )[A-Z][\w.]+ [A-Z]\w+")


def find_wanted(question: str) -> Kind:
    """Return the kind of answer that a question asks for; NONE when its words do not tell."""
    plain = fold(question).strip("¿¡ -«\"'")
    if alone := _ASKS["ALONE"].match(plain):
        return Kind[str(alone.lastgroup)] | Kind.ALONE
    named = {"AGE": Kind.ALONE, "MONEY": Kind.ALONE, "DATE": Kind.NONE, "NUMBER": Kind.NONE}
    found = (Kind[name] | more for name, more in named.items() if _ASKS[name].search(plain))
    return next(found, Kind.NONE)


def find_needed(question: str, wanted: Kind) -> tuple[Kind, str | None]:
    """Return what a passage has to have to answer, NONE for anything, and the word to count."""
    plain = fold(question)
    other = {Kind.DATE: Kind.DAY, Kind.NUMBER: Kind.NUMBER}.get(wanted, Kind.NONE)
    needed = next((Kind[name] for name, each in _NEEDS.items() if each.search(plain)), other)
    counted = needed is Kind.NUMBER and _COUNTED.search(plain)
    return needed, counted[1] if counted else None


def find_offered(sentence: str) -> Kind:
    """Return the kinds of answers that a sentence has."""
    plain = fold(sentence)
    named = Kind.PERSON if _FULL_NAME.search(sentence) else Kind.NONE
    return named | sum(Kind[name] for name, each in _OFFERS.items() if each.search(plain))


def asks_who(question: str) -> bool:
    """Say whether a question asks who did something, and not who did not."""
    plain = fold(question)
    return bool(_ASKS["WHO"].search(plain)) and not _ASKS["NOT"].search(plain)


def denies(question: str, sentence: str) -> bool:
    """Say whether a sentence only says of somebody that they did not do what a question asks.

    The verb of its denial is one of the question's words, and so is another behind it, or before
    it where who acts comes last ("not written by") or what is acted on first ("ne l'a pas").
    """
    return bool(_find_denied(question, sentence))


def turns(question: str, sentence: str, after: str) -> bool:
    """Say whether a sentence denies what is asked, and the one after it says who did it then.

    That has the verb which is denied, or words for all that was asked: "closed it", "l'a signé".
    """
    verb = _find_denied(question, sentence)
    if not verb or denies(question, after):
        return False
    return bool(_ASKS["AGAIN"].search(fold(after))) or any(map(verb.intersection, _stems(after)))


def _find_denied(question: str, sentence: str) -> frozenset[str]:
    """Return the stems of the verb that is denied; none where ``denies`` is not so."""
    plain, asked = fold(sentence), _stems(question)
    known = frozenset[str]().union(*asked)
    others = _stems(_ASKS["NOT"].sub(".", plain))
    for found in _ASKS["NOT"].finditer(plain):
        said = _CLEFT.sub("", " ".join(filter(None, found.groups()))).split()
        verb = known.intersection(*_stems(" ".join(said[:1])) or [frozenset()])
        if verb and not any(map(verb.intersection, others)):
            is_turned = not {"par", "by"}.isdisjoint(said) or "l'" in found[0]
            rest = [*said[1:], *plain[: found.start()].split()] if is_turned else said[1:]
            again = len(asked) == 1 or any(map(known.intersection, _stems(" ".join(rest))))
            return verb if again else frozenset()
    return frozenset()


def _stems(text: str) -> list[frozenset[str]]:
    """Return the stems of each word that carries a subject."""
    said = (word for word in words(text) if not is_stop_somewhere(word))
    return [frozenset(stem(word, code) for code in STOP) for word in said]
