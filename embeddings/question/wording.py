"""Splits questions into words, sorts function words into classes, and finds terms and small talk.

All of it is for French and English. The sets hold folded words; a clitic ("l'", "-t-il") is a word.
The classes are the ones that follow-up questions need, not those of a grammar.
"""

import re
from dataclasses import dataclass
from itertools import takewhile

from embeddings.text.analysis import LISTS, FoldedText, fold, fold_text, is_stop_somewhere, word_set
from embeddings.types import Note

CLOSERS = word_set("alors donc du coup aussi then too also though svp stp please")
"""Words that may end a fragment without changing its meaning: "et Google alors ?"."""
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
    PREPOSITIONS, TIMES, COUNTING,
) = (
    word_set(*LISTS["questions"][name])
    for name in (
        "openers", "one", "many", "free", "subjects", "objects", "clitics", "pointers",
        "demonstratives", "owners", "which", "determiners", "places", "relative", "ordinals",
        "clauses", "auxiliaries", "verbs", "impersonal", "light", "prepositions", "times",
        "counting",
    )
)  # fmt: skip
"""FREE: pronouns that a noun can replace (for "it", brackets retrieve better). POINTERS: "c'est",
"that". OWNERS: "son", "cette". CLITICS: "l'a", "en". COUNTING: "d'autres",
"some". CLAUSES: words that begin another clause."""
PEOPLE = frozenset({"he", "she", "him"})
HIDING = WHICH | word_set("qui que qu' ki who how lequel laquelle")
"""Words before a verb ("qui dirige") or a noun ("quel outil") that is no pronoun's antecedent."""
INTO = {"l'": "en", "la": "en", "le": "au", "les": "aux", "the": "in the"}
"""Article of a country's name -> preposition: "la France", "en France"."""
_SMALL_TALK = {kind: word_set(*lines) for kind, lines in LISTS["talk"].items() if kind != "about"}
_ABOUT_ITSELF = re.compile("|".join(LISTS["talk"]["about"]))
_CIVIL = frozenset[str]().union(*_SMALL_TALK.values())
_SENTENCES = {
    "about": "I am a program that quotes the articles, word for word. Ask a question about them.",
    "thanks": "You are welcome. Ask the articles anything else.",
    "goodbye": "Goodbye.",
    "greeting": "Hello. Ask a question, and the articles answer in their own words.",
}
_STORIES, _SAYING = (word_set(*LISTS["lists"][name]) for name in ("stories", "saying"))
_LISTING = _STORIES | _SAYING
_ABOUT = re.compile("".join(LISTS["lists"]["about"]))
_REPEATED = re.compile(r"(\w)\1+\Z|(\w)\2\2+")  # "merciii", "heeello"
_LONGEST_TERM, _BARE = 5, 3
"""Most words of a term, as longer ones are descriptions; and of a message that is only a term."""
_ASKS, _AFTERWARDS = ("|".join(LISTS["terms"][place]) for place in ("before", "after"))
_END, _PLEASE, _LEAD = ("".join(LISTS["terms"][place]) for place in ("end", "please", "lead"))
"""Patterns of the words after a term, before the question, and before the term ("l'acronyme")."""
_PATTERNS = (
    re.compile(rf"{_PLEASE}(?:{_ASKS})(?:{_LEAD})(?P<term>.{{1,200}}?){_END}"),
    re.compile(rf"\A\W{{0,20}}+(?:{_LEAD})(?P<term>.{{1,200}}?),? (?:{_AFTERWARDS}){_END}"),
)
_TERM_WORD = re.compile(r"[^\W_][\w'-]*")
_TOKEN = re.compile(
    r"combien de temps|qu'est[- ]ce[- ]qu(?:[ei]\b|')|d'ou\b|est-ce qu(?:e\b|')|[snl]'(?:en|y)\b"
    r"|-t-\w+|-(?:ils?|elles?|on|ce)\b|(?:who|what)?'s\b|[a-z]+'(?!s\b)(?=\w)"
    r"|\w+(?:-(?!t-|(?:ils?|elles?|on|ce)\b)\w+)*|[,;]"
)
_IS_IT = re.compile(r"\Aqu'est[- ]ce[- ]")
_EMPTY = ASKERS | VERBS | _LIGHT | SUBJECTS | PREPOSITIONS | {"'s"}
Spans = list[tuple[int, int]]  # (start, end) of phrases of a question, in words


@dataclass(frozen=True, slots=True)
class Words:
    """A question split into words, clitics and commas; ``spans`` are offsets in the folded text."""

    folded: FoldedText
    words: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]

    def is_content(self, at: int) -> bool:
        """Say whether a word is a content word: a name, a noun, or another word with a meaning."""
        word = self.words[at]
        if word in _EMPTY or not word[-1].isalnum() or "-ce" in word:
            return False
        return self.is_name(at) or not is_stop_somewhere(word)

    def is_name(self, at: int) -> bool:
        """Say whether a word is capitalised, except a function word that begins the question."""
        start, word = self.spans[at][0], self.words[at]
        is_first = at == 0 or self.folded.text[start - 1] == "("
        is_function_word = is_stop_somewhere(word) or word in _LIGHT | COUNTING
        return self.folded.is_capital(start) and not (is_first and is_function_word)

    def quote(self, start: int, end: int) -> str:
        """Return the written text of the words from ``start`` to before ``end``."""
        return self.folded.words(self.spans[start][0], self.spans[end - 1][1])


def split_words(text: str) -> Words:
    """Split a question, or a part of one, into words."""
    folded = fold_text(text)
    matches = list(_TOKEN.finditer(folded.text))
    words = (_IS_IT.sub("qu'est-ce ", match.group()) for match in matches)
    return Words(folded, tuple(words), tuple(match.span() for match in matches))


def find_names(question: Words) -> Spans:
    """Return the spans of names; "Jeanne d'Arc" is one."""
    spans: Spans = []
    for at in range(len(question.words)):
        if question.is_content(at) and question.is_name(at):
            gap = question.spans[at][0] - question.spans[at - 1][1]  # 0 after "d'"
            is_joined = spans and gap == (spans[-1][1] == at)
            spans[-1:] = [(spans[-1][0], at + 1)] if is_joined else [*spans[-1:], (at, at + 1)]
    return spans


def find_phrases(question: Words) -> Spans:
    """Return the spans of articles with their nouns and complements: "le pont de Varenne"."""
    spans: Spans = []
    for at in range(len(question.words) - 1):
        is_outside = not spans or at >= spans[-1][1]
        if is_outside and question.words[at] in DETERMINERS and question.is_content(at + 1):
            spans.append((at, end_of_phrase(question, at + 1)))
    return spans


def end_of_phrase(question: Words, at: int) -> int:
    """Return the end of the noun phrase, complements included, whose article or noun is at ``at``.

    The words that belong to a noun are not known; but after "est", every content word is taken.
    """
    words, end, of = question.words, len(question.words), {"de", "du", "des", "d'", "of"}
    is_wide = at > 1 and words[at - 2] in {"est", "sont", "is", "are", "was", "were"}
    while at < end and words[at] in of | DETERMINERS:
        at += 1
    at += 1
    while at < end and question.is_content(at) and (is_wide or question.is_name(at)):
        at += 1
    return end_of_phrase(question, at + 1) if at < end - 1 and words[at] in of else min(at, end)


def end_of_owned(question: Words, end: int) -> int:
    """Return the end of a name with its possession: "Tottenham's new manager" after "is"."""
    if "'s" not in question.words[end : end + 1]:
        return end
    is_all = question.words[max(0, end - 2)] in {"is", "are", "was", "were"}
    last = len(question.words) if is_all else end + 2
    return end + 1 + len([*takewhile(question.is_content, range(end + 1, last))])


def find_term(question: str) -> str | None:
    """Return the one term that a question is about, as it was written; None for other questions.

    "Qu'est-ce que la tolérance zéro ?", "What does ICE stand for?", "Parle-moi de Palantir" and
    "palantir" alone ask what it is; "Qui est le patron de Palantir ?" asks for a property.
    """
    folded = fold_text(question)
    match = next(filter(None, (pattern.match(folded.text) for pattern in _PATTERNS)), None)
    if not match:
        size = len((split := split_words(question)).words)
        is_bare = 0 < size <= _BARE and all(map(split.is_content, range(size)))
        return split.quote(0, size) if is_bare else None
    term = _take_term(folded, *match.span("term"))
    is_person = term and (" " in term or term[:1].isupper())
    return term if is_person or not match.groupdict().get("who") else None


def find_listed_topic(question: str) -> str | None:
    """Return the topic of the articles that a question asks for, or whose author it asks for."""
    match = _ABOUT.match((folded := fold_text(question)).text)
    return folded.words(*match.span("subject")) if match else None


def names_stories(question: str) -> bool:
    """Say whether a question has a word for published texts, such as "articles" or "news"."""
    return not _STORIES.isdisjoint(split_words(question).words)


def names_topic(question: str) -> bool:
    """Say whether a question names a topic; "pourquoi ?" and "who is it?" do not."""
    split = split_words(question)
    return any(map(split.is_content, range(len(split.words))))


def asks_for_list(question: str, rest: str) -> bool:
    """Say whether a question only asks for a list of articles: "(articles de juin) ?", "news".

    ``rest``: the question without the words that became filters; it has no other content words.
    """
    words = {word for word in split_words(rest).words if word.isalnum()}
    is_empty = all(map(is_stop_somewhere, words - _LISTING))
    return is_empty and (rest != question or not _LISTING.isdisjoint(words))


def _take_term(folded: FoldedText, start: int, end: int) -> str | None:
    """Return the written words of ``text[start:end]`` if they are one term and not a sentence."""
    words = list(_TERM_WORD.finditer(folded.text, start, end))
    if not 0 < len(words) <= _LONGEST_TERM or any("'" in word.group() for word in words):
        return None
    is_name = all(folded.is_capital(word.start()) for word in words)
    is_term = is_name or not any(is_stop_somewhere(word.group()) for word in words)
    return folded.words(words[0].start(), words[-1].end()) if is_term else None


def find_reply(message: str) -> Note | None:
    """Return the reply to a message that greets, thanks or is about the program; else None.

    Its key is one of ``_SENTENCES``: ``about``, ``thanks``, ``goodbye`` or ``greeting``.
    """
    text = re.sub(r"\b(?:bonne|good) (?:nuit|night)\b", "goodnight", fold(message))
    written = re.findall(r"[^\W_][\w']*", text)
    words = (word if word in _CIVIL else _REPEATED.sub(r"\1\2", word) for word in written)
    civil = [*takewhile(_CIVIL.__contains__, words)]
    kinds = (kind for kind, known in _SMALL_TALK.items() if not known.isdisjoint(civil))
    is_about = bool(_ABOUT_ITSELF.fullmatch(" ".join(written)))
    key = "about" if is_about else next(kinds, "") if len(civil) == len(written) else ""
    return Note(key, _SENTENCES[key]) if key in _SENTENCES else None
