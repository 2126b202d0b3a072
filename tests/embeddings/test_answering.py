"""Answers: filters read from the question, follow-ups, refusals, and the reranker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from config.settings import Settings
from embeddings.answering import LISTED, PERHAPS, AskOptions
from embeddings.answering import answer as answer_one
from embeddings.engine import SearchEngine
from embeddings.live import Live
from embeddings.loaded import LoadedSnapshot
from embeddings.ranking.confidence import Relevance
from embeddings.threads import Priority
from embeddings.types import Answer, Article, Filters, Refusal
from embeddings.vectors.models import Models
from tests.embeddings.collections import put
from tests.embeddings.fakes import WordEncoder

QUAY = "Le port de Lorient a ouvert un nouveau quai. Les pêcheurs l’attendaient."
OLD = Article(id="ancien", title="Le port en 2017", text=QUAY, date=date(2017, 6, 2), source="A")
NEW = Article(
    id="nouveau",
    title="Le quai de Lorient",
    text="Le nouveau quai de Lorient a fermé après la tempête.",
    date=date(2018, 6, 29),
    source="B",
)
ARTICLES = (OLD, NEW)
NOW = datetime(2018, 7, 4, 12, tzinfo=UTC)


class Last:
    """A reranker that prefers passages with a given word, and records its inputs."""

    model_id = "last==1"

    def __init__(self, word: str) -> None:
        self.word = word
        self.read: list[str] = []

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        self.read += passages
        return np.array([self.word in p for p in passages], dtype=np.float32)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[SearchEngine]:
    """An engine with two articles and a small encoder."""
    settings = Settings(data=tmp_path, seeds=tmp_path / "none")
    async with SearchEngine(settings, encoder=WordEncoder()) as opened:
        await put(opened, *ARTICLES)
        yield opened


@pytest.fixture
def live(engine: SearchEngine) -> Live:
    """The live state of the engine."""
    return engine._live


async def ask(live: Live, question: str, options: AskOptions) -> Answer:
    """Ask on the thread of the models, as the engine does."""
    serving = {live.name: await live.ready()}
    return await live.worker.run(
        Priority.QUESTION, answer_one, question, serving, live.models, options
    )


async def test_the_only_article_to_search_is_listed_beside_a_collection_without_it(
    engine: SearchEngine,
) -> None:
    settings, only = engine._settings, Filters(article_id="nouveau")
    own = SearchEngine(settings, collection="server-1", create=True, beside=engine)
    async with own:
        await put(own, replace(OLD, id="autre", title="Le phare de Brest", collection="server-1"))
        answer = await engine.ask("Quels articles ?", filters=only, threshold=1.0, also=[own])
    assert [note.values for note in answer.notes] == [{"titles": "Le quai de Lorient (B)"}]


def options(**given: object) -> AskOptions:
    values = {"top_k": 3, "threshold": 0.0, "filters": Filters(), "today": NOW.date()}
    return AskOptions(**{**values, **given})


async def test_a_date_in_the_words_narrows_the_question_and_is_shown_back(live: Live) -> None:
    answer = await ask(live, "Que dit-on du quai de Lorient la semaine dernière ?", options())
    assert answer.understood == ("la semaine dernière",)
    assert (answer.filters.since, answer.filters.until) == (date(2018, 6, 25), date(2018, 7, 1))
    assert {hit.article.id for hit in answer.hits} == {"nouveau"}
    assert not answer.widened


async def test_if_nothing_answers_within_the_words_filter_everything_is_searched(
    live: Live,
) -> None:
    answer = await ask(live, "Le quai de Lorient a ouvert en 2015 ?", options())
    assert answer.hits
    assert answer.widened
    assert answer.understood == ("en 2015",)
    assert not answer.filters


async def test_the_callers_filters_take_precedence_over_words_that_contradict_them(
    live: Live,
) -> None:
    given = Filters(until=date(2017, 12, 31))
    answer = await ask(live, "Le quai de Lorient la semaine dernière ?", options(filters=given))
    assert {hit.article.id for hit in answer.hits} == {"ancien"}
    assert [(note.key, note.values) for note in answer.notes] == [
        ("words-outside", {"words": "la semaine dernière"})
    ]


async def test_an_unknown_source_is_reported_with_similar_ones(live: Live) -> None:
    for name, near in (("Bb", "B, A"), ("  a  ", None)):
        answer = await ask(live, "Le quai de Lorient ?", options(filters=Filters(source=name)))
        told = [(note.key, note.values["near"]) for note in answer.notes]
        assert told == ([("source-unknown", near)] if near else [])


@pytest.mark.parametrize(
    ("asked", "stranger"),
    [
        ("Selon Le Monde, qui a ouvert le quai de Lorient ?", "Le Monde"),
        ("Que dit Libération du quai de Lorient ?", "Libération"),
        ("What does Reuters say about the quai de Lorient?", "Reuters"),
        ("Selon Lorient, qui a ouvert le quai ?", ""),  # the stories name it
        ("Selon B, qui a ouvert le quai de Lorient ?", ""),
    ],
)
@pytest.mark.parametrize("threshold", [0.0, 1.1])
async def test_a_question_that_names_a_source_of_no_article_is_told_so(
    live: Live, asked: str, stranger: str, threshold: float
) -> None:
    answer = await ask(live, asked, options(threshold=threshold))
    told = [note.values["name"] for note in answer.notes if note.key == "source-unknown"]
    assert told == [stranger] * bool(stranger)


async def test_where_no_source_is_named_none_is_offered(engine: SearchEngine, live: Live) -> None:
    await engine.remove([source.id for source in engine.sources()])
    await put(engine, replace(OLD, source=None, author=None))
    answer = await ask(live, "Le quai de Lorient ?", options(filters=Filters(source="B")))
    assert [(note.key, note.values) for note in answer.notes] == [("sources-none", {})]


async def test_a_question_asked_again_within_its_own_filters_finds_the_same(
    live: Live,
) -> None:
    """A button keeps the filters of an answer, and the question keeps its words."""
    asked = "Que dit-on du quai de Lorient la semaine dernière ?"
    for threshold in (0.0, 1.1):
        first = await ask(live, asked, options(threshold=threshold, filters=Filters(source="B")))
        again = await ask(live, asked, options(threshold=threshold, filters=first.filters))
        assert replace(again, milliseconds=0.0) == replace(first, milliseconds=0.0)
        assert first.filters == Filters(date(2018, 6, 25), date(2018, 7, 1), "B")


async def test_a_follow_up_is_answered_as_a_complete_question(live: Live) -> None:
    asked = replace(options(), before=("Qui a ouvert le port de Lorient ?",))
    answer = await ask(live, "et le nouveau quai ?", asked)
    assert answer.question == "et le nouveau quai ?"
    assert answer.understood_as == "Qui a ouvert le nouveau quai ?"
    assert answer.hits


async def test_a_question_that_stands_alone_is_not_rewritten(live: Live) -> None:
    question = "Le nouveau quai de Lorient a-t-il fermé ?"
    after = await ask(live, question, replace(options(), before=("Que fait Amazon ?",)))
    alone = await ask(live, question, options())
    assert after.understood_as is None
    assert after.hits == alone.hits


async def test_a_date_that_does_not_exist_is_noted_and_filters_nothing(live: Live) -> None:
    answer = await ask(live, "Le nouveau quai de Lorient depuis le 31 avril 2018 ?", options())
    assert [(note.key, note.values) for note in answer.notes] == [
        ("day-unread", {"words": "depuis le 31 avril 2018"})
    ]
    assert not answer.filters
    assert answer.hits


async def test_articles_without_a_date_that_a_filter_hides_are_counted(
    engine: SearchEngine, live: Live
) -> None:
    await put(engine, replace(NEW, id="sans-date", date=None))
    asked = "Que dit-on du quai de Lorient la semaine dernière ?"
    answer = await ask(live, asked, options())
    assert [(note.key, note.values) for note in answer.notes] == [("undated", {"count": "1"})]
    everything = await ask(live, "Que dit-on du quai de Lorient ?", options())
    assert everything.notes == ()


async def test_thanks_are_replied_to_and_nothing_is_searched(live: Live) -> None:
    answer = await ask(live, "merci !", options())
    assert [note.key for note in answer.notes] == ["thanks"]
    assert answer.is_small_talk
    assert answer.refusal is Refusal.NOT_FOUND
    assert answer.nearest_titles == ()


async def test_an_author_is_asked_like_a_source(engine: SearchEngine, live: Live) -> None:
    await put(engine, OLD, replace(NEW, author="Lucie Ferrand, Paul Morvan"))
    found = await ask(live, "Que dit Lucie Ferrand du quai de Lorient ?", options())
    assert found.filters.source == "Lucie Ferrand"
    assert [hit.article.id for hit in found.hits] == ["nouveau"]


@pytest.mark.parametrize(
    ("question", "titles"),
    [
        ("Quels articles de Lucie Ferrand ?", "Le quai de Lorient (Lucie Ferrand)"),
        ("Qui a écrit l’article sur le nouveau quai fermé ?", "Le quai de Lorient (Lucie Ferrand)"),
        ("liste les articles", "Le quai de Lorient (Lucie Ferrand) · Le port en 2017 (A)"),
        ("les articles de juin 2017", "Le port en 2017 (A)"),
        ("Que s’est-il passé en juin 2017 ?", "Le port en 2017 (A)"),
        ("Qui est Lucie Ferrand ?", "Le quai de Lorient (Lucie Ferrand)"),
        ("lucie ferrand", "Le quai de Lorient (Lucie Ferrand)"),
        ("What has Lucie Ferrand published?", "Le quai de Lorient (Lucie Ferrand)"),
    ],
)
async def test_a_question_for_articles_or_authors_gets_both(
    engine: SearchEngine, live: Live, question: str, titles: str
) -> None:
    await put(engine, OLD, replace(NEW, author="Lucie Ferrand"))
    found = await ask(live, question, options(threshold=0.99))
    assert [note.values for note in found.notes] == [{"titles": titles}]
    assert found.is_small_talk
    assert (found.hits, found.closest, found.refusal) == ((), (), Refusal.NOT_FOUND)


@pytest.mark.parametrize("question", ["pourquoi ?", "who is it?", "il fait quoi ?"])
async def test_a_question_that_does_not_say_what_it_is_about_gets_no_passage(
    live: Live, question: str
) -> None:
    found = await ask(live, question, options(threshold=0.0))
    assert ([note.key for note in found.notes], found.hits) == (["unclear"], ())
    after = replace(options(threshold=0.0), before=("Qui a ouvert le port de Lorient ?",))
    assert (await ask(live, "pourquoi ?", after)).hits
    alone = options(filters=Filters(article_id="ancien"), threshold=0.0)
    assert (await ask(live, question, alone)).hits


async def test_a_list_of_many_articles_is_cut(engine: SearchEngine, live: Live) -> None:
    await put(engine, *(replace(OLD, id=f"a{n}", title=f"Quai {n}") for n in range(9)))
    (note,) = (await ask(live, "Quels articles ?", options(threshold=0.99))).notes
    titles = ["Le quai de Lorient (B)", *(f"Quai {n} (A)" for n in range(LISTED - 1)), "…"]
    assert note.values["titles"] == " · ".join(titles)


@pytest.mark.parametrize(
    ("question", "given", "told"),
    [
        ("Les articles de juin 2017 ?", Filters(), ["Le port en 2017 (A)", "1"]),
        ("Quels articles ?", Filters(until=OLD.date), ["Le port en 2017 (A)", "1"]),
        (
            "Qui a écrit l’article sur le quai ?",
            Filters(until=OLD.date),
            ["Le port en 2017 (A)", "1"],
        ),
        ("Qui a écrit l’article sur le quai ?", Filters(source="Bb"), ["Bb", "B, A"]),
        ("Qui a écrit l’article sur le rugby ?", Filters(), []),
        ("Quels articles ?", Filters(source="B"), ["Le quai de Lorient (B)"]),
        (
            "Quels articles ?",
            Filters(collection="shared"),
            ["Le quai de Lorient (B) · Le port en 2017 (A) · Sans date"],
        ),
    ],
)
async def test_a_list_says_what_filters_hide_and_names_what_is_known(
    engine: SearchEngine, live: Live, question: str, given: Filters, told: list[str]
) -> None:
    await put(engine, replace(OLD, id="sans", title="Sans date", source=None, date=None))
    found = await ask(live, question, options(filters=given, threshold=0.99))
    assert [value for note in found.notes for value in note.values.values()] == told
    assert found.filters.until == given.until or found.filters.since


async def test_a_plain_ranking_reads_no_dates(live: Live) -> None:
    answer = await ask(live, "Le nouveau quai de Lorient en 2018 ?", options(plain=True))
    assert answer.understood == ()
    assert {hit.article.id for hit in answer.hits} == {"ancien", "nouveau"}


async def test_the_reranker_has_the_last_word_over_the_order(live: Live) -> None:
    question = "Le port de Lorient a ouvert un nouveau quai ?"
    before = await ask(live, question, options())
    assert before.hits[0].article.id == "ancien"
    reranker = Last("tempête")
    live.models = Models(live.encoder, reranker)
    after = await ask(live, question, options())
    assert [hit.article.id for hit in after.hits] == ["nouveau", "ancien"]
    assert set(reranker.read) == {article.text for article in ARTICLES}


async def test_last_week_is_counted_from_the_clock(tmp_path: Path) -> None:
    stories = tmp_path / "stories"
    stories.mkdir()
    for article in ARTICLES:
        front = f"---\nid: {article.id}\ntitle: {article.title}\ndate: {article.date}\n---\n"
        (stories / f"{article.id}.md").write_text(front + article.text, encoding="utf-8")
    settings = Settings(data=tmp_path / "data", seeds=stories)
    async with SearchEngine(settings, encoder=WordEncoder(), clock=lambda: NOW) as engine:
        answer = await engine.ask("Quel quai de Lorient la semaine dernière ?", threshold=0.0)
    assert [hit.article.id for hit in answer.hits] == ["nouveau"]


async def test_a_question_about_a_chosen_article_gets_its_nearest_passage(
    live: Live,
) -> None:
    bar = Relevance(0.0, {"covered": 5.0}, 0.6)
    sure = replace(live.calibration, story=bar, threshold=0.999, lenience=0.0)
    live.loaded = LoadedSnapshot(live.current, sure)
    alone = options(filters=Filters(article_id="ancien"), threshold=None)
    about = await ask(live, "Le port de Lorient ?", alone)
    assert [hit.article.id for hit in about.hits] == ["ancien"]
    assert about.confidence is not None
    assert about.confidence < 0.999
    assert (await ask(live, "Une recette de tarte ?", alone)).refusal is not None
    everywhere = await ask(live, "Le port de Lorient ?", options(threshold=None))
    assert everywhere.refusal is Refusal.NOT_FOUND


async def test_a_given_threshold_holds_for_a_chosen_article_too(live: Live) -> None:
    bar = Relevance(0.0, {"covered": 5.0}, 0.6)
    live.loaded = LoadedSnapshot(live.current, replace(live.calibration, story=bar))
    given = options(filters=Filters(article_id="ancien"), threshold=0.999)
    assert (await ask(live, "Le port de Lorient ?", given)).refusal is not None


async def test_a_hit_below_the_threshold_may_be_shown_as_perhaps_answering(live: Live) -> None:
    question = "Qui a ouvert un quai à Lorient ?"
    sure = (await ask(live, question, options())).hits
    refused = await ask(live, question, options(threshold=1.0))
    assert refused.refusal is Refusal.NOT_FOUND
    assert refused.hits == ()
    assert refused.closest == tuple(hit for hit in sure if hit.confidence >= PERHAPS)
    assert refused.closest


async def test_nothing_is_shown_as_perhaps_answering_where_nothing_is_near(live: Live) -> None:
    answer = await ask(live, "Comment cuire une tarte aux pommes ?", options(threshold=1.0))
    assert answer.refusal is Refusal.NOT_FOUND
    assert answer.closest == ()


async def test_an_answer_has_nothing_that_only_perhaps_answers(live: Live) -> None:
    assert (await ask(live, "Qui a ouvert un quai à Lorient ?", options())).closest == ()


async def test_a_mistyped_question_is_answered_as_the_articles_spell_it_and_says_so(
    engine: SearchEngine,
) -> None:
    found = await engine.ask("le quai de lorent", threshold=0.0)
    assert found.question == "le quai de lorent"
    assert found.understood_as == "le quai de Lorient"
    assert found.hits[0].article.id == "nouveau"


async def test_a_word_of_the_articles_is_not_respelt(engine: SearchEngine) -> None:
    found = await engine.ask("les pêcheurs du port")
    assert found.understood_as is None


async def test_a_mistyped_source_is_read_as_the_known_one(engine: SearchEngine) -> None:
    await put(engine, OLD, replace(NEW, source="Le Télégramme"))
    found = await engine.ask("le quai de lorent selon le telegrame, en juin 2018 ?", threshold=0.0)
    assert found.understood_as == "le quai de Lorient selon le Télégramme, en juin 2018 ?"
    assert found.filters == Filters(
        since=date(2018, 6, 1), until=date(2018, 6, 30), source="Le Télégramme"
    )
    assert [hit.article.id for hit in found.hits] == ["nouveau"]
    assert (await engine.ask("que dit le telegramme ?", threshold=0.0)).understood_as is None


async def test_a_mistyped_follow_up_is_corrected_and_completed(engine: SearchEngine) -> None:
    await put(engine, OLD, replace(NEW, text="Le second quai de Lorient a fermé."))
    before = ["quel est le premier quai de lorent ?"]
    found = await engine.ask("et le segond ?", threshold=0.0, before=before)
    assert found.understood_as == "quel est le second quai de Lorient ?"


async def test_a_word_capitalised_only_in_a_title_is_no_name(engine: SearchEngine) -> None:
    await put(engine, replace(NEW, title="Quais de Lorient", text="Les quais sont fermés."))
    assert (await engine.ask("les quaais ?")).understood_as == "les quais ?"
    assert (await engine.ask("Que dit Quaais ?")).understood_as is None
