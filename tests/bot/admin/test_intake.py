"""What somebody gives: names without danger, links out of a text, files that come or do not."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from bot.admin import additions as intake
from bot.admin.additions import (
    MAX_LINKS,
    fetch_all,
    find_links,
    make_address,
    make_file_name,
    read_message,
)
from bot.translate import Languages
from embeddings.errors import StorageError
from embeddings.readers.addresses import is_web_address
from embeddings.types import Rejected
from tests.bot.test_errors import http

FR = Languages.load("fr").of("fr")


class Attachment:
    """As much of an attachment as an intake needs."""

    def __init__(
        self,
        filename: str,
        data: bytes = b"x",
        *,
        title: str | None = None,
        size: int | None = None,
        failure: Exception | None = None,
    ) -> None:
        self.filename, self.title, self.data = filename, title, data
        self.size = len(data) if size is None else size
        self.failure = failure

    async def read(self) -> bytes:
        if self.failure is not None:
            raise self.failure
        return self.data


class Part:
    """A message, or what one forwards."""

    def __init__(self, content: str = "", files: Any = (), urls: Any = (), parts: Any = ()) -> None:
        self.content = content
        self.attachments = list(files)
        self.embeds = [discord.Embed(url=url) for url in urls]
        self.message_snapshots = list(parts)


def named(filename: str, title: str | None = None) -> str:
    attachment: Any = Attachment(filename, title=title)
    return make_file_name(attachment)


def is_there(path: str) -> bool:
    return Path(path).exists()


async def read(*attachments: Attachment) -> tuple[dict[str, str], tuple[Rejected, ...]]:
    given: Any = attachments
    with tempfile.TemporaryDirectory() as folder:
        names, rejected = await fetch_all(given, Path(folder), FR, megabytes=1)
        for path, name in names.items():
            assert Path(path).name == name
            assert is_there(path)
    return names, rejected


def test_a_file_has_a_name_without_danger() -> None:
    cases: list[Any] = [
        ("crue.txt", None, "crue.txt"),
        ("Elections__Tours.pdf", "Élections à Tours", "Élections à Tours.pdf"),
        ("a.pdf", "rapport.pdf", "rapport.pdf"),
        ("../../etc/passwd.txt", None, "etc-passwd.txt"),
        ("..\\..\\secret.md", None, "secret.md"),
        (".hidden.txt", None, "hidden.txt"),
        ("...", None, "file"),
        ("a\0b\nc.txt", None, "ab c.txt"),
        ("x" * 300 + ".html", None, "x" * 60 + ".html"),
        ("archive.tar.gz", None, "archive.tar.gz"),
    ]
    assert [
        (filename, title, name) for filename, title, name in cases if named(filename, title) != name
    ] == []


@given(st.text(max_size=400), st.none() | st.text(max_size=400))
def test_every_name_is_one_part_of_a_path(filename: str, title: str | None) -> None:
    name = named(filename, title)
    assert Path(name).name == name
    assert name.strip(". ") != ""
    assert not name.startswith(".")
    assert len(name.encode()) <= 255


@given(st.text(max_size=200))
def test_whatever_is_typed_is_read_as_an_address(typed: str) -> None:
    assert is_web_address(make_address(typed))


def test_an_address_is_made_whole() -> None:
    cases: list[Any] = [
        ("https://a.example/x", "https://a.example/x"),
        (" a.example/x ", "https://a.example/x"),
        ("/etc/passwd", "https:///etc/passwd"),
        ("file:///etc/passwd", "file:///etc/passwd"),  # which the engine does not fetch
    ]
    assert [(typed, read_as) for typed, read_as in cases if make_address(typed) != read_as] == []


def test_links_are_found_without_what_stands_after_them() -> None:
    cases: list[Any] = [
        ("Voir https://a.example/x.", ["https://a.example/x"]),
        ("(https://a.example/x), oui", ["https://a.example/x"]),
        ("https://a.example/Loire_(fleuve)", ["https://a.example/Loire_(fleuve)"]),
        ("[lien](https://a.example/x)", ["https://a.example/x"]),
        ("<https://a.example/x>", ["https://a.example/x"]),
        ("||https://a.example/x||", ["https://a.example/x"]),
        ("« https://a.example/x », HTTP://B.example", ["https://a.example/x", "HTTP://B.example"]),
        ("https://a.example https://a.example", ["https://a.example"]),
        ("ftp://a.example a.example", []),
    ]
    assert [(text, found) for text, found in cases if find_links(text) != found] == []


@given(st.text(alphabet="htps:/.,)(]a ", max_size=80))
def test_every_link_is_one(text: str) -> None:
    assert all(link.startswith(("http://", "https://")) for link in find_links(text))


def test_a_message_gives_what_it_forwards_and_previews_too() -> None:
    forwarded = Part("https://b.example", [Attachment("b.txt")])
    message: Any = Part("https://a.example", [Attachment("a.txt")], ["https://c.example"])
    message.message_snapshots = [forwarded]
    files, found = read_message(message)
    assert [file.filename for file in files] == ["a.txt", "b.txt"]
    assert found == ["https://a.example", "https://b.example", "https://c.example"]


def test_a_message_with_very_many_links_gives_the_first() -> None:
    message: Any = Part(" ".join(f"https://a.example/{n}" for n in range(50)))
    assert len(read_message(message)[1]) == MAX_LINKS


async def test_two_files_of_one_name_are_two() -> None:
    names, _ = await read(Attachment("a.txt"), Attachment("a.txt"))
    assert list(names.values()) == ["a.txt", "a.txt"]


@pytest.mark.parametrize(
    ("attachment", "said"),
    [
        (Attachment("photo.png"), "photo.png est illisible"),
        (Attachment("sans"), "sans est illisible"),
        (Attachment("a.txt", size=2_000_000), "a.txt fait plus de 1 Mo"),
        (Attachment("a.txt", b"x" * 1_000_001, size=1), "a.txt fait plus de 1 Mo"),
        (Attachment("a.txt", failure=http(discord.NotFound, 404)), "n’a pas pu être récupéré"),
        (Attachment("a.txt", failure=TimeoutError()), "n’a pas pu être récupéré"),
    ],
    ids=["kind", "no kind", "size told", "size found", "gone", "slow"],
)
async def test_what_is_not_taken_gets_one_sentence(attachment: Attachment, said: str) -> None:
    names, (rejected,) = await read(attachment)
    assert names == {}
    assert said in rejected.reason


async def test_an_archive_is_taken() -> None:
    assert len((await read(Attachment("tout.ZIP")))[0]) == 1


async def test_a_file_whose_connection_breaks_is_fetched_again() -> None:
    attachment = Attachment("a.txt")
    failures: list[Exception] = [aiohttp.ClientError()]

    async def once() -> bytes:
        if failures:
            raise failures.pop()
        return b"x"

    attachment.read = once
    assert len((await read(attachment))[0]) == 1


async def test_a_file_that_does_not_come_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(intake, "SECONDS", 0.01)
    attachment = Attachment("a.txt")

    async def never() -> bytes:
        await asyncio.sleep(60)
        return b""

    attachment.read = never
    assert len((await read(attachment))[1]) == 1


async def test_a_disk_that_takes_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StorageError, match="No space left"):
        await read(Attachment("a.txt"))


@trying(deadline=None, max_examples=30)
@given(st.lists(st.text(min_size=1, max_size=100), max_size=5))
async def test_files_of_any_name_are_written(names: list[str]) -> None:
    written, _ = await read(*(Attachment(f"{name}.txt") for name in names))
    assert len(written) == len(names)
