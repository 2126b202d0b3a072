"""What people undo behind the bot's back, over the wire in both languages."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.translate import Languages
from tests.bot.people import plainly
from tests.bot.wire.running import running
from tests.bot.wire.state import EVERYTHING
from tests.bot.wire.test_editing import button
from tests.bot.wire.test_talking import text_of
from tests.fakes import RIVER, FakeEngine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.bot.wire.server import FakeDiscord
    from tests.bot.wire.state import Channel, Json, User

QUESTION = "Que compare la lettre des employés d’Amazon ?"
QUOTE = "La lettre compare"


class Desk:
    """A server with a reader and an editor of one language, and the bot over a few articles."""

    def __init__(self, server: FakeDiscord, engine: FakeEngine, locale: str) -> None:
        self.server, self.engine, self.locale = server, engine, locale
        self.guild = server.add_guild("Gazette", locale=locale, is_community=True)
        self.ana = server.add_member(self.guild, "Ana", locale=locale)
        self.bea = server.add_member(self.guild, "Bea", permissions=EVERYTHING, locale=locale)
        self.home = server.world.home(self.ana)
        languages = Languages.load()
        self.language = languages.find(locale) or languages.default

    def say(self, key: str, **values: object) -> str:
        """Return a sentence in the language of this server, with plain spaces."""
        return plainly(self.language(key, **values))

    async def command(self, name: str, user: User | None = None, **options: object) -> str:
        """Use a command, by default as the reader; return what its answer says."""
        done = await self.server.slash(name, options, user=user or self.ana)
        return text_of(await done.answer())

    async def ask(self, **options: object) -> str:
        return await self.command("ask", question=QUESTION, **options)

    def posted(self, room: Channel) -> list[Json]:
        """Return the messages of a channel."""
        found = self.server.world.messages.values()
        return [each for each in found if each["channel_id"] == str(room.id)]

    async def settle(self) -> None:
        """Wait until the bot has handled what was sent to it before."""
        await self.command("help")


@pytest.fixture(params=["fr", "en-GB"])
async def desk(
    monkeypatch: pytest.MonkeyPatch,
    server: FakeDiscord,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Desk]:
    found = Desk(server, FakeEngine(), request.param)
    async with running(monkeypatch, server, found.engine, tmp_path):
        await server.connected()
        yield found


async def test_a_deleted_channel_is_no_longer_one_to_answer_in(desk: Desk) -> None:
    """Without any left the bot answers in none, until somebody chooses another."""
    rooms = [desk.server.add_channel(desk.guild, name) for name in ("questions", "archives")]
    for room in rooms:
        await desk.command("admin settings", desk.bea, allow=room)
    desk.server.remove_channel(rooms[0])
    await desk.settle()
    told = await desk.ask()
    assert f"<#{rooms[0].id}>" not in told
    assert f"<#{rooms[1].id}>" in told
    desk.server.remove_channel(rooms[1])
    await desk.settle()
    assert desk.say("error-channel-gone") in await desk.ask()
    assert desk.say("rules-nowhere") in await desk.command("admin settings", desk.bea)
    told = await desk.command("admin settings", desk.bea, allow=desk.home)
    assert desk.say("rules-channels", channels=f"<#{desk.home.id}>") in told
    assert QUOTE in await desk.ask()
    told = await desk.command("admin settings", desk.bea, forbid=desk.home)
    assert desk.say("rules-channels", channels=desk.say("rules-everywhere")) in told


async def test_a_deleted_newsroom_is_not_offered_and_a_deleted_role_not_named(desk: Desk) -> None:
    room, role = desk.server.add_channel(desk.guild, "n"), desk.server.add_role(desk.guild, "r")
    shown = await desk.command("admin settings", desk.bea, newsroom=room, editors=role)
    assert f"<#{room.id}>" in shown
    assert f"<@&{role['id']}>" in shown
    desk.server.remove_channel(room)
    desk.server.remove_role(desk.guild, role)
    await desk.settle()
    shown = await desk.command("admin settings", desk.bea)
    assert desk.say("rules-news-none") in shown
    assert desk.say("rules-editors-none") in shown
    asked = await desk.server.slash("ask", {"question": "Qui cuit la tarte ?"}, user=desk.ana)
    assert "v:news" not in str(await asked.answer())


async def test_settings_that_contradict_each_other_change_nothing(desk: Desk) -> None:
    told = await desk.command("admin settings", desk.bea, allow=desk.home, forbid=desk.home)
    assert told == desk.say("error-same-channel")
    shown = await desk.command("admin settings", desk.bea)
    assert desk.say("rules-channels", channels=desk.say("rules-everywhere")) in shown
    assert desk.say("rules-cooldown-user", seconds=0.0) in shown
    assert "0" not in desk.say("rules-cooldown-user", seconds=0.0)


async def test_a_button_pressed_twice_at_once_acts_once(desk: Desk) -> None:
    """The answer is posted once, and the newsroom gets the question once."""
    server, room = desk.server, desk.server.add_channel(desk.guild, "newsroom")
    await desk.command("admin settings", desk.bea, newsroom=room)
    private = await server.slash("ask", {"question": QUESTION, "public": False}, user=desk.ana)
    refused = await server.slash("ask", {"question": "Qui cuit la tarte ?"}, user=desk.ana)
    consent = await server.click(
        await refused.answer(), button(await refused.answer(), "v:news"), user=desk.ana
    )
    for card, name in ((await private.answer(), "v:pub"), (await consent.answer(), "v:agree")):
        before, pressed = text_of(card) + name, button(card, name)
        clicks = [await server.click(card, pressed, user=desk.ana) for _ in range(2)]
        for click in clicks:
            await click.ack()
        await server.until(lambda card=card, name=name: name not in str(card["components"]))
        await desk.settle()
        posted = [follow for click in clicks for follow in click.followups]
        sent = desk.posted(room)
        assert (len(posted), len(sent)) == ((1, 0) if name == "v:pub" else (0, 1)), before


async def test_what_was_typed_is_given_back_with_a_mistake(desk: Desk) -> None:
    """In a form and with a command; a long text comes as a file."""
    server, long = desk.server, "Le pont est fermé. " * 180
    asked = await desk.command("ask", question="Que dit ```la lettre``` ?", since="bientôt")
    assert "Que dit `\u200b``la lettre`\u200b`` ?" in asked
    server.make_operator(desk.bea)
    desk.engine.put(replace(RIVER, text=long, id="pont", title="Le pont"))
    form = await server.slash(
        "admin edit", {"article": "Le pont", "text": True, "shared": True}, user=desk.bea
    )
    await form.ack()
    desk.engine.put(replace(RIVER, text="Le pont est ouvert.", id="pont", title="Le pont"))
    done = await server.submit(form, {"text1": long + "Vraiment."})
    told = await done.answer()
    assert desk.say("error-text-moved") in text_of(told)
    (file,) = told["attachments"]
    assert "Vraiment." in server.world.files[int(file["id"])][1].decode()


async def test_what_people_delete_leaves_no_trace_in_the_log(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """An answer that is dismissed or too late, a channel, and the message of a button."""
    server = desk.server
    caplog.set_level(logging.WARNING)
    desk.engine.delay = 0.3
    dismissed = await server.slash("ask", {"question": QUESTION, "public": False}, user=desk.ana)
    await dismissed.ack()
    assert dismissed.original
    server.messages.delete(dismissed.original)
    room = server.add_channel(desk.guild, "brief")
    await server.mention(QUESTION, user=desk.ana, channel=room)
    await server.until(lambda: desk.engine.asked)
    server.remove_channel(room)
    late = await server.slash("ask", {"question": QUESTION}, user=desk.ana)
    server.clock.advance(4)
    await server.until(lambda: 404 in server.faults.statuses("POST", "/callback"))
    desk.engine.delay = 0.0
    shown = await (await server.slash("sources", user=desk.ana)).answer()
    pressed = button(shown, "v:list")
    server.messages.delete(shown)
    click = await server.click(shown, pressed, user=desk.ana)
    await server.until(lambda: click.followups)
    assert text_of(click.followups[0]) == text_of(shown)  # the list, to who wants it
    assert not late.acknowledged
    assert [r for r in caplog.records if r.levelno > logging.WARNING or r.exc_info] == []
    assert "Traceback" not in caplog.text
    assert "File " not in caplog.text


async def test_the_bots_own_answer_and_a_message_of_two_words_are_not_checked(desk: Desk) -> None:
    """By the menu and in reply alike."""
    server, me = desk.server, f"<@{desk.server.world.bot.id}>"
    answer = await server.reply_to(await server.mention(QUESTION, user=desk.ana))
    short = await server.say(f"{me} Oui non", user=desk.bea, channel=desk.home)
    await server.reply_to(short)
    wish = f"{me} {desk.language('check-words').partition(',')[0]}"
    for message, key in ((answer, "error-own"), (short, "error-no-text")):
        menu = await server.menu("Find the sources", message, user=desk.ana)
        assert text_of(await menu.answer()) == desk.say(key)
        asked = await server.say(wish, user=desk.ana, channel=desk.home, reply_to=message)
        assert text_of(await server.reply_to(asked)) == desk.say(key)
    assert desk.say("error-check-what") in await desk.command(
        "ask", question=desk.language("check-words").partition(",")[0]
    )


async def test_a_command_that_is_sent_as_a_message_is_told_and_a_month_is_explained(
    desk: Desk,
) -> None:
    told = await desk.server.reply_to(await desk.server.dm("/ask Qui est-ce ?", user=desk.ana))
    assert text_of(told) in {
        plainly(each("error-typed-command")) for each in Languages.load()
    }  # a private message says no language but that of its words
    told = await desk.command("sources", month="bientôt")
    assert told == desk.say("error-month", text="bientôt")


async def test_the_newsroom_sees_what_was_answered_in_the_language_of_the_server(
    desk: Desk,
) -> None:
    """Whatever language the editor reads, and a channel that is closed keeps no question."""
    server, room = desk.server, desk.server.add_channel(desk.guild, "newsroom")
    other = "en-GB" if desk.locale == "fr" else "fr"
    eve = server.add_member(desk.guild, "Eve", permissions=EVERYTHING, locale=other)
    await desk.command("admin settings", desk.bea, newsroom=room)
    consents = []
    for question in ("Qui cuit la tarte ?", "Qui a volé le vélo de Zoé ?"):
        refused = await server.slash("ask", {"question": question}, user=desk.ana)
        card = await refused.answer()
        consent = await server.click(card, button(card, "v:news"), user=desk.ana)
        consents.append(await consent.answer())
    await server.click(consents[0], button(consents[0], "v:agree"), user=desk.ana)
    await server.until(lambda: desk.posted(room))
    (sent,) = desk.posted(room)
    form = await server.click(sent, button(sent, "v:reply"), user=eve)
    await form.ack()
    await server.submit(form, {"words": "Bea, à Tours."})
    await server.until(lambda: "Bea, à Tours." in text_of(sent))
    assert desk.say("news-closed", name=f"<@{eve.id}>") in text_of(sent)
    room.can_send = False
    click = await server.click(consents[1], button(consents[1], "v:agree"), user=desk.ana)
    await server.until(lambda: click.followups)
    assert text_of(click.followups[0]) == desk.say("error-newsroom")
    assert "vélo" not in await desk.command("privacy")


async def test_a_source_or_a_filter_that_finds_nothing_says_what_does(desk: Desk) -> None:
    told = await desk.command("sources", source="Nulle part")
    assert told == desk.say("error-source-unknown", text="Nulle part")
    assert desk.say("sources-none", text="zzz") in await desk.command("sources", filter="zzz")


async def test_in_a_closed_thread_people_are_told_in_private(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    """Whether it was closed before or meanwhile; nothing that they asked is lost."""
    server = desk.server
    thread, dm = server.add_thread(desk.home, "brève"), server.world.dm(desk.ana)
    for is_before in (True, False):
        thread.is_closed, desk.engine.delay = is_before, 0.0 if is_before else 0.3
        asked = await server.slash("ask", {"question": QUESTION}, user=desk.ana, channel=thread)
        if not is_before:
            await asked.ack()
            thread.is_closed = True
        await server.until(lambda: desk.posted(dm))
        told = text_of(desk.posted(dm)[-1])
        assert desk.say("error-forbidden") in told
        assert QUESTION in told
        server.messages.delete(desk.posted(dm)[-1])
    await server.mention(QUESTION, user=desk.ana, channel=thread)
    await server.until(lambda: desk.posted(dm))
    assert f"<#{thread.id}>" in text_of(desk.posted(dm)[-1])
    assert [r for r in caplog.records if r.levelno > logging.WARNING or r.exc_info] == []
