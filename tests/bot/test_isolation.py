"""Two servers with articles of their own: each sees its own and the shared ones, and no others."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from simcord import actors
from simcord.components import walk_components

from bot.client import VerbatimBot
from bot.errors import BotError
from bot.ui.naming import Place, ref
from config.groups import DiscordSettings
from config.settings import Settings
from embeddings.collections import Collections
from embeddings.store.people import Vote
from embeddings.types import Filters
from tests.bot.making import make_bot
from tests.bot.people import World, select_of, text_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from simcord.env import Env
    from simcord.results import InteractionResult

    from embeddings.types import ArticleSummary

SHARED = "Le phare de Penmarch guide les bateaux vers la côte bretonne depuis longtemps."
OURS = "Le trésor du club se trouve derrière la cuisine du local de la rue Haute."
THEIRS = "La recette secrète du cidre demande trois pommes acides et beaucoup de patience."
QUESTION = "Où se trouve le trésor du club ?"
GONE = "Cet article n’est plus dans le corpus"


class Two(World):
    """Our server and theirs, each with an article of its own; a member of both."""

    collections: Collections

    async def prepare(self, collections: Collections, folder: Path) -> None:
        """Give each server its article."""
        self.collections = collections
        self.both_here = self.guild.add_member(both := self.env.create_user("Bob"))
        self.both_there = self.elsewhere.add_member(both)
        stories = {None: ("phare", SHARED), self.guild.id: ("local", OURS)}
        for server, (name, text) in (stories | {self.elsewhere.id: ("cidre", THEIRS)}).items():
            path = folder / f"{name}.md"
            head = f"id: {name}\ntitle: Titre {name}\nsource: Source {name}\ndate: 2020-01-01"
            path.write_text(f"---\n{head}\n---\n{text}\n\nFin de {name}.\n", encoding="utf-8")
            engine = await collections.create(server) if server else collections.shared
            await engine.add([str(path)])

    async def ours(self) -> ArticleSummary:
        """Return our server's own article."""
        return (await self.collections.list_visible(self.guild.id))[1].sources()[0]

    async def forged(self, old: str, new: str) -> InteractionResult:
        """Click, on their server, a button that was given another custom id."""
        shown = await self.stranger.slash(self.their_channel, "ask", question="cidre pommes acides")
        stored = actors._visible_message(self.stranger, shown.response)
        rename(stored.components, old, new)
        return await self.stranger.click(shown.response, custom_id=new)


def rename(components: list[dict[str, Any]], old: str, new: str) -> None:
    """Give the first button whose custom id begins so another one."""
    found = (c for c in walk_components(components) if str(c.get("custom_id")).startswith(old))
    next(found)["custom_id"] = new


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    discord = DiscordSettings(cooldown_user=0)
    data, seeds = tmp_path / "data", tmp_path / "none"
    return Settings(data=data, seeds=seeds, threshold=0.3, discord=discord)


@pytest.fixture
def simcord_bot(settings: Settings, collections: Collections) -> VerbatimBot:
    return make_bot(settings, collections)


@pytest.fixture
async def two(simcord_env: Env, collections: Collections, tmp_path: Path) -> AsyncIterator[Two]:
    world = Two(simcord_env, collections.shared)
    await world.prepare(collections, tmp_path)
    yield world
    world.errors.clear()  # what was refused was told to the person


def leaks(text: str) -> bool:
    """Say whether a text says anything of our server's own article."""
    return any(part in text for part in ("local", "trésor", "cuisine"))


async def test_a_member_of_both_servers_sees_on_each_what_is_its_own(two: Two) -> None:
    here = await two.both_here.slash(two.channel, "ask", question=QUESTION)
    assert "derrière la cuisine" in text_of(here.response)
    there = await two.both_there.slash(two.their_channel, "ask", question=QUESTION)
    assert not leaks(text_of(there.response).replace(QUESTION, ""))


async def test_both_servers_and_a_private_conversation_see_the_shared_one(two: Two) -> None:
    question = "Que fait le phare de Penmarch ?"
    for answered in (
        await two.member.slash(two.channel, "ask", question=question),
        await two.stranger.slash(two.their_channel, "ask", question=question),
        await two.friend.slash("ask", question=question),
    ):
        assert "guide les bateaux" in text_of(answered.response)


async def test_in_private_nothing_is_seen_of_any_servers_own(two: Two) -> None:
    answered = await two.friend.slash("ask", question=QUESTION)
    assert not leaks(text_of(answered.response).replace(QUESTION, ""))
    listed = await two.friend.slash("sources")
    assert "Titre phare" in text_of(listed.response)
    assert "Titre local" not in text_of(listed.response)
    await two.friend.send_dm(QUESTION)
    reply = two.friend.dm_channel.last_message
    assert not leaks(text_of(reply).replace(QUESTION, ""))


async def test_a_mention_is_answered_with_what_its_server_sees(two: Two) -> None:
    me = two.bot.user
    assert me
    await two.member.send(two.channel, f"{me.mention} {QUESTION}")
    assert "derrière la cuisine" in text_of(two.channel.last_message)
    await two.stranger.send(two.their_channel, f"{me.mention} {QUESTION}")
    assert "derrière la cuisine" not in text_of(two.their_channel.last_message)


async def test_the_list_and_its_suggestions_show_what_its_server_sees(two: Two) -> None:
    listed = text_of((await two.member.slash(two.channel, "sources")).response)
    assert ("Titre local" in listed, "Titre phare" in listed, "cidre" in listed) == (1, 1, 0)
    for member, channel, names in (
        (two.member, two.channel, {"Titre local", "Titre phare"}),
        (two.stranger, two.their_channel, {"Titre cidre", "Titre phare"}),
    ):
        for typed in ("", "titre", "local", "cidre"):
            found = await member.autocomplete(channel, "source", "title", typed)
            assert {choice["name"] for choice in found} <= names
        sources = await member.autocomplete(channel, "ask", "source", "source")
        assert {c["name"] for c in sources} == {n.replace("Titre", "Source") for n in names}


async def test_another_servers_article_is_not_opened_by_title_id_or_name(two: Two) -> None:
    article = await two.ours()
    for title in ("Titre local", "local", ref(article), "server-1/local"):
        shown = await two.stranger.slash(two.their_channel, "source", title=title)
        assert "Aucun article ne porte ce titre" in text_of(shown.response)
    here = await two.member.slash(two.channel, "source", title=ref(article))
    assert "derrière la cuisine" in text_of(here.response)


async def test_a_filter_by_another_servers_source_finds_nothing(two: Two) -> None:
    asked = await two.stranger.slash(
        two.their_channel, "ask", question=QUESTION, source="Source local"
    )
    said = text_of(asked.response).replace(QUESTION, "").replace("Source local", "")
    assert not leaks(said)


async def test_the_menu_of_a_message_looks_where_it_was_written(two: Two) -> None:
    written = await two.stranger.send(two.their_channel, OURS)
    found = await two.stranger.context_menu(two.their_channel, "Find the sources", written)
    assert "Titre local" not in text_of(found.response)


@pytest.mark.parametrize("button", ["v:ctx:", "v:then:", "v:read:"])
async def test_a_forged_button_finds_nothing_of_another_server(two: Two, button: str) -> None:
    article = await two.ours()
    passage = (await two.bot.open_guild_scope(two.guild.id)).passages(article)[0]
    new = {
        "v:ctx:": f"v:ctx:{Place.of(article, passage)}",
        "v:then:": f"v:then:{ref(article)}",
        "v:read:": f"v:read:{ref(article)}.0",
    }[button]
    shown = await two.forged("v:ctx:" if button == "v:read:" else button, new)
    said = "\n".join(text_of(message) for message in (shown.response, *shown.followups))
    assert GONE in said
    assert not leaks(said)


async def test_a_forged_button_for_more_finds_nothing_of_another_server(two: Two) -> None:
    article = await two.ours()
    scope = f"...{ref(article)}"
    shown = await two.forged("v:then:", f"v:more:0:{scope}")
    assert not leaks(text_of(shown.response))


async def test_the_buttons_of_an_own_article_work_on_its_server(two: Two) -> None:
    answered = await two.ask(QUESTION)
    shown = walk_components(answered.response.components)
    buttons = [c["custom_id"] for c in shown if str(c.get("custom_id")).startswith("v:ctx:")]
    context = await two.member.click(answered.response, custom_id=buttons[0])
    assert "**Le trésor du club" in text_of(context.response)
    article = await two.ours()
    follow = await two.member.click(answered.response, custom_id=f"v:then:{ref(article)}")
    again = await two.member.submit_modal(follow, {"question": "Où est la cuisine du local ?"})
    assert "derrière la cuisine" in text_of(again.response)
    listed = await two.member.slash(two.channel, "sources")
    chosen = await two.member.select(
        listed.response, [ref(article)], custom_id=select_of(listed.response)["custom_id"]
    )
    assert "derrière la cuisine" in text_of(chosen.response)


async def test_an_own_answer_is_published_on_its_server(two: Two) -> None:
    private = await two.ask(QUESTION, public=False)
    await two.member.click(private.response, custom_id="v:pub")
    assert "derrière la cuisine" in text_of(two.channel.last_message)


async def test_a_vote_on_an_own_article_becomes_a_label_of_its_server(two: Two) -> None:
    article = await two.ours()
    answered = await two.ask(QUESTION)
    await two.member.click(answered.response, label="Utile")
    votes = await two.bot.records.find(Vote, guild=two.guild.id)
    assert [vote.article for vote in votes] == [ref(article)]


async def test_a_server_that_removed_the_bot_is_served_the_shared_one_alone(two: Two) -> None:
    two.bot._connection._remove_guild(two.bot.get_guild(two.guild.id))
    answered = await two.member.slash(two.channel, "ask", question=QUESTION)
    assert not leaks(text_of(answered.response).replace(QUESTION, ""))


async def test_a_question_can_be_kept_to_an_own_article_of_a_shared_ones_id(
    two: Two, tmp_path: Path
) -> None:
    path = tmp_path / "phare.md"
    path.write_text(f"---\nid: phare\ntitle: Notre phare\n---\n{OURS}\n", encoding="utf-8")
    engine = await two.collections.of(two.guild.id)
    assert engine
    await engine.add([str(path)])
    seen = await two.bot.open_guild_scope(two.guild.id)
    both = [a for a in seen.catalogue.articles if a.id == "phare"]
    for one, text in zip(both, (SHARED, OURS), strict=True):
        only = Filters(article_id="phare", collection=one.collection)
        assert next(h.text for h in (await seen.ask(text, only, top_k=1)).hits) == text


async def test_what_is_seen_from_a_place_reads_no_article_of_another(two: Two) -> None:
    article = await two.ours()
    here, elsewhere = [await two.bot.open_guild_scope(g.id) for g in (two.guild, two.elsewhere)]
    assert OURS in (await here.read(article)).text
    assert here.passages(article)
    with pytest.raises(BotError, match="article-gone"):
        elsewhere.passages(article)
    with pytest.raises(BotError, match="article-gone"):
        await elsewhere.read(article)


async def test_the_list_follows_what_is_added_on_a_server(two: Two, tmp_path: Path) -> None:
    path = tmp_path / "neuf.md"
    path.write_text(f"---\nid: neuf\ntitle: Titre neuf\n---\n{OURS}\n", encoding="utf-8")
    before = text_of((await two.member.slash(two.channel, "sources")).response)
    engine = await two.collections.of(two.guild.id)
    assert engine
    await engine.add([str(path)])
    after = text_of((await two.member.slash(two.channel, "sources")).response)
    assert ("Titre neuf" in before, "Titre neuf" in after) == (False, True)


async def test_status_does_not_tell_which_other_servers_have_articles(two: Two) -> None:
    shown = await two.admin.slash(two.channel, "admin status")
    assert "server-" not in text_of(shown.response)
    assert "1 article" in text_of(shown.response)


async def test_an_admin_changes_the_articles_of_their_server_alone(two: Two) -> None:
    await two.admin.slash(two.channel, "admin reindex", full=True)
    shared = two.collections.shared.snapshots()
    assert len(shared) == 1
    own = await two.collections.of(two.guild.id)
    assert own
    assert len(own.snapshots()) == 2
    refused = await two.admin.slash(two.channel, "admin reindex", shared=True)
    assert "Seul l’opérateur" in text_of(refused.response)
    assert two.collections.shared.snapshots() == shared


async def test_the_operator_named_in_the_settings_may_change_the_shared_articles(two: Two) -> None:
    bot = two.bot
    named = bot.settings.discord.model_copy(update={"admin_users": (two.admin.id,)})
    bot.settings = bot.settings.model_copy(update={"discord": named})
    await two.admin.slash(two.channel, "admin reindex", shared=True, full=True)
    assert len(two.collections.shared.snapshots()) == 2


@pytest.mark.parametrize("patience", [0.0])
async def test_who_comes_while_the_articles_are_loaded_is_told_to_come_again(
    two: Two, monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    two.collections._opened.clear()
    monkeypatch.setattr("bot.context.LONG", patience)
    told = await two.member.slash(two.channel, "sources")
    assert "sont en train d’être chargés" in text_of(told.response)
    monkeypatch.undo()
    listed = await two.member.slash(two.channel, "sources")
    assert "Titre local" in text_of(listed.response)


async def test_an_admin_is_given_the_articles_of_their_server_alone(two: Two) -> None:
    given = await two.admin.slash(two.channel, "admin export", articles=True)
    assert "Un article, avec son historique" in text_of(given.response)
    data = await given.response.attachments[0].read()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist()]
    assert sum("trésor du club" in text for text in texts) == 1
    assert not any("cidre" in text or "phare" in text for text in texts)


async def test_an_admin_is_not_given_the_shared_articles(two: Two) -> None:
    refused = await two.admin.slash(two.channel, "admin export", articles=True, shared=True)
    assert "Seul l’opérateur" in text_of(refused.response)
