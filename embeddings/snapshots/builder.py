"""Builds snapshots in a child process, so that questions are answered at full speed meanwhile.

This module holds both ends: the parent's handle and the child's main loop. They exchange pickles,
which is safe because a process reads only pickles of a child, or a parent, of its own.
"""

from __future__ import annotations

import asyncio
import logging
import pickle
from functools import partial
from typing import TYPE_CHECKING, Self, cast

from embeddings.child import Child, ChildError, Tell, serve
from embeddings.errors import EmbeddingsError

if TYPE_CHECKING:
    from config.settings import Settings
    from embeddings.reports import ReindexReport
    from embeddings.snapshots.material import Order
    from embeddings.types import ProgressCallback
    from embeddings.vectors.encoder import Encoder

log = logging.getLogger(__name__)

IDLE = 60.0
"""Seconds without a job after which the child process exits, to free its memory."""
SILENCE = 3600.0
"""Seconds of silence after which the child counts as hung; writing a huge index reports nothing."""
NICENESS = 10
"""Increment of the child's niceness, as in nice(1): with too few cores, questions go first."""


class BuilderProcess:
    """A child process that builds snapshots, started on the first job; an async context manager.

    Args:
        settings: Names the model; secrets are removed before the child gets the settings.
        idle: Seconds without a job after which the child exits.
    """

    def __init__(self, settings: Settings, *, idle: float = IDLE) -> None:
        secrets = {
            "discord": settings.discord.model_copy(update={"token": None}),
            "discord_token": None,
            "store": settings.store.model_copy(update={"address": None}),
        }
        self._settings = settings.model_copy(update=secrets)
        self._child = Child(__name__, niceness=NICENESS, idle=idle)

    async def __aenter__(self) -> Self:
        """Return the handle; the child starts with the first job."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the child; a snapshot that it is building is not published."""
        await asyncio.to_thread(self._child.end)

    async def build(self, order: Order, progress: ProgressCallback | None = None) -> ReindexReport:
        """Build a snapshot in the child; see ``reindexing.build``.

        ``progress`` is called on the event loop's thread.

        Raises:
            EmbeddingsError: ``reindexing.build`` failed, or the child died.
        """
        loop = asyncio.get_running_loop()

        def tell(message: bytes) -> None:
            if progress:
                loop.call_soon_threadsafe(progress, pickle.loads(message))  # noqa: S301 - our child

        job = pickle.dumps((self._settings, order))
        run = partial(self._child.run, job, silence=SILENCE, tell=tell)
        building = asyncio.ensure_future(asyncio.to_thread(run))
        building.add_done_callback(lambda f: f.cancelled() or f.exception())  # mark it retrieved
        try:
            result = pickle.loads(await asyncio.shield(building))  # noqa: S301 - from our own child
        except ChildError as error:
            raise EmbeddingsError(
                f"The process that indexes ended before its time (exit code {error.code}), perhaps "
                "for want of memory. Nothing was published; try again."
            ) from None
        except asyncio.CancelledError:
            await asyncio.to_thread(self._child.end)
            await asyncio.wait([building])
            raise
        if isinstance(result, BaseException):
            raise result
        return cast("ReindexReport", result)


def main() -> None:
    """Serve jobs until the parent hangs up; the child's entry point."""
    encoders: dict[str, Encoder] = {}

    def work(job: bytes, tell: Tell) -> bytes:
        settings, order = pickle.loads(job)  # noqa: S301 - from our own parent
        return pickle.dumps(_build(settings, order, encoders, tell))

    serve(work)


def _build(
    settings: Settings, order: Order, encoders: dict[str, Encoder], tell: Tell
) -> ReindexReport | BaseException:
    """Build a snapshot, or return the exception, which the parent raises."""
    from config import log as logs
    from embeddings.ranking.confidence import calibration_for
    from embeddings.snapshots.reindexing import Tools, build
    from embeddings.vectors.encoder import load_encoder
    from embeddings.vectors.worker import Worker

    logs.set_up(settings.log)
    worker = Worker()
    try:
        if settings.model not in encoders:
            encoders[settings.model] = load_encoder(settings)
        encoder = encoders[settings.model]
        tools = Tools(encoder, worker, calibration_for(settings.calibration, encoder.model_id))
        return asyncio.run(build(order, tools, lambda progress: tell(pickle.dumps(progress))))
    except EmbeddingsError as error:
        return error
    except Exception as error:
        log.exception("indexing failed")
        return error
    finally:
        worker.close()


if __name__ == "__main__":
    main()
