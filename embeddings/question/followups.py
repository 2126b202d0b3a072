"""A question that leans on earlier ones -> the same, so that it stands by itself.

"Et Google ?" after "Pourquoi Microsoft est-il critiqué ?" asks "Pourquoi Google est-il critiqué ?".
A question leans when it has no subject of its own: a question word alone, a fragment after "et", a
pronoun with nothing before it that it could stand for. Only questions are known here, not what
was answered, so "ils" may be whom the answer named: the earlier question is carried along.
What stands by itself is never bent, and doubtful wording stands by itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from embeddings.question import wording as w
from embeddings.question.wording import Words, cut
from embeddings.text.analysis import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

_TURNS = 4
"""How many earlier questions are looked back on; what lies further back is another subject."""
_NO_NAME = frozenset({"got", "was", "were", "has", "have", "had", "ete", "de", "du", "des", "d'"})
"""Words before a verb, or before a noun that something is of; more of them are in ``wording``."""
_TO = frozenset("àÀ")
"""A preposition that is a verb without its accent."""
_VOWELS, _EITHER = frozenset("aeiou"), frozenset("hy")
_ELIDED, _ELIDABLE = re.compile(r"(?i)\b(d|qu)['’]\Z"), re.compile(r"(?i)\b(d|qu)e \Z")
_FRAGMENT = 4
"""The most words of substance in a question without a verb; more of them make a sentence."""


def complete(question: str, before: Sequence[str]) -> str | None:
    """Return a question with what it leans on, so that it stands by itself.

    Args:
        question: The question, in French or English.
        before: What was asked before it in the same conversation, oldest first.

    Returns:
        A self-contained question; None when it is one already.
    """
    before = [each for each in before if cut(each).words and not w.small_talk(each)]
    if not before or question.rstrip(" ?!.").endswith(")") or not (asked := cut(question)).words:
        return None  # brackets hold what an earlier question leant on
    start = _opening(asked)
    *earlier, last = before[-_TURNS:]
    base = (complete(last, earlier) or last).rstrip(" ?!.")
    if _is_fragment(asked, start):
        end = len(asked.words)
        while end - 1 > start and asked.words[end - 1] in w.CLOSERS:
            end -= 1
        return f"{_go_on(asked.quote(start, end), base)} ?"
    bare = _is_bare(asked, start)
    if asked.read.text.rstrip(" ?!.").endswith(("les deux", "the two", "both")):
        pair = [topic for each in (*earlier[-1:], base) if (topic := _topic(asked, each))]
        leant_on = ", ".join(dict.fromkeys(pair)) if len(pair) > 1 else _flat(base)
    elif not (bare or any(_leans(asked, start, at) for at in range(start, len(asked.words)))):
        return None
    elif (not bare or w.SUBJECTS & set(asked.words)) and (topic := _topic(asked, base)):
        return f"{_fill(asked, start, topic)} ?"
    else:
        leant_on = _flat(base)
    said = fold(asked.quote(start, len(asked.words))).rstrip(" ?!.")
    again = fold(leant_on).startswith(f"{said} ")  # "pourquoi ?" after "Pourquoi … ?"
    return f"{leant_on} ?" if again else f"{question.rstrip(' ?!.')} ({leant_on}) ?"


def _go_on(rest: str, base: str, *, is_open: bool = True) -> str:
    """Return an earlier question with a few words without a verb in the place of what is like them.

    Where nothing is, one of the two stands in brackets behind the other; ``is_open``: as below.
    """
    head, mark, topic = base.partition(" (")
    asked = cut(head)
    found, words = _find_like(cut(rest), asked, is_open=is_open and not topic)
    if not found and not w.ASKERS.isdisjoint(cut(topic).words):  # it leans on a whole question
        return f"{head} ({_flat(_go_on(rest, topic.rstrip(')'), is_open=False))})"
    if not found:
        if words.partition(" ")[0] in w.PLACES:
            return f"{head} {rest} ({topic}".removesuffix(" (")
        return f"{head} ({rest})" if topic else f"{rest} ({_flat(base)})"
    (start, end), written, places = found[0], asked.read.written, asked.read.places
    behind = written[places[asked.spans[end - 1][1] - 1] + 1 :]
    return _join(written[: places[asked.spans[start][0]]], words) + behind + mark + topic


def _fill(asked: Words, start: int, topic: str) -> str:
    """Return a question with what it is about in the place of its pronoun, or in brackets."""
    written, places = asked.read.written, asked.read.places
    is_named = w.ASKERS.isdisjoint(cut(topic).words)  # and no question, which fits in brackets
    for at, (first, end) in enumerate(asked.spans):
        if is_named and at >= start and asked.words[at] in w.FREE and _leans(asked, start, at):
            space = " " if asked.words[at] == "c'" else ""
            before = re.sub(r"qu['’]\Z", "que ", written[: places[first]])
            return (before + topic + space + written[places[end - 1] + 1 :]).rstrip(" ?!.")
    return f"{written.rstrip(' ?!.')} ({topic})"


def _flat(question: str) -> str:
    """Return a question that may end in brackets without them, to stand in brackets itself."""
    return question.replace(" (", ", ").rstrip(")")


def _opening(asked: Words) -> int:
    """Return how many words only say that something goes on: "et", "and what about"."""
    at, most = 0, len(asked.words) - 1
    while at < most and asked.words[at] in w.OPENERS | {","}:
        at += 1
    about = w.ABOUT.match(asked.read.text, asked.spans[at][0])
    end = about.end() if about else 0
    return next((i for i in range(at, most + 1) if asked.spans[i][0] >= end), at)


def _is_bare(asked: Words, start: int) -> bool:
    """Say whether a question is a question word and little more: "quand ?", "who came before?"."""
    last = len(asked.words) - 1
    named = [at for at in range(start, last + 1) if asked.is_substance(at)]
    which = last > start and asked.words[last - 1] in w.WHICH and named == [last]
    goes_on = asked.words[last] in w.RELATIVE and not any(map(asked.is_name, named))
    return not named or which or (goes_on and len(named) == 1)


def _is_fragment(asked: Words, start: int) -> bool:
    """Say whether a question is a few words without a verb, which go on where another ended."""
    rest = asked.words[start:]
    spoken = {said for at, said in enumerate(rest, start) if asked.quote(at, at + 1) not in _TO}
    if spoken & (w.ASKERS | w.VERBS | w.SUBJECTS | w.POINTERS):
        return False
    leads = start > 0 or rest[0] in w.PREPOSITIONS or any(word in w.ORDINALS for word in rest)
    weight = sum(map(asked.is_substance, range(start, len(asked.words))))
    return leads and weight <= _FRAGMENT


def _leans(asked: Words, start: int, at: int) -> bool:
    """Say whether one word stands for what an earlier question named."""
    words, word = asked.words, asked.words[at]
    if _is_empty(asked, at) or (word in w.OWNERS and not _is_open(asked, start, at)):
        return False
    if word in w.OBJECTS | w.CLITICS and _is_object(asked, at):
        return w.CLAUSES.isdisjoint(words[start + 1 : at])
    if word in w.POINTERS and _is_explained(asked, at):
        return False
    return word in w.SUBJECTS | w.POINTERS | w.OWNERS and not _is_named(asked, start, at)


def _is_empty(asked: Words, at: int) -> bool:
    """Say whether a pronoun stands for nothing: "il faut", "il est illégal de"."""
    near = asked.words[max(0, at - 3) : at + 3]
    thinks = asked.words[at + 1 : at + 2] == ("est",)
    return not w.IMPERSONAL.isdisjoint(near) or (
        thinks and not {"de", "d'", "que", "qu'"}.isdisjoint(asked.words[at + 3 : at + 4])
    )


def _is_open(asked: Words, start: int, at: int) -> bool:
    """Say whether "son" or "cette" is about something that its question does not say itself.

    It says so in "cette histoire avec Amazon"; a name anywhere may be whose it is, and so may
    "qui" when it does something.
    """
    words, last = asked.words, len(asked.words) - 1
    if at == last or not asked.is_substance(at + 1) or words[at + 1] in w.TIMES:
        return False
    described = words[at] in w.DEMONSTRATIVES and at + 1 < last and words[at + 2] in w.PREPOSITIONS
    acts = words[start] in {"qui", "who", "ki"} and words[min(start + 1, last)] not in w.VERBS
    return not (described or acts or any(map(asked.is_name, range(last + 1))))


def _is_object(asked: Words, at: int) -> bool:
    """Say whether a pronoun is what is acted on, which is never the subject of its own clause."""
    words, last = asked.words, len(asked.words) - 1
    word, after = words[at], words[at + 1] if at < last else ""
    if word in w.CLITICS:
        short = at + 1 == last and words[at - 1] in w.HIDING and word[0] == "l"
        return "'" in word[1:-1] or after in w.AUXILIARIES or (short and asked.is_substance(last))
    if word in {"one", "ones"}:
        return at == last and not _is_named(asked, 0, at - 1)
    return at == last or after in w.PREPOSITIONS | {","} or word in {"lui", "eux", "them", "him"}


def _is_explained(asked: Words, at: int) -> bool:
    """Say whether "c'est" or "ça" only announces what comes, as in "c'est quoi AWS"."""
    after_asker = at > 0 and asked.words[at - 1].startswith("qu'est-ce")
    for place in range(at + 1, len(asked.words)):
        if asked.is_name(place) or (after_asker and asked.is_substance(place)):
            return True
        follows = (
            asked.is_substance(place) or asked.words[place] in w.DETERMINERS | w.DEMONSTRATIVES
        )
        if follows and asked.words[place - 1 - (asked.words[place - 1] == ",")] in w.ASKERS:
            return True
    return False


def _is_named(asked: Words, start: int, at: int) -> bool:
    """Say whether something before a pronoun may be what it stands for; a verb may not."""
    inverted = asked.words[at] in w.SUBJECTS
    return any(
        asked.is_name(place) or not ((inverted and place == at - 1) or _is_hidden(asked, place))
        for place in range(start, at)
        if asked.is_substance(place)
    )


def _is_hidden(asked: Words, at: int) -> bool:
    """Say whether a word is the verb of "qui" or the noun of "quel"; of "à qui" neither."""
    of_whom = asked.words[at - 1] == "qui" and at > 1 and asked.words[at - 2] in w.PREPOSITIONS
    return at > 0 and asked.words[at - 1] in w.HIDING and not of_whom


def _topic(asked: Words, question: str) -> str:
    """Return what a pronoun may stand for: a term, names, or a phrase of its number."""
    if term := w.defined_term(question):
        return term
    head, _, inside = question.partition(" (")
    base = cut(head)
    last = len(base.words)
    others = {"les"} if not w.ONE.isdisjoint(asked.words) else set()
    others |= {"le", "la", "l'", "un", "une"} if not w.MANY.isdisjoint(asked.words) else set()
    names = w.find_names(base)
    whole = [each for each in w.find_phrases(base) if [each[1]] == [end for _, end in names]]
    if whole and base.words[whole[0][0]] not in others and "'s" not in base.words:
        return base.quote(*whole[0])  # "le pont de Varenne"
    if names:
        ends = [min(end + 2 * ("'s" in base.words[end : end + 1]), last) for _, end in names]
        return ", ".join(base.quote(at, end) for (at, _), end in zip(names, ends, strict=True))
    fitting = [span for span in w.find_phrases(base) if base.words[span[0]] not in others]
    if fitting and w.POINTERS.isdisjoint(asked.words):  # "c'est moral" is about all that was asked
        return base.quote(*fitting[-1])
    return inside.rstrip(")")


def _find_like(rest: Words, base: Words, *, is_open: bool) -> tuple[list[tuple[int, int]], str]:
    """Return the places in ``base`` of what a fragment is like, and what of it goes there.

    ``is_open``: it did not lean on anything itself, so that what it is about stands in it.
    """
    found: list[tuple[int, int]] = []
    whole = rest.quote(0, len(rest.words) - (rest.words[-1] == "'s"))
    first, named = rest.words[0], bool(rest.words[1:]) and rest.is_name(1)
    noun = rest.quote(1, len(rest.words)) if named else ""
    if nth := [at for at, word in enumerate(rest.words) if word in w.ORDINALS]:
        found = [(at, at + 1) for at, word in enumerate(base.words) if word in w.ORDINALS]
        whole = rest.quote(nth[0], nth[0] + 1)
    elif first in w.PREPOSITIONS:
        found = _find_preposition(first, base, is_year=rest.words[-1].isdigit())
        if named and not found:
            at_place = first in w.PLACES
            found, whole = (_find_places(base), whole) if at_place else (w.find_names(base), noun)
    elif first in w.DETERMINERS:
        alike = [each for each in w.find_phrases(base) if named and base.is_name(each[0] + 1)]
        if named and not alike and first in w.INTO and (places := _find_places(base)):
            alike, whole = places, f"{w.INTO[first]} {noun}"
        found = alike or w.find_phrases(base)
    elif any(map(rest.is_substance, range(len(rest.words)))):
        found = w.find_names(base) or (_find_unnamed(base) if is_open else [])
    return found, whole


def _find_preposition(first: str, base: Words, *, is_year: bool) -> list[tuple[int, int]]:
    """Return where a preposition stands with what follows it, a year or something else."""
    return [
        (at, w.end_of_phrase(base, at + 1))
        for at in range(len(base.words) - 1)
        if base.words[at] == first
        and (first not in w.VERBS or base.quote(at, at + 1) in _TO)
        and base.words[at + 1] not in w.ASKERS  # "à qui"
        and (first not in w.PLACES or base.words[at + 1].isdigit() == is_year)
    ]


def _find_places(base: Words) -> list[tuple[int, int]]:
    """Return where "en France" and "in the United States" stand."""
    found = [at for at in range(len(base.words) - 1) if base.words[at] in w.PLACES]
    phrases = ((at, w.end_of_phrase(base, at + 1)) for at in found)
    return [(start, end) for start, end in phrases if base.is_name(end - 1)]


def _join(head: str, words: str) -> str:
    """Put words behind others, "de" and "que" elided as they are said there: "d’Amazon"."""
    first = fold(words[:1])
    if first in _VOWELS:
        head = _ELIDABLE.sub(r"\1’", head)
    elif first not in _EITHER:
        head = _ELIDED.sub(r"\1e ", head)
    return head + words


def _find_unnamed(base: Words) -> list[tuple[int, int]]:
    """Return the first word of substance: no noun of an article or ordinal, no verb of "qui"."""
    before = w.DETERMINERS | w.AUXILIARIES | w.HIDING | _NO_NAME | w.ORDINALS
    words, nouns = base.words, filter(base.is_substance, range(len(base.words)))
    free = (at for at in nouns if at == 0 or words[at - 1] not in before)
    return [(at, at + 1) for at in free if words[0] != "how"][:1]
