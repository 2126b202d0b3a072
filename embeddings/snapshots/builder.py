"""Builds a snapshot, here or in a child process, and checks it before it may be published.

In a child, questions are answered at full speed meanwhile. Parent and child exchange pickles, which
is safe because a process reads only pickles of a child, or a parent, of its own.
"""

import asyncio
import logging
import pickle
import shutil
import time
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, Self, cast

from config import log as logs
from config.settings import Settings
from embeddings.child import Child, ChildError, Tell, serve
from embeddings.errors import EmbeddingsError, SnapshotError
from embeddings.loaded import LoadedSnapshot
from embeddings.ranking.confidence import Calibration, calibration_for
from embeddings.ranking.maxsim import Encoding
from embeddings.reports import ReindexReport
from embeddings.snapshots import building, checks
from embeddings.snapshots.material import EncodingPlan, Material, Order
from embeddings.snapshots.snapshot import Snapshot
from embeddings.threads import Priority, Worker, finish
from embeddings.types import Progress, ProgressCallback
from embeddings.vectors.models import Encoder, load_encoder

log = logging.getLogger(__name__)

IDLE = 60.0
"""Seconds without a job after which the child process exits, to free its memory."""
SILENCE = 3600.0
"""Seconds of silence after which the child counts as hung; writing a huge index reports nothing."""
NICENESS = 10
"""Increment of the child's niceness, as in nice(1): with too few cores, questions go first."""


def report_nothing(snapshot: Snapshot) -> ReindexReport:
    """Return the report of a reindex that had nothing to do."""
    passages, sentences = snapshot.manifest.passages, snapshot.manifest.sentences
    return ReindexReport(snapshot.id, 0, 0, 0, passages, passages + sentences, 0, 0.0)


def _report(order: Order, plan: EncodingPlan, started: float) -> ReindexReport:
    """Return the report of a build that began at ``started``, in time of ``perf_counter``."""
    work = (len(plan.material.merge_passages()), plan.reused, len(plan.missing))
    return ReindexReport(str(order.number or ""), 0, 0, 0, *work, time.perf_counter() - started)


class Builder(Protocol):
    """Builds snapshots, perhaps in another process; see ``BuilderProcess``."""

    async def build(self, order: Order, progress: ProgressCallback | None = None) -> ReindexReport:
        """Build a snapshot as ``build`` does."""


@dataclass(frozen=True, slots=True)
class Tools:
    """The encoder that a snapshot is built with, its thread, and the calibration for the gate."""

    encoder: Encoder
    worker: Worker
    calibration: Calibration

    def read(self, text: str) -> Encoding:
        """Encode a question once the encoder is free; blocks, so not for the event loop."""
        return self.worker.wait(Priority.INDEXING, self.encoder.encode_query, text)


async def preview(order: Order, model: str) -> ReindexReport:
    """Return the report of ``build`` with a model, without building."""
    started = time.perf_counter()
    material = await asyncio.to_thread(Material.from_order, order, model)
    return _report(order, await asyncio.to_thread(EncodingPlan, material), started)


async def build(
    order: Order,
    tools: Tools,
    progress: ProgressCallback | None = None,
    material: Material | None = None,
) -> ReindexReport:
    """Build a snapshot in the order's folder, read it back and ask it the golden questions.

    A failure leaves nothing there. ``material`` replaces what the order names, if given. The report
    counts no article yet.

    Raises:
        GateError: The new snapshot finds clearly fewer golden passages than its base.
        StorageError: The disk is full or cannot be written.
        SnapshotError: The base is damaged, or what was written cannot be read back.
    """
    tell, started = progress or (lambda _: None), time.perf_counter()
    if material is None:
        material = await asyncio.to_thread(Material.from_order, order, tools.encoder.model_id)
    plan = await asyncio.to_thread(EncodingPlan, material)
    arrays = await building.encode(plan, tools.encoder, tools.worker, progress)
    tell(Progress("write", 0, 1))
    await finish(_write_checked, order, material, arrays, tools)
    tell(Progress("write", 1, 1))
    report = _report(order, plan, started)
    log.info("snapshot %s is built in %.2f s", order.number, report.seconds)
    return report


def _write_checked(order: Order, material: Material, vectors: dict[str, Any], tools: Tools) -> None:
    """Write a snapshot and check it; a failure removes the folder."""
    try:
        arrays = vectors | building.index_words(material)
        model = tools.encoder.model_id
        building.write_snapshot(order.folder, material, arrays, name=str(order.number), model=model)
        _check(Snapshot(order.folder, check=False), material, order, tools)
    except BaseException:
        shutil.rmtree(order.folder, ignore_errors=True)
        raise


def _check(new: Snapshot, material: Material, order: Order, tools: Tools) -> None:
    """Read the new passages back, and ask the golden questions of the new snapshot and its base."""
    rows = material.merge_articles().renumber(len(material.articles), is_new=True)
    if problems := new.changed_passages(rows.tolist()):
        raise SnapshotError(f"{problems[0]} The new snapshot is not used.")
    if order.golden and material.base:
        before, after = (LoadedSnapshot(s, tools.calibration) for s in (material.base, new))
        checks.check_golden(order.golden, before, after, tools.read, order.most)


class BuilderProcess:
    """A child process that builds snapshots, started on the first job; an async context manager.

    The child gets the settings without secrets, and exits after ``idle`` seconds without a job.
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
        await asyncio.to_thread(self._child.close)

    async def build(self, order: Order, progress: ProgressCallback | None = None) -> ReindexReport:
        """Build a snapshot in the child; see ``build``.

        ``progress`` is called on the event loop's thread.

        Raises:
            EmbeddingsError: ``build`` failed, or the child died.
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
            await asyncio.to_thread(self._child.close)
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
