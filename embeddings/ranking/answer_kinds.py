"""Finds the kind of answer a question wants, those a sentence has, and its denials; pure."""

import re
from enum import IntFlag

from embeddings.text.analysis import LISTS, STOP, fold, is_stop_somewhere, stem, words


class Kind(IntFlag):
    """Kinds of answers that patterns can recognise."""

    NONE = 0
    NUMBER = 1
    DATE = 2
    REASON = 4
    PERSON = 8
    AGE = 16
    MONEY = 32
    DAY = 64
    """A time with a name or number: "after the war" is a DATE but no DAY."""
    SPAN = 128
    """A length of time, or its start or end."""
    ALONE = 256
    """No other kind answers the question: an age, a price, "pourquoi ?" as a follow-up."""
    COUNT = 512
    """A number that is no percentage, day, hour or rank."""
    SHARE = 1024
    """A percentage or a fraction."""
    ASKS = 2048
    """The sentence is a question, as of an interviewer."""
    REPLY = 4096
    """What somebody said or did when they were asked, accused or told."""


_ASKS, _NEEDS, _OFFERS = (
    {name: re.compile("|".join(each)) for name, each in LISTS[list_].items()}
    for list_ in ("asks", "needs", "answers")
)
"""Patterns over folded text, by kind: of questions (two tables), and of sentences."""
_CLEFT = re.compile(r"^[^,;:]* (?:qui|who) (?:(?:a|ont|avait|avaient|has|have|had) )?")
"""The person in a cleft denial, before the verb: "not [he who] wrote"."""
_COUNTED = re.compile(r"\b(?:how many|combien d(?:e |'))\s*([^\W_]+)")
_UNCOUNTED = re.compile("|".join(LISTS["not counted"]))
_FULL_NAME = re.compile(r"(?<=[\w,»] )[A-Z][\w.]+ [A-Z]\w+")


def find_wanted(question: str) -> Kind:
    """Return the kind of answer that a question wants; NONE if its words do not tell."""
    folded = fold(question).strip("¿¡ -«\"'")
    if alone := _ASKS["ALONE"].match(folded):
        return Kind[str(alone.lastgroup)] | Kind.ALONE
    flags = {"AGE": Kind.ALONE, "MONEY": Kind.ALONE, "DATE": Kind.NONE, "NUMBER": Kind.NONE}
    kinds = (Kind[name] | flag for name, flag in flags.items() if _ASKS[name].search(folded))
    return next(kinds, Kind.NONE)


def find_needed(question: str, wanted: Kind) -> tuple[Kind, str | None]:
    """Return the kind that a passage needs to answer (NONE: any), and the word to be counted."""
    folded = fold(question)
    default = {Kind.DATE: Kind.DAY, Kind.NUMBER: Kind.NUMBER}.get(wanted, Kind.NONE)
    needed = next((Kind[n] for n, pattern in _NEEDS.items() if pattern.search(folded)), default)
    counted = needed is Kind.NUMBER and _COUNTED.search(folded)
    return (Kind.COUNT, counted[1]) if counted else (needed, None)


def find_offered(sentence: str) -> Kind:
    """Return the kinds of answers that a sentence contains."""
    folded, person = fold(sentence), Kind.PERSON * bool(_FULL_NAME.search(sentence))
    count = Kind.COUNT * bool(_OFFERS["NUMBER"].search(_UNCOUNTED.sub(" ", folded)))
    return Kind(person | count | sum(Kind[n] for n, p in _OFFERS.items() if p.search(folded)))


def asks_who(question: str) -> bool:
    """Say whether a question asks who did something, when or where, but not who did not."""
    folded = fold(question)
    return bool(_ASKS["WHO"].search(folded)) and not _ASKS["NOT"].search(folded)


def denies(question: str, sentence: str) -> bool:
    """Say whether a sentence only says that somebody did not do what a question asks about.

    Its denied verb is a word of the question, and so is a word after that verb; or before it, if
    the agent comes last ("not written by") or the object first ("ne l'a pas").
    """
    return bool(_find_denied(question, sentence))


def turns(question: str, sentence: str, after: str) -> bool:
    """Say whether a sentence denies the deed, and the sentence after it says who did it.

    The sentence after has the denied verb, or refers to it: "closed it", "l'a signé".
    """
    verb = _find_denied(question, sentence)
    if not verb or denies(question, after):
        return False
    return bool(_ASKS["AGAIN"].search(fold(after))) or any(map(verb.intersection, _stems(after)))


def _find_denied(question: str, sentence: str) -> frozenset[str]:
    """Return the stems of the denied verb; none if the sentence does not deny the question."""
    folded, asked = fold(sentence), _stems(question)
    known = frozenset[str]().union(*asked)
    others = _stems(_ASKS["NOT"].sub(".", folded))
    for match in _ASKS["NOT"].finditer(folded):
        denied = _CLEFT.sub("", " ".join(filter(None, match.groups()))).split()
        verb = known.intersection(*_stems(" ".join(denied[:1])) or [frozenset()])
        if verb and not any(map(verb.intersection, others)):
            is_inverted = not {"par", "by"}.isdisjoint(denied) or "l'" in match[0]
            rest = [*denied[1:], *folded[: match.start()].split()] if is_inverted else denied[1:]
            is_asked = len(asked) == 1 or any(map(known.intersection, _stems(" ".join(rest))))
            return verb if is_asked else frozenset()
    return frozenset()


def _stems(text: str) -> list[frozenset[str]]:
    """Return the stems of each word of a text that is no stop word, in all known languages."""
    subject = (word for word in words(text) if not is_stop_somewhere(word))
    return [frozenset(stem(word, code) for code in STOP) for word in subject]
