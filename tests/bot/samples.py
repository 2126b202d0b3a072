"""Hits, answers and texts of any kind, for tests of what is drawn from them."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

from hypothesis import strategies as st

from embeddings.types import (
    Answer,
    Article,
    Filters,
    Hit,
    Passage,
    Refusal,
    Sentence,
    Span,
    digest,
)

NASTY = st.text(
    st.one_of(
        st.sampled_from("*_~`|<>[]()@#:/\\-+.0123456789 \n\t«»"),
        st.sampled_from("\u202e\u2066\u2069\u200f\u061c\u05d0\u0627\u0000\x1b\u2028\U000e0041"),
        st.characters(),
    ),
    max_size=300,
)
"""Short texts that try to break out."""
LONG = st.builds(lambda part, times: part * times, NASTY.filter(bool), st.integers(1, 40)).map(
    lambda text: text[:10_000]
)
"""Texts of up to 10,000 characters."""
TITLES = st.one_of(NASTY, st.just("*" * 300), st.just("a" * 300), st.just("<@1> " * 60))
DAYS = st.dates(date(1, 1, 2), date(9999, 12, 30))
URLS = st.one_of(
    st.none(),
    st.just("https://example.org/a"),
    st.just("https://example.org/" + "é" * 200),
    st.just("javascript:alert(1)"),
    st.just("https://example.org/" + "a" * 600),
)
IDS = st.from_regex(r"\A[a-z0-9-]{1,80}\Z")
MAYBE_TITLES, MAYBE_DAYS = st.none() | TITLES, st.none() | DAYS
_SOME_TITLES, _CHANCES = st.lists(TITLES, max_size=4), st.floats(0, 1)
_COUNTS, _REFUSALS = st.integers(0, 5), st.sampled_from(Refusal)
_TWO_DAYS = st.lists(DAYS, max_size=2)
_SOURCES, _ARTICLES = st.none() | TITLES.filter(bool), st.none() | st.just("a")
_QUESTIONS = st.one_of(NASTY, st.text(max_size=1000), st.just("*" * 1000))
_NEAREST = st.lists(TITLES, max_size=5).map(
    lambda titles: tuple(Article(str(n), t, "").summary(1) for n, t in enumerate(titles))
)
_WORDS = st.lists(NASTY.filter(bool), max_size=3)
_EITHER = st.booleans()


@st.composite
def articles(draw: st.DrawFn) -> Article:
    text = draw(LONG)
    return Article(
        id=draw(IDS),
        title=draw(TITLES) or "?",
        text=text,
        source=draw(MAYBE_TITLES),
        author=draw(MAYBE_TITLES),
        date=draw(MAYBE_DAYS),
        url=draw(URLS),
    )


@st.composite
def passages(draw: st.DrawFn, article: Article, paragraph: int = 1) -> Passage:
    """A passage that covers a stretch of an article, cut into sentences anywhere."""
    length = len(article.text)
    start = draw(st.integers(0, length - 1))
    end = draw(st.integers(start + 1, length))
    cuts = sorted(draw(st.sets(st.integers(start, end), max_size=8)) | {start, end})
    sentences = tuple(Span(a, b) for a, b in itertools.pairwise(cuts))
    return Passage(article.id, start, end, paragraph, digest(article.text[start:end]), sentences)


_STORIES = articles()


@st.composite
def hits(draw: st.DrawFn, rank: int = 1) -> Hit:
    article = draw(_STORIES)
    passage = draw(passages(article, paragraph=rank))
    span = draw(st.sampled_from(passage.sentences))
    return Hit(
        rank,
        1.0,
        draw(_CHANCES),
        article,
        passage,
        article.text[passage.start : passage.end],
        Sentence(span.of(article.text), span.start, span.end),
        tuple(draw(_SOME_TITLES)),
    )


_HITS = [hits(rank=rank) for rank in range(1, 6)]


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    found = tuple(draw(each) for each in _HITS[: draw(_COUNTS)])
    refusal = None if found else draw(_REFUSALS)
    dates = sorted(draw(_TWO_DAYS))
    filters = Filters(
        since=dates[0] if dates else None,
        until=dates[-1] if len(dates) == 2 else None,
        source=draw(_SOURCES),
        article_id=draw(_ARTICLES),
    )
    return Answer(
        question=draw(_QUESTIONS),
        snapshot="s1",
        confidence=None,
        refusal=refusal,
        hits=found,
        nearest=draw(_NEAREST) if refusal else (),
        filters=filters,
        understood=tuple(draw(_WORDS)),
        widened=draw(_EITHER),
    )


def hit(text: str, key: str, **article: Any) -> Hit:
    """Return a hit on a whole text, whose sentences end with a full stop."""
    story = Article(**{"id": "a", "title": "Titre", "text": text} | article)
    ends = [i + 1 for i, c in enumerate(text) if c == "." and text[i + 1 : i + 2] in {" ", ""}]
    starts = [0, *(e + 1 for e in ends[:-1])]
    spans = tuple(Span(s, e) for s, e in zip(starts, ends, strict=True))
    passage = Passage("a", 0, len(text), 1, digest(text), spans)
    at = text.index(key)
    return Hit(1, 1.0, 0.8, story, passage, text, Sentence(key, at, at + len(key)))
