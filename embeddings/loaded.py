"""A snapshot ready to answer: its arrays and indexes, and a question's way to verified quotes."""

from __future__ import annotations

import logging
from collections import ChainMap
from dataclasses import fields, replace
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING

import numpy as np

from embeddings.lexical.bm25 import Lexical
from embeddings.question.followups import complete
from embeddings.question.spelling import respell
from embeddings.ranking.answer_kinds import asks_who, denies, turns
from embeddings.ranking.evidence import Arrays, Query
from embeddings.ranking.maxsim import Tokens
from embeddings.ranking.ranker import rank
from embeddings.snapshots.snapshot import LEXICAL, TOKENS
from embeddings.text.analysis import LETTERS, fold
from embeddings.types import Filters, Hit, Sentence, Span

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from embeddings.ranking.confidence import Calibration
    from embeddings.ranking.ranker import Candidate
    from embeddings.snapshots.snapshot import Snapshot
    from embeddings.types import Article, Passage
    from embeddings.vectors.e5 import Read
    from embeddings.vectors.index import Index

log = logging.getLogger(__name__)

LOOKED_UP = 16
"""How many passages are read for the spelling of one word of a question."""
_NO_DAY = np.datetime64("NaT", "D")


class LoadedSnapshot:
    """One snapshot in service; never changed, so that many questions may share it.

    Args:
        indexes: What searches the passages and the sentences; by default the snapshot's own.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        calibration: Calibration,
        indexes: tuple[Index, Index] | None = None,
    ) -> None:
        self.snapshot = snapshot
        self.calibration = calibration
        own = indexes or (snapshot.index("passage_vectors"), snapshot.index("sentence_vectors"))
        self._indexes: tuple[Index, Index] = own
        passages, sentences = own
        self.arrays = Arrays(
            passages=passages.rows,
            sentences=sentences.rows,
            first_sentence=snapshot.array("first_sentence"),
            article_of=snapshot.article_of.astype(np.int32),
            lexical=Lexical(**snapshot.arrays(LEXICAL)),
            passage_index=passages,
            sentence_index=sentences,
            tokens=_tokens(snapshot),
        )
        for index in own:  # read before the first question
            index.search(np.zeros((1, index.dimension), np.float32), 1)
        self._dates = np.array([s.date or _NO_DAY for s in snapshot.heads], dtype="datetime64[D]")
        self.undated = sum(article.date is None for article in snapshot.heads)
        """How many articles have no day of publication."""
        self.names = sorted({s.source for s in snapshot.heads if s.source})
        """The names of the sources, each once, in order."""
        self.words_of_names = {fold(w): w for name in self.names for w in LETTERS.findall(name)}
        """The words of the sources' names, folded -> as they are written."""
        self._source_names = np.array([fold(s.source or "") for s in snapshot.heads], dtype=str)

    @property
    def index_kind(self) -> str:
        """What kinds of index serve the passages and the sentences."""
        return "; ".join(dict.fromkeys(index.kind for index in self._indexes))

    def rank(
        self, question: str, read: Read, filters: Filters, *, limit: int, fold_: bool
    ) -> tuple[Candidate, ...]:
        """Return the best of the passages that the filters leave, best first.

        Args:
            question: The question's words.
            read: What the model made of it.
            filters: What to search in.
            limit: The most candidates to return.
            fold_: Fold near-duplicates and mix articles, as a reader wants; False: as ranked.
        """
        query, allowed, sure = as_query(question, read), self._select(filters), self.calibration
        find = partial(rank, query, self.arrays, calibration=sure, limit=limit, fold=fold_)
        found = find(allowed=allowed)
        first = found[:1] if asks_who(question) else ()
        if turned := next(filter(None, (self._turn(question, each) for each in first)), None):
            return (turned, *found[1:])
        if not any(denies(question, hit.sentence.text) for hit in self.hits(first, 1)):
            return found
        others = np.arange(len(self.arrays.passages)) != found[0].passage
        return find(allowed=others if allowed is None else others & allowed) or found

    def _turn(self, question: str, candidate: Candidate) -> Candidate | None:
        """Return a candidate, its mark moved from who did not do what is asked to who did."""
        passage, article = self._read(candidate.passage)
        base = int(self.arrays.first_sentence[candidate.passage])
        said = [span.of(article.text) for span in passage.sentences]
        low, high = sorted((candidate.sentence - base, candidate.beside - base))
        for at in range(low, min(high + 1, len(said) - 1)):
            if turns(question, said[at], said[at + 1]):
                return replace(candidate, sentence=base + at + 1, beside=base + at + 1)
        return None

    def hits(self, candidates: Sequence[Candidate], limit: int) -> tuple[Hit, ...]:
        """Read the candidates' passages again; those whose words have changed are left out."""
        found: list[Hit] = []
        for candidate in candidates:
            if len(found) < limit and (hit := self._hit(candidate, len(found) + 1)):
                found.append(hit)
        return tuple(found)

    def text(self, candidate: Candidate) -> str:
        """Read a candidate's words."""
        passage, article = self._read(candidate.passage)
        return article.text[passage.start : passage.end]

    def _read(self, row: int) -> tuple[Passage, Article]:
        """Read a passage and its article by the passage's row."""
        article = self.snapshot.article(int(self.arrays.article_of[row]))
        return self.snapshot.passage(row), article

    def titles(self, candidates: Sequence[Candidate], limit: int) -> tuple[str, ...]:
        """Return the titles of the candidates' articles, each once, nearest first."""
        heads = self.snapshot.heads
        found = dict.fromkeys(heads[self.arrays.article_of[c.passage]].title for c in candidates)
        return tuple(found)[:limit]

    def spelling(self, candidates: Collection[str]) -> str | None:
        """Return the commonest of some folded words that the articles have, as they write it."""
        for row in islice(self.arrays.lexical.passages_with(candidates), LOOKED_UP):
            passage, article = self._read(row)
            there = LETTERS.findall(f"{article.title} {article.text[passage.start : passage.end]}")
            if found := [each for each in there if fold(each) in candidates]:
                return str(max(found, key=str.islower))  # "Lettre" may begin a title
        return None

    def _hit(self, candidate: Candidate, rank_: int) -> Hit | None:
        """Read one passage again and compare it with its digest; None when it differs."""
        passage, article = self._read(candidate.passage)
        if not passage.stands_in(article.text):
            log.error(
                "paragraph %s of %s has changed on disk: not quoted", passage.paragraph, article.id
            )
            return None
        also = {int(self.arrays.article_of[row]) for row in candidate.also}
        return Hit(
            rank=rank_,
            score=candidate.score,
            confidence=candidate.confidence,
            article=article,
            passage=passage,
            text=article.text[passage.start : passage.end],
            sentence=self._sentence(candidate, passage, article),
            also_in=tuple(
                self.snapshot.heads[row].title
                for row in sorted(also - {int(self.arrays.article_of[candidate.passage])})
            ),
        )

    def _sentence(self, candidate: Candidate, passage: Passage, article: Article) -> Sentence:
        first = int(self.arrays.first_sentence[candidate.passage])
        low, high = sorted((candidate.sentence - first, candidate.beside - first))
        span = Span(passage.sentences[low].start, passage.sentences[high].end)
        return Sentence(span.of(article.text), span.start, span.end)

    def _select(self, filters: Filters) -> NDArray[np.bool_] | None:
        """Return which passages the filters leave, shape ``[P]``; None when they leave all."""
        if not filters:
            return None
        rows = np.ones(len(self._dates), dtype=bool)
        rows &= _within(self._dates, filters.since, filters.until)
        if filters.source is not None:
            rows &= self._source_names == fold(filters.source.strip())
        if filters.article_id is not None:
            only = np.zeros_like(rows)
            only[self.snapshot.row(filters.article_id)] = True
            rows &= only
        return np.asarray(rows[self.arrays.article_of], dtype=bool)


def stand_alone(question: str, before: Sequence[str], serving: Collection[LoadedSnapshot]) -> str:
    """Return a question as it is asked: without what it leans on, in the articles' spelling.

    ``before`` is what was asked before it in the same conversation, oldest first.
    """
    named = ChainMap(*(loaded.words_of_names for loaded in serving))

    def find_known(words: Collection[str]) -> set[str]:
        there = (loaded.arrays.lexical.find_known(words) for loaded in serving)
        return {word for word in words if word in named}.union(*there)

    def spelling(candidates: Collection[str]) -> str | None:
        found = (loaded.spelling(candidates) for loaded in serving)
        return next(filter(None, chain(found, map(named.get, sorted(candidates)))), None)

    asked, *earlier = (respell(each, find_known, spelling) for each in (question, *before))
    return complete(asked, earlier) or asked


def as_query(question: str, read: Read) -> Query:
    """Return a question as it is ranked, given what the model made of it."""
    return Query(question, read.vector, read.tokens, read.words)


def _tokens(snapshot: Snapshot) -> Tokens | None:
    """Return the tokens of a snapshot; None where its model makes none."""
    names = [f"{TOKENS}{each.name}" for each in fields(Tokens)]
    is_there = f"{names[0]}.npy" in snapshot.manifest.files
    return Tokens(*map(snapshot.matrix, names)) if is_there else None


def _within(
    days: NDArray[np.datetime64], since: date | None, until: date | None
) -> NDArray[np.bool_]:
    """Say which days lie in the range; an article without a date lies in none but the open one."""
    inside = np.ones(len(days), dtype=bool)
    if since is not None:
        inside &= days >= np.datetime64(since)
    if until is not None:
        inside &= days <= np.datetime64(until)
    return inside
