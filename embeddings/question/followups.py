"""Completes a follow-up question with the words of earlier ones, so that it stands alone.

"Et Google ?" after "Pourquoi Microsoft est-il critiqué ?" asks "Pourquoi Google est-il critiqué ?".
A follow-up has no subject of its own: it is a question word alone, a fragment after "et", or has a
pronoun without an antecedent. Only the questions are known here, not their answers, and "ils" may
be people whom an answer named: then the earlier question is appended in brackets. A question that
stands alone, or that may do so, is never changed.
"""

import re
from collections.abc import Sequence

from embeddings.question import wording as w
from embeddings.question.wording import Spans, Words, split_words
from embeddings.text.analysis import fold, language_of, word_set, words

_TURNS = 4
"""Most earlier questions to use; those before them are about another subject."""
_NO_NAME = word_set("got was were has have had ete de du des d' au aux")
"""Words before a verb or a complement, besides those in ``wording``."""
_TO = frozenset("àÀ")  # a preposition; folded, it becomes the verb "a"
_VOWELS, _EITHER = frozenset("aeiou"), frozenset("hy")  # before h and y, "de" may be elided
_ELIDED, _ELIDABLE = re.compile(r"(?i)\b(d|qu)['’]\Z"), re.compile(r"(?i)\b(d|qu)e \Z")
_FRAGMENT = 4  # most content words of a fragment; more of them make a sentence


def complete(question: str, before: Sequence[str]) -> str | None:
    """Return a question completed with the words of earlier ones, so that it stands alone.

    Args:
        question: The question, in French or English.
        before: The questions before it in the same conversation, oldest first.

    Returns:
        The completed question; None if it stands alone already.
    """
    before = [each for each in before if split_words(each).words and not w.find_reply(each)]
    asked = split_words(question)
    is_list = w.names_stories(question) and w.asks_for_list(question, question)
    if not before or not asked.words or is_list or question.rstrip(" ?!.").endswith(")"):
        return None  # a question that ends in brackets has been completed before
    start = _skip_openers(asked)
    *earlier, last = before[-_TURNS:]
    base = (complete(last, earlier) or last).rstrip(" ?!.")
    mark = "?" if language_of(words(f"{base} {question}")) == "en" else " ?"
    if _is_fragment(asked, start):
        end = len(asked.words)
        while end - 1 > start and asked.words[end - 1] in w.CLOSERS:
            end -= 1
        return _insert_fragment(asked.quote(start, end), base) + mark
    is_bare = _is_bare(asked, start)
    if asked.folded.text.rstrip(" ?!.").endswith(("les deux", "the two", "both")):
        pair = [topic for each in (*earlier[-1:], base) if (topic := _find_antecedent(asked, each))]
        context = ", ".join(dict.fromkeys(pair)) if len(pair) > 1 else _unbracket(base)
    elif not (is_bare or any(_leans(asked, start, at) for at in range(start, len(asked.words)))):
        return None
    elif (not is_bare or w.SUBJECTS & {*asked.words}) and (topic := _find_antecedent(asked, base)):
        return _replace_pronoun(asked, start, topic) + mark
    else:
        context = _unbracket(base)
    rest = fold(asked.quote(start, len(asked.words))).rstrip(" ?!.")
    repeats = fold(context).startswith(f"{rest} ")  # "pourquoi ?" after "Pourquoi … ?"
    return (context if repeats else f"{question.rstrip(' ?!.')} ({context})") + mark


def _insert_fragment(fragment: str, base: str, *, is_whole: bool = True) -> str:
    """Return an earlier question in which a fragment replaces the words of the same kind.

    If it has none, one of the two follows the other in brackets. ``is_whole``: for ``_find_alike``.
    """
    head, mark, topic = base.partition(" (")
    asked = split_words(head)
    spans, words = _find_alike(split_words(fragment), asked, is_whole=is_whole and not topic)
    if not spans and not w.ASKERS.isdisjoint(split_words(topic).words):  # a question in brackets
        inner = _insert_fragment(fragment, topic.rstrip(")"), is_whole=False)
        return f"{head} ({_unbracket(inner)})"
    if not spans:
        if words.partition(" ")[0] in w.PLACES:
            return f"{head} {fragment} ({topic}".removesuffix(" (")
        return f"{head} ({fragment})" if topic else f"{fragment} ({_unbracket(base)})"
    (start, end), written, places = spans[0], asked.folded.written, asked.folded.places
    after = written[places[asked.spans[end - 1][1] - 1] + 1 :]
    return _append(written[: places[asked.spans[start][0]]], words) + after + mark + topic


def _replace_pronoun(asked: Words, start: int, topic: str) -> str:
    """Return a question with its topic in place of its pronoun, or else in brackets."""
    written, places = asked.folded.written, asked.folded.places
    is_noun = w.ASKERS.isdisjoint(split_words(topic).words)  # a whole question goes in brackets
    for at, (first, end) in enumerate(asked.spans):
        if is_noun and at >= start and asked.words[at] in w.FREE and _leans(asked, start, at):
            space = " " if asked.words[at] == "c'" else ""
            before = re.sub(r"qu['’]\Z", "que ", written[: places[first]])
            return (before + topic + space + written[places[end - 1] + 1 :]).rstrip(" ?!.")
    return f"{written.rstrip(' ?!.')} ({topic})"


def _unbracket(question: str) -> str:
    """Return a question with a comma for its brackets, so that it can go into brackets itself."""
    return question.replace(" (", ", ").rstrip(")")


def _skip_openers(asked: Words) -> int:
    """Return the place of the first word after those that open a follow-up: "and what about"."""
    at, last = 0, len(asked.words) - 1
    while at < last and asked.words[at] in w.OPENERS | {","}:
        at += 1
    about = w.ABOUT.match(asked.folded.text, asked.spans[at][0])
    end = about.end() if about else 0
    return next((i for i in range(at, last + 1) if asked.spans[i][0] >= end), at)


def _is_bare(asked: Words, start: int) -> bool:
    """Say whether a question is a question word and little more: "quand ?", "who came before?"."""
    last = len(asked.words) - 1
    content = [at for at in range(start, last + 1) if asked.is_content(at)]
    is_which = last > start and asked.words[last - 1] in w.WHICH and content == [last]
    is_relative = asked.words[last] in w.RELATIVE and not any(map(asked.is_name, content))
    return not content or is_which or (is_relative and len(content) == 1)


def _is_fragment(asked: Words, start: int) -> bool:
    """Say whether a question is a few words without a verb, which continue an earlier question."""
    rest = asked.words[start:]
    words = {word for at, word in enumerate(rest, start) if asked.quote(at, at + 1) not in _TO}
    if words & (w.ASKERS | w.VERBS | w.SUBJECTS | w.POINTERS):
        return False
    continues = start > 0 or rest[0] in w.PREPOSITIONS or not w.ORDINALS.isdisjoint(rest)
    size = sum(map(asked.is_content, range(start, len(asked.words))))
    return continues and size <= _FRAGMENT


def _leans(asked: Words, start: int, at: int) -> bool:
    """Say whether a word is a pronoun or determiner whose antecedent is in an earlier question."""
    words, word = asked.words, asked.words[at]
    if _is_expletive(asked, at) or (word in w.OWNERS and not _is_open(asked, start, at)):
        return False
    if word in w.OBJECTS | w.CLITICS and _is_object(asked, at):
        return w.CLAUSES.isdisjoint(words[start + 1 : at])
    if word in w.POINTERS and _is_explained(asked, at):
        return False
    return word in w.SUBJECTS | w.POINTERS | w.OWNERS and not _has_antecedent(asked, start, at)


def _is_expletive(asked: Words, at: int) -> bool:
    """Say whether a pronoun is expletive and refers to nothing: "il faut", "il est illégal de"."""
    near = asked.words[max(0, at - 3) : at + 3]
    is_judged = asked.words[at + 1 : at + 2] == ("est",)
    return not w.IMPERSONAL.isdisjoint(near) or (
        is_judged and not {"de", "d'", "que", "qu'"}.isdisjoint(asked.words[at + 3 : at + 4])
    )


def _is_open(asked: Words, start: int, at: int) -> bool:
    """Say whether "son" or "cette" refers to something outside its question.

    It does not in "cette histoire avec Amazon", nor if the question has a name or an active "qui",
    which may be the owner.
    """
    words, last = asked.words, len(asked.words) - 1
    if at == last or not asked.is_content(at + 1) or words[at + 1] in w.TIMES:
        return False
    is_told = words[at] in w.DEMONSTRATIVES and at + 1 < last and words[at + 2] in w.PREPOSITIONS
    acts = words[start] in {"qui", "who", "ki"} and words[min(start + 1, last)] not in w.VERBS
    return not (is_told or acts or any(map(asked.is_name, range(last + 1))))


def _is_object(asked: Words, at: int) -> bool:
    """Say whether a pronoun is an object, whose antecedent is never the subject of its clause."""
    words, last = asked.words, len(asked.words) - 1
    word, after = words[at], words[at + 1] if at < last else ""
    if word in w.CLITICS:
        is_short = at + 1 == last and words[at - 1] in w.HIDING and word[0] == "l"
        return "'" in word[1:-1] or after in w.AUXILIARIES or (is_short and asked.is_content(last))
    if word in {"one", "ones"}:
        return at == last and not _has_antecedent(asked, 0, at - 1)
    return at == last or after in w.PREPOSITIONS | {","} or word in {"lui", "eux", "them", "him"}


def _is_explained(asked: Words, at: int) -> bool:
    """Say whether "c'est" or "ça" only announces the words after it, as in "c'est quoi AWS"."""
    words, after_asker = asked.words, at > 0 and asked.words[at - 1].startswith("qu'est-ce")
    for place in range(at + 1, len(words)):
        if asked.is_name(place) or (after_asker and asked.is_content(place)):
            return True
        is_noun = asked.is_content(place) or words[place] in w.DETERMINERS | w.DEMONSTRATIVES
        if is_noun and words[place - 1 - (words[place - 1] == ",")] in w.ASKERS:
            return True
    return False


def _has_antecedent(asked: Words, start: int, at: int) -> bool:
    """Say whether a word before a pronoun may be its antecedent; an inverted verb may not."""
    is_subject = asked.words[at] in w.SUBJECTS
    return any(
        asked.is_name(place) or not ((is_subject and place == at - 1) or _is_hidden(asked, place))
        for place in range(start, at)
        if asked.is_content(place)
    )


def _is_hidden(asked: Words, at: int) -> bool:
    """Say whether a word is the verb of "qui" or the noun of "quel"; not after "à qui"."""
    of_whom = asked.words[at - 1] == "qui" and at > 1 and asked.words[at - 2] in w.PREPOSITIONS
    return at > 0 and asked.words[at - 1] in w.HIDING and not of_whom


def _find_antecedent(asked: Words, question: str) -> str:
    """Return a pronoun's likely antecedent: a term, names, or a phrase in its number; or ""."""
    if term := w.find_term(question):
        return term
    head, _, inside = question.partition(" (")
    base = split_words(head)
    unfit = {"les"} if not w.ONE.isdisjoint(asked.words) else set()
    unfit |= {"le", "la", "l'", "un", "une"} if not w.MANY.isdisjoint(asked.words) else set()
    names = w.find_names(base)
    if not names and not w.PEOPLE.isdisjoint(asked.words) and inside:
        return inside.rstrip(")")  # "he" is no embassy
    whole = [each for each in w.find_phrases(base) if [each[1]] == [end for _, end in names]]
    if whole and base.words[whole[0][0]] not in unfit and "'s" not in base.words:
        return base.quote(*whole[0])  # "le pont de Varenne"
    if names:
        return ", ".join(base.quote(start, w.end_of_owned(base, end)) for start, end in names)
    fitting = [span for span in w.find_phrases(base) if base.words[span[0]] not in unfit]
    if fitting and w.POINTERS.isdisjoint(asked.words):  # "c'est moral" is about the whole question
        return base.quote(*fitting[-1])
    return inside.rstrip(")")


def _find_alike(fragment: Words, base: Words, *, is_whole: bool) -> tuple[Spans, str]:
    """Return the spans of ``base`` that a fragment may replace, and the words to put there.

    ``is_whole``: ``base`` stands alone, so that its first content word may be its topic.
    """
    spans: Spans = []
    words = fragment.quote(0, len(fragment.words) - (fragment.words[-1] == "'s"))
    first, is_named = fragment.words[0], bool(fragment.words[1:]) and fragment.is_name(1)
    noun = fragment.quote(1, len(fragment.words)) if is_named else ""
    if nth := [at for at, word in enumerate(fragment.words) if word in w.ORDINALS]:
        spans = [(at, at + 1) for at, word in enumerate(base.words) if word in w.ORDINALS]
        words = fragment.quote(nth[0], nth[0] + 1)
    elif first in w.PREPOSITIONS:
        spans = _find_preposition(first, base, is_year=fragment.words[-1].isdigit())
        if is_named and not spans:
            is_place = first in w.PLACES
            spans, words = (_find_places(base), words) if is_place else (w.find_names(base), noun)
    elif first in w.DETERMINERS:
        free = [p for p in w.find_phrases(base) if base.words[p[0] - 1] not in w.COUNTING]  # agrees
        spans = [each for each in free if is_named and base.is_name(each[0] + 1)]
        if is_named and not spans and first in w.INTO and (places := _find_places(base)):
            spans, words = places, f"{w.INTO[first]} {noun}"
        spans = spans or free
    elif any(map(fragment.is_content, range(len(fragment.words)))):
        spans = w.find_names(base) or (_find_first_noun(base) if is_whole else [])
    return spans, words


def _find_preposition(first: str, base: Words, *, is_year: bool) -> Spans:
    """Return the spans of a preposition with its phrase, which is a year or is not."""
    return [
        (at, w.end_of_phrase(base, at + 1))
        for at in range(len(base.words) - 1)
        if base.words[at] == first
        and (first not in w.VERBS or base.quote(at, at + 1) in _TO)
        and base.words[at + 1] not in w.ASKERS  # "à qui"
        and (first not in w.PLACES or base.words[at + 1].isdigit() == is_year)
    ]


def _find_places(base: Words) -> Spans:
    """Return the spans of phrases of place, such as "en France" and "in the United States"."""
    starts = (at for at in range(len(base.words) - 1) if base.words[at] in w.PLACES)
    phrases = ((at, w.end_of_phrase(base, at + 1)) for at in starts)
    return [(start, end) for start, end in phrases if base.is_name(end - 1)]


def _append(head: str, words: str) -> str:
    """Append words, and elide "de" and "que" before a vowel only: "d’Amazon", "de Google"."""
    first = fold(words[:1])
    if first in _VOWELS:
        head = _ELIDABLE.sub(r"\1’", head)
    elif first not in _EITHER:
        head = _ELIDED.sub(r"\1e ", head)
    return head + words


def _find_first_noun(base: Words) -> Spans:
    """Return the span of the first noun that stands alone, without article, pronoun or "qui".

    There is none in "quelle entreprise" or "d'autres entreprises", where no name fits.
    """
    before = w.DETERMINERS | w.AUXILIARIES | w.HIDING | _NO_NAME | w.ORDINALS | w.SUBJECTS
    words, nouns = base.words, [*filter(base.is_content, range(len(base.words)))]
    if words[0] == "how" or any(words[at - 1] in w.WHICH for at in nouns[:1] if at):
        return []
    free = (at for at in nouns if at == 0 or words[at - 1] not in before)
    return [(at, at + 1) for at in free if w.COUNTING.isdisjoint(words)][:1]
