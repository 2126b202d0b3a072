"""Answers one question: reads its filters, ranks passages, verifies quotes, or refuses.

Several snapshots may be searched at once. Each ranks its own passages and gets its confidence from
its own calibration; the hits are merged. It refuses only if no snapshot answers.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher
from itertools import chain
from typing import TYPE_CHECKING

from embeddings.errors import UnknownArticle
from embeddings.loaded import interleave, merge, stand_alone
from embeddings.question import wording
from embeddings.question.understanding import find_stranger, understand
from embeddings.ranking.features import calibrate_across
from embeddings.text.analysis import fold
from embeddings.types import Answer, Filters, Note, Refusal
from embeddings.vectors.models import RERANKED, rerank

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from embeddings.loaded import LoadedSnapshot
    from embeddings.ranking.features import Candidates
    from embeddings.ranking.maxsim import Encoding
    from embeddings.types import ArticleSummary, Hit
    from embeddings.vectors.models import Models

    Rankings = dict[LoadedSnapshot, Candidates]  # each snapshot's, best first

SURER_BY_FAR = 0.25
"""By how much the confidence must rise outside a question's own filter, for it to be dropped."""
PERHAPS = 0.1
"""The least confidence of a passage shown as "may not answer": one such in ten answers."""
UNCLEAR = Note("unclear", "The question does not say what it is about: name it.")
LISTED = 5
"""The most articles that a reply names, to a question that asks which articles there are."""
ABOUT = 0.3
"""The least confidence that a subject is there; on ``seeds``, .46 if it is, and .18 if not."""
CLOSE = 3.0
"""The largest gap to the best passage, in log-odds, of other articles on the same subject."""
NEAREST = 3
"""The number of articles that a refusal names, and of sources like one that is not there."""
SPARE = 5
"""Extra candidates to rank, in case the stored text of some has changed."""


@dataclass(frozen=True, slots=True)
class AskOptions:
    """Options of one question.

    Attributes:
        top_k: The most passages to show.
        threshold: The least confidence of an answer, for every snapshot and every filter; None:
            each snapshot's calibration says it.
        filters: The caller's filters.
        today: The day from which "last week" is counted.
        before: Earlier questions of the same conversation, oldest first.
        plain: Only rank: do not fold near-duplicates, do not read dates in the question.
    """

    top_k: int
    threshold: float | None
    filters: Filters
    today: date
    plain: bool = False
    before: tuple[str, ...] = ()


def answer(
    question: str, snapshots: Mapping[str, LoadedSnapshot], models: Models, options: AskOptions
) -> Answer:
    """Answer a question, as ``check_question`` returns it; runs on the models' thread.

    ``snapshots`` maps the names of collections to their loaded snapshots: at least one, and none
    without passages. Raises UnknownArticle if the filters name an article that none of them has.
    """
    started = time.perf_counter()
    reply, whole = _Search(question, snapshots, models, options).run()
    took = (time.perf_counter() - started) * 1000
    return replace(reply, question=question, understood_as=whole, milliseconds=took)


@dataclass(frozen=True, slots=True)
class _Search:
    """A question and the snapshots to search."""

    question: str
    snapshots: Mapping[str, LoadedSnapshot]
    models: Models
    options: AskOptions

    def run(self) -> tuple[Answer, str | None]:
        """Answer the question as it stands alone; return that wording too, if it differs."""
        if note := wording.find_reply(self.question):
            return self.reply(note), None
        whole = stand_alone(self.question, self.options.before, self.snapshots.values())
        is_same = fold(whole) == fold(self.question)  # but for a capital
        asked = replace(self, question=whole)
        topic = wording.find_listed_topic(asked.question)
        reply = (topic and asked.name_nearest(topic)) or asked.narrow()
        return asked.note_stranger(reply), None if is_same else whole

    def name_nearest(self, topic: str) -> Answer | None:
        """Return a reply that names the articles on a topic; None without any."""
        ranked = self.search(self.options.filters, self.models.encoder.encode_query(topic))
        about = {one: all_ for one, all_ in ranked.items() if all_ and all_[0].confidence >= ABOUT}
        return self.name(_nearest(about, CLOSE), self.options.filters) if about else None

    def narrow(self) -> Answer:
        """Answer within the caller's filters and those that the question's own words name.

        Such words may be the subject instead ("what happened in June 2018"): if nothing answers
        within their filter, or the confidence without it is ``SURER_BY_FAR`` higher, the filter is
        dropped and the answer says so.
        """
        question, given = self.question, self.options.filters
        if self.options.plain:
            return self.answer(question, given)
        is_one_story = given.article_id is not None  # which can be asked anything
        if not (is_one_story or wording.names_topic(question)):
            return self.reply(UNCLEAR)
        names = sorted({name for loaded in self.snapshots.values() for name in loaded.names})
        meaning, notes = understand(question, self.options.today, names).within(given)
        is_list = wording.asks_for_list(question, meaning.remove_from(question))
        narrowed = listed = self.name_newest(meaning.filters) if is_list else None
        if narrowed is None or is_one_story:
            narrowed = self.answer(meaning.rest_of(question), meaning.filters)
            narrowed = listed if listed and narrowed.refusal else narrowed
        narrowed = replace(narrowed, understood=meaning.words, notes=narrowed.notes + notes)
        names_articles = meaning.filters.source or wording.names_stories(question)
        if listed and not is_one_story and (names_articles or not meaning.words):
            return narrowed
        term = wording.find_term(question) if narrowed.refusal else None
        if signed := term and self.name_newest(replace(given, source=term)):
            return signed
        return narrowed if meaning.filters == given else self.widen(narrowed, notes)

    def widen(self, narrowed: Answer, notes: tuple[Note, ...]) -> Answer:
        """Answer without the question's own filters, if only that answers or is surer by far."""
        wider = self.answer(self.question, self.options.filters)
        by_far = (wider.confidence or 0.0) >= (narrowed.confidence or 0.0) + SURER_BY_FAR
        wider = replace(wider, understood=narrowed.understood, widened=True, notes=notes)
        return narrowed if wider.refusal or not (narrowed.refusal or by_far) else wider

    def name_newest(self, filters: Filters) -> Answer | None:
        """Name the articles that filters allow, newest first, those without a date last."""
        lists = (loaded.list_articles(filters) for loaded in self.select(filters))
        found = sorted(chain.from_iterable(lists), key=lambda a: a.date or date.min, reverse=True)
        return self.name(found, filters) if found else None

    def name(self, articles: Iterable[ArticleSummary], filters: Filters) -> Answer:
        """Return a reply that names articles with their authors or sources, and what is hidden."""
        names = [f"{a.title} ({a.author or a.source or ''})".removesuffix(" ()") for a in articles]
        titles = " · ".join(names[:LISTED]) + " · …" * (len(names) > LISTED)
        named = Note("articles", f"Articles: {titles}", {"titles": titles})
        return replace(self.reply(named, *self.note_hidden(filters)), filters=filters)

    def note_hidden(self, filters: Filters) -> tuple[Note, ...]:
        """Return notes on the articles that filters hide.

        A filter by date hides articles without a date. A filter by a source that does not exist
        hides all articles; its note names the sources with the most similar names.
        """
        count = sum(loaded.undated for loaded in self.snapshots.values())
        is_dated = (filters.since or filters.until) and not filters.article_id
        text = f"Articles without a date are left out: {count}."
        notes = [Note("undated", text, {"count": str(count)})] if is_dated and count else []
        name, source = filters.source or "", fold((filters.source or "").strip())
        known = {fold(n): n for each in self.snapshots.values() if source for n in each.names}
        if source and not known:
            notes.append(Note("sources-none", "No article names its source or author.", {}))
        elif source and source not in known:
            like = {n: SequenceMatcher(a=n, b=source).quick_ratio() + (source in n) for n in known}
            near = sorted(like, key=like.__getitem__, reverse=True)
            values = {"name": name, "near": ", ".join(known[n] for n in near[:NEAREST])}
            text = 'No article comes from "{name}". Sources like it: {near}.'
            notes.append(Note("source-unknown", text.format(**values), values))
        return tuple(notes)

    def note_stranger(self, reply: Answer) -> Answer:
        """Note that no article comes from the source that a question names, nor mentions it."""
        names = [name for loaded in self.snapshots.values() for name in loaded.names]
        stranger = find_stranger(self.question, names)
        if not stranger or reply.is_small_talk:
            return reply
        shown = [hit.article.text for hit in (*reply.hits, *reply.closest)]
        if any(loaded.mentions(stranger, shown) for loaded in self.snapshots.values()):
            return reply
        return replace(reply, notes=(*reply.notes, *self.note_hidden(Filters(source=stranger))))

    def reply(self, *notes: Note) -> Answer:
        """Return what is said in place of an answer; see ``Answer.is_small_talk``."""
        return Answer(self.question, self.snapshot, None, Refusal.NOT_FOUND, notes=notes)

    def answer(self, question: str, filters: Filters) -> Answer:
        """Answer a question within filters; refuse if no snapshot answers."""
        query = self.models.encoder.encode_query(question)
        rankings = self.search(filters, query)
        quotes = {one: one.read_hits(found, self.options.top_k) for one, found in rankings.items()}
        confidence = max((h.confidence for hits in quotes.values() for h in hits), default=None)
        hidden = self.note_hidden(filters)
        blank = Answer(
            self.question, self.snapshot, confidence, None, filters=filters, notes=hidden
        )
        enough = [one for one in quotes if self.suffices(one, rankings[one], quotes[one], filters)]
        if enough:
            return replace(blank, hits=merge([quotes[one] for one in enough], self.options.top_k))
        return self.refuse(blank, rankings, quotes.values(), query)

    def refuse(
        self, blank: Answer, within: Rankings, quotes: Iterable[tuple[Hit, ...]], query: Encoding
    ) -> Answer:
        """Refuse, with the reason, the nearest articles, and hits that may be shown on demand."""
        everywhere = self.search(Filters(), query) if blank.filters else within
        why = self.choose_refusal(within, everywhere)
        near = [tuple(hit for hit in hits if hit.confidence >= PERHAPS) for hits in quotes]
        closest = merge([hits for hits in near if hits], self.options.top_k) if any(near) else ()
        return replace(blank, refusal=why, nearest=_nearest(everywhere), closest=closest)

    @property
    def snapshot(self) -> str:
        """The id of the first snapshot, which is the shared collection's if that is searched."""
        return next(iter(self.snapshots.values())).snapshot.id

    def select(self, filters: Filters) -> list[LoadedSnapshot]:
        """Return the snapshots that the filters allow; raises UnknownArticle for an unknown id."""
        only = filters.article_id
        searched = (s for name, s in self.snapshots.items() if filters.collection in {None, name})
        allowed = [s for s in searched if only is None or only in s.snapshot.rows]
        if only and not allowed:
            raise UnknownArticle.of(only)
        return allowed

    def search(self, filters: Filters, query: Encoding) -> Rankings:
        """Rank the passages of each snapshot that the filters allow; raises UnknownArticle."""
        ranked = {loaded: self.rank(loaded, filters, query) for loaded in self.select(filters)}
        rankings = {}
        for loaded, own in ranked.items():
            others = [found for other, found in ranked.items() if other is not loaded]
            rankings[loaded] = calibrate_across(own, others, loaded.calibration, self.passages)
        return rankings

    @property
    def passages(self) -> int:
        """The number of passages in all snapshots together."""
        return sum(loaded.snapshot.manifest.passages for loaded in self.snapshots.values())

    def threshold_of(self, loaded: LoadedSnapshot) -> float:
        """Return the least confidence of an answer, as for one corpus of all passages."""
        given = self.options.threshold
        return loaded.calibration.threshold_for(self.passages) if given is None else given

    def suffices(
        self, loaded: LoadedSnapshot, found: Candidates, hits: tuple[Hit, ...], filters: Filters
    ) -> bool:
        """Say whether hits of candidates are an answer: the confidence reaches the threshold.

        A reader who has chosen one article gets its nearest passage below the threshold too, if
        the question is about the article at all; the confidence shown stays as it is.
        """
        if any(hit.confidence >= self.threshold_of(loaded) for hit in hits):
            return True
        story = loaded.calibration.story
        is_one_story = self.options.threshold is None and filters.article_id is not None
        return bool(is_one_story and story and hits and story.is_about(found[0].features))

    def choose_refusal(self, within: Rankings, everywhere: Rankings) -> Refusal:
        """Return the reason for a refusal: nothing is close, or only outside the filters."""
        firsts = {loaded: found[0] for loaded, found in everywhere.items() if found}
        is_empty = bool(firsts) and not any(within.values())
        close = (first.confidence >= self.threshold_of(one) for one, first in firsts.items())
        is_outside = is_empty or (everywhere is not within and any(close))
        return Refusal.NO_MATCH_IN_FILTER if is_outside else Refusal.NOT_FOUND

    def rank(self, loaded: LoadedSnapshot, filters: Filters, query: Encoding) -> Candidates:
        """Rank the passages that the filters allow; a reranker, if set, reorders the best."""
        reranker = self.models.reranker
        limit = max(self.options.top_k + SPARE, RERANKED if reranker else 0)
        found = loaded.rank(query, filters, limit=limit, fold_=not self.options.plain)
        if reranker is None or not found:
            return found
        texts = [loaded.read_text(candidate) for candidate in found]
        return tuple(found[place] for place in rerank(query.text, texts, reranker))


def _nearest(rankings: Rankings, behind: float = math.inf) -> tuple[ArticleSummary, ...]:
    """Return the nearest articles, surest snapshot first, at most ``behind`` behind its best."""
    full = [(loaded, found) for loaded, found in rankings.items() if found]
    lists = [
        loaded.articles_of([each for each in found if each.score >= found[0].score - behind])
        for loaded, found in sorted(full, key=lambda pair: -pair[1][0].confidence)
    ]
    return interleave(lists, NEAREST)
