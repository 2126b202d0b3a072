"""Shortening: only at the ends of sentences, shown, and never without the deciding one."""

from __future__ import annotations

import itertools
import re

from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from bot.asking.excerpt import CUT, Excerpt, cut_at_sentences, excerpt
from bot.ui.markup import clean, escape, unescape
from embeddings.types import Hit, Passage, Span
from tests.bot.samples import hit, hits

FOUR = "Un deux. Trois quatre. Cinq six. Sept huit."
ANY_HIT = trying(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))


def excerpt_of(found: Hit, limit: int) -> Excerpt:
    span = found.sentence.start, found.sentence.end
    return excerpt(found.article.text, found.passage, span, limit)


def shown(text: str, key: str, limit: int) -> str:
    return str(excerpt_of(hit(text, key), limit))


def test_a_short_passage_is_whole() -> None:
    assert shown(FOUR, "Cinq six.", 100) == "Un deux. Trois quatre. **Cinq six.** Sept huit."


def test_the_following_sentence_goes_before_the_preceding_one() -> None:
    assert shown(FOUR, "Trois quatre.", 50) == f"{CUT} **Trois quatre.** Cinq six. {CUT}"


def test_what_is_left_is_whole_sentences() -> None:
    assert shown(FOUR, "Cinq six.", 45) == f"{CUT} **Cinq six.** Sept huit."


def test_the_deciding_sentence_alone_may_remain() -> None:
    assert shown(FOUR, "Trois quatre.", 35) == f"{CUT} **Trois quatre.** {CUT}"


def test_a_sentence_too_long_by_itself_is_cut_after_a_word() -> None:
    text = "Un mot " * 40 + "fin."
    assert shown(text, text, 60) == f"**{'Un mot ' * 6}Un** {CUT}"


def test_a_deciding_part_of_a_sentence_stays_in_it() -> None:
    assert (
        shown("Hier, il pleuvait, dit-il.", "il pleuvait", 80) == "Hier, **il pleuvait**, dit-il."
    )


def test_no_space_is_put_where_there_is_none() -> None:
    assert shown("(Il pleut.) Fin.", "Il pleut.", 80) == "(**Il pleut.**) Fin."


@ANY_HIT
@given(hits(), st.integers(60, 1500))
def test_every_excerpt_keeps_to_its_limit(found: Hit, limit: int) -> None:
    assert len(str(excerpt_of(found, limit))) <= limit


@ANY_HIT
@given(hits(), st.integers(60, 1500))
def test_every_excerpt_is_made_of_the_passage_s_own_words(found: Hit, limit: int) -> None:
    cut = excerpt_of(found, limit)
    words = unescape("".join(cut))
    words = words.removeprefix(CUT).removesuffix(CUT)
    assert squeezed(words) in squeezed(unescape(escape(clean(found.text))))


def test_a_space_before_what_cannot_be_seen_is_not_lost() -> None:
    passage = Passage("a", 0, 10, 1, "", (Span(0, 5), Span(5, 10)))
    assert str(excerpt("Un. \x1bDeux.", passage, (0, 5), 80)) == "**Un.** Deux."


@ANY_HIT
@given(hits(), st.integers(60, 1500), st.data())
def test_no_space_between_two_sentences_is_lost(
    found: Hit, limit: int, data: st.DataObject
) -> None:
    text, passage = found.article.text, found.passage
    sentence = data.draw(st.sampled_from(cut_at_sentences(passage)))
    cut = excerpt(text, passage, sentence, limit)
    words = unescape("".join(cut))
    words = words.removeprefix(CUT).removesuffix(CUT).strip(" ")
    assert words in unescape(escape(text[passage.start : passage.end]))


@ANY_HIT
@given(hits(), st.integers(60, 1500))
def test_every_cut_is_shown(found: Hit, limit: int) -> None:
    cut = excerpt_of(found, limit)
    whole = len(squeezed(unescape(escape(found.text))))
    words = unescape("".join(cut))
    kept = len(squeezed(words.removeprefix(CUT).removesuffix(CUT)))
    assert kept == whole or CUT in f"{cut.before}{cut.after}"


@given(st.integers(0, 50), st.integers(1, 50), st.lists(st.integers(0, 120), max_size=8))
def test_stretches_leave_nothing_between_them(start: int, length: int, cuts: list[int]) -> None:
    spans = tuple(Span(cut, cut + 1) for cut in cuts)
    pieces = cut_at_sentences(Passage("a", start, start + length, 1, "", spans))
    assert pieces[0][0] == start
    assert pieces[-1][1] == start + length
    assert all(a[1] == b[0] for a, b in itertools.pairwise(pieces))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
