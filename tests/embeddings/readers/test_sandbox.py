"""The process that reads hostile files: it serves, it is bounded, and it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from embeddings.child import Child
from embeddings.errors import ReadError
from embeddings.readers import Draft, confined
from embeddings.readers import sandbox as sandboxes
from embeddings.readers.pages import html
from embeddings.readers.registry import FORMATS
from embeddings.readers.sandbox import Sandbox
from tests.embeddings.readers.each import each
from tests.embeddings.readers.pages.written import PAGES, ps
from tests.embeddings.readers.prose import BRIDGE
from tests.embeddings.readers.reading import read

pytestmark = pytest.mark.process

PAGE = f"<html lang=fr><body><h1>{BRIDGE.title}</h1>{ps(BRIDGE.paragraphs)}".encode()
ENDLESS = b"<html><body><p " + b" ".join(b"a%d=1" % i for i in range(200_000)) + b">" + PAGE


@pytest.fixture(autouse=True)
def _processes_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandboxes, "Child", Child)


@pytest.fixture(scope="module")
def room() -> Iterator[Sandbox]:
    """A sandbox with a process of its own, for tests that leave it as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandboxes, "Child", Child)
        with Sandbox() as made:
            yield made


def test_a_draft_is_the_same_from_there(room: Sandbox) -> None:
    for page in PAGES[:3]:
        path = Path(f"{page.name}.html")
        assert room.read(".html", page.data, str(path)) == [html.read(page.data, path)]


def test_one_process_serves_many_files(room: Sandbox) -> None:
    room.read(".html", PAGE, "a.html")
    child = room.child.pid
    with pytest.raises(ReadError, match=r"b\.html is not an HTML page"):
        room.read(".html", b"abc", "b.html")
    room.read(".html", PAGE, "a.html")
    assert room.child.pid == child


def test_what_else_is_known_gets_there(room: Sandbox) -> None:
    (draft,) = room.read(".html", PAGE, "a", address="https://example.org/a")
    assert isinstance(draft, Draft)
    assert draft.url == "https://example.org/a"


def test_no_process_is_started_without_need_and_none_is_left() -> None:
    with Sandbox() as sandbox:
        assert sandbox.child.pid is None
        sandbox.read(".html", PAGE, "a.html")
        assert sandbox.child.pid is not None
    assert sandbox.child.pid is None


def test_a_file_that_takes_too_long_ends_the_process_and_the_next_one_is_read() -> None:
    with Sandbox(seconds=0.5) as sandbox:
        page = sandbox.read(".html", PAGE, "b.html")
        with pytest.raises(ReadError, match=r"a\.html takes more than 0\.5 seconds"):
            sandbox.read(".html", ENDLESS, "a.html")
        assert sandbox.read(".html", PAGE, "b.html") == page


def test_a_file_that_takes_too_much_memory_gets_a_sentence() -> None:
    big = b"<html><body>" + b"<p>Il pleut.</p>" * 180_000
    with Sandbox(megabytes=170, seconds=60) as sandbox:
        with pytest.raises(ReadError, match=r"a\.html (?:is damaged, or )?needs"):
            sandbox.read(".html", big, "a.html")
        assert sandbox.read(".html", PAGE, "b.html")


def test_a_process_that_was_killed_is_started_again() -> None:
    with Sandbox() as sandbox:
        sandbox.read(".html", PAGE, "a.html")
        assert sandbox.child.pid is not None
        os.kill(sandbox.child.pid, signal.SIGKILL)
        assert sandbox.read(".html", PAGE, "a.html")


def test_a_file_is_read_there_by_its_extension(tmp_path: Path) -> None:
    path = tmp_path / "2019-03-14-pont.HTM"
    path.write_bytes(PAGE)
    draft = read(path)
    assert (draft.title, draft.date, draft.origin) == (BRIDGE.title, date(2019, 3, 14), str(path))


def test_what_follows_when_the_time_of_a_file_is_over_is_told_and_costs_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draft = Draft(text="\n\n".join(BRIDGE.paragraphs), title=BRIDGE.title)
    monkeypatch.setattr(confined, "ENOUGH", -1.0)
    found = serve(monkeypatch, lambda *_: iter([draft, draft, draft]))["found"]
    assert isinstance(found, list)
    assert [each.get("title") for each in found] == [BRIDGE.title, None]
    assert found[1]["reason"] == (
        "a.x takes too long; it was read up to story 1: cut it into parts."
    )


def serve(monkeypatch: pytest.MonkeyPatch, reader: object) -> dict[str, object]:
    monkeypatch.setitem(sys.modules, "embeddings.readers.x", SimpleNamespace(read=reader))
    monkeypatch.setitem(FORMATS, ".x", "x")
    request = json.dumps({"extension": ".x", "path": "a.x", "known": {}}).encode()
    return dict(json.loads(confined.work(request + b"\nabc", lambda _: None)))


@each(
    ("error", "words"),
    [
        (KeyError("a"), "a.x is damaged and cannot be read; save it again."),
        (RecursionError(), "a.x is damaged and cannot be read; save it again."),
        (ReadError("a.x is empty."), "a.x is empty."),
        (MemoryError(), "a.x needs too much memory to read; cut it into parts."),
    ],
)
def test_whatever_a_parser_raises_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def fail(data: bytes, path: Path) -> None:
        raise error

    assert serve(monkeypatch, fail)["error"] == words


def test_no_file_can_be_written_there(tmp_path: Path) -> None:
    path = tmp_path / "a"
    code = f"""
from pathlib import Path
from types import SimpleNamespace
from embeddings.readers import confined
confined.forbid_files()
Path({str(path)!r}).write_bytes(b"abc")
"""
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode != 0
    assert not path.exists() or not path.read_bytes()
