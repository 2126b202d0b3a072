"""The first snapshot of a collection, and the one that is built anew where it cannot serve."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from embeddings.changing.changes import Changes
from embeddings.changing.changeset import Change, Wish
from embeddings.errors import BusyError, InputError, SnapshotError

if TYPE_CHECKING:
    from pathlib import Path

    from embeddings.store.pointers import Pointers
    from embeddings.types import ProgressCallback

PATIENCE = 120.0
"""Seconds to wait for another process that is building the first snapshot."""


class Beginning(Changes):
    """The part of the engine that has something to serve from the start."""

    pointers: Pointers
    _name: str
    _create: bool
    _seeds: Path | None
    _progress: ProgressCallback | None

    async def _begin(self) -> None:
        """Make the collection, and the snapshot that is missing."""
        if self._name not in self.pointers.known:
            if not self._create:
                there = ", ".join(sorted(self.pointers.known)) or "none yet"
                raise InputError(f"There is no collection {self._name!r}; there are: {there}.")
            if await self._live.serve_noted():
                return
            await asyncio.to_thread(self.pointers.create, self._name)
        is_new = self.pointers.known.get(self._name) is None
        if self._live.snapshot is None and (self._seeds if is_new else True):
            try:
                await self._build_missing()
            except SnapshotError as error:  # what mends it is a change, which has to be possible
                self._live.note(str(error))

    async def _build_missing(self) -> None:
        """Build the snapshot that is missing, or wait for another process that is about it."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                async with self._publisher.hold() as write:
                    if self._live.snapshot is None:
                        is_new = self.pointers.known.get(self._name) is None
                        plan = await self._plan([str(self._seeds)]) if is_new else None
                        change = Change("add", plan.change if plan else {})
                        if plan is None or plan.change:
                            wish = Wish(progress=self._progress)
                            await self._publisher.publish(write, change, wish)
            except BusyError:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)
                await self._live.open()
            else:
                return

    async def _ready(self) -> None:
        """Load the model; build the index anew where another model made it."""
        loaded = await self._live.ready()
        snapshot = self._live.snapshot
        if loaded is None and snapshot and not self._live.is_cut_off:
            self._live.note(
                f"The index was made with {snapshot.manifest.model}: it is built again."
            )
            async with self._publisher.hold() as write:
                await self._publisher.publish(write, Change(), Wish(progress=self._progress))
