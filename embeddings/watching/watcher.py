"""Articles that come by themselves: from a watched folder and from feeds, while it runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from typing import TYPE_CHECKING

from watchfiles import awatch

from embeddings.errors import EmbeddingsError, InputError
from embeddings.watching.feeds import WatchedFeed, next_look
from embeddings.watching.folder import WatchedFolder
from embeddings.watching.memory import Memory, recall, remember
from embeddings.watching.taking import Taking, Told

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from config.settings import Settings
    from embeddings.watching.memory import Notes, Stamp
    from embeddings.watching.taking import Intake

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


class Watcher:
    """Watches what the settings name.

    Args:
        settings: What to watch, where the data lives, how pages are fetched.
        engine: What takes articles in.
        notes: Where it is kept what was taken.

    Raises:
        InputError: The folder holds the data folder, or lies in it.
    """

    def __init__(self, settings: Settings, engine: Intake, notes: Notes) -> None:
        watch = settings.watch
        self._notes = notes
        self._memory = Memory()
        self._taking = Taking(engine)
        self._told = Told()
        self._folder = WatchedFolder(watch.folder, watch.debounce) if watch.folder else None
        if self._folder:
            _check_apart(self._folder.root, settings.data)
        self._addresses = tuple(dict.fromkeys(watch.feeds))
        self._fetch = settings.fetch
        self._interval = watch.interval * 60.0
        self._debounce = watch.debounce
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
        self._memory = await recall(self._notes)
        async with asyncio.TaskGroup() as group:
            if self._folder:
                group.create_task(self._watch_folder(self._folder), name="watched-folder")
            for address in self._addresses:
                feed = WatchedFeed(address, self._memory.feed(address), self._fetch)
                group.create_task(self._watch_feed(feed), name="watched-feed")

    async def _watch_folder(self, folder: WatchedFolder) -> None:
        while True:
            if folder.is_there:
                self._told.forget("folder")
                await self._while_there(folder)
            else:
                sentence = f"The watched folder {folder.root} is not there; it is waited for."
                self._told.warn("folder", sentence)
                await asyncio.sleep(ABSENT)

    async def _while_there(self, folder: WatchedFolder) -> None:
        """Look at the folder whenever something stirs in it, until it is gone or another one."""
        stirred = asyncio.Event()
        listening = asyncio.create_task(_listen(folder.root, stirred), name="watchfiles")
        try:
            await asyncio.sleep(0)  # it listens from here on: what stirs during the look is heard
            it = _identity(folder.root)
            while it and _identity(folder.root) == it:
                stirred.clear()
                is_done = await self._look(folder) and not folder.is_settling
                wait = SWEEP if is_done else self._debounce / 2
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stirred.wait(), wait)
        finally:
            listening.cancel()
            await asyncio.wait({listening})

    async def _look(self, folder: WatchedFolder) -> bool:
        """Take what is new in the folder, and with it what was refused before; False: not all."""
        known = self._memory.files | self._refused
        ready = await asyncio.to_thread(folder.look, known, time.monotonic())
        self._told.warn("closed", " ".join(folder.closed))
        if not ready:
            return True
        again = {path: stamp for path, stamp in self._refused.items() if path not in ready}
        files = list((again | ready).items())
        self._refused = {}
        for start in range(0, len(files), LOT):
            try:
                await self._take_files(dict(files[start : start + LOT]))
            except EmbeddingsError as error:
                self._told.warn("taking", f"The watched folder's files wait: {error}")
                await asyncio.sleep(PAUSE)
                return False
        self._told.forget("taking")
        return True

    async def _take_files(self, files: dict[str, Stamp]) -> None:
        taken = await self._taking.take(list(files))
        for reason in taken.rejected.values():
            _log.warning("not taken from the watched folder: %s", reason)
        if taken.is_refused:
            self._refused |= files
            return
        self._memory.files |= files
        await remember(self._notes, self._memory)

    async def _watch_feed(self, feed: WatchedFeed) -> None:
        while True:
            due = next_look(feed.memory.looked, self._interval, time.time(), _chance)
            await asyncio.sleep(due - time.time())
            await self._look_at(feed)

    async def _look_at(self, feed: WatchedFeed) -> None:
        """Take what is new in a feed; what goes wrong is told once, and tried at the next look."""
        try:
            news = await asyncio.to_thread(feed.news)
            if news:
                taken = await self._taking.take(list(news))
                for reason in feed.note(news, taken):
                    _log.warning("not taken from %s: %s", feed.address, reason)
            await remember(self._notes, self._memory)
        except EmbeddingsError as error:
            self._told.warn(feed.address, f"The feed waits for its next look: {error}")
        else:
            self._told.forget(feed.address)


@contextlib.asynccontextmanager
async def watching(settings: Settings, engine: Intake, notes: Notes) -> AsyncIterator[None]:
    """Watch what the settings name for as long as this lasts; by default nothing.

    Raises:
        InputError: The watched folder holds the data folder, or lies in it.
    """
    if not (settings.watch.folder or settings.watch.feeds):
        yield
        return
    task = asyncio.create_task(Watcher(settings, engine, notes).run(), name="watching")
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
    try:
        about = folder.stat()
    except OSError:
        return None
    return about.st_dev, about.st_ino


def _check_apart(folder: Path, data: Path) -> None:
    one, other = folder.resolve(), data.resolve()
    if one.is_relative_to(other) or other.is_relative_to(one):
        raise InputError(
            f"The watched folder {folder} and the data folder {data} must not lie in each other; "
            "choose another one for VERBATIM_WATCH__FOLDER."
        )


def _chance(low: float, high: float) -> float:
    return random.uniform(low, high)  # noqa: S311 - no secret
