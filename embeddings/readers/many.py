"""What a person names -> drafts: one each, or several out of an archive, an export or a list."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from embeddings.errors import ReadError
from embeddings.readers.addresses import is_web_address
from embeddings.readers.draft import Draft, Found, LeftOut, Listed
from embeddings.readers.formats.archives import gunzip, members
from embeddings.readers.inputs import (
    COMPRESSED,
    MAX_BYTES,
    expand,
    file_bytes,
    format_of,
    is_article,
    not_empty,
    tell_unread,
    without_parts,
)
from embeddings.readers.registry import ARCHIVE, format_of_page
from embeddings.types import ATTACHED, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from embeddings.readers.fetch import Fetched, Fetcher
    from embeddings.readers.sandbox import Sandbox

    Outcome = tuple[str, Draft] | Rejected
    """What was read, with what it is called in a sentence; or why it was not."""

MAX_ENTRIES = 100
"""The most pages that are read of one list: the first ones."""
MAX_LISTS = 10
"""The most lists that are read of a list of them: the first ones."""
LONGEST_NAME = 50
"""The most characters of what a person calls a file, its extension apart."""
LIST_SECONDS = 300.0
"""How long the pages of one list may take together."""


class Entry(str):
    """The address of a page that a list of pages named, and no person: robots.txt is asked."""

    __slots__ = ()


def read_all(
    inputs: Sequence[str],
    sandbox: Sandbox,
    fetcher: Fetcher,
    names: Mapping[str, str] | None = None,
) -> Iterator[Outcome]:
    """Read what a person names, and yield each article, or a sentence for each thing that is none.

    Args:
        inputs: Files, folders and archives of files; web addresses of pages, feeds, archives and
            sitemaps.
        sandbox: Where files are read.
        fetcher: What fetches pages.
        names: Path of a file that lies there for a moment only -> what the person calls it.
    """
    told: tuple[LeftOut, ...] = ()
    for each in _read_each(inputs, _Reader(sandbox, fetcher), names or {}):
        if isinstance(each, LeftOut):
            told = (*told, each)
        elif isinstance(each, tuple):  # the first story of a folder or an archive tells it
            yield each[0], replace(each[1], left_out=(*each[1].left_out, *told))
            told = ()
        else:
            yield each


def _read_each(
    inputs: Sequence[str], reader: _Reader, names: Mapping[str, str]
) -> Iterator[Outcome | LeftOut]:
    for given in expand(inputs):
        if not isinstance(given, str):
            yield given
        elif given in names:
            name = _file_name(names[given])
            yield from _without_place(reader.read(given, name), name)
        else:
            yield from reader.read(given, given)


def _file_name(name: str) -> str:
    """Return what a person calls a file as the name of one, of a length that can be shown."""
    last = PurePosixPath(name.replace("\\", "/")).name.replace("\0", "")
    stem, _, extension = last.rpartition(".") if "." in last else (last, "", "")
    return f"{stem.lstrip('.')[:LONGEST_NAME] or 'file'}.{extension[:20]}".rstrip(".")


def _without_place(outcomes: Iterable[Outcome | LeftOut], name: str) -> Iterator[Outcome | LeftOut]:
    """Yield outcomes that name their file, and no place that is gone in a moment."""
    here = str(Path(name).resolve())
    for each in outcomes:
        if isinstance(each, Rejected):
            yield Rejected(each.input.replace(here, name), each.reason.replace(here, name))
        elif isinstance(each, tuple) and (each[1].origin or "").startswith(here):
            origin = f"{ATTACHED}{(each[1].origin or '').replace(here, name)}"
            yield each[0].replace(here, name), replace(each[1], origin=origin)
        else:
            yield each


def list_pages(page: Fetched, sandbox: Sandbox, fetcher: Fetcher) -> dict[str, str]:
    """Return the addresses of the pages that a feed or a sitemap names, once each, in order.

    Args:
        page: What was fetched; a list of sitemaps leads to those, but not further.
        sandbox: Where lists are read.
        fetcher: What fetches them.

    Returns:
        With each address what the list says of its page: when that changes, the page has.

    Raises:
        ReadError: It is no list of pages, or names none.
    """
    if format_of_page(page) not in (".xml", ".json"):
        raise ReadError(f"{page.address} is neither a feed nor a sitemap; add it as a page.")
    found = _Reader(sandbox, fetcher).pages(sandbox.read_page(page, page.address))
    return {each.address: each.said for each in found if isinstance(each, Listed)}


class _Reader:
    """Reads inputs, one after the other.

    Args:
        sandbox: Where files are read.
        fetcher: What fetches pages.
    """

    def __init__(self, sandbox: Sandbox, fetcher: Fetcher) -> None:
        self._sandbox, self._fetcher = sandbox, fetcher

    def read(self, given: str, name: str) -> Iterator[Outcome | LeftOut]:
        """Read one input, called by a name; what is wrong with it is said, and costs no other."""
        try:
            if is_web_address(given):
                page = self._fetcher.get(given, crawled=isinstance(given, Entry))
                if format_of_page(page) == ARCHIVE:
                    yield from self._archive(page.data, page.address)
                else:
                    yield from self._take(self._sandbox.read_page(page, given), given)
            elif name.lower().endswith(ARCHIVE):
                yield from self._archive(file_bytes(given, name), name)
            else:
                yield from self._take(self._file(file_bytes(given, name), Path(name)), name)
        except ReadError as error:
            yield Rejected(name, str(error))

    def _file(self, data: bytes, path: Path) -> list[Found]:
        if path.suffix.lower() == COMPRESSED:
            data, path = gunzip(data, str(path), MAX_BYTES), path.with_suffix("")
        return self._sandbox.read(format_of(path), data, str(path))

    def _archive(self, data: bytes, name: str) -> Iterator[Outcome | LeftOut]:
        """Read the files of an archive, by the same rules as those of a folder."""
        there = [*members(data, name, MAX_BYTES)]  # of which several may have one name
        kept = {*without_parts([member for member, _ in there])}
        read = kept & {m for m, c in there if isinstance(c, ReadError) or is_article(Path(m).name)}
        yield from tell_unread(sorted(kept - read))
        for member, content in (each for each in there if each[0] in read):
            try:
                if isinstance(content, ReadError):
                    raise content
                found = self._file(not_empty(content(), member), Path(member))
                if is_web_address(name):
                    found = [_at(each, member) for each in found]
                yield from self._take(found, member)
            except ReadError as error:
                yield Rejected(member, str(error))
        if not read:
            raise ReadError(f"{name} has no article in it; put files in it that can be read.")

    def _take(self, found: Sequence[Found], given: str) -> Iterator[Outcome]:
        """Yield the stories that were found, and those of the pages that are named."""
        end, number, is_one = time.monotonic() + LIST_SECONDS, 0, len(found) == 1
        pages = list(self.pages(found))
        total = sum(isinstance(each, Listed) for each in pages)
        for each in pages:
            if isinstance(each, Rejected):
                yield each
            elif isinstance(each, Draft):
                yield given if is_one else each.origin or given, each
            elif number >= MAX_ENTRIES or time.monotonic() > end:
                yield Rejected(
                    given,
                    f"Only the first {number} of the {total} pages of {given} were read; add the "
                    "others one by one.",
                )
                return
            else:
                number += 1
                yield self._page(each)

    def pages(self, found: Iterable[Found]) -> Iterator[Found]:
        """Yield what was found, lists that are named by what they name, each page once."""
        lists = 0
        seen: set[str] = set()
        for each in found:
            inner: Iterable[Found] = (each,)
            if isinstance(each, Listed) and each.is_list:
                lists += 1
                inner = self._inner(each.address) if lists <= MAX_LISTS else ()
            for one in inner:
                key = one.address if isinstance(one, Listed) else ""
                if not key or key not in seen:
                    seen.add(key)
                    yield one

    def _fetch_page(self, address: str) -> list[Found]:
        return self._sandbox.read_page(self._fetcher.get(address, crawled=True), address)

    def _inner(self, address: str) -> list[Found]:
        try:
            found = self._fetch_page(address)
        except ReadError as error:
            return [Rejected(address, str(error))]
        return [each for each in found if not (isinstance(each, Listed) and each.is_list)]

    def _page(self, named: Listed) -> Outcome:
        """Read a page that a list names; what the list holds of it will do where it is not had."""
        try:
            found = self._fetch_page(named.address)
            story = next((each for each in found if isinstance(each, Draft)), None)
            reason = f"{named.address} is no page, though a list names it; add it by itself."
        except ReadError as error:
            story, reason = None, str(error)
        story = story or named.draft
        return (named.address, story) if story else Rejected(named.address, reason)


def _at(found: Found, place: str) -> Found:
    """Return a story of a file in an archive of the web as one that is from there."""
    return replace(found, origin=place) if isinstance(found, Draft) else found
