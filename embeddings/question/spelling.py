"""Corrects the spelling of a question to that of the articles; pure.

A word that neither the articles nor a dictionary have is most likely a word of the articles with
one typing error: a letter missing, wrong or added, or two swapped (Damerau, 1964). Chat spellings
of question words are replaced. Addresses, code and questions in other languages stay unchanged.
"""

import math
import re
from collections.abc import Callable, Collection, Iterator
from functools import cache
from itertools import chain
from string import ascii_lowercase

from embeddings.text.analysis import LISTS, STOP, fold, is_foreign, is_stop_somewhere

SHORTEST, LONG, LONGEST = 5, 8, 25
"""Fewest letters of a word to correct, since shorter words are too alike; fewest letters of a word
in which any letter may be one too many; most letters of a word ("anticonstitutionnellement")."""
RARE = 320
"""Highest count in the English dictionary of a word that may be a name."""
MOST = 10
"""Most unknown words of a question to correct: each takes up to 25 ms, and more are no typos."""
_CHUNK = re.compile(r"`[^`]*`|\S+")
_CODE = re.compile(r"\A`|://|@|\w\.\w")
"""Matches in a chunk that is code, an address, an account or a file's name."""
_WORD = re.compile(r":\w+:|[^\W\d_]*[\d_]\w*|(?P<before>['’])?(?P<word>[^\W\d_]+)(?P<after>['’])?")
_CHAT: dict[str, str] = LISTS["chat"]


def respell(
    question: str,
    find_known: Callable[[Collection[str]], Collection[str]],
    spelling: Callable[[Collection[str]], str | None],
) -> str:
    """Correct the mistyped words of a question to words of the articles.

    Args:
        question: The question, as typed.
        find_known: Given folded words, returns those that the articles contain.
        spelling: Given folded words, returns the likeliest one that the articles contain, in
            their spelling; None if they contain none.
    """

    def correct(match: re.Match[str]) -> str:
        written = match["word"] or ""
        word = fold(written)
        is_split = written == "c" and question.startswith(" est ", match.end())
        if written in _CHAT and match[0] == written and not is_split:
            return _CHAT[written]
        if word not in unknown or match["after"]:  # "quelqu’un"
            return match[0]
        is_name = match.start() > 0 and written[0].isupper()
        candidates = list_slips(word)
        stop = min(filter(is_stop_somewhere, chain(*candidates)), default=None)  # "pourqoi", "wich"
        found = stop or next(filter(None, map(spelling, candidates)), None)
        may_be_name = question[: match.start()][-1:] not in {"", "-"} and len(word) < LONG
        near = chain([word], *candidates, (word[:i] + word[i + 1 :] for i in range(1, len(word))))
        if may_be_name and not (found or any(_dictionary().get(each, 0) > RARE for each in near)):
            found = written[0].upper() + written[1:]
        elif found is None or (is_name and found.islower()) or word in _dictionary():
            return match[0]
        return (match["before"] or "") + found

    matches = list(_find_words(question))
    all_written = {match["word"] for match in matches if match["word"]}
    words = {w for w in map(fold, all_written) if SHORTEST <= len(w) <= LONGEST and w.isascii()}
    words = {word for word in words if not is_stop_somewhere(word)}
    unknown = words.difference(find_known(words))
    if not (unknown or all_written & _CHAT.keys()) or len(unknown) > MOST or is_foreign(question):
        return question
    corrected, end = "", 0
    for match in matches:
        corrected, end = corrected + question[end : match.start()] + correct(match), match.end()
    return corrected + question[end:]


def _find_words(question: str) -> Iterator[re.Match[str]]:
    """Find the words of a question outside code and addresses, as matches of ``_WORD``."""
    spans = (each.span() for each in _CHUNK.finditer(question) if not _CODE.search(each[0]))
    return chain.from_iterable(_WORD.finditer(question, *span) for span in spans)


def list_slips(word: str) -> tuple[set[str], ...]:
    """Return the words that a folded word may be a typing error of, one edit away.

    The first letter is seldom wrong, and a letter too many is mostly one that was struck twice.

    Returns:
        For a word of n letters, the likeliest edits first: 26n words with a letter inserted, n - 1
        with two letters swapped, 25(n - 1) with a letter replaced; and those without a doubled
        letter or the last one or, from LONG letters on, without any letter but the first.
    """
    halves = [(word[:i], word[i:]) for i in range(1, len(word) + 1)]
    is_long = len(word) >= LONG
    return (
        {a + letter + b for a, b in halves for letter in ascii_lowercase},
        {a[:-1] + b[0] + a[-1] + b[1:] for a, b in halves if b},
        {a + letter + b[1:] for a, b in halves if b for letter in ascii_lowercase},
        {a + b[1:] for a, b in halves if b and (is_long or b[0] == a[-1] or len(b) == 1)},
    )


@cache
def _dictionary() -> dict[str, float]:
    """Return folded French and English words with their counts; loaded on first use.

    The rarest English words are names of firms and places; no French word is, so none is rare.
    """
    from spellchecker import SpellChecker  # takes a quarter of a second; few questions need it

    known = {code: SpellChecker(code).word_frequency.dictionary for code in STOP}
    english = {fold(word): count for word, count in known["en"].items()}
    return english | dict.fromkeys(map(fold, known["fr"]), math.inf)
