"""A question as it was typed -> the same in the spelling of the articles; pure.

A word that neither the articles nor a dictionary have is most likely one of theirs, mistyped: with
one letter too few, another, two that changed places, or one too many (Damerau, 1964). What people
write in chats for a question word is that word. Addresses, code and other languages are left.
"""

import math
import re
from collections.abc import Callable, Collection, Iterator
from functools import cache
from itertools import chain
from string import ascii_lowercase

from embeddings.text.analysis import LISTS, STOP, fold, is_foreign, is_stop_somewhere

SHORTEST, LONG, LONGEST = 5, 8, 25
"""The least letters of a word that is corrected, as shorter ones are too near to each other; of one
that may have any letter too many; and the most ("anticonstitutionnellement")."""
RARE = 320
"""How often a word stands in the English dictionary's texts at the most that may be a name."""
MOST = 10
"""Unknown words beyond which a question is no mistyped one; each takes 25 ms at the most."""
_CHUNK = re.compile(r"`[^`]*`|\S+")
_CODE = re.compile(r"\A`|://|@|\w\.\w")
"""What shows that a chunk is code, an address, an account or the name of a file."""
_WORD = re.compile(r":\w+:|[^\W_]*[\d_]\w*|(?P<before>['’])?(?P<word>[^\W\d_]+)(?P<after>['’])?")
_CHAT: dict[str, str] = LISTS["chat"]


def respell(
    question: str,
    find_known: Callable[[Collection[str]], Collection[str]],
    spelling: Callable[[Collection[str]], str | None],
) -> str:
    """Return a question with its mistyped words as the articles write them.

    Args:
        question: What was typed.
        find_known: Returns those of some folded words that the articles have.
        spelling: Given folded words, returns the likeliest that the articles have, as they write
            it; None when they have none of them.
    """

    def correct(match: re.Match[str]) -> str:
        written = match["word"] or ""
        word = fold(written)
        is_parted = written == "c" and question.startswith(" est ", match.end())
        if written in _CHAT and match[0] == written and not is_parted:
            return _CHAT[written]
        if word not in strange or match["after"]:  # "quelqu’un"
            return match[0]
        is_name = match.start() > 0 and written[0].isupper()
        meant = slips(word)
        asker = min(filter(is_stop_somewhere, chain(*meant)), default=None)  # "pourqoi", "wich"
        found = asker or next(filter(None, map(spelling, meant)), None)
        may_be_name = question[: match.start()][-1:] not in {"", "-"} and len(word) < LONG
        near = chain([word], *meant, (word[:i] + word[i + 1 :] for i in range(1, len(word))))
        if may_be_name and not (found or any(_dictionary().get(each, 0) > RARE for each in near)):
            found = written[0].upper() + written[1:]
        elif found is None or (is_name and found.islower()) or word in _dictionary():
            return match[0]
        return (match["before"] or "") + found

    found = list(_find_words(question))
    there = {match["word"] for match in found if match["word"]}
    words = {w for w in map(fold, there) if SHORTEST <= len(w) <= LONGEST and w.isascii()}
    words = {word for word in words if not is_stop_somewhere(word)}
    strange = words.difference(find_known(words))
    if not (strange or there & _CHAT.keys()) or len(strange) > MOST or is_foreign(question):
        return question
    said, end = "", 0
    for match in found:
        said, end = said + question[end : match.start()] + correct(match), match.end()
    return said + question[end:]


def _find_words(question: str) -> Iterator[re.Match[str]]:
    """Find what may be the words of a question, but for those of code and addresses."""
    if "`" not in question and not _CODE.search(question):
        return _WORD.finditer(question)
    spans = (each.span() for each in _CHUNK.finditer(question) if not _CODE.search(each[0]))
    return chain.from_iterable(_WORD.finditer(question, *span) for span in spans)


def slips(word: str) -> tuple[set[str], ...]:
    """Return all that a folded word may be meant for, one slip of the finger away.

    The first letter is seldom missed, and seldom is a letter added that is not struck twice.

    Returns:
        Of a word of n letters, the likeliest slips first: 26n words with one letter more, n - 1
        with two changed, 25(n - 1) with another letter; and without one of two that are the same,
        without the last, or, of LONG letters and more, without any but the first.
    """
    halves = [(word[:i], word[i:]) for i in range(1, len(word) + 1)]
    long = len(word) >= LONG
    return (
        {a + letter + b for a, b in halves for letter in ascii_lowercase},
        {a[:-1] + b[0] + a[-1] + b[1:] for a, b in halves if b},
        {a + letter + b[1:] for a, b in halves if b for letter in ascii_lowercase},
        {a + b[1:] for a, b in halves if b and (long or b[0] == a[-1] or len(b) == 1)},
    )


@cache
def _dictionary() -> dict[str, float]:
    """Return how common the words of French and English are, folded; loaded when first needed.

    English has the names of firms and places among its rarest words, French has none.
    """
    from spellchecker import SpellChecker  # a quarter of a second that few questions need

    known = {code: SpellChecker(code).word_frequency.dictionary for code in STOP}
    english = {fold(word): count for word, count in known["en"].items()}
    return english | dict.fromkeys(map(fold, known["fr"]), math.inf)
