"""A question's way to an answer: narrowed, ranked, verified; or one of three refusals.

It may be asked of several snapshots at once: each ranks its own passages and is as sure as its
own calibration makes it; what answers is merged (``across``), and only all together refuse.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from embeddings.errors import UnknownArticle
from embeddings.loaded import stand_alone
from embeddings.question.understanding import understand
from embeddings.question.wording import small_talk
from embeddings.ranking.across import in_company, interleave, merge
from embeddings.text.analysis import fold
from embeddings.types import Answer, Filters, Note, Refusal
from embeddings.vectors.reranker import TOP, Reranker, rerank

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from embeddings.loaded import LoadedSnapshot
    from embeddings.ranking.ranker import Candidate
    from embeddings.types import Hit
    from embeddings.vectors.e5 import Read
    from embeddings.vectors.encoder import Encoder

NEAREST = 3
"""How many titles a refusal names."""
SURER_BY_FAR = 0.25
"""How much surer an answer outside the dates of a question's words must be to be preferred."""
PERHAPS = 0.1
"""The least confidence of what a refusal may show as perhaps answering: one in ten does."""
SPARE = 5
"""Candidates beyond those asked for, in case a quote has changed on disk."""


@dataclass(frozen=True, slots=True)
class Models:
    """The models that answer; one thread at a time uses them."""

    encoder: Encoder
    reranker: Reranker | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """How a question is to be answered.

    Attributes:
        top_k: The most passages to show.
        threshold: The least confidence that is answered, when somebody gave one, and then nothing
            else counts; None: what each snapshot's calibration says.
        filters: What the caller narrows the search to.
        today: The day that "last week" counts from.
        before: What was asked before in the same conversation, oldest first.
        plain: Rank only: no folding of near-duplicates, no reading of dates in the question.
    """

    top_k: int
    threshold: float | None
    filters: Filters
    today: date
    plain: bool = False
    before: tuple[str, ...] = ()


def answer(
    question: str, snapshots: Mapping[str, LoadedSnapshot], models: Models, terms: Terms
) -> Answer:
    """Answer one question from one or more snapshots; runs on the models' thread.

    Args:
        question: The question, as ``check_question`` returns it.
        snapshots: Name of a collection -> the snapshot that answers for it; at least one, none
            of them empty.
        models: What makes the question's vector, and what reads the best candidates again.
        terms: How many passages, how sure, and from where.

    Raises:
        UnknownArticle: The filters name an article that is in none of them.
    """
    started = time.perf_counter()
    found, shown = _Asked(question, question, snapshots, models, terms).read()
    took = (time.perf_counter() - started) * 1000
    return replace(found, question=question, understood_as=shown, milliseconds=took)


@dataclass(frozen=True, slots=True)
class _Searched:
    """The passages that one snapshot found, best first."""

    loaded: LoadedSnapshot
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question and the snapshots that it is asked of; ``text`` is the words that are searched."""

    question: str
    text: str
    snapshots: Mapping[str, LoadedSnapshot]
    models: Models
    terms: Terms

    def read(self) -> tuple[Answer, str | None]:
        """Answer the question, as one with an earlier one that it leans on; and say how, if so."""
        if reply := small_talk(self.question):
            blank = Answer(self.question, self.snapshot, None, Refusal.NOT_FOUND)
            return replace(blank, notes=(reply,)), None
        meant = stand_alone(self.question, self.terms.before, self.snapshots.values())
        shown = None if fold(meant) == fold(self.question) else meant  # a name got its capital
        return replace(self, question=meant, text=meant).narrow(), shown

    def narrow(self) -> Answer:
        """Answer within the caller's filters and those that the question's words name.

        Words may be meant as the subject ("what happened in June 2018"): where nothing answers
        within their filter, or something outside is surer by far, all is searched and the answer
        says so.
        """
        if self.terms.plain:
            return self.answer(self.terms.filters)
        names = {name for loaded in self.snapshots.values() for name in loaded.names}
        said, notes = understand(self.question, self.terms.today, sorted(names)).within(
            self.terms.filters
        )
        inside = replace(self, text=said.rest_of(self.question))
        within = replace(
            inside.answer(said.filters),
            understood=said.words,
            notes=notes + self.hidden(said.filters),
        )
        if said.filters == self.terms.filters:
            return within
        wider = self.answer(self.terms.filters)
        wider = replace(wider, understood=said.words, widened=True, notes=notes)
        by_far = (wider.confidence or 0.0) >= (within.confidence or 0.0) + SURER_BY_FAR
        return within if wider.refusal or not (within.refusal or by_far) else wider

    def hidden(self, filters: Filters) -> tuple[Note, ...]:
        """Return notes on what filters leave out unseen: articles without a date, or all of them.

        The latter where a source is asked for that no article names; those nearest to it are told.
        """
        count = sum(loaded.undated for loaded in self.snapshots.values())
        is_dated = (filters.since or filters.until) and not filters.article_id
        text = f"Articles without a date are left out: {count}."
        notes = [Note("undated", text, {"count": str(count)})] if is_dated and count else []
        name, asked = filters.source or "", fold((filters.source or "").strip())
        known = {fold(n): n for each in self.snapshots.values() if asked for n in each.names}
        if asked and asked not in known:
            like = {n: SequenceMatcher(a=n, b=asked).quick_ratio() + (asked in n) for n in known}
            near = sorted(like, key=like.__getitem__, reverse=True)
            values = {"name": name, "near": ", ".join(known[n] for n in near[:NEAREST]) or "–"}
            text = 'No article comes from "{name}". Sources like it: {near}.'
            notes.append(Note("source-unknown", text.format(**values), values))
        return tuple(notes)

    def answer(self, filters: Filters) -> Answer:
        """Answer within filters, or refuse when none of the snapshots answers."""
        read = self.models.encoder.read_query(self.text)
        searched = self.search(filters, read)
        quoted = [(one, one.loaded.hits(one.candidates, self.terms.top_k)) for one in searched]
        sure = max((hit.confidence for _, hits in quoted for hit in hits), default=None)
        blank = Answer(self.question, self.snapshot, sure, None, filters=filters)
        enough = [hits for one, hits in quoted if hits and self.suffices(one, hits, filters)]
        if enough:
            return replace(blank, hits=merge(enough, self.terms.top_k))
        everywhere = self.search(Filters(), read) if filters else searched
        why, near = self.reason(searched, everywhere), _nearest(everywhere)
        closest = self.closest([hits for _, hits in quoted])
        return replace(blank, refusal=why, nearest_titles=near, closest=closest)

    def closest(self, quoted: list[tuple[Hit, ...]]) -> tuple[Hit, ...]:
        """Return the passages that perhaps answer, though none is sure enough to be an answer."""
        near = [tuple(hit for hit in hits if hit.confidence >= PERHAPS) for hits in quoted]
        return merge([hits for hits in near if hits], self.terms.top_k) if any(near) else ()

    @property
    def snapshot(self) -> str:
        """The id of the first collection's snapshot: the shared one's, where that is searched."""
        return next(iter(self.snapshots.values())).snapshot.id

    def search(self, filters: Filters, read: Read) -> list[_Searched]:
        """Rank the passages of each snapshot that the filters concern.

        Raises:
            UnknownArticle: They name an article that is in none of them.
        """
        only = filters.article_id
        concerned = [
            loaded
            for name, loaded in self.snapshots.items()
            if filters.collection in {None, name} and (only is None or only in loaded.snapshot.rows)
        ]
        if only and not concerned:
            raise UnknownArticle.of(only)
        ranked = [self.rank(one, filters, read) for one in concerned]
        return [
            _Searched(one, in_company(own, others, one.calibration, self.passages))
            for one, own in zip(concerned, ranked, strict=True)
            for others in [[each for each in ranked if each is not own]]
        ]

    @property
    def passages(self) -> int:
        """How many passages all snapshots have together."""
        return sum(loaded.snapshot.manifest.passages for loaded in self.snapshots.values())

    def bar(self, loaded: LoadedSnapshot) -> float:
        """Return the least confidence that is answered from a snapshot.

        It is that of a corpus as large as all of them together (see ``across``).
        """
        if self.terms.threshold is not None:
            return self.terms.threshold
        return loaded.calibration.threshold_for(self.passages)

    def suffices(self, searched: _Searched, hits: tuple[Hit, ...], filters: Filters) -> bool:
        """Say whether an answer is sure enough to be given.

        Asked of one story, which the reader has chosen, a question gets that story's nearest
        passage when it is about the story at all; the confidence is shown as it is.
        """
        loaded = searched.loaded
        if max(hit.confidence for hit in hits) >= self.bar(loaded):
            return True
        story = loaded.calibration.story
        if story is None or self.terms.threshold is not None or filters.article_id is None:
            return False
        return story.is_about(searched.candidates[0].features)

    def reason(self, within: list[_Searched], everywhere: list[_Searched]) -> Refusal:
        """Say why there is no answer: nothing is close, or what is close lies outside."""
        outside = [one for one in everywhere if one.candidates]
        if outside and not any(one.candidates for one in within):
            return Refusal.NO_MATCH_IN_FILTER
        close = (o.candidates[0].confidence >= self.bar(o.loaded) for o in outside)
        if everywhere is not within and any(close):
            return Refusal.NO_MATCH_IN_FILTER
        return Refusal.NOT_FOUND

    def rank(self, loaded: LoadedSnapshot, filters: Filters, read: Read) -> tuple[Candidate, ...]:
        """Rank what the filters leave; the reranker, where there is one, has the last word."""
        reranker = self.models.reranker
        limit = max(self.terms.top_k + SPARE, TOP if reranker else 0)
        found = loaded.rank(self.text, read, filters, limit=limit, fold_=not self.terms.plain)
        if reranker is None or not found:
            return found
        texts = [loaded.text(candidate) for candidate in found]
        order = rerank(self.text, texts, reranker)
        return tuple(found[place] for place in order)


def _nearest(searched: list[_Searched]) -> tuple[str, ...]:
    """Return the titles of the nearest articles, those of the surest snapshot first."""
    found = sorted(
        (one for one in searched if one.candidates), key=lambda one: -one.candidates[0].confidence
    )
    return interleave([one.loaded.titles(one.candidates, NEAREST) for one in found], NEAREST)
