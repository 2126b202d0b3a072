"""Articles that come by themselves from the watched folder, for as long as the program runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING

from embeddings.errors import BusyError, EmbeddingsError, GateError, InputError, LimitError
from embeddings.watching.watched import FolderMemory, Taken, WatchedFolder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from config.settings import Settings
    from embeddings.engine import SearchEngine
    from embeddings.reports import ChangeReport
    from embeddings.store.records import Records
    from embeddings.watching.watched import Stamp

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
    """

    def __init__(self, folder: WatchedFolder, engine: SearchEngine, notes: Records) -> None:
        self._folder = folder
        self._notes = notes
        self._memory = FolderMemory()
        self._engine = engine
        self._told: dict[str, str] = {}
        self._refused: dict[str, Stamp] = {}

    async def run(self) -> None:
        """Watch until it is cancelled; what goes wrong is told and begun again."""
        while True:
            try:
                await self._watch()
            except Exception:  # noqa: BLE001 - articles that come later are still wanted
                _log.exception("watching for articles failed; it begins again in %s s", PAUSE)
                await asyncio.sleep(PAUSE)

    async def _watch(self) -> None:
        self._memory = await FolderMemory.recall(self._notes)
        while True:
            there = self._folder.is_there
            absent = f"The watched folder {self._folder.root} is not there; it is waited for."
            self._tell("folder", "" if there else absent)
            is_done = not there or await self._look(self._folder)
            is_soon = self._folder.is_settling or not is_done
            await asyncio.sleep(min(SWEEP, self._folder.debounce / 2) if is_soon else SWEEP)

    def _tell(self, about: str, sentence: str = "") -> None:
        """Log what is wrong with something; empty: all is well. Twice in a row it is not said."""
        if sentence and sentence != self._told.get(about):
            _log.warning("%s", sentence)
        self._told[about] = sentence

    async def _look(self, folder: WatchedFolder) -> bool:
        """Take what is new in the folder, and with it what was refused before; False: not all."""
        known = self._memory.files | self._refused
        ready = await asyncio.to_thread(folder.look, known, time.monotonic())
        self._tell("closed", " ".join(folder.closed))
        if not ready:
            return True
        files, self._refused = list((self._refused | ready).items()), {}
        try:
            for start in range(0, len(files), LOT):
                await self._take_files(dict(files[start : start + LOT]))
        except EmbeddingsError as error:
            self._tell("taking", f"The watched folder's files wait: {error}")
            await asyncio.sleep(PAUSE)
            return False
        self._tell("taking")
        return True

    async def _take_files(self, files: dict[str, Stamp]) -> None:
        taken = await take(self._engine, list(files))
        for reason in taken.rejected.values():
            _log.warning("not taken from the watched folder: %s", reason)
        if taken.is_refused:
            self._refused |= files
            return
        self._memory.files |= files
        await self._memory.remember(self._notes)


@contextlib.asynccontextmanager
async def watching(settings: Settings, engine: SearchEngine, notes: Records) -> AsyncIterator[None]:
    """Watch the folder of the settings for as long as this lasts; by default there is none.

    Raises:
        InputError: It holds the data folder, or lies in it.
    """
    folder = find_folder(settings)
    if folder is None:
        yield
        return
    task = asyncio.create_task(Watcher(folder, engine, notes).run(), name="watching")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


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
