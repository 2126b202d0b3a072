"""Articles that come by themselves from the watched folder, for as long as the program runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from typing import TYPE_CHECKING

from watchfiles import awatch

from embeddings.errors import BusyError, EmbeddingsError, GateError, InputError, LimitError
from embeddings.watching.watched import FolderMemory, Taken, WatchedFolder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

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
ABSENT = 5.0
"""Seconds between two looks for a folder that is not there."""
SWEEP = 60.0
"""Seconds between two looks at a folder of which nothing is heard: file systems on the network do
not tell of changes."""
PAUSE = 60.0
"""Seconds before another try when nothing can be taken, such as on a full disk."""
LOT = 200
"""The most files that are taken at once, so that the first articles can be found soon."""

_log = logging.getLogger(__name__)


class Taking:
    """Takes inputs into a corpus, one lot after the other."""

    def __init__(self, engine: SearchEngine) -> None:
        self._engine = engine
        self._turn = asyncio.Lock()

    async def take(self, inputs: Sequence[str]) -> Taken:
        """Take some inputs; whoever is writing is waited for.

        Raises:
            EmbeddingsError: It cannot be done just now, whatever the inputs are.
        """
        async with self._turn:
            return await self._together(inputs)

    async def _together(self, inputs: Sequence[str]) -> Taken:
        """Take a lot; when something in it cannot be stored, one by one."""
        for _ in range(ATTEMPTS):
            try:
                return await self._once(inputs)
            except LimitError as error:
                return Taken(left=dict.fromkeys(inputs, str(error)))
            except InputError as error:
                reason = str(error)
        if len(inputs) == 1:
            return Taken({inputs[0]: reason})
        taken = Taken()
        for one in inputs:
            taken |= await self._together([one])
        return taken

    async def _once(self, inputs: Sequence[str]) -> Taken:
        proposal = await self._engine.propose(inputs)
        rejected = {each.input: each.reason for each in proposal.rejected}
        left = {each.input: each.reason for each in proposal.left}
        if not (proposal.added or proposal.changed):
            await self._engine.drop(proposal.token)
            return Taken(rejected, left)
        try:
            report = await self._confirm(proposal.token)
        except GateError as error:
            await self._engine.drop(proposal.token)
            _log.warning("%s Of %s new or changed articles, none was taken.", error, len(inputs))
            return Taken(rejected, left, is_refused=True)
        for each in (*report.added, *report.changed):
            _log.info("taken: %s", each.id)
        return Taken(rejected, left, report.added)

    async def _confirm(self, token: str) -> ChangeReport:
        """Confirm a proposal, as soon as nobody else is writing."""
        wait = FIRST_WAIT
        while True:
            try:
                return await self._engine.confirm(token, by=BY)
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
        self._taking = Taking(engine)
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
            if self._folder.is_there:
                self._tell("folder")
                await self._while_there(self._folder)
            else:
                absent = f"The watched folder {self._folder.root} is not there; it is waited for."
                self._tell("folder", absent)
                await asyncio.sleep(ABSENT)

    def _tell(self, about: str, sentence: str = "") -> None:
        """Log what is wrong with something; empty: all is well. Twice in a row it is not said."""
        if sentence and sentence != self._told.get(about):
            _log.warning("%s", sentence)
        self._told[about] = sentence

    async def _while_there(self, folder: WatchedFolder) -> None:
        """Look at the folder whenever something stirs in it, until it is gone or another one."""
        stirred = asyncio.Event()
        listening = asyncio.create_task(_listen(folder.root, stirred), name="watchfiles")
        try:
            await asyncio.sleep(0)  # it listens from here on: what stirs during the look is heard
            it, soon = _identity(folder.root), folder.debounce / 2
            while it and _identity(folder.root) == it:
                stirred.clear()
                is_done = await self._look(folder) and not folder.is_settling
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stirred.wait(), SWEEP if is_done else soon)
        finally:
            listening.cancel()
            await asyncio.wait({listening})

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
        taken = await self._taking.take(list(files))
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


async def _listen(root: Path, stirred: asyncio.Event) -> None:
    """Note when something stirs in a folder; where the system cannot tell, only sweeps find it."""
    try:
        async for _ in awatch(root, watch_filter=None, ignore_permission_denied=True):
            stirred.set()
    except (OSError, RuntimeError) as error:  # such as too many folders for the system's limits
        _log.warning("changes in %s are only looked for every %.0f s: %s", root, SWEEP, error)


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return what tells a folder from another one of the same name; None when there is none."""
    with contextlib.suppress(OSError):
        about = folder.stat()
        return about.st_dev, about.st_ino
    return None


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
