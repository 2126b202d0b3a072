"""Feeds that servers watch: taken for their own articles alone, new stories announced there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.client import VerbatimBot
from bot.newsroom.feeds import OPERATOR, check_feed, draw_feeds, list_due
from bot.translate import Languages
from config.groups import DiscordSettings, FetchSettings, ServerSettings, WatchSettings
from config.settings import Settings
from embeddings.collections import Collections
from embeddings.store.people import Feed
from tests.bot.making import make_bot
from tests.bot.people import World, buttons_of, text_of, texts_of
from tests.embeddings.readers.sites import Site, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from simcord.env import Env
    from simcord.results import InteractionResult

PAGE = """<!doctype html><html lang="fr"><head><title>{title} — La Gazette</title>
<meta property="og:title" content="{title}"><meta property="og:site_name" content="La Gazette">
<meta property="article:published_time" content="2018-06-21T08:00:00Z"></head><body><article>
<h1>{title}</h1><p>{title} : les *pompiers* sont venus dimanche. Ils sont repartis lundi soir.</p>
<p>La mairie a ouvert un gymnase pour les quarante habitants que les pompiers ont évacués.</p>
</article></body></html>"""


@pytest.fixture
def site() -> Iterator[Site]:
    with running() as started:
        yield started


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data=tmp_path / "data",
        seeds=tmp_path / "none",
        threshold=0.0,
        discord=DiscordSettings(cooldown_user=0),
        fetch=FetchSettings(private=True, seconds=5),
        servers=ServerSettings(feeds=2),
    )


@pytest.fixture
def simcord_bot(settings: Settings, collections: Collections) -> VerbatimBot:
    return make_bot(settings, collections)


@pytest.fixture
async def world(simcord_env: Env, collections: Collections) -> AsyncIterator[World]:
    world = World(simcord_env, collections.shared)
    yield world
    world.errors.clear()  # what was refused was told to the person


def serve(site: Site, *titles: str, at: str = "/feed") -> str:
    """Serve a feed and its pages; return its address."""
    for title in titles:
        page = PAGE.format(title=title).encode()
        site.page(f"/{title.split()[-1]}", page)
    entries = "".join(
        f'<entry><title>{t}</title><link href="{site.root}/{t.split()[-1]}"/></entry>'
        for t in titles
    )
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'
    return site.page(at, feed.encode(), "application/atom+xml")


async def watch(world: World, **options: Any) -> InteractionResult:
    return await world.admin.slash(world.channel, "admin watch", **options)


async def look(world: World) -> None:
    """Look at all feeds as if their time had come."""
    bot: Any = world.bot
    for feed in await take_turn(world):
        await check_feed(bot, feed)
    await world.env.settle()


async def take_turn(world: World) -> list[Feed]:
    """Return the feeds to look at, the operator's too, whoever looked at them just before."""
    await world.bot.records.end_turn("feeds", "")
    return await list_due(world.bot, 0.0)


async def titles(world: World, guild: int | None = None) -> list[str]:
    engine = await world.bot.collections.of(guild or world.guild.id)
    return [article.title for article in engine.sources()] if engine else []


async def test_a_feed_is_watched_and_each_new_story_announced(world: World, site: Site) -> None:
    address = serve(site, "La crue")
    shown = await watch(world, address=address, announce=world.other_channel)
    text = text_of(shown.response)
    assert "1 sur 2 que ce serveur peut suivre :" in text
    assert f"annoncé dans <#{world.other_channel.id}> · première lecture d’ici deux minutes" in text
    await look(world)
    assert await titles(world) == ["La crue"]
    assert world.other_channel.last_message is None
    serve(site, "La crue", "Le feu")
    await look(world)
    told = world.other_channel.last_message
    assert text_of(told).startswith("-# Nouvel article\n**[Le feu](<http://127.0.0.1")
    assert "> « Le feu : les \\*pompiers\\* sont venus dimanche. »" in text_of(told)
    assert "-# La Gazette · <t:1529578800:D>" in text_of(told)
    assert [*buttons_of(told)] == ["Question sur cet article"]
    form = await world.member.click(told, label="Question sur cet article")
    answered = await world.member.submit_modal(form, {"question": "Quand sont-ils repartis ?"})
    assert "repartis lundi soir" in text_of(answered.response)
    before = world.other_channel.last_message
    await look(world)
    assert world.other_channel.last_message == before


async def test_it_is_listed_and_watched_no_more(world: World, site: Site) -> None:
    world.locale = "en-GB"
    await watch(world, address=serve(site, "La crue"))
    await watch(world, address=serve(site, "Le feu", at="/other"))
    full = await watch(world, address=f"{site.root}/third")
    assert "This server may watch 2 feeds, and does: stop one first." in text_of(full.response)
    offered = await world.admin.autocomplete(world.channel, "admin watch", "stop", "other")
    assert [each["name"] for each in offered] == [f"{site.root}/other"]
    left = await watch(world, stop=offered[0]["value"])
    assert "1 of 2 that this server may watch:" in text_of(left.response)
    assert "other" not in text_of(left.response)
    gone = await watch(world, stop=offered[0]["value"])
    assert "This feed is not watched here" in text_of(gone.response)


async def test_a_channel_that_is_gone_is_not_named_and_one_alone_announces_nothing(
    world: World,
) -> None:
    address = "https://gazette.example/feed"
    await world.bot.records.keep(Feed(world.guild.id, address, world.channel.id))
    assert "annoncé dans" in text_of((await watch(world)).response)
    (feed,) = await world.bot.records.feeds(world.guild.id)
    await world.bot.records.change_feed(feed.n, channel=12345)
    told = text_of((await watch(world)).response)
    assert address in told.replace("\\", "")
    assert "annoncé dans" not in told
    for locale, said in (("fr", "l’option « adresse »"), ("en-GB", "the option “address”")):
        world.locale = locale
        told = text_of((await watch(world, announce=world.channel)).response)
        assert said in told


async def test_what_is_no_feed_is_told_and_not_watched(world: World, site: Site) -> None:
    site.page("/page", PAGE.format(title="Le feu").encode())
    told = await watch(world, address=f"{site.root}/page")
    assert "n’est ni un flux ni un plan de site" in text_of(told.response)
    listed = await watch(world)
    assert "Aucun encore, sur 2 que ce serveur peut suivre." in text_of(listed.response)


async def test_a_feed_that_fails_later_says_why_in_the_list(world: World, site: Site) -> None:
    address = serve(site, "La crue")
    await watch(world, address=address)
    del site.routes["/feed"]
    await look(world)
    assert "la page n’existe pas" in text_of((await watch(world)).response)


async def test_one_servers_feed_is_not_seen_taken_or_announced_on_another(
    world: World, site: Site
) -> None:
    """Not even where the row names a channel of another server."""
    records = world.bot.records
    await records.keep(Feed(world.guild.id, serve(site, "La crue"), world.their_channel.id))
    await look(world)
    serve(site, "La crue", "Le feu")
    await look(world)
    assert await titles(world) == ["La crue", "Le feu"]
    assert await titles(world, world.elsewhere.id) == []
    assert world.their_channel.last_message is None
    assert await records.feeds(world.elsewhere.id) == []


async def test_members_watch_nothing(world: World, site: Site) -> None:
    world.guild._guild.members[world.admin.id].role_ids.clear()
    with pytest.raises(Exception, match="permissions"):
        await watch(world, address=serve(site, "La crue"))


def follow(world: World, *addresses: str) -> None:
    """Have the operator's settings name some feeds."""
    watched = WatchSettings(feeds=addresses)
    world.bot.settings = world.bot.settings.model_copy(update={"watch": watched})


async def test_the_operators_feeds_are_for_all_and_told_to_the_log_alone(
    world: World, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.page("/robots.txt", b"User-agent: *\nDisallow: /feu", "text/plain")
    follow(world, serve(site, "La crue", "Le feu"), "http://127.0.0.1:1/feed")
    await look(world)
    await look(world)
    titles_of_all = [article.title for article in world.bot.collections.shared.sources()]
    assert (titles_of_all, await titles(world)) == (["La crue"], [])
    assert "/feu" not in site.paths
    assert caplog.text.count("robots.txt says so") == 1
    assert caplog.text.count("http://127.0.0.1:1/feed cannot be fetched") == 1
    assert "Aucun encore" in text_of((await watch(world)).response)
    assert await world.bot.records.guilds() == set()


async def test_one_process_at_a_time_looks_at_the_operators_feeds(world: World, site: Site) -> None:
    follow(world, serve(site, "La crue"))
    assert [feed.guild for feed in await take_turn(world)] == [OPERATOR]
    assert await list_due(world.bot, 0.0) == []  # it is another's turn


async def test_a_feed_that_the_settings_name_no_more_is_watched_no_more(world: World) -> None:
    for addresses in (["http://a.example/1", "http://a.example/2"], ["http://a.example/2"]):
        follow(world, *addresses)
        assert sorted(feed.address for feed in await take_turn(world)) == addresses


def test_what_is_wrong_with_a_feed_does_not_repeat_its_address() -> None:
    address = "https://gazette.example/flux"
    trouble = f"{address} cannot be fetched: the page does not exist."
    fr, en = (Languages.load().of(code) for code in ("fr", "en"))
    told = texts_of(draw_feeds([Feed(1, address, trouble=trouble)], 5, 60, fr))
    assert told.count("gazette.example") == 1
    assert "- Cette adresse ne peut pas être téléchargée" in told
    assert "- Full." in texts_of(draw_feeds([Feed(1, address, trouble="Full.")], 5, 60, en))
