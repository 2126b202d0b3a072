"""The people of the fake Discord, and the two editors: they ask, and they change what is asked of.

All of them live in this process: what is tested are the bots, and the program's commands.
"""

from __future__ import annotations

import asyncio
import io
import json
import random
import re
import time
import zipfile
from typing import TYPE_CHECKING, Any

from tests.bot.wire.messages import controls_of, text_of
from tests.bot.wire.rules import LOADING
from tests.bot.wire.state import ADMIN
from tests.torture.processes import Command
from tests.torture.seen import DONE, LATER, REFUSED, Asked, Work
from tests.torture.stories import TOLD, Story, question, write

if TYPE_CHECKING:
    from tests.bot.wire.gateway import Session
    from tests.bot.wire.interactions import Interaction
    from tests.bot.wire.server import FakeDiscord
    from tests.bot.wire.state import Guild, User
    from tests.torture.processes import Machines

PATIENCE = 60.0
"""Seconds after which a question that nobody answered is one without an answer."""
COOLDOWN = 4.5
"""Seconds for which one person waits between two questions; the bots' own setting is 3."""
EACH = 72
"""People on each shard."""
LONGEST = 300.0
"""Seconds that a change may take."""
ANSWERING = 300.0
"""Seconds in which a bot that lives has answered an editor."""
WHATS = {"add": 12, "remove": 3, "edit": 2, "reindex": 1, "rollback": 3}
"""How often each is done."""
TRIES = 50
"""How often a work that is put off is tried again."""
DECIDING = "v:plan:ok:"
"""How the button begins that does what was proposed."""
_DONE = r"C’est fait|C’est publié|est retiré|est finie|sert désormais|Retour à"
_LATER = "déjà en cours"
_UNDERWAY = (
    r"Indexation\s: (?!environ)|L’indexation (?:commence|continue)|ce sera ensuite votre tour"
)
"""What an answer says that another one follows by itself."""
_PROPOSED = rf"{_UNDERWAY}|À confirmer|Ceci retire"


class Crowd:
    """Who asks: people on a server of each shard, each of whom waits between two questions.

    Args:
        server: The fake Discord.
        shards: How many bots there are, one shard each.
    """

    def __init__(self, server: FakeDiscord, shards: int) -> None:
        self._server, self._shards = server, shards
        self._free: dict[tuple[int, int], float] = {}
        self._people: dict[int, list[User]] = {}
        self._open: dict[Asked, asyncio.Event] = {}
        self._down = set(range(shards))
        self.guilds: dict[int, Guild] = {}
        self.asked: list[Asked] = []
        self.over = False

    async def settle(self) -> User:
        """Make a server on each shard, with its people; return the operator, who is on all."""
        operator: User | None = None
        while len(self.guilds) < self._shards:
            guild = self._server.add_guild("Rédaction")
            shard = (guild.id >> 22) % self._shards
            if shard not in self.guilds:
                self.guilds[shard] = guild
                named = (f"Membre {n}" for n in range(EACH))
                self._people[shard] = [self._server.add_member(guild, name) for name in named]
                self._free |= {(shard, n): 0.0 for n in range(EACH)}
                if operator is None:
                    operator = self._server.add_member(guild, "Ada", permissions=ADMIN)
                    self._server.make_operator(operator)
                    first = guild
                guild.members[operator.id] = first.members[operator.id]
            await asyncio.sleep(0.001)  # an id holds its millisecond, and that decides on the shard
        assert operator is not None
        return operator

    def session(self, shard: int) -> Session | None:
        """Return the session of a bot that is there."""
        if shard in self._down:
            return None
        sessions = self._server.gateway.sessions.values()
        return next((s for s in sessions if s.shard[0] == shard and s.connection), None)

    def lose(self, shard: int) -> int:
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

    async def welcome(self, shard: int, seconds: float) -> None:
        """Wait until a bot that was started is on Discord."""
        sessions = self._server.gateway.sessions
        await self._server.until(
            lambda: any(s.shard[0] == shard and s.connection for s in sessions.values()), seconds
        )
        self._down.discard(shard)

    async def keep_asking(self, chance: random.Random) -> None:
        """Ask one question after the other, of whichever bot is there, until it is ``over``."""
        while not self.over:
            await self.ask(chance.randrange(self._shards), chance.choice(TOLD))
            await asyncio.sleep(chance.random() * 0.8)

    async def ask(self, shard: int, town: str) -> Asked | None:
        """Ask as somebody who may; None where nobody may, or no bot is."""
        now, session = time.monotonic(), self.session(shard)
        free = [n for (s, n), since in self._free.items() if s == shard and since <= now]
        if not free or session is None:
            return None
        self._free[shard, free[0]] = now + PATIENCE + COOLDOWN
        asked = Asked(town, shard, session.id, time.time())
        self.asked.append(asked)
        person = self._people[shard][free[0]]
        one = await self._server.slash("ask", {"question": question(town)}, user=person)
        await self._wait(asked, one)
        self._free[shard, free[0]] = time.monotonic() + COOLDOWN
        return asked

    async def _wait(self, asked: Asked, one: Interaction) -> None:
        over = self._open[asked] = asyncio.Event()
        answer = asyncio.create_task(one.answer(PATIENCE))
        lost = asyncio.create_task(over.wait())
        try:
            await asyncio.wait({answer, lost}, return_when=asyncio.FIRST_COMPLETED)
            if answer.done() and not answer.exception() and not asked.lost:
                asked.ended, asked.reply = time.time(), text_of(answer.result())
        finally:
            del self._open[asked]
            lost.cancel()
            answer.cancel()


class Editor:
    """Somebody who never stops changing a paper's articles.

    Args:
        paper: Which paper's.
        chance: What they do next.
        works: Where all that they do is noted.
    """

    can_edit = False

    def __init__(self, paper: str, chance: random.Random, works: list[Work]) -> None:
        self.paper, self.chance, self.works = paper, chance, works
        self.over = False
        self._edition = 0
        self._there = set(TOLD)

    async def work(self) -> None:
        """Do one work after the other, until ``over``."""
        while not self.over:
            work = self.choose()
            self.works.append(work)
            await self.do(work)
            tries = 0
            while work.told == LATER and tries < TRIES:
                tries += 1
                await asyncio.sleep(self.chance.random())
                await self.do(work)
            self._remember(work)
            await asyncio.sleep(self.chance.random())

    async def do(self, work: Work) -> None:
        """Do it, and note in it what was told."""
        raise NotImplementedError

    def choose(self) -> Work:
        """Return what is done next."""
        what = self.chance.choices(list(WHATS), list(WHATS.values()))[0]
        if what == "edit" and not self.can_edit:
            what = "add"
        if what in ("remove", "edit") and len(self._there) > len(TOLD) // 2:
            return Work(self.paper, what, 0, [self.chance.choice(sorted(self._there))])
        if what in ("reindex", "rollback"):
            return Work(self.paper, what)
        self._edition += 1
        towns = self.chance.sample(TOLD, self.chance.randint(len(TOLD) // 2, len(TOLD)))
        return Work(self.paper, "add", self._edition, towns)

    def stories(self, work: Work) -> list[Story]:
        """Return what a work is about."""
        return [Story(work.paper, town, work.edition) for town in work.towns]

    def _remember(self, work: Work) -> None:
        """Keep in mind which articles are there, more or less: the other one may know better."""
        if work.told == DONE and work.what == "remove":
            self._there -= set(work.towns)
        elif work.what == "add":
            self._there |= set(work.towns)


class ShellEditor(Editor):
    """By ``python -m bot``, whose commands may be killed at any instant."""

    can_edit = True

    def __init__(self, machines: Machines, *given: Any) -> None:
        super().__init__(*given)
        self._machines = machines
        self.command = Command("", [])

    async def do(self, work: Work) -> None:
        self.command = Command(f"editor-{self.paper}", self._arguments(work))
        code, out, err = await self._machines.run(self.command)
        if code > 0:
            work.end(LATER if "Somebody else" in err else REFUSED, said=err)
        elif not code:
            reply = json.loads(out)
            report = reply if "snapshot" in reply else reply["report"] or {}
            work.end(DONE, str(report.get("snapshot", "")))

    def _arguments(self, work: Work) -> list[str]:
        stories = self.stories(work)
        if work.what == "add":
            folder = self._machines.folder / f"editions-{self.paper}" / str(work.edition)
            write(folder, stories)
            return ["add", str(folder)]
        if work.what == "edit":
            return ["edit", stories[0].id, "--author", f"Ada {work.began}"]
        more = {"remove": [story.id for story in stories], "reindex": ["--full"]}
        return [work.what, *more.get(work.what, [])]


class ChatEditor(Editor):
    """By /admin, as the operator, on a server of any shard."""

    def __init__(self, server: FakeDiscord, crowd: Crowd, operator: User, *given: Any) -> None:
        super().__init__(*given)
        self._server, self._crowd, self._operator = server, crowd, operator

    async def do(self, work: Work) -> None:
        shard = self.chance.choice(sorted(self._crowd.guilds))
        session = self._crowd.session(shard)
        if session is None:
            work.end(LATER)
            return
        name, options = self._command(work)
        channel = self._crowd.guilds[shard].channels[0]
        one = await self._server.slash(
            f"admin {name}", options | {"shared": True}, user=self._operator, channel=channel
        )
        shown = await self._show(one, _UNDERWAY, shard, session)
        buttons = [c["custom_id"] for c in controls_of(shown) if "custom_id" in c] if shown else []
        if shown and (decide := [each for each in buttons if each.startswith(DECIDING)]):
            one = await self._server.click(shown, decide[0], user=self._operator)
            shown = await self._show(one, _PROPOSED, shard, session)
        if shown:  # otherwise the bot was killed, and nobody told
            text = text_of(shown)
            told = LATER if _LATER in text else DONE if re.search(_DONE, text) else REFUSED
            work.end(told, said=text)

    async def _show(self, one: Interaction, waiting: str, shard: int, session: Session) -> Any:
        """Return the message that answers; None if the bot ended before.

        Raises:
            TimeoutError: It lives, and shows nothing but ``waiting``.
        """

        def find() -> Any:
            found = [m for m in (*one.followups[::-1], one.original) if m]
            said = ((m, text_of(m)) for m in found if not m["flags"] & LOADING)
            return next((m for m, text in said if text and not re.search(waiting, text)), None)

        try:
            await one.changes.until(
                lambda: find() or self._crowd.session(shard) is not session, ANSWERING
            )
        except TimeoutError:
            shown = text_of(one.original) if one.original else ""
            raise TimeoutError(f"within {ANSWERING:.0f} s a bot showed but {shown!r}") from None
        return find()

    def _command(self, work: Work) -> tuple[str, dict[str, Any]]:
        stories = self.stories(work)
        if work.what == "add":
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                for story in stories:
                    archive.writestr(f"{story.id}.md", story.text())
            return "add", {"file": ("edition.zip", packed.getvalue())}
        if work.what == "remove":
            return "remove", {"article": stories[0].id}
        return work.what, {"full": True} if work.what == "reindex" else {}
