"""Builds snapshots in a process of its own, so that who answers questions never waits for it.

Both ends are here. What passes between them is pickled, and only ever between a process and the
child that it started.
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
    from embeddings.snapshots.material import Order
    from embeddings.snapshots.reindexing import Built
    from embeddings.types import ProgressCallback
    from embeddings.vectors.encoder import Encoder

log = logging.getLogger(__name__)

IDLE = 60.0
"""Seconds that the process waits for more work before it gives its memory back."""
SILENCE = 3600.0
"""Seconds that it may say nothing, such as while it writes a very large index."""
NICENESS = 10
"""What it adds to its niceness, as in nice(1): with too few cores, who answers goes first."""


class BuilderProcess:
    """The process that builds, started at need; an async context manager.

    Args:
        settings: Which model; its secrets are not passed on.
        idle: Seconds after which a process without work is ended.
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
        """Return itself; nothing is started yet."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the process; what it was about is not published."""
        await asyncio.to_thread(self._child.end)

    async def build(self, order: Order, progress: ProgressCallback | None = None) -> Built:
        """Build a snapshot there; see ``reindexing.build``.

        ``progress`` is called on the event loop's thread.

        Raises:
            EmbeddingsError: As ``reindexing.build`` does; also when the process died.
        """
        loop = asyncio.get_running_loop()

        def tell(message: bytes) -> None:
            if progress:
                loop.call_soon_threadsafe(progress, pickle.loads(message))  # noqa: S301 - our child

        job = pickle.dumps((self._settings, order))
        run = partial(self._child.run, job, silence=SILENCE, tell=tell)
        building = asyncio.ensure_future(asyncio.to_thread(run))
        building.add_done_callback(lambda done: done.cancelled() or done.exception())  # all is said
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
        return cast("Built", result)


def main() -> None:
    """Do the jobs that come, in the child."""
    encoders: dict[str, Encoder] = {}

    def work(job: bytes, tell: Tell) -> bytes:
        settings, order = pickle.loads(job)  # noqa: S301 - from our own parent
        return pickle.dumps(_build(settings, order, encoders, tell))

    serve(work)


def _build(
    settings: Settings, order: Order, encoders: dict[str, Encoder], tell: Tell
) -> Built | BaseException:
    """Build a snapshot; what goes wrong is raised again where it is awaited."""
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
