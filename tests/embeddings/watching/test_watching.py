"""The watcher with real files in a real folder."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from config.groups import DiscordSettings, WatchSettings
from config.settings import Settings
from embeddings.engine import SearchEngine
from embeddings.errors import AwayError, BrokenQuestion, GateError, InputError, StorageError
from embeddings.store.records import Records
from embeddings.watching import watcher as module
from embeddings.watching.watched import FolderMemory
from embeddings.watching.watcher import make_watcher
from tests.embeddings.fakes import WordEncoder
from tests.embeddings.intake import FakeIntake, watching
from tests.embeddings.readers.each import each
from tests.records import open_two
from tests.waiting import Elapsed, until

TEXT = "# Le pont\n\nLe pont de la ville est fermé depuis lundi pour des travaux.\n"
GATE = GateError((BrokenQuestion("Qui demande ?", "La lettre"),), 1.0, 0.5)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the pauses between looks and retries."""
    monkeypatch.setattr(module, "SWEEP", 0.05)
    monkeypatch.setattr(module, "PAUSE", 0.05)
    monkeypatch.setattr(module, "FIRST_WAIT", 0.01)


@pytest.fixture
def intake() -> FakeIntake:
    return FakeIntake()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    return made


@pytest.fixture
def settings(tmp_path: Path, folder: Path) -> Settings:
    (tmp_path / "data").mkdir()
    return Settings(
        data=tmp_path / "data",
        seeds=tmp_path / "none",
        watch=WatchSettings(folder=folder, debounce=0.1),
    )


def put(folder: Path, name: str) -> None:
    """Write a story into a folder, creating the folder if necessary."""
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(TEXT, encoding="utf-8")


@asynccontextmanager
async def at_work(settings: Settings, intake: FakeIntake) -> AsyncIterator[None]:
    """Watch, and wait until it listens."""
    async with watching(settings, intake, intake):
        await asyncio.sleep(0.05)
        yield


async def test_a_new_file_is_added(settings: Settings, intake: FakeIntake, folder: Path) -> None:
    async with at_work(settings, intake):
        put(folder, "a.md")
        await until(lambda: intake.names == [["a.md"]])


async def test_files_from_before_the_start_are_added_too(
    settings: Settings, intake: FakeIntake, folder: Path
) -> None:
    put(folder, "a.md")
    async with at_work(settings, intake):
        await until(lambda: intake.names == [["a.md"]])


async def test_a_restart_adds_only_files_changed_meanwhile(
    settings: Settings, intake: FakeIntake, folder: Path
) -> None:
    put(folder, "a.md")
    async with at_work(settings, intake):
        await until(lambda: intake.names == [["a.md"]])
    put(folder, "b.md")
    async with at_work(settings, intake):
        await until(lambda: len(intake.names) > 1)
    assert intake.names == [["a.md"], ["b.md"]]


async def test_a_deleted_file_changes_nothing(
    settings: Settings, intake: FakeIntake, folder: Path
) -> None:
    put(folder, "a.md")
    async with at_work(settings, intake):
        await until(lambda: intake.names == [["a.md"]])
        (folder / "a.md").unlink()
        put(folder, "b.md")
        await until(lambda: intake.names == [["a.md"], ["b.md"]])


async def test_a_file_is_not_read_while_it_is_being_written(
    settings: Settings, intake: FakeIntake, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = itertools.count()

    def tell_time() -> float:
        """Return the time of the next look; the file grows before each of the first ones."""
        if (look := next(looks)) < 15:
            with (folder / "a.md").open("a") as file:
                file.write(TEXT)
        return 0.03 * look

    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=tell_time))
    async with at_work(settings, intake):
        await until(lambda: intake.names == [["a.md"]])
    assert next(looks) > 15
    assert len(intake.proposed) == 1


async def test_a_rejected_file_is_logged_once(
    settings: Settings, intake: FakeIntake, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    put(folder, "bad.md")
    async with at_work(settings, intake):
        await until(lambda: intake.proposed)
        put(folder, "a.md")
        await until(lambda: intake.names == [["a.md"]])
    assert caplog.text.count("bad.md is not read here.") == 1


async def test_files_refused_by_the_golden_questions_wait_until_the_folder_changes(
    settings: Settings, intake: FakeIntake, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    intake.failures = [GATE]
    put(folder, "a.md")
    async with at_work(settings, intake):
        await until(lambda: intake.dropped)
        await asyncio.sleep(0.4)
        assert len(intake.proposed) == 1
        put(folder, "b.md")
        await until(lambda: intake.names == [["a.md", "b.md"]])
    assert caplog.text.count("Qui demande ?") == 1


async def test_a_full_disk_is_logged_once_and_retried(
    settings: Settings, intake: FakeIntake, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    intake.failures = [StorageError("The disk is full.")] * 3
    put(folder, "a.md")
    async with at_work(settings, intake):
        await until(lambda: intake.names == [["a.md"]])
    assert caplog.text.count("The disk is full.") == 1


async def test_a_folder_that_disappears_and_returns_is_watched_again(
    settings: Settings, intake: FakeIntake, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with at_work(settings, intake):
        shutil.rmtree(folder)
        await until(lambda: "is not there" in caplog.text)
        put(folder, "a.md")
        await until(lambda: intake.names == [["a.md"]])
        put(folder, "b.md")
        await until(lambda: intake.names == [["a.md"], ["b.md"]])
    assert caplog.text.count("is not there") == 1


async def test_a_replaced_folder_is_still_watched(
    settings: Settings, intake: FakeIntake, folder: Path, tmp_path: Path
) -> None:
    async with at_work(settings, intake):
        shutil.move(folder, tmp_path / "old")
        put(folder, "a.md")
        await until(lambda: intake.names == [["a.md"]])


async def test_many_files_are_added_in_batches(
    settings: Settings, intake: FakeIntake, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOT", 3)
    for n in range(7):
        put(folder, f"{n}.md")
    async with at_work(settings, intake):
        await until(lambda: sum(map(len, intake.names)) == 7)
    assert [len(lot) for lot in intake.names] == [3, 3, 1]


async def test_an_unexpected_error_is_logged_and_watching_goes_on(
    settings: Settings, intake: FakeIntake, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    intake.failures = [RuntimeError("a fault")]
    put(folder, "a.md")
    async with at_work(settings, intake):
        await until(lambda: intake.names == [["a.md"]])
    assert "watching for articles failed" in caplog.text


async def test_cancelling_ends_a_wait_for_another_writer_at_once(
    settings: Settings, folder: Path
) -> None:
    put(folder, "a.md")
    async with SearchEngine(settings, encoder=WordEncoder()) as engine:
        with engine.database.hold("shared"):  # somebody else writes
            async with watching(settings, engine, engine.records):
                await asyncio.sleep(0.5)
                elapsed = Elapsed()
        assert elapsed.seconds() < 1


@each("place", ["data", "data/in", "."])
def test_a_folder_inside_or_around_the_data_folder_is_refused(
    settings: Settings, intake: FakeIntake, tmp_path: Path, place: str
) -> None:
    watch = WatchSettings(folder=tmp_path / place)
    with pytest.raises(InputError, match="VERBATIM_WATCH__FOLDER"):
        make_watcher(settings.model_copy(update={"watch": watch}), intake, intake)


def of_shards(settings: Settings) -> Settings:
    """Return the settings of one of several processes of one bot."""
    discord = DiscordSettings(shards=2, shard_ids=[0])
    return settings.model_copy(update={"discord": discord})


@pytest.fixture
async def stores(tmp_path: Path) -> tuple[Records, Records]:
    """The records that two processes of one machine share."""
    return await open_two(tmp_path)


async def remembers(records: Records, file: Path) -> bool:
    """Return whether the note about the folder names a file that was taken."""
    return str(file) in (await FolderMemory.recall(records)).files


async def test_one_of_several_processes_watches_and_another_takes_over(
    settings: Settings, folder: Path, stores: tuple[Records, Records]
) -> None:
    one, other = FakeIntake(), FakeIntake()
    settings = of_shards(settings)
    first = watching(settings, one, stores[0])
    await first.__aenter__()
    put(folder, "a.md")
    await until(lambda: one.names == [["a.md"]])
    async with watching(settings, other, stores[1]):
        put(folder, "b.md")
        await until(lambda: one.names == [["a.md"], ["b.md"]])
        await until(lambda: remembers(stores[0], folder / "b.md"))
        await first.__aexit__(None, None, None)
        put(folder, "c.md")
        await until(lambda: other.names == [["c.md"]])


async def test_the_lease_of_a_dead_process_expires(
    settings: Settings,
    folder: Path,
    stores: tuple[Records, Records],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = datetime.now(UTC)
    for each_store in stores:
        monkeypatch.setattr(each_store, "_now", lambda: now)
    await stores[0].take_turn(module.TURN, module.LEASE, "who died")
    intake = FakeIntake()
    put(folder, "a.md")
    async with watching(of_shards(settings), intake, stores[1]):
        await asyncio.sleep(0.2)
        assert intake.proposed == []
        now += timedelta(seconds=module.LEASE)
        await until(lambda: intake.names == [["a.md"]])


async def test_without_the_store_of_leases_files_wait_and_one_warning_is_logged(
    settings: Settings, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    intake = FakeIntake()
    put(folder, "a.md")
    async with watching(of_shards(settings), intake, Away()):
        await until(lambda: "files wait: The database is away." in caplog.text)
        await asyncio.sleep(0.2)
    assert intake.proposed == []
    assert caplog.text.count("The database is away.") == 1


class Away:
    """The records while the store cannot be reached."""

    async def take_turn(self, *_: object) -> float:
        raise AwayError("The database is away.")

    async def end_turn(self, *_: object) -> None:
        pass


async def test_nothing_is_watched_by_default(settings: Settings, intake: FakeIntake) -> None:
    before = asyncio.all_tasks()
    async with watching(settings.model_copy(update={"watch": WatchSettings()}), intake, intake):
        assert asyncio.all_tasks() == before
