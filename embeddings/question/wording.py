"""A question cut into words, what kinds of small words there are, and what a message wants by them.

Everything is in French and English. The sets hold folded words; a clitic is a word of its own
("l'", "-t-il"). They are what the reading of follow-ups needs, and no grammar.
"""

import re
from dataclasses import dataclass
from itertools import takewhile

from embeddings.text.analysis import LISTS, FoldedText, fold, fold_text, is_stop_somewhere, word_set
from embeddings.types import Note

CLOSERS = word_set("alors donc du coup aussi then too also though svp stp please")
"""What may follow a fragment and changes nothing: "et Google alors ?"."""
ABOUT = re.compile(
    r"(?:(?:quid|qu'en est-il|what|how) (?:de |du |des |d'|about ))?"
    r"(?:(?:ceux|celles?|celui|those|the ones?) (?:de |du |des |d'|of |from |at ))?"
)
ASKERS = word_set(
    "que qu' quoi qui quand comment combien pourquoi quel quelle quels quelles lequel laquelle koi"
    " pk ki ou d'ou what who whom whose which where when why how what's who's"
) | {"combien de temps", "qu'est-ce que", "qu'est-ce qui", "qu'est-ce qu'"}
(
    OPENERS, ONE, MANY, FREE, SUBJECTS, OBJECTS, CLITICS, POINTERS, DEMONSTRATIVES, OWNERS, WHICH,
    DETERMINERS, PLACES, RELATIVE, ORDINALS, CLAUSES, AUXILIARIES, VERBS, IMPERSONAL, _LIGHT,
    PREPOSITIONS, TIMES,
) = (
    word_set(*LISTS["questions"][name])
    for name in (
        "openers", "one", "many", "free", "subjects", "objects", "clitics", "pointers",
        "demonstratives", "owners", "which", "determiners", "places", "relative", "ordinals",
        "clauses", "auxiliaries", "verbs", "impersonal", "light", "prepositions", "times",
    )
)  # fmt: skip
"""``FREE`` are French pronouns in whose place a noun can stand; for "it" brackets find more."""
HIDING = WHICH | word_set("qui que qu' ki who how lequel laquelle")
"""Before a verb ("qui dirige"), or a noun that no pronoun after it stands for ("quel outil")."""
INTO = {"l'": "en", "la": "en", "le": "au", "les": "aux", "the": "in the"}
"""What stands before the name of a country that goes with an article."""
_SMALL_TALK = {kind: word_set(*lines) for kind, lines in LISTS["talk"].items()}
_CIVIL = frozenset[str]().union(*_SMALL_TALK.values())
_SENTENCES = {
    "thanks": "You are welcome. Ask the articles anything else.",
    "goodbye": "Goodbye.",
    "greeting": "Hello. Ask a question, and the articles answer in their own words.",
}
_REPEATED = re.compile(r"(\w)\1+\Z|(\w)\2\2+")
_LONGEST_TERM = 5
"""The most words of a term; more of them are a description."""
_ASKS, _AFTERWARDS = ("|".join(LISTS["terms"][place]) for place in ("before", "after"))
_END, _PLEASE, _LEAD = ("".join(LISTS["terms"][place]) for place in ("end", "please", "lead"))
"""What may stand behind a term, before the question, and before the term and is no part of it."""
_PATTERNS = (
    re.compile(rf"{_PLEASE}(?:{_ASKS})(?:{_LEAD})(?P<term>.{{1,200}}?){_END}"),
    re.compile(rf"\A\W{{0,20}}(?:{_LEAD})(?P<term>.{{1,200}}?),? (?:{_AFTERWARDS}){_END}"),
)
_TERM_WORD = re.compile(r"[^\W_][\w'-]*")
_TOKEN = re.compile(
    r"combien de temps|qu'est[- ]ce[- ]qu(?:[ei]\b|')|d'ou\b|est-ce qu(?:e\b|')|[snl]'(?:en|y)\b"
    r"|-t-\w+|-(?:ils?|elles?|on|ce)\b|(?:who|what)?'s\b|[a-z]+'(?!s\b)(?=\w)"
    r"|\w+(?:-(?!t-|(?:ils?|elles?|on|ce)\b)\w+)*|[,;]"
)
_IS_IT = re.compile(r"\Aqu'est[- ]ce[- ]")
_EMPTY = ASKERS | VERBS | _LIGHT | SUBJECTS | PREPOSITIONS | {"'s"}


@dataclass(frozen=True, slots=True)
class Words:
    """A question cut into words, clitics and commas; ``spans`` are places in the folded text."""

    read: FoldedText
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    def is_substance(self, at: int) -> bool:
        """Say whether a word may name what a question is about."""
        word = self.words[at]
        if word in _EMPTY or not word[-1].isalnum() or "-ce" in word:
            return False
        return self.is_name(at) or not is_stop_somewhere(word)

    def is_name(self, at: int) -> bool:
        """Say whether a word has a capital that no sentence gives it."""
        start, word = self.spans[at][0], self.words[at]
        begins = at == 0 or self.read.text[start - 1] == "("
        small = is_stop_somewhere(word) or word in _LIGHT
        return self.read.is_capital(start) and not (begins and small)

    def quote(self, start: int, end: int) -> str:
        """Return the exact words from one to before another."""
        return self.read.words(self.spans[start][0], self.spans[end - 1][1])


def cut(question: str) -> Words:
    """Return a question cut into words."""
    read = fold_text(question)
    found = list(_TOKEN.finditer(read.text))
    words = (_IS_IT.sub("qu'est-ce ", m.group()) for m in found)
    return Words(read, tuple(words), tuple(m.span() for m in found))


def find_names(base: Words) -> list[tuple[int, int]]:
    """Return the places of names, each with the capitals that follow it."""
    found: list[tuple[int, int]] = []
    for at in range(len(base.words)):
        if base.is_substance(at) and base.is_name(at):
            joined = found and base.spans[at][0] - base.spans[at - 1][1] == (found[-1][1] == at)
            found[-1:] = [(found[-1][0], at + 1)] if joined else [*found[-1:], (at, at + 1)]
    return found


def find_phrases(base: Words) -> list[tuple[int, int]]:
    """Return the places of nouns behind an article, with what they are of."""
    found: list[tuple[int, int]] = []
    for at in range(len(base.words) - 1):
        is_outside = not found or at >= found[-1][1]
        if is_outside and base.words[at] in DETERMINERS and base.is_substance(at + 1):
            found.append((at, end_of_phrase(base, at + 1)))
    return found


def end_of_phrase(base: Words, at: int) -> int:
    """Return where a phrase ends whose noun or article is at a place; all that it is of is in it.

    Which words belong to a noun is not known, but after "est" only nouns and their adjectives are.
    """
    wide = at > 1 and base.words[at - 2] in {"est", "sont", "is", "are", "was", "were"}
    of, last = {"de", "du", "des", "d'", "of"}, len(base.words)
    while at < last and base.words[at] in of | DETERMINERS:
        at += 1
    at += 1
    while at < last and base.is_substance(at) and (wide or base.is_name(at)):
        at += 1
    return end_of_phrase(base, at + 1) if at < last - 1 and base.words[at] in of else min(at, last)


def defined_term(question: str) -> str | None:
    """Return the one term that a question is about, as it was written; None for other questions.

    "Qu'est-ce que la tolérance zéro ?" and "What does ICE stand for?" ask for what it is, and so
    does "Parle-moi de Palantir"; "Qui est le patron de Palantir ?" asks for a property.
    """
    read = fold_text(question)
    found = next(filter(None, (pattern.match(read.text) for pattern in _PATTERNS)), None)
    if not found:
        return None
    term = _term(read, *found.span("term"))
    is_person = term and (" " in term or term[:1].isupper())
    return term if is_person or not found.groupdict().get("who") else None


def _term(read: FoldedText, start: int, end: int) -> str | None:
    """Return the words between two places if they are one term and not a sentence."""
    words = list(_TERM_WORD.finditer(read.text, start, end))
    if not 0 < len(words) <= _LONGEST_TERM or any("'" in word.group() for word in words):
        return None
    capitals = all(read.is_capital(word.start()) for word in words)
    plain = capitals or not any(is_stop_somewhere(word.group()) for word in words)
    return read.words(words[0].start(), words[-1].end()) if plain else None


def small_talk(message: str) -> Note | None:
    """Return what is replied to a message that only greets or thanks; None when it asks.

    The keys are those of ``_SENTENCES``: ``thanks``, ``goodbye`` and ``greeting``.
    """
    words = re.findall(r"[^\W_][\w']*", fold(message))
    each = (word if word in _CIVIL else _REPEATED.sub(r"\1\2", word) for word in words)
    said = [*takewhile(_CIVIL.__contains__, each)]
    if len(said) < len(words):
        return None
    key = next((name for name in _SENTENCES if not _SMALL_TALK[name].isdisjoint(said)), None)
    return Note(key, _SENTENCES[key]) if key else None
