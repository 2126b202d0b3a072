"""What a person names -> drafts: one each, or several out of an archive, a feed or a sitemap."""

from __future__ import annotations

import stat
import time
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from embeddings.errors import ReadError
from embeddings.readers import (
    MAX_BYTES,
    READERS,
    check_file,
    file_bytes,
    quotable,
    read,
    web,
)
from embeddings.readers.addresses import is_web_address
from embeddings.readers.formats import feeds
from embeddings.readers.formats.archives import opened, unpacked
from embeddings.readers.formats.registry import CONFINED
from embeddings.readers.inputs import expand, is_article
from embeddings.types import Rejected

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable, Iterator, Sequence

    from embeddings.readers import Draft, Fetcher, Sandbox

    Outcome = tuple[str, Draft] | Rejected
    """What was read, with what it is called in a sentence; or why it was not."""

ARCHIVE = ".zip"
"""The extension of an archive of files."""

LIST_SECONDS = 300.0
"""How long the pages of one feed or sitemap may take together."""

_ARCHIVES = (".zip", ".gz", ".bz2", ".xz", ".7z", ".rar", ".tar", ".tgz")


def read_all(inputs: Sequence[str], sandbox: Sandbox, fetcher: Fetcher) -> Iterator[Outcome]:
    """Read what a person names.

    Args:
        inputs: Files, folders and archives of files; web addresses of pages, feeds and sitemaps.
        sandbox: Where files are read that may be hostile.
        fetcher: What fetches pages.

    Yields:
        Each article, or a sentence for each thing that is none.
    """
    for given in expand(inputs):
        if isinstance(given, Rejected):
            yield given
        else:
            yield from _read(given, sandbox, fetcher)


def _read(given: str, sandbox: Sandbox, fetcher: Fetcher) -> Iterator[Outcome]:
    try:
        if is_web_address(given):
            yield from _from_web(given, sandbox, fetcher)
        elif given.lower().endswith(ARCHIVE):
            path = Path(given)
            check_file(path, given)
            yield from _from_archive(file_bytes(path), path, sandbox)
        else:
            yield given, read(given, sandbox, fetcher)
    except ReadError as error:
        yield Rejected(given, str(error))


def _attempt(name: str, action: Callable[[], Draft]) -> Outcome:
    try:
        return name, quotable(action(), name)
    except ReadError as error:
        return Rejected(name, str(error))


def _from_web(given: str, sandbox: Sandbox, fetcher: Fetcher) -> Iterator[Outcome]:
    page = fetcher.get(given, crawled=isinstance(given, feeds.Entry))
    if not feeds.is_list(page.data):
        yield given, quotable(web.draft_of(page, given, sandbox), given)
        return
    found = feeds.entries(page, fetcher)
    end = time.monotonic() + LIST_SECONDS
    for number, address in enumerate(found):
        if number >= feeds.MAX_ENTRIES or time.monotonic() > end:
            yield Rejected(
                given,
                f"Only the first {number} of the {len(found)} pages of {given} were read; add the "
                "others one by one.",
            )
            return
        yield _attempt(address, lambda a=address: web.read(a, fetcher, sandbox, crawled=True))  # type: ignore[misc]


def _from_archive(data: bytes, path: Path, sandbox: Sandbox) -> Iterator[Outcome]:
    """Read the files of an archive, by the same rules as those of a folder."""
    empty = True
    with opened(data, str(path)) as archive:
        for info in sorted(archive.infolist(), key=lambda info: info.filename):
            if info.is_dir() or _is_hidden(info.filename):
                continue
            place = f"{path}/{info.filename}"
            problem = _problem(info)
            if problem:
                empty = False
                yield Rejected(place, f"{place} {problem}.")
            elif is_article(PurePosixPath(info.filename).name):
                empty = False
                yield _attempt(place, lambda i=info: _member(archive, i, path, sandbox))  # type: ignore[misc]
    if empty:
        raise ReadError(f"{path} has no article in it; put files in it that can be read.")


def _is_hidden(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return any(part.startswith((".", "__MACOSX")) for part in parts if part != "..")


def _problem(info: zipfile.ZipInfo) -> str:
    """Say what is wrong with a member of an archive, if anything is."""
    parts = info.filename.replace("\\", "/").split("/")
    if ".." in parts or not parts[0] or ":" in parts[0]:
        return "leads out of its archive and is not read"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link, not a file, and is not read"
    if info.filename.lower().endswith(_ARCHIVES):
        return "is an archive in an archive and is not read; add it by itself"
    return ""


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path, sandbox: Sandbox) -> Draft:
    place = path / info.filename
    data = unpacked(archive, info, str(place), MAX_BYTES)
    if not data.strip():
        raise ReadError(f"{place} is empty; put the story's text in it.")
    extension = place.suffix.lower()
    if extension in CONFINED:
        return sandbox.read(extension, data, str(place))
    return READERS[extension](data, place)
