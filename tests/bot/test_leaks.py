"""Random servers with random articles: nothing of one is ever seen from another, or in private."""

from __future__ import annotations

import asyncio
import itertools
import json
import tempfile
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from bot.context import Scope
from bot.errors import BotError
from bot.newsroom.feeds import announcement
from bot.reading.about import find_starters
from bot.reading.cog import ListState, listing_card
from bot.reading.pages import open_context, open_page
from bot.translate import Languages
from bot.ui.catalogue import SORTS, Catalogues
from bot.ui.components import Card
from bot.ui.naming import Place, pack, ref, unpack
from config.groups import ServerSettings
from config.settings import Settings
from embeddings.collections import Collections, name_collection
from embeddings.engine import SearchEngine
from embeddings.errors import InputError
from embeddings.text.passages import split
from embeddings.types import SHARED, Article, Filters
from tests.bot.people import texts_of
from tests.embeddings.collections import put
from tests.embeddings.fakes import WordEncoder

SERVERS = (11, 12, 13)
PLACES = (None, *SERVERS, 99)
WORDS = [
    "le",
    "port",
    "la",
    "mer",
    "un",
    "quai",
    "deux",
    "bateaux",
    "lundi",
    "mardi",
    "pluie",
    "vent",
    "village",
    "école",
]
FRENCH = Languages.load("fr").default
CANARY = "zibeline{}q"


def canary(collection: str) -> str:
    """Return the word that only one collection holds."""
    return CANARY.format(collection.removeprefix("server-"))


@st.composite
def sentences(draw: st.DrawFn, collection: str) -> str:
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8))
    return " ".join([words[0].title(), *words[1:], canary(collection)]) + "."


@st.composite
def corpora(draw: st.DrawFn, collection: str) -> tuple[Article, ...]:
    """A few articles, every text of which holds the collection's canary."""
    names = draw(st.sets(st.sampled_from(["a", "b", "c"]), max_size=2))
    return tuple(
        Article(
            name,
            draw(sentences(collection)),
            "\n\n".join(draw(st.lists(sentences(collection), min_size=1, max_size=3))),
            source=draw(st.sampled_from([None, "Le Port", f"Radio {canary(collection)}"])),
            author=draw(st.sampled_from([None, f"Ada {canary(collection)}"])),
            date=draw(st.none() | st.dates(date(2018, 1, 1), date(2018, 1, 9))),
            url=draw(st.sampled_from([None, f"https://example.org/{canary(collection)}"])),
            collection=collection,
        )
        for name in sorted(names)
    )


@dataclass(frozen=True)
class Probe:
    """A question from a place, narrowed to what may be somebody else's."""

    place: int | None
    question: str
    filters: Filters


NAMES = (SHARED, *map(name_collection, SERVERS))
CANARIES = tuple(map(canary, NAMES))
PROBES = st.builds(
    Probe,
    st.sampled_from(PLACES),
    st.lists(st.sampled_from([*WORDS, *CANARIES]), min_size=1, max_size=6).map(" ".join),
    st.builds(
        Filters,
        since=st.none() | st.dates(date(2018, 1, 1), date(2018, 1, 9)),
        source=st.sampled_from([None, None, "Le Port", *(f"Radio {c}" for c in CANARIES)]),
        article_id=st.sampled_from([None, None, "a", "b", "c"]),
        collection=st.sampled_from([None, None, *NAMES]),
    ),
)
WORLDS = st.tuples(*map(corpora, NAMES)).map(lambda groups: dict(zip(NAMES, groups, strict=True)))


def foreign(place: int | None, said: object) -> set[str]:
    """Return the canaries in what was said that are not to be heard at a place."""
    own = {canary(SHARED)} | ({canary(name_collection(place))} if place in SERVERS else set())
    return {word for word in set(CANARIES) - own if word in str(said)}


def run(world: dict[str, tuple[Article, ...]], check: Any) -> None:
    """Write a world's articles to a disk, open them all, and check something in it."""

    async def inside(data: Path) -> None:
        settings = Settings(
            data=data, seeds=data / "none", threshold=0.0, servers=ServerSettings(open=1)
        )
        async with (
            SearchEngine(settings, encoder=WordEncoder()) as shared,
            Collections(settings, shared) as collections,
        ):
            for name, articles in world.items():
                _write_golden(data, name, articles)
            await put(shared, *world[SHARED])
            for server in SERVERS:
                if name_collection(server) in world:
                    own = await collections.create(server)
                    await put(own, *world[name_collection(server)])
            await check(Views(collections))

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(inside(Path(folder)))


def _write_golden(data: Path, name: str, articles: tuple[Article, ...]) -> None:
    """Give a collection a golden question about each of its articles."""
    file = data / "queries" / f"{name}.jsonl"
    file.parent.mkdir(exist_ok=True)
    lines = (
        {"question": f"Où est le port {canary(name)} ?", "para_ids": [f"{each.id}#1"]}
        for each in articles
    )
    file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")


class Views:
    """Sees the collections as the bot does."""

    def __init__(self, collections: Collections) -> None:
        self._collections, self._catalogues = collections, Catalogues()

    async def of(self, place: int | None) -> Scope:
        """Return what is seen from a server, or in private."""
        engines = await self._collections.list_visible(place)
        own = place if len(engines) > 1 else None
        return Scope(engines, self._catalogues.of(own, *(each.sources() for each in engines)))


FEW = trying(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))


@FEW
@given(WORLDS, st.lists(PROBES, min_size=20, max_size=40))
def test_no_answer_says_anything_of_another_server(
    world: dict[str, tuple[Article, ...]], probes: list[Probe]
) -> None:
    async def check(views: Views) -> None:
        answers = await asyncio.gather(*(answer(views, probe) for probe in probes))
        for probe, said in zip(probes, answers, strict=True):
            assert not foreign(probe.place, said)

    run(world, check)


async def answer(views: Views, probe: Probe) -> object:
    """Ask; return all that the answer says, but for the question and the filter themselves."""
    seen = await views.of(probe.place)
    try:
        found = await seen.ask(probe.question, probe.filters, top_k=10)
    except InputError as error:
        return error
    return replace(found, question="", filters=Filters(), understood=(), notes=())


@FEW
@given(WORLDS)
def test_no_list_suggestion_or_button_says_anything_of_another_server(
    world: dict[str, tuple[Article, ...]],
) -> None:
    articles = [article for group in world.values() for article in group]

    async def check(views: Views) -> None:
        for place in PLACES:
            seen = await views.of(place)
            told = [*listed(seen, articles), *[await each for each in opened(seen, articles)]]
            for said in told:
                assert not foreign(place, said)

    run(world, check)


def listed(seen: Scope, articles: list[Article]) -> Iterator[object]:
    """Yield what is listed and suggested, whatever somebody types."""
    typed = ["", "a", "b", "Le", *CANARIES, *(a.title for a in articles), *map(ref, articles)]
    for text in typed:
        yield seen.catalogue.search(text)
        yield seen.catalogue.find_articles(text)
        yield seen.catalogue.search_sources(text)
    for sort, text in itertools.product(SORTS, ("", "Le Port", "zibeline")):
        yield texts_of(listing_card(seen.catalogue, FRENCH, ListState(text, sort)))
    for article in articles:
        scope = pack(Filters(article_id=article.id, collection=article.collection))
        yield unpack(scope, seen.catalogue.sources, seen.catalogue.by_ref)


def opened(seen: Scope, articles: list[Article]) -> Iterator[Coroutine[Any, Any, object]]:
    """Yield what comes of each button of each article, its own or forged, and what is offered."""
    yield tried(seen.golden())
    yield tried(find_starters(seen, FRENCH, Languages.load("fr")))
    for article in articles:
        yield tried(open_page(seen, ref(article), 0, FRENCH))
        summary = article.summary(1)
        yield tried(seen.read(summary))
        yield tried(announcement(seen, article, FRENCH))
        for passage in split(article):
            yield tried(open_context(seen, Place.of(article, passage), FRENCH))


async def tried(work: Coroutine[Any, Any, object]) -> object:
    """Return what comes of something, or the sentence that refuses it."""
    try:
        found = await work
        return texts_of(found) if isinstance(found, Card) else found
    except (BotError, InputError) as error:
        return error


def test_on_its_own_server_an_article_is_found_in_all_these_ways() -> None:
    """Else the tests above would find nothing because nothing is found."""
    own = canary("server-11")
    story = Article("a", f"Un quai {own}", f"Le port {own}.", collection="server-11")

    async def check(views: Views) -> None:
        seen = await views.of(11)
        assert own in str(await answer(views, Probe(11, own, Filters())))
        for each in opened(seen, [story]):
            assert own in str(await each)
        assert sum(own in str(said) for said in listed(seen, [story])) > len(SORTS)

    run({SHARED: (), "server-11": (story,)}, check)
