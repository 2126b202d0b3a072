"""A question's way to an answer: narrowed, ranked, verified; or one of three refusals."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from embeddings.errors import QuestionError
from embeddings.narrowing import understand
from embeddings.reranker import TOP, rerank
from embeddings.types import Answer, Filters, Refusal

if TYPE_CHECKING:
    from datetime import date

    from embeddings.encoder import Encoder
    from embeddings.ranker import Ranking
    from embeddings.reranker import Reranker
    from embeddings.serving import Serving

log = logging.getLogger(__name__)

MAX_QUESTION = 1000
"""The longest question, in characters."""
NEAREST = 3
"""How many titles a refusal names."""
SURER_BY_FAR = 0.25
"""How much surer an answer outside the dates of a question's words must be to be preferred."""
SPARE = 5
"""Candidates beyond those asked for, in case a quote has changed on disk."""


@dataclass(frozen=True, slots=True)
class Models:
    """The models that answer; one thread at a time uses them."""

    encoder: Encoder
    reranker: Reranker | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a question is answered.

    Attributes:
        top_k: The most passages to show.
        threshold: The least confidence that is answered.
        filters: What the caller narrows the search to.
        today: The day that "last week" counts from.
        strict: The threshold was given by somebody, and nothing else counts.
        plain: Rank only: no folding of near-duplicates, no reading of dates in the question.
    """

    top_k: int
    threshold: float
    filters: Filters
    today: date
    strict: bool = False
    plain: bool = False


def checked(question: str) -> str:
    """Return a question without the space around it.

    Raises:
        QuestionError: It is empty, too long, or has no word.
    """
    text = " ".join(question.split())
    if not text:
        raise QuestionError("The question is empty; ask it in a few words.", "empty")
    if len(text) > MAX_QUESTION:
        raise QuestionError(
            f"The question has {len(text)} characters; the most is {MAX_QUESTION}.", "too_long"
        )
    if not any(character.isalnum() for character in text):
        raise QuestionError("The question has no word in it; ask it in a few words.", "no_words")
    return text


def answer(question: str, serving: Serving, models: Models, terms: Terms) -> Answer:
    """Answer one question from one snapshot; runs on the models' thread.

    Args:
        question: The question, as ``checked`` returns it.
        serving: The snapshot that answers.
        models: What makes the question's vector, and what reads the best candidates again.
        terms: How many passages, how sure, and from where.
    """
    started = time.perf_counter()
    found = _Asked(question, question, serving, models, terms).narrowed()
    return replace(found, milliseconds=(time.perf_counter() - started) * 1000)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question before a snapshot; ``text`` is what of its words is looked for."""

    question: str
    text: str
    serving: Serving
    models: Models
    terms: Terms

    def narrowed(self) -> Answer:
        """Answer within the caller's filters and those that the question's words name.

        Words may be meant as the subject ("what happened in June 2018"): where nothing answers
        within their filter, or something outside is surer by far, all is searched and the answer
        says so.
        """
        if self.terms.plain:
            return self.answered(self.terms.filters)
        said = understand(self.question, self.terms.today, self.serving.source_names())
        filters = _both(self.terms.filters, said.filters)
        if filters == self.terms.filters:
            return self.answered(filters)
        inside = replace(self, text=_without(self.question, said.words))
        within = replace(inside.answered(filters), understood=said.words)
        wider = replace(self.answered(self.terms.filters), understood=said.words, widened=True)
        if wider.refusal or (not within.refusal and _sure(wider) < _sure(within) + SURER_BY_FAR):
            return within
        return wider

    def answered(self, filters: Filters) -> Answer:
        """Answer within filters, or refuse."""
        ranking = self.ranked(filters)
        hits = self.serving.hits(ranking.candidates, self.terms.top_k)
        sure = max((hit.confidence for hit in hits), default=None)
        blank = Answer(self.question, self.serving.snapshot.id, sure, None, filters=filters)
        if sure is not None and self.suffices(sure, ranking, filters):
            return replace(blank, hits=hits)
        everywhere = self.ranked(Filters()) if filters else ranking
        return replace(
            blank,
            refusal=self.reason(ranking, everywhere),
            nearest_titles=self.serving.titles(everywhere.candidates, NEAREST),
        )

    def suffices(self, sure: float, ranking: Ranking, filters: Filters) -> bool:
        """Say whether an answer is sure enough to be given.

        Asked of one story alone, which the reader has chosen, a question gets that story's nearest
        passage when it is about the story at all; the confidence is shown as it is.
        """
        if sure >= self.terms.threshold:
            return True
        story = self.serving.calibration.story
        if story is None or self.terms.strict or not self.serving.is_one_story(filters):
            return False
        return story.is_about(ranking.candidates[0].features)

    def reason(self, within: Ranking, everywhere: Ranking) -> Refusal:
        """Say why there is no answer: nothing is close, or what is close lies outside."""
        if not within.candidates and everywhere.candidates:
            return Refusal.NO_MATCH_IN_FILTER
        outside = everywhere is not within and everywhere.candidates
        if outside and everywhere.candidates[0].confidence >= self.terms.threshold:
            return Refusal.NO_MATCH_IN_FILTER
        return Refusal.NOT_FOUND

    def ranked(self, filters: Filters) -> Ranking:
        """Rank what the filters leave; the reranker, where there is one, has the last word."""
        reranker = self.models.reranker
        limit = max(self.terms.top_k + SPARE, TOP if reranker else 0)
        vector = self.models.encoder.encode_query(self.text)
        ranking = self.serving.rank(
            self.text, vector, filters, limit=limit, fold_=not self.terms.plain
        )
        found = ranking.candidates
        if reranker is None or not found:
            return ranking
        texts = [self.serving.text(candidate) for candidate in found]
        again = rerank(self.text, texts, [c.score for c in found], reranker)
        return replace(ranking, candidates=tuple(found[place] for place in again.order))


def _without(question: str, words: tuple[str, ...]) -> str:
    """Take out the words that became a filter: passages need not hold them; never all of them."""
    rest = question
    for each in words:
        rest = rest.replace(each, " ")
    return " ".join(rest.split()) if any(map(str.isalnum, rest)) else question


def _sure(answer_: Answer) -> float:
    return answer_.confidence or 0.0


def _both(given: Filters, said: Filters) -> Filters:
    """Add what the words say to what the caller gave, which goes first."""
    both = replace(given, source=given.source or said.source)
    if given.since or given.until:
        return both
    return replace(both, since=said.since, until=said.until)
