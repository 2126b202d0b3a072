"""What is looked at when it is over: who serves what, and what is left behind."""

from __future__ import annotations

import asyncio
import json
import re
import time
from typing import TYPE_CHECKING

from tests.torture import history
from tests.torture.asker import COOLDOWN, post
from tests.torture.door import EACH
from tests.torture.ledger import Ledger
from tests.torture.stories import PAPERS, TOLD, Story, question, write
from tests.torture.ways import LONGEST

if TYPE_CHECKING:
    from pathlib import Path

    from tests.torture.children import Child
    from tests.torture.crew import Crew
    from tests.torture.door import Door
    from tests.torture.seen import Seen

CALM = 120.0
"""Seconds in which all bots must serve what is live, once nothing changes any more."""
ENDING = 30.0
"""Seconds in which a bot that is asked to end has ended: it promises ten, if it has a core."""
ORPHANED = 120.0
"""Seconds in which what a killed process had started has ended."""
LAST = 1_000_000
"""An edition after all others."""
_SERVING = re.compile(r"Instantané\s: (\S+?),")


class Looking:
    """The end of a run, and what is found then.

    Args:
        crew: Who took part.
        door: Where they were asked.
        url: The database.
        folder: Where their folders are.
        seen: Where it is noted.
    """

    def __init__(self, crew: Crew, door: Door, url: str, folder: Path, seen: Seen) -> None:
        self._crew, self._door, self._url = crew, door, url
        self._folder, self._seen = folder, seen

    async def run(self) -> None:
        """Let all come to rest, ask once more, and look at everything."""
        await self._rest()
        await self._publish()
        await self._follow()
        await self._ask()
        self._seen.left = await history.left(self._url)
        self._seen.generations = await history.history(self._url)
        self._seen.verified = await asyncio.to_thread(self._crew.shell, "last", "verify")
        audit = await asyncio.to_thread(self._crew.shell, "last", "audit")
        self._seen.audit = audit[::-1]
        await asyncio.to_thread(self._end)
        self._read()

    async def _rest(self) -> None:
        """Let reindexers finish, and askers have their answers."""
        for child in self._crew.reindexers:
            child.ask_to_end()
        for child in self._crew.reindexers:
            if await asyncio.to_thread(child.ended, LONGEST) is None:
                self._seen.faults.append(f"{child.name} never finished what it had begun")
        await asyncio.sleep(1)
        for child in self._crew.askers:
            child.kill(whole=True)
        await self._door.quiet()

    async def _publish(self) -> None:
        """Bring a last edition: it must find nobody in its way."""
        stories = (Story(paper, town, LAST) for paper in PAPERS for town in TOLD)
        write(self._folder / "last-edition", stories)
        place = str(self._folder / "last-edition")
        try:
            await asyncio.to_thread(self._crew.shell, "last", "add", place)
        except RuntimeError as error:
            self._seen.faults.append(f"the last edition was not taken: {error}")

    async def _follow(self) -> None:
        """Wait until every bot says that it serves what is live."""
        live = (await history.left(self._url)).live
        end = time.monotonic() + CALM
        for number, bot in enumerate(self._crew.bots):
            self._seen.serving[bot.name] = serving = await self._serving(number)
            while serving != live and time.monotonic() < end:
                await asyncio.sleep(1)
                await self._asked(number, TOLD[0], int(end - time.monotonic()) % EACH)
                self._seen.serving[bot.name] = serving = await self._serving(number)

    async def _serving(self, shard: int) -> str:
        said = {"shard": shard, "name": "admin status", "options": {"shared": True}}
        wait = {"until": r"Instantané|\(code", "seconds": 20}
        shown = await asyncio.to_thread(post, f"{self._door.url}/command", said | wait)
        found = _SERVING.search(shown["text"]) if shown else None
        return found[1] if found else str(shown and shown["text"])

    async def _ask(self) -> None:
        """Ask every bot about every town once more."""
        await asyncio.sleep(COOLDOWN)
        before = len(self._door.asked)
        for shard in range(len(self._crew.bots)):
            for person, town in enumerate(TOLD):
                await self._asked(shard, town, person)
        self._seen.last = self._door.asked[before:]

    async def _asked(self, shard: int, town: str, person: int) -> None:
        """Ask once, as one of the people of the first asker."""
        who = {"who": self._crew.askers[0].name, "person": person, "shard": shard}
        said = who | {"town": town, "question": question(town)}
        await asyncio.to_thread(post, f"{self._door.url}/ask", said)

    def _end(self) -> None:
        """Ask the bots to end, and look for what is still there."""
        for bot in self._crew.bots:
            bot.ask_to_end()
        for bot in self._crew.bots:
            if (code := bot.ended(ENDING)) != 0:
                self._seen.faults.append(f"{bot.name} ended with {code} when it was asked to")
        for child in self._crew.everybody():
            if orphans := child.orphans(ORPHANED):
                self._seen.faults.append(f"{child.name} left {len(orphans)} processes behind")

    def _read(self) -> None:
        """Read what the processes wrote."""
        self._seen.asked = self._door.asked
        for paper in PAPERS:
            ledger = Ledger(self._folder / f"reindexer-{paper}" / "ledger.jsonl")
            self._seen.works += ledger.works()
        for asker in self._crew.askers:
            for line in _lines(self._folder / f"{asker.name}.jsonl"):
                self._seen.strange += json.loads(line)["wrong"]
        for child in self._crew.everybody():
            self._seen.faults += _tracebacks(child)


def _lines(path: Path) -> list[str]:
    """Return the whole lines of a file; the last may be torn by a kill."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return text.rpartition("\n")[0].splitlines()


def _tracebacks(child: Child) -> list[str]:
    text = child.log.read_text(encoding="utf-8", errors="replace") if child.log.exists() else ""
    count = text.count("Traceback (most recent call last)")
    return [f"{count} tracebacks in the log of {child.name}"] if count else []
