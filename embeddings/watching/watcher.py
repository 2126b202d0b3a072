"""Adds the articles of the watched folder for as long as the program runs."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from config.settings import Settings
from embeddings.errors import BusyError, EmbeddingsError, GateError, InputError, LimitError
from embeddings.store.records import Records
from embeddings.watching.watched import FolderMemory, IntakeResult, Stamp, WatchedFolder

if TYPE_CHECKING:
    from embeddings.engine import SearchEngine
    from embeddings.reports import ChangeReport

BY = "watch"
"""The author of the changes, in the audit log."""
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0
"""The first and the longest pause before a retry while another change is under way, in seconds."""
ATTEMPTS = 3
"""How often to propose a change again because the articles changed meanwhile."""
SWEEP = 5.0
"""Seconds between two looks at the folder; a look takes 14 ms of a core for a thousand files."""
PAUSE = 60.0
"""Seconds before a retry when nothing can be added, such as on a full disk."""
TURN, LEASE = "watching", 300.0
"""The lease by which one of several processes watches the folder, and its duration in seconds
unless it is renewed."""
LOT = 200
"""The most files that one change adds, so that the first articles can be found soon."""

_log = logging.getLogger(__name__)


async def take(engine: SearchEngine, inputs: Sequence[str]) -> IntakeResult:
    """Add inputs to a collection in one change; one by one, if one of them spoils the change.

    Waits while another change is under way.

    Raises:
        EmbeddingsError: Nothing can be added now, whatever the inputs are.
    """
    for _ in range(ATTEMPTS):
        try:
            return await _take_once(engine, inputs)
        except LimitError as error:
            return IntakeResult(left=dict.fromkeys(inputs, str(error)))
        except InputError as error:
            reason = str(error)
    if len(inputs) == 1:
        return IntakeResult({inputs[0]: reason})
    result = IntakeResult()
    for one in inputs:
        result |= await take(engine, [one])
    return result


async def _take_once(engine: SearchEngine, inputs: Sequence[str]) -> IntakeResult:
    proposal = await engine.propose(inputs)
    rejected = {each.input: each.reason for each in proposal.rejected}
    left = {each.input: each.reason for each in proposal.left}
    if not (proposal.added or proposal.changed):
        await engine.drop(proposal.token)
        return IntakeResult(rejected, left)
    try:
        report = await _confirm(engine, proposal.token)
    except GateError as error:
        await engine.drop(proposal.token)
        _log.warning("%s Of %s new or changed articles, none was taken.", error, len(inputs))
        return IntakeResult(rejected, left, is_refused=True)
    for article in (*report.added, *report.changed):
        _log.info("taken: %s", article.id)
    return IntakeResult(rejected, left, report.added)


async def _confirm(engine: SearchEngine, token: str) -> ChangeReport:
    """Confirm a proposal, once no other change is under way."""
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
    """Adds the new and changed files of a folder to a collection; ``notes`` keep its memory.

    ``holder`` is this process's name, if one of several processes watches; empty: it is alone.
    """

    def __init__(
        self, folder: WatchedFolder, engine: SearchEngine, notes: Records, holder: str = ""
    ) -> None:
        self._folder = folder
        self._notes = notes
        self._holder = holder
        self._memory: FolderMemory | None = None
        self._engine = engine
        self._warnings: dict[str, str] = {}
        self._refused: dict[str, Stamp] = {}

    async def run(self) -> None:
        """Watch until cancelled; errors are logged, and the work is tried again."""
        try:
            while True:
                pause = await self._sweep()
                await asyncio.sleep(pause)
        finally:
            if self._holder:
                await self._notes.end_turn(TURN, self._holder)

    async def _sweep(self) -> float:
        """Look at the folder, if this process has the lease; return the seconds until the next."""
        try:
            if self._holder and await self._notes.take_turn(TURN, LEASE, self._holder):
                self._memory = None  # the process with the lease changes it
                return SWEEP
            self._memory = self._memory or await FolderMemory.recall(self._notes)
            is_there = self._folder.root.is_dir()
            absent = f"The watched folder {self._folder.root} is not there; it is waited for."
            self._warn("folder", "" if is_there else absent)
            if is_there:
                await self._look(self._folder, self._memory)
        except EmbeddingsError as error:
            self._warn("taking", f"The watched folder's files wait: {error}")
            return PAUSE
        except Exception:  # noqa: BLE001 - must not end the watching of later articles
            _log.exception("watching for articles failed; it begins again in %s s", PAUSE)
            return PAUSE
        return min(SWEEP, self._folder.debounce / 2) if self._folder.is_settling else SWEEP

    def _warn(self, about: str, sentence: str = "") -> None:
        """Log a problem unless it is still the same; an empty sentence ends the problem."""
        if sentence and sentence != self._warnings.get(about):
            _log.warning("%s", sentence)
        self._warnings[about] = sentence

    async def _look(self, folder: WatchedFolder, memory: FolderMemory) -> None:
        """Add new files, and with them those refused before; raises EmbeddingsError."""
        known = memory.files | self._refused
        new = await asyncio.to_thread(folder.look, known, time.monotonic())
        self._warn("closed", " ".join(folder.closed))
        files = list((self._refused | new).items()) if new else []
        for start in range(0, len(files), LOT):
            await self._take_files(dict(files[start : start + LOT]), memory)
            self._warn("taking")

    async def _take_files(self, files: dict[str, Stamp], memory: FolderMemory) -> None:
        result = await take(self._engine, list(files))
        for reason in result.rejected.values():
            _log.warning("not taken from the watched folder: %s", reason)
        if result.is_refused:
            self._refused |= files
            return
        self._refused = {path: stamp for path, stamp in self._refused.items() if path not in files}
        memory.files |= files
        await memory.remember(self._notes)


def make_watcher(settings: Settings, engine: SearchEngine, notes: Records) -> Watcher | None:
    """Return the watcher of the settings' folder, if there is one.

    If several processes run the shards of one bot, only one watches at a time.

    Raises:
        InputError: The folder contains the data folder, or lies in it.
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
    holder = secrets.token_hex(8) if settings.discord.shard_ids else ""
    return Watcher(WatchedFolder(folder, settings.watch.debounce), engine, notes, holder)
