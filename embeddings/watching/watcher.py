"""Articles that come by themselves from the watched folder, for as long as the program runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time
from typing import TYPE_CHECKING

from embeddings.errors import (
    BusyError,
    EmbeddingsError,
    GateError,
    InputError,
    LimitError,
    StorageError,
)
from embeddings.watching.watched import FolderMemory, Stamp, Taken, WatchedFolder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from config.settings import Settings
    from embeddings.engine import SearchEngine
    from embeddings.reports import ChangeReport
    from embeddings.store.records import Records

BY = "watch"
"""Who adds, as the audit log has it."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""Seconds before a busy writer is asked again, and the most before any time."""
ATTEMPTS = 3
"""How often something is proposed anew because the articles changed meanwhile."""
SWEEP = 5.0
"""Seconds between two looks at the folder; each takes 14 ms of a core for a thousand files."""
PAUSE = 60.0
"""Seconds before another try when nothing can be taken, such as on a full disk."""
TURN, LEASE, PROMPT = "watching", 300.0, 3.0
"""The turn of which one process has the folder, the seconds after which it is another's unless it
is taken again, and those that ending it may take."""
LOT = 200
"""The most files that are taken at once, so that the first articles can be found soon."""

_log = logging.getLogger(__name__)


async def take(engine: SearchEngine, inputs: Sequence[str]) -> Taken:
    """Take inputs into a corpus together; when something in them cannot be stored, one by one.

    Whoever is writing is waited for.

    Raises:
        EmbeddingsError: It cannot be done just now, whatever the inputs are.
    """
    for _ in range(ATTEMPTS):
        try:
            return await _take_once(engine, inputs)
        except LimitError as error:
            return Taken(left=dict.fromkeys(inputs, str(error)))
        except InputError as error:
            reason = str(error)
    if len(inputs) == 1:
        return Taken({inputs[0]: reason})
    taken = Taken()
    for one in inputs:
        taken |= await take(engine, [one])
    return taken


async def _take_once(engine: SearchEngine, inputs: Sequence[str]) -> Taken:
    proposal = await engine.propose(inputs)
    rejected = {each.input: each.reason for each in proposal.rejected}
    left = {each.input: each.reason for each in proposal.left}
    if not (proposal.added or proposal.changed):
        await engine.drop(proposal.token)
        return Taken(rejected, left)
    try:
        report = await _confirm(engine, proposal.token)
    except GateError as error:
        await engine.drop(proposal.token)
        _log.warning("%s Of %s new or changed articles, none was taken.", error, len(inputs))
        return Taken(rejected, left, is_refused=True)
    for each in (*report.added, *report.changed):
        _log.info("taken: %s", each.id)
    return Taken(rejected, left, report.added)


async def _confirm(engine: SearchEngine, token: str) -> ChangeReport:
    """Confirm a proposal, as soon as nobody else is writing."""
    wait = FIRST_WAIT
    while True:
        try:
            return await engine.confirm(token, by=BY)
        except BusyError as error:
            if wait == FIRST_WAIT:
                _log.info("new articles wait their turn: %s", error)
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT)


class Watcher:
    """Takes what comes into a folder.

    Args:
        folder: The folder.
        engine: Where its articles go.
        notes: Where it is kept what was taken.
        holder: The name of this process, where one of several watches; empty: it is the only one.
    """

    def __init__(
        self, folder: WatchedFolder, engine: SearchEngine, notes: Records, holder: str = ""
    ) -> None:
        self._folder = folder
        self._notes = notes
        self._holder = holder
        self._memory: FolderMemory | None = None
        self._engine = engine
        self._told: dict[str, str] = {}
        self._refused: dict[str, Stamp] = {}

    async def run(self) -> None:
        """Watch until it is cancelled; what goes wrong is told and begun again."""
        while True:
            pause = await self._sweep()
            await asyncio.sleep(pause)

    async def _sweep(self) -> float:
        """Look at the folder, when it is this process's turn; return the seconds until the next."""
        try:
            if self._holder and await self._notes.take_turn(TURN, LEASE, self._holder):
                self._memory = None  # another process adds to it
                return SWEEP
            self._memory = self._memory or await FolderMemory.recall(self._notes)
            there = self._folder.is_there
            absent = f"The watched folder {self._folder.root} is not there; it is waited for."
            self._tell("folder", "" if there else absent)
            if there:
                await self._look(self._folder, self._memory)
        except EmbeddingsError as error:
            self._tell("taking", f"The watched folder's files wait: {error}")
            return PAUSE
        except Exception:  # noqa: BLE001 - articles that come later are still wanted
            _log.exception("watching for articles failed; it begins again in %s s", PAUSE)
            return PAUSE
        return min(SWEEP, self._folder.debounce / 2) if self._folder.is_settling else SWEEP

    def _tell(self, about: str, sentence: str = "") -> None:
        """Log what is wrong with something; empty: all is well. Twice in a row it is not said."""
        if sentence and sentence != self._told.get(about):
            _log.warning("%s", sentence)
        self._told[about] = sentence

    async def _look(self, folder: WatchedFolder, memory: FolderMemory) -> None:
        """Take what is new in the folder, and what was refused before; raises EmbeddingsError."""
        known = memory.files | self._refused
        ready = await asyncio.to_thread(folder.look, known, time.monotonic())
        self._tell("closed", " ".join(folder.closed))
        files = list((self._refused | ready).items()) if ready else []
        for start in range(0, len(files), LOT):
            await self._take_files(dict(files[start : start + LOT]), memory)
            self._tell("taking")

    async def _take_files(self, files: dict[str, Stamp], memory: FolderMemory) -> None:
        taken = await take(self._engine, list(files))
        for reason in taken.rejected.values():
            _log.warning("not taken from the watched folder: %s", reason)
        if taken.is_refused:
            self._refused |= files
            return
        self._refused = {path: was for path, was in self._refused.items() if path not in files}
        memory.files |= files
        await memory.remember(self._notes)


@contextlib.asynccontextmanager
async def watching(settings: Settings, engine: SearchEngine, notes: Records) -> AsyncIterator[None]:
    """Watch the folder of the settings for as long as this lasts; by default there is none.

    Of several processes with shards of one bot, one does at a time.

    Raises:
        InputError: It holds the data folder, or lies in it.
    """
    folder = find_folder(settings)
    if folder is None:
        yield
        return
    holder = secrets.token_hex(8) if settings.discord.shard_ids else ""
    task = asyncio.create_task(Watcher(folder, engine, notes, holder).run(), name="watching")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
        if holder:
            with contextlib.suppress(StorageError, TimeoutError):  # the turn ends by itself too
                async with asyncio.timeout(PROMPT):
                    await notes.end_turn(TURN, holder)


def find_folder(settings: Settings) -> WatchedFolder | None:
    """Return the folder that is to be watched; None without one.

    Raises:
        InputError: It holds the data folder, or lies in it.
    """
    folder, data = settings.watch.folder, settings.data.resolve()
    if folder is None:
        return None
    place = folder.resolve()
    if place.is_relative_to(data) or data.is_relative_to(place):
        raise InputError(
            f"The watched folder {folder} and the data folder {settings.data} must not lie in each "
            "other; choose another one for VERBATIM_WATCH__FOLDER."
        )
    return WatchedFolder(folder, settings.watch.debounce)
