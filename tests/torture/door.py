"""How other processes come to the people of the fake Discord: ask, command, press; over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.bot.wire.messages import controls_of, text_of
from tests.bot.wire.rules import LOADING
from tests.bot.wire.state import ADMIN

if TYPE_CHECKING:
    from tests.bot.wire.gateway import Session
    from tests.bot.wire.interactions import Interaction
    from tests.bot.wire.server import FakeDiscord
    from tests.bot.wire.state import Json, User

PATIENCE = 60.0
"""Seconds after which a question that nobody answered is one without an answer."""
EACH = 24
"""People for each asker on each shard."""


@dataclass(eq=False)
class Asked:
    """A question that reached a bot.

    Attributes:
        who: The asker.
        town: What it is about.
        shard: Which bot it went to.
        life: Which of that bot's lives.
        began: When, in seconds of the clock that everybody here shares.
        ended: When it was answered; None: it was not.
        reply: All that the answer shows.
        lost: The bot was killed before it answered.
    """

    who: str
    town: str
    shard: int
    life: str
    began: float
    ended: float | None = None
    reply: str = ""
    lost: bool = False


@dataclass
class Place:
    """A server of one shard, and who is on it."""

    people: dict[str, list[User]] = field(default_factory=dict)
    operator: User | None = None


class Door:
    """Keeps what was asked and what was answered, whatever becomes of who asked.

    Args:
        server: The fake Discord.
        shards: How many bots there are, one shard each.
    """

    def __init__(self, server: FakeDiscord, shards: int) -> None:
        self._server = server
        self._shards = shards
        self._places: dict[int, Place] = {}
        self._down = set(range(shards))
        self._open: dict[Asked, asyncio.Event] = {}
        self.asked: list[Asked] = []
        self.url = ""

    async def settle(self, askers: list[str]) -> None:
        """Make a server on each shard, with people for each asker and the operator."""
        while len(self._places) < self._shards:
            guild = self._server.add_guild("Rédaction")
            shard = (guild.id >> 22) % self._shards
            place = self._places.setdefault(shard, Place())
            if not place.people:
                place.operator = self._operator(guild)
                for who in askers:
                    names = [f"{who} {n}" for n in range(EACH)]
                    place.people[who] = [self._server.add_member(guild, name) for name in names]
            await asyncio.sleep(0.001)  # an id holds its millisecond, and that decides on the shard

    def _operator(self, guild: Any) -> User:
        found = next((p.operator for p in self._places.values() if p.operator), None)
        if found is None:
            found = self._server.add_member(guild, "Ada", permissions=ADMIN)
            self._server.make_operator(found)
            return found
        first = next(iter(self._server.world.guilds.values()))
        guild.members[found.id] = first.members[found.id]
        return found

    @contextlib.asynccontextmanager
    async def opened(self) -> Any:
        """Listen until the block ends."""
        app = web.Application()
        routes = [("/ask", self._ask), ("/command", self._command), ("/press", self._press)]
        app.add_routes([web.post(path, handler) for path, handler in routes])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = "http://{}:{}".format(*runner.addresses[0][:2])
        try:
            yield self
        finally:
            await runner.cleanup()

    # The bots

    def session(self, shard: int) -> Session | None:
        """Return the session of a bot that is there."""
        if shard in self._down:
            return None
        sessions = self._server.gateway.sessions.values()
        return next((s for s in sessions if s.shard[0] == shard and s.connection), None)

    def gone(self, shard: int) -> int:
        """A bot is killed now; return how many questions were in its hands."""
        self._down.add(shard)
        lost = [asked for asked in self._open if asked.shard == shard and asked.ended is None]
        for asked in lost:
            asked.lost = True
            self._open[asked].set()
        sessions = self._server.gateway.sessions
        for id_ in [id_ for id_, s in sessions.items() if s.shard[0] == shard]:
            del sessions[id_]
        self._server.changes.notify()
        return len(lost)

    async def back(self, shard: int, seconds: float = 120) -> None:
        """Wait until a bot that was started is on Discord."""
        sessions = self._server.gateway.sessions
        await self._server.until(
            lambda: any(s.shard[0] == shard and s.connection for s in sessions.values()), seconds
        )
        self._down.discard(shard)

    async def quiet(self) -> None:
        """Wait until nobody waits for an answer any more."""
        while self._open:  # noqa: ASYNC110 - each has its own end, soon
            await asyncio.sleep(0.1)

    # What comes in

    async def _ask(self, request: web.Request) -> web.Response:
        """Ask as one of an asker's people; 503 where no bot is."""
        said = await request.json()
        shard = said["shard"]
        session = self.session(shard)
        if session is None:
            return web.json_response({"away": shard}, status=503)
        person = self._places[shard].people[said["who"]][said["person"]]
        asked = Asked(said["who"], said["town"], shard, session.id, time.time())
        self.asked.append(asked)
        one = await self._server.slash("ask", {"question": said["question"]}, user=person)
        await self._answered(asked, one)
        return web.json_response(asdict(asked))

    async def _answered(self, asked: Asked, one: Interaction) -> None:
        over = self._open[asked] = asyncio.Event()
        answer = asyncio.create_task(one.answer(PATIENCE))
        lost = asyncio.create_task(over.wait())
        await asyncio.wait({answer, lost}, return_when=asyncio.FIRST_COMPLETED)
        del self._open[asked]
        lost.cancel()
        if answer.done() and not answer.exception() and not asked.lost:
            asked.ended, asked.reply = time.time(), text_of(answer.result())
        answer.cancel()

    async def _command(self, request: web.Request) -> web.Response:
        """Do something as the operator, on the server of a shard."""
        said = await request.json()
        if self.session(said["shard"]) is None:
            return web.json_response({"away": said["shard"]}, status=503)
        options = {k: (v[0], v[1].encode("latin-1")) if isinstance(v, list) else v
                   for k, v in said["options"].items()}  # fmt: skip
        operator = self._places[said["shard"]].operator
        assert operator is not None
        guilds = self._server.world.guilds.values()
        there = (g for g in guilds if operator.id in g.members)
        guild = next(g for g in there if (g.id >> 22) % self._shards == said["shard"])
        one = await self._server.slash(
            said["name"], options, user=operator, channel=guild.channels[0]
        )
        return await self._shown(one, said)

    async def _press(self, request: web.Request) -> web.Response:
        """Press a button of what the operator was shown."""
        said = await request.json()
        message = self._server.world.messages[int(said["message"])]
        operator = next(p.operator for p in self._places.values() if p.operator)
        one = await self._server.click(message, said["button"], user=operator)
        return await self._shown(one, said)

    async def _shown(self, one: Interaction, said: Json) -> web.Response:
        """Wait for words in the answer; return what it shows by then, or in the end."""
        session = self.session(said["shard"])

        def over() -> bool:
            return _settled(one, said["until"]) or self.session(said["shard"]) is not session

        with contextlib.suppress(TimeoutError):
            await one.changes.until(over, said["seconds"])
        if not _settled(one, said["until"]) and self.session(said["shard"]) is not session:
            return web.json_response({"lost": True})
        shown = one.followups[-1] if one.followups else one.original
        if shown is None:
            return web.json_response({"text": "", "message": "", "buttons": []})
        buttons = [c["custom_id"] for c in controls_of(shown) if "custom_id" in c]
        return web.json_response(
            {"text": text_of(shown), "message": shown["id"], "buttons": buttons}
        )


def _settled(one: Interaction, until: str) -> bool:
    messages = [m for m in (one.original, *one.followups) if m and not m["flags"] & LOADING]
    return any(re.search(until, text_of(message)) for message in messages)
