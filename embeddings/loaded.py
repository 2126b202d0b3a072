"""A loaded snapshot: its arrays and indexes, ranking, and hits verified against the text."""

import heapq
import logging
from collections import ChainMap
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields, replace
from functools import partial
from itertools import chain, islice, zip_longest
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from embeddings.lexical.bm25 import Lexical
from embeddings.question.followups import complete
from embeddings.question.spelling import respell
from embeddings.ranking.answer_kinds import asks_who, denies, turns
from embeddings.ranking.confidence import Calibration
from embeddings.ranking.evidence import Arrays, Index
from embeddings.ranking.features import Candidate, Candidates
from embeddings.ranking.maxsim import Encoding, Tokens
from embeddings.ranking.ranker import are_copies, rank
from embeddings.snapshots.snapshot import LEXICAL, TOKENS, Snapshot
from embeddings.text.analysis import LETTERS, fold, words
from embeddings.types import Article, ArticleSummary, Filters, Hit, Passage, Sentence, Span

T = TypeVar("T")

log = logging.getLogger(__name__)

SPELLING_PASSAGES = 16
"""The most passages to read for the spelling of one word of a question."""
_NO_DAY = np.datetime64("NaT", "D")


class LoadedSnapshot:
    """A snapshot loaded to answer questions; immutable, so that many questions may share it.

    ``indexes`` search the passages and the sentences; by default those of the snapshot's files.
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
            article_of=snapshot.array("passages")[:, 0].astype(np.int32),
            lexical=Lexical(**snapshot.arrays(LEXICAL)),
            passage_index=passages,
            sentence_index=sentences,
            tokens=_tokens(snapshot),
        )
        for index in own:  # reads the index into memory before the first question
            index.search(np.zeros((1, index.dimension), np.float32), 1)
        self._dates = np.array([s.date or _NO_DAY for s in snapshot.heads], dtype="datetime64[D]")
        self.undated = sum(article.date is None for article in snapshot.heads)
        """The number of articles without a day of publication."""
        self._named: dict[str, list[int]] = {}
        names: set[str] = set()
        for row, head in enumerate(snapshot.heads):
            for name in filter(None, (head.source, *(head.author or "").split(", "))):
                names.add(name)
                self._named.setdefault(fold(name.strip()), []).append(row)
        self.names = sorted(names)
        """The names of the sources and the authors, sorted, each once."""
        self.words_of_names = {fold(w): w for name in self.names for w in LETTERS.findall(name)}
        """Folded word of such a name -> the word as written."""

    @property
    def index_kind(self) -> str:
        """The kinds of the indexes of passages and sentences, as ``status`` shows them."""
        return "; ".join(dict.fromkeys(index.kind for index in self._indexes))

    def rank(self, query: Encoding, filters: Filters, *, limit: int, fold_: bool) -> Candidates:
        """Return the best passages that the filters allow, best first.

        If the first passage of a "who" question denies the deed, its mark moves to a sentence that
        affirms it; without one the passage is left out, unless it is the only one. ``fold_`` folds
        near-duplicates and mixes articles, as for a reader.
        """
        question, sure = query.text, self.calibration
        allowed = self._allow(filters)[self.arrays.article_of] if filters else None
        find = partial(rank, query, self.arrays, calibration=sure, limit=limit, fold=fold_)
        found = find(allowed=allowed)
        if not (found and asks_who(question)):
            return found
        if moved := self._move_mark(question, found[0]):
            return (moved, *found[1:])
        first = self._read_hit(found[0])
        if not (first and denies(question, first.sentence.text)):
            return found
        others = np.arange(len(self.arrays.passages)) != found[0].passage
        return find(allowed=others if allowed is None else others & allowed) or found

    def _move_mark(self, question: str, candidate: Candidate) -> Candidate | None:
        """Move the mark from a sentence that denies the deed to the next, if that affirms it."""
        passage, article = self._read(candidate.passage)
        base = int(self.arrays.first_sentence[candidate.passage])
        sentences = [span.of(article.text) for span in passage.sentences]
        low, high = sorted((candidate.sentence - base, candidate.beside - base))
        for at in range(low, min(high + 1, len(sentences) - 1)):
            if turns(question, sentences[at], sentences[at + 1]):
                return replace(candidate, sentence=base + at + 1, beside=base + at + 1)
        return None

    def read_hits(self, candidates: Sequence[Candidate], limit: int) -> tuple[Hit, ...]:
        """Read up to ``limit`` passages again; one that no longer matches its digest is skipped."""
        read = islice(filter(None, map(self._read_hit, candidates)), limit)
        return tuple(replace(hit, rank=number) for number, hit in enumerate(read, 1))

    def read_text(self, candidate: Candidate) -> str:
        """Return the text of a candidate's passage."""
        passage, article = self._read(candidate.passage)
        return article.text[passage.start : passage.end]

    def _read(self, row: int) -> tuple[Passage, Article]:
        """Return a passage and its article, by the passage's row."""
        article = self.snapshot.article(int(self.arrays.article_of[row]))
        return self.snapshot.passage(row), article

    def articles_of(self, candidates: Sequence[Candidate]) -> tuple[ArticleSummary, ...]:
        """Return the candidates' articles, each once, nearest first."""
        rows = dict.fromkeys(int(self.arrays.article_of[each.passage]) for each in candidates)
        return tuple(self.snapshot.sources[row] for row in rows)

    def find_spelling(self, candidates: Collection[str]) -> str | None:
        """Return the most frequent of some folded words, as the articles spell it; None: none."""
        for row in islice(self.arrays.lexical.passages_with(candidates), SPELLING_PASSAGES):
            passage, article = self._read(row)
            near = LETTERS.findall(f"{article.title} {article.text[passage.start : passage.end]}")
            if spellings := [word for word in near if fold(word) in candidates]:
                return str(max(spellings, key=str.islower))  # "Lettre" may begin a title
        return None

    def mentions(self, name: str, texts: Iterable[str]) -> bool:
        """Say whether texts have a name, or a few passages with its words, in its capitals."""
        rows = self.arrays.lexical.passages_with({fold(word) for word in LETTERS.findall(name)})
        near = (f"{a.title} {a.text[p.start : p.end]}" for p, a in map(self._read, rows))
        every = "\n".join(chain(texts, near)).replace("-", " ")
        return name.replace("-", " ") in every

    def _read_hit(self, candidate: Candidate) -> Hit | None:
        """Read a passage again, as the first hit; None if it no longer matches its digest."""
        passage, article = self._read(candidate.passage)
        if not passage.stands_in(article.text):
            log.error(
                "paragraph %s of %s has changed on disk: not quoted", passage.paragraph, article.id
            )
            return None
        also = {int(self.arrays.article_of[row]) for row in candidate.also}
        return Hit(
            rank=1,
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

    def list_articles(self, filters: Filters) -> tuple[ArticleSummary, ...]:
        """Return the articles that the filters allow; raises UnknownArticle for an unknown id."""
        return tuple(self.snapshot.sources[row] for row in np.flatnonzero(self._allow(filters)))

    def _allow(self, filters: Filters) -> NDArray[np.bool_]:
        """Return a mask of the articles that the filters allow, shape ``[A]``."""
        rows = np.ones(len(self._dates), np.bool_)  # without a date: in the open range only
        if filters.since is not None:
            rows &= self._dates >= np.datetime64(filters.since)
        if filters.until is not None:
            rows &= self._dates <= np.datetime64(filters.until)
        if filters.source is not None:
            named = self._named.get(fold(filters.source.strip()), [])
            rows &= np.isin(np.arange(len(rows)), named)
        if filters.article_id is not None:
            rows &= np.arange(len(rows)) == self.snapshot.row(filters.article_id)
        return rows


def stand_alone(question: str, before: Sequence[str], snapshots: Collection[LoadedSnapshot]) -> str:
    """Rewrite a question so that it stands alone, its misspelt words as the articles spell them.

    A follow-up is completed from ``before``, the earlier questions of the same conversation, oldest
    first.
    """
    named = ChainMap(*(loaded.words_of_names for loaded in snapshots))

    def find_known(asked: Collection[str]) -> set[str]:
        indexed = (loaded.arrays.lexical.find_known(asked) for loaded in snapshots)
        return {word for word in asked if word in named}.union(*indexed)

    def spelling(candidates: Collection[str]) -> str | None:
        spellings = (loaded.find_spelling(candidates) for loaded in snapshots)
        return next(filter(None, chain(spellings, map(named.get, sorted(candidates)))), None)

    last, *earlier = (respell(each, find_known, spelling) for each in (question, *before))
    return complete(last, earlier) or last


def _tokens(snapshot: Snapshot) -> Tokens | None:
    """Return a snapshot's token vectors; None if its model makes none."""
    names = [f"{TOKENS}{each.name}" for each in fields(Tokens)]
    is_there = f"{names[0]}.npy" in snapshot.manifest.files
    return Tokens(*map(snapshot.matrix, names)) if is_there else None


def merge(lists: Sequence[tuple[Hit, ...]], limit: int) -> tuple[Hit, ...]:
    """Merge the hits of each collection, best first, by confidence and then by score.

    A confidence is a probability fitted for corpora of every size, and a score a log-odds with the
    same weights everywhere, so both are comparable. The order within a collection is kept.
    """
    if len(lists) == 1:
        return lists[0][:limit]
    kept: list[Hit] = []
    for hit in heapq.merge(*lists, key=lambda hit: (-hit.confidence, -hit.score)):
        twin = next((i for i, other in enumerate(kept) if _is_copy(hit, other)), None)
        if twin is not None:
            kept[twin] = _add_titles(kept[twin], hit)
        elif len(kept) < limit:
            kept.append(hit)
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(kept, 1))


def interleave(lists: Sequence[tuple[T, ...]], limit: int) -> tuple[T, ...]:
    """Return the first item of each list, then the second of each, and so on, each item once."""
    items = (item for item in chain.from_iterable(zip_longest(*lists)) if item is not None)
    return tuple(islice(dict.fromkeys(items), limit))


def _is_copy(one: Hit, other: Hit) -> bool:
    """Say whether hits of two collections are near-duplicates."""
    is_elsewhere = one.article.collection != other.article.collection
    return is_elsewhere and are_copies({*words(one.text)}, {*words(other.text)})


def _add_titles(kept: Hit, copy: Hit) -> Hit:
    titles = dict.fromkeys((*kept.also_in, copy.article.title, *copy.also_in))
    titles.pop(kept.article.title, None)
    return replace(kept, also_in=tuple(titles))
